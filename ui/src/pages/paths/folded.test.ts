import { expect, test } from "vitest";
import { folded } from "@/pages/paths/folded";

test("a loop stands once, with how often it was walked", () => {
  expect(folded(["ad", "home", "page", "home", "page", "home", "cart"])).toEqual([
    { steps: ["ad"], times: 1 }, { steps: ["home", "page"], times: 2 }, { steps: ["home"], times: 1 }, { steps: ["cart"], times: 1 },
  ]);
});

test("a step done several times running is a loop of one", () => {
  expect(folded(["page", "page", "page"])).toEqual([{ steps: ["page"], times: 3 }]);
});

test("unfolding gives the path again", () => {
  const path = ["a", "b", "a", "b", "c", "a", "b", "c", "a"];
  expect(folded(path).flatMap((one) => Array.from({ length: one.times }, () => one.steps).flat())).toEqual(path);
});
