// The curve of the time to advance as a chart: how many had succeeded by when, with the band; of all also who lapsed and left,
// by a breakdown a line a group. Where most succeed in a small part of the time, the beginning is stretched.
import { isKnown, type StageGroupOut, type StageNumbersOut } from "@/api/types";
import { duration, percent } from "@/format";
import type { Palette } from "@/parts/Chart";
import { as, axis, GRID, lineColours, percentAxis, size, tip, tooltip } from "@/parts/charts/drawing";
import { endNames } from "@/parts/charts/ends";
import { words } from "@/words";

const w = words.stages;
const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;
const TICKS = [1, 5, 15, 60, 240, 1_440, 4_320, 10_080, 43_200, 129_600, 525_600].map((one) => one * MINUTE);
const LEAST = 20; // entered, for a line of a group
const MOST = 6; // groups drawn

type Curve = NonNullable<StageNumbersOut["curve"]>;

/** Whether half of those who succeed do so in less than a fiftieth of the time drawn. */
export function logarithmic(numbers: StageNumbersOut, within: number): boolean {
  const half = numbers.time_of_succeeded[1];
  return half !== undefined && isKnown(half) && half.value < (2 * within) / 50;
}

/** A time as a place on the axis: days, or minutes by their logarithm. */
export function placeOf(time: number, log: boolean): number {
  return log ? Math.log10(Math.max(time, MINUTE) / MINUTE) : time / DAY;
}

function timeAt(place: number, log: boolean): number {
  return log ? 10 ** place * MINUTE : place * DAY;
}

export function advanceOption(numbers: StageNumbersOut, within: number, c: Palette, groups?: StageGroupOut[]) {
  const curve = numbers.curve as Curve;
  const log = logarithmic(numbers, within);
  const points = (times: number[], values: number[]) => [[placeOf(0, log), 0], ...values.map((one, i) => [placeOf(times[i] ?? 0, log), one])];
  const own = (values: number[]) => points(curve.time, values);
  const parted = (groups ?? []).filter((one) => one.stages[0]?.curve && one.stages[0].entered >= LEAST).slice(0, MOST);
  const plain = { type: "line" as const, step: "end" as const, symbol: "none" };
  const silent = { ...plain, stack: "band", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  const shades = lineColours(c).slice(1);
  const others = parted.length
    ? parted.map((group, i) => {
      const one = group.stages[0]?.curve as Curve;
      const color = shades[i] ?? c.ink;
      return { ...plain, name: group.label, data: points(one.time, one.succeeded), lineStyle: { width: 1.75, color, type: (["solid", "dashed", "dotted"] as const)[i % 3] ?? "solid" }, itemStyle: { color } };
    })
    : ([["lapsed", curve.lapsed, "dashed"], ["left", curve.left, "dotted"]] as const).filter(([, values]) => values.some((one) => one > 0)).map(([name, values, type]) => (
      { ...plain, name: w.counts[name], data: own(values), lineStyle: { width: 1.5, type, color: c.muted }, itemStyle: { color: c.muted } }
    ));
  const main = { ...plain, name: parted.length ? words.everyone : w.counts.succeeded, data: own(curve.succeeded), lineStyle: { width: 2.5, color: c.track }, itemStyle: { color: c.track } };
  const end = placeOf(Math.max(2 * within, curve.time.at(-1) ?? 0), log);
  const ticks = TICKS.filter((one) => placeOf(one, true) <= end).map((one) => placeOf(one, true));
  return as({
    grid: { ...GRID, top: size(1.6), right: size(7.5), bottom: size(1.75) },
    xAxis: axis(c, { type: "value", min: placeOf(0, log), max: end, name: log ? w.sinceEntry : w.days, nameLocation: "middle", nameGap: size(2), splitLine: { show: false }, ...(log ? { axisLabel: { customValues: ticks, formatter: (one: number) => duration(timeAt(one, true)) } } : {}) }),
    yAxis: percentAxis(c, { min: 0, max: (one: { max: number }) => Math.min(1, Math.ceil(one.max * 10) / 10) }),
    tooltip: { ...tooltip(c, ((all: { seriesName: string; value: [number, number] }[]) => tip(duration(timeAt(all[0]?.value[0] ?? 0, log)), ...all.filter((one) => one.seriesName).map((one) => `${one.seriesName}: ${percent(one.value[1])}`))) as never), trigger: "axis" },
    series: [
      { ...silent, name: "", data: own(curve.low) },
      { ...silent, name: "", areaStyle: { color: c.track, opacity: 0.18 }, data: own(curve.high.map((one, i) => one - (curve.low[i] ?? 0))) },
      { ...main, markLine: { silent: true, symbol: "none", lineStyle: { color: c.muted, type: "dashed" }, label: { color: c.muted, fontSize: size(), formatter: w.horizon(duration(within)), position: "end" }, data: [{ xAxis: placeOf(within, log) }] } },
      ...others,
      endNames(c, [main, ...others].map((one) => ({ name: one.name, at: [Math.min(end, one.data.at(-1)?.[0] ?? end), one.data.at(-1)?.[1] ?? 0], color: one.itemStyle.color }))),
    ],
  });
}
