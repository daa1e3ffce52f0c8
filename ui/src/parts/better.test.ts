import { expect, test } from "vitest";
import { better } from "@/parts/better";

test("more success and less time are better; reach is neither", () => {
  expect(["rate:decision", "lift:payment", "median:decision", "time", "reach:cart"].map(better)).toEqual([1, 1, -1, -1, 0]);
});
