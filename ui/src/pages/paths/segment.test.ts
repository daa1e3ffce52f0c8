import { expect, test } from "vitest";
import { rowsFor } from "@/pages/paths/segment";

test("each step was done; one walked twice was done at least twice", () => {
  expect(rowsFor(["page", "*", "cart", "page"], "touchpoint", ["page", "cart"], [])).toEqual({
    rows: [{ what: "touchpoint:page", often: "at_least", times: 2 }, { what: "touchpoint:cart", often: "ever", times: 1 }], left: [],
  });
});

test("a channel is a rule over events; a stage is told that it cannot be said", () => {
  expect(rowsFor(["web's"], "channel", [], []).rows[0]?.what).toBe("rule:channel = 'web''s'");
  expect(rowsFor(["decision"], "stage", [], [])).toEqual({ rows: [], left: ["decision"] });
});
