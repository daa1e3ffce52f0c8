// Stages across, lanes down, their heads always in sight while the window scrolls both ways.
import { useMemo, type CSSProperties, type ReactNode } from "react";
import type { Lane, MapDocument } from "@/api/types";
import { Emotion } from "@/pages/map/Emotion";
import { LaneCells } from "@/pages/map/LaneCells";
import { hasLines } from "@/pages/map/lines";
import { useHeads } from "@/pages/map/top";
import { Track } from "@/pages/map/Track";
import { words } from "@/words";

interface Props { map: MapDocument; open: (cell: string) => void; openStage: (stage: string) => void; openList: (list: string) => void; label?: string }

export function Grid({ map, open, openStage, openList, label }: Props) {
  const lanes = useMemo(() => map.lanes.filter((one) => one.id !== "track"), [map]);
  return (
    <Frame map={map} openStage={openStage} label={label ?? words.map.label(map.title)}>
      <Track map={map} open={open} />
      {lanes.map((lane) => (
        <div key={lane.id} className={`map-row lane-${lane.drawing}`} role="row" data-line={lane.line_above || undefined}>
          <LaneHead lane={lane} />
          {lane.drawing === "lines" ? <Emotion lane={lane} map={map} open={open} /> : map.stages.map((stage) => (
            <div key={stage.id} role="cell" className="map-cell">
              <LaneCells lane={lane} stage={stage.id} label={stage.label} map={map} open={open} openList={openList} />
            </div>
          ))}
          {lane.drawing !== "lines" && lane.cells.some((one) => one.stage === "" && !one.blank) && (
            <div role="cell" className="map-cell whole">
              <LaneCells lane={lane} stage="" label={words.map.wholeJourney} map={map} open={open} openList={openList} />
            </div>
          )}
        </div>
      ))}
    </Frame>
  );
}

/** The grid's outside: the stages' heads, which stay; its rows are the children. */
export function Frame({ map, openStage, label, children }: { map: MapDocument; openStage: (stage: string) => void; label: string; children: ReactNode }) {
  useHeads(map.stages.length);
  const style = { "--stages": map.stages.length } as CSSProperties;
  return (
    <div className="map-grid" style={style} role="table" aria-label={label}>
      <div className="map-row heads" role="row">
        <div role="columnheader" className="lane-head"><span className="sr">{words.map.lane}</span></div>
        {map.stages.map((one) => (
          <div key={one.id} role="columnheader" className="stage-head">
            <button type="button" onClick={() => openStage(one.id)}>{one.label}<span className="sr">{words.map.openStage}</span></button>
            {one.about && <p className="muted small">{one.about}</p>}
          </div>
        ))}
      </div>
      {children}
    </div>
  );
}

function LaneHead({ lane }: { lane: Lane }) {
  return (
    <div role="rowheader" className="lane-head" title={lane.about}>
      {lane.line_above && <span className="line-above">{lane.line_above}</span>}
      <span className="lane-name">{lane.label}</span>
      {lane.drawing === "lines" && !lane.nothing && hasLines(lane.cells) && (
        <>
          <span className="axis axis-top small">{words.map.delighted}</span>
          <span className="axis axis-mid small" aria-hidden="true">0</span>
          <span className="axis axis-bottom small">{words.map.angry}</span>
        </>
      )}
    </div>
  );
}
