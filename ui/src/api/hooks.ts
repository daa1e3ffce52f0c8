// What pages ask the API. Keys begin with the thing asked for, so that a load can forget all of a kind.
import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { asJob, follow, type Told } from "@/api/jobs";
import { answered } from "@/api/problem";
import { askAnew } from "@/api/queries";
import type { AnswerOut, CustomersListed, DataOut, JobOut, MapDocument, QuestionOut, WorkspaceOut } from "@/api/types";
import { ask, customersBehind, data, draw, mapData, questions, stop, workspace } from "@/generated/client/sdk.gen";
import { useAsked, type AskedOf } from "@/url/state";
import { words } from "@/words";

const LOOK = 15_000; // ms between two looks at whether anybody else has changed anything, while the page is seen

export type Fields = Record<string, unknown>;

export function useWorkspace(): UseQueryResult<WorkspaceOut> {
  const { asked } = useAsked();
  const journey = asked.journey;
  // What cannot be opened is asked for again on purpose, not by whatever is drawn because it cannot be.
  return useQuery({
    queryKey: ["workspace", journey],
    retryOnMount: false,
    refetchInterval: LOOK,
    refetchOnWindowFocus: "always",
    queryFn: ({ signal }) => answered(workspace({ query: { journey }, signal })),
  });
}

/** Forget the answers when something else holds: another program has loaded, or a definition was changed by hand. */
export function useNews(now: WorkspaceOut | undefined): void {
  const client = useQueryClient();
  // While somebody writes, the store changes all the time: what holds is known afterwards.
  const holds = now && now.state !== "changed" ? `${now.journey} ${now.definition} ${now.stored}` : null;
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (holds === null) return;
    if (before.current !== null && before.current !== holds) void askAnew(client, { predicate: (one) => one.queryKey[0] !== "workspace" });
    before.current = holds;
  }, [holds, client]);
}

export function useData(enabled = true): UseQueryResult<DataOut> {
  const { asked } = useAsked();
  const journey = asked.journey;
  return useQuery({ queryKey: ["data", journey], enabled, queryFn: ({ signal }) => answered(data({ query: { journey }, signal })) });
}

export function useQuestions(): UseQueryResult<QuestionOut[]> {
  return useQuery({ queryKey: ["questions"], staleTime: Infinity, queryFn: ({ signal }) => answered(questions({ signal })) });
}

/** The answer to a question; of whom and of when as the URL says, unless `fields` says otherwise. null: ask nothing. */
export function useAnswer(name: string, fields: Fields | null): UseQueryResult<AnswerOut> {
  const { asked } = useAsked();
  const body = { ...asOf(asked), ...fields };
  return useQuery({
    queryKey: ["ask", asked.journey, name, body],
    enabled: fields !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(ask({ path: { name }, query: { journey: asked.journey }, body, signal })),
  });
}

export const DRAWN = 200; // customers in a drawer: the whole list is a page

/** The first customers behind a count of an answer. */
export function useMembers(name: string, fields: Fields, count: string | null, reveal: boolean): UseQueryResult<CustomersListed> {
  const { asked } = useAsked();
  const body = { ...asOf(asked), ...fields };
  return useQuery({
    queryKey: ["members", asked.journey, name, body, count, reveal],
    enabled: count !== null,
    queryFn: ({ signal }) =>
      answered(customersBehind({ path: { name }, query: { journey: asked.journey, count: count ?? "", reveal, most: DRAWN }, body, signal })),
  });
}

/** The map, drawn as a job: how far it is, and how to stop it. What was drawn before stays until the next is there. */
export function useMap(of?: AskedOf, reveal = false): { map: UseQueryResult<MapDocument>; told: Told | null; halt: () => void } {
  const { asked } = useAsked();
  const client = useQueryClient();
  const [told, setTold] = useState<Told | null>(null);
  const query = { ...(of ?? asked), reveal };
  const queryKey = ["map", query];
  const map = useQuery({
    queryKey,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => drawn(query, signal, setTold),
  });
  // The key is made of what is asked: the same words, the same key.
  const halt = useCallback(() => void client.cancelQueries({ queryKey }), [client, JSON.stringify(queryKey)]);
  return { map, told, halt };
}

/** A map that is drawn by a job first, and then there at once. */
export async function drawn(query: AskedOf & { reveal: boolean }, signal: AbortSignal, tell: (told: Told) => void): Promise<MapDocument> {
  await asJob<null>(answered(draw({ query })), signal, tell);
  return answered(mapData({ query, signal }));
}

/** A job's progress, from its server-sent events, until it has ended; and how to stop it. */
export function useJob(id: string | null, ended?: (job: JobOut) => void): { job: JobOut | null; halt: () => void } {
  const [job, setJob] = useState<JobOut | null>(null);
  useEffect(() => {
    setJob(null);
    if (!id) return;
    const heard = (told: JobOut) => {
      setJob(told);
      if (told.state !== "running") ended?.(told);
    };
    // A job ends with its program: who waits for it is told so.
    return follow(id, heard, () => heard({ id, kind: "", state: "failed", step: "", share: 0, seconds: 0, problem: { code: "job_gone", status: 404, title: words.gone, detail: words.beginAgain } }));
    // `ended` may be another function at each drawing: the job is the same.
  }, [id]);
  const halt = useCallback(() => void (id && stop({ path: { id } })), [id]);
  return { job, halt };
}

/** Forget every answer: the data or a definition have changed. */
export function useForget(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => askAnew(client), [client]);
}

function asOf(asked: AskedOf): Fields {
  return { segment: asked.segment, since: asked.since, until: asked.until };
}
