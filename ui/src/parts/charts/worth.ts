// Charts of worth and of what comes: expected against actual, the RFM grid, how far a forecast can be believed, who is overdue.
import { inUnit, number, percent } from "@/format";
import { as, axis, GRID, known, legend, list, names, num, onCell, percentAxis, rowsOf, saidTip, size, tall, text, tip, told, tooltip, whiskers, type Draw, type Drawing, type Row } from "@/parts/charts/drawing";
import { shortId } from "@/parts/names";
import { words } from "@/words";

export const lifetimeValue: Draw = (answer, seen) => {
  const weeks = rowsOf(answer.tables["weeks"]);
  const found: Drawing[] = [];
  if (weeks.length) {
    const last = weeks.at(-1) ?? {};
    found.push({
      key: "weeks", caption: words.ask.weeksCaption, label: `${words.ask.weeksCaption} ${words.ask.week(num(last, "week"))}: ${words.ask.actual} ${inUnit(num(last, "actual"), "count")}, ${words.ask.expected} ${inUnit(num(last, "expected"), "count")}`, height: 20,
      option: (c) => as({
        tooltip: { ...tooltip(c, ((all: { seriesName: string; value: number; name: string }[]) => tip(words.ask.week(Number(all[0]?.name ?? 0)), ...all.map((one) => `${one.seriesName}: ${inUnit(one.value, "count")}`))) as never), trigger: "axis" },
        legend: legend(c), grid: { ...GRID, top: size(2.5) },
        xAxis: axis(c, { type: "category", boundaryGap: false, data: weeks.map((row) => String(num(row, "week"))), splitLine: { show: false } }), yAxis: axis(c, { type: "value", min: 0 }),
        series: [
          { name: words.ask.actual, type: "line", symbol: "none", lineStyle: { color: c.track, width: size(0.16) }, itemStyle: { color: c.track }, data: weeks.map((row) => num(row, "actual")) },
          { name: words.ask.expected, type: "line", symbol: "none", lineStyle: { color: c.teal, width: size(0.12), type: "dashed" }, itemStyle: { color: c.teal }, data: weeks.map((row) => num(row, "expected")) },
        ],
      }),
    });
  }
  const check = rowsOf(answer.tables["check"]).filter((row) => known(row, "actual"));
  if (check.length) {
    const said = (row: Row) => tip(words.ask.purchasesBefore(text(row, "purchases_before")), words.ask.customers(num(row, "customers")), `${words.ask.actual} ${told(row, "actual", "number", seen.locale)}`, `${words.ask.expected} ${inUnit(num(row, "expected"), "number")}`);
    found.push({
      key: "check", caption: words.ask.checkCaption, label: `${words.ask.checkCaption} ${check.map((row) => `${words.ask.purchasesBefore(text(row, "purchases_before"))}: ${words.ask.actual} ${told(row, "actual", "number", seen.locale)}, ${words.ask.expected} ${inUnit(num(row, "expected"), "number")}`).join("; ")}`, height: tall(check.length, 1.8, 5),
      option: (c) => as({
        tooltip: saidTip(c), legend: legend(c), grid: { ...GRID, top: size(2.5) }, xAxis: axis(c, { type: "value", min: 0 }), yAxis: names(c, check.map((row) => words.ask.purchasesBefore(text(row, "purchases_before")))),
        series: [
          whiskers(check.map((row, y) => ({ y, one: known(row, "actual") ?? { value: 0, low: 0, high: 0, n: 0 }, said: said(row) })), words.ask.actual, { color: c.track }),
          whiskers(check.map((row, y) => ({ y, one: { value: num(row, "expected"), low: num(row, "expected"), high: num(row, "expected"), n: 0 }, said: said(row) })), words.ask.expected, { color: c.teal, shape: "bar" }),
        ],
      }),
    });
  }
  return found;
};

export const rfm: Draw = (answer, seen) => {
  const cells = rowsOf(answer.tables["grid"]);
  const parts = Math.max(...cells.map((row) => num(row, "r")), 1);
  const scores = Array.from({ length: parts }, (_, i) => i + 1);
  const groups = rowsOf(answer.tables["groups"]);
  const found: Drawing[] = [{
    key: "grid", small: true, caption: words.ask.gridCaption, label: `${words.ask.gridCaption} ${[...cells].sort((a, b) => num(b, "customers") - num(a, "customers")).slice(0, 4).map((row) => `R ${num(row, "r")}, F ${num(row, "f")}: ${words.ask.customers(num(row, "customers"))}`).join("; ")}`, height: 22,
    option: (c) => as({
      tooltip: saidTip(c), grid: { ...GRID, top: size(2), bottom: size(1.5) },
      xAxis: axis(c, { type: "category", name: words.ask.recency, nameLocation: "middle", nameGap: size(1.8), data: scores.map((one) => `R ${one}`), splitLine: { show: false } }),
      yAxis: axis(c, { type: "category", name: words.ask.frequency, data: scores.map((one) => `F ${one}`), splitLine: { show: false } }),
      visualMap: { show: false, min: 0, max: Math.max(...cells.map((row) => num(row, "customers")), 1), inRange: { color: [c.card, c.pale, c.track] } },
      series: [{ type: "heatmap", itemStyle: { borderColor: c.line, borderWidth: 1 }, label: { show: true, color: c.ink, fontSize: size(), formatter: (p: { value: number[] }) => inUnit(p.value[2] ?? 0, "count") }, data: cells.map((row) => ({ value: [num(row, "r") - 1, num(row, "f") - 1, num(row, "customers")], label: onCell(c, num(row, "customers") / Math.max(...cells.map((one) => num(one, "customers")), 1)), said: tip(`R ${num(row, "r")}, F ${num(row, "f")}`, words.ask.customers(num(row, "customers")), words.ask.spent(inUnit(num(row, "spent"), "money", seen.locale))) })) }],
    }),
  }];
  const again = groups.filter((row) => known(row, "bought_again"));
  if (again.length) found.push({
    key: "again", small: true, caption: words.ask.againCaption, label: `${words.ask.againCaption} ${again.map((row) => `${text(row, "group")} ${told(row, "bought_again", "share", seen.locale)}`).join("; ")}`, height: 22,
    option: (c) => as({ tooltip: saidTip(c), grid: GRID, xAxis: percentAxis(c, { min: 0 }), yAxis: names(c, again.map((row) => text(row, "group"))), series: [whiskers(again.map((row, y) => ({ y, one: known(row, "bought_again") ?? { value: 0, low: 0, high: 0, n: 0 }, said: tip(text(row, "group"), words.ask.customers(num(row, "customers")), told(row, "bought_again", "share", seen.locale)), list: list(answer, text(row, "group")) })), words.ask.againCaption, { color: c.track })] }),
  });
  return found;
};

export const forecast: Draw = (answer, seen) => {
  const tenths = rowsOf(answer.tables["reliability"]).filter((row) => known(row, "came"));
  const found: Drawing[] = [];
  if (tenths.length) {
    const most = Math.max(...tenths.map((row) => Math.max(num(row, "forecast"), known(row, "came")?.high ?? 0)), 0.001);
    found.push({
      key: "reliability", small: true, caption: words.ask.reliabilityCaption, label: `${words.ask.reliabilityCaption} ${tenths.map((row) => `${percent(num(row, "forecast"))}: ${told(row, "came", "share", seen.locale)}`).join("; ")}`, height: 24,
      option: (c) => as({
        tooltip: saidTip(c), grid: { ...GRID, bottom: size(2), top: size(2) },
        xAxis: percentAxis(c, { name: words.ask.forecasted, nameLocation: "middle", nameGap: size(1.8), min: 0, max: most }), yAxis: percentAxis(c, { name: words.ask.came, min: 0, max: most }),
        series: [
          { type: "line", silent: true, symbol: "none", lineStyle: { color: c.muted, type: "dashed", width: 1 }, data: [[0, 0], [most, most]] },
          { type: "custom", itemStyle: { color: c.track }, encode: { x: 0, y: [1, 2, 3] }, data: tenths.map((row) => { const one = known(row, "came"); return { value: [num(row, "forecast"), one?.value, one?.low, one?.high], said: tip(words.ask.customers(num(row, "customers")), `${words.ask.forecasted} ${percent(num(row, "forecast"))}`, `${words.ask.came} ${told(row, "came", "share", seen.locale)}`) }; }), renderItem: upright },
        ],
      }),
    });
  }
  const drivers = rowsOf(answer.tables["drivers"]).filter((row) => known(row, "worse_without")).slice(0, 10);
  if (drivers.length) found.push({
    key: "drivers", small: true, caption: words.ask.driversCaption, label: `${words.ask.driversCaption} ${drivers.slice(0, 5).map((row) => text(row, "feature")).join("; ")}`, height: 24,
    option: (c) => as({ tooltip: saidTip(c), grid: GRID, xAxis: axis(c, { type: "value", axisLabel: { formatter: (one: number) => number(one, { maximumSignificantDigits: 2 }) }, splitNumber: 3 }), yAxis: names(c, drivers.map((row) => `${text(row, "feature")} ${text(row, "more_of_it") === "more" ? "↑" : "↓"}`)), series: [whiskers(drivers.map((row, y) => ({ y, one: known(row, "worse_without") ?? { value: 0, low: 0, high: 0, n: 0 }, said: tip(text(row, "feature"), words.ask.moreOfIt(text(row, "more_of_it")), told(row, "worse_without", "number", seen.locale)) })), words.ask.driversCaption, { color: c.track })] }),
  });
  return found;
};

type Api = { value: (i: number) => unknown; coord: (at: number[]) => number[]; visual: (name: string) => unknown };
/** A value with its interval, upright. */
function upright(_params: unknown, api: Api) {
  const at = (i: number) => api.coord([Number(api.value(0)), Number(api.value(i))]);
  const [x = 0, y = 0] = at(1);
  const color = String(api.visual("color"));
  return { type: "group", children: [
    { type: "line", shape: { x1: x, y1: at(2)[1], x2: x, y2: at(3)[1] }, style: { stroke: color, lineWidth: size(0.1) } },
    { type: "circle", shape: { cx: x, cy: y, r: size(0.3) }, style: { fill: color } },
  ] };
}

export const overdue: Draw = (answer, seen) => {
  const rows = rowsOf(answer.tables["customers"]).filter((row) => row["alarm"] === "rings").slice(0, 20);
  if (!rows.length) return [];
  const short = (row: Row) => `${shortId(text(row, "customer"))}  ${inUnit(num(row, "at_stake"), "money", seen.locale)}`;
  const said = (row: Row) => tip(short(row), words.ask.silent(num(row, "days_silent")), words.ask.usual(Math.round(num(row, "usual_gap"))), words.ask.alarmAfter(Math.round(num(row, "alarm_after"))), words.ask.since(text(row, "last")));
  const dot = (row: Row, y: number, name: string) => ({ y, one: { value: num(row, name), low: num(row, name), high: num(row, name), n: 0 }, said: said(row) });
  return [{
    key: "overdue", caption: words.ask.overdueCaption, label: `${words.ask.overdueCaption} ${rows.slice(0, 5).map((row) => `${short(row)}, ${words.ask.silent(num(row, "days_silent"))}, ${words.ask.usual(Math.round(num(row, "usual_gap")))}`).join("; ")}`, height: tall(rows.length, 1.5, 4),
    option: (c) => as({
      tooltip: saidTip(c), legend: legend(c), grid: { ...GRID, top: size(2.5) }, xAxis: axis(c, { type: "value", min: 0, axisLabel: { formatter: (one: number) => words.ask.days(one) } }), yAxis: names(c, rows.map(short)),
      series: [
        { name: words.ask.silence, type: "bar", barWidth: "45%", itemStyle: { color: c.pale }, data: rows.map((row) => ({ value: num(row, "days_silent"), said: said(row), list: list(answer, "overdue") })) },
        whiskers(rows.map((row, y) => dot(row, y, "usual_gap")), words.ask.usualGap, { color: c.track }),
        whiskers(rows.map((row, y) => dot(row, y, "alarm_after")), words.ask.alarm, { color: c.bad, shape: "bar" }),
      ],
    }),
  }];
};
