// The shapes of the API under the names that the app uses.
export type {
  AnswerOut, AskedOut, Cell, ContractOut, CustomersListed, DataOut, Exhibit, JobOut, Lane, MapDocument, Problem, QuestionOut,
  StageColumn, StageGroupOut, StageMap, StageNumbersOut, StageSeenOut, StagesOut, TableOut, Trail, Value, WorkspaceOut,
} from "@/generated/client/types.gen";
import type { Estimate, NoEstimate } from "@/generated/client/types.gen";

export type Measured = Estimate | NoEstimate;
/** Whether there is a number. */
export function isKnown(measured: Measured): measured is Estimate {
  return !("reason" in measured);
}
