// The steps of a walk as conditions of a segment: each done, or so often as the walk has it. What cannot be said is told.
import type { DidRow } from "@/generated/client/types.gen";
import { ANY } from "@/pages/paths/way";

/** start: where the walk began, which may be a touchpoint or an event whatever a step is. */
export function rowsFor(steps: string[], by: string, touchpoints: string[], events: string[], start: string | null = null): { rows: DidRow[]; left: string[] } {
  const times = new Map<string, number>();
  const left: string[] = [];
  for (const step of steps) {
    if (step === ANY) continue;
    const what = condition(step, step === start ? "" : by, touchpoints, events);
    if (what === null) left.push(step);
    else times.set(what, (times.get(what) ?? 0) + 1);
  }
  const rows = [...times].map(([what, n]): DidRow => (n > 1 ? { what, often: "at_least", times: n } : { what, often: "ever", times: 1 }));
  return { rows, left: [...new Set(left)] };
}

/** by: what the step is; "" where nobody said. */
function condition(step: string, by: string, touchpoints: string[], events: string[]): string | null {
  if (step.startsWith("touchpoint:") || step.startsWith("event:")) return step;
  if (by === "stage" || step.startsWith("stage:") || step.startsWith("goal:")) return null;
  // What is called alike is not the same: a channel "chat" is no touchpoint "chat".
  if ((by === "" || by === "touchpoint") && touchpoints.includes(step)) return `touchpoint:${step}`;
  if ((by === "" || by === "touchpoint" || by === "event") && events.includes(step)) return `event:${step}`;
  if (by === "" || by === "touchpoint" || by === "event" || step === "(other)") return null;
  return `rule:${by} = '${step.replaceAll("'", "''")}'`;
}
