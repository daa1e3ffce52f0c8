// The emotion lines: points across the stages, joined only where neighbours are known; a gap is never bridged.
import { isKnown, type Cell, type StageColumn } from "@/api/types";

export interface Point { x: number; value: number; low: number; high: number; cell: Cell }
export interface Line { series: string; runs: Point[][] }

const SERIES = ["reported", "inferred", "effort"];

/** The lines of an emotion lane, across stages of equal width (0 … number of stages). */
export function emotionLines(cells: Cell[], stages: StageColumn[]): Line[] {
  return SERIES.map((series) => ({ series, runs: runsOf(cells.filter((one) => one.series === series), stages) })).filter((one) => one.runs.length > 0);
}

/** Whether anything of the lane can be drawn. */
export function hasLines(cells: Cell[]): boolean {
  return cells.some((one) => {
    const measured = one.values?.[0]?.measured;
    return !one.blank && (one.place ?? 0.5) >= 0 && typeof measured === "object" && isKnown(measured);
  });
}

function runsOf(cells: Cell[], stages: StageColumn[]): Point[][] {
  const runs: Point[][] = [];
  let run: Point[] = [];
  const close = () => {
    if (run.length) runs.push(run);
    run = [];
  };
  stages.forEach((stage, column) => {
    // A place below 0 is the whole stage's: said in words, never a point of the line.
    const here = cells.filter((one) => one.stage === stage.id && (one.place ?? 0.5) >= 0).sort((a, b) => (a.place ?? 0.5) - (b.place ?? 0.5));
    if (here.length === 0) close();
    for (const cell of here) {
      const measured = cell.values?.[0]?.measured;
      if (cell.blank || typeof measured !== "object" || !isKnown(measured)) close();
      else run.push({ x: column + (cell.place ?? 0.5), value: measured.value, low: measured.low ?? measured.value, high: measured.high ?? measured.value, cell });
    }
  });
  close();
  return runs;
}

/** A run without the second of two points on one spot: two scores of one touchpoint, of which the line meets the first. */
export function apart(run: Point[]): Point[] {
  return run.filter((one, i) => i === 0 || one.x - (run[i - 1]?.x ?? 0) > 1e-6);
}

/** A smooth path through points that never rises above or falls below them (monotone cubic). */
export function smooth(points: [number, number][]): string {
  const first = points[0];
  if (!first) return "";
  const p = (value: number) => value.toFixed(1);
  let path = `M${p(first[0])} ${p(first[1])}`;
  for (let i = 1; i < points.length; i += 1) {
    const [x0, y0] = points[i - 1] as [number, number];
    const [x1, y1] = points[i] as [number, number];
    const third = (x1 - x0) / 3;
    const [m0, m1] = [slope(points, i - 1), slope(points, i)];
    path += `C${p(x0 + third)} ${p(y0 + m0 * third)} ${p(x1 - third)} ${p(y1 - m1 * third)} ${p(x1)} ${p(y1)}`;
  }
  return path;
}

function slope(points: [number, number][], i: number): number {
  const [before, here, after] = [points[i - 1], points[i], points[i + 1]];
  if (!before || !here || !after) return 0;
  const left = (here[1] - before[1]) / (here[0] - before[0] || 1);
  const right = (after[1] - here[1]) / (after[0] - here[0] || 1);
  return left * right <= 0 ? 0 : (2 * left * right) / (left + right);
}

export interface Label { x: number; value: number; text: string; low: boolean; tone: "good" | "bad" }

/** The notable lows and highs: where customers are surely angry or delighted, the furthest first, none beside another. */
export function notable(lines: Line[], stages: StageColumn[], distance: number, most = 3): Label[] {
  const points = lines.filter((one) => one.series !== "effort").flatMap((one) => one.runs.flat());
  const eased = lines.filter((one) => one.series === "effort").flatMap((one) => one.runs.flat()).filter((one) => one.high < 0);
  // A point of the whole stage (its title is the stage's) names nothing.
  const sure = [...points.filter((one) => one.high < 0 || one.low > 0), ...eased].filter((one) => !stages.some((stage) => stage.label === one.cell.title));
  const chosen: Label[] = [];
  for (const low of [true, false]) {
    const side = sure.filter((one) => (low ? one.value < 0 : one.value > 0)).sort((a, b) => (low ? a.value - b.value : b.value - a.value));
    let count = 0;
    for (const one of side) {
      if (count === most) break;
      const text = one.cell.title || one.cell.text || "";
      if (!text || chosen.some((other) => Math.abs(other.x - one.x) < distance && other.low === low) || chosen.some((other) => other.text === text)) continue;
      chosen.push({ x: one.x, value: one.value, text, low, tone: low ? "bad" : "good" });
      count += 1;
    }
  }
  return chosen;
}
