// Charts of ways: a funnel as bars with what was lost and what is still on the way, paths as flows, transitions as a heat map.
import type { AnswerOut } from "@/api/types";
import { inUnit, percent } from "@/format";
import { noteBands, periodStart } from "@/parts/annotations";
import { as, axis, GRID, hatched, known, legend, list, names, num, onCell, percentAxis, rowsOf, saidTip, size, tall, text, tip, told, whiskers, type Drawing, type Row, type Seen } from "@/parts/charts/drawing";
import { words } from "@/words";

const count = (value: number) => inUnit(value, "count");

/** The texts by which the lists of a funnel call its steps: as they were written, a repeated one with its number. */
export function stepNames(answer: AnswerOut): string[] {
  const said = new Set<string>();
  return ((answer.question["steps"] as string[] | undefined) ?? []).map((one, i) => {
    const clean = one.trim();
    const name = said.has(clean) ? `${clean} (${i + 1})` : clean;
    said.add(clean);
    return name;
  });
}

export function funnel(answer: AnswerOut, seen: Seen): Drawing[] {
  const rows = rowsOf(answer.tables["steps"]);
  const any = answer.question["order"] === "any";
  const called = any ? rows.map((_, i) => `any ${i + 1}`) : stepNames(answer);
  const parts = (row: Row) => ({ lost: num(row, "dropped"), open: num(row, "in_flight"), on: num(row, "reached") - num(row, "dropped") - num(row, "in_flight") });
  const said = (row: Row) => tip(text(row, "step"), words.ask.reached(num(row, "reached")), words.ask.dropped(num(row, "dropped")), num(row, "in_flight") > 0 && words.map.stillHere(num(row, "in_flight")), row === rows[0] ? "" : told(row, "rate", "share", seen.locale));
  const drawings: Drawing[] = [{
    key: "funnel",
    label: words.ask.funnelLabel(rows.map((row) => `${text(row, "step")} ${count(num(row, "reached"))}`).join(", ")),
    height: tall(rows.length, 3, 3),
    option: (c) => as({
      tooltip: saidTip(c),
      legend: legend(c),
      grid: { ...GRID, top: size(2.5), right: size(8) },
      xAxis: axis(c, { type: "value", show: false }),
      yAxis: names(c, rows.map((row) => text(row, "step"))),
      series: [
        { name: words.ask.wentOn, type: "bar", stack: "all", barWidth: "62%", itemStyle: { color: c.track }, data: rows.map((row, i) => ({ value: parts(row).on, said: said(row), list: list(answer, `reached ${called[i]}`) })) },
        { name: words.ask.inFlight, type: "bar", stack: "all", itemStyle: hatched(c), data: rows.map((row, i) => ({ value: parts(row).open, said: said(row), list: list(answer, `in flight at ${called[i]}`) })) },
        {
          name: words.ask.stopped, type: "bar", stack: "all", itemStyle: { color: c.pale },
          label: { show: true, position: "right", color: c.ink, fontSize: size(), formatter: (p: { dataIndex: number }) => { const row = rows[p.dataIndex]; const one = row && known(row, "rate"); return row ? `${count(num(row, "reached"))}${one ? `  ${percent(one.value)}` : ""}` : ""; } },
          data: rows.map((row, i) => ({ value: parts(row).lost, said: said(row), list: list(answer, `dropped at ${called[i]}`) })),
        },
      ],
    }),
  }];
  const groups = rowsOf(answer.tables["groups"]);
  if (groups.length) drawings.push(rates("groups", words.ask.byGroup, groups, "group", "rate", seen));
  const trend = rowsOf(answer.tables["trend"]);
  const step = answer.tables["trend"]?.columns[0]?.name ?? "";
  if (trend.length) drawings.push(overTime(words.ask.byEntry, trend, step, "rate", seen));
  return drawings;
}

/** A share a row, with its interval. */
export function rates(key: string, caption: string, rows: Row[], name: string, value: string, seen: Seen): Drawing {
  const marks = rows.flatMap((row, y) => { const one = known(row, value); return one ? [{ y, one, said: tip(text(row, name), told(row, value, "share", seen.locale)) }] : []; });
  return {
    key, caption, label: `${caption}: ${rows.map((row) => `${text(row, name)} ${told(row, value, "share", seen.locale)}`).join("; ")}`, height: tall(rows.length),
    option: (c) => as({ tooltip: saidTip(c), grid: GRID, xAxis: percentAxis(c, { scale: true }), yAxis: names(c, rows.map((row) => text(row, name))), series: [whiskers(marks, caption, { color: c.track })] }),
  };
}

/** A share over time, with its band; gaps where nothing can be said. */
export function overTime(caption: string, rows: Row[], name: string, value: string, seen: Seen, opened?: (row: Row) => boolean, of?: (row: Row) => string | undefined): Drawing {
  const at = (row: Row) => known(row, value);
  const said = (row: Row) => tip(text(row, name), told(row, value, "share", seen.locale), opened?.(row) && words.ask.notOver);
  return {
    key: `time-${value}`, dated: rows.some((row) => periodStart(text(row, name)) !== null), caption, label: `${caption}: ${rows.map((row) => `${text(row, name)} ${told(row, value, "share", seen.locale)}`).join("; ")}`, height: 18,
    option: (c) => as({
      tooltip: saidTip(c), grid: GRID,
      xAxis: axis(c, { type: "category", boundaryGap: false, data: rows.map((row) => text(row, name)), splitLine: { show: false } }),
      yAxis: percentAxis(c, { min: 0 }),
      series: [
        { type: "line", stack: "band", silent: true, symbol: "none", lineStyle: { opacity: 0 }, data: rows.map((row) => at(row)?.low ?? null) },
        { type: "line", stack: "band", silent: true, symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: c.pale, opacity: 0.7 }, data: rows.map((row) => { const one = at(row); return one ? one.high - one.low : null; }) },
        { type: "line", symbolSize: size(0.5), lineStyle: { color: c.track, width: size(0.14) }, itemStyle: { color: c.track }, data: rows.map((row) => ({ value: at(row)?.value ?? null, said: said(row), list: of?.(row), symbol: opened?.(row) ? "emptyCircle" : "circle" })) },
        noteBands(seen.notes ?? [], c, rows.map((row) => text(row, name))),
      ],
    }),
  };
}

export function paths(answer: AnswerOut, seen: Seen): Drawing[] {
  if (answer.tables["nodes"]) return flow(answer, seen);
  return answer.tables["branches"] ? tree(answer, seen) : exact(answer, seen);
}

const wayOf = (path: string, seen: Seen) => path.split(" > ").map(seen.name).join(" › ");

function exact(answer: AnswerOut, seen: Seen): Drawing[] {
  const rows = rowsOf(answer.tables["paths"]).filter((row) => num(row, "walks") > 0).slice(0, 30);
  const said = (row: Row) => tip(wayOf(text(row, "path"), seen), words.ask.times(num(row, "walks")), told(row, "share", "share", seen.locale), words.ask.succeeded(told(row, "succeeded", "share", seen.locale)));
  return [{
    key: "paths", label: words.ask.pathsLabel(rows.slice(0, 5).map((row) => `${wayOf(text(row, "path"), seen)} ${count(num(row, "walks"))}`).join("; ")), height: tall(rows.length),
    option: (c) => as({
      tooltip: saidTip(c), grid: { ...GRID, right: size(7) }, xAxis: axis(c, { type: "value", show: false }), yAxis: { ...names(c, rows.map((row) => wayOf(text(row, "path"), seen))) },
      series: [{ type: "bar", barWidth: "62%", itemStyle: { color: c.track }, label: { show: true, position: "right", color: c.ink, fontSize: size(), formatter: (p: { dataIndex: number }) => count(num(rows[p.dataIndex] ?? {}, "walks")) }, data: rows.map((row, i) => ({ value: num(row, "walks"), said: said(row), list: list(answer, `path ${i + 1}`), itemStyle: /^\(/.test(text(row, "path")) ? { color: c.pale } : {} })) }],
    }),
  }];
}

interface Node { name: string; depth: number; value: number; label: string; said: string; list?: string | undefined; other: boolean }
interface Flow { source: string; target: string; value: number; said: string }

function sankey(key: string, label: string, nodes: Node[], links: Flow[]): Drawing {
  const deepest = Math.max(...nodes.map((one) => one.depth), 1);
  const most = Math.max(...nodes.map((one) => nodes.filter((other) => other.depth === one.depth).length), 1);
  return {
    key, label, height: Math.min(Math.max(most * 2.6, 18), 40), least: (deepest + 1) * 9 + 4,
    option: (c) => as({
      tooltip: saidTip(c),
      series: [{
        type: "sankey", left: 4, right: size(9), top: 8, bottom: 8, nodeWidth: size(0.7), nodeGap: size(0.6), nodeAlign: "left", layoutIterations: 24, draggable: false, emphasis: { focus: "adjacency" },
        labelLayout: { hideOverlap: true },
        label: { color: c.ink, fontSize: size(), width: size(8), overflow: "truncate", formatter: (p: { data: Node }) => p.data.label },
        lineStyle: { color: c.track, opacity: 0.22, curveness: 0.5 },
        levels: Array.from({ length: deepest + 1 }, (_, depth) => ({ depth })),
        data: nodes.map((one) => ({ ...one, itemStyle: { color: one.other ? c.muted : c.track, borderWidth: 0 } })),
        links,
      }],
    }),
  };
}

function flow(answer: AnswerOut, seen: Seen): Drawing[] {
  const rows = rowsOf(answer.tables["nodes"]).filter((row) => num(row, "walks") > 0);
  const first = Math.min(...rows.map((row) => num(row, "position")));
  const id = (position: number, step: string) => `${position} ${step}`;
  const has = new Set(rows.map((row) => id(num(row, "position"), text(row, "step"))));
  const nodes = rows.map((row): Node => {
    const ended = num(row, "ended");
    const label = seen.name(text(row, "step"));
    return { name: id(num(row, "position"), text(row, "step")), depth: num(row, "position") - first, value: num(row, "walks"), label, other: /^\(/.test(text(row, "step")), list: list(answer, id(num(row, "position"), text(row, "step"))), said: tip(`${label}, ${words.ask.position(num(row, "position"))}`, words.ask.times(num(row, "walks")), ended > 0 && words.ask.endedHere(ended)) };
  });
  const links = rowsOf(answer.tables["links"]).flatMap((row): Flow[] => {
    // Read backwards, positions are negative, and a link leads from a step to the one before it.
    const back = num(row, "position") < 0;
    const [from, to] = back ? [text(row, "to"), text(row, "from")] : [text(row, "from"), text(row, "to")];
    const source = id(back ? num(row, "position") - 1 : num(row, "position"), from);
    const target = id(back ? num(row, "position") : num(row, "position") + 1, to);
    if (!has.has(source) || !has.has(target)) return [];
    return [{ source, target, value: num(row, "walks"), said: tip(`${seen.name(from)} → ${seen.name(to)}`, words.ask.times(num(row, "walks"))) }];
  });
  const biggest = [...links].sort((a, b) => b.value - a.value).slice(0, 5).map((one) => one.said).join("; ");
  return [sankey("flow", words.ask.flowLabel(biggest), nodes, links)];
}

function tree(answer: AnswerOut, seen: Seen): Drawing[] {
  const rows = rowsOf(answer.tables["branches"]).filter((row) => num(row, "walks") > 0 && num(row, "steps") > 0);
  const at = new Set(rows.map((row) => text(row, "path")));
  const nodes = rows.map((row): Node => ({ name: text(row, "path"), depth: num(row, "steps") - 1, value: num(row, "walks"), label: `${seen.name(text(row, "path").split(" > ").at(-1) ?? "")} ${count(num(row, "walks"))}`, other: /^\(/.test(text(row, "path")), list: list(answer, text(row, "path")), said: tip(wayOf(text(row, "path"), seen), words.ask.times(num(row, "walks"))) }));
  const links = rows.flatMap((row): Flow[] => {
    const source = text(row, "path").split(" > ").slice(0, -1).join(" > ");
    return at.has(source) ? [{ source, target: text(row, "path"), value: num(row, "walks"), said: tip(wayOf(text(row, "path"), seen), words.ask.times(num(row, "walks"))) }] : [];
  });
  return [sankey("tree", words.ask.treeLabel(rows.slice(0, 5).map((row) => wayOf(text(row, "path"), seen)).join("; ")), nodes, links)];
}

export function transitions(answer: AnswerOut, seen: Seen): Drawing[] {
  const rows = rowsOf(answer.tables["transitions"]).filter((row) => row["to"] !== null && !/^\(/.test(text(row, "from")));
  const order = rowsOf(answer.tables["steps"]).map((row) => text(row, "step"));
  const met = order.filter((one) => rows.some((row) => row["from"] === one || row["to"] === one));
  const cells = rows.flatMap((row) => {
    const one = known(row, "chance");
    const at = [met.indexOf(text(row, "to")), met.indexOf(text(row, "from"))];
    if (!one || at.includes(-1)) return [];
    const wait = known(row, "median_wait");
    const said = tip(`${seen.name(text(row, "from"))} → ${seen.name(text(row, "to"))}`, words.ask.times(num(row, "count")), told(row, "chance", "share", seen.locale), wait !== null && (wait.value === 0 ? words.ask.halfAtOnce : words.ask.halfWithin(inUnit(wait.value, "duration"))), row["back"] === true && words.ask.back);
    return [{ value: [...at, one.value], share: one.value, said, list: list(answer, `${text(row, "from")} > ${text(row, "to")}`), back: row["back"] === true }];
  });
  return [{
    key: "transitions", caption: words.ask.transitionsCaption, label: words.ask.transitionsLabel(rows.slice(0, 5).map((row) => `${seen.name(text(row, "from"))} → ${seen.name(text(row, "to"))} ${told(row, "chance", "share", seen.locale)}`).join("; ")), height: tall(met.length, 1.6, 10),
    option: (c) => as({
      tooltip: saidTip(c), grid: { ...GRID, top: 8 },
      xAxis: axis(c, { type: "category", data: met.map(seen.name), splitLine: { show: false }, axisLabel: { rotate: 50, interval: 0, hideOverlap: false, width: size(8), overflow: "truncate" } }),
      yAxis: names(c, met.map(seen.name)),
      visualMap: { show: false, min: 0, max: Math.max(...cells.map((one) => one.value[2] ?? 0), 0.01), inRange: { color: [c.card, c.pale, c.track] } },
      series: [{ type: "heatmap", label: { show: window.innerWidth > 900, fontSize: size(0.6), color: c.ink, formatter: (p: { data: { value: number[] } }) => `${Math.round((p.data.value[2] ?? 0) * 100)}` }, data: cells.map((one) => ({ ...one, label: onCell(c, one.share / Math.max(...cells.map((each) => each.share), 0.01)), itemStyle: { borderColor: one.back ? c.ink : c.card, borderWidth: 1, borderType: one.back ? "dashed" : "solid" } })) }],
    }),
  }];
}
