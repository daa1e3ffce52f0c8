// The flow: steps by position, as high as the walks that came, ribbons between them; a step is a button that goes on from
// there, "other" one that is parted further. What was over fades away, what is in flight is dotted.
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useEffect, useMemo, useRef } from "react";
import type { AnswerOut } from "@/api/types";
import { number, percent } from "@/format";
import { BAR, flowShape, OTHER, type FlowNode } from "@/pages/paths/flow";
import type { Walk } from "@/pages/paths/way";
import { rowsOf } from "@/parts/charts/drawing";
import { words } from "@/words";

const w = words.paths;
const LOW = 48; // px: too low for a name of two lines and its number
interface Props { answer: AnswerOut; walk: Walk; labelOf: (step: string) => string; go: (place: number, step: string) => void; expand: (place: number) => void }

export function Flow({ answer, walk, labelOf, go, expand }: Props) {
  const { ref: sized, width } = useElementSize();
  const scroll = useRef<HTMLDivElement>(null);
  const box = useMergedRef(sized, scroll);
  const shape = useMemo(() => flowShape(rowsOf(answer.tables["nodes"]), rowsOf(answer.tables["links"]), walk.back, width - 2), [answer, walk.back, width]);
  useEffect(() => {
    // Read backwards, the walk starts at the right.
    if (scroll.current) scroll.current.scrollLeft = walk.back ? scroll.current.scrollWidth : 0;
  }, [walk.back, walk.start, shape.width]);
  const chosen = (node: FlowNode) => walk.way[node.place] === node.step || (node.place === 0 && walk.start !== null && node.step === walk.start);
  return (
    <div ref={box} className="flow-scroll" tabIndex={0} role="region" aria-label={w.flowLabel}>
      <div className="flow" style={{ width: shape.width, height: shape.height }}>
        <svg width={shape.width} height={shape.height} aria-hidden="true">
          <defs>
            <linearGradient id="flow-over" x1={walk.back ? 1 : 0} x2={walk.back ? 0 : 1} y1="0" y2="0"><stop offset="0" stopColor="var(--track-pale)" /><stop offset="1" stopColor="var(--track-pale)" stopOpacity="0" /></linearGradient>
            <pattern id="flow-dots" width="4" height="4" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1" fill="var(--track-to)" /></pattern>
          </defs>
          {shape.ribbons.map((one) => <path key={one.key} className={one.to.step === OTHER || one.from.step === OTHER ? "ribbon rest" : "ribbon"} d={one.path}><title>{w.link(labelOf(one.from.step), labelOf(one.to.step), one.walks)}</title></path>)}
          {shape.nodes.map((one) => <Over key={one.key} node={one} back={walk.back} />)}
        </svg>
        {shape.nodes.map((one) => (
          <button key={one.key} type="button" className={`flow-node${chosen(one) ? " chosen" : ""}${one.step === OTHER ? " other" : ""}${one.height < LOW ? " low" : ""}`} title={labelOf(one.step)} style={{ left: one.x, top: one.y, width: shape.across - 12, height: Math.max(one.height, 30) }} data-step={one.step} data-place={one.place}
            onClick={() => (one.step === OTHER ? expand(one.place) : go(one.place, one.step))}
            data-walks={one.walks} aria-current={chosen(one) && walk.way.length === one.place + 1 ? "step" : undefined}>
            <span className="bar" style={{ height: one.height }} />
            <span className="name"><strong>{labelOf(one.step)}</strong><span>{number(one.walks)} <span className="muted">{percent(one.walks / shape.total)}</span></span></span>
            <span className="sr">{said(one, walk)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

/** Whose walk was over here, is in flight, or goes on beyond what is shown. */
function Over({ node, back }: { node: FlowNode; back: boolean }) {
  if (node.walks <= 0) return null;
  const high = (n: number) => (n / node.walks) * node.height;
  const x = back ? node.x - 22 : node.x + BAR;
  let y = node.y + high(node.on);
  const parts = ([["ended", node.ended, "url(#flow-over)"], ["flight", node.inFlight, "url(#flow-dots)"], ["cut", node.cut, "url(#flow-over)"]] as const).filter(([, n]) => n > 0);
  return <>{parts.map(([kind, n, fill]) => { const at = y; y += high(n); return <rect key={kind} x={x} y={at} width={22} height={high(n)} fill={fill} />; })}</>;
}

function said(node: FlowNode, walk: Walk): string {
  const over = node.ended > 0 ? (walk.back ? w.beganHere(node.ended) : w.endedHere(node.ended)) : "";
  return [w.atPosition(node.position), over, node.step === OTHER ? w.expandOther : walk.back ? w.goBack : w.goOn].filter(Boolean).join(" ");
}
