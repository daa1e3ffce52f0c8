// A customer's events, the latest first, of all channels or one: what each did, what it is evidence for, where it stands.
import { Button, Group, Select } from "@mantine/core";
import { Fragment } from "react";
import { date, day, duration, money, number } from "@/format";
import type { Customer, EventTold, Said } from "@/generated/client/types.gen";
import { useEvents } from "@/pages/customers/hooks";
import { useStageLabel } from "@/pages/customers/Rows";
import { channelsOf } from "@/pages/customers/timeline";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const LONG = 86_400_000_000; // a silence worth a line of its own

export function Events({ customer, reveal }: { customer: Customer; reveal: boolean }) {
  const w = words.customers;
  const { values, set } = useUrl();
  const label = useStageLabel();
  const channel = values.get("channel") ?? undefined;
  const from = values.get("from");
  const start = from === null ? undefined : Number(from);
  const found = useEvents(customer.id, channel, start, reveal);
  const channels = channelsOf(customer.points).filter((one) => one >= 0).map((one) => customer.channels[one] ?? "");
  const events = found.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <>
      <Group align="end" mb="xs">
        <Select size="xs" w="12rem" label={w.channel} data={channels} placeholder={w.allChannels} clearable value={channel ?? null} onChange={(one) => set({ channel: one ?? undefined, from: undefined }, true)} />
        {start !== undefined && events[0] && <Button size="xs" variant="default" onClick={() => set({ from: undefined }, true)}>{w.fromHere(day(events[0].at, customer.time_zone))} ✕ {w.fromLatest}</Button>}
      </Group>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!found.data && !found.error && <Waiting label={words.asking} />}
      {found.data && !found.error && (
        <>
          <p role="status" className="muted small">{events.length ? w.listed(events.length, found.data.pages[0]?.total ?? 0) : w.noEvents}</p>
          <div className="events">
            {events.map((one, i) => {
              const before = events[i - 1];
              const today = day(one.at, customer.time_zone);
              const newDay = !before || today !== day(before.at, customer.time_zone);
              return (
                <Fragment key={one.number}>
                  {newDay && <h3 className="day-head">{today} <span className="muted">{one.stage && label(one.stage)}</span></h3>}
                  <Line event={one} customer={customer} stage={newDay || one.stage === before.stage ? null : one.stage} />
                  {one.gap != null && one.gap > LONG && channel === undefined && <p className="silence muted small">{w.silence(duration(one.gap))}</p>}
                </Fragment>
              );
            })}
          </div>
          {found.hasNextPage && <Button mt="sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{w.earlier}</Button>}
        </>
      )}
    </>
  );
}

function Line({ event, customer, stage }: { event: EventTold; customer: Customer; stage: string | null | undefined }) {
  const w = words.customers;
  const label = useStageLabel();
  const zone = customer.time_zone;
  const by = words.by[event.by as keyof typeof words.by];
  const meta = [event.touchpoint && event.touchpoint !== event.event ? event.event : "", event.channel ?? w.noChannel, by ?? "", event.voided ? w.voided : ""].filter(Boolean).join(" · ");
  return (
    <details className={`line ${event.by}`}>
      <summary>
        <span className="when">{event.date_only ? w.wholeDay : time(event.at, zone)}</span>
        <span>
          <strong>{event.touchpoint ?? event.event}</strong> <span className="muted">{meta}</span>
          {event.value !== 0 && <span className="worth"> {money(event.value, customer.currency)}</span>}
          {event.did.map((one) => <span key={one} className="did">{one}</span>)}
          {event.score != null && <span className="scored">{w.score(number(event.score), event.score_kind ?? "")}</span>}
          {event.text && <q className="block">{event.text}</q>}
        </span>
        <span className="stage muted small">{stage && label(stage)}</span>
      </summary>
      <dl className="contract">
        <dt>{w.evidenceFor}</dt>
        <dd>
          {event.evidence.length === 0 && w.noEvidence}
          {event.evidence.map((one) => <span key={one.what + one.stage} className="block">{w.rules[one.what]} {label(one.stage)}: <code>{one.rule}</code></span>)}
        </dd>
        {event.identifiers.length > 0 && <><dt>{w.carries}</dt><dd><SaidAll said={event.identifiers} /></dd></>}
        {event.said.length > 0 && <><dt>{w.told}</dt><dd><SaidAll said={event.said} /></dd></>}
        <dt>{w.recorded}</dt><dd>{w.record(event.file, event.record, event.source)}, {w.eventNo(event.event_no)}</dd>
      </dl>
    </details>
  );
}

function time(at: number, zone: string): string {
  return date(at, { timeStyle: "short", timeZone: zone });
}

function SaidAll({ said }: { said: Said[] }) {
  return <>{said.map((one) => <span key={one.name} className="said"><span className="muted">{one.name.replaceAll("_", " ")}</span> {one.value}</span>)}</>;
}
