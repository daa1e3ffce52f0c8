// The pages, in the order of the navigation. A page's own paths are nested below its own.
import { lazy, type ComponentType } from "react";
import { words } from "@/words";

export interface Page {
  id: string;
  path: string;
  label: string;
  component: ComponentType;
  nest: boolean;
}

function page(id: keyof typeof words.nav, load: () => Promise<{ default: ComponentType }>): Page {
  return { id, path: id === "map" ? "/" : `/${id}`, label: words.nav[id], component: lazy(load), nest: id !== "map" };
}

export const PAGES: Page[] = [
  page("map", () => import("@/pages/map")),
  page("today", () => import("@/pages/today")),
  page("stages", () => import("@/pages/stages")),
  page("paths", () => import("@/pages/paths")),
  page("ask", () => import("@/pages/ask")),
  page("customers", () => import("@/pages/customers")),
  page("segments", () => import("@/pages/segments")),
  page("data", () => import("@/pages/data")),
];
