import { expect, test } from "vitest";
import type { Cell, StageColumn } from "@/api/types";
import { emotionLines, notable, smooth } from "./lines";

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

test("labels name what is surely low or high, and never meet", () => {
  const cell = (title: string) => ({ id: title, title }) as Cell;
  const at = (x: number, value: number, title: string, sure = 0.1) => ({ x, value, low: value - sure, high: value + sure, cell: cell(title) });
  const lines = [{ series: "reported", runs: [[at(0.5, -1.5, "Payment failed"), at(0.6, -1.4, "Payment"), at(2, 0.05, "Cart"), at(3, 1.2, "Review"), at(4, -1, "Parcel", 2)]] }];
  expect(notable(lines, [], 0.5).map((one) => one.text)).toEqual(["Payment failed", "Review"]);
});
