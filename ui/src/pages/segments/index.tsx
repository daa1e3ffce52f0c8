// Segments and personas: the list, the face of one, and building one.
import "@/pages/segments/segments.css";
import { Button, Group, Stack, Title } from "@mantine/core";
import { Link, Route, Switch } from "wouter";
import { isKnown } from "@/api/types";
import { interval, number, percent } from "@/format";
import type { Counted, SegmentsOut } from "@/generated/client/types.gen";
import { Builder } from "@/pages/segments/Builder";
import { FaceView } from "@/pages/segments/FaceView";
import { useFace, useSegments } from "@/pages/segments/hooks";
import { List } from "@/pages/segments/List";
import { ErrorBox } from "@/parts/ErrorBox";
import { ShareBar } from "@/parts/ShareBar";
import { Waiting } from "@/parts/Waiting";
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.people;

export default function Segments() {
  const found = useSegments();
  const refused = found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return refused || <div className="people"><Title order={1} size="h2">{w.title}</Title><Waiting label={w.counting} shape="cards" /></div>;
  const all = found.data;
  const one = (kind: string, id: string) => all.people.find((each) => each.counted.kind === kind && each.counted.id === id)?.counted;
  return (
    <div className="people">
      {refused}
      <Switch>
        <Route path="/new"><Builder taken={idsOf(all)} file={all.file} /></Route>
        <Route path="/:kind/:id/edit">{({ kind, id }) => {
          const old = one(kind ?? "", id ?? "");
          return old ? <Builder key={old.id} old={old} taken={idsOf(all).filter((each) => each !== old.id)} file={all.file} /> : <List all={all} />;
        }}</Route>
        <Route path="/:kind/:id">{({ kind, id }) => {
          const person = one(kind ?? "", id ?? "");
          return person ? <One key={person.id} person={person} /> : <List all={all} />;
        }}</Route>
        <Route><List all={all} /></Route>
      </Switch>
    </div>
  );
}

function idsOf(all: SegmentsOut): string[] {
  return all.people.map((one) => one.counted.id);
}

function One({ person }: { person: Counted }) {
  const href = useHref();
  const face = useFace(`${person.kind}:${person.id}`);
  const share = person.share;
  const said = isKnown(share) ? `${percent(share.value)} (${interval(share.low, share.high, "share")} %)` : words.none;
  return (
    <Stack gap="lg">
      <div>
        <Link href={href("/")} className="small">{w.backToAll}</Link>
        <Title order={1} size="h2">{person.label}</Title>
        {person.about && <p className="headline">{person.about}</p>}
        <p className="small"><span className="muted">{w.asRule}</span> <code>{person.rule}</code></p>
      </div>
      <div className="share wide">
        <ShareBar measured={share} label={w.shareOf(person.label, said)} />
        <span>{number(person.customers)} {w.customersNow} <span className="muted">{said}</span></span>
      </div>
      <Group gap="xs">
        <Button component={Link} href={href(`/${person.kind}/${person.id}/edit`)} variant="default" size="xs">{w.edit}</Button>
        <Button component={Link} href={href("~/", { segment: person.id })} variant="default" size="xs">{w.mapOf}</Button>
        <Button component={Link} href={href("~/ask/comparison", { a: `${person.kind}:${person.id}`, b: "rest" })} variant="default" size="xs">{w.compare}</Button>
        <Button component={Link} href={href("~/customers", { question: "groups", count: "inside", rule: `${person.kind}:${person.id}` })} variant="default" size="xs">{words.whoIsBehind}</Button>
      </Group>
      {face.error && <ErrorBox error={face.error} again={() => void face.refetch()} />}
      {face.data ? <FaceView face={face.data} /> : !face.error && <Waiting label={w.lookingAt} />}
    </Stack>
  );
}
