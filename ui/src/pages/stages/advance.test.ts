import { expect, test } from "vitest";
import type { StageNumbersOut } from "@/api/types";
import { logarithmic, placeOf } from "@/pages/stages/advance";

const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;
const numbers = (half: number) => ({ time_of_succeeded: [null, { value: half, low: half, high: half, n: 30 }, null] }) as unknown as StageNumbersOut;

test("the beginning is stretched where half come in a small part of the time", () => {
  expect(logarithmic(numbers(5 * MINUTE), 14 * DAY)).toBe(true);
  expect(logarithmic(numbers(3 * DAY), 14 * DAY)).toBe(false);
});

test("a stretched axis begins at a minute", () => {
  expect(placeOf(0, true)).toBe(0);
  expect(placeOf(100 * MINUTE, true)).toBeCloseTo(2);
  expect(placeOf(2 * DAY, false)).toBe(2);
});
