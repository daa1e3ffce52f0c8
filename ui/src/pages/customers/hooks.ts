// What the customers' pages ask the API.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Fields } from "@/api/hooks";
import { answered } from "@/api/problem";
import { customerEvents, customerIdentity, customerOutlook, customersBehind, customersBehindStage, customerVisits, notableCustomers, oneCustomer, overdueCustomers, searchCustomers } from "@/generated/client/sdk.gen";
import type { CustomersListed } from "@/generated/client/types.gen";
import { useAsked } from "@/url/state";

export type Order = "id" | "last" | "first" | "value" | "events";
const PAGE = 100;

function useJourney(): string | undefined {
  return useAsked().asked.journey;
}

export function useSearchCustomers(text: string, reveal: boolean) {
  const journey = useJourney();
  return useQuery({
    queryKey: ["customers", "search", journey, text, reveal],
    enabled: text !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(searchCustomers({ body: { text }, query: { journey, reveal }, signal })),
  });
}

export function useNotable(reveal: boolean) {
  const journey = useJourney();
  return useQuery({ queryKey: ["customers", "notable", journey, reveal], placeholderData: keepPreviousData, queryFn: ({ signal }) => answered(notableCustomers({ query: { journey, reveal }, signal })) });
}

export function useOverdue(reveal: boolean) {
  const journey = useJourney();
  return useQuery({ queryKey: ["customers", "overdue", journey, reveal], placeholderData: keepPreviousData, queryFn: ({ signal }) => answered(overdueCustomers({ query: { journey, reveal }, signal })) });
}

export function useBehind(name: string, fields: Fields | null, count: string, order: Order, reveal: boolean) {
  const { asked } = useAsked();
  const body = { segment: asked.segment, since: asked.since, until: asked.until, ...fields };
  return useInfiniteQuery({
    queryKey: ["customers", "behind", asked.journey, name, body, count, order, reveal],
    enabled: fields !== null,
    placeholderData: keepPreviousData,
    initialPageParam: 0,
    queryFn: ({ signal, pageParam }) => answered(customersBehind({ path: { name }, query: { journey: asked.journey, count, order, reveal, start: pageParam, most: PAGE }, body, signal })),
    getNextPageParam: after,
  });
}

/** A count of a stage. stage: its id, `repeat:` before it, or `journey`. group: of the breakdown `by`. */
export interface OfStage { stage: string; count: string; by?: string | undefined; group?: string | undefined }

export function useBehindStage({ stage, ...of }: OfStage, order: Order, reveal: boolean) {
  const { asked } = useAsked();
  const query = { ...asked, ...of, order, reveal, most: PAGE };
  return useInfiniteQuery({
    queryKey: ["customers", "behind-stage", stage, query],
    placeholderData: keepPreviousData,
    initialPageParam: 0,
    queryFn: ({ signal, pageParam }) => answered(customersBehindStage({ path: { id: stage }, query: { ...query, start: pageParam }, signal })),
    getNextPageParam: after,
  });
}

function after(last: CustomersListed): number | undefined {
  return last.start + last.customers.length < last.total ? last.start + last.customers.length : undefined;
}

export function useCustomer(id: string, reveal: boolean) {
  const journey = useJourney();
  return useQuery({ queryKey: ["customer", journey, id, reveal], placeholderData: keepPreviousData, queryFn: ({ signal }) => answered(oneCustomer({ path: { id }, query: { journey, reveal }, signal })) });
}

export function useEvents(id: string, channel: string | undefined, start: number | undefined, reveal: boolean) {
  const journey = useJourney();
  return useInfiniteQuery({
    queryKey: ["customer", journey, id, "events", channel, start, reveal],
    placeholderData: keepPreviousData,
    initialPageParam: start,
    queryFn: ({ signal, pageParam }) => answered(customerEvents({ path: { id }, query: { journey, reveal, channel, start: pageParam }, signal })),
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function useVisits(id: string) {
  const journey = useJourney();
  return useQuery({ queryKey: ["customer", journey, id, "visits"], queryFn: ({ signal }) => answered(customerVisits({ path: { id }, query: { journey }, signal })) });
}

export function useIdentity(id: string, reveal: boolean) {
  const journey = useJourney();
  return useQuery({ queryKey: ["customer", journey, id, "identity", reveal], placeholderData: keepPreviousData, queryFn: ({ signal }) => answered(customerIdentity({ path: { id }, query: { journey, reveal }, signal })) });
}

export function useOutlook(id: string) {
  const journey = useJourney();
  return useQuery({ queryKey: ["customer", journey, id, "outlook"], queryFn: ({ signal }) => answered(customerOutlook({ path: { id }, query: { journey }, signal })) });
}
