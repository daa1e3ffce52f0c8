// The other side's map and what differs: both are worked out as jobs, which tell how far they are and can be stopped.
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { drawn } from "@/api/hooks";
import { asJob, type Told } from "@/api/jobs";
import { answered } from "@/api/problem";
import type { AnswerOut, MapDocument } from "@/api/types";
import { askLong } from "@/generated/client/sdk.gen";
import type { Sides } from "@/pages/map/compare";
import { useAsked } from "@/url/state";

interface Comparing {
  other: UseQueryResult<MapDocument>;
  answer: UseQueryResult<AnswerOut>;
  told: Told | null;
  halt: () => void;
  again: () => void;
  halted: boolean;
}

export function useComparing(sides: Sides): Comparing {
  const { asked } = useAsked();
  const client = useQueryClient();
  const [told, setTold] = useState<{ map: Told | null; answer: Told | null }>({ map: null, answer: null });
  // Keys as everywhere: a map or an answer that is known already is not worked out again.
  const query = { ...sides.other, reveal: false };
  const mapKey = ["map", query];
  const body = { segment: asked.segment, since: asked.since, until: asked.until, ...sides.fields };
  const askKey = ["ask", asked.journey, "comparison", body];
  const other = useQuery({
    queryKey: mapKey,
    queryFn: ({ signal }) => drawn(query, signal, (map) => setTold((now) => ({ ...now, map }))),
  });
  const answer = useQuery({
    queryKey: askKey,
    queryFn: ({ signal }) => asJob<AnswerOut>(answered(askLong({ path: { name: "comparison" }, query: { journey: asked.journey }, body })), signal, (one) => setTold((now) => ({ ...now, answer: one }))),
  });
  const halt = useCallback(() => {
    void client.cancelQueries({ queryKey: mapKey });
    void client.cancelQueries({ queryKey: askKey });
    // The keys are made of what is asked: the same words, the same keys.
  }, [client, JSON.stringify([mapKey, askKey])]);
  const again = useCallback(() => {
    if (!other.data) void other.refetch();
    if (!answer.data) void answer.refetch();
  }, [other, answer]);
  const waiting = [other, answer].filter((one) => !one.data);
  return { other, answer, told: both(told.map, told.answer), halt, again, halted: waiting.length > 0 && waiting.every((one) => one.fetchStatus === "idle" && !one.error) };
}

/** Two pieces of work as one: the step of the one that is less far, and half of each. */
export function both(map: Told | null, answer: Told | null): Told | null {
  if (!map || !answer) return map ?? answer;
  return { step: (map.share <= answer.share ? map : answer).step, share: (map.share + answer.share) / 2 };
}
