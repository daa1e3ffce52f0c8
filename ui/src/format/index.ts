// Numbers, times and money in the reader's locale; instants in the journey's zone. null is "–", never 0.
import { isKnown, type Measured } from "@/api/types";
import { decimals } from "@/format/currency";
import { date, number } from "@/format/plain";
import { words } from "@/words";

export { date, number };
export { sentence } from "@/format/sentence";

export type Unit = "" | "share" | "points" | "duration" | "money" | "score" | "ratio" | "number" | "count" | "instant" | "emotion" | "times" | "text";
export interface Locale { currency?: string | null; zone?: string }

const SECOND = 1_000_000;
const SIZES: [number, Intl.NumberFormatOptions["unit"]][] = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];

/** A number in the words of its unit. */
export function inUnit(value: number | null | undefined, unit: Unit, locale: Locale = {}): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return words.none;
  switch (unit) {
    case "share": return percent(value);
    case "points": return words.points(signed(value * 100));
    case "duration": return duration(value);
    case "money": return money(value, locale.currency);
    case "count": return number(value, { maximumFractionDigits: 0 });
    case "instant": return instant(value, locale.zone);
    case "emotion": return signed(value, 2);
    default: return number(value, { maximumSignificantDigits: 4 });
  }
}

export function percent(share: number): string {
  return number(share, { style: "percent", ...exactly(1) });
}

/** With its sign, plus or minus. */
export function signed(value: number, digits = 1): string {
  return number(value, { signDisplay: "exceptZero", ...exactly(digits) });
}

/** Microseconds as "3.2 days", "26 min". */
export function duration(micro: number): string {
  const seconds = micro / SECOND;
  const size = Math.abs(seconds);
  const [each, unit] = SIZES.find(([one, name]) => size >= one * (name === "day" ? 2 : 1) || (name === "day" && size === one)) ?? [1, "second"];
  return number(seconds / each, { style: "unit", unit, unitDisplay: unit === "minute" || unit === "second" ? "short" : "long", maximumSignificantDigits: 3 });
}

/** A time that was measured: none is "at once"; "0 sec" would read as a fault. A difference of times is no time. */
export function time(micro: number): string {
  return micro === 0 ? words.atOnce : duration(micro);
}

/** The number of an estimate in the words of its unit; what may be below zero is a difference. */
export function measured(value: number, low: number | null | undefined, unit: Unit, locale: Locale = {}): string {
  return unit === "duration" && (low ?? 0) >= 0 ? time(value) : inUnit(value, unit, locale);
}

/** Minor units in their currency, whose symbol is another's nowhere: "A$" where "$" would be the reader's own. */
export function money(minor: number, currency?: string | null): string {
  return amount(minor, currency, currency ? { style: "currency", currency, currencyDisplay: "symbol" } : {});
}

function amount(minor: number, currency: string | null | undefined, options: Intl.NumberFormatOptions = {}): string {
  const digits = decimals(currency);
  const value = minor / 10 ** digits;
  return number(value, { ...options, ...exactly(currency && Math.abs(value) >= 10_000 ? 0 : digits) });
}

function exactly(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** Microseconds since 1970 as a day and time in the journey's zone. */
export function instant(micro: number, zone?: string): string {
  return date(micro, { dateStyle: "medium", timeStyle: "short", timeZone: zone }) || words.none;
}

export function day(micro: number, zone?: string): string {
  return date(micro, { dateStyle: "medium", timeZone: zone }) || words.none;
}

/** The same of an instant as text: "2025-12-22T23:27:00+11:00". */
export function moment(text: string, zone?: string): string {
  return instant(Date.parse(text) * 1_000, zone);
}

/** A day of the calendar, "2025-12-22", as the reader writes it. */
export function calendarDay(text: string): string {
  return day(Date.parse(text) * 1_000, "UTC");
}

/** "38.9 – 39.7", without the unit that stands beside it; "…" for an open end. */
export function interval(low: number | null | undefined, high: number | null | undefined, unit: Unit, locale: Locale = {}): string {
  const end = (value: number | null | undefined) => {
    if (value === null || value === undefined) return words.open;
    if (unit === "share" || unit === "points") return number(value * 100, exactly(1));
    return unit === "money" ? amount(value, locale.currency) : inUnit(value, unit, locale);
  };
  return between(end(low), end(high));
}

/** Two ends of a range. A dash beside a sign would be read as another sign: "−4.5 to −1.4". */
export function between(low: string, high: string): string {
  return /[+−]/.test(low + high) ? words.rangeOfSigned(low, high) : words.range(low, high);
}

/** Why there is no number: "too few (n 3 of 20)". */
export function why(measured: Measured): string {
  if (isKnown(measured)) return "";
  const reason = words.noEstimate[measured.reason] ?? measured.reason.replaceAll("_", " ");
  return measured.needed ? words.nOf(reason, measured.n ?? 0, measured.needed) : reason;
}

export function estimate(one: Measured, unit: Unit, locale: Locale = {}): string {
  return isKnown(one) ? measured(one.value, one.low, unit, locale) : `${words.none} ${why(one)}`;
}
