// Who would move, were the rules these: counts by stage before and after, and the moves with the customers behind them.
import { Button, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import { number } from "@/format";
import { usePreview } from "@/pages/data/hooks";
import type { BeforeAfter, PlaceOut, PreviewOut } from "@/generated/client/types.gen";
import { useHref } from "@/url/state";
import { words } from "@/words";

const MOST = 8;

/** outdated: something has changed since it was asked for; changed: what, in words (the text, unless given). */
export function PreviewView({ id, outdated, changed }: { id: string; outdated: boolean; changed?: string }) {
  const w = words.data;
  const [reveal, setReveal] = useState(false);
  const [all, setAll] = useState(false);
  const found = usePreview(id, reveal);
  if (!found.data) return null; // a preview is of a program that may have ended
  const { data } = found;
  const moves = all ? data.moves : data.moves.slice(0, MOST);
  return (
    <section className="card preview" aria-label={w.previewTitle}>
      <Stack gap="sm">
        <p className="headline" role="status">{data.same ? w.sameRules : data.moved ? w.wouldMove(data.moved, data.customers.before ?? 0) : w.nobodyMoves}</p>
        {outdated && <Text size="sm" className="warn">{changed ?? w.outdated}</Text>}
        <Counts data={data} />
        {moves.length > 0 && (
          <>
            <h2>{w.moves}</h2>
            <ul className="moves">
              {moves.map((one, i) => (
                <li key={i}>
                  <details>
                    <summary><strong>{number(one.customers)}</strong> <Where place={one.origin} data={data} /> <span aria-label={w.to}>→</span> <Where place={one.to} data={data} /></summary>
                    <Moved first={one.first} customers={one.customers} />
                  </details>
                </li>
              ))}
            </ul>
            {!all && data.moves.length > MOST && <Button size="xs" variant="default" onClick={() => setAll(true)}>{w.allMoves(data.moves.length)}</Button>}
            <Switch label={words.reveal} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
          </>
        )}
      </Stack>
    </section>
  );
}

function Counts({ data }: { data: PreviewOut }) {
  const w = words.data;
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={w.countsByStage}>
      <table className="data-table">
        <caption className="sr">{w.countsByStage}</caption>
        <thead><tr><th scope="col">{w.stage}</th><th scope="col" className="n">{w.hereNow}</th><th scope="col" className="n">{w.lastThere}</th><th scope="col" className="n">{w.everThere}</th></tr></thead>
        <tbody>{data.stages.map((one) => <tr key={one.stage}><th scope="row">{one.label}</th><Pair of={one.here} /><Pair of={one.last} /><Pair of={one.ever} /></tr>)}</tbody>
      </table>
    </div>
  );
}

function Pair({ of }: { of: BeforeAfter }) {
  const many = (value: number | null) => (value === null ? words.none : number(value));
  const by = of.before === null || of.after === null ? 0 : of.after - of.before;
  return <td className="n">{many(of.before)} → <strong>{many(of.after)}</strong>{by !== 0 && <small>{number(by, { signDisplay: "always" })}</small>}</td>;
}

function Where({ place, data }: { place: PlaceOut; data: PreviewOut }) {
  const w = words.data;
  const label = data.stages.find((one) => one.stage === place.stage)?.label ?? w.places[place.stage] ?? place.stage;
  return <span>{label}{place.gone && <span className="muted"> ({w.gone})</span>}</span>;
}

function Moved({ first, customers }: { first: { id: string; shown: string }[]; customers: number }) {
  const href = useHref();
  return (
    <>
      <ul className="who">{first.slice(0, 60).map((one) => <li key={one.id}><Link href={href(`~/customers/${encodeURIComponent(one.id)}`)}>{one.shown}</Link></li>)}</ul>
      {customers > Math.min(60, first.length) && <p className="muted small">{words.data.firstOnly(Math.min(60, first.length))}</p>}
    </>
  );
}
