// A table of customers: each leads to the whole of one.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useWorkspace } from "@/api/hooks";
import { day, money, number } from "@/format";
import type { CustomerRow, Said } from "@/generated/client/types.gen";
import { useHref } from "@/url/state";
import { words } from "@/words";

export interface InOf { currency?: string | null | undefined; zone: string }

/** The labels of stages by their ids. */
export function useStageLabel(): (id: string | null | undefined) => string {
  const workspace = useWorkspace();
  return (id) => workspace.data?.stages.find((one) => one.id === id)?.label ?? id ?? "";
}

export function CustomerLink({ row }: { row: CustomerRow }) {
  const href = useHref();
  return <Link href={href(`~/customers/${encodeURIComponent(row.id)}`)} className="who">{row.shown}</Link>;
}

export function where(row: CustomerRow, label: (id: string | null | undefined) => string): string {
  const w = words.customers;
  if (row.excluded) return w.excluded;
  if (row.stage) return w.inStage(label(row.stage));
  if (row.before && row.outcome === "advanced") return w.through(label(row.before));
  return row.before ? w.wasIn(label(row.before), outcome(row.outcome)) : w.unplaced;
}

export function outcome(word: string | null | undefined): string {
  return words.outcome[word as keyof typeof words.outcome] ?? word ?? "";
}

export function Rows({ rows, caption, of, matched = false }: { rows: CustomerRow[]; caption: string; of: InOf; matched?: boolean }) {
  const w = words.customers;
  const label = useStageLabel();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={caption}>
      <table className="data-table">
        <caption className="sr">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{w.customer}</th>
            {matched && <th scope="col">{w.matched}</th>}
            <th scope="col">{w.where}</th>
            <th scope="col">{w.touch}</th>
            <th scope="col" className="n">{w.value}</th>
            <th scope="col" className="n">{w.events}</th>
            <th scope="col" className="n">{w.first}</th>
            <th scope="col" className="n">{w.last}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td><CustomerLink row={row} /></td>
              {matched && <td>{matches(row.matched ?? [])}</td>}
              <td>{where(row, label)}{row.persona && <><br /><span className="muted small">{row.persona}</span></>}</td>
              <td>{row.touch ?? words.none}</td>
              <td className="n">{row.value ? money(row.value, of.currency) : words.none}</td>
              <td className="n">{number(row.events)}</td>
              <td className="n">{row.first === null ? words.none : day(row.first, of.zone)}</td>
              <td className="n">{row.last === null ? words.none : day(row.last, of.zone)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function matches(said: Said[]): ReactNode {
  return said.slice(0, 3).map((one) => <span key={`${one.name} ${one.value}`} className="said"><span className="muted">{one.name}</span> {one.value}</span>);
}
