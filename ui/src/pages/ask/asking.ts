// How the page asks: the first asking that a question suggests, and its answer; a long one as a job with progress.
import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Fields } from "@/api/hooks";
import { asJob, type Told } from "@/api/jobs";
import { answered } from "@/api/problem";
import type { AnswerOut, QuestionOut } from "@/api/types";
import { ask, askLong, suggestion } from "@/generated/client/sdk.gen";
import type { SuggestionOut } from "@/generated/client/types.gen";
import { useAsked, type AskedOf } from "@/url/state";

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
      return question.long ? asJob<AnswerOut>(answered(askLong(request)), signal, setTold) : answered(ask({ ...request, signal }));
    },
  });
  const halt = useCallback(() => void client.cancelQueries({ queryKey: ["ask", asked.journey, question.name] }), [client, asked.journey, question.name]);
  return { found, told, halt };
}

function ofWhom(asked: AskedOf): Fields {
  return { segment: asked.segment, since: asked.since, until: asked.until };
}
