import { describe, expect, it } from "vitest";
import { emptyDid, emptyTrait, idOf, isBlank, whatOf, withHow } from "@/pages/segments/rule";

describe("an id from a label", () => {
  it("is made of letters, digits and _", () => {
    expect(idOf("Quick buyers (2025)", [])).toBe("quick_buyers_2025");
    expect(idOf("Café-Gäste", [])).toBe("cafe_gaste");
    expect(idOf("2nd order", [])).toBe("s_2nd_order");
    expect(idOf(" – ", [])).toBe("");
  });
  it("is another where it is taken", () => {
    expect(idOf("Mobile", ["mobile", "mobile_2"])).toBe("mobile_3");
  });
});

describe("a row", () => {
  it("keeps what fits when it compares otherwise", () => {
    const row = { ...emptyTrait(), column: "traits.age", values: ["1", "2"] };
    expect(withHow(row, "more").values).toEqual(["1"]);
    expect(withHow(row, "is_not").values).toEqual(["1", "2"]);
    expect(withHow(row, "known").values).toEqual([]);
  });
  it("says what was done, and a rule may hold colons", () => {
    expect(whatOf("touchpoint:cart")).toEqual(["touchpoint", "cart"]);
    expect(whatOf("rule:event = 'A:B'")).toEqual(["rule", "event = 'A:B'"]);
  });
  it("is blank until something is chosen", () => {
    expect(isBlank([emptyTrait(), emptyDid()])).toBe(true);
    expect(isBlank([{ ...emptyDid(), what: "event:A" }])).toBe(false);
  });
});
