// Dropped files that no source reads yet: looked at, put right, added to sources.yaml beside the others, then loaded.
import { Alert, Button, Group, Stack, Switch, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useData } from "@/api/hooks";
import { answered } from "@/api/problem";
import { askAnew } from "@/api/queries";
import { makeDraft, moreSources, removeFile } from "@/generated/client/sdk.gen";
import type { DraftOut } from "@/generated/client/types.gen";
import { changed, complete, type Choices } from "@/pages/data/choices";
import { FileGuess } from "@/pages/data/FileGuess";
import { UPLOADS, useDraft, useWork } from "@/pages/data/hooks";
import { Progress } from "@/pages/data/Progress";
import { Unreadable } from "@/pages/data/Unreadable";
import { ErrorBox } from "@/parts/ErrorBox";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

interface Props { files: string[]; arrived: number; load: () => void; busy: boolean }

/** files: which are read by nobody. arrived: another number whenever files came. load: what follows once they are added. */
export function More({ files, arrived, load, busy }: Props) {
  const w = words.data;
  const { values, set } = useUrl();
  const client = useQueryClient();
  const [choices, setChoices] = useState<Choices>({});
  const [reveal, setReveal] = useState(false);
  const work = useWork((job) => set({ draft: job.id }, true), false);
  const id = values.get("draft");
  const draft = useDraft(id, reveal);
  const look = (some: Choices = choices) => work.begin(makeDraft({ body: { files, choices: some } }));
  useEffect(() => { if (arrived && files.length) look(); }, [arrived]);
  const data = useData(id !== null);
  const gone = draft.error !== null; // of a program that has ended
  useEffect(() => { if (gone) set({ draft: undefined }, true); }, [gone]);

  const change = (next: Choices) => {
    setChoices(next);
    if ((draft.data?.files ?? []).every((one) => complete(one, next[one.id]))) look(next);
  };
  const remove = async (name: string) => {
    await answered(removeFile({ path: { name } }));
    work.clear();
    set({ draft: undefined }, true);
    await askAnew(client, UPLOADS);
  };
  if (!files.length) return null;
  return (
    <section className="more" aria-label={w.newFiles}>
      <h2>{w.newFiles}</h2>
      <p className="muted">{w.newFilesAbout}</p>
      <ul className="files" aria-label={w.files}>
        {files.map((one) => <li key={one}><span>{one}</span> <Button size="compact-xs" variant="subtle" color="gray" disabled={busy} aria-label={w.removeFile(one)} onClick={() => void remove(one)}>✕</Button></li>)}
      </ul>
      {!id && !work.running && <Button variant="default" size="xs" onClick={() => look()} style={{ justifySelf: "start" }}>{w.lookAtThem}</Button>}
      <Progress work={work} label={w.looking} />
      {id && draft.data && (
        <>
          <Group justify="space-between" align="end">
            <Text className="muted">{w.guessedHere}</Text>
            <Switch label={words.reveal} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
          </Group>
          <Unreadable files={draft.data.unreadable} />
          {draft.data.files.map((one) => <FileGuess key={one.id} file={one} choice={choices[one.id]} busy={work.running || busy} until={data.data?.as_of?.slice(0, 10)} change={(some) => change(changed(choices, one, some))} />)}
          <Unnamed draft={draft.data} />
          <Add draft={draft.data} busy={work.running || busy} added={() => { set({ draft: undefined }, true); load(); }} />
        </>
      )}
    </section>
  );
}

/** Event names that the journey does not mention yet: what becomes of them, and where to name them. */
function Unnamed({ draft }: { draft: DraftOut }) {
  const w = words.data;
  const href = useHref();
  if (!draft.unnamed.length) return null;
  return <Alert variant="outline" color="gray" title={w.unnamed(draft.unnamed.length)}><p className="small">{w.unnamedAbout(draft.unnamed.slice(0, 12).join(", "), draft.unnamed.length)} <Link href={href("/rules", { file: "journey.yaml", draft: undefined })}>journey.yaml</Link></p></Alert>;
}

function Add({ draft, busy, added }: { draft: DraftOut; busy: boolean; added: () => void }) {
  const w = words.data;
  const client = useQueryClient();
  const entries = draft.sources.slice(Math.max(0, draft.sources.search(/^(sources|metrics):/m)));
  const [text, setText] = useState(entries);
  useEffect(() => setText(entries), [entries]);
  const [error, setError] = useState<Error | null>(null);
  const none = draft.files.every((one) => one.left_out);
  const accept = async () => {
    setError(null);
    try {
      await answered(moreSources({ body: { sources: text } }));
    } catch (failed) {
      setError(failed as Error);
      return;
    }
    await Promise.all(["sources", "rules"].map((one) => askAnew(client, { queryKey: [one] })));
    added();
  };
  return (
    <>
      {!none && (
        <details>
          <summary>{w.asEntries}</summary>
          <Stack mt="sm"><Textarea aria-label={w.asEntries} classNames={{ input: "yaml" }} autosize minRows={6} maxRows={24} value={text} onChange={(event) => setText(event.currentTarget.value)} spellCheck={false} /></Stack>
        </details>
      )}
      {error && <ErrorBox error={error} />}
      <div className="accept">
        <Button onClick={() => void accept()} disabled={busy || none}>{w.acceptMore}</Button>
        <Text size="sm" className="muted">{none ? w.nothingToAdd : w.acceptMoreAbout}</Text>
      </div>
    </>
  );
}
