import { expect, test } from "vitest";
import type { StageColumn } from "@/api/types";
import { ribbon, thickness, trackDown, trackShape } from "./track";

const stage = (customers: number, lost = 0, inFlight = 0): StageColumn =>
  ({ id: "x", label: "", about: "", customers, skipped: 0, left: 0, lapsed: lost, lost, in_flight: inFlight, rate: { reason: "no_data" }, success: "", within: 0, time: "", reach_cell: "", rate_cell: "", lost_cell: "" }) as StageColumn;

test("thickness goes with the square root, and no customer vanishes", () => {
  expect(thickness([400, 100, 0])).toEqual([92, 46, 0]);
  expect(thickness([1_000_000, 1])[1]).toBe(2);
  expect(thickness([])).toEqual([]);
});

test("a stage that nobody reached breaks nothing", () => {
  const shape = trackShape([stage(0), stage(0)], 100);
  expect(shape.pieces.map((one) => one.strands.length)).toEqual([0, 0]);
  expect(shape.band).not.toContain("NaN");
});

test("whoever is still there is a part of the band", () => {
  const [piece] = trackShape([stage(100, 50, 25), stage(25)], 100).pieces;
  expect(piece?.inFlight?.height).toBeCloseTo(23);
  expect(piece?.strands).toHaveLength(5);
});

test("a stage is as deep as those who wear away below it, or as its own edge", () => {
  const [lost, kept] = trackShape([stage(100, 50), stage(25)], 100).pieces;
  expect(lost?.deepest).toBeCloseTo((lost?.bottom ?? 0) + 12 + 92 * Math.sqrt(0.5) * 0.36);
  expect(kept?.deepest).toBe(kept?.bottom);
});

test("no stages, no path", () => expect(ribbon([], [], 10)).toBe(""));

test("down the side, each piece ends as wide as the next begins", () => {
  const [first, second] = trackDown([stage(400, 100), stage(100)]);
  expect(first?.band).toContain("13.6 100");
  expect(second?.band).toContain("H13.6V88");
  expect(first?.strand).not.toBe("");
  expect(second?.strand).toBe("");
});
