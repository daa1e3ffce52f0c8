// How high the page's header is, how wide the map must be and how wide the window's scroll bar is, for heads that stay in
// sight while the window scrolls both ways: told to the style sheet as --top, --map-width and --bar.
import { useEffect } from "react";

const HEAD = 7.5; // rem, the lanes' heads
const STAGE = 12; // rem, the least of a stage

export function useHeads(stages: number): void {
  useEffect(() => {
    const root = document.documentElement;
    root.style.setProperty("--map-width", `${HEAD + stages * STAGE + 2.5}rem`);
    const header = document.querySelector<HTMLElement>("header.top");
    const tell = () => {
      root.style.setProperty("--top", `${header?.offsetHeight ?? 0}px`);
      root.style.setProperty("--bar", `${window.innerWidth - root.clientWidth}px`);
    };
    tell();
    const watch = new ResizeObserver(tell);
    if (header) watch.observe(header);
    return () => {
      watch.disconnect();
      root.style.removeProperty("--map-width");
      root.style.removeProperty("--top");
      root.style.removeProperty("--bar");
    };
  }, [stages]);
}
