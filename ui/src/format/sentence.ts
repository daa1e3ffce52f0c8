// What the library says in sentences, with its numbers and dates as the reader writes them. The library writes each in one
// way: 4,897 and 53.4 %, AUD 39,460 and AUD 599k, 2025-12-22 23:27 and 22 Dec 2025 (src/desirepath/journey_map/say.py).
import { date, number } from "@/format/plain";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SIZES: Record<string, number> = { k: 1e3, m: 1e6, bn: 1e9 };
// The library tells times as the journey's zone has them: they are shown as they stand.
const THERE: Intl.DateTimeFormatOptions = { timeZone: "UTC" };
const EXACT: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" };

// What is quoted or typed is somebody's name, rule or option, and stays as it was written; so does what is part of a longer
// word, or compared.
const WRITTEN = new RegExp([
  String.raw`"[^"]*"|“[^”]*”|\x60[^\x60]*\x60|(?<![\p{L}\p{N}])'[^']*'|(?<!\S)--[a-z][a-z-]*[ =]\S+`,
  String.raw`(?<![\p{L}\p{N}_.:/@#-])(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[ T](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?<part>\.\d{1,6})?)?)?(?![\p{L}\p{N}_+/@]|[:.-]\d|[ T]\d\d:)`,
  String.raw`(?<![\p{L}\p{N}_.:/@#-])(?<named>\d{1,2})[ \u00a0](?<called>${MONTHS.join("|")})[ \u00a0](?<of>\d{4})(?:, (?<at>\d\d):(?<past>\d\d))?(?![\p{L}\p{N}])`,
  String.raw`(?<![\p{L}\p{N}_.,:/@#]|[\p{L}\p{N}]-|[<>=] ?)(?:(?<currency>[A-Z]{3})[ \u00a0])?(?<whole>\d{1,3}(?:,\d{3})+|\d+)(?<rest>\.\d+)?(?:(?<size>bn|[km])(?![\p{L}\p{N}])|(?<percent>[ \u00a0]?%))?(?![\p{L}\p{N}_/@]|[:.,-]\d)`,
].join("|"), "gu");

type Found = Record<string, string | undefined>;

/** The same sentence. currency: that of the journey, whose amounts are then written as money is elsewhere in the app. */
export function sentence(text: string, currency?: string | null): string {
  return text.replace(WRITTEN, (written: string, ...more: unknown[]) => {
    const one = more.at(-1) as Found;
    if (one["year"]) return when(written, [one["year"], one["month"], one["day"]], one["hour"], one["minute"], one["second"], one["part"]);
    if (one["of"]) return when(written, [one["of"], String(MONTHS.indexOf(one["called"] ?? "") + 1), one["named"]], one["at"], one["past"]);
    return one["whole"] ? amount(written, one, currency) : written;
  });
}

function when(written: string, [year, month, day]: (string | undefined)[], hour?: string, minute?: string, second?: string, part?: string): string {
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)) * 1_000 + Number(part ?? 0) * 1e6;
  const made = new Date(at / 1_000);
  if (made.getUTCMonth() + 1 !== Number(month) || made.getUTCDate() !== Number(day)) return written; // no day of any year: 2025-02-30
  if (part) return date(at, { ...EXACT, ...THERE, fractionalSecondDigits: Math.min(3, part.length - 1) as 1 | 2 | 3 });
  return date(at, { dateStyle: "medium", ...(hour ? { timeStyle: second ? "medium" : "short" } : {}), ...THERE });
}

function amount(written: string, one: Found, currency: string | null | undefined): string {
  const { whole = "", rest = "", size = "", percent } = one;
  const value = Number(whole.replaceAll(",", "") + rest);
  const digits = { minimumFractionDigits: Math.max(0, rest.length - 1), maximumFractionDigits: Math.max(0, rest.length - 1) };
  const before = one["currency"] ? written.slice(0, 4) : "";
  if (percent) return before + number(value / 100, { style: "percent", ...digits });
  if (before && one["currency"] === currency) {
    const style = { style: "currency", currency } as const;
    return size ? number(value * (SIZES[size] ?? 1), { ...style, notation: "compact", maximumSignificantDigits: 3 }) : number(value, { ...style, ...digits });
  }
  // Years, ids and small counts are written alike everywhere.
  return whole.includes(",") || rest ? before + number(value, digits) + size : written;
}
