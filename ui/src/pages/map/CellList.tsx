// Everything that one lane holds in one stage, to look through: the cards that do not fit on the map are here, too.
import { Drawer, TextInput } from "@mantine/core";
import { useState } from "react";
import type { MapDocument } from "@/api/types";
import { OneCell } from "@/pages/map/LaneCells";
import { words } from "@/words";

interface Props { map: MapDocument; list: string | null; close: () => void; open: (cell: string) => void }

export function CellList({ map, list, close, open }: Props) {
  const [laneId, stageId] = (list ?? "").split(".");
  const lane = map.lanes.find((one) => one.id === laneId);
  const stage = map.stages.find((one) => one.id === stageId);
  const [typed, setTyped] = useState({ list, text: "" });
  const find = typed.list === list ? typed.text : ""; // what was looked for in another list is not looked for here
  const cells = lane?.cells.filter((one) => one.stage === (stageId ?? "") && !one.blank) ?? [];
  const wanted = find.trim().toLocaleLowerCase();
  const found = cells.filter((one) => [one.title, one.text, one.detail, ...(one.chain ?? [])].join(" ").toLocaleLowerCase().includes(wanted));
  return (
    <Drawer opened={list !== null && lane !== undefined} onClose={close} returnFocus={false} position="right" size="min(32rem, 100vw)" closeButtonProps={{ "aria-label": words.close }}
      title={lane ? `${words.map.all(lane.label, stage?.label ?? words.map.wholeJourney)}: ${words.map.allOf(cells.length)}` : ""}>
      {lane && (
        <div className="map">
          {cells.length > 8 && <TextInput mb="sm" label={words.map.find} value={find} onChange={(event) => setTyped({ list, text: event.currentTarget.value })} />}
          {found.length === 0 && <p className="why">{words.map.nothingFound}</p>}
          <ul className={`cells ${lane.drawing}`}>{found.map((one) => <li key={one.id}><OneCell cell={one} lane={lane} map={map} open={open} /></li>)}</ul>
        </div>
      )}
    </Drawer>
  );
}
