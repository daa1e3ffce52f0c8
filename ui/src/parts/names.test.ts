import { expect, test } from "vitest";
import type { WorkspaceOut } from "@/api/types";
import { namesOf, shortId } from "@/parts/names";

const workspace = {
  stages: [{ id: "decision", label: "Decision" }, { id: "chat", label: "Talking" }],
  touchpoints: [{ id: "faq_page", label: "Questions and answers" }, { id: "chat", label: "Live chat" }],
  promises: [{ id: "in_time", label: "Delivered in 5 days" }],
} as unknown as WorkspaceOut;

test("a column says what its ids are of", () => {
  const { cell } = namesOf(workspace, { name: "friction" });
  expect([cell("stage", "chat"), cell("touchpoint", "chat"), cell("promise", "in_time"), cell("what", "chat"), cell("step", "chat")]).toEqual(["Talking", "Live chat", "Delivered in 5 days", "chat", "chat"]);
});

test("customers are cut short, as everywhere", () => {
  expect(namesOf(workspace, { name: "rfm" }).cell("customer", "cg4czzq6d27kk")).toBe("cg4c…");
  expect(shortId("ana@mail.example")).toBe("…");
});

test("steps are called after what the question says that they are", () => {
  expect(namesOf(workspace, { name: "paths" }).cell("path", "faq_page > chat > …")).toBe("Questions and answers > Live chat > …");
  expect(namesOf(workspace, { name: "transitions", by: "channel" }).cell("from", "chat")).toBe("chat");
  expect(namesOf(workspace, { name: "transitions", by: "stage" }).cell("from", "chat")).toBe("Talking");
});

test("the columns of occupancy are stages", () => {
  const { head } = namesOf(workspace, { name: "occupancy" });
  expect([head("decision"), head("to_decision"), head("watched_no_longer")]).toEqual(["Decision", "to Decision", "watched no longer"]);
  expect(namesOf(workspace, { name: "churn" }).head("decision")).toBe("decision");
});
