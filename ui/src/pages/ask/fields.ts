// A question's fields between the URL (texts), its schema and the API (values).
import type { QuestionOut } from "@/api/types";
import type { Fields } from "@/api/hooks";

export interface Field {
  name: string;
  about: string;
  kind: "text" | "texts" | "choice" | "yes" | "number";
  choices: string[];
  required: boolean;
  initial: unknown;
  steps: boolean;
}
type Schema = Record<string, unknown>;

const ASKED = new Set(["segment", "since", "until"]);

/** The fields that a question has of its own, in its order. */
export function ownFields(question: QuestionOut): Field[] {
  const schema = question.fields as { properties?: Record<string, Schema>; required?: string[] };
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !ASKED.has(name))
    .map(([name, told]) => {
      const one = plainest(told);
      const choices = (one["enum"] as string[] | undefined) ?? (one["const"] !== undefined ? [String(one["const"])] : []);
      const type = one["type"];
      const kind = choices.length ? "choice" : type === "boolean" ? "yes" : type === "array" ? "texts" : type === "integer" || type === "number" ? "number" : "text";
      return { name, about: String(told["description"] ?? ""), kind, choices, required: required.has(name), initial: told["default"], steps: kind === "texts" || told["step"] === true };
    });
}

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
    found[field.name] = field.kind === "texts" ? all : field.kind === "yes" ? first === "yes" : field.kind === "number" ? Number(first) : first;
  }
  return found;
}
