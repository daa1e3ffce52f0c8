// Which chart suits the answer to which question. A question without one has its table.
import type { ReactNode } from "react";
import type { AnswerOut } from "@/api/types";
import type { Locale } from "@/format";

type Draw = (answer: AnswerOut, locale: Locale) => ReactNode;

const CHARTS: Record<string, Draw> = {};

/** The chart of an answer; nothing where there is none. */
export function chartOf(name: string, answer: AnswerOut, locale: Locale): ReactNode {
  return CHARTS[name]?.(answer, locale) ?? null;
}
