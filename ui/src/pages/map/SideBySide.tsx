// Two maps beside one another, stage by stage, so that the same stage and lane stand at the same height.
import type { MapDocument } from "@/api/types";
import { DownStage } from "@/pages/map/Down";
import { useHeads } from "@/pages/map/top";
import { NOTHING, WritingContext } from "@/pages/map/writing";

interface Ways { open: (cell: string) => void; openStage: (stage: string) => void; openList: (list: string) => void }
interface Props { left: MapDocument; right: MapDocument; a: string; b: string; ways: Ways; others: Ways }

export function SideBySide({ left, right, a, b, ways, others }: Props) {
  useHeads(left.stages.length);
  return (
    // What people wrote is of the journey, not of a side: here it is only read.
    <WritingContext value={NOTHING}>
      <div className="sides">
        {left.stages.map((stage, i) => {
          const other = right.stages.findIndex((one) => one.id === stage.id);
          return (
            <div key={stage.id} className="side-row">
              <DownStage map={left} at={i} side={a} {...ways} />
              {other >= 0 && <DownStage map={right} at={other} side={b} {...others} />}
            </div>
          );
        })}
      </div>
    </WritingContext>
  );
}
