// The time to advance: of those who entered, how many had succeeded by when, with the band; those still here count for
// as long as they were watched. Two kinds of quartiles, which are easily mixed up, stand below by their full names.
import { useCallback } from "react";
import { isKnown, type Measured, type StageGroupOut, type StageNumbersOut } from "@/api/types";
import { duration, interval, number, percent, time, why } from "@/format";
import { advanceOption, logarithmic } from "@/pages/stages/advance";
import { Chart, type Palette } from "@/parts/Chart";
import { words } from "@/words";

const w = words.stages;
type Curve = NonNullable<StageNumbersOut["curve"]>;

interface Props { numbers: StageNumbersOut; label: string; within: number; groups?: StageGroupOut[] | undefined }

export function Advance({ numbers, label, within, groups }: Props) {
  const option = useCallback((colours: Palette) => advanceOption(numbers, within, colours, groups), [numbers, within, groups]);
  if (!numbers.curve) return <p className="why">{w.noCurve}</p>;
  const eventually = numbers.eventually;
  const said = isKnown(eventually) ? w.curveSaid(label, percent(eventually.value), duration(within)) : why(eventually);
  return (
    <>
      <p className="muted">{said}{logarithmic(numbers, within) && ` ${w.stretched}`}</p>
      <Chart label={said} option={option} height="18rem" />
      <table className="values">
        <caption className="sr">{w.quartiles}</caption>
        <thead><tr><td></td><th scope="col">{w.quarter}</th><th scope="col">{w.halfOf}</th><th scope="col">{w.threeQuarters}</th></tr></thead>
        <tbody>
          <tr><th scope="row">{w.ofAll}</th>{numbers.time_quartiles.map((one, i) => <Quartile key={i} one={one} />)}</tr>
          <tr><th scope="row">{w.ofSucceeded}</th>{numbers.time_of_succeeded.map((one, i) => <Quartile key={i} one={one} />)}</tr>
        </tbody>
      </table>
      <details><summary>{words.table}</summary><CurveTable curve={numbers.curve} label={label} /></details>
    </>
  );
}

function Quartile({ one }: { one: Measured }) {
  if (!isKnown(one)) return <td className="why">{why(one)}</td>;
  if (one.value === 0 && one.high === 0) return <td>{words.atOnce}</td>;
  return <td>{time(one.value)} <small className="muted">{interval(one.low, one.high, "duration")}</small></td>;
}

function CurveTable({ curve, label }: { curve: Curve; label: string }) {
  const every = Math.max(1, Math.floor(curve.time.length / 24));
  const rows = curve.time.map((_, i) => i).filter((i) => i % every === 0 || i === curve.time.length - 1);
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={label}>
      <table className="data-table">
        <caption className="sr">{w.curveTable(label)}</caption>
        <thead><tr>{[w.after, w.counts.succeeded, w.band, w.counts.left, w.counts.lapsed, w.atRisk].map((one) => <th key={one} scope="col" className="n">{one}</th>)}</tr></thead>
        <tbody>
          {rows.map((i) => (
            <tr key={i}>
              <td className="n">{duration(curve.time[i] ?? 0)}</td><td className="n">{percent(curve.succeeded[i] ?? 0)}</td>
              <td className="n">{interval(curve.low[i], curve.high[i], "share")}</td><td className="n">{percent(curve.left[i] ?? 0)}</td>
              <td className="n">{percent(curve.lapsed[i] ?? 0)}</td><td className="n">{number(curve.at_risk[i] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

