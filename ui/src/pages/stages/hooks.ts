// What the pages of the stages ask: the stages, by a breakdown if one is chosen, and who is behind a count.
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { DRAWN } from "@/api/hooks";
import { answered } from "@/api/problem";
import type { CustomersListed, StagesOut } from "@/api/types";
import { customersBehindStage, stages } from "@/generated/client/sdk.gen";
import type { OfStage } from "@/pages/customers/hooks";
import { useAsked } from "@/url/state";

export function useStages(by?: string, stage?: string): UseQueryResult<StagesOut> {
  const { asked } = useAsked();
  const query = { ...asked, by, stage };
  return useQuery({ queryKey: ["stages", query], placeholderData: keepPreviousData, queryFn: ({ signal }) => answered(stages({ query, signal })) });
}

export interface Counted extends OfStage { label: string }

/** The first customers behind a count, as a drawer shows them. */
export function useStageMembers(of: Counted | null, reveal: boolean): UseQueryResult<CustomersListed> {
  const { asked } = useAsked();
  const query = { ...asked, count: of?.count ?? "", by: of?.by, group: of?.group, reveal, most: DRAWN };
  return useQuery({
    queryKey: ["stage-members", of?.stage, query],
    enabled: of !== null,
    queryFn: ({ signal }) => answered(customersBehindStage({ path: { id: of?.stage ?? "" }, query, signal })),
  });
}
