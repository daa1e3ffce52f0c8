// The stages: the funnel in all its outcomes, by any breakdown, who is where over time; each stage has a view of its own.
import "@/pages/stages/stages.css";
import { useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { isKnown, type StagesOut } from "@/api/types";
import { duration, interval, percent } from "@/format";
import { Behind } from "@/pages/stages/Behind";
import { By, ChooseBy } from "@/pages/stages/By";
import { Funnel, type Open } from "@/pages/stages/Funnel";
import { useStages, type Counted } from "@/pages/stages/hooks";
import { Occupancy } from "@/pages/stages/Occupancy";
import { One } from "@/pages/stages/One";
import { Contract } from "@/parts/Contract";
import { ErrorBox } from "@/parts/ErrorBox";
import { Nobody } from "@/parts/Nobody";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.stages;

export default function Stages() {
  const found = useStages();
  const [place] = useLocation();
  const [behind, setBehind] = useState<Counted | null>(null);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <div className="stages-page">{place === "/" && <h1>{w.title}</h1>}<Waiting label={words.asking} shape="rows" /></div>;
  const told = found.data;
  return (
    <>
      <Switch>
        <Route path="/:stage">{({ stage }) => <One key={stage} told={told} id={stage} open={setBehind} />}</Route>
        <Route><All told={told} open={setBehind} /></Route>
      </Switch>
      <Behind of={behind} close={() => setBehind(null)} />
    </>
  );
}

function All({ told, open }: { told: StagesOut; open: Open }) {
  const { values } = useUrl();
  const by = values.get("by") ?? undefined;
  const parted = useStages(by);
  const groups = by && parted.data?.by === by ? parted.data.groups : undefined;
  if (told.stages.every((one) => one.entered === 0)) return <><h1>{w.title}</h1><Nobody /></>;
  return (
    <div className="stages-page">
      <h1>{w.title}</h1>
      <Whole told={told} open={open} />
      <section aria-label={w.funnel}><Funnel stages={told.stages} open={open} /></section>
      <section aria-labelledby="by">
        <div className="section-head"><h2 id="by">{w.sideBySide}</h2><ChooseBy /></div>
        {!by && <p className="muted">{w.sideBySideAbout}</p>}
        {by && parted.error && <ErrorBox error={parted.error} again={() => void parted.refetch()} />}
        {by && !groups && !parted.error && <Waiting label={words.asking} />}
        {by && groups && <By by={by} groups={groups} stages={told.stages} overlap={parted.data?.overlap ?? false} open={open} />}
      </section>
      <Occupancy stages={told.stages} open={open} />
      <details><summary>{words.howMade}</summary><Contract contract={told.whole.contract} asked={told.asked} /></details>
    </div>
  );
}

function Whole({ told, open }: { told: StagesOut; open: Open }) {
  const whole = told.whole;
  const rate = whole.rate;
  return (
    <>
      <p className="headline">
        {isKnown(rate)
          ? <><button type="button" className="plain" onClick={() => open({ stage: "journey", count: "rated_succeeded", label: w.countOf(w.wholeCounts.succeeded, w.wholeWay) })}>{percent(rate.value)}</button> {w.wholeSaid(interval(rate.low, rate.high, "share"), duration(whole.horizon), rate.n)}</>
          : w.wholeNotKnown(whole.entered)}
      </p>
      <p className="stage-counts">
        {(["entered", "succeeded", "left", "lapsed", "in_flight"] as const).map((name) => whole[name] > 0 && (
          <button key={name} type="button" className="plain" onClick={() => open({ stage: "journey", count: name, label: w.countOf(w.wholeCounts[name], w.wholeWay) })}>{w.counted(whole[name], w.wholeCounts[name])}</button>
        ))}
      </p>
    </>
  );
}
