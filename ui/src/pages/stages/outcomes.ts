// The outcomes of a stage's visits as parts of a bar, on one scale for all stages. Those still here stand apart.
import type { StageNumbersOut } from "@/api/types";

export const OUTCOMES = ["advanced", "left", "lapsed", "in_flight"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export interface Part { outcome: Outcome; count: number; from: number; width: number }

const APART = 0.02; // of the whole width: the gap before those still here

/** The parts of one stage's bar; from and width are shares of the whole width, which `most` visits fill. */
export function parts(stage: Pick<StageNumbersOut, Outcome>, most: number): Part[] {
  const room = 1 - APART;
  let from = 0;
  const found: Part[] = [];
  for (const outcome of OUTCOMES) {
    const count = stage[outcome];
    if (count <= 0) continue;
    if (outcome === "in_flight" && from > 0) from += APART;
    const width = most > 0 ? (count / most) * room : 0;
    found.push({ outcome, count, from, width });
    from += width;
  }
  return found;
}

/** How much of `most` a number is, as a CSS width. */
export function share(count: number, most: number): string {
  return `${(most > 0 ? (count / most) * (1 - APART) * 100 : 0).toFixed(3)}%`;
}
