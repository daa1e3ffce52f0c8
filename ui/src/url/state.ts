// What a view shows stands in its URL, so that a link opens it again. One hook for a page's own values, one for of whom and of when.
import { createContext, useCallback, useContext, useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { useBrowserLocation } from "wouter/use-browser-location";

export interface AskedOf {
  segment?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  journey?: string | undefined;
}
const ASKED = ["journey", "segment", "since", "until"] as const;

/** Of whom and of when what stands inside is asked, where the address names somebody else: the other side of a comparison. */
export const Elsewhere = createContext<AskedOf | null>(null);

/** The part of a query string that holds on every page, with its "?": of whom and of when. */
export function kept(search: string): string {
  const from = new URLSearchParams(search);
  const to = new URLSearchParams();
  for (const name of ASKED) {
    const value = from.get(name);
    if (value) to.set(name, value);
  }
  const text = to.toString();
  return text ? `?${text}` : "";
}

/** The query string with some values changed; undefined and "" take a value out. */
export function changed(search: string, values: Record<string, string | string[] | undefined>): string {
  const to = new URLSearchParams(search);
  for (const [name, value] of Object.entries(values)) {
    to.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one) to.append(name, one);
  }
  const text = to.toString();
  return text ? `?${text}` : "";
}

/** The values in the URL, and how to change some of them. replace: no new entry in the browser's history. */
export function useUrl(): {
  values: URLSearchParams;
  set: (values: Record<string, string | string[] | undefined>, replace?: boolean) => void;
} {
  const search = useSearch();
  const [, go] = useBrowserLocation();
  const values = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback(
    (some: Record<string, string | string[] | undefined>, replace = false) =>
      go(`${window.location.pathname}${changed(window.location.search, some)}${window.location.hash}`, { replace }),
    [go],
  );
  return { values, set };
}

export function useAsked(): { asked: AskedOf; setAsked: (values: AskedOf) => void } {
  const { values, set } = useUrl();
  const elsewhere = useContext(Elsewhere);
  const asked = useMemo<AskedOf>(() => {
    if (elsewhere) return elsewhere;
    const found: AskedOf = {};
    for (const name of ASKED) {
      const value = values.get(name);
      if (value) found[name] = value;
    }
    return found;
  }, [values, elsewhere]);
  const setAsked = useCallback((some: AskedOf) => set({ ...some }), [set]);
  return { asked, setAsked };
}

/** A link to a page that keeps of whom and of when. */
export function useHref(): (path: string, values?: Record<string, string | string[] | undefined>) => string {
  const search = useSearch();
  const elsewhere = useContext(Elsewhere);
  return useCallback((path, values = {}) => `${path}${changed(elsewhere ? changed("", { ...elsewhere }) : kept(search), values)}`, [search, elsewhere]);
}

export { useLocation };
