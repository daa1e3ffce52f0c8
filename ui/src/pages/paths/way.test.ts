import { expect, test } from "vitest";
import { gone, here, named, pathFields, walkOf } from "@/pages/paths/way";

const walk = (search: string) => walkOf(new URLSearchParams(search));

test("a step is an event where there are no touchpoints, unless the link says otherwise", () => {
  const by = (search: string) => pathFields(walkOf(new URLSearchParams(search), "event"), "flow")["by"];
  expect([by(""), by("step=channel"), walk("").by]).toEqual(["event", "channel", "touchpoint"]);
});

test("a link says the whole walk", () => {
  const one = walk("start=product_page&way=*&way=cart&back=yes&expand=2&expand=2&top=4");
  expect(pathFields(one, "flow")).toMatchObject({ ends_at: "product_page", way: ["*", "cart"], expand: [2, 2], top: 4, per: "pass" });
  expect(here(one)).toBe("cart");
});

test("within a stage walks are visits, and before is read from the end", () => {
  const one = walk("stage=decision&before=lapsed&per=pass&start=cart");
  const fields = pathFields(one, "exact");
  expect(fields).toMatchObject({ stage: "decision", before: "lapsed" });
  expect(fields["per"]).toBeUndefined();
  expect(fields["starts_at"]).toBeUndefined();
  expect(one.back).toBe(true);
});

test("a click further on leaves what lies between open; a click on the way goes back to it", () => {
  expect(gone(["*"], 2, "order")).toEqual(["*", "*", "order"]);
  expect(gone(["*", "cart", "checkout"], 1, "cart")).toEqual(["*", "cart"]);
  expect(named(walk("start=page&way=*&way=cart")).map((one) => one.step)).toEqual(["page", "cart"]);
});
