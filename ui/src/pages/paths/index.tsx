// The paths: a flow or a graph that is walked by clicking, the walk so far as breadcrumbs, the commonest exact paths beside it,
// a table of the same. Everything stands in the URL.
import "@/pages/paths/paths.css";
import { Button, Group } from "@mantine/core";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { Link } from "wouter";
import { useAnswer, useData, useWorkspace } from "@/api/hooks";
import type { AnswerOut, WorkspaceOut } from "@/api/types";
import { Ask } from "@/pages/paths/Ask";
import { Exact } from "@/pages/paths/Exact";
import { Flow } from "@/pages/paths/Flow";
import { OTHER } from "@/pages/paths/flow";
import { Save } from "@/pages/paths/Save";
import { ANY, gone, here, named as namedSteps, pathFields, walkOf, type Change, type Walk } from "@/pages/paths/way";
import { Contract } from "@/parts/Contract";
import { DataTable } from "@/parts/DataTable";
import { ErrorBox } from "@/parts/ErrorBox";
import { fileOf } from "@/parts/journeys";
import { Members } from "@/parts/Members";
import type { Names } from "@/parts/names";
import { Nobody } from "@/parts/Nobody";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.paths;
const Graph = lazy(() => import("@/pages/paths/Graph"));
const LIST = 10;

export default function Paths() {
  const workspace = useWorkspace();
  return workspace.data ? <Walking workspace={workspace.data} /> : <Waiting label={words.opening} />;
}

function Walking({ workspace }: { workspace: WorkspaceOut }) {
  const { values, set } = useUrl();
  const href = useHref();
  const named = workspace.touchpoints.length > 0;
  const file = fileOf(workspace.journey);
  const walk = useMemo(() => walkOf(values, named ? "touchpoint" : "event"), [values, named]);
  const listed = Math.min(200, Number(values.get("list")) || LIST);
  const events = useData().data?.event_names ?? [];
  const flow = useAnswer("paths", useMemo(() => pathFields(walk, "flow"), [walk]));
  const exactFields = useMemo(() => pathFields(walk, "exact", listed), [walk, listed]);
  // The picture first: the list reads every walk once more.
  const exact = useAnswer("paths", flow.data && !flow.isPlaceholderData ? exactFields : null);
  const [count, setCount] = useState<string | null>(null);
  const [saving, setSaving] = useState<string[] | null>(null);
  const labels = useMemo(() => new Map<string, string>([
    // A channel or an event that is called like a touchpoint is none.
    ...workspace.touchpoints.filter((one) => walk.by === "touchpoint" || one.id === walk.start).map((one): [string, string] => [one.id, one.label]),
    ...workspace.stages.flatMap((one): [string, string][] => [[`stage:${one.id}`, w.evidenceOf(one.label)], [`goal:${one.id}`, w.goalOf(one.label)], ...(walk.by === "stage" ? [[one.id, one.label] as [string, string]] : [])]),
    [OTHER, w.other],
  ]), [workspace, walk.by, walk.start]);
  const labelOf = useCallback((step: string) => labels.get(step) ?? step.replace(/^(event|touchpoint):/, ""), [labels]);
  const change = useCallback((some: Change) => set(some), [set]);
  const go = useCallback((place: number, step: string) => set({ way: place === 0 && step === walk.start ? undefined : gone(walk.way, place, step), expand: undefined }), [set, walk]);
  const expand = useCallback((place: number) => set({ expand: [...walk.expand, place + 1].map(String) }), [set, walk.expand]);
  const take = useCallback((steps: string[]) => set({ way: walk.back ? [...steps].reverse() : steps, expand: undefined }), [set, walk.back]);
  const error = flow.error ?? exact.error;
  // What is still of the question before is no answer to this one.
  const old = flow.isPlaceholderData || exact.isPlaceholderData;
  const behind = (list: string) => { if (!exact.isPlaceholderData) setCount(list); };
  return (
    <div className="paths-page">
      <h1>{w.title}</h1>
      <Ask walk={walk} workspace={workspace} events={events} here={here(walk)} set={change} />
      {!named && walk.by === "event" && <p className="muted small">{w.byEvent} <Link href={href("~/data/rules", { file })}>{file}</Link></p>}
      <Crumbs walk={walk} labelOf={labelOf} set={change} save={() => setSaving(stepsOf(walk))} behind={() => setCount("all")} />
      {error && <ErrorBox error={error} again={() => { void flow.refetch(); void exact.refetch(); }} />}
      {!flow.data && !error && <Waiting label={words.asking} shape="chart" />}
      {flow.data && !error && (
        <div className={old ? "paths-two stale" : "paths-two"} aria-busy={old}>
          <section aria-label={walk.view === "graph" ? w.graph : w.flow}>
            <p className="headline" role="status"><Sentence>{(exact.data ?? flow.data).says[0]}</Sentence></p>
            {walk.view === "graph"
              ? <GraphPart walk={walk} workspace={workspace} labelOf={labelOf} set={change} />
              : <FlowPart answer={flow.data} walk={walk} labelOf={labelOf} go={go} expand={expand} collapse={() => set({ expand: undefined })} />}
          </section>
          <section aria-labelledby="exact">
            <h2 id="exact">{w.exact}</h2>
            {exact.data ? <Exact answer={exact.data} unit={walk.per} labelOf={labelOf} behind={behind} take={take} save={setSaving} more={listed < 200 ? () => set({ list: String(listed * 2) }, true) : undefined} /> : <Waiting label={words.asking} />}
            {exact.data && <details><summary>{words.howMade}</summary><Contract contract={exact.data.contract} asked={exact.data.asked} /></details>}
          </section>
        </div>
      )}
      <Members name="paths" fields={exactFields} count={count} close={() => setCount(null)} />
      <Save steps={saving} walk={walk} workspace={workspace} events={events} labelOf={labelOf} close={() => setSaving(null)} />
    </div>
  );
}

function stepsOf(walk: Walk): string[] {
  const found = namedSteps(walk).map((one) => one.step);
  return walk.back ? found.reverse() : found;
}

/** Steps in a table as they are called elsewhere on the page. */
const called = (labelOf: (step: string) => string): Names => ({ cell: (column, value) => (["step", "from", "to"].includes(column) ? labelOf(value) : value), head: (column) => column.replaceAll("_", " ") });

interface CrumbProps { walk: Walk; labelOf: (step: string) => string; set: (change: Change) => void; save: () => void; behind: () => void }

function Crumbs({ walk, labelOf, set, save, behind }: CrumbProps) {
  const steps = namedSteps(walk);
  const at = here(walk);
  const gap = (upto: number) => upto > 1 && walk.way[upto - 2] === ANY && upto > (walk.start ? 2 : 1);
  return (
    <nav className="crumbs" aria-label={w.whereYouAre}>
      <ol>
        <li><button type="button" className="crumb" onClick={() => set({ start: undefined, before: undefined, back: undefined, way: undefined, expand: undefined })}>{walk.before && walk.stage ? w.beforeLapsedIn(labelOf(`stage:${walk.stage}`)) : w.all[walk.per]}</button></li>
        {steps.map((one) => (
          <li key={one.upto}>
            <span aria-hidden="true">{walk.back ? "‹" : "›"}</span>{gap(one.upto) && <span className="muted"> … </span>}
            <button type="button" className="crumb" aria-current={one.step === at && one === steps.at(-1) ? "step" : undefined} onClick={() => set({ way: one.upto === 0 ? undefined : walk.way.slice(0, one.upto), expand: undefined })}>{labelOf(one.step)}</button>
          </li>
        ))}
      </ol>
      <Group gap="xs">
        {at !== null && walk.way.length > 0 && <Button size="compact-xs" variant="default" onClick={() => set({ start: at, before: undefined, way: undefined, back: walk.back && !walk.before ? "yes" : undefined, expand: undefined })}>{w.startHere(labelOf(at))}</Button>}
        <Button size="compact-xs" variant="default" onClick={behind}>{w.theirCustomers}</Button>
        {at !== null && <Button size="compact-xs" variant="default" onClick={save}>{w.saveSegment}</Button>}
      </Group>
    </nav>
  );
}

interface FlowProps { answer: AnswerOut; walk: Walk; labelOf: (step: string) => string; go: (place: number, step: string) => void; expand: (place: number) => void; collapse: () => void }

function FlowPart({ answer, walk, labelOf, go, expand, collapse }: FlowProps) {
  const nodes = answer.tables["nodes"];
  const links = answer.tables["links"];
  if (!nodes?.rows.length && walk.start === null && !walk.before) return <Nobody />;
  return (
    <>
      <Flow answer={answer} walk={walk} labelOf={labelOf} go={go} expand={expand} />
      <p className="muted small">{w.flowNote}{walk.expand.length > 0 && <> <button type="button" className="crumb" onClick={collapse}>{w.collapse}</button></>}</p>
      {nodes && <details><summary>{words.table}</summary><DataTable table={nodes} caption={w.nodesTable} locale={{}} names={called(labelOf)} />{links && <DataTable table={links} caption={w.linksTable} locale={{}} names={called(labelOf)} />}</details>}
    </>
  );
}

function GraphPart({ walk, workspace, labelOf, set }: { walk: Walk; workspace: WorkspaceOut; labelOf: (step: string) => string; set: (change: Change) => void }) {
  const { values } = useUrl();
  const most = Math.min(400, Number(values.get("ways")) || 24);
  const fields = useMemo(() => ({ by: walk.by, own: walk.own, most, per: walk.before ? "visit" : walk.per, ...(walk.stage ? { stage: walk.stage } : {}) }), [walk, most]);
  const found = useAnswer("transitions", fields);
  const columnOf = useCallback((step: string) => {
    const stage = walk.by === "stage" ? step : workspace.touchpoints.find((one) => one.id === step)?.stage;
    return stage ? workspace.stages.findIndex((one) => one.id === stage) : -1;
  }, [workspace, walk.by]);
  const go = useCallback((step: string, follows: boolean) => {
    if (here(walk) === null || !follows) set({ start: step, before: undefined, way: undefined, expand: undefined });
    else set({ way: gone(walk.way, Math.max(walk.way.length, walk.start ? 1 : 0), step), expand: undefined });
  }, [walk, set]);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={words.asking} />;
  const table = found.data.tables["transitions"];
  const other = table?.rows.find((row) => row[0] === OTHER)?.[2];
  return (
    <>
      <Suspense fallback={<Waiting label={words.opening} />}><Graph answer={found.data} walk={walk} labelOf={labelOf} columnOf={columnOf} go={go} /></Suspense>
      <Group gap="xs">
        <p className="muted small">{w.graphNote(typeof other === "number" ? other : 0)}</p>
        {typeof other === "number" && other > 0 && <Button size="compact-xs" variant="default" onClick={() => set({ ways: String(most + 12) })}>{w.moreWays}</Button>}
      </Group>
      {table && <details><summary>{words.table}</summary><DataTable table={table} caption={w.waysTable} locale={{}} names={called(labelOf)} /></details>}
    </>
  );
}
