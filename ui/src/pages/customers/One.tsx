// Customer 360: where they are in a sentence, their whole time as a drawing, then what happened, why, who they are,
// what was promised, and what may come. Only the tab that is open is asked for; nothing waits for the models.
import { Tabs } from "@mantine/core";
import { useEffect } from "react";
import { Link, useLocation } from "wouter";
import { day, money, number } from "@/format";
import type { Customer } from "@/generated/client/types.gen";
import { Events } from "@/pages/customers/Events";
import { useCustomer } from "@/pages/customers/hooks";
import { Identity } from "@/pages/customers/Identity";
import { Outlook } from "@/pages/customers/Outlook";
import { Promises } from "@/pages/customers/Promises";
import { Reveal, type Revealing } from "@/pages/customers/Reveal";
import { outcome, useStageLabel } from "@/pages/customers/Rows";
import { Timeline } from "@/pages/customers/Timeline";
import { Visits } from "@/pages/customers/Visits";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const TABS = ["events", "visits", "identity", "promises"] as const;

/** What was asked for, where it was not the id of today. */
export interface Was { id: string; asked: string }
interface Props extends Revealing { id: string; was: Was | null; setWas: (was: Was) => void }

export function One({ id, was, setWas, ...revealing }: Props) {
  const w = words.customers;
  const found = useCustomer(id, revealing.reveal);
  const href = useHref();
  const [, go] = useLocation();
  const now = found.data;
  useEffect(() => {
    // What was asked for may be an e-mail address, or an earlier id: the address says who it is today.
    if (!now?.asked) return;
    setWas({ id: now.id, asked: now.asked });
    go(href(`~/customers/${encodeURIComponent(now.id)}`), { replace: true });
  }, [now?.asked, now?.id, go, href, setWas]);
  return (
    <>
      <p className="muted small"><Link href={href("~/customers")}>{w.allCustomers}</Link></p>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!now && !found.error && <Waiting label={w.finding} />}
      {now && !found.error && <Whole customer={now} asked={was?.id === now.id ? was.asked : ""} {...revealing} />}
    </>
  );
}

function Whole({ customer, asked, reveal, setReveal }: Revealing & { customer: Customer; asked: string }) {
  const w = words.customers;
  return (
    <article>
      <div className="customers-head">
        <div>
          <h1>{customer.shown} <span className="muted">{customer.known ? w.known : w.anonymous}</span></h1>
          <p className="headline"><Where customer={customer} /></p>
          {asked && <p className="muted small">{w.foundBy(asked)}</p>}
        </div>
        <Reveal reveal={reveal} setReveal={setReveal} />
      </div>
      {customer.excluded ? <Identity id={customer.id} reveal={reveal} /> : <Counted customer={customer} reveal={reveal} />}
    </article>
  );
}

function Counted({ customer, reveal }: { customer: Customer; reveal: boolean }) {
  const w = words.customers;
  const { values, set } = useUrl();
  const tab = TABS.find((one) => one === values.get("tab")) ?? "events";
  return (
    <>
      <Facts customer={customer} />
      <Timeline customer={customer} />
      <div className="one-columns">
        <Tabs value={tab} onChange={(next) => set({ tab: next === "events" || !next ? undefined : next }, true)} keepMounted={false} className="one-main">
          <Tabs.List>{TABS.map((one) => <Tabs.Tab key={one} value={one}>{w.tabs[one]}</Tabs.Tab>)}</Tabs.List>
          <Tabs.Panel value="events" pt="sm"><Events customer={customer} reveal={reveal} /></Tabs.Panel>
          <Tabs.Panel value="visits" pt="sm"><Visits customer={customer} /></Tabs.Panel>
          <Tabs.Panel value="identity" pt="sm"><Identity id={customer.id} reveal={reveal} /></Tabs.Panel>
          <Tabs.Panel value="promises" pt="sm"><Promises customer={customer} /></Tabs.Panel>
        </Tabs>
        <aside className="one-side">
          <Outlook customer={customer} />
          <Traits customer={customer} />
        </aside>
      </div>
    </>
  );
}

function Where({ customer }: { customer: Customer }) {
  const w = words.customers;
  const label = useStageLabel();
  const { standing: now, time_zone: zone, excluded } = customer;
  if (excluded) return <>{w.isExcluded(excluded)}</>;
  if (now.stage) return <>{w.standsIn(label(now.stage), day(now.since ?? 0, zone))} {now.waits ? w.waits(now.waits) : now.until !== null ? w.clock(day(now.until, zone)) : ""}</>;
  if (now.before && now.outcome === "advanced") return <>{w.wentThrough(label(now.before), day(now.since ?? 0, zone))}</>;
  return <>{now.before ? w.standsNowhere(outcome(now.outcome), label(now.before), day(now.since ?? 0, zone)) : w.never}</>;
}

function Facts({ customer }: { customer: Customer }) {
  const w = words.customers;
  const { worth, time_zone: zone } = customer;
  const facts: [string, string][] = [
    [w.facts.value, worth.value ? money(worth.value, customer.currency) : words.none],
    [w.facts.purchases, worth.purchases ? number(worth.purchases) : w.noPurchase],
    ...(worth.last === null ? [] : [[w.facts.lastPurchase, day(worth.last, zone)] as [string, string]]),
    [w.facts.lastSeen, customer.last === null ? words.none : day(customer.last, zone)],
    [w.facts.events, number(customer.events)],
  ];
  return <dl className="facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

function Traits({ customer }: { customer: Customer }) {
  const w = words.customers;
  return (
    <section aria-labelledby="traits">
      <h2 id="traits">{w.traits}</h2>
      {customer.traits.length === 0 && <p className="why">{w.noTraits}</p>}
      <dl className="traits">
        {customer.traits.map((one) => (
          <div key={one.name}><dt>{one.name.replaceAll("_", " ")}</dt><dd>{one.value} {one.at != null && <span className="muted small">{w.since(day(one.at, customer.time_zone))}</span>}</dd></div>
        ))}
      </dl>
    </section>
  );
}
