// A question's fields between the URL (texts), its schema and the API (values); which of them come first.
import type { Fields } from "@/api/hooks";
import type { Problem, QuestionOut } from "@/api/types";

export type Kind = "text" | "texts" | "choice" | "choices" | "yes" | "number" | "duration" | "steps" | "step" | "stage" | "by" | "side" | "measure" | "measures" | "promise";
export interface Field {
  name: string;
  about: string;
  kind: Kind;
  choices: string[];
  many: boolean;
  required: boolean;
  initial: unknown;
  min?: number | undefined;
  max?: number | undefined;
}
type Schema = Record<string, unknown>;

const ASKED = new Set(["segment", "since", "until"]);
/** What is asked most; the rest stands under "More". */
const FIRST: Record<string, string[]> = {
  funnel: ["steps", "within", "by", "every"],
  paths: ["form", "starts_at", "ends_at", "steps"],
  transitions: ["by", "own", "stage"],
  friction: ["by", "like"],
  attribution: ["by", "touches", "lookback", "models"],
  promises: ["promise", "by"],
  retention: ["start", "returning", "every", "by"],
  churn: ["stage", "every"],
  occupancy: ["every", "origin"],
  comparison: ["a", "b", "measures"],
  change: ["measure", "a", "b", "by"],
  groups: ["rule", "into", "by"],
  "lifetime-value": ["within", "by"],
  rfm: ["parts", "next"],
  forecast: ["what", "within", "model"],
  overdue: ["rhythm", "fresh", "gaps"],
};
const KINDS: Record<string, Kind> = {
  steps: "steps", optional: "steps", starts_at: "step", ends_at: "step", goal: "step", conversion: "step", purchase: "step", start: "step", returning: "step", by_at: "step",
  stage: "stage", by: "by", like: "by", hold: "by", a: "side", b: "side", rule: "side", measure: "measure", measures: "measures", promise: "promise",
  within: "duration", lookback: "duration", session_gap: "duration",
};

/** The fields that a question has of its own: those asked most first, the others in its order. */
export function ownFields(question: QuestionOut): Field[] {
  const schema = question.fields as { properties?: Record<string, Schema>; required?: string[] };
  const required = new Set(schema.required ?? []);
  const first = FIRST[question.name] ?? [];
  const rank = (one: Field) => (first.includes(one.name) ? first.indexOf(one.name) : one.required ? -1 : first.length);
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !ASKED.has(name))
    .map(([name, told]) => readField(name, told, required.has(name)))
    .sort((a, b) => rank(a) - rank(b));
}

/** How many of them stand before "More". */
export function firstFields(question: QuestionOut, fields: Field[]): number {
  const first = FIRST[question.name] ?? [];
  return fields.filter((one) => one.required || first.includes(one.name)).length;
}

function readField(name: string, told: Schema, required: boolean): Field {
  const one = plainest(told);
  const items = (one["items"] ?? {}) as Schema;
  const many = one["type"] === "array";
  const choices = listed(one).length ? listed(one) : many ? listed(items) : [];
  const numeric = one["type"] === "integer" || one["type"] === "number";
  const kind: Kind = choices.length ? (many ? "choices" : "choice")
    : one["type"] === "boolean" ? "yes"
    : numeric ? "number"
    : one["format"] === "duration" ? "duration"
    : many ? (KINDS[name] === "steps" || KINDS[name] === "measures" ? KINDS[name] : "texts")
    : KINDS[name] ?? "text";
  return { name, about: String(told["description"] ?? ""), kind, choices, many, required, initial: told["default"], min: bound(one, "minimum", "exclusiveMinimum"), max: bound(one, "maximum", "exclusiveMaximum") };
}

const listed = (one: Schema): string[] => (one["enum"] as string[] | undefined) ?? (one["const"] !== undefined ? [String(one["const"])] : []);
const bound = (one: Schema, ...names: string[]): number | undefined => names.map((name) => one[name]).find((value): value is number => typeof value === "number");

function plainest(told: Schema): Schema {
  const any = told["anyOf"] as Schema[] | undefined;
  return any?.find((one) => one["type"] !== "null") ?? told;
}

/** What the URL asks, as the API takes it; null where a required field is missing. */
export function fieldsOf(question: QuestionOut, values: URLSearchParams): Fields | null {
  const found: Fields = {};
  for (const field of ownFields(question)) {
    const all = values.getAll(field.name).filter((one) => one !== "");
    const first = all[0];
    if (first === undefined) {
      if (field.required) return null;
      continue;
    }
    const number = Number(first);
    found[field.name] = field.many ? all : field.kind === "yes" ? first === "yes" : field.kind === "number" ? (Number.isFinite(number) ? number : first) : first;
  }
  return found;
}

/** The same fields as the URL has them. */
export function valuesOf(fields: Fields): Record<string, string | string[]> {
  const told = (value: unknown) => (typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => [name, Array.isArray(value) ? value.map(told) : told(value)]));
}

/** Whether the URL says anything of the question's own: otherwise it opens with its first asking. */
export function saysAny(question: QuestionOut, values: URLSearchParams): boolean {
  return ownFields(question).some((field) => values.has(field.name));
}

export interface Wrong { field: string; value: string | null; message: string; hint: string; fix: string | null }

/** The field that a problem is about, and the nearest fix; null where it is about none. */
export function wrongOf(problem: Problem, question: QuestionOut, fields: Fields): Wrong | null {
  const own = ownFields(question).map((one) => one.name);
  const facts = problem.facts ?? {};
  const value = Object.values(facts).find((one): one is string => typeof one === "string" && holder(own, fields, one) !== undefined) ?? null;
  const named = [...((facts["fields"] as string[] | undefined) ?? []).map((one) => one.split(".")[0] ?? ""), String(facts["field"] ?? "")].find((one) => own.includes(one));
  const field = named ?? (value === null ? undefined : holder(own, fields, value)) ?? Object.keys(facts).find((one) => own.includes(one));
  if (field === undefined) return null;
  const hint = problem.hint ?? "";
  return { field, value, message: problem.detail, hint, fix: /Did you mean "([^"]+)"/.exec(hint)?.[1] ?? null };
}

function holder(own: string[], fields: Fields, value: string): string | undefined {
  const holds = (one: unknown) => one === value || (typeof one === "string" && one.trim() === value.trim());
  return own.find((name) => (Array.isArray(fields[name]) ? (fields[name] as unknown[]).some(holds) : holds(fields[name])));
}

/** A field's value with what is wrong replaced by the fix. A fix keeps the kind that was written before it ("event:"). */
export function fixed(fields: Fields, wrong: Wrong): string | string[] {
  const now = fields[wrong.field];
  const fix = wrong.fix ?? "";
  if (!Array.isArray(now)) return typeof now === "string" ? kept(now, fix) : fix;
  return now.map((one) => (wrong.value !== null && String(one).trim() === wrong.value.trim() ? kept(String(one), fix) : String(one)));
}

const kept = (was: string, fix: string): string => {
  const kind = /^(touchpoint|stage|goal|event|segment|persona|period|rate|value|stands|ease|reach|promise|score|back|lift|time|median|eventual):/.exec(was)?.[0] ?? "";
  return fix.includes(":") ? fix : `${kind}${fix}`;
};

export interface Length { amount: number | null; unit: string }
const SPELT: Record<string, string> = { min: "minutes", minute: "minutes", minutes: "minutes", hour: "hours", hours: "hours", day: "days", days: "days", week: "weeks", weeks: "weeks", session: "sessions", sessions: "sessions", "local day": "local days", "local days": "local days" };

/** "14 days", "P30D", "1 session", "pass" as an amount and a unit; null where it is something else. */
export function readLength(text: string): Length | null {
  const clean = text.trim().toLowerCase();
  if (clean === "pass" || clean === "visit") return { amount: null, unit: clean };
  const iso = /^p(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?)?$/.exec(clean);
  if (iso && clean.length > 1) {
    const [years = 0, weeks = 0, days = 0, hours = 0, minutes = 0] = iso.slice(1).map((one) => Number(one ?? 0));
    const all = ((years * 365 + weeks * 7 + days) * 24 + hours) * 60 + minutes;
    return all % 1440 === 0 ? { amount: all / 1440, unit: "days" } : all % 60 === 0 ? { amount: all / 60, unit: "hours" } : { amount: all, unit: "minutes" };
  }
  const plain = /^(\d+(?:\.\d+)?)?\s*([a-z]+(?: [a-z]+)?)$/.exec(clean);
  const unit = plain?.[2] ? SPELT[plain[2]] : undefined;
  return unit && plain ? { amount: plain[1] === undefined ? 1 : Number(plain[1]), unit } : null;
}

export function spellLength({ amount, unit }: Length): string {
  return amount === null ? unit : `${amount} ${amount === 1 ? unit.replace(/s$/, "") : unit}`;
}

/** A list with the thing at one place moved to another. */
export function moved<T>(list: T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(Math.max(0, Math.min(to, next.length)), 0, one);
  return next;
}
