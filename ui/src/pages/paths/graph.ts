// Where the steps of the graph lie: columns by the stage of a touchpoint (else by how they follow each other), in each the
// most walked first, every other one a little aside, so that a line past a step can be seen; size by walks.
import type { Row } from "@/parts/charts/drawing";

export interface Spot { step: string; walks: number; times: number; x: number; y: number; size: number }
export interface Way { from: string; to: string; count: number; chance: number | null; wait: number | null; back: boolean }

const ACROSS = 250;
const DOWN = 104;
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
    return { ...one, x: place * ACROSS + (row % 2) * 44, y: row * DOWN + (place % 2) * (DOWN / 2), size: LEAST + (LARGEST - LEAST) * Math.sqrt(one.walks / most) };
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

export interface Drawn { path: string; x: number; y: number }

/** From one disc's edge to another's, bent to the right of the way, so that there and back are two lines. */
export function bent(x0: number, y0: number, x1: number, y1: number, radii: [number, number]): Drawn {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const far = Math.max(1, Math.hypot(dx, dy));
  const bend = Math.min(60, 14 + far * 0.14);
  const [cx, cy] = [(x0 + x1) / 2 - (dy / far) * bend, (y0 + y1) / 2 + (dx / far) * bend];
  const edge = (x: number, y: number, radius: number) => { const long = Math.max(1, Math.hypot(cx - x, cy - y)); return [x + ((cx - x) / long) * radius, y + ((cy - y) / long) * radius] as const; };
  const [a, b] = [edge(x0, y0, radii[0]), edge(x1, y1, radii[1] + 3)];
  return { path: `M${a[0]} ${a[1]}Q${cx} ${cy} ${b[0]} ${b[1]}`, x: (a[0] + b[0]) / 4 + cx / 2, y: (a[1] + b[1]) / 4 + cy / 2 };
}

/** A step that follows itself: a loop above its disc. */
export function round(x: number, y: number, radius: number): Drawn {
  const [w, h] = [radius * 0.6, radius + 34];
  return { path: `M${x - w} ${y - radius * 0.8}C${x - w - 18} ${y - h - 8} ${x + w + 18} ${y - h - 8} ${x + w} ${y - radius * 0.8 - 3}`, x, y: y - h + 4 };
}
