// Periods of the calendar: this quarter and the one before it, whatever time before another, and how they are called.
import { calendarDay, date } from "@/format";
import { words } from "@/words";

export interface Period { since: string; until: string }
export type Size = "month" | "quarter" | "year";

const MONTHS: Record<Size, number> = { month: 1, quarter: 3, year: 12 };
const DAY = 86_400_000;

/** The month, quarter or year in which an instant (µs) lies in a zone, and the one before it. */
export function thisAndLast(micro: number, zone: string | undefined, size: Size): { now: Period; last: Period } {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "numeric" }).formatToParts(new Date(micro / 1_000));
  const of = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const months = MONTHS[size];
  const first = of("year") * 12 + Math.floor((of("month") - 1) / months) * months;
  return { now: { since: day(first), until: day(first + months) }, last: { since: day(first - months), until: day(first) } };
}

/** As long a time, ending where this one begins: as many months where it is made of whole ones, else as many days. */
export function before({ since, until }: Period): Period {
  const [from, to] = [new Date(`${since}T00:00Z`), new Date(`${until}T00:00Z`)];
  if (from.getUTCDate() === 1 && to.getUTCDate() === 1 && to > from) {
    const first = from.getUTCFullYear() * 12 + from.getUTCMonth();
    return { since: day(first - (to.getUTCFullYear() * 12 + to.getUTCMonth() - first)), until: since };
  }
  return { since: new Date(2 * from.getTime() - to.getTime()).toISOString().slice(0, 10), until: since };
}

/** "Q4 2025", "Dec 2025", "2025" or "Oct 3, 2025 – Nov 1, 2025". */
export function called({ since, until }: Partial<Period>): string {
  const from = since ? new Date(`${since}T00:00Z`) : null;
  const to = until ? new Date(`${until}T00:00Z`) : null;
  if (from && to && from.getUTCDate() === 1 && to.getUTCDate() === 1) {
    const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
    if (months === 1) return date(from.getTime() * 1_000, { month: "short", year: "numeric", timeZone: "UTC" });
    if (months === 3 && from.getUTCMonth() % 3 === 0) return words.quarter(from.getUTCMonth() / 3 + 1, from.getUTCFullYear());
    if (months === 12 && from.getUTCMonth() === 0) return String(from.getUTCFullYear());
  }
  const last = to && new Date(to.getTime() - DAY).toISOString().slice(0, 10);
  return words.range(since ? calendarDay(since) : words.open, last ? calendarDay(last) : words.open);
}

function day(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}-01`;
}
