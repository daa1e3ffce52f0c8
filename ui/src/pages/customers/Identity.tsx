// Who a customer is: their identifiers, the links that join them, what was refused, and what changed over time.
import { useWorkspace } from "@/api/hooks";
import { moment, number } from "@/format";
import type { ChangeExplained, CustomerExplained, LinkExplained } from "@/generated/client/types.gen";
import { useIdentity } from "@/pages/customers/hooks";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

const MOST = 12;

export function Identity({ id, reveal }: { id: string; reveal: boolean }) {
  const found = useIdentity(id, reveal);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={words.asking} />;
  return <Told who={found.data} />;
}

function Told({ who }: { who: CustomerExplained }) {
  const w = words.customers;
  return (
    <div className="identity">
      <p><Sentence>{who.summary}</Sentence></p>
      <h2>{w.oneCustomer}</h2>
      <ul className="plain-list">
        {who.identifiers.map((one) => (
          <li key={`${one.kind} ${one.value}`}>
            <span className="muted">{one.kind.replaceAll("_", " ")}</span> <strong>{one.value}</strong>
            <span className="muted block small">{one.because}; {w.sources(one.sources.map(([name, n]) => `${String(name)} (${number(Number(n))})`).join(", "))}</span>
          </li>
        ))}
      </ul>
      <h2>{w.joined}</h2>
      {who.joined.length === 0 && <p className="why">{w.noLinks}</p>}
      <Links links={who.joined} />
      {who.refused.length > 0 && <><h2>{w.refused(who.refused_in_all)}</h2><Links links={who.refused} /></>}
      <h2>{w.changes}</h2>
      {who.changes.length === 0 && <p className="why">{w.noChanges}</p>}
      <ul className="plain-list">{who.changes.map((one) => <Change key={`${one.known_at} ${one.from_id} ${one.into_id}`} change={one} />)}</ul>
      {who.decisions.length > 0 && (
        <>
          <h2>{w.decisions}</h2>
          <ul className="plain-list">{who.decisions.map((one) => <li key={one.number}>{w.apart(one.by, one.one.join(", "), one.other.join(", "))}</li>)}</ul>
        </>
      )}
    </div>
  );
}

function Links({ links }: { links: LinkExplained[] }) {
  const w = words.customers;
  const line = (one: LinkExplained) => (
    <li key={`${one.one} ${one.other}`}>
      <strong>{one.one}</strong> ↔ <strong>{one.other}</strong>
      <span className="muted block small">{one.because}{one.other_customer && `; ${w.otherCustomer(one.other_customer)}`}</span>
    </li>
  );
  return (
    <>
      <ul className="plain-list">{links.slice(0, MOST).map(line)}</ul>
      {links.length > MOST && <details><summary>{words.more}</summary><ul className="plain-list">{links.slice(MOST).map(line)}</ul></details>}
    </>
  );
}

function Change({ change }: { change: ChangeExplained }) {
  const zone = useWorkspace().data?.time_zone;
  const said = words.customers.change[change.change]?.(change.from_id, change.into_id) ?? change.change;
  return <li>{said} <span className="muted block small">{moment(change.known_at, zone)}: {change.because}</span></li>;
}
