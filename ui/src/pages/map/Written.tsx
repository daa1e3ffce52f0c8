// What people wrote in one cell, changed in place: a text becomes a field when it is pressed, Enter ends, Escape brings
// back what was there; it is saved while one writes.
import { Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Cell, Lane } from "@/api/types";
import { checkedCell, ClaimField, Said, useMistake } from "@/pages/map/Claimed";
import { same, type Entry } from "@/pages/map/history";
import { useWriting, type Conflict } from "@/pages/map/writing";
import { words } from "@/words";

const NEW: Entry = { text: "", by: "", holds: "" };
const PAUSE = 900; // ms without a key after which it is saved

export function isWritten(cell: Cell): boolean {
  return /\.written-\d+$/.test(cell.id);
}

export function Written({ lane, stage, label, open }: { lane: Lane; stage: string; label: string; open: (cell: string) => void }) {
  const writing = useWriting();
  const entries = writing.entries(lane.id, stage);
  const [at, setAt] = useState<number | null>(null);
  const [before, setBefore] = useState<Entry[]>([]);
  const again = useRef<HTMLElement | null>(null);
  const begin = (place: number) => {
    setBefore(entries);
    setAt(place);
  };
  const end = (entry: Entry) => {
    const place = at ?? 0;
    const kept = entry.text.trim() ? { text: entry.text.trim(), by: entry.by.trim(), holds: entry.holds.split(/\s+/).filter(Boolean).join(" ") } : null;
    const rest = entries.filter((_, i) => i !== place);
    const after = kept ? [...entries.slice(0, place), kept, ...entries.slice(place + 1)] : rest;
    setAt(null);
    if (!same(before, after) || !same(entries, after)) writing.save(lane.id, stage, after, before);
    // The keyboard goes back to where it was: the same text, or the button that adds one.
    setTimeout(() => {
      const list = again.current?.querySelectorAll<HTMLElement>("button.edit, button.add");
      (list?.[place] ?? list?.[list.length - 1])?.focus({ preventScroll: true });
    });
  };
  const field = (entry: Entry, place: number) => (
    <Field
      entry={entry}
      label={words.map.write.text(lane.label, label)}
      autosave={(now) => now.text.trim() && writing.save(lane.id, stage, [...entries.slice(0, place), now, ...entries.slice(place + 1)])}
      done={end}
    />
  );
  const conflict = writing.conflict?.lane === lane.id && writing.conflict.stage === (stage || "journey") ? writing.conflict : null;
  return (
    <div className="written" ref={(node) => { again.current = node; }}>
      {writing.fixed(lane.id, stage).flatMap((one) => one.entries.map((entry) => (
        <div key={entry.text}>
          <p className="claim"><Mark /><span>{entry.text}<span className="small muted block">{words.map.write.fixed(one.file)}</span></span></p>
          <Told lane={lane} stage={stage} entry={entry} open={open} />
        </div>
      )))}
      {(entries.length > 0 || at !== null) && (
        <ul className="cells">
          {[...entries, ...(at !== null && at >= entries.length ? [NEW] : [])].map((entry, i) => <li key={i}>{at === i ? field(entry, i) : <>
            <button type="button" className="claim edit" onClick={() => begin(i)}>
              <Mark /><span><span className="sr">{words.map.write.edit} </span>{entry.text}<span className="small muted block">{entry.by ? words.map.write.by_(entry.by) : words.map.write.assumed}</span></span>
            </button>
            <Told lane={lane} stage={stage} entry={entry} open={open} />
          </>}</li>)}
        </ul>
      )}
      {conflict && <Changed conflict={conflict} resolve={writing.resolve} />}
      {at === null && <button type="button" className="add small" onClick={() => begin(entries.length)}><IconPlus size="0.75rem" aria-hidden="true" /> {words.map.write.add}<span className="sr">{words.map.write.addTo(lane.label, label)}</span></button>}
    </div>
  );
}

/** What the data say of it; while the map has not asked them yet, that. */
function Told({ lane, stage, entry, open }: { lane: Lane; stage: string; entry: Entry; open: (cell: string) => void }) {
  const cell = checkedCell(lane, stage, entry.holds);
  if (cell) return <Said cell={cell} open={open} />;
  return entry.holds ? <span className="check small unknown" role="status">{words.map.claim.asking}</span> : null;
}

function Mark() {
  return <span className="rests-mark assumed" aria-hidden="true" />;
}

interface FieldProps { entry: Entry; label: string; autosave: (entry: Entry) => void; done: (entry: Entry) => void }

function Field({ entry, label, autosave, done }: FieldProps) {
  const [first] = useState(entry);
  const [text, setText] = useState(entry.text);
  const [by, setBy] = useState(entry.by);
  const [holds, setHolds] = useState(entry.holds);
  const mistake = useMistake(holds);
  const over = useRef(false);
  const save = useRef(() => {});
  save.current = () => {
    if (over.current || (text === first.text && by === first.by)) return;
    autosave({ text: text.trim(), by: by.trim(), holds: first.holds }); // half a claim is none
  };
  useEffect(() => {
    const timer = setTimeout(() => save.current(), PAUSE);
    return () => clearTimeout(timer);
  }, [text, by]);
  useEffect(() => () => save.current(), []); // the page is left by the browser's own way back: no field is asked before
  const end = (now: Entry) => {
    if (over.current) return;
    // A claim that cannot be read stays in sight with what is wrong: Escape brings back what was there.
    if (now !== first && now.holds !== first.holds && mistake !== null) return setWaiting(true);
    over.current = true;
    done(now);
  };
  const [waiting, setWaiting] = useState(false); // somebody is done, but for the claim being read
  useEffect(() => {
    if (!waiting || mistake === undefined) return;
    setWaiting(false);
    if (mistake === null) end({ text, by, holds });
  }, [waiting, mistake]);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      end(first);
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      end({ text, by, holds });
    }
  };
  return (
    <div className="field" onKeyDown={pressed} onBlur={(event) => { if (!event.currentTarget.contains(event.relatedTarget)) end({ text, by, holds }); }}>
      <Textarea autosize minRows={1} size="xs" autoFocus maxLength={2_000} aria-label={label} description={words.map.write.keys} inputWrapperOrder={["input", "description"]} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <TextInput size="xs" mt={4} maxLength={200} placeholder={words.map.write.by} aria-label={words.map.write.by} value={by} onChange={(event) => setBy(event.currentTarget.value)} />
      <ClaimField value={holds} change={setHolds} mistake={mistake} />
    </div>
  );
}

function Changed({ conflict, resolve }: { conflict: Conflict; resolve: (mine: boolean) => void }) {
  return (
    <div role="alert" className="changed small">
      <p>{words.map.write.changed}</p>
      <blockquote>{conflict.theirs.map((one) => one.text).join("; ") || words.map.write.nothing}</blockquote>
      <button type="button" className="link" onClick={() => resolve(false)}>{words.map.write.theirs}</button>{" "}
      <button type="button" className="link" onClick={() => resolve(true)}>{words.map.write.mine}</button>
    </div>
  );
}
