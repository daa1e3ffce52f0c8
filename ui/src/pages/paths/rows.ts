// A table's rows by the names of their columns.
import type { TableOut } from "@/api/types";

export type Row = Record<string, unknown>;

export function rowsOf(table: TableOut | undefined): Row[] {
  if (!table) return [];
  const names = table.columns.map((one) => one.name);
  return table.rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}
