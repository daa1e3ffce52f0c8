import { expect, test } from "vitest";
import { before, called, thisAndLast } from "./periods";

test("this quarter and the last, in the journey's zone", () => {
  const micro = Date.parse("2025-12-31T20:00Z") * 1_000;
  expect(thisAndLast(micro, "UTC", "quarter")).toEqual({ now: { since: "2025-10-01", until: "2026-01-01" }, last: { since: "2025-07-01", until: "2025-10-01" } });
  expect(thisAndLast(micro, "Australia/Sydney", "quarter").now).toEqual({ since: "2026-01-01", until: "2026-04-01" });
  expect(thisAndLast(micro, "Australia/Sydney", "month").last).toEqual({ since: "2025-12-01", until: "2026-01-01" });
  expect(thisAndLast(micro, "UTC", "year").last).toEqual({ since: "2024-01-01", until: "2025-01-01" });
});

test("the time before has whole months where the time itself has", () => {
  expect(before({ since: "2025-01-01", until: "2025-03-01" })).toEqual({ since: "2024-11-01", until: "2025-01-01" });
  expect(before({ since: "2025-03-10", until: "2025-03-17" })).toEqual({ since: "2025-03-03", until: "2025-03-10" });
});

test("a period is called what people call it", () => {
  expect(called({ since: "2025-10-01", until: "2026-01-01" })).toBe("Q4 2025");
  expect(called({ since: "2024-01-01", until: "2025-01-01" })).toBe("2024");
  expect(called({ since: "2025-03-10", until: "2025-03-17" })).toBe("Mar 10, 2025 – Mar 16, 2025");
  expect(called({ until: "2025-03-17" })).toBe("… – Mar 16, 2025");
});
