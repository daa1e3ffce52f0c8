// Kinds of events that the journey says nothing of yet: a drafted touchpoint for each; those that are ticked are tried and saved.
import { Button, Checkbox, Group, NativeSelect, Switch, Text } from "@mantine/core";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { answered } from "@/api/problem";
import type { WorkspaceOut } from "@/api/types";
import { day, instant } from "@/format";
import { draftTouchpoints, tryRules } from "@/generated/client/sdk.gen";
import type { NewKindOut } from "@/generated/client/types.gen";
import { useOffer, useSaving, useWork } from "@/pages/data/hooks";
import { PreviewView } from "@/pages/data/PreviewView";
import { Progress } from "@/pages/data/Progress";
import { ErrorBox } from "@/parts/ErrorBox";
import { fileOf } from "@/parts/journeys";
import { useAsked, useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const OPEN = "offer"; // in the URL: the drafted touchpoints are seen

/** Nothing where every kind of event is in the journey, or nobody can say yet. */
export function Offer({ workspace }: { workspace: WorkspaceOut }) {
  const w = words.data;
  const { values, set } = useUrl();
  const href = useHref();
  const [reveal, setReveal] = useState(false);
  const [added, setAdded] = useState(0);
  const found = useOffer(workspace.state === "current", reveal);
  const saving = useSaving(true);
  const open = values.get(OPEN) !== null;
  const kinds = found.data?.kinds ?? [];
  const all = kinds.length + (found.data?.more ?? 0);
  const told = useRef<HTMLParagraphElement>(null);
  useEffect(() => { if (added) told.current?.focus(); }, [added]); // the button that was pressed is gone
  const passing = saving.placing.running || (added > 0 && !open && found.isFetching); // what is known is of before
  const saved = (count: number) => { setAdded(count); set({ [OPEN]: undefined, preview: undefined }, true); };
  return (
    <>
      {added > 0 && (
        <p ref={told} tabIndex={-1} role="status" className="headline">{w.touchpointsAdded(added)} <Link href={href("~/")}>{words.toMap}</Link> · <Link href={href("/rules", { file: fileOf(workspace.journey) })}>{w.undoInRules}</Link></p>
      )}
      <Progress work={saving.placing} label={w.placing} />
      {open && found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {open && found.data && kinds.length === 0 && <Text className="muted">{w.offerNone}</Text>}
      {kinds.length > 0 && !passing && (
        <section className="card offer" aria-label={w.offer(all)}>
          <Group justify="space-between" align="start" gap="sm">
            <div>
              <h2>{w.offer(all)}</h2>
              <p className="muted small">{w.offerAbout}</p>
            </div>
            {open ? <Button variant="default" onClick={() => set({ [OPEN]: undefined, preview: undefined })}>{w.closeOffer}</Button> : <Button variant="default" onClick={() => { setAdded(0); set({ [OPEN]: "open" }); }}>{w.openOffer}</Button>}
          </Group>
          {open && (
            <>
              <Drafts key={kinds.map((one) => one.event).join("\0")} kinds={kinds} workspace={workspace} save={saving.save} saved={saved} aside={<Switch label={words.reveal} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />} />
              {found.data && found.data.more > 0 && <p className="muted small">{w.offerMore(found.data.more, found.data.more_events)}</p>}
            </>
          )}
        </section>
      )}
    </>
  );
}

interface DraftsProps {
  kinds: NewKindOut[];
  workspace: WorkspaceOut;
  save: ReturnType<typeof useSaving>["save"];
  saved: (count: number) => void;
  aside: ReactNode;
}

function Drafts({ kinds, workspace, save, saved, aside }: DraftsProps) {
  const w = words.data;
  const { values, set } = useUrl();
  const { asked } = useAsked();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [stages, setStages] = useState<Record<string, string>>({});
  const [error, setError] = useState<Error | null>(null);
  const [tried, setTried] = useState("");
  const [writing, setWriting] = useState(false);
  const trying = useWork((job) => set({ preview: job.id }, true), false);
  const stageOf = (kind: NewKindOut) => stages[kind.event] ?? kind.stage ?? "";
  const chosen = kinds.filter((one) => ticked.has(one.event)).map((one) => ({ event: one.event, stage: stageOf(one) || null }));
  const now = JSON.stringify(chosen);
  const tick = (events: string[], on: boolean) => setTicked((before) => new Set(on ? [...before, ...events] : [...before].filter((one) => !events.includes(one))));
  // The text is made anew each time, from what stands there then: what somebody else has saved meanwhile stays.
  const text = async () => answered(draftTouchpoints({ query: { journey: asked.journey }, body: { chosen } }));
  const guarded = (work: () => Promise<void>) => { setError(null); setWriting(true); void work().catch((failed: Error) => setError(failed)).finally(() => setWriting(false)); };
  const preview = () => guarded(async () => {
    const made = await text();
    setTried(now);
    trying.begin(tryRules({ path: { name: made.name }, body: { text: made.text } }));
  });
  const write = () => guarded(async () => {
    const made = await text();
    await save(made.name, made.text, made.stamp);
    saved(chosen.length);
  });
  const none = chosen.length === 0;
  const held = writing || trying.running;
  const job = values.get("preview");
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Checkbox label={w.tickAll(kinds.length)} checked={ticked.size === kinds.length} indeterminate={!none && ticked.size < kinds.length} onChange={(event) => tick(kinds.map((one) => one.event), event.currentTarget.checked)} />
        {aside}
      </Group>
      <ul className="kinds-offered" aria-label={w.drafted}>
        {kinds.map((one) => <Kind key={one.event} kind={one} workspace={workspace} ticked={ticked.has(one.event)} tick={(on) => tick([one.event], on)} stage={stageOf(one)} choose={(stage) => setStages((before) => ({ ...before, [one.event]: stage }))} />)}
      </ul>
      <Progress work={trying} label={w.trying} />
      {job && tried && !trying.running && <PreviewView id={job} outdated={tried !== now} changed={w.ticksChanged} />}
      {error && <ErrorBox error={error} />}
      <div className="accept">
        <Button variant="default" onClick={preview} disabled={none || held}>{w.preview}</Button>
        <Button onClick={write} disabled={none || held}>{w.addTouchpoints(chosen.length)}</Button>
        <Text size="sm" className="muted">{none ? w.tickSome : w.addTouchpointsAbout(fileOf(workspace.journey))}</Text>
      </div>
    </>
  );
}

interface KindProps {
  kind: NewKindOut;
  workspace: WorkspaceOut;
  ticked: boolean;
  tick: (on: boolean) => void;
  stage: string;
  choose: (stage: string) => void;
}

function Kind({ kind, workspace, ticked, tick, stage, choose }: KindProps) {
  const w = words.data;
  const data = [{ value: "", label: w.anyStage }, ...workspace.stages.map((one) => ({ value: one.id, label: one.label }))];
  const why = !kind.stage ? w.noStageSaid : stage === kind.stage ? kind.why : w.youChose;
  return (
    <li>
      <Checkbox checked={ticked} onChange={(event) => tick(event.currentTarget.checked)} label={<strong>{kind.event}</strong>} />
      <div className="what">
        <Text size="sm">{w.kindCounts(kind.events, kind.customers)}{kind.by !== "customer" && `, ${w.byWhom[kind.by]}`}{kind.channels.length > 0 && ` · ${w.inChannels(kind.channels.slice(0, 3).map((one) => one.channel), kind.channels.length)}`}</Text>
        <Latest kind={kind} zone={workspace.time_zone} />
      </div>
      <div className="touchpoint">
        <Text size="sm"><strong>{kind.label}</strong> <code>{kind.id}</code></Text>
        <code>{kind.rule}{kind.by !== "customer" && ` and by = '${kind.by}'`}</code>
        {kind.support && <Text size="xs" className="muted">{w.isSupport}</Text>}
      </div>
      <NativeSelect size="xs" label={w.stage} aria-label={w.stageOf(kind.event)} data={data} value={stage} description={why} inputWrapperOrder={["label", "input", "description"]} onChange={(event) => choose(event.currentTarget.value)} />
    </li>
  );
}

function Latest({ kind, zone }: { kind: NewKindOut; zone: string }) {
  const w = words.data;
  const href = useHref();
  const { at, date_only, customer, shown, text, said } = kind.example;
  return (
    <Text size="xs" className="muted latest">
      {w.latest(date_only ? day(at, zone) : instant(at, zone))} <Link href={href(`~/customers/${encodeURIComponent(customer)}`)}>{shown}</Link>
      {text && `, “${text}”`}
      {said.map((one) => ` · ${one.name}: ${one.value}`).join("")}
    </Text>
  );
}
