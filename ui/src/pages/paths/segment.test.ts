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

test("a channel or an event that is called like a touchpoint is none, but where the walk began there", () => {
  expect(rowsFor(["chat"], "channel", ["chat"], []).rows[0]?.what).toBe("rule:channel = 'chat'");
  expect(rowsFor(["signup"], "event", ["signup"], ["signup"]).rows[0]?.what).toBe("event:signup");
  expect(rowsFor(["chat", "web"], "channel", ["chat"], [], "chat").rows.map((one) => one.what)).toEqual(["touchpoint:chat", "rule:channel = 'web'"]);
});
