// The commonest exact paths, with what became of them, each with its customers; what is not shown closes the sum.
import { Button, Group } from "@mantine/core";
import type { AnswerOut } from "@/api/types";
import { duration, interval, money, percent } from "@/format";
import { rowsOf } from "@/pages/paths/rows";
import { words } from "@/words";

const w = words.paths;
const ARROW = " > ";
interface Props { answer: AnswerOut; unit: string; labelOf: (step: string) => string; behind: (count: string) => void; take: (steps: string[]) => void; save: (steps: string[]) => void; more?: (() => void) | undefined }

export function Exact({ answer, unit, labelOf, behind, take, save, more }: Props) {
  const rows = rowsOf(answer.tables["paths"]);
  const paths = rows.filter((row) => row["customers"] !== null);
  const rest = rows.filter((row) => row["customers"] === null);
  const some = (value: unknown) => (typeof value === "number" ? value : null);
  const shown = paths.reduce((sum, row) => sum + Number(row["walks"]), 0);
  const all = rows.reduce((sum, row) => sum + Number(row["walks"]), 0);
  const other = rest.reduce((sum, row) => sum + Number(row["walks"]), 0);
  return (
    <>
      <ol className="paths-list">
        {paths.map((row, i) => {
          const steps = String(row["path"]).split(ARROW);
          const real = steps.filter((one) => one !== "…");
          const [share, succeeded, time, value] = [some(row["share"]), some(row["succeeded"]), some(row["time"]), some(row["value"])];
          return (
            <li key={String(row["path"])}>
              <p className="chain">{steps.map((step, k) => <span key={k}>{k > 0 && <span className="muted" aria-hidden="true"> › </span>}{labelOf(step)}</span>)}</p>
              <dl>
                <div><dt>{w.units[unit] ?? unit}</dt><dd>{Number(row["walks"]).toLocaleString()} {share !== null && <span className="muted">{percent(share)}</span>}</dd></div>
                <div><dt>{w.succeeded}</dt><dd>{succeeded === null ? <span className="why">{w.tooFew(Number(row["succeeded_n"] ?? 0))}</span> : <>{percent(succeeded)} <span className="muted">{interval(some(row["succeeded_low"]), some(row["succeeded_high"]), "share")}</span></>}</dd></div>
                <div><dt>{w.half}</dt><dd>{time === null ? words.none : duration(time)}</dd></div>
                <div><dt>{w.value}</dt><dd>{value === null ? words.none : money(value, answer.asked.currency)}</dd></div>
              </dl>
              <Group gap="xs">
                <Button size="compact-xs" variant="default" onClick={() => behind(`path ${i + 1}`)}>{w.customers(Number(row["customers"]))}<span className="sr">&nbsp;{w.ofPath(i + 1)}</span></Button>
                <Button size="compact-xs" variant="subtle" onClick={() => take(real)}>{w.walkThis}<span className="sr">, {w.path(i + 1)}</span></Button>
                <Button size="compact-xs" variant="subtle" onClick={() => save(real)}>{w.save}<span className="sr">, {w.path(i + 1)}</span></Button>
              </Group>
            </li>
          );
        })}
      </ol>
      <p className="muted small" data-testid="sum">{w.sum(shown, other, all, w.units[unit] ?? unit)}</p>
      {more && other > 0 && <Button size="xs" variant="default" onClick={more}>{w.morePaths}</Button>}
    </>
  );
}
