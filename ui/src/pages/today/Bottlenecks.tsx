// What costs most customers, the heaviest first: the friction question, with who is behind each.
import { Link } from "wouter";
import { useAnswer, useWorkspace } from "@/api/hooks";
import { inUnit, interval, number, type Locale } from "@/format";
import { behind } from "@/parts/behind";
import { rowsOf, type Row } from "@/parts/charts/drawing";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.today;
const MOST = 5;

export function Bottlenecks() {
  const answer = useAnswer("friction", {});
  const href = useHref();
  if (answer.error) return <ErrorBox error={answer.error} again={() => void answer.refetch()} />;
  if (!answer.data || answer.isPlaceholderData) return <Waiting label={w.looking} />;
  const found = rowsOf(answer.data.tables["all"]).filter((row) => Number(row["rank"]) > 0 && Number(row["difference"]) < 0);
  const locale: Locale = { currency: answer.data.asked.currency ?? null, zone: answer.data.asked.time_zone };
  // As wide as what it is ranked by: money where all of it can be valued, else successes.
  const by = found.every((row) => typeof row["value"] === "number") ? "value" : "successes";
  const most = Math.max(...found.map((row) => -Number(row[by])), 1);
  // Where nothing could be compared, the second sentence is what to do.
  const any = rowsOf(answer.data.tables["all"]).length > 0;
  if (found.length === 0) return <p className="why">{any && `${w.noBottleneck} `}<span className="muted"><Sentence>{any ? answer.data.says[0] : answer.data.says.join(" ")}</Sentence></span> <Link href={href("~/ask/friction")}>{w.allOfIt}</Link></p>;
  return (
    <>
      <ol className="ranked">{found.slice(0, MOST).map((row) => <One key={String(row["rank"])} row={row} share={-Number(row[by]) / most} locale={locale} />)}</ol>
      <p className="small muted">{found.length > MOST && w.more(found.length - MOST)} {w.likeOnly} <Link href={href("~/ask/friction")}>{w.allOfIt}</Link></p>
    </>
  );
}

function One({ row, share, locale }: { row: Row; share: number; locale: Locale }) {
  const href = useHref();
  const workspace = useWorkspace();
  const stage = workspace.data?.stages.find((one) => one.id === row["stage"])?.label ?? String(row["stage"]);
  const lost = -Number(row["successes"]);
  const ends = interval(neg(row["successes_high"]), neg(row["successes_low"]), "count", locale);
  const value = typeof row["value"] === "number" ? inUnit(-row["value"], "money", locale) : null;
  const [low, high] = [neg(row["difference_high"]), neg(row["difference_low"])];
  return (
    <li>
      <div className="head"><b><Sentence>{String(row["what"])}</Sentence></b> <Link href={href("~/", { stage: String(row["stage"]) })} className="muted">{w.inStage(stage)}</Link></div>
      <div className="meter" aria-hidden="true"><span style={{ width: `${share * 100}%` }} /></div>
      <div className="told">
        <span><b>{inUnit(lost, "count", locale)}</b> {w.lostCustomers} <small className="muted">({ends})</small></span>
        {value && <span><b>{value}</b> {w.recoverable}</span>}
        <span className="muted">{w.lessOften(number(-Number(row["difference"]) * 100, { maximumFractionDigits: 1, minimumFractionDigits: 1 }), interval(low, high, "share"))}</span>
        <Link href={href("~/customers", behind("friction", `friction ${String(row["rank"])} lost`, {}))}>{w.whoLost(Number(row["customers_lost"]))}</Link>
      </div>
    </li>
  );
}

function neg(value: unknown): number | null {
  return typeof value === "number" ? -value : null;
}
