// Notes of what happened outside of the data, for every chart with a time axis: what the API has, and how it is drawn.
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { CustomSeriesOption, MarkAreaComponentOption, SeriesOption } from "echarts";
import { answered } from "@/api/problem";
import { calendarDay } from "@/format";
import { readNotes } from "@/generated/client/sdk.gen";
import type { Note } from "@/generated/client/types.gen";
import type { Palette } from "@/parts/Chart";
import { words } from "@/words";

export const NOTES = ["notes"];
const DAY = 86_400_000;

export function useNotes(): UseQueryResult<Note[]> {
  return useQuery({ queryKey: NOTES, queryFn: ({ signal }) => answered(readNotes({ signal })) });
}

/** A series without data that draws the notes over a time axis (values in ms); add it to a chart's series. */
export function noteMarks(notes: readonly Note[], colours: Palette, from = -Infinity, to = Infinity): SeriesOption {
  const seen = notes.filter((one) => startOf(one) <= to && endOf(one) >= from);
  const data = seen.map((one, i) => [
    {
      name: one.text,
      // A note that began before the axis or outlasts it is cut off there, and not left out.
      xAxis: Math.max(startOf(one), from),
      label: { show: true, formatter: short(one.text), position: "insideTopLeft", color: colours.muted, fontSize: 11, backgroundColor: colours.card, padding: [1, 3], borderRadius: 3, offset: [0, lineOf(i)] },
      itemStyle: { color: one.kind === "outage" ? colours.bad : colours.teal, opacity: 0.12 },
    },
    { xAxis: Math.min(endOf(one), to) },
  ]) as NonNullable<MarkAreaComponentOption["data"]>;
  return { type: "line", data: [], silent: true, markArea: { silent: true, data } };
}

/** Of when it is: a day, or the first and the last of several. */
export function whenOf(note: Note): string {
  return note.begins === note.ends ? calendarDay(note.begins) : words.range(calendarDay(note.begins), calendarDay(note.ends));
}

/** The same notes in words, for the sentence of a chart. */
export function notesSaid(notes: readonly Note[]): string {
  return notes.map((one) => `${whenOf(one)}: ${one.text}`).join("; ");
}

/** The beginning of its first day, ms; both days are included. */
export function startOf(note: Note): number {
  return Date.parse(`${note.begins}T00:00:00Z`);
}

export function endOf(note: Note): number {
  return Date.parse(`${note.ends}T00:00:00Z`) + DAY;
}

/** Texts of neighbours stand on lines of their own, so that they can be read on a narrow screen. */
const short = (text: string) => (text.length > 20 ? `${text.slice(0, 19)}…` : text);
const lineOf = (i: number) => (i % 3) * 16;

/** The beginning of a period as tables write it ("2025-07", "2025-07-14", "2025-Q3", "2025"), ms; null for other words. */
export function periodStart(text: string): number | null {
  const found = /^(\d{4})(?:-Q([1-4])|-(\d{2})(?:-(\d{2}))?)?(?:T|$)/.exec(text);
  if (!found) return null;
  const [, year, quarter, month, day] = found;
  return Date.UTC(Number(year), quarter ? Number(quarter) * 3 - 3 : Number(month ?? 1) - 1, Number(day ?? 1));
}

/** Which of these periods a note touches: [from, to], places of both ends; null where it touches none. */
export function touched(note: Note, periods: readonly string[]): [number, number] | null {
  const starts = periods.map(periodStart);
  const known = starts.flatMap((one, i) => (one === null ? [] : [{ one, i }]));
  const last = known.at(-1);
  // The last is as long as its month, or as the one before it.
  const over = last && /^\d{4}-\d{2}$/.test(periods[last.i] ?? "") ? new Date(last.one).setUTCMonth(new Date(last.one).getUTCMonth() + 1) : last ? 2 * last.one - (known.at(-2)?.one ?? last.one - 7 * DAY) : 0;
  const inside = known.filter(({ one }, k) => startOf(note) < (known[k + 1]?.one ?? over) && endOf(note) > one);
  return inside.length ? [inside[0]?.i ?? 0, inside.at(-1)?.i ?? 0] : null;
}

/** The same over an axis of categories that are periods; add it to a chart's series. */
export function noteBands(notes: readonly Note[], colours: Palette, periods: readonly string[]): CustomSeriesOption {
  const seen = notes.flatMap((note) => { const at = touched(note, periods); return at ? [{ note, at }] : []; });
  return {
    type: "custom", silent: true, z: 6, tooltip: { show: false }, clip: true, encode: { x: [0, 1], tooltip: [] }, data: seen.map((one) => one.at),
    renderItem: (params, api) => {
      const note = seen[params.dataIndex]?.note;
      const area = params.coordSys as unknown as { x: number; y: number; width: number; height: number };
      if (!note) return null;
      const half = ((api.size?.([1, 0]) as number[] | undefined)?.[0] ?? 0) / 2;
      const end = (i: number) => (api.coord([api.value(i), 0]) as number[])[0] ?? 0;
      const left = Math.max(area.x, end(0) - half);
      const width = Math.max(2, Math.min(area.x + area.width, end(1) + half) - left);
      return { type: "group", children: [
        { type: "rect", shape: { x: left, y: area.y, width, height: area.height }, style: { fill: note.kind === "outage" ? colours.bad : colours.teal, opacity: 0.12 } },
        { type: "text", style: { text: short(note.text), x: left + 4, y: area.y + 4 + lineOf(params.dataIndex), fill: colours.muted, fontSize: 11, fontFamily: getComputedStyle(document.body).fontFamily, backgroundColor: colours.card, padding: [1, 3], borderRadius: 3 } },
      ] };
    },
  };
}
