// Which end of a measure is the better one: the same on the map and on Today.
const MORE = new Set(["rate", "eventual", "value", "promise", "score", "ease", "back", "lift", "funnel"]);
const LESS = new Set(["time", "median"]);

/** measure: its family, or its id ("rate:decision"). 1: more is better; −1: less; 0: neither. */
export function better(measure: string): 1 | 0 | -1 {
  const family = measure.split(":")[0] ?? "";
  return MORE.has(family) ? 1 : LESS.has(family) ? -1 : 0;
}
