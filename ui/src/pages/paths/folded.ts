// A path with its loops folded: what was walked several times running stands once, with how often.

export interface Fold { steps: string[]; times: number }
const LONGEST = 4; // steps of a loop

/** The path in parts; a part with `times` above 1 is a loop. Of several ways to fold, the one that saves most. */
export function folded(steps: readonly string[]): Fold[] {
  const found: Fold[] = [];
  for (let at = 0; at < steps.length; ) {
    let best: Fold = { steps: [steps[at] ?? ""], times: 1 };
    for (let long = 1; long <= LONGEST; long += 1) {
      const times = repeats(steps, at, long);
      if (times > 1 && (times - 1) * long > (best.times - 1) * best.steps.length) best = { steps: steps.slice(at, at + long), times };
    }
    found.push(best);
    at += best.steps.length * best.times;
  }
  return found;
}

function repeats(steps: readonly string[], at: number, long: number): number {
  let times = 1;
  while (at + (times + 1) * long <= steps.length && Array.from({ length: long }, (_, k) => k).every((k) => steps[at + k] === steps[at + times * long + k])) times += 1;
  return times;
}
