// What is not as it was in the period before, beyond chance: the comparison question, the surest first.
import { Link } from "wouter";
import { useAnswer } from "@/api/hooks";
import { inUnit, interval, type Locale } from "@/format";
import { side, type Period } from "@/pages/today/period";
import { better } from "@/parts/better";
import { rowsOf } from "@/parts/charts/drawing";
import { unitOf } from "@/parts/unit";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.today;
const MOST = 8;

/** What a measure of this family is, in a few words; "" where its name says it. */
function means(row: Record<string, unknown>): string {
  return w.changeMeans[String(row["measure"]).split(":")[0] ?? ""] ?? "";
}

export function Changes({ period }: { period: Period }) {
  const fields = { a: side(period), b: "before", since: undefined, until: undefined };
  const answer = useAnswer("comparison", fields);
  const href = useHref();
  if (answer.error) return <ErrorBox error={answer.error} again={() => void answer.refetch()} />;
  if (!answer.data || answer.isPlaceholderData) return <Waiting label={w.looking} />;
  const all = rowsOf(answer.data.tables["differences"]);
  const found = all.filter((row) => row["beyond_chance"] === true);
  const locale: Locale = { currency: answer.data.asked.currency ?? null, zone: answer.data.asked.time_zone };
  const compared = all.filter((row) => typeof row["difference"] === "number").length;
  return (
    <>
      {found.length === 0 ? <p className="why">{w.nothingChanged} {compared > 0 && <span className="muted"><Sentence>{answer.data.says[0]}</Sentence></span>}</p> : (
        <ul className="changes">
          {found.slice(0, MOST).map((row) => {
            const unit = unitOf(String(row["unit"]));
            const by = Number(row["difference"]);
            const good = better(String(row["measure"])) * Math.sign(by);
            const of = (name: string) => inUnit(row[name] as number | null, unit, locale);
            const apart = unit === "share" || unit === "points" ? "points" : unit;
            return (
              <li key={String(row["measure"])}>
                <span className={`arrow ${good > 0 ? "good" : good < 0 ? "bad" : ""}`}><span aria-hidden="true">{by > 0 ? "▲" : "▼"}</span> <span className={good === 0 ? "muted" : undefined}>{good > 0 ? w.betterNow : good < 0 ? w.worseNow : by > 0 ? w.moreNow : w.lessNow}</span></span>
                <span className="name"><Link href={href("~/ask/comparison", { a: fields.a, b: fields.b, measures: String(row["measure"]), since: undefined, until: undefined })}>{String(row["what"])}</Link>{means(row) && <small className="muted">{means(row)}</small>}</span>
                <span className="numbers"><b>{of("a")}</b> <span className="muted">{w.before(of("b"))}</span><br /><small className="muted">{by > 0 && apart !== "points" && apart !== "emotion" ? "+" : ""}{inUnit(by, apart, locale)} ({interval(row["difference_low"] as number, row["difference_high"] as number, apart, locale)})</small></span>
              </li>
            );
          })}
        </ul>
      )}
      <p className="small muted">{w.ofCompared(found.length, compared)} <Link href={href("~/ask/comparison", { a: fields.a, b: fields.b, since: undefined, until: undefined })}>{w.allOfIt}</Link></p>
    </>
  );
}
