// The map on a narrow screen: stage under stage, the track running down the side, each stage with its own lanes.
import { useId, useMemo } from "react";
import { isKnown, type Lane, type MapDocument, type StageColumn } from "@/api/types";
import { duration, percent, why } from "@/format";
import { Feelings, Keys } from "@/pages/map/Emotion";
import { LaneCells } from "@/pages/map/LaneCells";
import { hasLines } from "@/pages/map/lines";
import { useHeads } from "@/pages/map/top";
import { trackDown, WIDE, type DownPiece } from "@/pages/map/track";
import { LostButton, RateButton } from "@/pages/map/Track";
import { useWriting } from "@/pages/map/writing";
import { words } from "@/words";

interface Props { map: MapDocument; open: (cell: string) => void; openStage: (stage: string) => void; openList: (list: string) => void }

export function Down({ map, open, openStage, openList }: Props) {
  useHeads(map.stages.length);
  const whole = map.lanes.filter((lane) => lane.drawing !== "lines" && lane.cells.some((one) => one.stage === "" && !one.blank));
  return (
    <div className="map-down">
      <Overview map={map} />
      {map.stages.map((stage, i) => <DownStage key={stage.id} map={map} at={i} open={open} openStage={openStage} openList={openList} />)}
      {whole.length > 0 && (
        <section className="down-stage">
          <h2>{words.map.wholeJourney}</h2>
          {whole.map((lane) => <div key={lane.id}><h3>{lane.label}</h3><LaneCells lane={lane} stage="" label={words.map.wholeJourney} map={map} open={open} openList={openList} /></div>)}
        </section>
      )}
    </div>
  );
}

/** The whole way on one screen: every stage with its piece of the track; a press goes there. */
function Overview({ map }: { map: MapDocument }) {
  const pieces = useMemo(() => trackDown(map.stages), [map.stages]);
  const to = (stage: string) => {
    const head = document.getElementById(headOf(stage));
    head?.scrollIntoView();
    head?.querySelector("button")?.focus({ preventScroll: true });
  };
  return (
    <nav className="down-overview" aria-label={words.nav.stages}>
      <ol>
        {map.stages.map((stage, i) => (
          <li key={stage.id}>
            {pieces[i] && <Piece piece={{ ...pieces[i], strand: "" }} />}
            <button type="button" onClick={() => to(stage.id)}>
              <strong>{stage.label}</strong> <span className="nowrap">{words.map.reachShort(stage.customers)}</span>
              <span className="small muted block">{isKnown(stage.rate) ? `${percent(stage.rate.value)} ${words.map.within(stage.success, duration(stage.within))}` : why(stage.rate)}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

const headOf = (stage: string) => `stage-${stage}`;

/** One stage with its piece of the track and its lanes. side: who is meant, where two stand beside one another. */
export function DownStage({ map, at, side, open, openStage, openList }: Props & { at: number; side?: string }) {
  const pieces = useMemo(() => trackDown(map.stages), [map.stages]);
  const [stage, piece] = [map.stages[at], pieces[at]];
  const id = useId();
  if (!stage) return null;
  return (
    <section className="down-stage" aria-labelledby={id} id={side ? undefined : headOf(stage.id)}>
      {piece && <Piece piece={piece} />}
      <h2 id={id}><button type="button" onClick={() => openStage(stage.id)}>{stage.label}<span className="sr">{words.map.openStage}</span></button>{side && <span className="muted small"> {side}</span>}</h2>
      {stage.about && <p className="muted small">{stage.about}</p>}
      <p><button type="button" className="reach" onClick={() => open(stage.reach_cell)}>{words.map.reachShort(stage.customers)}</button></p>
      <RateButton stage={stage} open={open} />
      <LostButton stage={stage} open={open} />
      <Lanes map={map} stage={stage} folded={!side} open={open} openList={openList} />
    </section>
  );
}

function Piece({ piece }: { piece: DownPiece }) {
  return (
    <svg className="down-track" viewBox={`0 0 ${WIDE} 100`} preserveAspectRatio="none" aria-hidden="true">
      {piece.strand && <path d={piece.strand} fill="var(--track-to)" opacity="0.35" />}
      <path d={piece.band} fill="var(--track-to)" />
      {piece.skipped && <path d={piece.skipped} fill="var(--track-pale)" opacity="0.55" />}
    </svg>
  );
}

const FIRST = ["touchpoints", "emotion", "pain_points", "delights", "promises"];

function Lanes({ map, stage, folded, open, openList }: { map: MapDocument; stage: StageColumn; folded: boolean; open: (cell: string) => void; openList: (list: string) => void }) {
  const writing = useWriting();
  const lanes = map.lanes.filter((lane) => lane.id !== "track" && (lane.drawing !== "lines" || hasLines(lane.cells.filter((one) => one.stage === stage.id))) && (writing.canWrite(lane.id) || lane.cells.some((one) => one.stage === stage.id && !one.blank)));
  const one = (lane: Lane) => (
    <div key={lane.id} className={`down-lane lane-${lane.drawing}`}>
      <h3>{lane.label}</h3>
      {lane.drawing === "lines" ? <><Feelings lane={lane} stages={[stage]} open={open} /><Keys lane={{ ...lane, note: "" }} /></>
        : <LaneCells lane={lane} stage={stage.id} label={stage.label} map={map} open={open} openList={openList} />}
    </div>
  );
  // A phone shows one thing at a time: what matters in a stage first, the rest when it is asked for.
  const later = folded ? lanes.filter((lane) => !FIRST.includes(lane.id)) : [];
  return (
    <>
      {lanes.filter((lane) => !later.includes(lane)).map(one)}
      {later.length > 0 && <details className="more-lanes"><summary>{words.map.moreLanes(later.map((lane) => lane.label))}</summary>{later.map(one)}</details>}
    </>
  );
}
