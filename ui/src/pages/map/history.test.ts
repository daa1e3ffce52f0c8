import { expect, test } from "vitest";
import { afterChange, claimsDiffer, redone, undone, type History } from "@/pages/map/history";

const none: History = { past: [], future: [] };
const text = (...texts: string[]) => texts.map((one) => ({ text: one, by: "", holds: "" }));
const change = (before: string, after: string) => ({ lane: "ideas", stage: "decision", before: text(before), after: text(after) });

test("what was done is undone last first, and done again first first", () => {
  const two = afterChange(afterChange(none, change("a", "b")), change("b", "c"));
  const back = undone(two);
  expect(back?.change.before).toEqual(text("b"));
  const further = undone(back?.history ?? none);
  expect(further?.change.before).toEqual(text("a"));
  expect(undone(further?.history ?? none)).toBeNull();
  expect(redone(further?.history ?? none)?.change.after).toEqual(text("b"));
});

test("writing something new forgets what could be done again, and no change is none", () => {
  const back = undone(afterChange(none, change("a", "b")));
  const other = afterChange(back?.history ?? none, change("a", "x"));
  expect(redone(other)).toBeNull();
  expect(afterChange(other, change("x", "x"))).toBe(other);
});

test("the data are asked again where a claim is another, goes or comes, not where a text is", () => {
  const said = (one: string, holds: string) => [{ text: one, by: "", holds }, ...text("b")];
  expect(claimsDiffer(said("a", "rate:decision >= 80 %"), said("x", "rate:decision >= 80 %"))).toBe(false);
  expect(claimsDiffer(said("a", "rate:decision >= 80 %"), said("a", "rate:decision >= 70 %"))).toBe(true);
  expect(claimsDiffer(said("a", "rate:decision >= 80 %"), text("b"))).toBe(true);
});
