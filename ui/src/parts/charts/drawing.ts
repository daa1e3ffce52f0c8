// What every chart of an answer shares: reading its tables, axes, whiskers, tooltips as plain text, hatching.
import type { CustomSeriesOption, EChartsOption } from "echarts";
import type { AnswerOut, TableOut } from "@/api/types";
import { inUnit, interval, number, type Locale, type Unit } from "@/format";
import type { Note } from "@/generated/client/types.gen";
import type { Palette } from "@/parts/Chart";
import { unitOf as unitOfText } from "@/parts/unit";
import { words } from "@/words";

/** One chart. label: a sentence for who does not see it. A mark whose data have `list` names a list of the answer. */
export interface Drawing { key: string; label: string; caption?: string; height: number; small?: boolean; /** At least so wide, in rem: a narrow screen scrolls. */ least?: number; /** Over a calendar: the notes belong to it. */ dated?: boolean; option: (colours: Palette) => EChartsOption }
/** What a drawing knows beside the answer. notes: of what happened outside of the data, for axes of time. */
export interface Seen { locale: Locale; name: (id: string) => string; notes?: readonly Note[] }
export type Draw = (answer: AnswerOut, seen: Seen) => Drawing[];
export type Row = Record<string, unknown>;
export interface Known { value: number; low: number; high: number; n: number }

export function rowsOf(table: TableOut | undefined): Row[] {
  if (!table) return [];
  const names = table.columns.map((one) => one.name);
  return table.rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}

export const num = (row: Row, name: string): number => (typeof row[name] === "number" ? (row[name] as number) : 0);
export const text = (row: Row, name: string): string => String(row[name] ?? "");

/** An estimate of a row; null where there is none. An open end is drawn at the value. */
export function known(row: Row, name: string): Known | null {
  const value = row[name];
  if (typeof value !== "number") return null;
  const end = (part: string) => (typeof row[`${name}_${part}`] === "number" ? (row[`${name}_${part}`] as number) : value);
  return { value, low: end("low"), high: end("high"), n: num(row, `${name}_n`) };
}

/** "31.0 % (30.1 – 31.9), n 10,145", or why not. */
export function told(row: Row, name: string, unit: Unit, locale: Locale): string {
  const one = known(row, name);
  if (!one) return words.ask.noNumber(num(row, `${name}_n`));
  const ends = one.low < one.high ? ` (${interval(one.low, one.high, unit, locale)})` : "";
  return `${inUnit(one.value, unit, locale)}${ends}${one.n ? `, ${words.n(one.n)}` : ""}`;
}

/** The unit of a table's row whose column says "@unit", and that of differences of such numbers. */
export function unitOf(row: Row, apart = false): Unit {
  const unit = text(row, "unit");
  return apart && unit === "share" ? "points" : unitOfText(unit);
}

/** Of a list that the answer has: its name, to be opened by a click. */
export function list(answer: AnswerOut, name: string): string | undefined {
  return answer.lists.includes(name) ? name : undefined;
}

const escape = (line: string) => line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
/** Lines of a tooltip. Text only: the policy of the page allows no inline styles. */
export const tip = (...lines: (string | undefined | false)[]): string => lines.filter((one) => one).map((one) => escape(String(one))).join("<br>");

/** The size of small text on this screen, in pixels. */
export function size(rem = 0.75): number {
  return typeof document === "undefined" ? 16 * rem : parseFloat(getComputedStyle(document.documentElement).fontSize) * rem;
}
const across = () => (typeof window === "undefined" ? 1400 : window.innerWidth);
const narrow = () => across() < 700;

export function tooltip(c: Palette, formatter?: (params: never) => string): object {
  return { backgroundColor: c.card, borderColor: c.line, textStyle: { color: c.ink, fontSize: size() }, confine: true, ...(formatter ? { formatter } : {}) };
}

/** Marks with a `said` text of their own. */
export function saidTip(c: Palette): object {
  return tooltip(c, ((one: { data?: { said?: string } }) => one.data?.said ?? "") as never);
}

export function axis(c: Palette, more: object = {}): object {
  const { axisLabel, ...rest } = more as { axisLabel?: object; type?: string };
  const formatter = rest.type === "value" ? { formatter: tick } : {};
  return { axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: c.line } }, nameTextStyle: { color: c.muted, fontSize: size() }, ...rest, axisLabel: { color: c.muted, fontSize: size(), hideOverlap: true, ...formatter, ...axisLabel } };
}

/** A plain number beside an axis. */
export const tick = (one: number): string => number(one, { maximumSignificantDigits: 6 });

const MINUTE = 60_000_000;
const STEPS = [1 / 60, 1, 5, 15, 60, 360, 720, 1_440, 2_880, 7_200, 14_400, 43_200, 144_000, 525_600].map((one) => one * MINUTE);
/** How far apart marks of an axis of durations stand, for about four of them: a round time. */
export function stepOf(reach: number): number {
  return STEPS.find((one) => reach / one <= 5) ?? reach / 4;
}

/** Names down the left side, the first on top. */
export function names(c: Palette, data: string[], more: object = {}): object {
  return axis(c, { type: "category", inverse: true, data, splitLine: { show: false }, ...more, axisLabel: { color: c.ink, width: size(narrow() ? 8 : across() < 1100 ? 15 : 24), overflow: "truncate", interval: 0, hideOverlap: false } });
}

export function percentAxis(c: Palette, more: object = {}): object {
  return axis(c, { type: "value", ...more, axisLabel: { formatter: (one: number) => number(one, { style: "percent", maximumFractionDigits: 1 }) } });
}

export function legend(c: Palette, data?: string[]): object {
  return { textStyle: { color: c.ink, fontSize: size() }, top: 0, left: 0, type: "scroll", pageIconColor: c.ink, pageIconInactiveColor: c.line, pageIconSize: size(0.7), pageTextStyle: { color: c.muted }, icon: undefined, itemWidth: size(1), itemHeight: size(0.6), ...(data ? { data } : {}) };
}

/** Not known yet: hatched, so that no colour alone says so. */
export function hatched(c: Palette): object {
  return { color: c.card, borderColor: c.muted, borderWidth: 1, decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: c.muted } };
}

export interface Mark { y: number; one: Known; said: string; color?: string; list?: string | undefined; base?: number }
export type Shape = "circle" | "square" | "diamond" | "triangle" | "ring" | "down" | "bar";

/** Values with their intervals as dots on lines, one row each. shift: in rows, where several stand beside each other. */
export function whiskers(marks: Mark[], name: string, more: { shift?: number; shape?: Shape; color?: string } = {}): CustomSeriesOption {
  const r = size(0.28);
  return {
    type: "custom",
    z: 4,
    name,
    itemStyle: more.color ? { color: more.color } : {},
    encode: { x: [1, 2, 3], y: 0 },
    data: marks.map((one) => ({ value: [one.y, one.one.value, one.one.low, one.one.high], said: one.said, list: one.list, itemStyle: one.color ? { color: one.color } : {} })),
    renderItem: (_params, api) => {
      const row = Number(api.value(0));
      const at = (x: number) => api.coord([x, row]) as [number, number];
      const band = (api.size?.([0, 1]) as number[] | undefined)?.[1] ?? 0;
      const [x, y0] = at(Number(api.value(1)));
      const y = y0 + (more.shift ?? 0) * band;
      const low = at(Number(api.value(2)))[0];
      const high = at(Number(api.value(3)))[0];
      const color = String(api.visual("color"));
      const line = { stroke: color, lineWidth: size(0.1) };
      return {
        type: "group",
        children: [
          { type: "rect", shape: { x: low - r, y: y - r * 1.5, width: high - low + 2 * r, height: r * 3 }, style: { fill: "transparent" } },
          { type: "line", shape: { x1: low, y1: y, x2: high, y2: y }, style: line },
          ...(high - low > 2 * r ? [low, high].map((end) => ({ type: "line" as const, shape: { x1: end, y1: y - r * 0.7, x2: end, y2: y + r * 0.7 }, style: line })) : []),
          shapeAt(more.shape ?? "circle", x, y, r, color),
        ],
      };
    },
  };
}

function shapeAt(shape: Shape, x: number, y: number, r: number, color: string) {
  const style = { fill: color };
  const polygon = (points: [number, number][]) => ({ type: "polygon" as const, shape: { points: points.map(([a, b]) => [x + a * r, y + b * r]) }, style });
  switch (shape) {
    case "square": return { type: "rect" as const, shape: { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8 }, style };
    case "diamond": return polygon([[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]]);
    case "triangle": return polygon([[0, -1.2], [1.15, 0.9], [-1.15, 0.9]]);
    case "down": return polygon([[0, 1.2], [1.15, -0.9], [-1.15, -0.9]]);
    case "bar": return { type: "rect" as const, shape: { x: x - r * 0.35, y: y - r * 1.3, width: r * 0.7, height: r * 2.6 }, style };
    case "ring": return { type: "circle" as const, shape: { cx: x, cy: y, r: r * 0.9 }, style: { fill: "transparent", stroke: color, lineWidth: r * 0.5 } };
    default: return { type: "circle" as const, shape: { cx: x, cy: y, r }, style };
  }
}

/** Ink that can be read on a cell so dark. share: of the darkest. */
export const onCell = (c: Palette, share: number): object => ({ color: share > 0.6 ? c.card : c.ink });

/** A colour between two, both written as #rrggbb. share: how far from the first. */
export function mixed(a: string, b: string, share: number): string {
  const parts = (one: string) => [1, 3, 5].map((i) => parseInt(one.slice(i, i + 2), 16));
  const [from, to] = [parts(a.trim()), parts(b.trim())];
  const found = from.map((one, i) => Math.round(one + ((to[i] ?? one) - one) * share));
  return found.some(Number.isNaN) ? b : `#${found.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** The colour half way between two. */
export const between = (a: string, b: string): string => mixed(a, b, 0.5);

/** Colours of lines that mean neither good nor bad. */
export function lineColours(c: Palette): string[] {
  return [c.track, c.teal, c.series[2] ?? c.ink, c.ink, c.from, c.muted, mixed(c.teal, c.ink, 0.5)];
}

/** A zero line that stands out. */
export function zero(c: Palette): object {
  return { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: c.muted, type: "solid", width: 1 }, data: [{ xAxis: 0 }] };
}

export const tall = (rows: number, each = 1.7, more = 3): number => Math.max(rows * each + more, 7);
export const GRID = { left: 8, right: 24, top: 16, bottom: 8, containLabel: true };
export const as = (option: object): EChartsOption => option as EChartsOption;
