// The shapes of the API under the names that the app uses.
export type {
  AnswerOut, AskedOut, Cell, ColumnOut, ContractOut, CustomerOut, DataOut, Estimate, Exhibit, Headline, JobOut, Lane,
  MapDocument, MembersOut, NamedOut, NoEstimate, Problem, QuestionOut, StageColumn, StageGroupOut, StageMap,
  StageNumbersOut, StageOut, StageSeenOut, StagesOut, Step, TableOut,
  TouchpointOut, Trail, TrailLine, Value, WorkspaceOut,
} from "@/generated/client/types.gen";
import type { Estimate, NoEstimate } from "@/generated/client/types.gen";

export type Measured = Estimate | NoEstimate;
/** Whether there is a number. */
export function isKnown(measured: Measured): measured is Estimate {
  return !("reason" in measured);
}
