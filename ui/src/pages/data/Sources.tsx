// The sources and how they stand; loading what is new; dropping newer exports over older ones, and files of a new kind.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { answered } from "@/api/problem";
import { askAnew } from "@/api/queries";
import type { WorkspaceOut } from "@/api/types";
import { day, moment, number } from "@/format";
import { loadResult, startLoad } from "@/generated/client/sdk.gen";
import type { LoadOut, SourceOut, UploadOut } from "@/generated/client/types.gen";
import { Drop } from "@/pages/data/Drop";
import { useSources, useUploads, useWork } from "@/pages/data/hooks";
import { More } from "@/pages/data/More";
import { Offer } from "@/pages/data/Offer";
import { Progress } from "@/pages/data/Progress";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const COLOURS = { loaded: "muted", new: "warn", changed: "warn", missing: "bad", gone: "bad" } as const;

export function Sources({ workspace }: { workspace: WorkspaceOut }) {
  const w = words.data;
  const found = useSources();
  const client = useQueryClient();
  const { values, set } = useUrl();
  const work = useWork((job) => set({ loaded: job.id }, true));
  const uploads = useUploads();
  const [arrived, setArrived] = useState(0);
  const href = useHref();
  const load = () => work.begin(startLoad({ body: {} }));
  const news = (found.data ?? []).filter((one) => one.state !== "loaded");
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <p className="headline">{workspace.state === "new" ? w.notLoaded : news.length ? w.somethingNew(news.length) : w.allLoaded}</p>
          {workspace.state === "new" && <Text className="muted">{w.notLoadedAbout}</Text>}
        </div>
        <Button onClick={load} loading={work.running} variant={news.length ? "filled" : "default"}>{w.load}</Button>
      </Group>
      <Progress work={work} label={w.loading} />
      {values.get("loaded") && <Brought id={values.get("loaded") ?? ""} />}
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!found.data && !found.error && <Waiting label={words.opening} />}
      <Drop small arrived={() => void askAnew(client, { queryKey: ["sources"] }).then(() => setArrived((before) => before + 1))} />
      {found.data && <More files={unread(uploads.data?.files ?? [], found.data)} arrived={arrived} load={load} busy={work.running} />}
      <Offer workspace={workspace} />
      <div className="sources">{found.data?.map((one) => <One key={one.id} source={one} zone={workspace.time_zone} />)}</div>
      <Text size="sm" className="muted">{w.sourcesAbout} <Link href={href("/rules", { file: "sources.yaml" })}>sources.yaml</Link></Text>
    </Stack>
  );
}

function One({ source, zone }: { source: SourceOut; zone: string }) {
  const w = words.data;
  const href = useHref();
  const fresh = source.files.filter((one) => one.state !== "loaded");
  return (
    <section className="card source" aria-label={source.id}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <h2>{source.id}</h2>
        <span className={`pill ${COLOURS[source.state]}`}>{w.states[source.state]}</span>
      </Group>
      <Text size="sm" className="muted">{source.reads.join(", ")}</Text>
      {source.why && <Text size="sm" className="sentence"><Sentence>{source.why}</Sentence>.</Text>}
      <dl>
        {source.kind === "metrics" ? <><dt>{w.kind}</dt><dd>{w.isMetrics}</dd></> : <><dt>{w.events}</dt><dd>{number(source.events)}</dd></>}
        {source.newest !== null && <><dt>{w.from}</dt><dd>{source.first !== null && day(source.first, zone)} – {day(source.newest, zone)}</dd></>}
        {source.until !== null && <><dt>{w.until}</dt><dd>{day(source.until, zone)} {!source.declared && <span className="muted">({w.assumed})</span>}</dd></>}
        {source.loaded_at && <><dt>{w.loadedAt}</dt><dd>{moment(source.loaded_at, zone)}</dd></>}
        {source.rejects > 0 && <><dt>{w.rejects}</dt><dd><Link href={href("/rejects", { source: source.id })}>{number(source.rejects)}</Link></dd></>}
      </dl>
      {fresh.length > 0 && <ul className="small muted">{fresh.slice(0, 5).map((one) => <li key={one.name}>{one.name}: {w.fileStates[one.state]}</li>)}</ul>}
    </section>
  );
}

/** The dropped files that no source reads yet. */
function unread(uploads: UploadOut[], sources: SourceOut[]): string[] {
  const read = sources.flatMap((one) => one.files.map((file) => file.name));
  return uploads.map((one) => one.name).filter((name) => !read.some((one) => one === `data/${name}` || one.startsWith(`data/${name}/`)));
}

/** What the last load of this visit brought. */
function Brought({ id }: { id: string }) {
  const w = words.data;
  const href = useHref();
  const found = useQuery({ queryKey: ["loaded", id], retry: false, queryFn: ({ signal }): Promise<LoadOut> => answered(loadResult({ path: { id }, signal })) });
  if (!found.data) return null;
  const { events, rows, rejected, failures, placed } = found.data;
  return (
    <section className="card" role="status" aria-label={w.broughtTitle}>
      <Text fw={500}>{w.brought(events, rows)}</Text>
      {placed.map((one) => <Text key={one} size="sm" className="muted"><Sentence>{one}</Sentence></Text>)}
      {rejected > 0 && <Text size="sm"><Link href={href("/rejects")}>{w.setAsideIn(rejected)}</Link></Text>}
      {failures.map((one) => <Text key={one.detail} size="sm" className="bad">{one.detail} {one.hint}</Text>)}
      <Link href={href("~/")}>{words.toMap}</Link>
    </section>
  );
}
