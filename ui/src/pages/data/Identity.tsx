// How well it is known who is who: identifiers by kind, what was refused and why, what became of customers, what people decided.
import { Button, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useWorkspace } from "@/api/hooks";
import { keepApart, undoMerge, withdraw } from "@/generated/client/sdk.gen";
import type { IdentityOut } from "@/generated/client/types.gen";
import { moment, number, percent } from "@/format";
import { useIdentity, useWork, type Work } from "@/pages/data/hooks";
import { Progress } from "@/pages/data/Progress";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { useAsked } from "@/url/state";
import { words } from "@/words";

export function Identity() {
  const w = words.data;
  const [reveal, setReveal] = useState(false);
  const found = useIdentity(reveal);
  const work = useWork(() => undefined);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={words.opening} />;
  const one = found.data;
  const nobody = Object.entries(one.nobody);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="start">
        <p className="headline">{w.identityAbout(one.customers, one.customers ? percent(one.known / one.customers) : words.none, one.identifiers)}</p>
        <Switch label={words.reveal} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
      </Group>
      {nobody.length > 0 && <Text>{w.nobody(nobody.map(([source, n]) => `${source}: ${number(n)}`).join(", "))}</Text>}
      <Progress work={work} label={w.placing} />
      <Kinds found={one} />
      <Refused found={one} />
      <Decisions found={one} work={work} />
      <Changes found={one} work={work} />
    </Stack>
  );
}

function Kinds({ found }: { found: IdentityOut }) {
  const w = words.data;
  return (
    <section>
      <h2>{w.kinds}</h2>
      <div className="table-wrap kinds" tabIndex={0} role="region" aria-label={w.kinds}>
        <table className="data-table">
          <thead><tr><th scope="col">{w.kind}</th><th scope="col">{w.names}</th><th scope="col" className="n">{w.values}</th><th scope="col" className="n">{w.shared}</th><th scope="col" className="n">{w.blocked}</th></tr></thead>
          <tbody>{found.kinds.map((one) => <tr key={one.kind}><td>{one.kind}</td><td>{one.known ? w.namesPeople : w.namesThings}</td><td className="n">{number(one.identifiers)}</td><td className="n">{number(one.shared)}</td><td className="n">{number(one.blocked)}</td></tr>)}</tbody>
        </table>
      </div>
    </section>
  );
}

function Refused({ found }: { found: IdentityOut }) {
  const w = words.data;
  return (
    <section>
      <h2>{w.refusedLinks}</h2>
      <Text className="muted" size="sm">{w.refusedAbout(found.joined, found.refused)}</Text>
      {found.refusals.map((one) => (
        <details key={one.why}>
          <summary>{w.refusals[one.why] ?? one.why}: {number(one.links)}</summary>
          <ul className="small">{one.first.map((link, i) => <li key={i}><code>{link.one}</code> {w.and} <code>{link.other}</code>: <span className="muted">{link.because}</span></li>)}</ul>
          {one.links > one.first.length && <p className="muted small">{w.firstOnly(one.first.length)}</p>}
        </details>
      ))}
    </section>
  );
}

function Decisions({ found, work }: { found: IdentityOut; work: Work }) {
  const w = words.data;
  const { asked } = useAsked();
  const [one, setOne] = useState("");
  const [other, setOther] = useState("");
  const query = { journey: asked.journey };
  return (
    <section>
      <h2>{w.decisions}</h2>
      <Text className="muted" size="sm">{w.decisionsAbout}</Text>
      <ul>{found.decisions.map((each) => (
        <li key={each.number}>
          <code>{each.one.join(", ")}</code> ≠ <code>{each.other.join(", ")}</code> <Button size="compact-xs" variant="default" disabled={work.running} onClick={() => work.begin(withdraw({ path: { number: each.number }, query }))}>{w.withdraw}</Button>
        </li>
      ))}</ul>
      <form onSubmit={(event) => { event.preventDefault(); work.begin(keepApart({ body: { one, other }, query })); }}>
        <Group align="end" gap="xs">
          <TextInput size="xs" label={w.oneIdentifier} placeholder="email:ana@example.com" value={one} onChange={(event) => setOne(event.currentTarget.value)} />
          <TextInput size="xs" label={w.otherIdentifier} placeholder="phone:+61 2 9374 4000" value={other} onChange={(event) => setOther(event.currentTarget.value)} />
          <Button size="xs" type="submit" variant="default" disabled={!one || !other || work.running}>{w.keepApart}</Button>
        </Group>
      </form>
    </section>
  );
}

function Changes({ found, work }: { found: IdentityOut; work: Work }) {
  const w = words.data;
  const { asked } = useAsked();
  const zone = useWorkspace().data?.time_zone;
  return (
    <section>
      <h2>{w.changes}</h2>
      <Text className="muted" size="sm">{w.changesAbout(found.changes_in_all)}</Text>
      {found.changes.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={w.changes}>
          <table className="data-table">
            <thead><tr><th scope="col">{w.whenLoaded}</th><th scope="col">{w.change}</th><th scope="col">{w.why}</th><th scope="col"><span className="sr">{w.undo}</span></th></tr></thead>
            <tbody>{found.changes.map((one, i) => (
              <tr key={i}>
                <td className="nowrap">{moment(one.known_at, zone)}</td>
                <td><code>{one.shown_from}</code> {w.becameWhat[one.change] ?? one.change} <code>{one.shown_into}</code></td>
                <td className="muted"><Sentence>{one.because}</Sentence></td>
                <td className="n">{one.change === "merged" && <Button size="compact-xs" variant="default" disabled={work.running} onClick={() => work.begin(undoMerge({ body: { customer: one.from_id }, query: { journey: asked.journey } }))}>{w.undo}</Button>}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
