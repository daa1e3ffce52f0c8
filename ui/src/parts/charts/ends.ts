// The names of lines and bands at their right ends, moved apart where they would overlap: no legend has to be matched.
import type { CustomSeriesOption } from "echarts";
import type { Palette } from "@/parts/Chart";
import { size } from "@/parts/charts/drawing";

/** at: where it ends, in the chart's own numbers. list: opened by a click on the name. */
export interface End { name: string; at: [number, number]; color: string; list?: string | undefined }

/** Places (pixels, downwards) moved apart until each has `room`; none below `bottom`. */
export function apart(wanted: readonly number[], room: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const found = [...wanted];
  let from = -Infinity;
  for (const one of order) {
    found[one] = Math.max(found[one] ?? 0, from + room);
    from = found[one] ?? 0;
  }
  let to = bottom + room;
  for (const one of order.reverse()) {
    found[one] = Math.min(found[one] ?? 0, to - room);
    to = found[one] ?? 0;
  }
  return found;
}

export function endNames(c: Palette, of: readonly End[], wide = 7): CustomSeriesOption {
  const fontFamily = typeof document === "undefined" ? "" : getComputedStyle(document.body).fontFamily;
  return {
    type: "custom", name: "", clip: false, z: 5, tooltip: { show: false }, data: of.map((one) => ({ value: one.at, list: one.list })),
    renderItem: (params, api) => {
      const one = of[params.dataIndex];
      if (!one) return null;
      const area = params.coordSys as unknown as { x: number; y: number; width: number; height: number };
      const wanted = of.map((each) => (api.coord(each.at) as number[])[1] ?? 0);
      const y = apart(wanted, size(1.35), area.y + area.height)[params.dataIndex] ?? 0;
      const from = (api.coord(one.at) as number[])[0] ?? 0;
      const x = Math.max(from, area.x + area.width);
      return { type: "group", children: [
        { type: "line", shape: { x1: from + 1, y1: wanted[params.dataIndex] ?? y, x2: x + size(0.6), y2: y }, style: { stroke: one.color, lineWidth: x > from ? 1 : 1.5, ...(x > from ? { lineDash: [1, 4] } : {}) } },
        { type: "text", style: { x: x + size(0.8), y, text: one.name, verticalAlign: "middle", fill: c.ink, fontSize: size(), fontFamily, width: size(wide), overflow: "truncate" } },
      ] };
    },
  };
}
