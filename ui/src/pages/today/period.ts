// The period that today's page looks at: so many days up to what is known, or the one that is asked for.
import { calendarDay } from "@/format";

const DAY = 86_400_000;
export const LENGTHS = [30, 90, 365] as const;
export interface Period { since: string; until: string }

/** The last so many days up to and with the day of `asOf` (an instant with its offset, in the journey's zone). */
export function lastDays(asOf: string, days: number): Period {
  const last = Date.parse(`${asOf.slice(0, 10)}T00:00:00Z`) + DAY;
  return { since: iso(last - days * DAY), until: iso(last) };
}

function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The last day of a period that ends before this one. */
export function lastOf(until: string): string {
  return calendarDay(iso(Date.parse(`${until}T00:00:00Z`) - DAY));
}

/** As a side of a comparison. */
export function side(period: Period): string {
  return `period:${period.since}..${period.until}`;
}
