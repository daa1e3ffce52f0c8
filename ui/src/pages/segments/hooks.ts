// What the segments' page asks the API: the list, a rule while it is written, faces, candidates; and how it writes.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useForget } from "@/api/hooks";
import { answered } from "@/api/problem";
import { deletePersona, deleteSegment, savePersona, saveSegment, segmentFace, segments, segmentTraits, trySegment } from "@/generated/client/sdk.gen";
import type { Counted, FaceTold, PartIn, SavedOut, SegmentsOut, Trait, Tried } from "@/generated/client/types.gen";
import type { Join, Row } from "@/pages/segments/rule";
import { useAsked } from "@/url/state";

export type Kind = Counted["kind"];
export interface Draft { text: string | null; rows: Row[]; join: Join }

function useQueryOf(): { journey: string | undefined } {
  return { journey: useAsked().asked.journey };
}

export function useSegments(): UseQueryResult<SegmentsOut> {
  const query = useQueryOf();
  return useQuery({ queryKey: ["segments", query], queryFn: ({ signal }) => answered(segments({ query, signal })) });
}

export function useTraits(): UseQueryResult<Trait[]> {
  const query = useQueryOf();
  return useQuery({ queryKey: ["traits", query], queryFn: ({ signal }) => answered(segmentTraits({ query, signal })) });
}

/** What a rule says so far, asked a moment after the last key; null asks nothing. */
export function useTried(draft: Draft | null): UseQueryResult<Tried> & { late: boolean } {
  const query = useQueryOf();
  const [settled] = useDebouncedValue(draft, 250);
  const found = useQuery({
    queryKey: ["try", query, settled],
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(trySegment({ query, body: settled ?? {}, signal })),
  });
  return { ...found, late: settled !== draft || found.isFetching };
}

/** The face of segment:ID, persona:ID or a rule; null asks nothing. */
export function useFace(rule: string | null): UseQueryResult<FaceTold> {
  const query = useQueryOf();
  return useQuery({
    queryKey: ["face", query, rule],
    enabled: rule !== null,
    queryFn: ({ signal }) => answered(segmentFace({ query, body: { rule: rule ?? "" }, signal })),
  });
}

export function useSave(kind: Kind, saved?: (id: string) => void) {
  const query = useQueryOf();
  const forget = useForget();
  return useMutation({
    mutationFn: ({ id, part }: { id: string; part: PartIn }): Promise<SavedOut> => {
      const save = kind === "segment" ? saveSegment : savePersona;
      return answered(save({ path: { id }, query, body: part }));
    },
    onSuccess: async (told) => {
      await forget();
      saved?.(told.id);
    },
  });
}

export function useDelete(deleted?: () => void) {
  const query = useQueryOf();
  const forget = useForget();
  return useMutation({
    mutationFn: ({ kind, id }: { kind: Kind; id: string }): Promise<SavedOut> => {
      const remove = kind === "segment" ? deleteSegment : deletePersona;
      return answered(remove({ path: { id }, query }));
    },
    onSuccess: async () => {
      await forget();
      deleted?.();
    },
  });
}
