// The rate by the month of entry, with its interval. Months whose customers have not all had the time yet are hollow.
import { useCallback } from "react";
import type { Note } from "@/generated/client/types.gen";
import { isKnown, type StageGroupOut, type StageSeenOut } from "@/api/types";
import { date, interval, percent, why } from "@/format";
import { By } from "@/pages/stages/By";
import type { Open } from "@/pages/stages/Funnel";
import { useStages } from "@/pages/stages/hooks";
import { noteBands, notesSaid, periodStart, useNotes } from "@/parts/annotations";
import { Chart, type Palette } from "@/parts/Chart";
import { as, axis, GRID, percentAxis, size, tip, tooltip } from "@/parts/charts/drawing";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

const w = words.stages;

export function Cohorts({ stage, open }: { stage: StageSeenOut; open: Open }) {
  const found = useStages("month", stage.stage);
  const groups = found.data?.by === "month" ? found.data.groups : undefined;
  const notes = useNotes().data;
  const option = useCallback((colours: Palette) => drawn(groups ?? [], notes ?? [], colours), [groups, notes]);
  const click = useCallback((params: { dataIndex: number }) => {
    const group = groups?.[params.dataIndex];
    if (group) open({ stage: stage.stage, count: "entered", label: w.countOf(w.counts.entered, `${group.label}, ${stage.label}`), by: "month", group: group.key });
  }, [groups, open, stage]);
  return (
    <section aria-labelledby="cohorts">
      <h2 id="cohorts">{w.cohorts}</h2>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!groups && !found.error && <Waiting label={words.asking} shape="chart" />}
      {groups && (
        <>
          <p className="muted">{w.cohortsSaid}</p>
          <Chart label={`${w.cohorts}. ${w.cohortsSaid} ${notesSaid(notes ?? [])}`} option={option} onClick={click} height="15rem" />
          <details><summary>{words.table}</summary><By by="month" groups={groups} stages={[stage]} overlap={false} open={open} /></details>
        </>
      )}
    </section>
  );
}

function drawn(groups: StageGroupOut[], notes: readonly Note[], colours: Palette) {
  const rates = groups.map((group) => group.stages[0]);
  const value = (i: number) => { const rate = rates[i]?.rate; return rate && isKnown(rate) ? rate : null; };
  const said = (i: number) => { const rate = rates[i]?.rate; return !rate ? words.none : isKnown(rate) ? `${percent(rate.value)} (${interval(rate.low, rate.high, "share")}), ${words.n(rate.n)}` : why(rate); };
  const plain = { type: "line" as const, symbol: "none", connectNulls: false, silent: true, lineStyle: { opacity: 0 } };
  return as({
    xAxis: axis(colours, { type: "category", data: groups.map((one) => one.key), splitLine: { show: false }, axisLabel: { formatter: month } }),
    yAxis: percentAxis(colours, { scale: true, max: (one: { max: number }) => (one.max > 0.97 ? 1 : null) }),
    grid: { ...GRID, top: size(1.25) },
    tooltip: { ...tooltip(colours, ((all: { dataIndex: number }[]) => { const i = all[0]?.dataIndex ?? 0; const young = rates[i]?.too_young ?? 0; return tip(month(groups[i]?.key ?? ""), said(i), w.enteredShort(rates[i]?.entered ?? 0), young > 0 && w.incomplete(young)); }) as never), trigger: "axis" },
    series: [
      { ...plain, name: w.low, stack: "band", data: groups.map((_, i) => (value(i) ? value(i)?.low ?? 0 : null)) },
      { ...plain, name: w.width, stack: "band", areaStyle: { color: colours.track, opacity: 0.18 }, data: groups.map((_, i) => { const one = value(i); return one ? (one.high ?? 1) - (one.low ?? 0) : null; }) },
      { type: "line" as const, name: w.rate, symbol: "circle", symbolSize: 8, lineStyle: { color: colours.track, width: 2 }, data: groups.map((_, i) => ({ value: value(i)?.value ?? null, itemStyle: { color: rates[i]?.too_young ? colours.card : colours.track, borderColor: colours.track, borderWidth: 2 } })) },
      noteBands(notes, colours, groups.map((one) => one.key)),
    ],
  });
}

function month(key: string): string {
  const at = periodStart(key);
  return at === null ? key : date(at * 1_000, { month: "short", year: "2-digit", timeZone: "UTC" });
}
