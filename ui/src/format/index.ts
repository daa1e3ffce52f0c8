// Numbers, times and money in the reader's locale; instants in the journey's zone. null is "–", never 0.
import { isKnown, type Measured } from "@/api/types";
import { words } from "@/words";

export type Unit = "" | "share" | "points" | "duration" | "money" | "score" | "ratio" | "number" | "count" | "instant" | "emotion" | "times" | "text";
export interface Locale { currency?: string | null; zone?: string }

const SECOND = 1_000_000;
const SIZES: [number, Intl.NumberFormatOptions["unit"]][] = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];

/** A number in the words of its unit. */
export function inUnit(value: number | null | undefined, unit: Unit, locale: Locale = {}): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return words.none;
  switch (unit) {
    case "share": return percent(value);
    case "points": return `${signed(value * 100)} pts`;
    case "duration": return duration(value);
    case "money": return money(value, locale.currency);
    case "count": return value.toLocaleString(undefined, { maximumFractionDigits: 0 });
    case "instant": return instant(value, locale.zone);
    case "emotion": return signed(value, 2);
    default: return value.toLocaleString(undefined, { maximumSignificantDigits: 4 });
  }
}

export function percent(share: number): string {
  return share.toLocaleString(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function signed(value: number, digits = 1): string {
  return value.toLocaleString(undefined, { signDisplay: "exceptZero", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Microseconds as "3.2 days", "26 min". */
export function duration(micro: number): string {
  const seconds = micro / SECOND;
  const [size, unit] = SIZES.find(([one, name]) => Math.abs(seconds) >= one * (name === "day" ? 2 : 1)) ?? [1, "second"];
  return (seconds / size).toLocaleString(undefined, { style: "unit", unit, unitDisplay: unit === "minute" || unit === "second" ? "short" : "long", maximumSignificantDigits: 3 });
}

/** Minor units in their currency. */
export function money(minor: number, currency?: string | null): string {
  if (!currency) return (minor / 100).toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const value = minor / 10 ** digits;
  if (Math.abs(value) < 10_000) return format.format(value);
  return new Intl.NumberFormat(undefined, { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 0 }).format(value);
}

/** Microseconds since 1970 as a day and time in the journey's zone. */
export function instant(micro: number, zone?: string): string {
  return new Date(micro / 1_000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
}

export function day(micro: number, zone?: string): string {
  return new Date(micro / 1_000).toLocaleDateString(undefined, { dateStyle: "medium", timeZone: zone });
}

/** "38.9 – 39.7", without the unit that stands beside it; "…" for an open end. */
export function interval(low: number | null | undefined, high: number | null | undefined, unit: Unit, locale: Locale = {}): string {
  const end = (value: number | null | undefined) =>
    value === null || value === undefined ? "…" : unit === "share" || unit === "points" ? (value * 100).toLocaleString(undefined, { maximumFractionDigits: 1, minimumFractionDigits: 1 }) : inUnit(value, unit, locale);
  return `${end(low)} – ${end(high)}`;
}

/** Why there is no number: "too few (n 3 of 20)". */
export function why(measured: Measured): string {
  if (isKnown(measured)) return "";
  const reason = words.noEstimate[measured.reason] ?? measured.reason.replaceAll("_", " ");
  const n = measured.n ?? 0;
  return measured.needed ? `${reason} (n ${n.toLocaleString()} of ${measured.needed})` : reason;
}

export function estimate(measured: Measured, unit: Unit, locale: Locale = {}): string {
  return isKnown(measured) ? inUnit(measured.value, unit, locale) : `${words.none} ${why(measured)}`;
}
