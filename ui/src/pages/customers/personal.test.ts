import { expect, test } from "vitest";
import { inAddress, mayBePersonal } from "@/pages/customers/personal";

test("e-mail addresses and phone numbers stay out of the address", () => {
  for (const text of ["ana@shop.example", "ana@", "+61 2 9374 4000", "C1015070"]) expect(mayBePersonal(text)).toBe(true);
  expect(inAddress("ana@shop.example")).toBeUndefined();
});

test("a trait or the beginning of an id may stand in it", () => {
  expect(inAddress(" region: WA ")).toBe("region: WA");
  expect(inAddress("cw0a")).toBe("cw0a");
  expect(inAddress("  ")).toBeUndefined();
});
