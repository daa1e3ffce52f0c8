import { describe, expect, it } from "vitest";
import type { AnswerOut, TableOut } from "@/api/types";
import { falls, promises } from "@/parts/charts/differences";
import { between, known, rowsOf, stepOf, tip, told } from "@/parts/charts/drawing";
import { funnel, paths, stepNames } from "@/parts/charts/ways";
import type { Palette } from "@/parts/Chart";

const colours = { ink: "#111111", muted: "#555555", line: "#eeeeee", card: "#ffffff", teal: "#006666", track: "#993300", pale: "#ffddcc", good: "#0a0", warn: "#aa0", bad: "#a00", series: ["#1", "#2", "#3"] } as Palette;
const seen = { locale: {}, name: (id: string) => id.toUpperCase() };
const table = (columns: string[], rows: unknown[][]): TableOut => ({ grain: "", columns: columns.map((name) => ({ name, kind: "number", unit: "" })), rows, total: rows.length });
const answer = (name: string, tables: AnswerOut["tables"], lists: string[] = [], question: Record<string, unknown> = {}): AnswerOut => ({ question: { name, ...question }, says: [], contract: {} as AnswerOut["contract"], asked: {} as AnswerOut["asked"], tables, lists, command: "", python: "" });
type Bars = { series: { data: { value: number; list?: string }[] }[] };

describe("what is read from a table", () => {
  const [row = {}, none = {}] = rowsOf(table(["rate", "rate_low", "rate_high", "rate_n"], [[0.5, 0.4, null, 40], [null, null, null, 3]]));
  it("is a number with its ends, an open end at the number", () => expect(known(row, "rate")).toEqual({ value: 0.5, low: 0.4, high: 0.5, n: 40 }));
  it("is never zero where it is missing", () => {
    expect(known(none, "rate")).toBeNull();
    expect(told(none, "rate", "share", {})).toContain("n 3");
  });
  it("cannot bring markup into a tooltip", () => expect(tip("<b>a</b>", false, "b")).toBe("&lt;b&gt;a&lt;/b&gt;<br>b"));
  it("marks an axis of times at round ones", () => {
    expect(stepOf(9 * 86_400_000_000)).toBe(2 * 86_400_000_000);
    expect(stepOf(4 * 60_000_000)).toBe(60_000_000);
  });
  it("mixes two colours", () => expect(between("#000000", "#ffffff")).toBe("#808080"));
});

describe("promises", () => {
  const columns = ["promise", "group", "made", "due", "kept", "kept_low", "kept_high", "kept_n", "waiting", "overdue"];
  const rows = [["in_time", "all", 120, 100, 0.8, 0.7, 0.9, 100, 20, 5], ["in_time", "WA", 6, 5, null, null, null, 5, 1, 0]];
  const one = answer("promises", { kept: table(columns, rows) }, ["kept", "broken", "waiting", "waiting WA"], { promise: "in_time" });
  const { series } = promises(one, seen)[0]?.option(colours) as unknown as Bars;
  it("close to one: what is overdue is broken already", () => expect(series.slice(0, 3).map((part) => part.data[0]?.value.toFixed(3))).toEqual(["0.667", "0.167", "0.167"]));
  it("are not drawn where too few were due", () => expect(series.slice(0, 3).map((part) => part.data[1]?.value)).toEqual([0, 0, 0]));
  it("open their customers", () => expect(series.slice(0, 3).map((part) => part.data.map((mark) => mark.list))).toEqual([["kept", undefined], ["broken", undefined], ["waiting", "waiting WA"]]));
});

describe("a funnel", () => {
  const one = answer("funnel", { steps: table(["step", "reached", "dropped", "in_flight", "rate", "rate_low", "rate_high", "rate_n"], [["Cart", 100, 60, 10, null, null, null, 0], ["Order", 30, 0, 0, 0.33, 0.3, 0.4, 90]]) }, ["reached cart", "dropped at cart"], { steps: ["cart", "order"] });
  it("parts who reached a step into who went on, is on the way, stopped; and names their lists", () => {
    const option = funnel(one, seen)[0]?.option;
    expect(option).toBeDefined();
    Object.assign(globalThis, { window: { innerWidth: 1400 } });
    const { series } = option?.(colours) as unknown as Bars;
    expect(series.map((each) => each.data[0]?.value)).toEqual([30, 10, 60]);
    expect(series.map((each) => each.data[0]?.list)).toEqual(["reached cart", undefined, "dropped at cart"]);
  });
  it("names a step that comes twice as its lists do", () => {
    expect(stepNames(answer("funnel", {}, [], { steps: ["cart", "order", " cart"] }))).toEqual(["cart", "order", "cart (3)"]);
  });
});

describe("a flow", () => {
  const of = (nodes: unknown[][], links: unknown[][]) => answer("paths", { nodes: table(["position", "step", "walks", "ended"], nodes), links: table(["position", "from", "to", "walks"], links) });
  const drawn = (one: AnswerOut) => (paths(one, seen)[0]?.option(colours) as unknown as { series: { data: { name: string; depth: number }[]; links: { source: string; target: string }[] }[] }).series[0];
  it("leads from left to right", () => {
    expect(drawn(of([[1, "home", 9, 0], [2, "cart", 5, 5]], [[1, "home", "cart", 5]]))?.links).toMatchObject([{ source: "1 home", target: "2 cart" }]);
  });
  it("does so, too, where paths are read from their end", () => {
    const found = drawn(of([[-1, "order", 9, 0], [-2, "cart", 5, 0]], [[-1, "order", "cart", 5]]));
    expect(found?.links).toMatchObject([{ source: "-2 cart", target: "-1 order" }]);
    expect(found?.data.map((each) => each.depth)).toEqual([1, 0]);
  });
});

describe("a waterfall", () => {
  it("adds up to the whole change", () => {
    const steps = falls([{ label: "web", mix: 0.02, rate: -0.05, rate_within: -0.05, rate_within_low: -0.06, rate_within_high: -0.04 }, { label: "app", mix: null, rate: 0.01 }]);
    expect(steps.map((one) => one.kind)).toEqual(["mix", "rate", "rate", "all"]);
    expect(steps.at(-1)?.to).toBeCloseTo(-0.02);
    expect(steps[1]?.low).toBeCloseTo(-0.04);
  });
});
