// A table of an answer: an estimate's four columns stand in one cell, with its interval and n below the value.
import { Link } from "wouter";
import type { TableOut } from "@/api/types";
import { day, inUnit, instant, interval, measured, number, type Locale, type Unit } from "@/format";
import type { Names } from "@/parts/names";
import { unitOf as unitOfText } from "@/parts/unit";
import { words } from "@/words";

interface Props {
  table: TableOut;
  caption: string;
  locale: Locale;
  most?: number;
  /** What its ids are called, in cells and heads. */
  names?: Names;
}

export function DataTable({ table, caption, locale, most = 200, names: called }: Props) {
  const names = table.columns.map((one) => one.name);
  const parts = new Set(names.filter((name) => names.includes(`${name}_low`)).flatMap((name) => [`${name}_low`, `${name}_high`, `${name}_n`]));
  const byRow = table.columns.some((one) => one.unit?.startsWith("@"));
  // A measure's id is for machines and stays in files; beside it stands what it is.
  const hidden = new Set([...parts, ...(byRow ? ["unit"] : []), ...(names.includes("what") ? ["measure"] : [])]);
  const shown = table.columns.filter((one) => !hidden.has(one.name));
  const rows = table.rows.slice(0, most).map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={caption}>
      <table className="data-table">
        <caption className="sr">{caption}</caption>
        <thead>
          <tr>{shown.map((one) => <th key={one.name} scope="col" className={isNumber(one.kind) ? "n" : undefined}>{called ? called.head(one.name) : one.name.replaceAll("_", " ")}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {shown.map((one) => <TableCell key={one.name} row={row} name={one.name} kind={one.kind} unit={unitOf(one.unit ?? "", row)} apart={one.unit?.endsWith(" apart") ?? false} estimated={parts.has(`${one.name}_low`)} locale={locale} called={called} />)}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted small">{words.rows(rows.length, table.total)}</p>
    </div>
  );
}

/** "@unit": the row says its unit itself; "@unit apart": differences of such numbers, of shares in points. */
function unitOf(unit: string, row: Record<string, unknown>): Unit {
  if (!unit.startsWith("@unit")) return unitOfText(unit);
  const own = String(row.unit ?? "");
  return own === "share" && unit.endsWith("apart") ? "points" : unitOfText(own);
}

const TINY = 0.0001;
interface CellProps { row: Record<string, unknown>; name: string; kind: string; unit: Unit; apart: boolean; estimated: boolean; locale: Locale; called: Names | undefined }

function TableCell({ row, name, kind, unit, apart, estimated, locale, called }: CellProps) {
  const value = row[name];
  if (!isNumber(kind)) return <td className={typeof value === "string" && /^[\d\-:.]{4,12}$/.test(value) ? "nowrap" : undefined}>{value === null || value === undefined ? words.none : typeof value === "boolean" ? (value ? words.ask.yes : words.ask.no) : kind === "instant" ? moment(String(value), locale) : <Called name={name} value={String(value)} called={called} />}</td>;
  if (unit === "" && typeof value === "number" && value > 0 && value < TINY) return <td className="n">{words.lessThan(number(TINY, { maximumFractionDigits: 4 }))}</td>;
  const plain = unit === "" && kind === "integer" ? "count" : unit;
  const amount = typeof value === "number" ? value : null;
  if (!estimated) return <td className="n">{inUnit(amount, plain, locale)}</td>;
  const n = row[`${name}_n`];
  return (
    <td className="n">
      {amount === null || apart ? inUnit(amount, plain, locale) : measured(amount, 0, plain, locale)}
      <small>
        {amount !== null && `${interval(row[`${name}_low`] as number | null, row[`${name}_high`] as number | null, plain, locale)}, `}
        {typeof n === "number" && words.n(n)}
      </small>
    </td>
  );
}

/** A text as people call it, leading to what it names where it has an address. */
function Called({ name, value, called }: { name: string; value: string; called: Names | undefined }) {
  const to = called?.to?.(name, value);
  const shown = said(name, called ? called.cell(name, value) : value);
  return to ? <Link href={to}>{shown}</Link> : <>{shown}</>;
}

/** An instant in the journey's zone; a midnight is a day. */
function moment(text: string, { zone }: Locale): string {
  const at = Date.parse(text) * 1_000;
  if (zone === undefined || Number.isNaN(at)) return text;
  return text.includes("T00:00:00") ? day(at, zone) : instant(at, zone);
}

/** A reason as "too_few: n 0 of 20" in words. */
function said(name: string, value: string): string {
  const [, code = "", rest = ""] = name === "reason" ? /^([a-z_]+)(?:: (.*))?$/.exec(value) ?? [] : [];
  return code ? `${words.noEstimate[code] ?? code.replaceAll("_", " ")}${rest && `: ${rest}`}` : value;
}

function isNumber(kind: string): boolean {
  return kind === "integer" || kind === "number";
}
