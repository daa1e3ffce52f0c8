// A measure's unit as the app writes it: ease is a point between −2 and +2, as on the map.
import type { Unit } from "@/format";

export function unitOf(unit: string): Unit {
  return unit === "ease" ? "emotion" : (unit as Unit);
}
