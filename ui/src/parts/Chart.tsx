// A chart in a figure with a sentence for who does not see it; a table stands beside it wherever it is used.
// ECharts is loaded when the first chart is drawn.
import { useComputedColorScheme } from "@mantine/core";
import type { EChartsOption } from "echarts";
import { useEffect, useRef } from "react";

export interface Palette { ink: string; muted: string; line: string; card: string; paper: string; teal: string; track: string; from: string; pale: string; good: string; warn: string; bad: string; series: string[] }

/** The theme's colours as they are now. */
export function palette(): Palette {
  const css = getComputedStyle(document.documentElement);
  const get = (name: string) => css.getPropertyValue(`--${name}`).trim();
  const found = { ink: get("ink"), muted: get("muted"), line: get("line"), card: get("card"), paper: get("paper"), teal: get("teal"), track: get("track-to"), from: get("track-from"), pale: get("track-pale"), good: get("good"), warn: get("warn"), bad: get("bad") };
  return { ...found, series: [found.track, found.teal, get("inferred"), found.good, found.warn, found.muted, found.bad, get("effort")] };
}

interface Props {
  label: string;
  option: (colours: Palette) => EChartsOption;
  height?: string;
  onClick?: (params: { seriesName?: string | undefined; name: string; dataIndex: number; data: unknown; dataType?: string | undefined }) => void;
  caption?: string;
}

export function Chart({ label, option, height = "20rem", onClick, caption }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<import("echarts").ECharts | null>(null);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    let gone = false;
    let watch: ResizeObserver | undefined;
    void import("@/parts/echarts").then(({ init }) => {
      if (gone || !box.current) return;
      chart.current ??= init(box.current);
      const colours = palette();
      const [all, own] = [base(colours), option(colours)];
      chart.current.setOption({ ...all, ...own, tooltip: { ...(all.tooltip as object), ...(own.tooltip as object | undefined) } }, { notMerge: true });
      chart.current.off("click");
      if (onClick) chart.current.on("click", (params) => onClick(params as never));
      watch = new ResizeObserver(() => chart.current?.resize());
      watch.observe(box.current);
    });
    return () => {
      gone = true;
      watch?.disconnect();
    };
  }, [option, scheme, onClick]);
  useEffect(() => () => { chart.current?.dispose(); chart.current = null; }, []);
  return (
    <figure className="chart">
      {caption && <figcaption>{caption}</figcaption>}
      <div ref={box} role="img" aria-label={label} style={{ height }} />
    </figure>
  );
}

function base(colours: Palette): EChartsOption {
  return {
    color: colours.series,
    useUTC: true, // days of a calendar are told as if they were UTC's: no reader's zone moves them
    animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colours.ink },
    grid: { left: 8, right: 16, top: 24, bottom: 8, containLabel: true },
    tooltip: { backgroundColor: colours.card, borderColor: colours.line, textStyle: { color: colours.ink }, confine: true },
  };
}
