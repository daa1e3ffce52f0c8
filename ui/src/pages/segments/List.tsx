// All segments and personas: personas as cards with their faces, segments as a list with their shares.
import { ActionIcon, Button, Group, Modal, Stack, Title, Tooltip } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash, IconUserScan } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useWorkspace } from "@/api/hooks";
import { isKnown } from "@/api/types";
import { day, interval, number, percent } from "@/format";
import type { Counted, SegmentOut, SegmentsOut } from "@/generated/client/types.gen";
import { CandidateList } from "@/pages/segments/Candidates";
import { FaceView } from "@/pages/segments/FaceView";
import { useDelete, useFace } from "@/pages/segments/hooks";
import { ErrorBox } from "@/parts/ErrorBox";
import { ShareBar } from "@/parts/ShareBar";
import { Waiting } from "@/parts/Waiting";
import { useAsked, useHref } from "@/url/state";
import { words } from "@/words";

const w = words.people;

export function List({ all }: { all: SegmentsOut }) {
  const href = useHref();
  const workspace = useWorkspace();
  const { asked } = useAsked();
  const [seen, setSeen] = useState(0); // faces are worked out one after the other: the first is there soon
  const [gone, setGone] = useState<SegmentOut | null>(null);
  const of = (kind: Counted["kind"]) => all.people.filter((one) => one.counted.kind === kind);
  const personas = of("persona");
  const segments = of("segment");
  return (
    <Stack gap="xl">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">{w.title}</Title>
          <p className="muted lead">{w.lead(all.customers, all.as_of ? day(Date.parse(all.as_of) * 1000, workspace.data?.time_zone) : "")}</p>
        </div>
        <Button component={Link} href={href("/new")} leftSection={<IconPlus size="1rem" />}>{w.newOne}</Button>
      </Group>
      <section>
        <Title order={2} size="h4">{words.personas}</Title>
        {personas.length === 0 && <p className="muted lead">{w.noPersonas}</p>}
        <div className="personas">{personas.map((one, place) => <Persona key={one.counted.id} one={one} go={place <= seen} done={() => setSeen((now) => Math.max(now, place + 1))} remove={() => setGone(one)} />)}</div>
      </section>
      <CandidateList key={asked.journey} />
      <section>
        <Title order={2} size="h4">{words.segments}</Title>
        {segments.length === 0 ? <p className="muted lead">{w.noSegments}</p> : <ul className="segments">{segments.map((one) => <Segment key={one.counted.id} one={one} remove={() => setGone(one)} />)}</ul>}
      </section>
      {gone && <Remove one={gone} file={all.file} close={() => setGone(null)} />}
    </Stack>
  );
}

function Share({ one }: { one: Counted }) {
  const share = one.share;
  const said = isKnown(share) ? `${percent(share.value)} (${interval(share.low, share.high, "share")} %)` : words.none;
  return (
    <div className="share">
      <ShareBar measured={share} label={w.shareOf(one.label, said)} />
      <span className="small"><b>{number(one.customers)}</b> <span className="muted">{said}</span></span>
    </div>
  );
}

function Persona({ one, go, done, remove }: { one: SegmentOut; go: boolean; done: () => void; remove: () => void }) {
  const href = useHref();
  const person = one.counted;
  const face = useFace(go ? `persona:${person.id}` : null);
  const over = face.isFetched;
  useEffect(() => { if (go && over) done(); }, [go, over]);
  return (
    <article className="card persona" aria-label={person.label}>
      <header>
        <span className="avatar" aria-hidden="true">{initials(person.label)}</span>
        <div>
          <Title order={3} size="h4"><Link href={href(`/persona/${person.id}`)}>{person.label}</Link></Title>
          {person.about && <p className="muted">{person.about}</p>}
        </div>
        <Doing one={one} remove={remove} />
      </header>
      <Share one={person} />
      {face.error && <ErrorBox error={face.error} again={() => void face.refetch()} />}
      {face.data ? <FaceView face={face.data} short /> : !face.error && <Waiting label={w.lookingAt} />}
    </article>
  );
}

function Segment({ one, remove }: { one: SegmentOut; remove: () => void }) {
  const href = useHref();
  const segment = one.counted;
  return (
    <li>
      <div className="what">
        <Link href={href(`/segment/${segment.id}`)}>{segment.label}</Link>
        {segment.about && <span className="muted small"> {segment.about}</span>}
        <code>{segment.rule}</code>
      </div>
      <Share one={segment} />
      <Doing one={one} remove={remove} />
    </li>
  );
}

function Doing({ one, remove }: { one: SegmentOut; remove: () => void }) {
  const href = useHref();
  const { id, kind, label } = one.counted;
  return (
    <Group gap="0.125rem" wrap="nowrap" className="doing">
      <Tooltip label={w.mapOf}><ActionIcon component={Link} href={href("~/", { segment: id })} variant="subtle" color="gray" aria-label={w.mapOfOne(label)}><IconUserScan size="1.1rem" /></ActionIcon></Tooltip>
      <Tooltip label={w.edit}><ActionIcon component={Link} href={href(`/${kind}/${id}/edit`)} variant="subtle" color="gray" aria-label={w.editOne(label)}><IconPencil size="1.1rem" /></ActionIcon></Tooltip>
      <Tooltip label={w.remove}><ActionIcon variant="subtle" color="gray" aria-label={w.removeOne(label)} onClick={remove}><IconTrash size="1.1rem" /></ActionIcon></Tooltip>
    </Group>
  );
}

function Remove({ one, file, close }: { one: SegmentOut; file: string; close: () => void }) {
  const removing = useDelete(close);
  const { id, kind, label } = one.counted;
  return (
    <Modal opened onClose={close} title={w.removeOne(label)} closeButtonProps={{ "aria-label": words.close }}>
      <Stack gap="sm">
        {one.used_by.length > 0 ? <p className="warn">{w.usedBy(one.used_by)}</p> : <p>{w.removeSaid(file)}</p>}
        {removing.error && <ErrorBox error={removing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{w.keep}</Button>
          <Button color="red" loading={removing.isPending} disabled={one.used_by.length > 0} onClick={() => removing.mutate({ kind, id })}>{w.remove}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function initials(label: string): string {
  return label.split(/\s+/).map((one) => one.charAt(0)).join("").slice(0, 2).toUpperCase();
}
