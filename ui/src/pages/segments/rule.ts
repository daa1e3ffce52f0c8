// What computes on the segments' page: ids from labels, rows that are not filled in, how a row is kept.
import type { DidRow, TraitRow } from "@/generated/client/types.gen";

export type Row = TraitRow | DidRow;
export type Join = "all" | "any";

export function isTrait(row: Row): row is TraitRow {
  return "column" in row;
}

/** "Quick buyers (2025)" → "quick_buyers_2025"; another number behind it where that is taken. */
export function idOf(label: string, taken: readonly string[]): string {
  const plain = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const id = plain.replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "").replace(/^(\p{N})/u, "s_$1");
  if (!id || !taken.includes(id)) return id;
  let place = 2;
  while (taken.includes(`${id}_${place}`)) place += 1;
  return `${id}_${place}`;
}

export function emptyTrait(): TraitRow {
  return { column: "", how: "is", values: [], numbers: false };
}

export function emptyDid(): DidRow {
  return { what: "event:", often: "ever", times: 1 };
}

/** A row with another way of comparing: what no longer fits is taken out. */
export function withHow(row: TraitRow, how: NonNullable<TraitRow["how"]>): TraitRow {
  const many = how === "is" || how === "is_not";
  const none = how === "known" || how === "unknown";
  return { ...row, how, numbers: many ? (row.numbers ?? false) : false, values: none ? [] : many ? (row.values ?? []) : (row.values ?? []).slice(0, 1) };
}

/** "touchpoint:cart" → ["touchpoint", "cart"]; a rule may hold colons of its own. */
export function whatOf(what: string): [kind: string, name: string] {
  const at = what.indexOf(":");
  return at < 0 ? ["event", what] : [what.slice(0, at), what.slice(at + 1)];
}

/** Whether anybody has begun to fill the rows in: an empty form is no mistake yet. */
export function isBlank(rows: readonly Row[]): boolean {
  return rows.every((row) => (isTrait(row) ? !row.column : !whatOf(row.what)[1]));
}
