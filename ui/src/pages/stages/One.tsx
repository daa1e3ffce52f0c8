// A stage's own view: its outcomes, how long it takes, its cohorts, its repeat cycles, what is at stake, by any breakdown.
import { Link } from "wouter";
import { isKnown, type Measured, type StagesOut } from "@/api/types";
import { day, interval, money, percent, why } from "@/format";
import { Advance } from "@/pages/stages/Advance";
import { By, ChooseBy } from "@/pages/stages/By";
import { Cohorts } from "@/pages/stages/Cohorts";
import { Funnel, type Open } from "@/pages/stages/Funnel";
import { useStages } from "@/pages/stages/hooks";
import { Contract } from "@/parts/Contract";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.stages;

export function One({ told, id, open }: { told: StagesOut; id: string; open: Open }) {
  const { values } = useUrl();
  const by = values.get("by") ?? undefined;
  const parted = useStages(by, id);
  const href = useHref();
  const stage = told.stages.find((one) => one.stage === id);
  if (!stage) return <><h1>{words.notThere}</h1><p><Link href={href("/")}>{w.all}</Link></p></>;
  const groups = by && parted.data?.by === by ? parted.data.groups : undefined;
  const repeat = stage.repeat;
  return (
    <div className="stages-page">
      <nav aria-label={w.title}>
        <ul className="stage-ways">
          <li><Link href={href("/", { by })}>{w.all}</Link></li>
          {told.stages.map((one) => <li key={one.stage}><Link href={href(`/${one.stage}`, { by })} aria-current={one.stage === id ? "page" : undefined}>{one.label}</Link></li>)}
        </ul>
      </nav>
      <h1>{stage.label} <span className="muted">{stage.about}</span></h1>
      <Funnel stages={[stage]} open={open} link={false} />
      {stage.entered > 0 && <p className="muted small">{stage.too_young > 0 ? w.tooYoung(stage.too_young, stage.rate_final_at === null ? words.none : day(stage.rate_final_at, told.asked.time_zone)) : w.final}</p>}
      <div className="two">
        <section aria-labelledby="advance">
          <div className="section-head"><h2 id="advance">{w.advance}</h2><ChooseBy /></div>
          <Advance numbers={stage} label={stage.label} within={stage.within} groups={groups} />
        </section>
        <section aria-labelledby="worth">
          <h2 id="worth">{w.worth}</h2>
          <Worth told={told} rows={[
            [w.valuePerSuccess, stage.value_per_success, "money"], [w.atStake, stage.value_at_stake, "money"], [w.valueLost, stage.value_lost, "money"],
            [w.cost, stage.cost, "money"], [w.winBackRate, stage.win_back_rate, "share"],
          ]} />
          <p className="small">
            {([["returns", stage.returns], ["comebacks", stage.comebacks], ["win_backs", stage.win_backs]] as const).filter(([, n]) => n > 0).map(([name, n]) => (
              <button key={name} type="button" className="plain spaced" onClick={() => open({ stage: id, count: name, label: w.countOf(w.counts[name], stage.label) })}>{w.counted(n, w.counts[name])}</button>
            ))}
          </p>
          {repeat && (
            <>
              <h3>{w.repeat}</h3>
              <p className="muted small">{w.repeatAbout}</p>
              <p>{isKnown(repeat.rate) ? w.repeatSaid(percent(repeat.rate.value), interval(repeat.rate.low, repeat.rate.high, "share"), repeat.rate.n) : why(repeat.rate)}</p>
              <p className="stage-counts small">
                {(["entered", "succeeded", "left", "lapsed", "in_flight"] as const).map((name) => repeat[name] > 0 && (
                  <button key={name} type="button" className="plain" onClick={() => open({ stage: `repeat:${id}`, count: name, label: w.countOf(w.counts[name], `${stage.label}, ${w.repeat}`) })}>{w.counted(repeat[name], w.counts[name])}</button>
                ))}
              </p>
            </>
          )}
          <p><Link href={href("~/paths", { stage: id })}>{words.map.walkPaths}</Link></p>
        </section>
      </div>
      {by && (
        <section aria-labelledby="by">
          <h2 id="by">{w.sideBySide}</h2>
          {parted.error && <ErrorBox error={parted.error} again={() => void parted.refetch()} />}
          {!groups && !parted.error && <Waiting label={words.asking} />}
          {groups && <By by={by} groups={groups} stages={[stage]} overlap={parted.data?.overlap ?? false} open={open} />}
        </section>
      )}
      <Cohorts stage={stage} open={open} />
      <details><summary>{words.howMade}</summary><Contract contract={stage.contract} asked={told.asked} /></details>
    </div>
  );
}

function Worth({ told, rows }: { told: StagesOut; rows: [string, Measured, "money" | "share"][] }) {
  const show = (value: number | null, unit: "money" | "share") => (value === null ? "…" : unit === "money" ? money(value, told.asked.currency) : percent(value));
  return (
    <table className="values">
      <caption className="sr">{w.worth}</caption>
      <tbody>
        {rows.map(([label, one, unit]) => (
          <tr key={label}><th scope="row">{label}</th><td>{isKnown(one) ? <>{show(one.value, unit)} <small className="muted">{show(one.low, unit)} – {show(one.high, unit)}, {words.n(one.n)}</small></> : <span className="why">{why(one)}</span>}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
