import { expect, test } from "vitest";
import { parts } from "@/pages/stages/outcomes";

test("the parts are to scale, and those still here stand apart", () => {
  const found = parts({ advanced: 50, left: 0, lapsed: 30, in_flight: 20 }, 100);
  expect(found.map((one) => one.outcome)).toEqual(["advanced", "lapsed", "in_flight"]);
  expect(found[0]?.width).toBeCloseTo(0.49);
  expect(found[2]?.from).toBeCloseTo(0.49 + 0.294 + 0.02);
  expect((found[2]?.from ?? 0) + (found[2]?.width ?? 0)).toBeCloseTo(1);
});

test("a stage that nobody entered has no parts", () => {
  expect(parts({ advanced: 0, left: 0, lapsed: 0, in_flight: 0 }, 0)).toEqual([]);
});
