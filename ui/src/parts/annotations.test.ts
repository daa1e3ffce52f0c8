import { describe, expect, it } from "vitest";
import type { Note } from "@/generated/client/types.gen";
import { endOf, noteMarks, notesSaid, startOf } from "@/parts/annotations";
import type { Palette } from "@/parts/Chart";

const note: Note = { id: "1", begins: "2025-03-01", ends: "2025-03-14", kind: "campaign", text: "Spring" };
const colours = { muted: "#777", bad: "#a00", teal: "#088" } as Palette;

describe("notes on a time axis", () => {
  it("cover both of their days", () => {
    expect(endOf(note) - startOf(note)).toBe(14 * 86_400_000);
  });
  it("are left out beside the axis, and cut off at its ends", () => {
    const marks = (from: number, to: number) => (noteMarks([note], colours, from, to) as { markArea: { data: { xAxis: number }[][] } }).markArea.data;
    expect(marks(endOf(note) + 1, Infinity)).toEqual([]);
    const cut = startOf(note) + 5;
    expect(marks(cut, Infinity)[0]?.[0]?.xAxis).toBe(cut);
  });
  it("are said in words", () => {
    expect(notesSaid([note, { ...note, ends: note.begins }])).toBe("2025-03-01 – 2025-03-14: Spring; 2025-03-01: Spring");
  });
});
