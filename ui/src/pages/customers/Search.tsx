// Find a customer; and, before anything is asked, the customers whom one wants to see first.
import { Button, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { useWorkspace } from "@/api/hooks";
import { askAnew } from "@/api/queries";
import { day, money } from "@/format";
import type { CustomerRow } from "@/generated/client/types.gen";
import { useNotable, useOverdue, useSearchCustomers } from "@/pages/customers/hooks";
import { inAddress } from "@/pages/customers/personal";
import { Reveal, type Revealing } from "@/pages/customers/Reveal";
import { CustomerLink, Rows, useStageLabel, where, type InOf } from "@/pages/customers/Rows";
import { useWorkingOut, WorkingOut } from "@/pages/customers/WorkingOut";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

interface Props extends Revealing { text: string; setText: (text: string) => void }

export function Search({ reveal, setReveal, text, setText }: Props) {
  const w = words.customers;
  const { values, set } = useUrl();
  const asked = values.get("q") ?? text;
  const [typed, setTyped] = useState(asked);
  useEffect(() => {
    if (typed.trim() === asked.trim()) return;
    const timer = setTimeout(() => {
      setText(typed.trim());
      set({ q: inAddress(typed) }, true);
    }, 300);
    return () => clearTimeout(timer);
  }, [typed, asked, set, setText]);
  return (
    <>
      <div className="customers-head">
        <h1>{w.title}</h1>
        <Reveal reveal={reveal} setReveal={setReveal} />
      </div>
      <form role="search" onSubmit={(event) => { event.preventDefault(); setText(typed.trim()); set({ q: inAddress(typed) }, true); }}>
        <TextInput
          type="search" size="md" maw="46rem" autoComplete="off" spellCheck={false} maxLength={500}
          label={w.find} description={w.hint} leftSection={<IconSearch size="1.1rem" aria-hidden="true" />}
          value={typed} onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </form>
      {asked.trim() ? <Results text={asked.trim()} reveal={reveal} /> : <First reveal={reveal} />}
    </>
  );
}

function useOf(): InOf {
  const workspace = useWorkspace();
  return { currency: workspace.data?.currency, zone: workspace.data?.time_zone ?? "UTC" };
}

function Results({ text, reveal }: { text: string; reveal: boolean }) {
  const w = words.customers;
  const found = useSearchCustomers(text, reveal);
  const of = useOf();
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={w.finding} />;
  const { customers, more, kinds, traits } = found.data;
  if (!customers.length) return (
    <div role="status">
      <p className="headline">{w.nobody(text)}</p>
      <p className="muted">{w.kinds(kinds, traits)}</p>
    </div>
  );
  const said = w.lookedFor(customers.length, more);
  return (
    <>
      <p role="status" className="muted">{said}</p>
      <Rows rows={customers} caption={said} of={of} matched />
    </>
  );
}

function First({ reveal }: { reveal: boolean }) {
  const w = words.customers;
  const found = useNotable(reveal);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={w.finding} shape="lists" />;
  const { newest, active, valuable, waiting, waiting_until, currency, time_zone: zone } = found.data;
  return (
    <div className="first-lists">
      <List title={w.valuable} rows={valuable} empty={w.noneValuable} fact={(row) => money(row.value, currency)} />
      <Overdue reveal={reveal} currency={currency} />
      <List title={w.waiting} rows={waiting} empty={waiting_until === null ? w.nothingPromised : w.noneWaiting} says={waiting_until === null ? undefined : w.asKnown(day(waiting_until, zone))} fact={(row) => w.since(day(row.note ?? 0, zone))} />
      <List title={w.active} rows={active} fact={(row) => day(row.last ?? 0, zone)} />
      <List title={w.newest} rows={newest} fact={(row) => day(row.first ?? 0, zone)} />
    </div>
  );
}

function Overdue({ reveal, currency }: { reveal: boolean; currency: string | null | undefined }) {
  const w = words.customers;
  const found = useOverdue(reveal);
  const client = useQueryClient();
  const working = useWorkingOut(() => void askAnew(client, { queryKey: ["customers", "overdue"] }));
  if (found.error) return <section><h2>{w.overdue}</h2><ErrorBox error={found.error} again={() => void found.refetch()} /></section>;
  if (!found.data) return <List title={w.overdue} rows={[]} fact={() => ""} />;
  if (found.data.ready) return <List title={w.overdue} rows={found.data.customers ?? []} empty={w.noneOverdue} says={found.data.says} fact={(row) => money(row.note ?? 0, currency)} />;
  return (
    <section>
      <h2>{w.overdue}</h2>
      <WorkingOut working={working} />
      {!working.running && !working.error && !found.isFetching && (!working.job || working.job.state === "done") && <Button variant="default" size="xs" onClick={working.begin}>{w.workOut}</Button>}
      <p className="muted small">{w.workOutHint}</p>
    </section>
  );
}

function List({ title, rows, fact, empty, says }: { title: string; rows: CustomerRow[]; fact: (row: CustomerRow) => string; empty?: string; says?: string | undefined }): ReactNode {
  const w = words.customers;
  const label = useStageLabel();
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 && empty && <p className="why">{empty}</p>}
      <ol className="who-list">
        {rows.map((row) => (
          <li key={row.id}>
            <CustomerLink row={row} />
            <span><span className="muted">{[where(row, label), row.persona].filter(Boolean).join(" · ")}</span>{row.touch && <small className="muted">{w.lastly(row.touch)}</small>}</span>
            <span className="fact">{fact(row)}</span>
          </li>
        ))}
      </ol>
      {says && <p className="muted small"><Sentence>{says}</Sentence></p>}
    </section>
  );
}
