// What is open beside the map, as the URL says: a list of cells, or one cell's evidence (of which closing leads back to
// the list).
import type { MapDocument } from "@/api/types";
import { CellList } from "@/pages/map/CellList";
import { Evidence } from "@/pages/map/Evidence";
import { useUrl } from "@/url/state";

export function Details({ map }: { map: MapDocument }) {
  const { values, set } = useUrl();
  const cell = map.lanes.flatMap((lane) => lane.cells).find((one) => one.id === values.get("cell"));
  const list = values.get("list");
  const of = list ? {} : { of: undefined };
  return (
    <>
      <CellList map={map} list={cell ? null : list} close={() => set({ list: undefined, of: undefined })} open={(id) => set({ cell: id })} />
      <Evidence map={map} cell={cell ?? null} close={() => set({ cell: undefined, ...of })} openTrail={(id) => set({ cell: undefined, list: undefined, of: undefined, trail: id })} />
    </>
  );
}
