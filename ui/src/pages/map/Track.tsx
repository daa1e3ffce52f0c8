// The track's row: the shape, the customers on it, the rates between the stages, those lost below.
import { useMemo, type CSSProperties } from "react";
import { isKnown, type MapDocument, type StageColumn } from "@/api/types";
import { duration, interval, number, percent, why } from "@/format";
import { HEIGHT, trackShape, type Piece } from "@/pages/map/track";
import { Sentence } from "@/parts/Sentence";
import { words } from "@/words";

const UNIT = 100;

export function Track({ map, open }: { map: MapDocument; open: (cell: string) => void }) {
  const pieces = useMemo(() => trackShape(map.stages, UNIT).pieces, [map.stages]);
  const high = { "--high": `max(${map.stages.map((stage, i) => deep(stage, pieces[i])).join(", ")})` } as CSSProperties;
  return (
    <div className="map-row track" role="row" style={high}>
      <div role="rowheader" className="lane-head">{words.map.track}</div>
      <TrackShape stages={map.stages} />
      {map.stages.map((stage, i) => (
        <div key={stage.id} role="cell" className="track-cell" data-stage={stage.label}>
          <button type="button" {...place(pieces[i])} onClick={() => open(stage.reach_cell)}>
            {number(stage.customers)} <span className="sr">{words.map.reached(stage.label)}</span>
          </button>
          <RateButton stage={stage} open={open} last={i === map.stages.length - 1} />
          <LostButton stage={stage} open={open} below={under(pieces[i])} />
        </div>
      ))}
    </div>
  );
}

/** Whether the number has room within its piece. */
function fits(piece: Piece | undefined): boolean {
  return piece !== undefined && piece.bottom - piece.top > 26;
}

/** Below its piece, and below the number where that stands there. */
function under(piece: Piece | undefined): string {
  return `calc(var(--rates) + var(--shape) * ${((piece?.bottom ?? 0) / HEIGHT).toFixed(4)} + ${fits(piece) ? "0.25rem" : "1.875rem"})`;
}

/** How far down a stage reaches: those lost, told in as many lines as there are kinds, or the last of their strands. */
function deep(stage: StageColumn, piece: Piece | undefined): string {
  const lines = [stage.lapsed, stage.left, stage.in_flight].filter((one) => one > 0).length;
  return `${under(piece)} + ${(lines * 1.25 + 0.375).toFixed(3)}rem, var(--rates) + var(--shape) * ${((piece?.deepest ?? 0) / HEIGHT).toFixed(4)}`;
}

/** The number stands inside its piece of the track, or below one that is too thin for it. */
export function place(piece: Piece | undefined): { className: string; style: CSSProperties } {
  const [top, bottom] = [piece?.top ?? 0, piece?.bottom ?? 0];
  const inside = fits(piece);
  const at = ((inside ? (top + bottom) / 2 : bottom + 3) / HEIGHT).toFixed(4);
  return { className: inside ? "reach inside" : "reach", style: { top: `calc(var(--rates) + var(--shape) * ${at})` } };
}

/** The shape alone, over the whole width of its row. */
export function TrackShape({ stages }: { stages: StageColumn[] }) {
  const shape = useMemo(() => trackShape(stages, UNIT), [stages]);
  return (
    <svg className="track-shape" viewBox={`0 0 ${shape.width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <defs>
        <linearGradient id="track-fill" x1="0" x2="1" y1="0" y2="0"><stop offset="0" stopColor="var(--track-from)" /><stop offset="1" stopColor="var(--track-to)" /></linearGradient>
        <linearGradient id="track-worn" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stopColor="var(--track-to)" stopOpacity="0.55" /><stop offset="1" stopColor="var(--track-to)" stopOpacity="0.04" /></linearGradient>
        <pattern id="still-here" width="1.6" height="3.2" patternUnits="userSpaceOnUse"><ellipse cx="0.8" cy="1.6" rx="0.28" ry="0.55" fill="var(--paper)" opacity="0.8" /></pattern>
      </defs>
      {shape.pieces.map((piece, i) => piece.strands.map((one, k) => <path key={`${i}-${k}`} d={one} fill="url(#track-worn)" />))}
      <path d={shape.band} fill="url(#track-fill)" />
      {shape.skipped && <path d={shape.skipped} fill="var(--track-pale)" opacity="0.55" />}
      {shape.pieces.map((piece, i) => piece.inFlight && <rect key={i} {...piece.inFlight} fill="url(#still-here)" />)}
    </svg>
  );
}

/** The rate of a stage, above the boundary to the next. */
export function RateButton({ stage, open, last = false }: { stage: StageColumn; open: (cell: string) => void; last?: boolean }) {
  return (
    <button type="button" className={last ? "rate last" : "rate"} onClick={() => open(stage.rate_cell)}>
      <span className="sr">{stage.label}: </span>
      {isKnown(stage.rate) ? (
        <>
          <span className="nowrap"><strong>{percent(stage.rate.value)}</strong> <span className="muted small">{interval(stage.rate.low, stage.rate.high, "share")}</span></span>
          <span className="muted small block">{words.map.within(stage.success, duration(stage.within))}</span>
          {stage.time && <span className="muted small block"><Sentence>{stage.time}</Sentence></span>}
        </>
      ) : <span className="why small">{why(stage.rate)}</span>}
    </button>
  );
}

export function LostButton({ stage, open, below }: { stage: StageColumn; open: (cell: string) => void; below?: string }) {
  if (stage.lapsed + stage.left + stage.in_flight === 0) return null;
  return (
    <button type="button" className="lost" style={below ? { top: below } : undefined} onClick={() => open(stage.lost_cell)}>
      <span className="sr">{stage.label}: </span>
      {stage.lapsed > 0 && <span>{words.map.lapsed(stage.lapsed)}</span>}
      {stage.left > 0 && <span>{words.map.left(stage.left)}</span>}
      {stage.in_flight > 0 && <span className="muted">{words.map.stillHere(stage.in_flight)}</span>}
    </button>
  );
}
