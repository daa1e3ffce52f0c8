// Charts over time: retention with its cohorts, who goes and who stays, where customers are.
import type { Palette } from "@/parts/Chart";
import { inUnit, percent } from "@/format";
import { bandsOption, stageColours } from "@/parts/charts/bands";
import { noteBands, periodStart } from "@/parts/annotations";
import { as, axis, GRID, hatched, known, legend, list, names, num, onCell, percentAxis, rowsOf, saidTip, size, tall, text, tip, told, tooltip, type Draw, type Drawing, type Row } from "@/parts/charts/drawing";
import { overTime } from "@/parts/charts/ways";
import { words } from "@/words";

const COHORTS = 26;

export const retention: Draw = (answer, seen) => {
  const curve = rowsOf(answer.tables["curve"]);
  const cells = rowsOf(answer.tables["cells"]);
  const columns = curve.map((row) => text(row, "column"));
  const cohorts = [...new Set(cells.map((row) => text(row, "cohort")))].slice(-COHORTS);
  const most = Math.max(...cells.map((row) => known(row, "rate")?.value ?? 0), 0.01);
  const drawn = cells.filter((row) => cohorts.includes(text(row, "cohort"))).map((row) => {
    const name = `${text(row, "cohort")} ${text(row, "column")}`;
    return { at: [columns.indexOf(text(row, "column")), cohorts.indexOf(text(row, "cohort"))], one: known(row, "rate"), over: row["complete"] === true, said: tip(name, words.ask.started(num(row, "customers")), told(row, "rate", "share", seen.locale), row["complete"] !== true && words.ask.notOver), list: list(answer, name) };
  });
  const whole = overTime(words.ask.retentionCaption, curve, "column", "rate", seen, (row) => row["complete"] !== true, (row) => list(answer, text(row, "column")));
  if (!cohorts.length) return [whole];
  const heat: Drawing = {
    key: "cohorts", caption: words.ask.cohortsCaption(cohorts.length), label: words.ask.cohortsLabel(cohorts.length, columns.length), height: tall(cohorts.length, 1.35, 3),
    option: (c) => as({
      tooltip: saidTip(c), grid: { ...GRID, top: size(1.6) },
      xAxis: axis(c, { type: "category", data: columns, position: "top", splitLine: { show: false } }), yAxis: names(c, cohorts),
      visualMap: { show: false, min: 0, max: most, inRange: { color: [c.card, c.pale, c.track] }, seriesIndex: 0 },
      series: [
        { type: "heatmap", itemStyle: { borderColor: c.card, borderWidth: 1 }, label: { show: window.innerWidth > 900, fontSize: size(0.65), color: c.ink, formatter: (p: { value: number[] }) => `${Math.round((p.value[2] ?? 0) * 100)}` }, data: drawn.filter((one) => one.one).map((one) => ({ value: [...one.at, one.one?.value ?? 0], label: onCell(c, (one.one?.value ?? 0) / most), said: one.said, list: one.list })) },
        { type: "custom", silent: true, data: drawn.filter((one) => !one.over).map((one) => one.at), renderItem: stripes(c) },
      ],
    }),
  };
  return [whole, heat];
};

type Api = { value: (i: number) => unknown; coord: (at: number[]) => number[]; size?: (of: number[]) => number | number[] };
/** Stripes over a cell that is not over yet. */
function stripes(c: Palette) {
  return (_params: unknown, api: Api) => {
    const [x = 0, y = 0] = api.coord([Number(api.value(0)), Number(api.value(1))]);
    const [w = 0, h = 0] = (api.size?.([1, 1]) as number[] | undefined) ?? [];
    const gap = size(0.45);
    const lines = [];
    for (let at = -h; at < w; at += gap) {
      const from = Math.max(at, 0);
      const to = Math.min(at + h, w);
      if (to > from) lines.push({ type: "line", shape: { x1: x - w / 2 + from, y1: y - h / 2 + (from - at), x2: x - w / 2 + to, y2: y - h / 2 + (to - at) }, style: { stroke: c.muted, lineWidth: 1, opacity: 0.45 } });
    }
    return { type: "group", children: lines };
  };
}

/** Areas on top of each other; the series in the order of the columns. */
function areas(c: Palette, at: string[], series: { name: string; color: string; data: (number | null)[]; hatch?: boolean }[], share: boolean, xName = ""): object {
  const show = (value: number) => (share ? percent(value) : inUnit(value, "count"));
  return {
    tooltip: { ...tooltip(c, ((all: { seriesName: string; value: number | null; name: string }[]) => tip(`${xName} ${all[0]?.name ?? ""}`.trim(), ...all.filter((one) => one.value !== null).map((one) => `${one.seriesName}: ${show(Number(one.value))}`).reverse())) as never), trigger: "axis" },
    legend: { ...legend(c), icon: "roundRect" }, grid: { ...GRID, top: size(2.5) },
    xAxis: axis(c, { type: "category", boundaryGap: false, data: at, splitLine: { show: false } }),
    yAxis: share ? percentAxis(c, { min: 0, max: 1 }) : axis(c, { type: "value", min: 0 }),
    series: series.map((one) => ({ name: one.name, type: "line", stack: "all", symbol: "none", itemStyle: { color: one.color }, lineStyle: { width: 1.5, color: c.paper }, areaStyle: one.hatch ? { ...hatched(c), opacity: 0.6 } : { color: one.color, opacity: 1 }, data: one.data })),
  };
}

export const churn: Draw = (answer, seen) => {
  const rows = rowsOf(answer.tables["periods"]);
  const stage = text(rows[0] ?? {}, "stage");
  const staying = rowsOf(answer.tables["staying"]).filter((row) => row["stage"] === stage);
  const unit = answer.tables["staying"]?.columns[0]?.name ?? "";
  const flows: [string, string, number][] = [["entered", words.ask.entered, 1], ["returned", words.ask.cameBack, 1], ["left", words.ask.left, -1], ["lapsed", words.ask.lapsed, -1]];
  const share = (row: Row, name: string) => known(row, name)?.value ?? null;
  const movement: Drawing = {
    key: "moves", dated: true, caption: words.ask.churnCaption, label: `${words.ask.churnCaption} ${rows.slice(-4).map((row) => `${text(row, "period")}: ${flows.map(([name, word]) => `${word} ${inUnit(num(row, name), "count")}`).join(", ")}`).join("; ")}`, height: 20,
    option: (c) => as({
      tooltip: saidTip(c), legend: legend(c), grid: { ...GRID, top: size(2.5) }, xAxis: axis(c, { type: "category", data: rows.map((row) => text(row, "period")), splitLine: { show: false } }),
      yAxis: axis(c, { type: "value", axisLabel: { formatter: (value: number) => inUnit(Math.abs(value), "count") } }),
      series: flows.map(([name, word, sign], k) => ({ name: word, type: "bar", stack: "all", itemStyle: { color: [c.track, c.teal, c.muted, c.pale][k] }, data: rows.map((row) => ({ value: sign * (name === "entered" ? num(row, name) - num(row, "returned") : num(row, name)), said: tip(text(row, "period"), `${word}: ${inUnit(num(row, name), "count")}`, told(row, "churn", "share", seen.locale) && `${words.ask.churned} ${told(row, "churn", "share", seen.locale)}`, row["complete"] !== true && words.ask.notOver), list: list(answer, `${name} ${text(row, "period")}`), ...(row["complete"] === true ? {} : { itemStyle: hatched(c) }) })) })).concat(noteBands(seen.notes ?? [], c, rows.map((row) => text(row, "period"))) as never),
    }),
  };
  if (!staying.length) return [movement];
  return [movement, {
    key: "staying", caption: words.ask.stayingCaption, label: `${words.ask.stayingCaption} ${staying.slice(0, 6).map((row) => `${unit} ${num(row, unit)}: ${told(row, "still", "share", seen.locale)}`).join("; ")}`, height: 18,
    option: (c) => as(areas(c, staying.map((row) => String(num(row, unit))), [{ name: words.ask.still, color: c.track, data: staying.map((row) => share(row, "still")) }, { name: words.ask.left, color: c.muted, data: staying.map((row) => share(row, "left")) }, { name: words.ask.lapsed, color: c.pale, data: staying.map((row) => share(row, "lapsed")) }], true, unit)),
  }];
};

export const occupancy: Draw = (answer, seen) => {
  const table = answer.tables["after"];
  const unit = table?.columns[0]?.name ?? "weeks";
  const after = rowsOf(table).filter((row) => table?.columns.some((one) => known(row, one.name) && one.unit === "share"));
  const states = (table?.columns ?? []).filter((one) => one.unit === "share" && !/_(low|high|n)$/.test(one.name)).map((one) => one.name);
  const counts = answer.tables["counts"];
  const weeks = rowsOf(counts);
  const stages = (counts?.columns ?? []).slice(1).map((one) => one.name);
  const colours = (c: Palette, name: string) => (name === "completed" ? c.teal : name === "left" ? c.muted : name === "lapsed" ? c.line : stageColours(c, stages.length)[stages.indexOf(name)] ?? c.track);
  const word = (name: string) => (name === "left" ? words.ask.left : name === "lapsed" ? words.ask.lapsed : seen.name(name));
  const day = (row: Row) => text(row, "at").slice(0, 10);
  const last = after.at(-1) ?? {};
  return [
    { key: "after", caption: words.ask.afterCaption, label: `${words.ask.afterCaption} ${unit} ${num(last, unit)}: ${states.map((one) => `${word(one)} ${told(last, one, "share", seen.locale)}`).join("; ")}`, height: 20, option: (c) => as(areas(c, after.map((row) => String(num(row, unit))), states.map((one) => ({ name: word(one), color: colours(c, one), data: after.map((row) => known(row, one)?.value ?? null) })), true, unit)) },
    { key: "counts", dated: true, caption: words.ask.countsCaption, label: `${words.ask.countsCaption} ${stages.map((one) => `${word(one)} ${inUnit(num(weeks.at(-1) ?? {}, one), "count")}`).join("; ")}`, height: 20, option: (c) => bandsOption(c, weeks.map((row) => periodStart(day(row)) ?? 0), stages.map((one) => ({ name: word(one), data: weeks.map((row) => num(row, one)), list: list(answer, one) })), seen.notes ?? []) },
  ];
};
