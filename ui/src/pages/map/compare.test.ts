import { expect, test } from "vitest";
import type { AnswerOut, MapDocument, WorkspaceOut } from "@/api/types";
import { both } from "@/pages/map/comparing";
import { alone, apartIn, chanceIn, endsIn, rowsOf, sidesOf, type Row } from "./compare";

const workspace = { segments: [{ id: "mobile", label: "On the phone" }, { id: "desktop", label: "On a computer" }], personas: [], touchpoints: [{ id: "payment_error", stage: "decision" }] } as unknown as WorkspaceOut;
const map = { stages: [{ id: "decision", label: "Decision" }], lanes: [{ id: "promises", cells: [{ id: "promises.decision.in_time", stage: "decision" }] }] } as unknown as MapDocument;

test("another group is asked at the same time, another period of the same group", () => {
  const groups = sidesOf({ segment: "mobile", since: "2025-01-01" }, "desktop", workspace);
  expect(groups.fields).toEqual({ a: "mobile", b: "desktop", segment: undefined, since: "2025-01-01", until: undefined });
  expect([groups.a, groups.b, groups.other.segment]).toEqual(["On the phone", "On a computer", "desktop"]);
  const periods = sidesOf({ segment: "mobile", since: "2025-10-01", until: "2026-01-01" }, "period:2025-07-01..2025-10-01", workspace);
  expect(periods.fields).toEqual({ a: "period:2025-10-01..2026-01-01", b: "period:2025-07-01..2025-10-01", segment: "mobile", since: undefined, until: undefined });
  expect([periods.a, periods.b, periods.other.since]).toEqual(["Q4 2025", "Q3 2025", "2025-07-01"]);
});

test("a difference stands in its stage, and is good or bad only beyond chance", () => {
  const names = ["measure", "what", "unit", "beyond_chance", "difference", "difference_low", "difference_high", "a", "b", "q"];
  const row = (id: string, what: string, beyond: boolean, apart: number) => [id, what, "share", beyond, apart, apart - 0.1, apart + 0.1, 0.5, 0.5 - apart, 0.01];
  const answer = { tables: { differences: { columns: names.map((name) => ({ name })), rows: [
    row("rate:decision", "Decision: success", true, -0.2), row("reach:payment_error", "Payment failed: met in Decision", true, 0.2),
    row("promise:in_time", "Kept: In time", false, -0.2), row("back:7", "Back 7 to 14 days", true, 0.2),
  ] } } } as unknown as AnswerOut;
  const rows = rowsOf(answer, map, workspace);
  expect(rows.map((one) => [one.label, one.stage, one.tone])).toEqual([
    ["Success", "decision", "bad"], ["Payment failed", "decision", "plain"], ["Kept: In time", "decision", "plain"], ["Back 7 to 14 days", "", "good"],
  ]);
});

test("a difference has a sign and its unit", () => {
  expect(apartIn(-0.054, "share", {})).toBe("−5.4 pts");
  expect(apartIn(-86_400_000_000 * 3, "duration", {})).toBe("−3 days");
  expect(apartIn(null, "share", {})).toBe("–");
});

test("two pieces of work are told as one: the step of the one that is less far, half of each", () => {
  const map = { step: "paths", share: 0.5 };
  const answer = { step: "Decision: success", share: 0.1 };
  expect(both(map, answer)).toEqual({ step: "Decision: success", share: 0.3 });
  expect(both(null, answer)).toBe(answer);
  expect(both({ ...map, share: 1 }, null)?.share).toBe(1);
});

test("the ends of a difference have their signs, and a word between them", () => {
  const row = { unit: "share", low: -0.134, high: -0.105 } as Row;
  expect(endsIn(row, {})).toBe("−13.4 to −10.5");
  expect(endsIn({ ...row, low: -0.01, high: 0.02 }, {})).toBe("−1.0 to +2.0");
  expect(endsIn({ ...row, unit: "duration", low: -86_400_000_000 * 3, high: null }, {})).toBe("−3 days to …");
  expect([null, 0.0004, 0.02].map(chanceIn)).toEqual(["–", "< 0.001", "0.02"]);
});

test("what is only on the other side's map is opened on that map", () => {
  expect(alone({ journey: "main", segment: "desktop" })).toEqual({ segment: "desktop", since: undefined, until: undefined, against: undefined, view: undefined, of: undefined });
});
