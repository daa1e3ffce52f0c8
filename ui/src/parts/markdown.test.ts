import { describe, expect, it } from "vitest";
import { blocks, inline } from "@/parts/markdown";

describe("a page of the documentation", () => {
  it("is headings, text, tables, lists and code, in their order", () => {
    const found = blocks("# Funnel\n\nOne\ntwo.\n\n| a | b |\n| --- | --- |\n| 1 | `x` |\n\n- one\n  more\n- two\n\n```sh\nask # not a heading\n```\n");
    expect(found).toEqual([
      { kind: "heading", level: 1, text: "Funnel" },
      { kind: "text", text: "One two." },
      { kind: "table", head: ["a", "b"], rows: [["1", "`x`"]] },
      { kind: "list", items: ["one more", "two"] },
      { kind: "code", text: "ask # not a heading" },
    ]);
  });
  it("keeps the words of links, and says what is code or strong", () => {
    expect(inline("See [churn](churn.md): `by`, **who**.")).toEqual([
      { kind: "text", text: "See churn: " }, { kind: "code", text: "by" }, { kind: "text", text: ", " }, { kind: "strong", text: "who" }, { kind: "text", text: "." },
    ]);
  });
});
