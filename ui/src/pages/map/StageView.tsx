// The micro map of a stage: its steps in their usual order, the ways between them, real paths, real customers.
import { Link } from "wouter";
import { isKnown, type MapDocument, type StageColumn, type StageMap } from "@/api/types";
import { duration, estimate, number, percent } from "@/format";
import { Sentence } from "@/parts/Sentence";
import { useHref } from "@/url/state";
import { words } from "@/words";

interface Props { map: MapDocument; stage: StageColumn; open: (cell: string) => void; openTrail: (id: string) => void }

export function StageView({ map, stage, open, openTrail }: Props) {
  const micro = map.micro.find((one) => one.stage === stage.id);
  const href = useHref();
  return (
    <section aria-labelledby="stage-title">
      <h1 id="stage-title">{stage.label} <span className="muted">{stage.about}</span></h1>
      <p className="headline">{words.map.stageSaid(stage.customers, isKnown(stage.rate) ? percent(stage.rate.value) : words.none, stage.success, duration(stage.within))}</p>
      {!micro || micro.blank ? <p className="why"><Sentence>{micro?.blank || words.none}</Sentence></p> : (
        <>
          <h2>{words.map.steps}</h2>
          <Ladder micro={micro} open={open} />
          {micro.flow_note && <p className="small muted"><Sentence>{micro.flow_note}</Sentence></p>}
          <div className="two">
            <Paths map={map} micro={micro} open={open} />
            <Trails map={map} micro={micro} openTrail={openTrail} />
          </div>
        </>
      )}
      <p><Link href={href("~/paths", { stage: stage.id })}>{words.map.walkPaths}</Link></p>
    </section>
  );
}

const ROW = 58;

/** The steps from the first to the last, and beside them arcs as thick as the visits that went from one to another. */
function Ladder({ micro, open }: { micro: StageMap; open: (cell: string) => void }) {
  const most = Math.max(1, ...micro.flows.map((one) => one.visits));
  const height = micro.steps.length * ROW;
  const flows = micro.flows.filter((one) => one.start >= 0 && one.end >= 0 && one.start !== one.end).sort((a, b) => b.visits - a.visits).slice(0, 40);
  const mid = (i: number) => i * ROW + ROW / 2;
  const widest = Math.max(1, ...micro.steps.map((one) => one.reach));
  return (
    <div className="ladder">
      <svg viewBox={`0 0 160 ${height}`} width="160" height={height} aria-hidden="true">
        {flows.map((one) => {
          const down = one.end > one.start;
          const bend = 150 - Math.min(130, 22 * Math.abs(one.end - one.start));
          const [from, to] = [mid(one.start) + (down ? 6 : -6), mid(one.end) + (down ? -6 : 6)];
          return <path key={`${one.start}-${one.end}`} className={down ? "on" : "back"} d={`M158 ${from}C${bend} ${from} ${bend} ${to} 158 ${to}`} strokeWidth={Math.max(0.75, 12 * Math.sqrt(one.visits / most))}><title>{words.map.flow(micro.steps[one.start]?.label ?? "", micro.steps[one.end]?.label ?? "", one.visits)}</title></path>;
        })}
      </svg>
      <ol>
        {micro.steps.map((one) => (
          <li key={one.touchpoint} style={{ height: `${ROW}px` }}>
            <button type="button" className={`touch ${one.tone ?? "plain"}`} style={{ width: `${40 + 60 * (one.reach / widest)}%` }} onClick={() => open(one.cell)}>
              <span className="title"><strong>{one.label}</strong><span className="muted">{number(one.reach)}</span></span>
              <span className="small muted">{[one.channel, isKnown(one.wait) ? one.wait.value === 0 ? words.map.goesOnAtOnce : words.map.thenWaits(duration(one.wait.value)) : "", isKnown(one.ease) ? words.map.ease(estimate(one.ease, "emotion")) : "", one.last_seen ? words.map.lostHere(one.last_seen) : ""].filter(Boolean).join(" · ")}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Paths({ map, micro, open }: { map: MapDocument; micro: StageMap; open: (cell: string) => void }) {
  const cells = map.lanes.flatMap((lane) => lane.cells).filter((one) => micro.paths.includes(one.id));
  return (
    <section>
      <h2>{words.map.paths}</h2>
      <ol className="plain">
        {cells.map((one) => (
          <li key={one.id}><button type="button" className="claim" onClick={() => open(one.id)}><span><span className="chain">{one.chain?.join(" → ") || one.title}</span><span className="small muted block"><Sentence>{one.detail}</Sentence></span></span></button></li>
        ))}
      </ol>
    </section>
  );
}

function Trails({ map, micro, openTrail }: { map: MapDocument; micro: StageMap; openTrail: (id: string) => void }) {
  const trails = map.trails.filter((one) => micro.trails.includes(one.id));
  return (
    <section>
      <h2>{words.map.trails}</h2>
      <ul className="plain">
        {trails.map((one) => (
          <li key={one.id}><button type="button" className="claim" onClick={() => openTrail(one.id)}><span><strong>{one.customer}</strong> {words.outcome[one.outcome as "lapsed"] ?? one.outcome}<span className="small muted block">{words.map.events(one.lines.length + (one.more ?? 0))}</span></span></button></li>
        ))}
      </ul>
    </section>
  );
}
