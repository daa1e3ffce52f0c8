import { expect, test } from "vitest";
import { flowShape, OTHER } from "@/pages/paths/flow";

const nodes = [
  { position: 1, step: "page", walks: 100, went_on: 80, ended: 15, in_flight: 5, cut: 0 },
  { position: 2, step: "cart", walks: 50, went_on: 0, ended: 50, in_flight: 0, cut: 0 },
  { position: 2, step: OTHER, walks: 30, went_on: 0, ended: 20, in_flight: 0, cut: 10 },
];
const links = [{ position: 1, from: "page", to: "cart", walks: 50 }, { position: 1, from: "page", to: OTHER, walks: 30 }];

test("nodes are as high as their walks, other is last, ribbons join neighbours", () => {
  const shape = flowShape(nodes, links, false);
  expect(shape.total).toBe(100);
  const [page, cart, other] = shape.nodes;
  expect((cart?.height ?? 0) / (page?.height ?? 1)).toBeCloseTo(0.5);
  expect(other?.y).toBeGreaterThan(cart?.y ?? 0);
  expect(shape.ribbons.map((one) => [one.from.step, one.to.step])).toEqual([["page", "cart"], ["page", OTHER]]);
  for (const node of shape.nodes) expect(node.on + node.ended + node.inFlight + node.cut).toBe(node.walks);
});

test("read backwards, the start stands at the right", () => {
  const back = flowShape(nodes.map((one) => ({ ...one, position: -one.position, began: one.ended })), links.map((one) => ({ ...one, position: -one.position })), true);
  expect(back.nodes[0]?.x).toBeGreaterThan(back.nodes[1]?.x ?? 0);
});

test("nothing has no width", () => {
  expect(flowShape([], [], false)).toMatchObject({ width: 0, total: 0 });
});
