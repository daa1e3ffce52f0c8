// A table of evidence with its picture: a curve, bars, intervals side by side, a line, or quotes.
import type { EChartsOption } from "echarts";
import { useCallback } from "react";
import type { Exhibit } from "@/api/types";
import { date, day, duration, inUnit, interval, measured, sentence, type Locale, type Unit } from "@/format";
import { Chart, type Palette } from "@/parts/Chart";
import { Sentence } from "@/parts/Sentence";
import { stepOf, tick, tip } from "@/parts/charts/drawing";
import { words } from "@/words";

type Cell = string | number | null;
interface Props { exhibit: Exhibit; locale: Locale; openTrail?: ((id: string) => void) | undefined }

export function ExhibitView({ exhibit, locale, openTrail }: Props) {
  const kind = exhibit.chart ?? "table";
  if (kind === "quotes") return <Quotes exhibit={exhibit} locale={locale} />;
  const pictured = kind !== "table" && exhibit.rows.length > 0;
  return (
    <section className="exhibit">
      <h3>{exhibit.title}</h3>
      {pictured && <Picture exhibit={exhibit} locale={locale} />}
      {pictured ? <details><summary>{words.table}</summary><Plain exhibit={exhibit} locale={locale} openTrail={openTrail} /></details> : <Plain exhibit={exhibit} locale={locale} openTrail={openTrail} />}
      {exhibit.note && <p className="small muted"><Sentence>{exhibit.note}</Sentence></p>}
    </section>
  );
}

function Picture({ exhibit, locale }: Props) {
  const option = useCallback((colours: Palette) => OPTIONS[exhibit.chart ?? "table"]?.(exhibit, locale, colours) ?? {}, [exhibit, locale.currency, locale.zone]);
  const high = exhibit.chart === "bars" || exhibit.chart === "whiskers" ? `${Math.max(5, exhibit.rows.length * 1.9 + 2)}rem` : "15rem";
  return <Chart label={sentence(`${exhibit.title}. ${exhibit.note ?? ""}`, locale.currency)} option={option} height={high} />;
}

const OPTIONS: Record<string, (exhibit: Exhibit, locale: Locale, colours: Palette) => EChartsOption> = { curve, bars, whiskers, line };

function number(cell: Cell | undefined): number | null {
  return typeof cell === "number" ? cell : null;
}

function said(unit: Unit, locale: Locale) {
  return (value: unknown) => inUnit(typeof value === "number" ? value : null, unit, locale);
}

/** What stands at one place of the axis, of the lines that are called so: as text, since the policy of the page allows no inline styles. */
function onAxis(x: (at: number) => string, y: (value: number | null) => string, called: string[] = []): EChartsOption["tooltip"] {
  type At = { seriesName: string; value: [number, number | null] };
  const formatter = (all: At[]) => tip(x(all[0]?.value[0] ?? 0), ...all.filter((one) => !called.length || called.includes(one.seriesName)).map((one) => (called.length ? `${one.seriesName}: ${y(one.value[1])}` : y(one.value[1]))));
  return { trigger: "axis", formatter: formatter as never };
}

function curve(exhibit: Exhibit, locale: Locale, colours: Palette): EChartsOption {
  const at = (name: string) => exhibit.columns.findIndex((one) => one.name === name);
  const series = (name: string) => exhibit.rows.map((row) => [number(row[0]), number(row[at(name)])]);
  const label = (name: string) => exhibit.columns[at(name)]?.label ?? name;
  const band = exhibit.rows.map((row) => {
    const [low, high] = [number(row[at("low")]), number(row[at("high")])];
    return [number(row[0]), low === null || high === null ? null : high - low];
  });
  const lines = (["succeeded", "left", "lapsed"] as const).filter((name) => at(name) >= 0);
  const colour = { succeeded: colours.track, left: colours.bad, lapsed: colours.muted };
  const dash = { succeeded: "solid", left: [2, 3], lapsed: [5, 4] } as const;
  return {
    legend: { data: lines.map(label), textStyle: { color: colours.muted }, top: 0 },
    grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
    xAxis: { type: "value", max: "dataMax", interval: stepOf(Math.max(...exhibit.rows.map((row) => number(row[0]) ?? 0), 1)), axisLabel: { formatter: (value: number) => duration(value), color: colours.muted, hideOverlap: true }, splitLine: { show: false } },
    yAxis: { type: "value", axisLabel: { formatter: said("share", locale), color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
    tooltip: onAxis((x) => duration(x), (y) => inUnit(y, "share", locale), lines.map(label)),
    series: [
      { type: "line", stack: "band", data: series("low"), lineStyle: { opacity: 0 }, symbol: "none", silent: true, tooltip: { show: false } },
      { type: "line", stack: "band", data: band, lineStyle: { opacity: 0 }, areaStyle: { color: colours.pale, opacity: 0.7 }, symbol: "none", silent: true, tooltip: { show: false } },
      ...lines.map((name) => ({ type: "line" as const, name: label(name), data: series(name), symbol: "none", lineStyle: { color: colour[name], width: 2, type: dash[name] as "solid" }, itemStyle: { color: colour[name] } })),
    ],
  };
}

function bars(exhibit: Exhibit, locale: Locale, colours: Palette): EChartsOption {
  const unit = (exhibit.columns[1]?.unit ?? "count") as Unit;
  const rows = [...exhibit.rows].reverse();
  return {
    tooltip: { formatter: (one) => tip(`${(one as { name: string }).name}: ${said(unit, locale)((one as { value: unknown }).value)}`) },
    xAxis: { type: "value", axisLabel: { formatter: tick, color: colours.muted, hideOverlap: true }, splitLine: { lineStyle: { color: colours.line } } },
    yAxis: { type: "category", data: rows.map((row) => String(row[0])), axisLabel: { color: colours.ink, width: 170, overflow: "truncate" }, axisTick: { show: false } },
    series: [{ type: "bar", data: rows.map((row) => number(row[1])), barMaxWidth: 14, itemStyle: { color: colours.track, borderRadius: 3 }, label: { show: true, position: "right", color: colours.ink, formatter: (one) => said(unit, locale)(one.value) } }],
    grid: { left: 8, right: 72, top: 8, bottom: 8, containLabel: true },
  };
}

function whiskers(exhibit: Exhibit, locale: Locale, colours: Palette): EChartsOption {
  const unit = (exhibit.columns[1]?.unit ?? "number") as Unit;
  const rows = [...exhibit.rows].reverse();
  return {
    grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", scale: true, axisLabel: { formatter: said(unit, locale), color: colours.muted, hideOverlap: true }, splitLine: { lineStyle: { color: colours.line } } },
    yAxis: { type: "category", data: rows.map((row) => String(row[0])), axisLabel: { color: colours.ink, width: 190, overflow: "truncate" }, axisTick: { show: false } },
    tooltip: { formatter: (one) => { const row = rows[(one as { dataIndex: number }).dataIndex]; return tip(`${String(row?.[0])}: ${said(unit, locale)(row?.[1])} (${interval(number(row?.[2]), number(row?.[3]), unit, locale)})`); } },
    series: [
      {
        type: "custom", silent: true, data: rows.map((row, i) => [i, number(row[2]), number(row[3])]), encode: { x: [1, 2], y: 0 },
        renderItem: (_, api) => {
          const low = api.coord([api.value(1), api.value(0)]);
          const high = api.coord([api.value(2), api.value(0)]);
          if (!Number.isFinite(low[0]) || !Number.isFinite(high[0])) return null;
          return { type: "line", shape: { x1: low[0] ?? 0, y1: low[1] ?? 0, x2: high[0] ?? 0, y2: high[1] ?? 0 }, style: { stroke: colours.track, lineWidth: 2 } };
        },
      },
      { type: "scatter", data: rows.map((row, i) => [number(row[1]), i]), symbolSize: 9, itemStyle: { color: colours.track } },
    ],
  };
}

function line(exhibit: Exhibit, locale: Locale, colours: Palette): EChartsOption {
  const unit = (exhibit.columns[0]?.unit ?? "instant") as Unit;
  return {
    xAxis: { type: "value", scale: true, axisLabel: { formatter: (value: number) => (unit === "instant" ? date(value, { month: "short", year: "2-digit", timeZone: locale.zone }) : said(unit, locale)(value)), color: colours.muted, hideOverlap: true }, splitLine: { show: false } },
    yAxis: { type: "value", axisLabel: { formatter: tick, color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
    tooltip: onAxis((x) => (unit === "instant" ? day(x, locale.zone) : inUnit(x, unit, locale)), (y) => inUnit(y, (exhibit.columns[1]?.unit ?? "number") as Unit, locale)),
    series: [{ type: "line", data: exhibit.rows.map((row) => [number(row[0]), number(row[1])]), symbol: "none", lineStyle: { color: colours.track, width: 2 }, areaStyle: { color: colours.pale, opacity: 0.4 } }],
  };
}

function Plain({ exhibit, locale, openTrail }: Props) {
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={exhibit.title}>
      <table className="data-table">
        <caption className="sr">{exhibit.title}</caption>
        <thead><tr>{exhibit.columns.map((one) => <th key={one.name} scope="col" className={one.unit && one.unit !== "text" ? "n" : undefined}>{one.label}</th>)}</tr></thead>
        <tbody>
          {exhibit.rows.map((row, i) => {
            const link = exhibit.links?.[i];
            return (
              <tr key={i}>
                {row.map((cell, k) => {
                  const unit = (exhibit.columns[k]?.unit ?? "text") as Unit;
                  const text = typeof cell === "number" ? measured(cell, cell, unit, locale) : (cell ?? words.none);
                  return <td key={k} className={unit !== "text" ? "n" : undefined}>{k === 0 && link && openTrail ? <button type="button" className="link" onClick={() => openTrail(link)}>{text}</button> : text}</td>;
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Quotes({ exhibit, locale }: Props) {
  return (
    <section className="exhibit">
      <h3>{exhibit.title}</h3>
      <ul className="quotes">
        {exhibit.rows.map((row, i) => (
          <li key={i}><q>{String(row[0] ?? "")}</q><p className="small muted">{row.slice(1).map((cell, k) => (typeof cell === "number" ? inUnit(cell, (exhibit.columns[k + 1]?.unit ?? "number") as Unit, locale) : cell)).filter(Boolean).join(" · ")}</p></li>
        ))}
      </ul>
      {exhibit.note && <p className="small muted"><Sentence>{exhibit.note}</Sentence></p>}
    </section>
  );
}
