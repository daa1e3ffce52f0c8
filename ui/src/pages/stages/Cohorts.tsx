// The rate by the month of entry, with its interval. Months whose customers have not all had the time yet are hollow.
import { useCallback } from "react";
import { isKnown, type StageGroupOut, type StageSeenOut } from "@/api/types";
import { By } from "@/pages/stages/By";
import type { Open } from "@/pages/stages/Funnel";
import { useStages } from "@/pages/stages/hooks";
import { Chart, type Palette } from "@/parts/Chart";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

const w = words.stages;

export function Cohorts({ stage, open }: { stage: StageSeenOut; open: Open }) {
  const found = useStages("month", stage.stage);
  const groups = found.data?.by === "month" ? found.data.groups : undefined;
  const option = useCallback((colours: Palette) => drawn(groups ?? [], colours), [groups]);
  return (
    <section aria-labelledby="cohorts">
      <h2 id="cohorts">{w.cohorts}</h2>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!groups && !found.error && <Waiting label={words.asking} />}
      {groups && (
        <>
          <p className="muted">{w.cohortsSaid}</p>
          <Chart label={`${w.cohorts}. ${w.cohortsSaid}`} option={option} height="15rem" />
          <details><summary>{words.table}</summary><By by="month" groups={groups} stages={[stage]} overlap={false} open={open} /></details>
        </>
      )}
    </section>
  );
}

function drawn(groups: StageGroupOut[], colours: Palette) {
  const rates = groups.map((group) => group.stages[0]);
  const value = (i: number) => { const rate = rates[i]?.rate; return rate && isKnown(rate) ? rate : null; };
  const axis = { axisLabel: { color: colours.muted }, axisLine: { lineStyle: { color: colours.line } }, splitLine: { lineStyle: { color: colours.line } } };
  const plain = { type: "line" as const, symbol: "none", connectNulls: false, silent: true, lineStyle: { opacity: 0 } };
  return {
    xAxis: { type: "category" as const, data: groups.map((one) => one.label), ...axis, splitLine: { show: false } },
    yAxis: { type: "value" as const, scale: true, ...axis, axisLabel: { color: colours.muted, formatter: (one: number) => `${Math.round(one * 100)} %` } },
    tooltip: { trigger: "axis" as const, backgroundColor: colours.card, borderColor: colours.line, textStyle: { color: colours.ink }, confine: true, valueFormatter: (one: unknown) => (typeof one === "number" ? `${(one * 100).toFixed(1)} %` : words.none) },
    series: [
      { ...plain, name: w.low, stack: "band", data: groups.map((_, i) => value(i)?.low ?? null) },
      { ...plain, name: w.width, stack: "band", areaStyle: { color: colours.track, opacity: 0.18 }, data: groups.map((_, i) => { const one = value(i); return one ? one.high - one.low : null; }) },
      { type: "line" as const, name: w.rate, symbol: "circle", symbolSize: 8, lineStyle: { color: colours.track, width: 2 }, data: groups.map((_, i) => ({ value: value(i)?.value ?? null, itemStyle: { color: rates[i]?.too_young ? colours.card : colours.track, borderColor: colours.track, borderWidth: 2 } })) },
    ],
  };
}
