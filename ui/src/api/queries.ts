// Answers that were fetched, and for how long they hold. Data change only by a load, which forgets them all.
import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "@/api/problem";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The server is this machine: it answers without any network, too.
      networkMode: "always",
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // What is refused stays refused; a server that does not answer may do so in a moment; a load of another program ends.
      retry: (count, error) => (error instanceof ProblemError ? isBusy(error) && count < 30 : count < 2),
      retryDelay: (count, error) => (isBusy(error) ? 2_000 : Math.min(1_000 * 2 ** count, 30_000)),
    },
  },
});

function isBusy(error: Error): boolean {
  return error instanceof ProblemError && error.problem.code === "workspace_busy";
}
