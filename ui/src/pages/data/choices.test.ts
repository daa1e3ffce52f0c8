import { expect, test } from "vitest";
import type { FileGuessOut } from "@/generated/client/types.gen";
import { changed, complete, endsEarly, kindsOf, withKind } from "@/pages/data/choices";
import { bytes, refused } from "@/pages/data/upload";

const file = { id: "orders", several: true, time: "Placed", event: "Order Completed", of_event: null, value: "Total", identifiers: { email: "Email" }, left_out: "" } as unknown as FileGuessOut;

test("of a row that made several events, the one that is left keeps its time and amount", () => {
  expect(changed({}, file, { time: "Paid" })).toEqual({ orders: { time: "Paid", event: "Order Completed", of_event: null, value: "Total" } });
  expect(changed({}, { ...file, several: false }, { time: "Paid" })).toEqual({ orders: { time: "Paid" } });
});

test("a kind of identifier is read from another column, or not at all", () => {
  expect(withKind({ email: "Email" }, "phone", "Tel")).toEqual({ email: "Email", phone: "Tel" });
  expect(withKind({ email: "Email" }, "email", "")).toEqual({});
  expect(kindsOf(file)[0]).toBe("email");
});

test("a file that was left out wants a time and somebody", () => {
  const left = { ...file, left_out: "no column of times" };
  expect(complete(left, undefined)).toBe(true);
  expect(complete(left, { time: "b" })).toBe(false);
  expect(complete(left, { time: "b", identifiers: { user_id: "a" } })).toBe(true);
  expect(complete(left, { used: false })).toBe(true);
});

test("what is no data, or too large, is refused before it is sent", () => {
  expect(refused({ name: "a.CSV", size: 10 }, [".csv"], 100)).toBe("");
  expect(refused({ name: "a.exe", size: 10 }, [".csv"], 100)).toContain("a.exe");
  expect(refused({ name: "a.csv", size: 101 }, [".csv"], 100)).toContain("a.csv");
  expect(bytes(3_400_000)).toMatch(/3[.,]4/);
});

test("sees a file that ends long before what is known", () => {
  expect(endsEarly("2024-12-28", "2025-12-22")).toBe(true);
  expect(endsEarly("2025-12-16", "2025-12-22")).toBe(false);
  expect(endsEarly("2026-01-05", "2025-12-22")).toBe(false);
});
