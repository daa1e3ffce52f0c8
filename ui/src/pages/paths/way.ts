// Where somebody is on their walk through the paths, between the URL and the questions. Steps of `way` are those of the
// paths question: the first is that at the start ("*" where the start itself is named), then each that was clicked.
import type { Fields } from "@/api/hooks";

export const ANY = "*";
export const PERS = ["session", "visit", "pass", "trail"] as const;
export const TOP = 6;
export const STEPS = 6;
type Per = (typeof PERS)[number];

export interface Walk {
  view: "flow" | "graph";
  start: string | null;
  before: string | null; // the walk is backwards from visits of `stage` that ended so
  back: boolean;
  way: string[];
  stage: string | null;
  per: Per;
  by: string;
  usual: string; // what a step is unless the URL says otherwise
  repeats: boolean;
  own: boolean;
  steps: number;
  top: number;
  expand: number[];
}
export type Change = Record<string, string | string[] | undefined>;

/** usual: what a step is where nothing is said; of a journey without touchpoints, an event. */
export function walkOf(values: URLSearchParams, usual = "touchpoint"): Walk {
  const stage = values.get("stage");
  const before = stage ? values.get("before") : null;
  const wanted = PERS.find((one) => one === values.get("per"));
  const fits = wanted && !(stage && (wanted === "pass" || wanted === "trail"));
  return {
    view: values.get("view") === "graph" ? "graph" : "flow",
    start: before ? null : values.get("start"),
    before,
    back: before !== null || (values.get("start") !== null && values.get("back") === "yes"),
    way: values.getAll("way"),
    stage,
    per: before ? "visit" : fits ? wanted : stage ? "visit" : "pass",
    by: values.get("step") ?? usual,
    usual,
    repeats: values.get("repeats") === "yes",
    own: values.get("own") === "yes",
    steps: whole(values.get("steps"), STEPS, 12),
    top: whole(values.get("top"), TOP, 40),
    expand: values.getAll("expand").map(Number).filter((one) => Number.isInteger(one) && one > 0),
  };
}

function whole(text: string | null, usual: number, most: number): number {
  const n = Number(text);
  return Number.isInteger(n) && n > 0 ? Math.min(n, most) : usual;
}

/** The fields of the paths question for this walk. */
export function pathFields(walk: Walk, form: "flow" | "exact", top?: number): Fields {
  const fields: Fields = { form, by: walk.by, repeats: walk.repeats, own: walk.own, steps: Math.max(walk.steps, walk.way.length) };
  fields["top"] = form === "flow" ? walk.top : top ?? 10;
  if (walk.stage) fields["stage"] = walk.stage;
  if (walk.before) fields["before"] = walk.before;
  else fields["per"] = walk.per;
  if (walk.start) fields[walk.back ? "ends_at" : "starts_at"] = walk.start;
  if (walk.way.length) fields["way"] = walk.way;
  if (form === "flow" && walk.expand.length) fields["expand"] = walk.expand;
  return fields;
}

/** The way after a click on a step at a position (from 0): what lies between is any step; one of the way goes back to it. */
export function gone(way: string[], position: number, step: string): string[] {
  const to = Array.from({ length: position }, (_, i) => way[i] ?? ANY);
  return [...to, step];
}

/** The steps that the walk has named, in the order in which they were walked: [step, how much of `way` is before it]. */
export function named(walk: Walk): { step: string; upto: number }[] {
  const found = walk.way.flatMap((step, i) => (step === ANY ? [] : [{ step, upto: i + 1 }]));
  return walk.start ? [{ step: walk.start, upto: 0 }, ...found.filter((one) => !(one.upto === 1 && one.step === walk.start))] : found;
}

/** Where they are: the last step named. */
export function here(walk: Walk): string | null {
  return named(walk).at(-1)?.step ?? null;
}
