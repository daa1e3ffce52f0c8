// How many customers are in each stage, over time: bands on top of each other, by day, week or month, with their table. A
// stage's name at the end of its band opens those who are there now.
import { SegmentedControl } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { useAnswer, useWorkspace } from "@/api/hooks";
import type { StageSeenOut } from "@/api/types";
import type { Open } from "@/pages/stages/Funnel";
import { notesSaid, periodStart, useNotes } from "@/parts/annotations";
import { Chart, type Palette } from "@/parts/Chart";
import { bandsOption } from "@/parts/charts/bands";
import { DataTable } from "@/parts/DataTable";
import { ErrorBox } from "@/parts/ErrorBox";
import { namesOf } from "@/parts/names";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.stages;
const STEPS = ["day", "week", "month"] as const;

export function Occupancy({ stages, open }: { stages: StageSeenOut[]; open: Open }) {
  const { values, set } = useUrl();
  const every = STEPS.find((one) => one === values.get("every")) ?? "week";
  const fields = useMemo(() => ({ every, most: 1 }), [every]);
  const found = useAnswer("occupancy", fields);
  const notes = useNotes().data;
  const called = namesOf(useWorkspace().data, { name: "occupancy" });
  const table = found.data?.tables["counts"];
  const option = useCallback((colours: Palette) => {
    const rows = table?.rows ?? [];
    const place = (stage: StageSeenOut) => table?.columns.findIndex((one) => one.name === stage.stage) ?? -1;
    const bands = stages.map((stage) => ({ name: stage.label, data: rows.map((row) => Number(row[place(stage)] ?? 0)), list: stage.stage }));
    return bandsOption(colours, rows.map((row) => periodStart(String(row[0])) ?? 0), bands, notes ?? []);
  }, [table, stages, notes]);
  const click = useCallback((params: { data: unknown }) => {
    const stage = stages.find((one) => one.stage === (params.data as { list?: string } | null)?.list);
    if (stage) open({ stage: stage.stage, count: "in_flight", label: w.countOf(w.counts.in_flight, stage.label) });
  }, [stages, open]);
  const now = w.nowSaid(stages.map((one) => [one.label, one.in_flight]));
  return (
    <section aria-labelledby="occupancy">
      <div className="section-head">
        <h2 id="occupancy">{w.occupancy}</h2>
        <SegmentedControl size="xs" aria-label={w.step} value={every} onChange={(one) => set({ every: one === "week" ? undefined : one }, true)} data={STEPS.map((one) => ({ value: one, label: w.steps[one] }))} />
      </div>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!table && !found.error && <Waiting label={words.asking} shape="chart" />}
      {found.data && table && (
        <>
          <p className="muted">{now}</p>
          <Chart label={`${w.occupancySaid(now)} ${notesSaid(notes ?? [])}`} option={option} onClick={click} height="20rem" />
          <details><summary>{words.table}</summary><DataTable table={table} caption={w.occupancy} locale={{ zone: found.data.asked.time_zone }} names={called} /></details>
        </>
      )}
    </section>
  );
}
