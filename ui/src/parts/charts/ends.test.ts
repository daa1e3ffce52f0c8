import { expect, test } from "vitest";
import { apart } from "@/parts/charts/ends";

test("names that would overlap are moved apart, in their order", () => {
  expect(apart([10, 50, 12], 14, 200)).toEqual([10, 50, 24]);
});

test("none goes below the chart: those above give way", () => {
  expect(apart([95, 98, 99], 14, 100)).toEqual([72, 86, 100]);
});
