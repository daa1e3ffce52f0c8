// The frame: the brand, the pages, of whom and of when everything is asked, light or dark.
import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { Link, useLocation, useSearch } from "wouter";
import type { WorkspaceOut } from "@/api/types";
import { Asked } from "@/app/Asked";
import { PAGES } from "@/app/pages";
import { kept } from "@/url/state";
import { words } from "@/words";

export function Shell({ workspace, children }: { workspace: WorkspaceOut; children: ReactNode }) {
  const [location] = useLocation();
  const search = useSearch();
  const main = useRef<HTMLElement>(null);
  const nav = useRef<HTMLElement>(null);
  const current = PAGES.find((one) => (one.path === "/" ? location === "/" : location === one.path || location.startsWith(`${one.path}/`)));
  const empty = workspace.state === "empty" || workspace.state === "new";
  const pages = empty ? PAGES.filter((one) => one.id === "data") : PAGES;
  const first = useRef(true);
  useEffect(() => {
    document.title = `${current?.label ?? words.brand} · ${workspace.title}`;
    // Who listens instead of looking is told that the page is another one.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    // On a narrow screen the navigation scrolls: where we are is in sight.
    const [row, here] = [nav.current, nav.current?.querySelector<HTMLElement>("[aria-current]")];
    if (row && here) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.clientWidth) / 2;
  }, [current?.id, current?.label, workspace.title]);
  return (
    <>
      <a className="skip" href="#main">{words.skip}</a>
      <header className="top">
        <Link href={`/${kept(search)}`} className="brand" aria-label={words.home(workspace.title)}>
          <svg viewBox="0 0 28 18" aria-hidden="true"><path d="M2 14 C7 14 8 4 13 4 S19 12 26 8" fill="none" stroke="var(--track-to)" strokeWidth="4" strokeLinecap="round" /></svg>
          <span>{words.brand}</span>
        </Link>
        <nav className="nav" ref={nav} aria-label={words.pages}>
          {pages.map((one) => (
            <Link key={one.id} href={`${one.path}${kept(search)}`} aria-current={one.id === current?.id ? "page" : undefined}>{one.label}</Link>
          ))}
        </nav>
        <div className="asked">
          {!empty && <Asked workspace={workspace} />}
          <Theme />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>{children}</main>
    </>
  );
}

function Theme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  useOnPaper(dark, colorScheme, setColorScheme);
  const label = dark ? words.light : words.dark;
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" radius="xl" size="lg" aria-label={label} onClick={() => setColorScheme(dark ? "light" : "dark")}>
        {dark ? <IconSun size="1.1rem" /> : <IconMoon size="1.1rem" />}
      </ActionIcon>
    </Tooltip>
  );
}

/** Paper is light, whatever the screen is. */
function useOnPaper(dark: boolean, chosen: MantineColorScheme, set: (scheme: MantineColorScheme) => void): void {
  const before = useRef<MantineColorScheme | null>(null);
  useEffect(() => {
    const begin = () => {
      if (!dark) return;
      before.current = chosen;
      flushSync(() => set("light"));
    };
    const end = () => {
      if (before.current) set(before.current);
      before.current = null;
    };
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
    };
  }, [dark, chosen, set]);
}
