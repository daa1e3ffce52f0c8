// What the page Data asks the API, and how it runs what takes longer.
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { useForget, useJob } from "@/api/hooks";
import { answered } from "@/api/problem";
import type { JobOut } from "@/api/types";
import { doctorReport, draftTold, identity, loads, placeCustomers, rejects, rules, rulesPreview, saveRules, sources, stop, templates, touchpointOffer, undoPlan, uploadedFiles } from "@/generated/client/sdk.gen";
import type { RuleFileOut, UploadsOut } from "@/generated/client/types.gen";
import { MAIN } from "@/parts/journeys";
import { useAsked } from "@/url/state";
import { words } from "@/words";

/** The files that were dropped, and which may be. */
export const UPLOADS = { queryKey: ["uploads"], queryFn: ({ signal }: { signal: AbortSignal }): Promise<UploadsOut> => answered(uploadedFiles({ signal })) };

export function useUploads() {
  return useQuery(UPLOADS);
}

export function useTemplates() {
  return useQuery({ queryKey: ["templates"], staleTime: Infinity, queryFn: ({ signal }) => answered(templates({ signal })) });
}

export function useDraft(id: string | null, reveal: boolean) {
  return useQuery({
    queryKey: ["draft", id, reveal],
    enabled: id !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(draftTold({ path: { id: id ?? "" }, query: { reveal }, signal })),
  });
}

export function useSources() {
  return useQuery({ queryKey: ["sources"], queryFn: ({ signal }) => answered(sources({ signal })) });
}

export function useLoads() {
  return useQuery({ queryKey: ["loads"], queryFn: ({ signal }) => answered(loads({ signal })) });
}

export function useUndoPlan(load: number | null, later: boolean) {
  return useQuery({
    queryKey: ["loads", "undo", load, later],
    enabled: load !== null,
    queryFn: ({ signal }) => answered(undoPlan({ path: { number: load ?? 0 }, query: { and_later: later }, signal })),
  });
}

export function useRejects(source: string | undefined, reason: string | undefined, reveal: boolean) {
  return useQuery({
    queryKey: ["rejects", source, reason, reveal],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(rejects({ query: { source, reason, reveal }, signal })),
  });
}

export function useIdentity(reveal: boolean) {
  const { asked } = useAsked();
  const journey = asked.journey;
  return useQuery({
    queryKey: ["identity", journey, reveal],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(identity({ query: { journey, reveal }, signal })),
  });
}

export function useDoctor(id: string | null) {
  return useQuery({ queryKey: ["doctor", id], enabled: id !== null, queryFn: ({ signal }) => answered(doctorReport({ path: { id: id ?? "" }, signal })) });
}

export function useRules() {
  return useQuery({ queryKey: ["rules"], queryFn: ({ signal }) => answered(rules({ signal })) });
}

export function usePreview(id: string | null, reveal: boolean) {
  return useQuery({
    queryKey: ["preview", id, reveal],
    enabled: id !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(rulesPreview({ path: { id: id ?? "" }, query: { reveal }, signal })),
  });
}

export function useOffer(enabled: boolean, reveal: boolean) {
  const { asked } = useAsked();
  const journey = asked.journey;
  return useQuery({
    queryKey: ["touchpoint-offer", journey, reveal],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(touchpointOffer({ query: { journey, reveal }, signal })),
  });
}

export interface Work {
  /** Begin it: `call` answers with the job. */
  begin: (call: Promise<{ data?: JobOut; error?: unknown; response?: Response }>) => void;
  job: JobOut | null;
  running: boolean;
  error: Error | null;
  halt: () => void;
  clear: () => void;
}

/** One job after another of one kind: the next stops the one before. done: what follows when one has ended well. forget: all answers have changed then. */
export function useWork(done?: (job: JobOut) => void, forget = true): Work {
  const [id, setId] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [asking, setAsking] = useState(false);
  const forgetAll = useForget();
  const ended = (told: JobOut) => {
    const well = told.state === "done";
    if (forget) void forgetAll().then(() => well && done?.(told));
    else if (well) done?.(told);
  };
  const { job, halt } = useJob(id, ended);
  const last = useRef<string | null>(null);
  const follow = (next: string) => {
    if (last.current) void stop({ path: { id: last.current } });
    last.current = next;
  };
  const begin = useCallback((call: Parameters<Work["begin"]>[0]) => {
    setError(null);
    setAsking(true);
    answered(call).then((told) => { follow(told.id); setId(told.id); }, setError).finally(() => setAsking(false));
  }, []);
  const clear = useCallback(() => { setId(null); setError(null); }, []);
  return { begin, job, running: asking || (id !== null && (job === null || job.state === "running")), error, halt, clear };
}

/** Saving a definition: it is written and said so; then the customers are placed by it. save throws what was refused. */
export function useSaving(hasData: boolean): { save: (name: string, text: string, stamp: string) => Promise<RuleFileOut>; placing: Work } {
  const forget = useForget();
  const placing = useWork(() => notifications.show({ message: words.data.placed }));
  const save = async (name: string, text: string, stamp: string) => {
    const saved = await answered(saveRules({ path: { name }, body: { text, stamp } }));
    notifications.show({ message: words.data.saved(name) });
    if (saved.journey !== null && hasData) placing.begin(placeCustomers({ query: saved.journey === MAIN ? {} : { journey: saved.journey } }));
    else void forget();
    return saved;
  };
  return { save, placing };
}
