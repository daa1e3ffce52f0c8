// Stages across, lanes down, their heads always in sight. On a narrow screen the stages stand one under another.
import { useMemo, type CSSProperties } from "react";
import type { MapDocument } from "@/api/types";
import { Emotion } from "@/pages/map/Emotion";
import { LaneCells } from "@/pages/map/LaneCells";
import { Track } from "@/pages/map/Track";
import { words } from "@/words";

interface Props { map: MapDocument; open: (cell: string) => void; openStage: (stage: string) => void }

export function Grid({ map, open, openStage }: Props) {
  const style = { "--stages": map.stages.length } as CSSProperties;
  const lanes = useMemo(() => map.lanes.filter((one) => one.id !== "track"), [map]);
  return (
    <div className="map-grid" style={style} role="table" aria-label={words.map.label(map.title)}>
      <div className="map-row heads" role="row">
        <div role="columnheader" className="lane-head"><span className="sr">{words.map.lane}</span></div>
        {map.stages.map((one) => (
          <div key={one.id} role="columnheader" className="stage-head">
            <button type="button" onClick={() => openStage(one.id)} title={words.map.openStage(one.label)}>{one.label}</button>
            {one.about && <p className="muted small">{one.about}</p>}
          </div>
        ))}
      </div>
      <Track map={map} open={open} />
      {lanes.map((lane) => (
        <div key={lane.id} className={`map-row lane-${lane.drawing}`} role="row" data-line={lane.line_above || undefined}>
          <div role="rowheader" className="lane-head" title={lane.about}>
            {lane.line_above && <span className="line-above">{lane.line_above}</span>}
            {lane.label}
          </div>
          {lane.drawing === "lines" ? <Emotion lane={lane} map={map} open={open} /> : map.stages.map((stage) => (
            <div key={stage.id} role="cell" className="map-cell" data-stage={stage.label}>
              <LaneCells lane={lane} stage={stage.id} map={map} open={open} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
