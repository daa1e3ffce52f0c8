// The commonest exact paths, with what became of them, each with its customers; what is not shown closes the sum.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconRoute, IconUsersPlus } from "@tabler/icons-react";
import type { AnswerOut } from "@/api/types";
import { interval, money, number, percent, time as timeSaid } from "@/format";
import { folded } from "@/pages/paths/folded";
import { rowsOf, type Row } from "@/parts/charts/drawing";
import { words } from "@/words";

const w = words.paths;
const ARROW = " > ";
interface Props { answer: AnswerOut; unit: string; labelOf: (step: string) => string; behind: (count: string) => void; take: (steps: string[]) => void; save: (steps: string[]) => void; more?: (() => void) | undefined }

export function Exact({ answer, unit, labelOf, behind, take, save, more }: Props) {
  const rows = rowsOf(answer.tables["paths"]);
  const paths = rows.filter((row) => row["customers"] !== null);
  const of = (some: Row[]) => some.reduce((sum, row) => sum + Number(row["walks"]), 0);
  const other = of(rows) - of(paths);
  const most = Math.max(1, ...paths.map((row) => Number(row["walks"])));
  const units = w.units[unit] ?? unit;
  if (paths.length === 0) return <p className="muted">{w.noPaths}</p>;
  return (
    <>
      <div className="paths-head" aria-hidden="true"><span>{w.pathHead}</span><span>{units}</span><span>{w.who}</span><span>{w.succeeded}</span><span>{w.half}</span><span>{w.value}</span></div>
      <ol className="paths-list">
        {paths.map((row, i) => <Path key={String(row["path"])} row={row} place={i + 1} most={most} units={units} currency={answer.asked.currency} labelOf={labelOf} behind={behind} take={take} save={save} />)}
      </ol>
      <p className="muted small" data-testid="sum">{w.sum(of(paths), other, of(rows), units)}</p>
      {more && other > 0 && <Button size="xs" variant="default" onClick={more}>{w.morePaths}</Button>}
    </>
  );
}

interface PathProps extends Pick<Props, "labelOf" | "behind" | "take" | "save"> { row: Row; place: number; most: number; units: string; currency: string | null | undefined }

function Path({ row, place, most, units, currency, labelOf, behind, take, save }: PathProps) {
  const some = (name: string) => (typeof row[name] === "number" ? (row[name] as number) : null);
  const steps = String(row["path"]).split(ARROW);
  const real = steps.filter((one) => one !== "…");
  const [share, succeeded, time, value] = [some("share"), some("succeeded"), some("time"), some("value")];
  const walks = Number(row["walks"]);
  return (
    <li>
      <p className="chain">{folded(steps).map((part, k) => <Part key={k} first={k === 0} labels={part.steps.map(labelOf)} times={part.times} />)}</p>
      <dl>
        <div>
          <dt>{units}</dt>
          <dd>
            {number(walks)} {share !== null && <span className="muted">{percent(share)}</span>}
            <span className="walked" aria-hidden="true"><span style={{ width: `${(walks / most) * 100}%` }} /></span>
          </dd>
        </div>
        <div><dt>{w.who}</dt><dd><button type="button" className="crumb" onClick={() => behind(`path ${place}`)}>{w.customers(Number(row["customers"]))}<span className="sr">&nbsp;{w.ofPath(place)}</span></button></dd></div>
        <div><dt>{w.succeeded}</dt><dd>{succeeded === null ? <span className="why">{w.tooFew(Number(row["succeeded_n"] ?? 0))}</span> : <>{percent(succeeded)} <span className="muted nowrap">{interval(some("succeeded_low"), some("succeeded_high"), "share")}</span></>}</dd></div>
        <div><dt>{w.half}</dt><dd>{real.length < 2 && !time ? <span className="muted">{w.oneStep}</span> : time === null ? words.none : timeSaid(time)}</dd></div>
        <div><dt>{w.value}</dt><dd>{value === null ? words.none : money(value, currency)}</dd></div>
      </dl>
      <div className="doings">
        <Tooltip label={w.walkThis}><ActionIcon variant="subtle" color="gray" aria-label={`${w.walkThis}, ${w.path(place)}`} onClick={() => take(real)}><IconRoute size="1rem" /></ActionIcon></Tooltip>
        <Tooltip label={w.save}><ActionIcon variant="subtle" color="gray" aria-label={`${w.save}, ${w.path(place)}`} onClick={() => save(real)}><IconUsersPlus size="1rem" /></ActionIcon></Tooltip>
      </div>
    </li>
  );
}

/** Steps as chips; a loop stands in a frame, with how often it was walked. */
function Part({ first, labels, times }: { first: boolean; labels: string[]; times: number }) {
  const arrow = <span className="muted" aria-hidden="true"> › </span>;
  const chips = labels.map((label, i) => <span key={i}>{i > 0 && arrow}<span className="chip">{label}</span></span>);
  return <>{!first && arrow}{times > 1 ? <span className="loop">{chips} <span className="times">{w.times(times)}</span></span> : chips}</>;
}
