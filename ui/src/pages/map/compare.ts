// Two sides of a comparison: who they are, what differs between them, and where on the map that stands.
import type { AnswerOut, MapDocument, WorkspaceOut } from "@/api/types";
import { called } from "@/app/periods";
import { between, inUnit, signed, type Locale, type Unit } from "@/format";
import { better } from "@/parts/better";
import { unitOf } from "@/parts/unit";
import type { AskedOf } from "@/url/state";
import { words } from "@/words";

const TINY = 0.001;
export interface Sides { fields: Record<string, unknown>; other: AskedOf; a: string; b: string }

/** What is asked of the API for "this (who, when) against that": the same period with another group, or another period. */
export function sidesOf(asked: AskedOf, against: string, workspace: WorkspaceOut): Sides {
  const label = (id?: string) => [...workspace.segments, ...workspace.personas].find((one) => one.id === id)?.label ?? words.everyone;
  const [, since, until] = /^period:(.*)\.\.(.*)$/.exec(against) ?? [];
  if (since === undefined || until === undefined) {
    const segment = against === "everyone" ? undefined : against;
    const fields = { a: asked.segment ?? "everyone", b: against, segment: undefined, since: asked.since, until: asked.until };
    return { fields, other: { ...asked, segment }, a: label(asked.segment), b: label(segment) };
  }
  const now = asked.since || asked.until ? `period:${asked.since ?? ""}..${asked.until ?? ""}` : "everyone";
  const fields = { a: now, b: against, segment: asked.segment, since: undefined, until: undefined };
  const here = { ...(asked.since && { since: asked.since }), ...(asked.until && { until: asked.until }) };
  const there = { ...(since && { since }), ...(until && { until }) };
  return { fields, other: { ...asked, since: since || undefined, until: until || undefined }, a: asked.since || asked.until ? called(here) : words.allTime, b: called(there) };
}

export interface Row {
  id: string; family: string; subject: string; label: string; full: string; unit: Unit; beyond: boolean; q: number | null; stage: string;
  a: number | null; b: number | null; apart: number | null; low: number | null; high: number | null; why: string;
  tone: "good" | "bad" | "plain";
}

export const GROUPS: Record<keyof typeof words.map.against.families, string[]> = {
  rate: ["rate", "eventual", "time", "median", "stands", "back", "funnel"], reach: ["reach", "lift"], feel: ["score", "ease"], worth: ["value", "promise"],
};

/** The differences as they are shown, the surest first (as the answer has them). */
export function rowsOf(answer: AnswerOut, map: MapDocument, workspace: WorkspaceOut): Row[] {
  const table = answer.tables.differences;
  if (!table) return [];
  const names = table.columns.map((one) => one.name);
  return table.rows.map((cells) => {
    const of = (name: string) => cells[names.indexOf(name)];
    const number = (name: string) => { const value = of(name); return typeof value === "number" ? value : null; };
    const id = String(of("measure"));
    const [family = "", subject = ""] = id.split(":");
    const stage = stageOf(subject, map, workspace);
    const beyond = of("beyond_chance") === true;
    const apart = number("difference");
    const good = Math.sign(apart ?? 0) * better(family);
    const unit = unitOf(String(of("unit") ?? ""));
    return {
      id, family, subject, stage, unit, beyond, apart, full: String(of("what")), label: shortened(String(of("what")), map.stages.find((one) => one.id === stage)?.label),
      q: number("q"), a: number("a"), b: number("b"), low: number("difference_low"), high: number("difference_high"),
      why: String(of("why_none") ?? ""), tone: !beyond || good === 0 ? "plain" : good > 0 ? "good" : "bad",
    };
  });
}

function stageOf(subject: string, map: MapDocument, workspace: WorkspaceOut): string {
  if (map.stages.some((one) => one.id === subject)) return subject;
  const met = workspace.touchpoints.find((one) => one.id === subject)?.stage;
  if (met) return met;
  return map.lanes.find((one) => one.id === "promises")?.cells.find((one) => one.id.endsWith(`.${subject}`))?.stage ?? "";
}

/** Without the name of the stage in whose column it stands. */
function shortened(label: string, stage?: string): string {
  if (!stage) return label;
  const short = label.replace(new RegExp(`^${escaped(stage)}: `), "").replace(new RegExp(`: met in ${escaped(stage)}$`), "");
  return short.charAt(0).toLocaleUpperCase() + short.slice(1);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** What the address says of one side alone, for what is only on that side's own map. */
export function alone(side: AskedOf): Record<string, string | undefined> {
  return { segment: side.segment, since: side.since, until: side.until, against: undefined, view: undefined, of: undefined };
}

/** A difference in words: shares differ by points, everything else in its own unit, with its sign. */
export function apartIn(value: number | null, unit: Unit, locale: Locale): string {
  if (value === null) return words.none;
  if (unit === "share" || unit === "points") return inUnit(value, "points", locale);
  if (unit === "emotion") return inUnit(value, unit, locale);
  const size = inUnit(Math.abs(value), unit, locale);
  return value > 0 ? `+${size}` : value < 0 ? `−${size}` : size;
}

/** "−13.4 to −10.5": of points without their unit, which stands beside. */
export function endsIn(row: Row, locale: Locale): string {
  const points = row.unit === "share" || row.unit === "points";
  const end = (value: number | null) => (value === null ? words.open : points ? signed(value * 100) : apartIn(value, row.unit, locale));
  return between(end(row.low), end(row.high));
}

/** How likely chance makes such a finding, as small as it is worth saying. */
export function chanceIn(q: number | null): string {
  return q === null ? words.none : q < TINY ? words.lessThan(inUnit(TINY, "number")) : inUnit(q, "number");
}
