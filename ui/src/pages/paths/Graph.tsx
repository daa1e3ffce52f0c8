// The graph: steps as large as the walks that met them, which step follows which, with its chance and wait; loops too. A step
// is a button: the walk goes on there, and the ways from it (read backwards: to it) stand out. React Flow comes with this file.
import "@xyflow/react/dist/base.css";
import { useComputedColorScheme } from "@mantine/core";
import { Background, BaseEdge, Controls, EdgeLabelRenderer, Handle, MarkerType, Position, ReactFlow, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import { useMemo } from "react";
import type { AnswerOut } from "@/api/types";
import { number, percent, time } from "@/format";
import { bent, round, spots, waysOf, type Spot, type Way } from "@/pages/paths/graph";
import { here, named, type Walk } from "@/pages/paths/way";
import { rowsOf } from "@/parts/charts/drawing";
import { words } from "@/words";

const w = words.paths;
type StepNode = Node<{ spot: Spot; label: string; chosen: boolean; current: boolean; dim: boolean; go: (step: string) => void }, "step">;
type WayEdge = Edge<{ way: Way; thick: number; strong: boolean; dim: boolean; radii: [number, number] }, "way">;
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
    const places = spots(rowsOf(answer.tables["steps"]), ways, columnOf);
    const radius = new Map(places.map((one) => [one.step, one.size / 2]));
    const nodes: StepNode[] = places.map((spot) => ({
      id: spot.step, type: "step", position: { x: spot.x, y: spot.y }, draggable: false,
      data: { spot, label: labelOf(spot.step), chosen: on.has(spot.step), current: spot.step === at, dim: known && spot.step !== at && !near.has(spot.step) && !on.has(spot.step), go: (step) => go(step, follows(step)) },
    }));
    const edges: WayEdge[] = ways.map((way) => ({
      id: `${way.from} ${way.to}`, source: way.from, target: way.to, type: "way", focusable: false,
      markerEnd: { type: MarkerType.ArrowClosed, color: way.back ? "var(--edge)" : "var(--track-to)", width: 14, height: 14, markerUnits: "userSpaceOnUse" },
      data: { way, thick: 0.75 + 9 * Math.sqrt(way.count / most), strong: known && touches(way), dim: known && !touches(way), radii: [radius.get(way.from) ?? 0, radius.get(way.to) ?? 0] },
    }));
    return { nodes, edges };
  }, [answer, walk, labelOf, columnOf, go]);
  return (
    <div className="graph" role="region" aria-label={w.graphLabel}>
      <ReactFlow key={`${nodes.length} ${edges.length}`} nodes={nodes} edges={edges} nodeTypes={NODES} edgeTypes={EDGES} colorMode={scheme} fitView fitViewOptions={{ padding: 0.16 }} minZoom={0.2} maxZoom={2}
        nodesFocusable={false} edgesFocusable={false} nodesConnectable={false} zoomOnScroll={false} preventScrolling={false} proOptions={{ hideAttribution: true }}>
        <Background color="var(--line)" gap={28} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function StepView({ data }: NodeProps<StepNode>) {
  const { spot, label } = data;
  // right: a handle at the right is else as wide as from here to the end of the name.
  const centre = { left: spot.size / 2 + 2, right: "auto", top: spot.size / 2 + 2, transform: "translate(-50%, -50%)" };
  return (
    <>
      <Handle type="target" position={Position.Left} className="handle" style={centre} />
      <button type="button" className={`graph-node${data.current ? " current" : ""}${data.chosen ? " chosen" : ""}${data.dim ? " dim" : ""}`} onClick={() => data.go(spot.step)} data-step={spot.step} aria-current={data.current ? "step" : undefined}>
        <span className="disc" style={{ width: spot.size, height: spot.size }} />
        <span className="name"><strong>{label}</strong><span className="muted">{number(spot.walks)}</span></span>
        <span className="sr">{w.stepSaid(spot.times)}</span>
      </button>
      <Handle type="source" position={Position.Right} className="handle" style={centre} />
    </>
  );
}

function WayView({ sourceX, sourceY, targetX, targetY, source, target, markerEnd, data }: EdgeProps<WayEdge>) {
  if (!data) return null;
  const { way, thick, strong, dim, radii } = data;
  const { path, x, y } = source === target ? round(sourceX, sourceY, radii[0]) : bent(sourceX, sourceY, targetX, targetY, radii);
  return (
    <>
      <BaseEdge path={path} {...(markerEnd && !dim ? { markerEnd } : {})} className={`way${way.back ? " back" : ""}${strong ? " strong" : ""}${dim ? " dim" : ""}`} style={{ strokeWidth: thick }} />
      {strong && (
        <EdgeLabelRenderer>
          <span className="way-label" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {number(way.count)}{way.chance !== null && ` · ${percent(way.chance)}`}{way.wait !== null && ` · ${time(way.wait)}`}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

const NODES = { step: StepView };
const EDGES = { way: WayView };
