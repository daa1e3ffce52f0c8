// From an empty folder to a map: files are dropped, looked at, put right, accepted, loaded.
import { Alert, Button, Group, Select, Stack, Switch, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useForget } from "@/api/hooks";
import { answered } from "@/api/problem";
import { askAnew } from "@/api/queries";
import { number } from "@/format";
import { makeDraft, makeWorkspace, removeFile, startLoad } from "@/generated/client/sdk.gen";
import type { DraftOut } from "@/generated/client/types.gen";
import { changed, complete, newestOf, type Choices } from "@/pages/data/choices";
import { Drop } from "@/pages/data/Drop";
import { FileGuess } from "@/pages/data/FileGuess";
import { UPLOADS, useDraft, useTemplates, useUploads, useWork } from "@/pages/data/hooks";
import { Progress } from "@/pages/data/Progress";
import { Unreadable } from "@/pages/data/Unreadable";
import { bytes } from "@/pages/data/upload";
import { ErrorBox } from "@/parts/ErrorBox";
import { useUrl } from "@/url/state";
import { words } from "@/words";

export function Begin() {
  const w = words.data;
  const { values, set } = useUrl();
  const uploads = useUploads();
  const client = useQueryClient();
  const [choices, setChoices] = useState<Choices>({});
  const [reveal, setReveal] = useState(false);
  const template = values.get("template") ?? "";
  const work = useWork((job) => set({ draft: job.id }, true), false);
  const draft = useDraft(values.get("draft"), reveal);
  const files = uploads.data?.files ?? [];
  const look = (some: Choices = choices, from = template) => work.begin(makeDraft({ body: { choices: some, template: from || null } }));
  // A link to what was looked at by a program that has ended: look again.
  const gone = draft.error !== null && files.length > 0;
  useEffect(() => { if (gone) { set({ draft: undefined }, true); look(); } }, [gone]);
  const fresh = values.get("draft") === null && files.length > 0;
  useEffect(() => { if (fresh && !work.running && !work.error && !work.job) look(); }, [fresh]);

  const change = (next: Choices) => {
    setChoices(next);
    if ((draft.data?.files ?? []).every((one) => complete(one, next[one.id]))) look(next);
  };
  const remove = async (name: string) => {
    await answered(removeFile({ path: { name } }));
    await askAnew(client, UPLOADS);
    if (files.length > 1) look();
    else { work.clear(); set({ draft: undefined }, true); }
  };
  const templates = useTemplates();
  return (
    <Stack gap="lg" className="begin">
      <div><h1>{w.beginTitle}</h1><p className="headline">{w.beginAbout}</p></div>
      <Drop small={files.length > 0} arrived={() => look()} />
      {files.length > 0 && (
        <ul className="files" aria-label={w.files}>
          {files.map((one) => <li key={one.name}><span>{one.name}</span> <span className="muted">{bytes(one.bytes)}</span> <Button size="compact-xs" variant="subtle" color="gray" aria-label={w.removeFile(one.name)} onClick={() => void remove(one.name)}>✕</Button></li>)}
        </ul>
      )}
      {files.length === 0 && <How />}
      <Progress work={work} label={w.looking} />
      {draft.data && files.length > 0 && (
        <>
          <Group justify="space-between" align="end">
            <div><h2>{w.guessed}</h2><Text className="muted">{w.guessedAbout(draft.data.guesses)}</Text></div>
            <Group align="end">
              <Select size="xs" label={w.journeyFrom} allowDeselect={false} value={template} disabled={work.running} data={[{ value: "", label: w.fromEvents }, ...(templates.data ?? []).map((one) => ({ value: one.name, label: `${one.name}: ${one.about}` }))]} onChange={(one) => { set({ template: one || undefined }, true); look(choices, one ?? ""); }} />
              <Switch label={words.reveal} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
            </Group>
          </Group>
          <Unreadable files={draft.data.unreadable} />
          {draft.data.files.map((one) => <FileGuess key={one.id} file={one} choice={choices[one.id]} busy={work.running} until={newestOf(draft.data.files)} change={(some) => change(changed(choices, one, some))} />)}
          <Journey draft={draft.data} />
          <Accept key={draft.data.sources + draft.data.journey} draft={draft.data} busy={work.running} />
        </>
      )}
    </Stack>
  );
}

/** What comes of it, for who is here for the first time. */
function How() {
  const w = words.data;
  return (
    <section aria-label={w.beginWays}>
      <ol className="how">{w.beginSteps.map(([what, about]) => <li key={what}><strong>{what}</strong><span className="muted">{about}</span></li>)}</ol>
      <p className="muted small">{w.beginSample("desirepath demo")}</p>
    </section>
  );
}

function Journey({ draft }: { draft: DraftOut }) {
  const w = words.data;
  if (draft.problem) return <Alert color="orange" variant="outline" title={w.noJourney}>{draft.problem}</Alert>;
  return (
    <section className="card" aria-label={w.theJourney}>
      <h3>{w.theJourney}</h3>
      <ol className="stages">{draft.stages.map((one) => <li key={one.id}><strong>{one.label}</strong><code>{one.enter}</code>{one.goal && <span className="muted small">{w.goal(one.goal)}</span>}</li>)}</ol>
      <Text size="sm" className="muted">{w.eventNames(draft.names.slice(0, 12).map((one) => `${one.name} (${number(one.events)})`).join(", "), draft.names.length)}</Text>
      {draft.notes.length > 0 && <ul className="notes muted small">{draft.notes.map((one) => <li key={one}>{one}</li>)}</ul>}
    </section>
  );
}

/** The two texts, for who wants to see or change them, and the step that makes it a workspace and loads it. */
function Accept({ draft, busy }: { draft: DraftOut; busy: boolean }) {
  const w = words.data;
  const forget = useForget();
  const [, go] = useLocation();
  const [sources, setSources] = useState(draft.sources);
  const [journey, setJourney] = useState(draft.journey);
  const [error, setError] = useState<Error | null>(null);
  const [made, setMade] = useState(false);
  const load = useWork(() => { void forget().then(() => go("~/")); }, false);
  const accept = async () => {
    setError(null);
    try {
      if (!made) await answered(makeWorkspace({ body: { sources, journey } }));
      setMade(true);
      load.begin(startLoad({ body: {} }));
    } catch (failed) {
      setError(failed as Error);
    }
  };
  const over = made && !load.running && load.job !== null && load.job.state !== "done";
  return (
    <>
      <details>
        <summary>{w.asText}</summary>
        <Stack mt="sm">
          <Textarea label="sources.yaml" classNames={{ input: "yaml" }} autosize minRows={6} maxRows={24} value={sources} disabled={made} onChange={(event) => setSources(event.currentTarget.value)} spellCheck={false} />
          <Textarea label="journey.yaml" classNames={{ input: "yaml" }} autosize minRows={6} maxRows={24} value={journey} disabled={made} onChange={(event) => setJourney(event.currentTarget.value)} spellCheck={false} />
        </Stack>
      </details>
      {error && <ErrorBox error={error} />}
      <Progress work={load} label={w.loading} />
      <div className="accept">
        <Button onClick={() => void accept()} disabled={busy || load.running || !draft.journey}>{made ? w.loadAgain : w.accept}</Button>
        {over && <Button variant="default" onClick={() => void forget()}>{w.toSources}</Button>}
        <Text size="sm" className="muted">{w.acceptAbout}</Text>
      </div>
    </>
  );
}
