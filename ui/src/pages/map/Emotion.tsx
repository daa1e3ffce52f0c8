// Three lines that are never mixed: reported scores, words read by a model, ease from behaviour. A gap stays a gap.
// What is surely low or high is named.
import { useMemo, type CSSProperties } from "react";
import { isKnown, type Lane, type MapDocument, type StageColumn } from "@/api/types";
import { inUnit } from "@/format";
import { apart, emotionLines, hasLines, notable, smooth } from "@/pages/map/lines";
import { Sentence } from "@/parts/Sentence";
import { words } from "@/words";

const HEIGHT = 120;
const UNIT = 100;
const y = (value: number) => HEIGHT / 2 - (value / 2) * (HEIGHT / 2 - 8);

/** The lane's whole row of the grid. */
export function Emotion({ lane, map, open }: { lane: Lane; map: MapDocument; open: (cell: string) => void }) {
  if (lane.nothing || !hasLines(lane.cells)) {
    const reasons = new Set([lane.nothing, ...lane.cells.map((one) => one.blank), lane.note].filter(Boolean));
    return <div role="cell" className="map-cell whole why small"><Sentence>{[...reasons].join(" ")}</Sentence></div>;
  }
  return (
    <div role="cell" className="emotion" aria-colspan={map.stages.length}>
      <Feelings lane={lane} stages={map.stages} open={open} />
      <div className="eases">
        {map.stages.map((stage) => {
          const cell = lane.cells.find((one) => one.stage === stage.id && (one.place ?? 0) < 0 && !one.blank);
          const measured = cell?.values?.[0]?.measured;
          return <span key={stage.id}>{cell && typeof measured === "object" && isKnown(measured) && (
            <button type="button" className="small muted" onClick={() => open(cell.id)}>{words.map.stageEase(inUnit(measured.value, "emotion"))}<span className="sr">, {stage.label}</span></button>
          )}</span>;
        })}
      </div>
      <Keys lane={lane} />
    </div>
  );
}

/** The lines over some stages, with a button at each point. */
export function Feelings({ lane, stages, open }: { lane: Lane; stages: StageColumn[]; open: (cell: string) => void }) {
  const lines = useMemo(() => emotionLines(lane.cells.filter((one) => stages.some((stage) => stage.id === one.stage)), stages), [lane.cells, stages]);
  const labels = useMemo(() => notable(lines, stages, 0.45), [lines, stages]);
  const width = stages.length * UNIT;
  const at = (x: number, value: number): CSSProperties => ({ left: `${(x / stages.length) * 100}%`, top: `${(y(value) / HEIGHT) * 100}%` });
  return (
    <div className="feelings">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {stages.slice(1).map((one, i) => <line key={one.id} x1={(i + 1) * UNIT} x2={(i + 1) * UNIT} y1="0" y2={HEIGHT} className="edge" />)}
        <line x1="0" x2={width} y1={y(0)} y2={y(0)} className="zero" />
        {lines.map((line) => line.runs.map(apart).map((run, k) => (
          <g key={`${line.series}${k}`} className={`series ${line.series}`}>
            {run.length > 1 && <path className="band" d={`${smooth(run.map((one) => [one.x * UNIT, y(one.high)]))}L${smooth([...run].reverse().map((one) => [one.x * UNIT, y(one.low)])).slice(1)}Z`} />}
            <path className="line" d={smooth(run.map((one) => [one.x * UNIT, y(one.value)]))} vectorEffect="non-scaling-stroke" />
          </g>
        )))}
      </svg>
      {lines.flatMap((line) => line.runs.flat().map((one) => (
        <button key={one.cell.id} type="button" className={`dot ${line.series}`} onClick={() => open(one.cell.id)} style={at(one.x, one.value)}
          aria-label={words.map.feeling(one.cell.title || one.cell.text || one.cell.stage, words.map.series[line.series as "effort"], inUnit(one.value, "emotion"))} title={`${one.cell.title ?? ""} ${inUnit(one.value, "emotion")}`} />
      )))}
      {labels.map((one) => (
        <span key={one.text} aria-hidden="true" style={at(one.x, one.value)}
          className={`felt small ${one.tone} ${one.low ? "low" : "high"} ${one.x / stages.length < 0.08 ? "first" : one.x / stages.length > 0.92 ? "last" : ""}`}>{one.text}</span>
      ))}
    </div>
  );
}

export function Keys({ lane }: { lane: Lane }) {
  return (
    <div className="keys small muted">
      {(["reported", "inferred", "effort"] as const).map((one) => (
        <span key={one}><svg viewBox="0 0 24 6" aria-hidden="true"><path className={`line series ${one}`} d="M0 3H24" /></svg>{words.map.series[one]}</span>
      ))}
      {lane.note && <em className="why"><Sentence>{lane.note}</Sentence></em>}
    </div>
  );
}
