// The stages' rates by a breakdown, side by side: a table whose cells draw the rate with its interval on one scale.
// What is not final yet is marked. Every cell opens its customers.
import { Select } from "@mantine/core";
import { useMemo } from "react";
import { useData } from "@/api/hooks";
import { isKnown, type StageGroupOut, type StageSeenOut } from "@/api/types";
import { interval, percent, why } from "@/format";
import type { Open } from "@/pages/stages/Funnel";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.stages;
export const CHOICES = ["segment", "persona", "channel", "month"] as const;

/** The control that chooses the breakdown; it stands in the URL. */
export function ChooseBy() {
  const { values, set } = useUrl();
  const columns = useData().data?.columns ?? [];
  const data = useMemo(() => [
    { group: w.byGroup, items: CHOICES.map((one) => ({ value: one, label: w.by[one] })) },
    { group: w.byColumn, items: columns.map((one) => ({ value: one, label: one.replace(/^(traits|properties)\./, "") + (one.startsWith("traits.") ? w.trait : "") })) },
  ], [columns]);
  return <Select size="xs" w="16rem" label={w.breakdown} placeholder={w.chooseBy} searchable clearable data={data} value={values.get("by")} onChange={(one) => set({ by: one ?? undefined })} />;
}

interface Props { by: string; groups: StageGroupOut[]; stages: StageSeenOut[]; overlap: boolean; open: Open }

export function By({ by, groups, stages, overlap, open }: Props) {
  const young = groups.some((group) => group.stages.some((one) => one.too_young > 0));
  return (
    <>
      {overlap && <p className="muted small">{w.overlap}</p>}
      <div className="table-wrap" tabIndex={0} role="region" aria-label={w.byCaption(by)}>
        <table className={stages.length === 1 ? "by-table single" : "by-table"}>
          <caption className="sr">{w.byCaption(by)}</caption>
          <thead><tr><th scope="col">{w.group}</th>{stages.map((one) => <th key={one.stage} scope="col">{one.label}</th>)}</tr></thead>
          <tbody>
            <tr className="all"><th scope="row">{words.everyone}</th>{stages.map((one) => <Cell key={one.stage} numbers={one} label={one.label} open={(count) => open({ stage: one.stage, count, label: w.countOf(w.counts[count], one.label) })} />)}</tr>
            {groups.map((group) => (
              <tr key={group.key}>
                <th scope="row">{group.label}</th>
                {stages.map((stage) => {
                  const one = group.stages.find((each) => each.stage === stage.stage);
                  const label = `${group.label}, ${stage.label}`;
                  return one ? <Cell key={stage.stage} numbers={one} label={label} open={(count) => open({ stage: stage.stage, count, label: w.countOf(w.counts[count], label), by, group: group.key })} /> : <td key={stage.stage}>{words.none}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {young && <p className="muted small">{w.incompleteNote}</p>}
    </>
  );
}

type Numbers = Pick<StageSeenOut, "rate" | "entered" | "too_young">;

type Part = "entered" | "rated_succeeded" | "too_young";

function Cell({ numbers, label, open }: { numbers: Numbers; label: string; open: (count: Part) => void }) {
  const { rate, entered, too_young: young } = numbers;
  if (entered === 0) return <td><span className="muted">{words.none}</span></td>;
  const known = isKnown(rate);
  return (
    <td>
      {known && (
        <span className="whisker" aria-hidden="true">
          <span className="reach" style={{ left: `${(rate.low ?? 0) * 100}%`, width: `${((rate.high ?? 1) - (rate.low ?? 0)) * 100}%` }} />
          <span className={young > 0 ? "point open" : "point"} style={{ left: `${rate.value * 100}%` }} />
        </span>
      )}
      {known
        ? <span className="nowrap"><button type="button" className="plain" aria-label={w.rateOf(label, percent(rate.value))} onClick={() => open("rated_succeeded")}><strong>{percent(rate.value)}</strong></button> <small className="muted">{interval(rate.low, rate.high, "share")}</small></span>
        : <span className="why small">{why(rate)}</span>}
      <small className="muted by-counts">
        <button type="button" className="plain" aria-label={`${label}: ${w.enteredShort(entered)}`} onClick={() => open("entered")}>{w.enteredShort(entered)}</button>
        {young > 0 && <button type="button" className="plain" aria-label={`${label}: ${w.incomplete(young)}`} onClick={() => open("too_young")}>{w.incomplete(young)}</button>}
      </small>
    </td>
  );
}
