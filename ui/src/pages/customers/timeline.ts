// A customer's time as places on a line: what part of it is shown, where its months and days begin, and events that
// stand too close to be told apart as one mark. Instants are µs; places are 0 … 1 from left to right.
import { date } from "@/format";
import type { Customer, TrailPoints, VisitBand } from "@/generated/client/types.gen";

export interface Span { from: number; until: number }
export interface Mark { channel: number; place: number; n: number; first: number; last: number; by: string; value: number; touchpoint: number; at: number }
export interface Tick { at: number; place: number; label: string }

/** Where one visit of the journey leads to the next: from place and row, to place and row. */
export interface Step { x0: number; y0: number; x1: number; y1: number; gap: boolean }

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
export const RANGES = [365, 90, 30] as const;

/** What is drawn: one visit with a little around it, the last so many days, or all that is known. */
export function spanOf(customer: Customer, visit: VisitBand | undefined, days: number | undefined): Span {
  const ends = customer.bands.map((one) => one.ended);
  // Where they still are somewhere, silence until now is part of the story; where all has ended, it is not.
  const until = ends.length > 0 && !ends.includes(null) ? Math.max(...ends.map((one) => one ?? 0)) : customer.as_of;
  const last = Math.max(customer.last ?? 0, until);
  const first = Math.min(customer.first ?? last, ...customer.bands.map((one) => one.entered));
  if (visit) return padded({ from: visit.entered, until: visit.ended ?? last });
  if (days) return { from: last - days * DAY, until: last + days * DAY * 0.02 };
  return padded({ from: first, until: last });
}

function padded(span: Span): Span {
  const by = Math.max((span.until - span.from) * 0.03, 60 * SECOND);
  return { from: span.from - by, until: span.until + by };
}

export function placeOf(at: number, span: Span): number {
  return (at - span.from) / (span.until - span.from);
}

/** The part of a visit that is in sight; nothing where none is. An open end reaches as far as anything is known. */
export function shown(band: VisitBand, span: Span, known: number): { left: number; width: number } | null {
  const left = Math.max(0, placeOf(band.entered, span));
  const right = Math.min(1, placeOf(band.ended ?? Math.max(known, band.entered), span));
  return right < 0 || left > 1 || right < left ? null : { left, width: right - left };
}

/** Events as marks, by channel: those within one `steps`th of the width are one. first, last: numbers of events. */
export function marks(points: TrailPoints, span: Span, steps = 160): Mark[] {
  const found = new Map<string, Mark>();
  points.at.forEach((at, i) => {
    const place = placeOf(at, span);
    if (place < 0 || place > 1) return;
    const channel = points.channel[i] ?? -1;
    const by = points.by[i] ?? "customer";
    const key = `${channel} ${Math.floor(place * steps)} ${by === "customer"}`;
    const number = points.first + i;
    const value = points.value[i] ?? 0;
    const one = found.get(key);
    if (one) {
      one.place = (one.place * one.n + place) / (one.n + 1);
      one.n += 1;
      one.last = number;
      one.value += value;
    } else found.set(key, { channel, place, n: 1, first: number, last: number, by, value, touchpoint: points.touchpoint[i] ?? -1, at });
  });
  return [...found.values()];
}

/** The channels that have an event, the busiest first. */
export function channelsOf(points: TrailPoints): number[] {
  const counts = new Map<number, number>();
  for (const one of points.channel) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([channel]) => channel);
}

/** The way from each visit of the journey to the next, stages being rows. gap: the pass had ended; they came back. */
export function steps(bands: VisitBand[], stages: string[], span: Span): Step[] {
  const own = bands.filter((one) => one.track === "journey" && one.outcome !== "skipped");
  const found: Step[] = [];
  own.forEach((one, i) => {
    const next = own[i + 1];
    if (!next || one.ended === null) return;
    const [x0, x1] = [placeOf(one.ended, span), placeOf(next.entered, span)];
    if (Math.max(x0, x1) < 0 || Math.min(x0, x1) > 1) return;
    found.push({ x0, y0: stages.indexOf(one.stage), x1, y1: stages.indexOf(next.stage), gap: next.pass_no !== one.pass_no });
  });
  return found;
}

const STEPS: [number, Intl.DateTimeFormatOptions][] = [
  [3_600 * SECOND, { hour: "numeric", minute: "2-digit" }],
  [6 * 3_600 * SECOND, { day: "numeric", month: "short", hour: "numeric" }],
  [DAY, { day: "numeric", month: "short" }],
  [7 * DAY, { day: "numeric", month: "short" }],
  [30.44 * DAY, { month: "short", year: "2-digit" }],
  [91.31 * DAY, { month: "short", year: "numeric" }],
  [365.25 * DAY, { year: "numeric" }],
];

/** At most about eight evenly placed days or months, at the midnights of the journey's zone. */
export function ticks(span: Span, zone: string, most = 8): Tick[] {
  const wide = span.until - span.from;
  const [step, style] = STEPS.find(([one]) => wide / one <= most) ?? [wide / most, { year: "numeric" }];
  const found: Tick[] = [];
  for (const at of begins(span, step, zone)) found.push({ at, place: placeOf(at, span), label: date(at, { ...style, timeZone: zone }) });
  return found;
}

function begins(span: Span, step: number, zone: string): number[] {
  const found: number[] = [];
  if (step < 28 * DAY) {
    const shift = step < DAY ? 0 : offset(span.from, zone);
    for (let at = Math.ceil((span.from + shift) / step) * step - shift; at <= span.until; at += step) found.push(at);
    return found;
  }
  const months = step < 60 * DAY ? 1 : step < 200 * DAY ? 3 : 12 * Math.max(1, Math.round(step / (365.25 * DAY)));
  const begin = new Date(span.from / 1_000);
  for (let month = begin.getUTCFullYear() * 12; ; month += months) {
    const utc = Date.UTC(Math.floor(month / 12), month % 12) * 1_000;
    const at = utc - offset(utc, zone);
    if (at > span.until) return found;
    if (at >= span.from) found.push(at);
  }
}

/** How far the zone is ahead of UTC at an instant, µs. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at / 1_000);
  const get = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"), get("second"));
  return local * 1_000 - Math.floor(at / SECOND) * SECOND;
}
