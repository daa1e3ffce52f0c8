// Notes of what happened outside of the data, for every chart with a time axis: what the API has, and how it is drawn.
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { MarkAreaComponentOption, SeriesOption } from "echarts";
import { answered } from "@/api/problem";
import { readNotes } from "@/generated/client/sdk.gen";
import type { Note } from "@/generated/client/types.gen";
import type { Palette } from "@/parts/Chart";

export const NOTES = ["notes"];
const DAY = 86_400_000;

export function useNotes(): UseQueryResult<Note[]> {
  return useQuery({ queryKey: NOTES, queryFn: ({ signal }) => answered(readNotes({ signal })) });
}

/** A series without data that draws the notes over a time axis (values in ms); add it to a chart's series. */
export function noteMarks(notes: readonly Note[], colours: Palette, from = -Infinity, to = Infinity): SeriesOption {
  const seen = notes.filter((one) => startOf(one) <= to && endOf(one) >= from);
  const data = seen.map((one) => [
    {
      name: one.text,
      // A note that began before the axis or outlasts it is cut off there, and not left out.
      xAxis: Math.max(startOf(one), from),
      label: { show: true, position: "insideTopLeft", color: colours.muted, fontSize: 11, overflow: "truncate", width: 120 },
      itemStyle: { color: one.kind === "outage" ? colours.bad : colours.teal, opacity: 0.12 },
    },
    { xAxis: Math.min(endOf(one), to) },
  ]) as NonNullable<MarkAreaComponentOption["data"]>;
  return { type: "line", data: [], silent: true, markArea: { silent: true, data } };
}

/** The same notes in words, for the sentence of a chart. */
export function notesSaid(notes: readonly Note[]): string {
  return notes.map((one) => `${one.begins === one.ends ? one.begins : `${one.begins} – ${one.ends}`}: ${one.text}`).join("; ");
}

/** The beginning of its first day, ms; both days are included. */
export function startOf(note: Note): number {
  return Date.parse(`${note.begins}T00:00:00Z`);
}

export function endOf(note: Note): number {
  return Date.parse(`${note.ends}T00:00:00Z`) + DAY;
}
