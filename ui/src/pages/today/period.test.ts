import { describe, expect, it } from "vitest";
import { lastDays, side } from "@/pages/today/period";

describe("the period that is looked at", () => {
  it("ends with the day of what is known, in the journey's calendar", () => {
    expect(lastDays("2025-12-22T23:27:32+11:00", 90)).toEqual({ since: "2025-09-24", until: "2025-12-23" });
    expect(lastDays("2024-03-01T00:30:00+13:00", 1)).toEqual({ since: "2024-03-01", until: "2024-03-02" });
  });
  it("is a side of a comparison", () => {
    expect(side({ since: "2025-01-01", until: "2025-02-01" })).toBe("period:2025-01-01..2025-02-01");
  });
});
