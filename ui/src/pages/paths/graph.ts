// Where the steps of the graph lie: columns by the stage of a touchpoint (else by how they follow each other), in each the
// most walked first; size by walks.
import type { Row } from "@/pages/paths/rows";

export interface Spot { step: string; walks: number; times: number; x: number; y: number; size: number }
export interface Way { from: string; to: string; count: number; chance: number | null; wait: number | null; back: boolean }

const ACROSS = 250;
const DOWN = 92;
const LARGEST = 72;
const LEAST = 22;

export function waysOf(rows: Row[]): Way[] {
  const some = (value: unknown) => (typeof value === "number" ? value : null);
  return rows.filter((row) => row["from"] !== "(other)" || row["to"] !== "(other)").map((row) => ({
    from: String(row["from"]), to: String(row["to"]), count: Number(row["count"] ?? 0), chance: some(row["chance"]), wait: some(row["median_wait"]), back: row["back"] === true,
  }));
}

/** The steps that any way touches. column: of each step, −1 where it is not known. */
export function spots(rows: Row[], ways: Way[], column: (step: string) => number): Spot[] {
  const used = new Set(ways.flatMap((one) => [one.from, one.to]));
  const found = rows.map((row) => ({ step: String(row["step"]), walks: Number(row["walks"] ?? 0), times: Number(row["times"] ?? 0) })).filter((one) => used.has(one.step));
  const most = Math.max(1, ...found.map((one) => one.walks));
  const places = new Map(found.map((one) => [one.step, column(one.step)]));
  if ([...places.values()].every((one) => one < 0)) ranked(found.map((one) => one.step), ways).forEach((place, step) => places.set(step, place));
  const filled = new Map<number, number>();
  return [...found].sort((a, b) => b.walks - a.walks).map((one) => {
    const place = Math.max(0, places.get(one.step) ?? 0);
    const row = filled.get(place) ?? 0;
    filled.set(place, row + 1);
    return { ...one, x: place * ACROSS, y: row * DOWN + (place % 2) * (DOWN / 2), size: LEAST + (LARGEST - LEAST) * Math.sqrt(one.walks / most) };
  });
}

/** How many steps each is away from the one that most come from, along what is walked most. */
export function ranked(steps: string[], ways: Way[]): Map<string, number> {
  const net = (step: string) => ways.reduce((sum, one) => sum + (one.from === step ? one.count : 0) - (one.to === step ? one.count : 0), 0);
  const first = [...steps].sort((a, b) => net(b) - net(a))[0];
  const found = new Map<string, number>();
  let edge = first === undefined ? [] : [first];
  for (let rank = 0; edge.length > 0; rank += 1) {
    edge.forEach((step) => found.set(step, rank));
    edge = [...new Set(ways.filter((one) => edge.includes(one.from) && !found.has(one.to)).map((one) => one.to))];
  }
  steps.forEach((step) => { if (!found.has(step)) found.set(step, 0); });
  return found;
}
