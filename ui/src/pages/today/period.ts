// The period that today's page looks at: so many days up to what is known, or the one that is asked for.

const DAY = 86_400_000;
export const LENGTHS = [30, 90, 365] as const;
export interface Period { since: string; until: string }

/** The last so many days up to and with the day of `asOf` (an instant with its offset, in the journey's zone). */
export function lastDays(asOf: string, days: number): Period {
  const last = Date.parse(`${asOf.slice(0, 10)}T00:00:00Z`) + DAY;
  return { since: dayOf(last - days * DAY), until: dayOf(last) };
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** As a side of a comparison. */
export function side(period: Period): string {
  return `period:${period.since}..${period.until}`;
}

/** Which end of a measure is the better one; 0: neither. */
export function better(measure: string): 1 | 0 | -1 {
  const family = measure.split(":")[0] ?? "";
  if (["rate", "eventual", "value", "promise", "score", "ease", "back", "funnel"].includes(family)) return 1;
  return ["time", "median"].includes(family) ? -1 : 0;
}
