// The track: one worn path through the stages, as thick as the customers who walk it.
// Thickness is proportional to the square root of customers, the same scale throughout (the legend says so), so that a
// small stage beside a huge one can still be seen. Those lost wear away below in strands on the same scale. The map's
// file draws the same shape (journey_map/drawing/track.py).
import type { StageColumn } from "@/api/types";

export const HEIGHT = 142;
const THICKEST = 92;
const THINNEST = 2; // of what is not zero: a customer must not vanish
const TOP = 4;
const SETTLE = 0.16; // the upper edge sinks by this part of the thickness lost: a path seen into the distance
const STRANDS = 5;

export interface Box { x: number; y: number; width: number; height: number }
/** deepest: to where its strands wear away, or its own edge. */
export interface Piece { top: number; bottom: number; deepest: number; inFlight: Box | null; strands: string[] }
export interface TrackShape { band: string; skipped: string; pieces: Piece[]; width: number }

export function thickness(customers: number[]): number[] {
  const most = Math.max(0, ...customers);
  return customers.map((one) => (one > 0 ? Math.max(THINNEST, THICKEST * Math.sqrt(one / most)) : 0));
}

export function trackShape(stages: StageColumn[], width: number): TrackShape {
  const scale = thickness(stages.map((one) => one.customers));
  const most = Math.max(0, ...stages.map((one) => one.customers));
  const tops = scale.map((one) => TOP + (THICKEST - one) * SETTLE);
  const bottoms = scale.map((one, i) => (tops[i] ?? 0) + one);
  const pale = stages.map((one, i) => (one.customers ? (scale[i] ?? 0) * Math.min(1, one.skipped / one.customers) : 0));
  const pieces = stages.map((stage, i) => {
    const bottom = bottoms[i] ?? 0;
    const thick = strand(stage, most, bottom);
    const deepest = thick > 0 ? Math.min(HEIGHT, bottom + fallOf(thick)) : bottom;
    return { top: tops[i] ?? 0, bottom, deepest, inFlight: inFlight(i, width, stage, bottom, scale[i] ?? 0), strands: strands(i, width, thick, bottom) };
  });
  const skipped = pale.some((one) => one > 0) ? ribbon(tops, tops.map((one, i) => one + (pale[i] ?? 0)), width) : "";
  return { band: ribbon(tops, bottoms, width), skipped, pieces, width: width * stages.length };
}

/** A band through all stages: level within each, and a smooth change across each boundary. */
export function ribbon(tops: number[], bottoms: number[], width: number): string {
  const first = tops[0];
  if (first === undefined) return "";
  const f = (value: number | undefined) => (value ?? 0).toFixed(1);
  let upper = `M0 ${f(first)}`;
  let lower = "";
  for (let n = 0; n < tops.length - 1; n += 1) {
    const a = (n + 0.7) * width;
    const b = (n + 1.12) * width;
    const mid = (a + b) / 2;
    upper += `H${f(a)}C${f(mid)} ${f(tops[n])} ${f(mid)} ${f(tops[n + 1])} ${f(b)} ${f(tops[n + 1])}`;
    // The lower edge is walked backwards.
    lower = `H${f(b)}C${f(mid)} ${f(bottoms[n + 1])} ${f(mid)} ${f(bottoms[n])} ${f(a)} ${f(bottoms[n])}${lower}`;
  }
  return `${upper}H${f(tops.length * width)}V${f(bottoms.at(-1))}${lower}H0Z`;
}

/** Those still in the stage: the lower part of the band, before the boundary, by their share. */
function inFlight(n: number, width: number, stage: StageColumn, bottom: number, thick: number): Box | null {
  if (!stage.customers || stage.in_flight <= 0) return null;
  const height = Math.min(thick, Math.max(THINNEST, thick * Math.min(1, stage.in_flight / stage.customers)));
  // Beside the number, which stands at the left.
  return height < 0.5 ? null : { x: (n + 0.46) * width, y: bottom - height, width: 0.24 * width, height };
}

/** How thick those lost leave a stage, all strands together. */
function strand(stage: StageColumn, most: number, bottom: number): number {
  return stage.lost <= 0 || most <= 0 ? 0 : Math.min(Math.max(THINNEST, THICKEST * Math.sqrt(stage.lost / most)), bottom - TOP);
}

const fallOf = (thick: number) => 12 + thick * 0.36;

/** Those lost leave from the lower edge and wear away, in strands that end one after another. */
function strands(n: number, width: number, thick: number, bottom: number): string[] {
  if (thick <= 0) return [];
  const each = thick / STRANDS;
  const start = (n + 0.46) * width;
  const reach = 0.5 * width;
  const fall = fallOf(thick);
  return Array.from({ length: STRANDS }, (_, k) => {
    // The lowest strand leaves first and falls deepest; the highest runs along the edge for longest.
    const deep = (k + 1) / STRANDS;
    const y0 = bottom - thick + k * each;
    const y1 = bottom - thick + (k + 1) * each + 0.3;
    const x = start + reach * (1.02 - 0.34 * (deep - 0.2));
    const y = Math.min(HEIGHT - 1, bottom + fall * (0.25 + 0.75 * deep));
    const near = start + reach * 0.42;
    const far = start + reach * 0.66;
    const p = (value: number) => value.toFixed(1);
    return `M${p(start)} ${p(y0)}C${p(near + 6)} ${p(y0)} ${p(far + 4)} ${p(y - 5)} ${p(x)} ${p(y)}C${p(far)} ${p(y)} ${p(near)} ${p(y1)} ${p(start)} ${p(y1)}Z`;
  });
}

export const WIDE = 44;
export interface DownPiece { band: string; skipped: string; strand: string }

/** The same path running down the side of a narrow screen, one piece a stage; each ends as wide as the next begins. */
export function trackDown(stages: StageColumn[]): DownPiece[] {
  const most = Math.max(0, ...stages.map((one) => one.customers));
  const scale = thickness(stages.map((one) => one.customers)).map((one) => (one / THICKEST) * WIDE * 0.62);
  const f = (value: number) => value.toFixed(1);
  return stages.map((stage, n) => {
    const here = scale[n] ?? 0;
    const after = scale[n + 1] ?? here;
    const pale = stage.customers ? here * Math.min(1, stage.skipped / stage.customers) : 0;
    let strand = "";
    if (stage.lost > 0 && most > 0) {
      const thick = Math.min(here, Math.max(THINNEST, WIDE * 0.62 * Math.sqrt(stage.lost / most)));
      const tip = Math.min(WIDE, here + 4 + thick * 0.5);
      strand = `M${f(here - thick)} 84C${f(here - thick)} 92 ${f(tip - 3)} 93 ${f(tip)} 100C${f(tip)} 94 ${f(here)} 92 ${f(here)} 84Z`;
    }
    return { band: `M0 0H${f(here)}V88C${f(here)} 95 ${f(after)} 95 ${f(after)} 100H0Z`, skipped: pale >= 0.5 ? `M0 0H${f(pale)}V100H0Z` : "", strand };
  });
}
