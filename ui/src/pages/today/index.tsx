// What matters now, on one page: alarms, bottlenecks, what changed, stages against targets, and the weeks with their notes.
import "@/pages/today/today.css";
import { Group, SegmentedControl, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useData, useWorkspace } from "@/api/hooks";
import { calendarDay, date } from "@/format";
import { Alarms } from "@/pages/today/Alarms";
import { Bottlenecks } from "@/pages/today/Bottlenecks";
import { Changes } from "@/pages/today/Changes";
import { Kpis } from "@/pages/today/Kpis";
import { lastDays, lastOf, LENGTHS, type Period } from "@/pages/today/period";
import { Timeline } from "@/pages/today/Timeline";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useAsked, useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.today;

export default function Today() {
  const data = useData();
  const workspace = useWorkspace();
  const { asked } = useAsked();
  const { values, set } = useUrl();
  const chosen = Number(values.get("days"));
  const days: number = (LENGTHS as readonly number[]).includes(chosen) ? chosen : 90;
  if (data.error) return <ErrorBox error={data.error} again={() => void data.refetch()} />;
  if (data.data && !data.data.as_of) return <p className="headline">{w.empty}</p>;
  const own = asked.since && asked.until ? { since: asked.since, until: asked.until } : null;
  // The page stands before anything is known; each part comes into its own place.
  const asOf = data.data?.as_of;
  const period: Period | null = own ?? (asOf ? lastDays(asOf, days) : null);
  const day = asOf && date(Date.parse(asOf) * 1_000, { dateStyle: "long", timeZone: workspace.data?.time_zone });
  return (
    <Stack gap="xl" className="today">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">{w.title}</Title>
          <p className="muted lead">{day ? w.lead(day) : "\u00a0"}</p>
        </div>
        {!own && <SegmentedControl size="xs" aria-label={w.length} value={String(days)} onChange={(value) => set({ days: value }, true)} data={LENGTHS.map((one) => ({ value: String(one), label: w.lastDays(one) }))} />}
      </Group>
      <div className="columns">
        <div>
          <Section title={w.bottlenecks} about={w.bottlenecksSaid}><Bottlenecks /></Section>
          <Section title={w.changes} about={period ? w.changesSaid(calendarDay(period.since), lastOf(period.until)) : "\u00a0"}>{period ? <Changes period={period} /> : <Waiting label={w.looking} />}</Section>
        </div>
        <div>
          <Section title={w.alarms} about={w.alarmsSaid}>{period ? <Alarms period={period} /> : <Waiting label={w.looking} />}</Section>
          <Section title={w.targets} about={w.targetsSaid}><Kpis /></Section>
        </div>
      </div>
      <Section title={w.timeline} about=""><Timeline /></Section>
    </Stack>
  );
}

function Section({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h4">{title}</Title>
      {about && <p className="small muted about">{about}</p>}
      {children}
    </section>
  );
}
