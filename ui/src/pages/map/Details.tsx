// What is open beside the map, as the URL says: a list of cells, or one cell's evidence (of which closing leads back to
// the list). When all is closed, the keyboard is where it was opened from.
import { useContext } from "react";
import type { MapDocument } from "@/api/types";
import { CellList } from "@/pages/map/CellList";
import { alone } from "@/pages/map/compare";
import { Evidence } from "@/pages/map/Evidence";
import { useFocusBack } from "@/parts/useFocusBack";
import { Elsewhere, useUrl } from "@/url/state";

/** on: whether what is open is this map's, and not the other side's of a comparison. */
export function Details({ map, on }: { map: MapDocument; on: boolean }) {
  const { values, set } = useUrl();
  const elsewhere = useContext(Elsewhere);
  const cell = on ? map.lanes.flatMap((lane) => lane.cells).find((one) => one.id === values.get("cell")) : undefined;
  const list = on ? values.get("list") : null;
  useFocusBack(cell !== undefined || list !== null);
  const of = list ? {} : { of: undefined };
  // The other side's trails are on its own map.
  const toTrail = (id: string) => set({ ...(elsewhere && alone(elsewhere)), cell: undefined, list: undefined, of: undefined, trail: id });
  return (
    <>
      <CellList map={map} list={cell ? null : list} close={() => set({ list: undefined, of: undefined })} open={(id) => set({ cell: id })} />
      <Evidence map={map} cell={cell ?? null} close={() => set({ cell: undefined, ...of })} openTrail={toTrail} />
    </>
  );
}
