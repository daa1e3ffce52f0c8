import { expect, test } from "vitest";
import { ranked, spots, waysOf } from "@/pages/paths/graph";

const ways = waysOf([
  { from: "page", to: "cart", count: 30, chance: 0.3, median_wait: 60, back: false },
  { from: "cart", to: "order", count: 20, chance: 0.6, median_wait: null, back: false },
  { from: "cart", to: "page", count: 5, chance: null, median_wait: null, back: true },
  { from: "(other)", to: "(other)", count: 9 },
]);

test("the rest is no way of its own", () => {
  expect(ways).toHaveLength(3);
  expect(ways[2]).toMatchObject({ chance: null, wait: null, back: true });
});

test("where no stage says it, steps stand by how they follow each other", () => {
  expect([...ranked(["order", "cart", "page"], ways)].sort((a, b) => a[1] - b[1]).map(([step]) => step)).toEqual(["page", "cart", "order"]);
});

test("the most walked is the largest; a step without a way is left out", () => {
  const rows = [{ step: "page", walks: 100, times: 150 }, { step: "cart", walks: 25, times: 30 }, { step: "alone", walks: 9, times: 9 }];
  const found = spots(rows, ways, (step) => (step === "page" ? 1 : 2));
  expect(found.map((one) => one.step)).toEqual(["page", "cart"]);
  expect(found[0]?.size).toBe(72);
  expect(found[1]?.size).toBe(22 + 50 * 0.5);
});
