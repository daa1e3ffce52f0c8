// Where the nodes and ribbons of a flow lie: columns by position, nodes as high as the walks that came, and every sum closed:
// who came in = who went on + whose walk was over + who is in flight + whose path is cut.
import type { Row } from "@/parts/charts/drawing";

export const OTHER = "(other)";
export const HEIGHT = 380; // of all walks, at least; a wide screen draws them higher
const HIGHEST = 600;
export const COLUMN = 148; // at least: a column and the names of its steps
export const BAR = 12;
const SLOT = 34; // a node's least height: its name and number must fit
const GAP = 6;

export interface FlowNode { key: string; position: number; place: number; step: string; walks: number; on: number; ended: number; inFlight: number; cut: number; x: number; y: number; height: number }
export interface Ribbon { key: string; from: FlowNode; to: FlowNode; walks: number; path: string }
export interface FlowShape { nodes: FlowNode[]; ribbons: Ribbon[]; width: number; height: number; total: number; across: number }

const number = (row: Row, name: string) => Number(row[name] ?? 0);

/** The shape of a flow's tables, as wide as there is room. Read backwards, the start stands at the right. */
export function flowShape(nodeRows: Row[], linkRows: Row[], backward: boolean, room = 0): FlowShape {
  const nodes: FlowNode[] = nodeRows.map((row) => {
    const position = number(row, "position");
    const place = Math.abs(position) - 1;
    const step = String(row["step"]);
    return { key: `${place} ${step}`, position, place, step, walks: number(row, "walks"), on: number(row, "went_on"), ended: number(row, backward ? "began" : "ended"), inFlight: number(row, "in_flight"), cut: number(row, "cut"), x: 0, y: 0, height: 0 };
  });
  const columns = Math.max(0, ...nodes.map((one) => one.place + 1));
  const across = Math.max(COLUMN, columns > 0 ? room / columns : 0);
  const byKey = new Map(nodes.map((one) => [one.key, one]));
  const links = linkRows.flatMap((row) => {
    const place = Math.abs(number(row, "position")) - 1;
    const [from, to] = [byKey.get(`${place} ${String(row["from"])}`), byKey.get(`${place + 1} ${String(row["to"])}`)];
    return from && to ? [{ from, to, walks: number(row, "walks") }] : [];
  });
  const total = nodes.filter((one) => one.place === 0).reduce((sum, one) => sum + one.walks, 0);
  const scale = total > 0 ? Math.min(HIGHEST, Math.max(HEIGHT, room * 0.36)) / total : 0;
  let height = 0;
  for (let place = 0; place < columns; place += 1) {
    const column = nodes.filter((one) => one.place === place);
    const middle = new Map(column.map((node) => [node, mean(links.filter((link) => link.to === node).map((link) => [link.from.y + link.from.height / 2, link.walks]))]));
    if (place > 0) column.sort((a, b) => Number(a.step === OTHER) - Number(b.step === OTHER) || (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
    let y = 0;
    for (const node of column) {
      node.x = (backward ? columns - 1 - place : place) * across;
      node.height = Math.max(1.5, node.walks * scale);
      node.y = y;
      y += Math.max(node.height, SLOT) + GAP;
    }
    height = Math.max(height, y);
  }
  return { nodes, ribbons: ribbons(links, scale, backward), width: Math.max(0, columns * across), height, total, across };
}

function mean(pairs: [number, number][]): number {
  const weight = pairs.reduce((sum, [, one]) => sum + one, 0);
  return weight > 0 ? pairs.reduce((sum, [at, one]) => sum + at * one, 0) / weight : 0;
}

function ribbons(links: { from: FlowNode; to: FlowNode; walks: number }[], scale: number, backward: boolean): Ribbon[] {
  const out = new Map<FlowNode, number>();
  const into = new Map<FlowNode, number>();
  const ends = new Map<(typeof links)[number], [number, number]>();
  for (const link of [...links].sort((a, b) => a.to.y - b.to.y)) {
    ends.set(link, [out.get(link.from) ?? 0, 0]);
    out.set(link.from, (out.get(link.from) ?? 0) + link.walks * scale);
  }
  for (const link of [...links].sort((a, b) => a.from.y - b.from.y)) {
    (ends.get(link) as [number, number])[1] = into.get(link.to) ?? 0;
    into.set(link.to, (into.get(link.to) ?? 0) + link.walks * scale);
  }
  return links.map((link) => {
    const [a, b] = ends.get(link) ?? [0, 0];
    const thick = Math.max(0.75, link.walks * scale);
    const x0 = backward ? link.from.x : link.from.x + BAR;
    const x1 = backward ? link.to.x + BAR : link.to.x;
    const [y0, y1, mid] = [link.from.y + a, link.to.y + b, (x0 + x1) / 2];
    const p = (one: number) => one.toFixed(1);
    const path = `M${p(x0)} ${p(y0)}C${p(mid)} ${p(y0)} ${p(mid)} ${p(y1)} ${p(x1)} ${p(y1)}V${p(y1 + thick)}C${p(mid)} ${p(y1 + thick)} ${p(mid)} ${p(y0 + thick)} ${p(x0)} ${p(y0 + thick)}Z`;
    return { key: `${link.from.key} ${link.to.key}`, from: link.from, to: link.to, walks: link.walks, path };
  });
}
