// The steps of a walk as conditions of a segment: each done, or so often as the walk has it. What cannot be said is told.
import type { DidRow } from "@/generated/client/types.gen";
import { ANY } from "@/pages/paths/way";

export function rowsFor(steps: string[], by: string, touchpoints: string[], events: string[]): { rows: DidRow[]; left: string[] } {
  const times = new Map<string, number>();
  const left: string[] = [];
  for (const step of steps) {
    if (step === ANY) continue;
    const what = condition(step, by, touchpoints, events);
    if (what === null) left.push(step);
    else times.set(what, (times.get(what) ?? 0) + 1);
  }
  const rows = [...times].map(([what, n]): DidRow => (n > 1 ? { what, often: "at_least", times: n } : { what, often: "ever", times: 1 }));
  return { rows, left: [...new Set(left)] };
}

function condition(step: string, by: string, touchpoints: string[], events: string[]): string | null {
  if (step.startsWith("touchpoint:") || step.startsWith("event:")) return step;
  if (by === "stage" || step.startsWith("stage:") || step.startsWith("goal:")) return null;
  if (touchpoints.includes(step)) return `touchpoint:${step}`;
  if (events.includes(step)) return `event:${step}`;
  if (by === "touchpoint" || by === "event" || step === "(other)") return null;
  return `rule:${by} = '${step.replaceAll("'", "''")}'`;
}
