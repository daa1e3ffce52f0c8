// How many customers stood in each stage, week by week, with what happened outside of the data drawn over it.
import { Title } from "@mantine/core";
import { useCallback } from "react";
import { useAnswer, useWorkspace } from "@/api/hooks";
import { sentence } from "@/format";
import { Notes } from "@/pages/today/Notes";
import { notesSaid, periodStart, useNotes } from "@/parts/annotations";
import { Chart, type Palette } from "@/parts/Chart";
import { bandsOption } from "@/parts/charts/bands";
import { DataTable } from "@/parts/DataTable";
import { ErrorBox } from "@/parts/ErrorBox";
import { Nobody } from "@/parts/Nobody";
import { namesOf } from "@/parts/names";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

const w = words.today;

export function Timeline() {
  const answer = useAnswer("occupancy", { every: "week", most: 1 });
  const workspace = useWorkspace();
  const notes = useNotes();
  const table = answer.data?.tables["counts"];
  const stages = workspace.data?.stages;
  const option = useCallback((colours: Palette) => {
    const rows = table?.rows ?? [];
    const bands = (table?.columns ?? []).slice(1).map((one, i) => ({ name: stages?.find((stage) => stage.id === one.name)?.label ?? one.name, data: rows.map((row) => Number(row[i + 1] ?? 0)) }));
    return bandsOption(colours, rows.map((row) => periodStart(String(row[0])) ?? 0), bands, notes.data ?? []);
  }, [table, notes.data, stages]);
  if (answer.error) return <ErrorBox error={answer.error} again={() => void answer.refetch()} />;
  if (!answer.data || !table) return <Waiting label={w.looking} />;
  if (table.rows.length === 0) return <Nobody />;
  const locale = { currency: answer.data.asked.currency ?? null, zone: answer.data.asked.time_zone };
  return (
    <>
      <Chart label={`${w.timeline}. ${sentence(answer.data.says[0] ?? "", answer.data.asked.currency)} ${notesSaid(notes.data ?? [])}`} option={option} height="18rem" />
      <details><summary>{words.table}</summary><DataTable table={table} caption={w.timeline} locale={locale} names={namesOf(workspace.data, answer.data.question)} /></details>
      <Title order={3} size="h5" mt="md">{w.notes}</Title>
      <Notes />
    </>
  );
}
