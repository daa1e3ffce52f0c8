// What costs most customers, the heaviest first: the friction question, with who is behind each.
import { Link } from "wouter";
import { useAnswer } from "@/api/hooks";
import type { AnswerOut } from "@/api/types";
import { inUnit, interval, type Locale } from "@/format";
import { behind } from "@/parts/behind";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.today;
const MOST = 5;
type Row = Record<string, unknown>;

export function rowsOf(answer: AnswerOut, name: string): Row[] {
  const table = answer.tables[name];
  return table ? table.rows.map((row) => Object.fromEntries(table.columns.map((one, i) => [one.name, row[i]]))) : [];
}

export function Bottlenecks() {
  const answer = useAnswer("friction", {});
  const href = useHref();
  if (answer.error) return <ErrorBox error={answer.error} again={() => void answer.refetch()} />;
  if (!answer.data) return <Waiting label={w.looking} />;
  const found = rowsOf(answer.data, "all").filter((row) => Number(row["rank"]) > 0 && Number(row["difference"]) < 0);
  const locale: Locale = { currency: answer.data.asked.currency ?? null, zone: answer.data.asked.time_zone };
  const most = Math.max(...found.map((row) => -Number(row["successes"])), 1);
  if (found.length === 0) return <p className="why">{answer.data.says[0]}</p>;
  return (
    <>
      <ol className="ranked">{found.slice(0, MOST).map((row) => <One key={String(row["rank"])} row={row} most={most} locale={locale} />)}</ol>
      <p className="small muted">{found.length > MOST && w.more(found.length - MOST)} {w.likeOnly} <Link href={href("~/ask/friction")}>{w.allOfIt}</Link></p>
    </>
  );
}

function One({ row, most, locale }: { row: Row; most: number; locale: Locale }) {
  const href = useHref();
  const lost = -Number(row["successes"]);
  const ends = interval(neg(row["successes_high"]), neg(row["successes_low"]), "count", locale);
  const value = typeof row["value"] === "number" ? inUnit(-row["value"], "money", locale) : null;
  const [low, high] = [neg(row["difference_high"]), neg(row["difference_low"])];
  return (
    <li>
      <div className="head"><b>{String(row["what"])}</b> <Link href={href("~/", { stage: String(row["stage"]) })} className="muted">{w.inStage(String(row["stage"]))}</Link></div>
      <div className="meter" aria-hidden="true"><span style={{ width: `${(lost / most) * 100}%` }} /></div>
      <div className="told">
        <span><b>{inUnit(lost, "count", locale)}</b> {w.lostCustomers} <small className="muted">({ends})</small></span>
        {value && <span><b>{value}</b> {w.recoverable}</span>}
        <span className="muted">{w.lessOften(inUnit(-Number(row["difference"]), "share", locale), interval(low, high, "share"))}</span>
        <Link href={href("~/customers", behind("friction", `friction ${String(row["rank"])} lost`, {}))}>{w.whoLost(Number(row["customers_lost"]))}</Link>
      </div>
    </li>
  );
}

function neg(value: unknown): number | null {
  return typeof value === "number" ? -value : null;
}
