// The track's row: the shape, the customers on it, the rates between the stages, those lost below.
import { useMemo } from "react";
import { isKnown, type MapDocument, type StageColumn } from "@/api/types";
import { duration, interval, percent, why } from "@/format";
import { HEIGHT, trackShape } from "@/pages/map/track";
import { words } from "@/words";

const UNIT = 100;

export function Track({ map, open }: { map: MapDocument; open: (cell: string) => void }) {
  const shape = useMemo(() => trackShape(map.stages, UNIT), [map.stages]);
  return (
    <div className="map-row track" role="row">
      <div role="rowheader" className="lane-head">{words.map.track}</div>
      <svg className="track-shape" viewBox={`0 0 ${shape.width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <defs>
          <linearGradient id="track-fill" x1="0" x2="1" y1="0" y2="0"><stop offset="0" stopColor="var(--track-from)" /><stop offset="1" stopColor="var(--track-to)" /></linearGradient>
          <linearGradient id="track-worn" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stopColor="var(--track-to)" stopOpacity="0.5" /><stop offset="1" stopColor="var(--track-to)" stopOpacity="0.04" /></linearGradient>
          <pattern id="still-here" width="2.2" height="4" patternUnits="userSpaceOnUse"><circle cx="1.1" cy="2" r="0.55" fill="var(--paper)" opacity="0.75" /></pattern>
        </defs>
        {shape.pieces.map((piece, i) => piece.strands.map((one, k) => <path key={`${i}-${k}`} d={one} fill="url(#track-worn)" />))}
        <path d={shape.band} fill="url(#track-fill)" />
        {shape.skipped && <path d={shape.skipped} fill="var(--track-pale)" opacity="0.55" />}
        {shape.pieces.map((piece, i) => piece.inFlight && <rect key={i} {...piece.inFlight} fill="url(#still-here)" />)}
      </svg>
      {map.stages.map((stage, i) => (
        <div key={stage.id} role="cell" className="track-cell" data-stage={stage.label}>
          <button type="button" className="rate" onClick={() => open(stage.rate_cell)} aria-label={words.map.rateOf(stage.label, rateSaid(stage))}>
            <Rate stage={stage} last={i === map.stages.length - 1} />
          </button>
          <button type="button" className="reach" onClick={() => open(stage.reach_cell)} aria-label={words.map.reachOf(stage.customers, stage.label)}>
            {stage.customers.toLocaleString()}
          </button>
          <button type="button" className="lost" onClick={() => open(stage.lost_cell)}>
            {stage.lapsed > 0 && <span>{words.map.lapsed(stage.lapsed)}</span>}
            {stage.left > 0 && <span>{words.map.left(stage.left)}</span>}
            {stage.in_flight > 0 && <span className="muted">{words.map.stillHere(stage.in_flight)}</span>}
          </button>
        </div>
      ))}
    </div>
  );
}

function Rate({ stage }: { stage: StageColumn; last: boolean }) {
  if (!isKnown(stage.rate)) return <span className="why small">{why(stage.rate)}</span>;
  return (
    <>
      <strong>{percent(stage.rate.value)}</strong> <span className="muted small">{interval(stage.rate.low, stage.rate.high, "share")}</span>
      <span className="muted small block">{words.map.within(stage.success, duration(stage.within))}</span>
      {stage.time && <span className="muted small block">{stage.time}</span>}
    </>
  );
}

function rateSaid(stage: StageColumn): string {
  return isKnown(stage.rate) ? words.map.rateSaid(percent(stage.rate.value), stage.success, duration(stage.within)) : why(stage.rate);
}
