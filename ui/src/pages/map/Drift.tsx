// How many written texts the data contradict, near what matters most: each opens its evidence.
import { IconFlag3Filled } from "@tabler/icons-react";
import type { MapDocument } from "@/api/types";
import { words } from "@/words";

const FEW = 3;

export function Drift({ map, open }: { map: MapDocument; open: (cell: string) => void }) {
  const cells = map.lanes.flatMap((lane) => lane.cells).filter((one) => one.check?.verdict === "drift");
  if (cells.length === 0) return null;
  return (
    <div className={cells.length <= FEW ? "drift-line few" : "drift-line"}>
      <span className="warn"><IconFlag3Filled size="0.8rem" aria-hidden="true" /> {words.map.claim.drift(cells.length)}</span>
      <ul>{cells.map((one) => <li key={one.id}><button type="button" className="link" title={one.title || one.text} onClick={() => open(one.id)}>{one.title || one.text}</button></li>)}</ul>
    </div>
  );
}
