// The graph: steps as large as the walks that met them, which step follows which, with its chance and wait; loops too. A step
// is a button: the walk goes on there, and the ways from it (read backwards: to it) stand out. React Flow comes with this file.
import "@xyflow/react/dist/base.css";
import { useComputedColorScheme } from "@mantine/core";
import { Background, BaseEdge, Controls, EdgeLabelRenderer, getBezierPath, Handle, Position, ReactFlow, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import { useMemo } from "react";
import type { AnswerOut } from "@/api/types";
import { duration, percent } from "@/format";
import { spots, waysOf, type Spot, type Way } from "@/pages/paths/graph";
import { rowsOf } from "@/pages/paths/rows";
import { here, named, type Walk } from "@/pages/paths/way";
import { words } from "@/words";

const w = words.paths;
type StepNode = Node<{ spot: Spot; label: string; chosen: boolean; current: boolean; dim: boolean; go: (step: string) => void }, "step">;
type WayEdge = Edge<{ way: Way; thick: number; strong: boolean; dim: boolean }, "way">;
interface Props { answer: AnswerOut; walk: Walk; labelOf: (step: string) => string; columnOf: (step: string) => number; go: (step: string, follows: boolean) => void }

export default function Graph({ answer, walk, labelOf, columnOf, go }: Props) {
  const scheme = useComputedColorScheme("light");
  const { nodes, edges } = useMemo(() => {
    const ways = waysOf(rowsOf(answer.tables["transitions"]));
    const at = here(walk);
    const on = new Set(named(walk).map((one) => one.step));
    const most = Math.max(1, ...ways.map((one) => one.count));
    const touches = (way: Way) => (walk.back ? way.to : way.from) === at;
    const known = ways.some(touches);
    const near = new Set(ways.filter(touches).map((one) => (walk.back ? one.from : one.to)));
    const follows = (step: string) => known && near.has(step);
    const nodes: StepNode[] = spots(rowsOf(answer.tables["steps"]), ways, columnOf).map((spot) => ({
      id: spot.step, type: "step", position: { x: spot.x, y: spot.y }, draggable: false,
      data: { spot, label: labelOf(spot.step), chosen: on.has(spot.step), current: spot.step === at, dim: known && spot.step !== at && !near.has(spot.step) && !on.has(spot.step), go: (step) => go(step, follows(step)) },
    }));
    const edges: WayEdge[] = ways.map((way) => ({
      id: `${way.from} ${way.to}`, source: way.from, target: way.to, type: "way", focusable: false,
      data: { way, thick: 0.75 + 9 * Math.sqrt(way.count / most), strong: known && touches(way), dim: known && !touches(way) },
    }));
    return { nodes, edges };
  }, [answer, walk, labelOf, columnOf, go]);
  return (
    <div className="graph" role="region" aria-label={w.graphLabel}>
      <ReactFlow key={`${nodes.length} ${edges.length}`} nodes={nodes} edges={edges} nodeTypes={NODES} edgeTypes={EDGES} colorMode={scheme} fitView minZoom={0.2} maxZoom={2}
        nodesFocusable={false} edgesFocusable={false} nodesConnectable={false} zoomOnScroll={false} preventScrolling={false} proOptions={{ hideAttribution: true }}>
        <Background color="var(--line)" gap={28} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function StepView({ data }: NodeProps<StepNode>) {
  const { spot, label } = data;
  return (
    <>
      <Handle type="target" position={Position.Left} className="handle" />
      <button type="button" className={`graph-node${data.current ? " current" : ""}${data.chosen ? " chosen" : ""}${data.dim ? " dim" : ""}`} onClick={() => data.go(spot.step)} data-step={spot.step} aria-label={w.stepSaid(label, spot.walks, spot.times)} aria-current={data.current ? "step" : undefined}>
        <span className="disc" style={{ width: spot.size, height: spot.size }} />
        <span className="name"><strong>{label}</strong><span className="muted">{spot.walks.toLocaleString()}</span></span>
      </button>
      <Handle type="source" position={Position.Right} className="handle" />
    </>
  );
}

function WayView({ sourceX, sourceY, targetX, targetY, source, target, data }: EdgeProps<WayEdge>) {
  const [path, x, y] = source === target ? loop(sourceX, sourceY) : getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition: Position.Right, targetPosition: Position.Left, curvature: 0.3 });
  if (!data) return null;
  const { way, thick, strong, dim } = data;
  return (
    <>
      <BaseEdge path={path} className={`way${way.back ? " back" : ""}${strong ? " strong" : ""}${dim ? " dim" : ""}`} style={{ strokeWidth: thick }} />
      {strong && (
        <EdgeLabelRenderer>
          <span className="way-label" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {way.count.toLocaleString()}{way.chance !== null && ` · ${percent(way.chance)}`}{way.wait !== null && ` · ${duration(way.wait)}`}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** A step that follows itself: a loop above it. */
function loop(x: number, y: number): [string, number, number] {
  return [`M${x} ${y}C${x + 46} ${y - 12} ${x + 30} ${y - 58} ${x - 22} ${y - 46}S${x - 40} ${y - 20} ${x - 30} ${y - 8}`, x + 4, y - 54];
}

const NODES = { step: StepView };
const EDGES = { way: WayView };
