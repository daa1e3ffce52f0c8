// The map's shape while it is drawn for the first time: the stages as they are called, a track and lanes still to come.
import { useWorkspace } from "@/api/hooks";
import { HEIGHT, ribbon } from "@/pages/map/track";

const UNIT = 100;
const CARDS = [3, 2, 3, 1]; // how many stand in a stage, in turn

export function Skeleton() {
  const stages = useWorkspace().data?.stages ?? [];
  if (stages.length === 0) return null;
  const thick = stages.map((_, i) => 84 * 0.74 ** i);
  const tops = thick.map((one) => 4 + (92 - one) * 0.16);
  const columns = { gridTemplateColumns: `repeat(${stages.length}, minmax(0, 1fr))` };
  return (
    <div className="skeleton" aria-hidden="true">
      <div style={columns}>{stages.map((one) => <span key={one.id} className="stage-name">{one.label}</span>)}</div>
      <svg viewBox={`0 0 ${stages.length * UNIT} ${HEIGHT}`} preserveAspectRatio="none"><path d={ribbon(tops, tops.map((one, i) => one + (thick[i] ?? 0)), UNIT)} /></svg>
      <div className="line" />
      <div style={columns}>
        {stages.map((one, i) => <span key={one.id} className="bones">{Array.from({ length: CARDS[i % CARDS.length] ?? 2 }, (_, k) => <i key={k} style={{ width: `${92 - k * 17}%` }} />)}</span>)}
      </div>
    </div>
  );
}
