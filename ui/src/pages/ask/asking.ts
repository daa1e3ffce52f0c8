// How the page asks: the first asking that a question suggests, and its answer; a long one as a job with progress.
import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Fields } from "@/api/hooks";
import { answered, ProblemError } from "@/api/problem";
import type { AnswerOut, JobOut, QuestionOut } from "@/api/types";
import { ask, askLong, result, stop, suggestion } from "@/generated/client/sdk.gen";
import type { SuggestionOut } from "@/generated/client/types.gen";
import { useAsked, type AskedOf } from "@/url/state";
import { words } from "@/words";

const suggestionOf = (name: string, journey: string | undefined) => ({
  queryKey: ["suggestion", journey, name],
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<SuggestionOut> => answered(suggestion({ path: { name }, query: { journey }, signal })),
});

/** What a question would be asked with at first. */
export function useSuggestion(name: string, enabled: boolean): UseQueryResult<SuggestionOut> {
  const { asked } = useAsked();
  return useQuery({ ...suggestionOf(name, asked.journey), enabled });
}

/** Ask ahead for the first asking of a question whose link somebody points at, so that opening it takes one step less. */
export function useAhead(): (name: string) => void {
  const client = useQueryClient();
  const { asked } = useAsked();
  return useCallback((name) => void client.prefetchQuery(suggestionOf(name, asked.journey)), [client, asked.journey]);
}

export interface Told { step: string; share: number }

/** The answer; of a long question with how far it is. halt: stop working it out. */
export function useAsking(question: QuestionOut, fields: Fields | null): { found: UseQueryResult<AnswerOut>; told: Told | null; halt: () => void } {
  const { asked } = useAsked();
  const client = useQueryClient();
  const [told, setTold] = useState<Told | null>(null);
  const body = { ...ofWhom(asked), ...fields };
  const queryKey = ["ask", asked.journey, question.name, body];
  const found = useQuery({
    queryKey,
    enabled: fields !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const request = { path: { name: question.name }, query: { journey: asked.journey }, body };
      return question.long ? asJob(answered(askLong(request)), signal, setTold) : answered(ask({ ...request, signal }));
    },
  });
  const halt = useCallback(() => void client.cancelQueries({ queryKey: ["ask", asked.journey, question.name] }), [client, asked.journey, question.name]);
  return { found, told, halt };
}

/** A job's result, once it has ended. Who no longer waits for it stops it. */
async function asJob(started: Promise<JobOut>, signal: AbortSignal, tell: (told: Told) => void): Promise<AnswerOut> {
  tell({ step: "", share: 0 });
  const { id } = await started;
  await new Promise<void>((done, fail) => {
    const source = new EventSource(`/api/v1/jobs/${encodeURIComponent(id)}/events`);
    const gone = () => {
      source.close();
      void stop({ path: { id } });
      fail(new DOMException(words.ask.halted, "AbortError"));
    };
    if (signal.aborted) return gone();
    signal.addEventListener("abort", gone, { once: true });
    source.onmessage = (event) => {
      const job = JSON.parse(String(event.data)) as JobOut;
      if (job.state === "running") return tell({ step: job.step, share: job.share });
      source.close();
      signal.removeEventListener("abort", gone);
      if (job.state === "done") done();
      else fail(job.problem ? new ProblemError(job.problem) : new Error(words.ask.halted));
    };
  });
  return (await answered(result({ path: { id } }))) as AnswerOut;
}

function ofWhom(asked: AskedOf): Fields {
  return { segment: asked.segment, since: asked.since, until: asked.until };
}
