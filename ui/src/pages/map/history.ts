// What was written, so that it can be undone and done again.
export interface Entry { text: string; by: string; holds: string }
export interface Change { lane: string; stage: string; before: Entry[]; after: Entry[] }
export interface History { past: Change[]; future: Change[] }

const MOST = 200;

export function same(a: Entry[], b: Entry[]): boolean {
  return a.length === b.length && a.every((one, i) => one.text === b[i]?.text && one.by === b[i]?.by && one.holds === b[i]?.holds);
}

/** Whether what is claimed of the data is another now, so that they must be asked again. */
export function claimsDiffer(a: Entry[], b: Entry[]): boolean {
  const claims = (entries: Entry[]) => entries.map((one) => one.holds).filter(Boolean).sort().join("\n");
  return claims(a) !== claims(b);
}

/** A change begins a new future. One that changes nothing is none. */
export function afterChange(history: History, change: Change): History {
  return same(change.before, change.after) ? history : { past: [...history.past, change].slice(-MOST), future: [] };
}

export function undone(history: History): { history: History; change: Change } | null {
  const change = history.past.at(-1);
  return change ? { change, history: { past: history.past.slice(0, -1), future: [change, ...history.future] } } : null;
}

export function redone(history: History): { history: History; change: Change } | null {
  const [change, ...future] = history.future;
  return change ? { change, history: { past: [...history.past, change], future } } : null;
}
