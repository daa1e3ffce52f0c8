// The emotion lines: points across the stages, joined only where neighbours are known; a gap is never bridged.
import { isKnown, type Cell, type StageColumn } from "@/api/types";

export interface Point { x: number; value: number; low: number; high: number; cell: Cell }
export interface Line { series: string; runs: Point[][] }

const SERIES = ["reported", "inferred", "effort"];

/** The lines of an emotion lane, across stages of equal width (0 … number of stages). */
export function emotionLines(cells: Cell[], stages: StageColumn[]): Line[] {
  return SERIES.map((series) => ({ series, runs: runsOf(cells.filter((one) => one.series === series), stages) })).filter((one) => one.runs.length > 0);
}

function runsOf(cells: Cell[], stages: StageColumn[]): Point[][] {
  const place = new Map(stages.map((one, i) => [one.id, i]));
  const all = cells
    .map((cell) => ({ cell, x: (place.get(cell.stage) ?? 0) + (cell.place ?? 0.5) }))
    .sort((a, b) => a.x - b.x);
  const runs: Point[][] = [];
  let run: Point[] = [];
  for (const { cell, x } of all) {
    const measured = cell.values?.[0]?.measured;
    if (cell.blank || typeof measured !== "object" || !isKnown(measured)) {
      if (run.length) runs.push(run);
      run = [];
      continue;
    }
    run.push({ x, value: measured.value, low: measured.low, high: measured.high, cell });
  }
  if (run.length) runs.push(run);
  return runs;
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
