// What somebody has put right of the guesses, file by file; what is sent is only what was changed.
import type { ChoiceIn, FileGuessOut } from "@/generated/client/types.gen";

export type Choices = Record<string, ChoiceIn>;

/** The kinds of identifiers that can be chosen: those that are there, and the usual ones. */
export function kindsOf(file: FileGuessOut): string[] {
  return [...new Set([...Object.keys(file.identifiers), "customer_id", "email", "phone", "user_id", "anonymous_id", "account_id", "order_id"])];
}

/** The choices with one field of one file changed. Of a row that made several events, what is seen is chosen with it. */
export function changed(choices: Choices, file: FileGuessOut, some: Partial<ChoiceIn>): Choices {
  const before = choices[file.id] ?? {};
  const one = file.several && ("time" in some || "event" in some || "of_event" in some)
    ? { time: file.time, event: file.event, of_event: file.of_event, value: file.value ?? "", ...before, ...some }
    : { ...before, ...some };
  return { ...choices, [file.id]: one };
}

/** The identifiers with one kind read from another column; "" takes the kind out. */
export function withKind(identifiers: Record<string, string>, kind: string, column: string): Record<string, string> {
  const rest = Object.fromEntries(Object.entries(identifiers).filter(([name]) => name !== kind));
  return column ? { ...rest, [kind]: column } : rest;
}

const PATIENCE = 7 * 86_400_000; // ms: a source may be so much older than the others

/** Does a file end so long before what is known that its end would be the end of everything? Both days: 2024-12-28. */
export function endsEarly(newest: string, until: string): boolean {
  return Date.parse(until) - Date.parse(newest) > PATIENCE;
}

/** The day of the last row of all files. */
export function newestOf(files: FileGuessOut[]): string | undefined {
  return files.map((one) => one.newest ?? "").sort().at(-1) || undefined;
}

/** Is there enough to make events of a file of which nothing was guessed? */
export function complete(file: FileGuessOut, choice: ChoiceIn | undefined): boolean {
  if (!file.left_out || choice?.used === false) return true;
  return !choice || Boolean(choice.time && choice.identifiers && Object.keys(choice.identifiers).length);
}
