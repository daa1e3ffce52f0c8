// Charts of differences and credit: whiskers ranked, a waterfall, dots by model, promises against 100 %, groups as small multiples.
import { inUnit, interval, number, sentence, type Unit } from "@/format";
import { as, axis, GRID, hatched, known, legend, lineColours, list, names, num, percentAxis, rowsOf, saidTip, size, stepOf, tall, text, tip, told, unitOf, whiskers, zero, type Draw, type Drawing, type Mark, type Row, type Seen, type Shape } from "@/parts/charts/drawing";
import { words } from "@/words";

const inAxis = (unit: Unit, seen: Seen) => ({ axisLabel: { formatter: (value: number) => (unit === "points" || unit === "share" ? number(value * 100, { maximumFractionDigits: 1 }) : inUnit(value, unit, seen.locale)) }, splitNumber: 4 });

export const friction: Draw = (answer, seen) => {
  const side = (name: "friction" | "delight"): Drawing[] => {
    const rows = rowsOf(answer.tables[name]).slice(0, 15);
    if (!rows.length) return [];
    const labels = rows.map((row) => `${sentence(text(row, "what"))} · ${seen.name(text(row, "stage"))}${row["group"] ? ` · ${text(row, "group")}` : ""}`);
    const said = (row: Row, i: number) => tip(labels[i], told(row, "difference", "points", seen.locale), row["value"] !== null && `${inUnit(num(row, "value"), "money", seen.locale)}, ${words.ask.successes(Math.round(num(row, "successes")))}`);
    const marks = (color: string): Mark[] => rows.flatMap((row, y) => { const one = known(row, "difference"); return one ? [{ y, one, said: said(row, y), color, list: list(answer, `${name} ${num(row, "rank")}`) }] : []; });
    return [{
      key: name, caption: words.ask[name], label: `${words.ask[name]}: ${rows.slice(0, 5).map((row, i) => `${labels[i]} ${told(row, "difference", "points", seen.locale)}`).join("; ")}`, height: tall(rows.length),
      option: (c) => as({ tooltip: saidTip(c), grid: GRID, xAxis: axis(c, { type: "value", ...inAxis("points", seen) }), yAxis: names(c, labels), series: [{ ...whiskers(marks(name === "friction" ? c.bad : c.good), words.ask[name]), markLine: zero(c) }] }),
    }];
  };
  return [...side("friction"), ...side("delight")];
};

/** Differences of one unit each, those beyond chance first and in ink, the others muted. */
export const comparison: Draw = (answer, seen) => {
  const all = rowsOf(answer.tables["differences"]).filter((row) => known(row, "difference"));
  const kinds: [string, Unit[]][] = [[words.ask.ofShares, ["share", "points"]], [words.ask.ofTimes, ["duration"]], [words.ask.ofMoney, ["money"]], [words.ask.ofScores, ["score", "emotion"]]];
  return kinds.flatMap(([caption, units], k): Drawing[] => {
    const of = all.filter((row) => units.includes(unitOf(row)));
    const beyond = of.filter((row) => row["beyond_chance"] === true);
    const rows = (beyond.length ? beyond : of).slice(0, k ? 8 : 16);
    if (!rows.length || (k && !beyond.length && all.length > 8)) return [];
    const unit = unitOf(rows[0] ?? {}, true);
    const said = (row: Row) => tip(text(row, "what"), `${told(row, "a", unitOf(row), seen.locale)} ${words.map.against.against(told(row, "b", unitOf(row), seen.locale))}`, told(row, "difference", unitOf(row, true), seen.locale), row["beyond_chance"] ? words.ask.beyond : words.ask.mayBeChance);
    return [{
      key: `apart-${k}`, caption: `${caption}. ${words.ask.aLessB}`, label: `${caption}: ${rows.slice(0, 6).map((row) => `${text(row, "what")} ${told(row, "difference", unit, seen.locale)}`).join("; ")}`, height: tall(rows.length),
      option: (c) => {
        const marks = (yes: boolean): Mark[] => rows.flatMap((row, y) => { const one = known(row, "difference"); return one && (row["beyond_chance"] === true) === yes ? [{ y, one, said: said(row), list: list(answer, `${text(row, "measure")} a`) }] : []; });
        const ends = rows.flatMap((row) => { const one = known(row, "difference"); return one ? [one.low, one.high] : []; });
        const reach = Math.max(0, ...ends) - Math.min(0, ...ends);
        return as({ tooltip: saidTip(c), grid: GRID, xAxis: axis(c, { type: "value", ...inAxis(unit, seen), ...(unit === "duration" ? { interval: stepOf(reach) } : {}) }), yAxis: names(c, rows.map((row) => text(row, "what"))), series: [{ ...whiskers(marks(true), words.ask.beyond, { color: c.track }), markLine: zero(c) }, whiskers(marks(false), words.ask.mayBeChance, { color: c.muted, shape: "ring" })] });
      },
    }];
  });
};

export interface Fall { name: string; from: number; to: number; low: number | null; high: number | null; kind: "mix" | "rate" | "all" }

/** The steps of a waterfall: each group's mix and rate in turn, and the whole at the end. */
export function falls(rows: Row[]): Fall[] {
  let at = 0;
  const found: Fall[] = [];
  for (const row of rows) {
    for (const kind of ["mix", "rate"] as const) {
      const value = row[kind];
      if (typeof value !== "number" || value === 0) continue;
      const within = known(row, `${kind}_within`);
      found.push({ name: `${text(row, "label")}: ${words.ask[kind]}`, from: at, to: at + value, low: within && at + within.low, high: within && at + within.high, kind });
      at += value;
    }
  }
  return [...found, { name: words.ask.whole, from: 0, to: at, low: null, high: null, kind: "all" }];
}

export const change: Draw = (answer, seen) => {
  const table = answer.tables["terms"];
  const unit = (table?.columns.find((one) => one.name === "mix")?.unit ?? "points") as Unit;
  const steps = falls([...rowsOf(table)].sort((a, b) => Math.abs(num(b, "mix")) + Math.abs(num(b, "rate")) - Math.abs(num(a, "mix")) - Math.abs(num(a, "rate"))).slice(0, 10));
  const said = (one: Fall) => tip(one.name, inUnit(one.to - one.from, unit, seen.locale), one.low !== null && one.high !== null && interval(one.low - one.from, one.high - one.from, unit, seen.locale));
  return [{
    key: "change", caption: words.ask.changeCaption, label: `${words.ask.changeCaption} ${steps.map((one) => `${one.name} ${inUnit(one.to - one.from, unit, seen.locale)}`).join("; ")}`, height: tall(steps.length, 1.9, 4),
    option: (c) => as({
      tooltip: saidTip(c), grid: { ...GRID, top: size(2) }, legend: legend(c, [words.ask.mix, words.ask.rate, words.ask.whole]),
      xAxis: axis(c, { type: "value", scale: true, ...inAxis(unit, seen) }), yAxis: names(c, steps.map((one) => one.name)),
      series: [
        { type: "bar", stack: "fall", silent: true, itemStyle: { color: "transparent" }, data: steps.map((one) => (one.from >= 0 === one.to >= 0 ? Math.sign(one.from + one.to) * Math.min(Math.abs(one.from), Math.abs(one.to)) : 0)) },
        ...(["mix", "rate", "all"] as const).map((kind) => ({
          name: kind === "all" ? words.ask.whole : words.ask[kind], type: "custom" as const, encode: { x: [1, 2, 3, 4], y: 0 },
          itemStyle: { color: kind === "mix" ? c.teal : kind === "rate" ? c.track : c.ink },
          data: steps.flatMap((one, y) => (one.kind === kind ? [{ value: [y, one.from, one.to, one.low ?? one.to, one.high ?? one.to], said: said(one) }] : [])),
          renderItem: bar(kind === "mix"),
        })),
      ],
    }),
  }];
};

type Api = { value: (i: number) => unknown; coord: (at: number[]) => number[]; size?: (of: number[]) => number | number[]; visual: (name: string) => unknown };
function bar(pale: boolean) {
  return (_params: unknown, api: Api) => {
    const y = Number(api.value(0));
    const x = [1, 2, 3, 4].map((i) => api.coord([Number(api.value(i)), y])[0] ?? 0);
    const middle = api.coord([0, y])[1] ?? 0;
    const half = (((api.size?.([0, 1]) as number[] | undefined)?.[1] ?? 20) * 0.55) / 2;
    const [from = 0, to = 0, low = 0, high = 0] = x;
    const color = String(api.visual("color"));
    return { type: "group", children: [
      { type: "rect", shape: { x: Math.min(from, to), y: middle - half, width: Math.max(Math.abs(to - from), 1), height: 2 * half }, style: { fill: color, opacity: pale ? 0.75 : 1 } },
      { type: "line", shape: { x1: low, y1: middle, x2: high, y2: middle }, style: { stroke: color, lineWidth: size(0.1), lineDash: [3, 2] } },
    ] };
  };
}

const MODELS: Shape[] = ["circle", "square", "diamond", "triangle", "ring", "down", "bar"];

export const attribution: Draw = (answer, seen) => {
  const channels = rowsOf(answer.tables["credit"]).map((row) => text(row, answer.tables["credit"]?.columns[0]?.name ?? "channel")).filter((one) => !/^\(/.test(one)).slice(0, 12);
  const rows = rowsOf(answer.tables["intervals"]);
  const first = answer.tables["intervals"]?.columns[0]?.name ?? "channel";
  const models = [...new Set(rows.map((row) => text(row, "model")))];
  if (!rows.length) return [];
  return [{
    key: "attribution", caption: words.ask.creditCaption, label: `${words.ask.creditCaption} ${channels.slice(0, 4).map((one) => `${seen.name(one)}: ${rows.filter((row) => row[first] === one).map((row) => `${text(row, "model").replaceAll("_", " ")} ${told(row, "conversions", "count", seen.locale)}`).join(", ")}`).join("; ")}`, height: tall(channels.length, 3.6, 4),
    option: (c) => as({
      tooltip: saidTip(c), grid: { ...GRID, top: size(2.5) }, legend: legend(c), xAxis: axis(c, { type: "value", min: 0 }),
      yAxis: { ...names(c, channels.map(seen.name)), splitLine: { show: true, lineStyle: { color: c.line } } },
      series: models.map((model, k) => whiskers(rows.flatMap((row): Mark[] => {
        const y = channels.indexOf(text(row, first));
        const one = known(row, "conversions");
        return one && y >= 0 && row["model"] === model ? [{ y, one, said: tip(`${seen.name(text(row, first))}, ${model.replaceAll("_", " ")}`, told(row, "conversions", "count", seen.locale)), list: list(answer, `credited ${text(row, first)}`) }] : [];
      }), model.replaceAll("_", " "), { shift: ((k + 0.5) / models.length - 0.5) * 0.78, shape: MODELS[k % MODELS.length] ?? "circle", color: lineColours(c)[k % 7] ?? c.ink })),
    }),
  }];
};

export const promises: Draw = (answer, seen) => {
  const table = answer.tables["kept"];
  const rows = rowsOf(table);
  const label = (row: Row) => [seen.name(text(row, "promise")), row["group"] ? text(row, "group") : ""].filter(Boolean).join(" · ");
  // What is overdue was due and is broken; who waits in time is not known yet. Where too few were due, nothing is drawn.
  const due = (row: Row, part: (share: number) => number) => { const one = known(row, "kept"); return one ? part(one.value) * num(row, "due") : 0; };
  const share = (row: Row, count: number) => (known(row, "kept") ? count / (num(row, "due") + num(row, "waiting") || 1) : 0);
  const keptOf = (row: Row) => due(row, (one) => one);
  const brokenOf = (row: Row) => due(row, (one) => 1 - one);
  // Of the one promise that was asked about, a list is called without it; of a group, with its name behind.
  const before = (row: Row) => (answer.question["promise"] ? "" : `${text(row, "promise")} `);
  const who = (row: Row, what: string) => list(answer, `${before(row)}${what}${row["group"] && row["group"] !== "all" ? ` ${text(row, "group")}` : ""}`);
  const kept: Drawing = {
    key: "kept", caption: words.ask.keptCaption, label: `${words.ask.keptCaption} ${rows.map((row) => `${label(row)} ${told(row, "kept", "share", seen.locale)}`).join("; ")}`, height: tall(rows.length, 3, 4),
    option: (c) => as({
      tooltip: saidTip(c), grid: { ...GRID, top: size(2.5) }, legend: legend(c), xAxis: percentAxis(c, { min: 0, max: 1 }), yAxis: names(c, rows.map(label)),
      series: [
        { name: words.ask.kept, type: "bar", stack: "all", barWidth: "50%", itemStyle: { color: c.track }, data: rows.map((row) => ({ value: share(row, keptOf(row)), said: tip(label(row), words.ask.kept, told(row, "kept", "share", seen.locale)), list: who(row, "kept") })) },
        { name: words.ask.broken, type: "bar", stack: "all", itemStyle: { color: c.pale }, data: rows.map((row) => ({ value: share(row, brokenOf(row)), said: tip(label(row), words.ask.broken, inUnit(Math.round(brokenOf(row)), "count")), list: who(row, "broken") })) },
        { name: words.ask.waiting, type: "bar", stack: "all", itemStyle: hatched(c), data: rows.map((row) => ({ value: share(row, num(row, "waiting")), said: tip(label(row), words.ask.waiting, inUnit(num(row, "waiting"), "count")), list: who(row, "waiting") })) },
        whiskers(rows.flatMap((row, y): Mark[] => { const one = known(row, "kept"); return one ? [{ y, one, said: tip(label(row), told(row, "kept", "share", seen.locale)), list: who(row, "kept") }] : []; }), words.ask.interval, { color: c.ink, shape: "bar" }),
      ],
    }),
  };
  const effects = rowsOf(answer.tables["effects"]).filter((row) => known(row, "difference"));
  if (!effects.length) return [kept];
  const names_ = effects.map((row) => `${text(row, "what")} · ${label(row)}`);
  const marks = (yes: boolean): Mark[] => effects.flatMap((row, y) => { const one = known(row, "difference"); return one && (row["beyond_chance"] === true) === yes ? [{ y, one, said: tip(names_[y], told(row, "difference", "points", seen.locale), yes ? words.ask.beyond : words.ask.mayBeChance) }] : []; });
  return [kept, {
    key: "effects", caption: words.ask.effectsCaption, label: `${words.ask.effectsCaption} ${effects.map((row, i) => `${names_[i]} ${told(row, "difference", "points", seen.locale)}`).join("; ")}`, height: tall(effects.length),
    option: (c) => as({ tooltip: saidTip(c), grid: GRID, xAxis: axis(c, { type: "value", ...inAxis("points", seen) }), yAxis: names(c, names_), series: [{ ...whiskers(marks(true), words.ask.beyond, { color: c.bad }), markLine: zero(c) }, whiskers(marks(false), words.ask.mayBeChance, { color: c.muted, shape: "ring" })] }),
  }];
};

export const groups: Draw = (answer, seen) => {
  const met = rowsOf(answer.tables["touchpoints"]);
  const all = rowsOf(answer.tables["groups"]);
  return all.slice(0, 12).flatMap((group, i): Drawing[] => {
    const id = text(group, "group") || text(group, "label");
    const of = met.filter((row) => all.length === 1 || text(row, "group") === id);
    const rows = of.filter((row) => known(row, "inside")).sort((a, b) => Math.abs(num(b, "difference")) - Math.abs(num(a, "difference"))).slice(0, 8);
    if (!rows.length) return [];
    const title = `${text(group, "label") || id}: ${inUnit(num(group, "customers"), "count")} (${told(group, "share", "share", seen.locale)})`;
    const said = (row: Row) => tip(seen.name(text(row, "touchpoint")), `${words.ask.inside} ${told(row, "inside", "share", seen.locale)}`, `${words.ask.beside} ${told(row, "beside", "share", seen.locale)}`);
    const marks = (name: string): Mark[] => rows.flatMap((row, y) => { const one = known(row, name); return one ? [{ y, one, said: said(row), list: list(answer, id) ?? list(answer, `group ${i + 1}`) }] : []; });
    return [{
      key: `group-${i}`, small: all.length > 1, caption: title, label: `${title}. ${rows.slice(0, 5).map((row) => `${seen.name(text(row, "touchpoint"))} ${told(row, "inside", "share", seen.locale)} ${words.ask.against} ${told(row, "beside", "share", seen.locale)}`).join("; ")}`, height: tall(rows.length, 1.7, 5),
      option: (c) => as({ tooltip: saidTip(c), grid: { ...GRID, top: size(2.2) }, legend: legend(c), xAxis: percentAxis(c, { min: 0, max: 1 }), yAxis: names(c, rows.map((row) => seen.name(text(row, "touchpoint")))), series: [whiskers(marks("inside"), words.ask.inside, { color: c.track }), whiskers(marks("beside"), words.ask.beside, { color: c.muted, shape: "ring" })] }),
    }];
  });
};

