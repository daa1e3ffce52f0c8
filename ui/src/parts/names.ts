// What people call the stages, touchpoints and promises that a table names by their ids. A table as a file keeps its ids.
import type { WorkspaceOut } from "@/api/types";
import { sentence } from "@/format";
import { words } from "@/words";

/** to: the address to which a cell leads, where it leads anywhere. */
export interface Names { cell: (column: string, value: string) => string; head: (column: string) => string; to?: (column: string, value: string) => string | undefined }
type Labels = Map<string, string>;
const ARROW = " > ";
export const CUSTOMER = "customer"; // the column of customers
const STEPS = ["step", "from", "to", "path"]; // of paths and transitions

/** A customer's id cut so short that it finds nobody; one that we have not made could be a name: nothing of it is shown. */
export function shortId(id: string): string {
  return /^c[a-z0-9]{8,}$/.test(id) && /\d/.test(id) ? `${id.slice(0, 4)}…` : "…";
}

const plain = (column: string) => column.replaceAll("_", " ");
const labelsOf = (all: { id: string; label: string }[] | undefined): Labels => new Map((all ?? []).map((one) => [one.id, one.label]));

/**
 * Names for the tables of an answer. What a column holds is told by its name (stage, touchpoint, target, promise, state), and
 * of steps by what the question calls one; whatever else stands there stays as it is.
 */
export function namesOf(workspace: WorkspaceOut | undefined, question: Record<string, unknown>): Names {
  const stages = labelsOf(workspace?.stages);
  const touchpoints = labelsOf(workspace?.touchpoints);
  const columns: Record<string, Labels> = { stage: stages, state: stages, touchpoint: touchpoints, target: touchpoints, promise: labelsOf(workspace?.promises) };
  const name = String(question["name"]);
  const by = question["by"] ?? (name === "attribution" ? "channel" : "touchpoint");
  const steps = name === "paths" || name === "transitions" ? (by === "touchpoint" ? touchpoints : by === "stage" ? stages : null) : null;
  if (name === "attribution" && by === "touchpoint") columns["channel"] = touchpoints;
  if (steps) for (const one of STEPS) columns[one] = steps;
  const cell = (column: string, value: string) => {
    if (column === CUSTOMER) return shortId(value);
    if (column === "what") return sentence(value); // "over 5.45 days after Product page"
    const labels = columns[column];
    if (!labels) return value;
    return column === "path" ? value.split(ARROW).map((one) => labels.get(one) ?? one).join(ARROW) : labels.get(value) ?? value;
  };
  // Where customers are has a column a stage, and how often they went "to" each.
  const place = (column: string) => stages.get(column) ?? (column.startsWith("to_") && stages.has(column.slice(3)) ? words.ask.toPlace(stages.get(column.slice(3)) ?? "") : plain(column));
  return { cell, head: name === "occupancy" ? place : plain };
}
