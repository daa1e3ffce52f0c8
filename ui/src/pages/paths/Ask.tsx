// What is walked: from where, which way, what a walk is, what is kept of it. All of it stands in the URL.
import { Group, Popover, Button, SegmentedControl, Select, Stack, Switch } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import type { WorkspaceOut } from "@/api/types";
import { PERS, STEPS, TOP, type Change, type Walk } from "@/pages/paths/way";
import { words } from "@/words";

const w = words.paths;
interface Props { walk: Walk; workspace: WorkspaceOut; events: string[]; here: string | null; set: (change: Change) => void }
const AFRESH: Change = { way: undefined, expand: undefined };

export function Ask({ walk, workspace, events, here, set }: Props) {
  const touchpoints = new Set(workspace.touchpoints.map((one) => one.id));
  const starts = [
    { group: w.touchpoints, items: workspace.touchpoints.map((one) => ({ value: one.id, label: one.label })) },
    ...(walk.by === "event" ? [{ group: w.events, items: events.filter((one) => !touchpoints.has(one)).map((one) => ({ value: one, label: one })) }] : []),
    { group: w.stages, items: workspace.stages.map((one) => ({ value: `stage:${one.id}`, label: w.evidenceOf(one.label) })) },
    { group: w.goals, items: workspace.stages.filter((one) => one.has_goal).map((one) => ({ value: `goal:${one.id}`, label: w.goalOf(one.label) })) },
    { group: w.beforeLapsed, items: workspace.stages.map((one) => ({ value: `before:${one.id}`, label: w.beforeLapsedIn(one.label) })) },
  ];
  const chosen = walk.before ? `before:${walk.stage}` : walk.start;
  const begin = (one: string | null) => {
    if (one?.startsWith("before:")) set({ ...AFRESH, start: undefined, back: undefined, stage: one.slice(7), before: "lapsed", per: undefined });
    else set({ ...AFRESH, start: one ?? undefined, before: undefined });
  };
  return (
    <div className="paths-ask">
      <Select size="xs" w="14rem" label={w.startAt} placeholder={walk.start ?? w.anywhere} searchable clearable data={starts} value={chosen} onChange={begin} />
      <div>
        <span className="control-label" id="direction">{w.direction}</span>
        <SegmentedControl size="xs" aria-labelledby="direction" value={walk.back ? "back" : "on"} disabled={walk.before !== null || (walk.start === null && here === null)}
          onChange={(one) => set({ ...AFRESH, start: here ?? walk.start ?? undefined, back: one === "back" ? "yes" : undefined })} data={[{ value: "on", label: w.follows }, { value: "back", label: w.ledHere }]} />
      </div>
      <Select size="xs" w="11rem" label={w.within} placeholder={w.wholeJourney} clearable value={walk.stage} onChange={(one) => set({ ...AFRESH, stage: one ?? undefined, before: undefined, per: undefined })} data={workspace.stages.map((one) => ({ value: one.id, label: one.label }))} />
      <div>
        <span className="control-label" id="picture">{w.picture}</span>
        <SegmentedControl size="xs" aria-labelledby="picture" value={walk.view} onChange={(one) => set({ view: one === "graph" ? "graph" : undefined })} data={[{ value: "flow", label: w.flow }, { value: "graph", label: w.graph }]} />
      </div>
      <Popover withinPortal trapFocus position="bottom-end">
        <Popover.Target><Button size="xs" variant="default" leftSection={<IconAdjustmentsHorizontal size="0.9rem" />}>{w.more}</Button></Popover.Target>
        <Popover.Dropdown><More walk={walk} set={set} /></Popover.Dropdown>
      </Popover>
    </div>
  );
}

function More({ walk, set }: Pick<Props, "walk" | "set">) {
  const numbers = (most: number[]) => most.map((one) => ({ value: String(one), label: String(one) }));
  return (
    <Stack gap="sm">
      <Select size="xs" label={w.per} comboboxProps={{ withinPortal: false }} disabled={walk.before !== null} allowDeselect={false} value={walk.per} onChange={(one) => set({ ...AFRESH, per: one ?? undefined })} data={PERS.filter((one) => !walk.stage || one === "visit" || one === "session").map((one) => ({ value: one, label: w.pers[one] }))} />
      <Select size="xs" label={w.stepIs} comboboxProps={{ withinPortal: false }} allowDeselect={false} value={walk.by} onChange={(one) => set({ ...AFRESH, start: undefined, step: one === walk.usual ? undefined : one ?? undefined })} data={(["touchpoint", "stage", "channel", "event"] as const).map((one) => ({ value: one, label: w.stepKinds[one] }))} />
      <Group grow>
        <Select size="xs" label={w.topN} comboboxProps={{ withinPortal: false }} allowDeselect={false} value={String(walk.top)} onChange={(one) => set({ top: one === String(TOP) ? undefined : one ?? undefined, expand: undefined })} data={numbers([...new Set([3, 4, 6, 8, 12, 20, walk.top])].sort((a, b) => a - b))} />
        <Select size="xs" label={w.stepsN} comboboxProps={{ withinPortal: false }} allowDeselect={false} value={String(walk.steps)} onChange={(one) => set({ steps: one === String(STEPS) ? undefined : one ?? undefined })} data={numbers([...new Set([3, 4, 6, 8, 10, 12, walk.steps])].sort((a, b) => a - b))} />
      </Group>
      <Switch size="xs" label={w.repeats} checked={walk.repeats} onChange={(event) => set({ ...AFRESH, repeats: event.currentTarget.checked ? "yes" : undefined })} />
      <Switch size="xs" label={w.own} checked={walk.own} onChange={(event) => set({ ...AFRESH, own: event.currentTarget.checked ? "yes" : undefined })} />
    </Stack>
  );
}
