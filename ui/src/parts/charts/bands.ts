// Stages over time as bands on top of each other, in one hue from pale to deep in the order of the stages, each named at its
// right end; a narrow screen has a legend instead. Notes of what happened are drawn over the same axis.
import type { CustomSeriesOption } from "echarts";
import { day, inUnit } from "@/format";
import type { Note } from "@/generated/client/types.gen";
import { noteMarks } from "@/parts/annotations";
import type { Palette } from "@/parts/Chart";
import { as, axis, GRID, legend, mixed, size, tip, tooltip } from "@/parts/charts/drawing";
import { endNames } from "@/parts/charts/ends";

/** One stage: how many were in it at each time. list: opened by a click on its name. */
export interface Band { name: string; data: number[]; list?: string | undefined }

/** As many steps as there are stages along the track: pale, its beginning, its end, and deeper. */
export function stageColours(c: Palette, n: number): string[] {
  const way = [c.pale, c.from, c.track, mixed(c.track, c.ink, 0.5)];
  return Array.from({ length: n }, (_, i) => {
    const at = n > 1 ? (i / (n - 1)) * (way.length - 1) : 2;
    const from = Math.min(Math.floor(at), way.length - 2);
    return mixed(way[from] ?? c.track, way[from + 1] ?? c.track, at - from);
  });
}

/** at: ms. bands: in the order of the stages, the first at the bottom. */
export function bandsOption(c: Palette, at: number[], bands: Band[], notes: readonly Note[]) {
  const narrow = typeof window !== "undefined" && window.innerWidth < 700;
  const colours = stageColours(c, bands.length);
  return as({
    tooltip: { ...tooltip(c, ((all: { seriesName: string; value: [number, number] }[]) => tip(day((all[0]?.value[0] ?? 0) * 1_000, "UTC"), ...all.filter((one) => bands.some((band) => band.name === one.seriesName)).map((one) => `${one.seriesName}: ${inUnit(one.value[1], "count")}`).reverse())) as never), trigger: "axis" },
    grid: { ...GRID, top: narrow ? size(2.5) : size(1), right: narrow ? size(1) : size(8) },
    ...(narrow ? { legend: { ...legend(c, bands.map((one) => one.name)), icon: "roundRect" } } : {}),
    xAxis: axis(c, { type: "time", splitLine: { show: false }, min: at[0], max: at.at(-1) }),
    yAxis: axis(c, { type: "value", min: 0 }),
    series: [
      ...bands.map((one, i) => ({
        name: one.name, type: "line" as const, stack: "all", symbol: "none", itemStyle: { color: colours[i] ?? c.track }, lineStyle: { width: 1.5, color: c.paper }, areaStyle: { color: colours[i] ?? c.track, opacity: 1 },
        data: at.map((time, k) => [time, one.data[k] ?? 0]),
      })),
      ...(narrow ? [] : [ends(c, at.at(-1) ?? 0, bands, colours)]),
      noteMarks(notes, c, at[0], at.at(-1)),
    ],
  });
}

/** Each band's name where it ends, at its middle. */
function ends(c: Palette, last: number, bands: Band[], colours: string[]): CustomSeriesOption {
  let below = 0;
  return endNames(c, bands.map((one, i) => {
    const high = one.data.at(-1) ?? 0;
    below += high;
    return { name: one.name, at: [last, below - high / 2], color: colours[i] ?? c.track, list: one.list };
  }));
}
