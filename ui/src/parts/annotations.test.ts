import { describe, expect, it } from "vitest";
import type { Note } from "@/generated/client/types.gen";
import { endOf, noteMarks, notesSaid, periodStart, startOf, touched } from "@/parts/annotations";
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
    expect(notesSaid([note, { ...note, ends: note.begins }])).toBe("Mar 1, 2025 – Mar 14, 2025: Spring; Mar 1, 2025: Spring");
  });
  it("read the periods of a table", () => {
    expect(["2025-07", "2025-07-14", "2025-Q3", "2025", "2025-07-01T00:00:00+10:00"].map(periodStart)).toEqual([Date.UTC(2025, 6), Date.UTC(2025, 6, 14), Date.UTC(2025, 6), Date.UTC(2025, 0), Date.UTC(2025, 6)]);
    expect(periodStart("week 12")).toBeNull();
  });
  it("touch the periods that they overlap, the last being as long as the one before", () => {
    expect(touched(note, ["2025-01", "2025-02", "2025-03", "2025-04"])).toEqual([2, 2]);
    expect(touched(note, ["all", "2025-02-24", "2025-03-03", "2025-03-10"])).toEqual([1, 3]);
    expect(touched(note, ["2025-01", "2025-02"])).toBeNull();
    expect(touched(note, ["week 1", "week 2"])).toBeNull();
  });
});
