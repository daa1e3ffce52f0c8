// The time to advance: of those who entered, how many had succeeded by when, with the band; those still here count for
// as long as they were watched. Two kinds of quartiles, which are easily mixed up, stand below by their full names.
import { useCallback } from "react";
import { isKnown, type Measured, type StageGroupOut, type StageNumbersOut } from "@/api/types";
import { duration, interval, percent, why } from "@/format";
import { Chart, type Palette } from "@/parts/Chart";
import { words } from "@/words";

const w = words.stages;
const DAY = 86_400_000_000;
type Curve = NonNullable<StageNumbersOut["curve"]>;

interface Props { numbers: StageNumbersOut; label: string; within: number; groups?: StageGroupOut[] | undefined }

export function Advance({ numbers, label, within, groups }: Props) {
  const option = useCallback((colours: Palette) => drawn(numbers, within, colours, groups), [numbers, within, groups]);
  if (!numbers.curve) return <p className="why">{w.noCurve}</p>;
  const eventually = numbers.eventually;
  const said = isKnown(eventually) ? w.curveSaid(label, percent(eventually.value), duration(within)) : why(eventually);
  return (
    <>
      <p className="muted">{said}</p>
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
  return <td>{duration(one.value)} <small className="muted">{interval(one.low, one.high, "duration")}</small></td>;
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
              <td className="n">{percent(curve.lapsed[i] ?? 0)}</td><td className="n">{(curve.at_risk[i] ?? 0).toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function drawn(numbers: StageNumbersOut, within: number, colours: Palette, groups?: StageGroupOut[]) {
  const curve = numbers.curve as Curve;
  const days = curve.time.map((one) => one / DAY);
  const line = (values: number[], at = days) => [[0, 0], ...values.map((one, i) => [at[i] ?? 0, one])];
  const axis = { axisLabel: { color: colours.muted }, axisLine: { lineStyle: { color: colours.line } }, splitLine: { lineStyle: { color: colours.line } } };
  const parted = (groups ?? []).filter((one) => one.stages[0]?.curve && one.stages[0].entered >= 20).slice(0, 6);
  const plain = { type: "line" as const, step: "end" as const, symbol: "none" };
  const band = [
    { ...plain, name: "low", stack: "band", lineStyle: { opacity: 0 }, data: line(curve.low), tooltip: { show: false }, silent: true },
    { ...plain, name: "band", stack: "band", lineStyle: { opacity: 0 }, areaStyle: { color: colours.track, opacity: 0.18 }, data: line(curve.high.map((one, i) => one - (curve.low[i] ?? 0))), silent: true },
  ];
  const main = { ...plain, name: w.counts.succeeded, data: line(curve.succeeded), lineStyle: { width: 2.5, color: colours.track }, itemStyle: { color: colours.track },
    markLine: { silent: true, symbol: "none", lineStyle: { color: colours.muted, type: "dashed" as const }, label: { color: colours.muted, formatter: w.horizon(duration(within)), position: "end" as const }, data: [{ xAxis: within / DAY }] } };
  const others = parted.length
    ? parted.map((group, i) => {
      const one = group.stages[0]?.curve as Curve;
      return { ...plain, name: group.label, data: line(one.succeeded, one.time.map((at) => at / DAY)), lineStyle: { width: 1.75, type: (["solid", "dashed", "dotted"] as const)[i % 3] ?? "solid" }, itemStyle: { color: colours.series[(i + 1) % colours.series.length] ?? colours.ink } };
    })
    : [
      { ...plain, name: w.counts.lapsed, data: line(curve.lapsed), lineStyle: { width: 1.5, type: "dashed" as const, color: colours.muted }, itemStyle: { color: colours.muted } },
      { ...plain, name: w.counts.left, data: line(curve.left), lineStyle: { width: 1.5, type: "dotted" as const, color: colours.bad }, itemStyle: { color: colours.bad } },
    ];
  return {
    xAxis: { type: "value" as const, min: 0, max: Math.max((2 * within) / DAY, 0.01), name: w.days, nameLocation: "middle" as const, nameGap: 26, nameTextStyle: { color: colours.muted }, ...axis },
    yAxis: { type: "value" as const, min: 0, max: (one: { max: number }) => Math.min(1, Math.ceil(one.max * 10) / 10), ...axis, axisLabel: { color: colours.muted, formatter: (one: number) => `${Math.round(one * 100)} %` } },
    legend: { textStyle: { color: colours.ink }, data: [main.name, ...others.map((one) => one.name)], top: 0 },
    grid: { left: 8, right: 16, top: 36, bottom: 28, containLabel: true },
    tooltip: { trigger: "axis" as const, backgroundColor: colours.card, borderColor: colours.line, textStyle: { color: colours.ink }, confine: true, valueFormatter: (one: unknown) => (typeof one === "number" ? percent(one) : "") },
    series: [...band, main, ...others],
  };
}
