// The address of the list behind a number: /customers?question=…&count=…, and the question's own fields. A field that is
// called as one of the list's own values (attribution has a "count") is written "field.count".
import type { Fields } from "@/api/hooks";

const OWN = new Set(["question", "count", "sort", "journey"]);
type Values = Record<string, string | string[] | undefined>;

/** The values of the address. `segment`, `since` and `until` are those of the page unless a field says otherwise. */
export function behind(question: string, count: string, fields: Fields): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(fields)) {
    const all = (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null && one !== "").map(told);
    if (all.length) values[OWN.has(name) ? `field.${name}` : name] = all;
  }
  return { ...values, question, count };
}

/** The question's fields as an address of the question itself would have them. */
export function asked(values: URLSearchParams): URLSearchParams {
  const found = new URLSearchParams();
  for (const [name, value] of values) {
    if (name.startsWith("field.")) found.append(name.slice("field.".length), value);
    else if (!OWN.has(name)) found.append(name, value);
  }
  return found;
}

function told(value: unknown): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
