// Three lines that are never mixed: reported scores, words read by a model, ease from behaviour. A gap stays a gap.
import { useMemo } from "react";
import type { Lane, MapDocument } from "@/api/types";
import { inUnit } from "@/format";
import { emotionLines, smooth } from "@/pages/map/lines";
import { words } from "@/words";

const HEIGHT = 120;
const UNIT = 100;
const y = (value: number) => HEIGHT / 2 - (value / 2) * (HEIGHT / 2 - 8);

export function Emotion({ lane, map, open }: { lane: Lane; map: MapDocument; open: (cell: string) => void }) {
  const lines = useMemo(() => emotionLines(lane.cells, map.stages), [lane.cells, map.stages]);
  const width = map.stages.length * UNIT;
  if (lane.nothing) return <div role="cell" className="map-cell whole why">{lane.nothing}</div>;
  return (
    <div role="cell" className="emotion">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2={width} y1={y(0)} y2={y(0)} className="zero" />
        {lines.map((line) => line.runs.map((run, k) => (
          <g key={`${line.series}${k}`} className={`series ${line.series}`}>
            {line.series === "reported" && run.length > 1 && (
              <path className="band" d={`${smooth(run.map((one) => [one.x * UNIT, y(one.high)]))}L${smooth([...run].reverse().map((one) => [one.x * UNIT, y(one.low)])).slice(1)}Z`} />
            )}
            <path className="line" d={smooth(run.map((one) => [one.x * UNIT, y(one.value)]))} vectorEffect="non-scaling-stroke" />
          </g>
        )))}
      </svg>
      {lines.flatMap((line) => line.runs.flat().map((one) => (
        <button key={one.cell.id} type="button" className={`dot ${line.series}`} onClick={() => open(one.cell.id)}
          style={{ left: `${(one.x / map.stages.length) * 100}%`, top: `${(y(one.value) / HEIGHT) * 100}%` }}
          aria-label={words.map.feeling(one.cell.title || one.cell.text || one.cell.stage, line.series, inUnit(one.value, "emotion"))} title={one.cell.title ?? ""} />
      )))}
      <span className="axis top small muted">{words.map.delighted}</span>
      <span className="axis bottom small muted">{words.map.angry}</span>
      <ul className="keys small muted">
        {["reported", "inferred", "effort"].map((one) => (
          <li key={one}><svg viewBox="0 0 24 6" aria-hidden="true"><path className={`line series ${one}`} d="M0 3H24" /></svg>{words.map.series[one as "reported"]}</li>
        ))}
      </ul>
      {lane.note && <p className="why small emotion-note">{lane.note}</p>}
    </div>
  );
}
