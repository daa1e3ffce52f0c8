// What happened outside of the data: campaigns, outages, releases. Added, changed and deleted here; kept in notes.yaml.
import { ActionIcon, Button, Group, Select, TextInput } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Note } from "@/generated/client/types.gen";
import { useWriteNote } from "@/pages/today/hooks";
import { useNotes, whenOf } from "@/parts/annotations";
import { ErrorBox } from "@/parts/ErrorBox";
import { words } from "@/words";

const w = words.today;

export function Notes() {
  const notes = useNotes();
  const [open, setOpen] = useState<Note | "new" | null>(null);
  const removing = useWriteNote(() => undefined);
  if (notes.error) return <ErrorBox error={notes.error} again={() => void notes.refetch()} />;
  const all = [...(notes.data ?? [])].reverse();
  return (
    <div className="notes">
      {notes.data?.length === 0 && <p className="muted lead">{w.noNotes}</p>}
      {removing.error && <ErrorBox error={removing.error} />}
      <ul>
        {all.map((one) => (
          <li key={one.id}>
            {open !== null && open !== "new" && open.id === one.id ? <Edit note={one} close={() => setOpen(null)} /> : (
              <>
                <span className={`kind ${one.kind}`}>{w.noteKinds[one.kind]}</span>
                <span className="when muted">{whenOf(one)}</span>
                <span>{one.text}</span>
                <Group gap="0.125rem" wrap="nowrap" ml="auto">
                  <ActionIcon variant="subtle" color="gray" aria-label={w.changeNote(one.text)} onClick={() => setOpen(one)}><IconPencil size="1rem" /></ActionIcon>
                  <ActionIcon variant="subtle" color="gray" aria-label={w.deleteNote(one.text)} onClick={() => removing.mutate({ id: one.id, note: null })}><IconTrash size="1rem" /></ActionIcon>
                </Group>
              </>
            )}
          </li>
        ))}
      </ul>
      {open === "new" ? <Edit close={() => setOpen(null)} /> : <Button size="xs" variant="default" leftSection={<IconPlus size="0.9rem" />} onClick={() => setOpen("new")}>{w.addNote}</Button>}
    </div>
  );
}

function Edit({ note, close }: { note?: Note; close: () => void }) {
  const [begins, setBegins] = useState(note?.begins ?? "");
  const [ends, setEnds] = useState(note?.ends ?? "");
  const [kind, setKind] = useState<Note["kind"]>(note?.kind ?? "campaign");
  const [text, setText] = useState(note?.text ?? "");
  const writing = useWriteNote(close);
  return (
    <form onSubmit={(event) => { event.preventDefault(); writing.mutate({ id: note?.id, note: { begins, ends: ends || begins, kind, text } }); }}>
      <Group align="flex-end" gap="xs">
        <Select label={w.noteKind} data={Object.entries(w.noteKinds).map(([value, label]) => ({ value, label }))} value={kind} onChange={(value) => value && setKind(value as Note["kind"])} allowDeselect={false} w="9rem" />
        <TextInput type="date" label={w.from} required value={begins} onChange={(event) => setBegins(event.currentTarget.value)} />
        <TextInput type="date" label={w.to} value={ends} onChange={(event) => setEnds(event.currentTarget.value)} />
        <TextInput label={w.noteText} required value={text} onChange={(event) => setText(event.currentTarget.value)} flex={1} miw="12rem" />
        <Button type="submit" loading={writing.isPending}>{w.saveNote}</Button>
        <Button variant="subtle" onClick={close}>{w.cancel}</Button>
      </Group>
      {writing.error && <ErrorBox error={writing.error} />}
    </form>
  );
}
