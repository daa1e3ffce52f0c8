import { afterEach, describe, expect, test, vi } from "vitest";

/** As a reader of that locale has it. */
async function readBy(locale: string): Promise<(text: string, currency?: string) => string> {
  const { NumberFormat, DateTimeFormat } = Intl;
  vi.spyOn(Intl, "NumberFormat").mockImplementation(function (_, options) { return new NumberFormat(locale, options); } as typeof NumberFormat);
  vi.spyOn(Intl, "DateTimeFormat").mockImplementation(function (_: unknown, options: Intl.DateTimeFormatOptions) { return new DateTimeFormat(locale, options); } as unknown as typeof DateTimeFormat);
  vi.resetModules();
  const { sentence } = await import("@/format/sentence");
  return (text, currency) => sentence(text, currency).replace(/[\u00a0\u202f]/g, " ");
}

afterEach(() => vi.restoreAllMocks());

const SAID: [string, string, string][] = [
  ["was not kept for 607 of 4,897 (12.4 %, 11.5 to 13.3).", "was not kept for 607 of 4,897 (12.4%, 11.5 to 13.3).", "was not kept for 607 of 4.897 (12,4 %, 11,5 to 13,3)."],
  ["10.6 % (10.1–11.2 %; n 10,948)", "10.6% (10.1–11.2%; n 10,948)", "10,6 % (10,1–11,2 %; n 10.948)"],
  ["at stake is AUD 23,659 a year; AUD 12.40 each", "at stake is A$23,659 a year; A$12.40 each", "at stake is 23.659 AU$ a year; 12,40 AU$ each"],
  ["At most AUD 599k was lost", "At most A$599K was lost", "At most 599.000 AU$ was lost"],
  ["EUR 1,240 there", "EUR 1,240 there", "EUR 1.240 there"],
  ["known until 2025-12-22 only", "known until Dec 22, 2025 only", "known until 22.12.2025 only"],
  ["until 2025-12-22 23:27 (source", "until Dec 22, 2025, 11:27 PM (source", "until 22.12.2025, 23:27 (source"],
  ["at 2025-12-25 16:32:39.826: its", "at Dec 25, 2025, 4:32:39.826 PM: its", "at 25. Dez. 2025, 16:32:39,826: its"],
  ["mentions, 30 Dec 2025, score −1.5", "mentions, Dec 30, 2025, score −1.5", "mentions, 30.12.2025, score −1,5"],
  ["ease +0.98, 2.1 days", "ease +0.98, 2.1 days", "ease +0,98, 2,1 days"],
];

test.each(SAID)("%s", async (said, english, german) => {
  expect((await readBy("en-US"))(said, "AUD")).toBe(english);
  vi.restoreAllMocks();
  expect((await readBy("de-DE"))(said, "AUD")).toBe(german);
});

describe("what is somebody's own stays as it was written", () => {
  test.each([
    'the source "orders 1,000 2025-12-22" is known',
    "rule: event = 'Order 1,000' and value > 100.5",
    "orders-2025-12-22.csv, v1.2.3, 10.0.0.1, a1,000, x:1.5",
    "2025-12-25 16:32:39.826000+11:00",
    "on 2025-02-30 and 2025-13-01",
    "in 2025, 1802 of 30 days",
    "or ask only since then: --since 2017-06-14",
    "“we pay 1,000.50”",
  ])("%s", async (text) => {
    expect((await readBy("de-DE"))(text, "AUD")).toBe(text);
  });
});
