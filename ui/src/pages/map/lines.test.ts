import { expect, test } from "vitest";
import type { Cell, StageColumn } from "@/api/types";
import { emotionLines, smooth } from "./lines";

const stages = ["a", "b", "c"].map((id) => ({ id }) as StageColumn);
const cell = (stage: string, value: number | null): Cell =>
  ({ id: stage, lane: "emotion", stage, series: "reported", drawing: "lines", rests: "reported", blank: value === null ? "too few" : "", values: [{ name: "emotion", label: "", unit: "emotion", measured: value === null ? { reason: "too_few" } : { value, low: value - 0.1, high: value + 0.1, n: 30, method: "t", as_of: 0 } }] }) as Cell;

test("a line breaks where nothing is known", () => {
  const [line] = emotionLines([cell("a", 1), cell("b", null), cell("c", 0)], stages);
  expect(line?.runs.map((run) => run.map((one) => one.x))).toEqual([[0.5], [2.5]]);
});

test("a smooth line stays between its points", () => {
  expect(smooth([[0, 0], [10, 5], [20, 5]])).toBe("M0.0 0.0C3.3 0.0 6.7 5.0 10.0 5.0C13.3 5.0 16.7 5.0 20.0 5.0");
  expect(smooth([])).toBe("");
});
