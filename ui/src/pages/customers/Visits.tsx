// Why a customer was placed as they were: every visit with its rule, its events and its clock, as `explain visit` tells.
import { useEffect, useRef } from "react";
import type { Customer, VisitExplained } from "@/generated/client/types.gen";
import { useVisits } from "@/pages/customers/hooks";
import { outcome, useStageLabel } from "@/pages/customers/Rows";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

export function Visits({ customer }: { customer: Customer }) {
  const w = words.customers;
  const { values, set } = useUrl();
  if (customer.bands.length === 0) return <p className="why">{w.noVisits}</p>;
  return <Told id={customer.id} open={values.get("visit")} setOpen={(one) => set({ visit: one }, true)} />;
}

function Told({ id, open, setOpen }: { id: string; open: string | null; setOpen: (visit: string | undefined) => void }) {
  const w = words.customers;
  const found = useVisits(id);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={words.asking} />;
  // A visit's number is its place in the answer; shown are the latest first, whatever their track.
  const sorted = found.data.map((visit, number) => ({ visit, number: String(number) })).sort((a, b) => (a.visit.entered < b.visit.entered ? 1 : -1));
  return (
    <>
      {sorted.map(({ visit, number }) => <Visit key={number} visit={visit} open={open === number} toggle={(now) => setOpen(now ? number : undefined)} />)}
      <p className="muted small">{found.data[0] && w.definition(found.data[0].definition)}</p>
    </>
  );
}

function Visit({ visit, open, toggle }: { visit: VisitExplained; open: boolean; toggle: (now: boolean) => void }) {
  const w = words.customers;
  const label = useStageLabel();
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => { if (open) box.current?.scrollIntoView({ block: "nearest" }); }, [open]);
  return (
    <details ref={box} className="line" open={open} onToggle={(event) => { if (event.currentTarget.open !== open) toggle(event.currentTarget.open); }}>
      <summary>
        <span className="when"><Sentence>{visit.entered.slice(0, 16)}</Sentence></span>
        <span><strong>{w.visitHead(label(visit.stage), visit.pass_no)}</strong> {visit.track === "repeat" && <span className="muted">{w.repeat}</span>} <span className="muted">{outcome(visit.outcome)}</span></span>
      </summary>
      <ol className="because">{visit.because.map((one) => <li key={one}><Sentence>{one}</Sentence></li>)}</ol>
      {visit.events.length > 0 && (
        <ul className="because muted small">
          {visit.events.map((one) => <li key={one.event_no}>{one.event}, <Sentence>{one.time.replace(/[+-]\d\d:\d\d$/, "")}</Sentence>: {w.record(one.file, one.record, one.source)}</li>)}
        </ul>
      )}
    </details>
  );
}
