// Which charts suit the answer to which question. A question without one has its tables.
import "@/parts/charts/charts.css";
import { useMemo, type ReactNode } from "react";
import { useWorkspace } from "@/api/hooks";
import type { AnswerOut } from "@/api/types";
import type { Locale } from "@/format";
import { notesSaid, useNotes } from "@/parts/annotations";
import { Chart } from "@/parts/Chart";
import { attribution, change, comparison, friction, groups, promises } from "@/parts/charts/differences";
import type { Draw, Drawing, Seen } from "@/parts/charts/drawing";
import { churn, occupancy, retention } from "@/parts/charts/time";
import { funnel, paths, transitions } from "@/parts/charts/ways";
import { forecast, lifetimeValue, overdue, rfm } from "@/parts/charts/worth";
import { words } from "@/words";

const CHARTS: Record<string, Draw> = {
  funnel, paths, transitions, friction, attribution, promises, retention, churn, occupancy, comparison, change, groups, "lifetime-value": lifetimeValue, rfm, forecast, overdue,
};

/** The charts of an answer; nothing where there are none. open: called with the name of the list behind a mark. */
function chartsOf(answer: AnswerOut, seen: Seen): Drawing[] {
  return CHARTS[String(answer.question["name"])]?.(answer, seen) ?? [];
}

export function AnswerCharts({ answer, locale, open }: { answer: AnswerOut; locale: Locale; open: (list: string) => void }): ReactNode {
  const workspace = useWorkspace();
  const found = workspace.data;
  const notes = useNotes().data;
  const drawings = useMemo(() => {
    // Where steps are channels or events, their names are no touchpoint's, even where they are called alike.
    const name = String(answer.question["name"]);
    const by = String(answer.question["by"] ?? (name === "attribution" ? "channel" : "touchpoint"));
    const foreign = ["attribution", "paths", "transitions"].includes(name) && by !== "touchpoint" && by !== "stage";
    const labels = new Map(foreign ? [] : [...(found?.stages ?? []), ...(found?.touchpoints ?? []), ...(found?.promises ?? [])].map((one): [string, string] => [one.id, one.label]));
    return chartsOf(answer, { locale, name: (id) => labels.get(id) ?? id, notes: notes ?? [] });
    // The locale is told by the answer itself.
  }, [answer, found, notes]);
  const click = useMemo(() => (params: { data: unknown }) => {
    const list = (params.data as { list?: string } | null)?.list;
    if (list) open(list);
  }, [open]);
  const lack = words.ask.lacks[String(answer.question["name"])];
  if (!drawings.length) return lack ? <p className="lack">{lack}</p> : null;
  return (
    <div className="charts">
      {drawings.map((one) => (
        <div key={one.key} className={one.small ? "charts-small" : "charts-wide"}>
          <div className="charts-scroll" tabIndex={one.least ? 0 : undefined} role={one.least ? "group" : undefined} aria-label={one.least ? one.label : undefined}><div style={one.least ? { minWidth: `${one.least}rem` } : undefined}>
          <Chart label={one.dated && notes?.length ? `${one.label} ${notesSaid(notes)}` : one.label} height={`${one.height}rem`} option={one.option} onClick={click} {...(one.caption ? { caption: one.caption } : {})} />
          </div></div>
        </div>
      ))}
      {answer.lists.length > 0 && <p className="muted small charts-wide">{words.ask.clickable}</p>}
    </div>
  );
}
