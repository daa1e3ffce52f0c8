// The API's errors (problem+json) as errors of the app.
import type { Problem } from "@/api/types";
import { words } from "@/words";

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** What a call answered, or its error. */
export async function answered<T>(call: Promise<{ data?: T; error?: unknown; response?: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (response?.ok && data !== undefined) return data;
  if (isProblem(error)) throw new ProblemError(error);
  throw new Error(response ? `${response.status} ${response.statusText}` : words.unreachable);
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error && "detail" in error;
}
