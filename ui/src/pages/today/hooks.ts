// What today's page asks the API beside the questions: targets, alarms as a job, notes; and how it writes.
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useJob } from "@/api/hooks";
import { answered, ProblemError } from "@/api/problem";
import { askAnew } from "@/api/queries";
import { foundAlarms, lookForAlarms, removeNote, rewriteNote, setTarget, todayKpis, writeNote } from "@/generated/client/sdk.gen";
import type { Alarm, JobOut, Kpi, NoteIn } from "@/generated/client/types.gen";
import type { Period } from "@/pages/today/period";
import { NOTES } from "@/parts/annotations";
import { useAsked } from "@/url/state";

export function useKpis(): UseQueryResult<Kpi[]> {
  const { asked } = useAsked();
  return useQuery({ queryKey: ["kpis", asked], queryFn: ({ signal }) => answered(todayKpis({ query: { ...asked }, signal })) });
}

export function useTarget() {
  const { asked } = useAsked();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ stage, rate }: { stage: string; rate: number | null }) => answered(setTarget({ path: { stage }, query: { journey: asked.journey }, body: { rate } })),
    onSuccess: () => askAnew(client, { queryKey: ["kpis"] }),
  });
}

/** One part of the alarms of a period: looked for as soon as it is known, told with its progress. */
export function useAlarms(period: Period | null, part: "customers" | "doctor"): { found: Alarm[] | undefined; job: JobOut | null; error: Error | null; halt: () => void; again: () => void } {
  const { asked } = useAsked();
  const [id, setId] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [turn, setTurn] = useState(0);
  const { job, halt } = useJob(id);
  useEffect(() => {
    setId(null);
    setError(null);
    if (!period) return;
    let gone = false;
    answered(lookForAlarms({ query: { ...period, journey: asked.journey, segment: asked.segment, part } }))
      .then((begun) => { if (!gone) setId(begun.id); })
      .catch((problem: unknown) => { if (!gone) setError(problem as Error); });
    return () => { gone = true; };
  }, [period?.since, period?.until, asked.journey, asked.segment, part, turn]);
  const done = job?.state === "done" ? job.id : null;
  const found = useQuery({ queryKey: ["alarms", done], enabled: done !== null, queryFn: ({ signal }) => answered(foundAlarms({ path: { job: done ?? "" }, signal })) });
  return { found: found.data, job, error: error ?? found.error ?? (job?.problem ? new ProblemError(job.problem) : null), halt, again: () => setTurn((now) => now + 1) };
}

/** Write a note; id: of the one that is changed, undefined for another one. note null takes it out. */
export function useWriteNote(done: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, note }: { id?: string | undefined; note: NoteIn | null }): Promise<unknown> => {
      if (note === null) return answered(removeNote({ path: { id: id ?? "" } }));
      return id === undefined ? answered(writeNote({ body: note })) : answered(rewriteNote({ path: { id }, body: note }));
    },
    onSuccess: async () => {
      await askAnew(client, { queryKey: NOTES });
      done();
    },
  });
}
