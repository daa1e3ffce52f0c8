import { describe, expect, it } from "vitest";
import type { Problem, QuestionOut } from "@/api/types";
import { fieldsOf, firstFields, fixed, moved, ownFields, readLength, saysAny, spellLength, valuesOf, wrongOf } from "@/pages/ask/fields";
import { matching, periods } from "@/pages/ask/choices";

const funnel: QuestionOut = {
  name: "funnel", about: "", long: false,
  fields: {
    required: ["steps"],
    properties: {
      segment: { type: "string" },
      order: { enum: ["ordered", "any"], type: "string", default: "ordered" },
      own: { type: "boolean", default: false },
      top: { anyOf: [{ type: "integer", minimum: 1, maximum: 200 }, { type: "null" }], default: null },
      within: { type: "string", default: "14 days" },
      models: { type: "array", items: { enum: ["first", "last"], type: "string" }, default: ["first"] },
      steps: { type: "array", items: { type: "string" } },
    },
  },
};
const problem = (facts: Problem["facts"], hint = ""): Problem => ({ type: "", title: "", status: 400, code: "question", detail: "no", hint, facts, problems: [] });

describe("a question's fields", () => {
  it("come with what is asked most first, and know what they are", () => {
    const found = ownFields(funnel);
    expect(found.map((one) => [one.name, one.kind])).toEqual([["steps", "steps"], ["within", "duration"], ["order", "choice"], ["own", "yes"], ["top", "number"], ["models", "choices"]]);
    expect(firstFields(funnel, found)).toBe(2);
    expect(found.find((one) => one.name === "top")).toMatchObject({ min: 1, max: 200, initial: null });
  });
  it("are the same in the address and as the API takes them", () => {
    const fields = { steps: ["cart", "event = 'A' and value > 5"], own: true, top: 3, within: "2 local days" };
    const url = new URLSearchParams();
    for (const [name, value] of Object.entries(valuesOf(fields))) for (const one of Array.isArray(value) ? value : [value]) url.append(name, one);
    expect(fieldsOf(funnel, url)).toEqual(fields);
    expect(saysAny(funnel, url)).toBe(true);
    expect(saysAny(funnel, new URLSearchParams("segment=mobile"))).toBe(false);
  });
  it("ask nothing while one that is needed is missing", () => {
    expect(fieldsOf(funnel, new URLSearchParams("order=any"))).toBeNull();
  });
});

describe("a mistake", () => {
  it("stands at the field that holds it, with the nearest fix", () => {
    const fields = { steps: ["cart", "chekout"] };
    const wrong = wrongOf(problem({ step: "chekout" }, 'Did you mean "checkout"? Steps: cart, checkout.'), funnel, fields);
    expect(wrong).toMatchObject({ field: "steps", value: "chekout", fix: "checkout" });
    expect(wrong && fixed(fields, wrong)).toEqual(["cart", "checkout"]);
  });
  it("keeps the kind that was written before the name", () => {
    const fields = { steps: ["event:Cart Viewd"] };
    const wrong = wrongOf(problem({ step: "event:Cart Viewd" }, 'Did you mean "Cart Viewed"?'), funnel, fields);
    expect(wrong && fixed(fields, wrong)).toEqual(["event:Cart Viewed"]);
  });
  it("is told by the field's name where that is known, and else by none", () => {
    expect(wrongOf(problem({ fields: ["within"] }), funnel, {})?.field).toBe("within");
    expect(wrongOf(problem({ segment: "mobil" }), funnel, { steps: ["cart"] })).toBeNull();
  });
});

describe("a length of time", () => {
  it.each([["14 days", 14, "days"], ["30 min", 30, "minutes"], ["P30D", 30, "days"], ["P1Y", 365, "days"], ["PT36H", 36, "hours"], ["1 session", 1, "sessions"], ["2 local days", 2, "local days"], ["P2W", 14, "days"]])("%s", (text, amount, unit) => {
    expect(readLength(text)).toEqual({ amount, unit });
  });
  it("is written as the question reads it", () => {
    expect(spellLength({ amount: 1, unit: "days" })).toBe("1 day");
    expect(spellLength({ amount: 2, unit: "local days" })).toBe("2 local days");
    expect(spellLength({ amount: null, unit: "pass" })).toBe("pass");
    expect(readLength("30 min, day")).toBeNull();
  });
});

describe("choices", () => {
  it("move in their list", () => expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]));
  it("are whole quarters and months before what is known", () => {
    expect(periods("2025-12-22T23:27:32+11:00", "2025-06-01").map((one) => one.label)).toEqual(["2025-Q3", "2025-11", "2025-10", "2025-09", "2025-08", "2025-07", "2025-06"]);
    expect(periods(null, null)).toEqual([]);
  });
  it("are found by name and by id", () => {
    const groups = [{ group: "Decision", items: [{ value: "cart", label: "Basket" }, { value: "order", label: "Order" }] }];
    expect(matching(groups, "bask")[0]?.items).toHaveLength(1);
    expect(matching(groups, "CART")[0]?.items).toHaveLength(1);
    expect(matching(groups, "x")).toEqual([]);
  });
});
