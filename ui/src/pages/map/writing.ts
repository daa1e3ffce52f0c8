// What people wrote on the map, as it is now: saved cell by cell, with undo and redo, and never over what somebody else
// wrote unseen. The map itself is drawn once; what is written since then is laid over it from here.
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { answered, ProblemError } from "@/api/problem";
import { askAnew } from "@/api/queries";
import { write, written } from "@/generated/client/sdk.gen";
import type { WrittenOut } from "@/generated/client/types.gen";
import { afterChange, claimsDiffer, redone, undone, type Change, type Entry, type History } from "@/pages/map/history";
import { useAsked } from "@/url/state";
import { words } from "@/words";

const WRITTEN_LANES = ["actions", "motivations", "thoughts", "pain_points", "opportunities", "ideas", "owners", "backstage"];

export interface Conflict { lane: string; stage: string; mine: Entry[]; theirs: Entry[]; version: string }
export interface Writing {
  canWrite: (lane: string) => boolean;
  entries: (lane: string, stage: string) => Entry[];
  fixed: (lane: string, stage: string) => { entries: Entry[]; file: string }[];
  /** before: what an undo brings back; without it the saving is not remembered (autosave in the middle of writing). */
  save: (lane: string, stage: string, entries: Entry[], before?: Entry[]) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
  state: "saving" | "saved" | "failed" | "";
  conflict: Conflict | null;
  resolve: (mine: boolean) => void;
}

export const NOTHING: Writing = { canWrite: () => false, entries: () => [], fixed: () => [], save: () => {}, undo: null, redo: null, state: "", conflict: null, resolve: () => {} };
export const WritingContext = createContext<Writing>(NOTHING);
export const useWriting = () => useContext(WritingContext);

/** What is not written is empty. */
const entryOf = (one: { text: string; by?: string; holds?: string }): Entry => ({ text: one.text, by: one.by ?? "", holds: one.holds ?? "" });
const named = (stage: string) => stage || "journey";

export function useWrite(): Writing {
  const { asked } = useAsked();
  const journey = asked.journey;
  const client = useQueryClient();
  const key = useMemo(() => ["written", journey], [journey]);
  const found = useQuery({ queryKey: key, queryFn: ({ signal }) => answered(written({ query: { journey }, signal })), staleTime: 0 });
  const [history, setHistory] = useState<History>({ past: [], future: [] });
  const [state, setState] = useState<Writing["state"]>("");
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const queue = useRef<Promise<void>>(Promise.resolve());

  const put = useCallback((lane: string, stage: string, entries: Entry[], version?: string) => {
    const cells = () => client.getQueryData<WrittenOut[]>(key) ?? [];
    const known = () => cells().find((one) => one.lane === lane && one.stage === stage && one.editable);
    const lay = (to: Entry[], told: string) => client.setQueryData<WrittenOut[]>(key, [
      ...cells().filter((one) => !(one.lane === lane && one.stage === stage && one.editable)),
      { lane, stage, entries: to, version: told, file: "", editable: true },
    ]);
    const seen = version ?? known()?.version ?? "";
    // What is being read now was so before this: it must not come over it, with a version that holds no more.
    void client.cancelQueries({ queryKey: key });
    const claimed = claimsDiffer((known()?.entries ?? []).map(entryOf), entries);
    lay(entries, seen);
    setState("saving");
    // One after another: each needs the version that the one before it made.
    queue.current = queue.current.then(async () => {
      try {
        const now = await answered(write({ query: { journey }, body: { lane, stage, entries, version: version ?? known()?.version ?? "" } }));
        lay((known()?.entries ?? entries).map(entryOf), now.version);
        setState("saved");
        // What is claimed is another: the map asks the data again, and shows what it has meanwhile.
        if (claimed) void askAnew(client, { queryKey: ["map"] });
      } catch (error) {
        setState("failed");
        if (!(error instanceof ProblemError) || error.problem.code !== "written_changed") {
          const hint = error instanceof ProblemError ? error.problem.hint : "";
          notifications.show({ color: "red", title: words.map.write.failed, message: [error instanceof Error ? error.message : words.unreachable, hint].filter(Boolean).join(" "), autoClose: false });
          return;
        }
        const facts = error.problem.facts as { entries: Entry[]; version: string };
        setConflict({ lane, stage, mine: entries, theirs: facts.entries, version: facts.version });
      }
    });
  }, [client, key, journey]);

  const save = useCallback((lane: string, stage: string, entries: Entry[], before?: Entry[]) => {
    const change: Change | null = before ? { lane, stage: named(stage), before, after: entries } : null;
    if (change) setHistory((now) => afterChange(now, change));
    put(lane, named(stage), entries);
  }, [put]);

  const undo = useCallback(() => {
    const step = undone(history);
    if (!step) return;
    setHistory(step.history);
    put(step.change.lane, step.change.stage, step.change.before);
  }, [history, put]);
  const redo = useCallback(() => {
    const step = redone(history);
    if (!step) return;
    setHistory(step.history);
    put(step.change.lane, step.change.stage, step.change.after);
  }, [history, put]);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement) return;
      const letter = event.key.toLowerCase();
      const again = letter === "y" || (letter === "z" && event.shiftKey);
      if (letter !== "z" && letter !== "y") return;
      event.preventDefault();
      (again ? redo : undo)();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [undo, redo]);

  const resolve = useCallback((mine: boolean) => {
    if (!conflict) return;
    const { lane, stage } = conflict;
    setConflict(null);
    if (mine) return put(lane, stage, conflict.mine, conflict.version);
    client.setQueryData<WrittenOut[]>(key, (now = []) => [
      ...now.filter((one) => !(one.lane === lane && one.stage === stage && one.editable)),
      { lane, stage, entries: conflict.theirs, version: conflict.version, file: "", editable: true },
    ]);
    setState("");
  }, [client, conflict, key, put]);

  return useMemo(() => {
    const cells = (lane: string, stage: string) => (found.data ?? []).filter((one) => one.lane === lane && one.stage === named(stage));
    const ready = found.data !== undefined;
    return {
      canWrite: (lane) => ready && WRITTEN_LANES.includes(lane),
      entries: (lane, stage) => cells(lane, stage).find((one) => one.editable)?.entries.map(entryOf) ?? [],
      fixed: (lane, stage) => cells(lane, stage).filter((one) => !one.editable).map((one) => ({ entries: one.entries.map(entryOf), file: one.file })),
      save, state, conflict, resolve,
      undo: history.past.length ? undo : null,
      redo: history.future.length ? redo : null,
    };
  }, [found.data, save, state, conflict, resolve, history, undo, redo]);
}
