import { describe, expect, test } from "vitest";
import { day, estimate, instant, inUnit, interval, number, why } from "@/format";

const HOUR = 3_600_000_000;

test("what is missing is never zero", () => {
  expect(inUnit(null, "count")).toBe("–");
  expect(inUnit(Number.NaN, "money", { currency: "EUR" })).toBe("–");
  expect(day(Number.NaN, "UTC")).toBe("–");
  expect(instant(Number.NaN)).toBe("–");
  const missing = { reason: "too_few", n: 3, needed: 20 } as never;
  expect(why(missing)).toBe("too few (n 3 of 20)");
  expect(estimate(missing, "share")).toBe("– too few (n 3 of 20)");
});

test("a time of nothing is at once; a difference of times, or an end of an interval, is none", () => {
  const known = (value: number, low: number) => ({ value, low, high: HOUR, n: 40, method: "", as_of: 0 }) as never;
  expect(estimate(known(0, 0), "duration")).toBe("at once");
  expect(estimate(known(0, -HOUR), "duration")).toBe("0 sec");
  expect(estimate(known(HOUR, 0), "duration")).toBe("1 hour");
  expect(interval(0, 2 * HOUR, "duration")).toBe("0 sec – 2 hours");
});

describe("a minus", () => {
  test("is a minus, not a hyphen, in every unit", () => {
    expect(inUnit(-0.03, "points")).toBe("−3.0 pts");
    expect(inUnit(-0.214, "emotion")).toBe("−0.21");
    expect(inUnit(-1_250, "money", { currency: "EUR" })).toBe("−€12.50");
    expect(inUnit(-1_250, "money")).toBe("−12.50");
    expect(inUnit(-72 * HOUR, "duration")).toBe("−3 days");
    expect(inUnit(-1_234, "count")).toBe("−1,234");
    expect(inUnit(-0.5, "share")).toBe("−50.0%");
    expect(inUnit(-0.1234, "number")).toBe("−0.1234");
  });
  test("stands before no zero", () => {
    expect(inUnit(-0.0001, "points")).toBe("0.0 pts");
    expect(inUnit(-0.2, "count")).toBe("0");
    expect(number(-0)).toBe("0");
  });
});

describe("a range", () => {
  test("has a dash between its ends, without the unit that stands beside it", () => {
    expect(interval(0.389, 0.397, "share")).toBe("38.9 – 39.7");
    expect(interval(0.01, null, "share")).toBe("1.0 – …");
    expect(interval(990_000, 1_010_000, "money", { currency: "AUD" })).toBe("9,900.00 – 10,100");
  });
  test("has a word where an end has a sign", () => {
    expect(interval(-0.045, -0.014, "points")).toBe("−4.5 to −1.4");
    expect(interval(-0.01, 0.02, "points")).toBe("−1.0 to 2.0");
    expect(interval(0.21, 0.53, "emotion")).toBe("+0.21 to +0.53");
    expect(interval(-300, 500, "money", { currency: "EUR" })).toBe("−3.00 to 5.00");
  });
});

describe("money", () => {
  test("names a currency that is not the reader's own", () => {
    expect(inUnit(124_050, "money", { currency: "AUD" })).toBe("A$1,240.50");
    expect(inUnit(124_050, "money", { currency: "USD" })).toBe("$1,240.50");
    expect(inUnit(12_405_099, "money", { currency: "NZD" })).toBe("NZ$124,051");
  });
  test("has as many decimals as ISO 4217 says, whatever the browser believes", () => {
    expect(inUnit(1_240, "money", { currency: "JPY" })).toBe("¥1,240");
    expect(inUnit(124_000, "money", { currency: "RSD" })).toMatch(/^RSD\s1,240\.00$/);
    expect(inUnit(1_240_500, "money", { currency: "IQD" })).toMatch(/^IQD\s1,240\.500$/);
  });
});

test("a day is a day, two are days, less is hours", () => {
  expect([24, 36, 48, 1].map((hours) => inUnit(hours * HOUR, "duration"))).toEqual(["1 day", "36 hours", "2 days", "1 hour"]);
});

test("a format that is kept is as the one that is made anew", () => {
  const noon = Date.UTC(2025, 6, 1, 12) * 1_000;
  for (const zone of ["UTC", "Australia/Sydney", "UTC"]) {
    const own = { dateStyle: "medium", timeZone: zone } as const;
    expect(day(noon, zone)).toBe(new Date(noon / 1_000).toLocaleDateString(undefined, own));
    expect(instant(noon, zone)).toBe(new Date(noon / 1_000).toLocaleString(undefined, { ...own, timeStyle: "short" }));
  }
  for (const options of [{}, { maximumFractionDigits: 1 }, { style: "percent" } as const, {}]) expect(number(1234.567, options)).toBe((1234.567).toLocaleString(undefined, options));
});
