// How many customers are in each stage, over time: a stacked area, by day, week or month, with its table.
import { SegmentedControl } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { useAnswer } from "@/api/hooks";
import type { StageSeenOut } from "@/api/types";
import { Chart, type Palette } from "@/parts/Chart";
import { DataTable } from "@/parts/DataTable";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.stages;
const STEPS = ["day", "week", "month"] as const;

export function Occupancy({ stages }: { stages: StageSeenOut[] }) {
  const { values, set } = useUrl();
  const every = STEPS.find((one) => one === values.get("every")) ?? "week";
  const fields = useMemo(() => ({ every, most: 1 }), [every]);
  const found = useAnswer("occupancy", fields);
  const table = found.data?.tables["counts"];
  const option = useCallback((colours: Palette) => {
    const at = (table?.rows ?? []).map((row) => String(row[0]));
    return {
      xAxis: { type: "category" as const, data: at, boundaryGap: false, axisLabel: { color: colours.muted, formatter: (text: string) => new Date(text).toLocaleDateString(undefined, { month: "short", year: "2-digit", ...(every === "month" ? {} : { day: "numeric" }) }) }, axisLine: { lineStyle: { color: colours.line } } },
      yAxis: { type: "value" as const, axisLabel: { color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
      legend: { textStyle: { color: colours.ink }, icon: "roundRect", top: 0 },
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis" as const, backgroundColor: colours.card, borderColor: colours.line, textStyle: { color: colours.ink }, confine: true },
      series: stages.map((stage, i) => {
        const place = table?.columns.findIndex((one) => one.name === stage.stage) ?? -1;
        return { name: stage.label, type: "line" as const, stack: "all", symbol: "none", lineStyle: { width: 1 }, areaStyle: { opacity: 0.65 }, itemStyle: { color: colours.series[i % colours.series.length] ?? colours.ink }, data: (table?.rows ?? []).map((row) => Number(row[place] ?? 0)) };
      }),
    };
  }, [table, stages, every]);
  return (
    <section aria-labelledby="occupancy">
      <div className="section-head">
        <h2 id="occupancy">{w.occupancy}</h2>
        <SegmentedControl size="xs" aria-label={w.step} value={every} onChange={(one) => set({ every: one === "week" ? undefined : one }, true)} data={STEPS.map((one) => ({ value: one, label: w.steps[one] }))} />
      </div>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!table && !found.error && <Waiting label={words.asking} />}
      {found.data && table && (
        <>
          <p className="muted">{found.data.says[1]}</p>
          <Chart label={w.occupancySaid(found.data.says[1] ?? "")} option={option} height="18rem" />
          <details><summary>{words.table}</summary><DataTable table={table} caption={w.occupancy} locale={{ zone: found.data.asked.time_zone }} /></details>
        </>
      )}
    </section>
  );
}
