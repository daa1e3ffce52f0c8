// The stages one below the other in all their outcomes, drawn to one scale: who went on, left, fell silent; who is still
// here stands apart. Every part and every number opens its customers.
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "wouter";
import { isKnown, type StageSeenOut } from "@/api/types";
import { duration, interval, number, percent, why } from "@/format";
import type { Counted } from "@/pages/stages/hooks";
import { parts, share } from "@/pages/stages/outcomes";
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.stages;
export type Open = (of: Counted) => void;

export function Funnel({ stages, open, link = true }: { stages: StageSeenOut[]; open: Open; link?: boolean }) {
  const most = Math.max(1, ...stages.map((one) => one.entered));
  return (
    <>
      <ul className="stage-keys muted small" aria-hidden="true">
        {(["advanced", "left", "lapsed", "in_flight"] as const).map((one) => <li key={one}><span className={`swatch ${one}`} />{w.counts[one]}</li>)}
        <li><span className="swatch succeeded" />{w.counts.succeeded}</li>
      </ul>
      <ol className="stage-funnel">
        {stages.map((one) => <Row key={one.stage} stage={one} most={most} open={open} link={link} />)}
      </ol>
    </>
  );
}

function Row({ stage, most, open, link }: { stage: StageSeenOut; most: number; open: Open; link: boolean }) {
  const href = useHref();
  const show = (count: keyof typeof w.counts) => open({ stage: stage.stage, count, label: w.countOf(w.counts[count], stage.label) });
  return (
    <li className="stage-row">
      <div className="stage-name">
        {link ? <h2><Link href={href(`/${stage.stage}`)}>{stage.label}<IconChevronRight size="1rem" aria-hidden="true" /></Link></h2> : null}
        <button type="button" className="plain" onClick={() => show("customers")}><strong>{number(stage.customers)}</strong> {w.reached}</button>
        {stage.skipped > 0 && <button type="button" className="plain muted small" onClick={() => show("skipped")}>{w.skipped(stage.skipped)}</button>}
      </div>
      <div className="stage-bars">
        <div className="stage-bar">
          {parts(stage, most).map((part) => (
            <button key={part.outcome} type="button" className={`part ${part.outcome}`} style={{ left: `${part.from * 100}%`, width: `${part.width * 100}%` }}
              onClick={() => show(part.outcome)} aria-label={w.partOf(w.counts[part.outcome], part.count, stage.label)} title={w.partOf(w.counts[part.outcome], part.count, stage.label)} />
          ))}
        </div>
        <div className="stage-bar thin"><span className="part succeeded" style={{ left: 0, width: share(stage.succeeded, most) }} /></div>
        <p className="stage-counts small">
          <button type="button" className="plain" onClick={() => show("entered")}>{w.counted(stage.entered, w.counts.entered)}</button>
          {(["succeeded", "advanced", "left", "lapsed", "in_flight"] as const).map((one) => stage[one] > 0 && (
            <button key={one} type="button" className="plain" onClick={() => show(one)}>{w.counted(stage[one], w.counts[one])}</button>
          ))}
        </p>
      </div>
      <div className="stage-rate"><Rate stage={stage} show={show} /></div>
    </li>
  );
}

function Rate({ stage, show }: { stage: StageSeenOut; show: (count: keyof typeof w.counts) => void }) {
  const half = stage.time_quartiles[1];
  const success = stage.has_goal ? w.reachedGoal : w.wentOn;
  return (
    <>
      {isKnown(stage.rate)
        ? <p>
          <button type="button" className="plain" onClick={() => show("rated_succeeded")}><strong className="big">{percent(stage.rate.value)}</strong></button>{" "}
          <span className="muted small nowrap">{interval(stage.rate.low, stage.rate.high, "share")}, <button type="button" className="plain" onClick={() => show("rated")}>{words.n(stage.rate.n)}</button></span>
        </p>
        : <p className="why">{why(stage.rate)}</p>}
      <p className="muted small">{w.within(success, duration(stage.within))}</p>
      {half && isKnown(half) && <p className="muted small">{half.value > 0 ? w.half(duration(half.value)) : w.halfAtOnce}</p>}
    </>
  );
}
