// How many customers stood in each stage, week by week, with what happened outside of the data drawn over it.
import { Title } from "@mantine/core";
import { useCallback } from "react";
import { useAnswer, useWorkspace } from "@/api/hooks";
import { day, inUnit } from "@/format";
import { Notes } from "@/pages/today/Notes";
import { noteMarks, notesSaid, periodStart, useNotes } from "@/parts/annotations";
import { Chart, type Palette } from "@/parts/Chart";
import { tip, tooltip } from "@/parts/charts/drawing";
import { DataTable } from "@/parts/DataTable";
import { ErrorBox } from "@/parts/ErrorBox";
import { namesOf } from "@/parts/names";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

const w = words.today;

/** The day on which a week begins, and each stage's number. */
const said = ((all: { seriesName: string; value: [number, number] }[]) => tip(day((all[0]?.value[0] ?? 0) * 1_000, "UTC"), ...all.map((one) => `${one.seriesName}: ${inUnit(one.value[1], "count")}`))) as never;

export function Timeline() {
  const answer = useAnswer("occupancy", { every: "week", most: 1 });
  const workspace = useWorkspace();
  const notes = useNotes();
  const table = answer.data?.tables["counts"];
  const option = useCallback((colours: Palette) => {
    const at = (table?.rows ?? []).map((row) => periodStart(String(row[0])) ?? 0);
    const names = (table?.columns ?? []).slice(1);
    const marks = noteMarks(notes.data ?? [], colours, at[0], at.at(-1));
    return {
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { type: "scroll" as const, icon: "roundRect", itemHeight: 4, top: 0, textStyle: { color: colours.ink }, data: names.map((one) => labelOf(one.name)) },
      tooltip: { ...tooltip(colours, said), trigger: "axis" as const },
      xAxis: { type: "time" as const, axisLabel: { color: colours.muted }, axisLine: { lineStyle: { color: colours.line } } },
      yAxis: { type: "value" as const, axisLabel: { color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
      series: [...names.map((one, i) => ({ type: "line" as const, name: labelOf(one.name), showSymbol: false, data: (table?.rows ?? []).map((row, k) => [at[k] ?? 0, row[i + 1] as number]) })), marks],
    };
  }, [table, notes.data, workspace.data]);
  function labelOf(id: string): string {
    return workspace.data?.stages.find((one) => one.id === id)?.label ?? id;
  }
  if (answer.error) return <ErrorBox error={answer.error} again={() => void answer.refetch()} />;
  if (!answer.data || !table) return <Waiting label={w.looking} />;
  const locale = { currency: answer.data.asked.currency ?? null, zone: answer.data.asked.time_zone };
  return (
    <>
      <Chart label={`${w.timeline}. ${answer.data.says[0] ?? ""} ${notesSaid(notes.data ?? [])}`} option={option} height="18rem" />
      <details><summary>{words.table}</summary><DataTable table={table} caption={w.timeline} locale={locale} names={namesOf(workspace.data, answer.data.question)} /></details>
      <Title order={3} size="h5" mt="md">{w.notes}</Title>
      <Notes />
    </>
  );
}
