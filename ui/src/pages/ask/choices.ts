// What can be chosen in a builder: steps grouped by stage, columns to part by, sides of a comparison, measures.
import type { DataOut, WorkspaceOut } from "@/api/types";
import { words } from "@/words";

export interface Choice { value: string; label: string }
export interface ChoiceGroup { group: string; items: Choice[] }
export interface Choices { steps: ChoiceGroup[]; by: ChoiceGroup[]; sides: ChoiceGroup[]; measures: ChoiceGroup[]; stages: Choice[]; promises: Choice[]; label: (value: string) => string }

const some = (groups: ChoiceGroup[]): ChoiceGroup[] => groups.filter((one) => one.items.length > 0);
const own = (names: string[]): Choice[] => names.map((one) => ({ value: one, label: one }));

/** The calendar's latest whole quarters and months before the end of what is known, the latest first. */
export function periods(asOf: string | null | undefined, first: string | null | undefined): Choice[] {
  if (!asOf) return [];
  const [year = 0, month = 1] = asOf.slice(0, 7).split("-").map(Number);
  const begin = first?.slice(0, 7) ?? "";
  const quarters = Array.from({ length: 6 }, (_, i) => Math.floor((year * 12 + month - 1) / 3) - 1 - i).filter((one) => `${Math.floor(one / 4)}-${String((one % 4) * 3 + 1).padStart(2, "0")}` >= begin).map((one) => `${Math.floor(one / 4)}-Q${(one % 4) + 1}`);
  const months = Array.from({ length: 6 }, (_, i) => year * 12 + month - 2 - i).map((one) => `${Math.floor(one / 12)}-${String((one % 12) + 1).padStart(2, "0")}`).filter((one) => one >= begin);
  return [...quarters, ...months].map((one) => ({ value: `period:${one}`, label: one }));
}

export function choicesOf(workspace: WorkspaceOut, data: DataOut | undefined): Choices {
  const touchpoints = (stage: string | null): Choice[] => workspace.touchpoints.filter((one) => one.stage === stage).map((one) => ({ value: one.id, label: one.label }));
  const stages = workspace.stages.map((one) => ({ value: one.id, label: one.label }));
  const steps = some([
    ...workspace.stages.map((stage) => ({ group: stage.label, items: [...touchpoints(stage.id), ...(stage.has_goal ? [{ value: `goal:${stage.id}`, label: words.ask.goal(stage.label) }] : [])] })),
    { group: words.ask.others, items: touchpoints(null) },
    { group: words.ask.stages, items: stages.map((one) => ({ value: `stage:${one.value}`, label: one.label })) },
    { group: words.ask.events, items: (data?.event_names ?? []).map((one) => ({ value: `event:${one}`, label: one })) },
  ]);
  const columns = data?.columns ?? [];
  const by = some([
    { group: words.ask.often, items: own(["channel", "touchpoint", "segment", "persona", "month"]) },
    { group: words.ask.traits, items: own(columns.filter((one) => one.startsWith("traits."))) },
    { group: words.ask.properties, items: own(columns.filter((one) => one.startsWith("properties."))) },
  ]);
  const of = (kind: string, found: { id: string; label: string }[]): Choice[] => found.map((one) => ({ value: `${kind}:${one.id}`, label: one.label }));
  const sides = some([
    { group: words.segments, items: of("segment", workspace.segments) },
    { group: words.personas, items: of("persona", workspace.personas) },
    { group: words.ask.periods, items: periods(data?.as_of, data?.first) },
    { group: words.ask.others, items: own(["everyone", "rest", "before"]) },
  ]);
  const families = ["rate", "value", "stands", "ease"];
  const measures = some([
    ...families.map((family) => ({ group: family, items: stages.map((one) => ({ value: `${family}:${one.value}`, label: `${family}: ${one.label}` })) })),
    { group: "promise", items: of("promise", workspace.promises) },
    { group: "reach", items: of("reach", workspace.touchpoints) },
  ]);
  const labels = new Map([...steps, ...sides, ...measures].flatMap((one) => one.items.map((item): [string, string] => [item.value, item.label])));
  return { steps, by, sides, measures, stages, promises: workspace.promises.map((one) => ({ value: one.id, label: one.label })), label: (value) => labels.get(value) ?? labels.get(`touchpoint:${value}`) ?? value };
}

/** Those whose label or value holds what was typed. */
export function matching(groups: ChoiceGroup[], typed: string): ChoiceGroup[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return groups;
  return some(groups.map((one) => ({ ...one, items: one.items.filter((item) => item.label.toLowerCase().includes(wanted) || item.value.toLowerCase().includes(wanted)) })));
}
