// Answers that were fetched, and for how long they hold. Data change only by a load, which forgets them all.
import { notifyManager, QueryClient, type InvalidateQueryFilters } from "@tanstack/react-query";
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

/** Something has changed: forget what was answered before, and ask again for what is shown. What is on its way may have been answered before the change, too, and a first answer would not be asked for again by itself. */
export function askAnew(client: QueryClient, of: InvalidateQueryFilters = {}): Promise<void> {
  return notifyManager.batch(() => {
    void client.cancelQueries(of);
    return client.invalidateQueries(of);
  });
}

function isBusy(error: Error): boolean {
  return error instanceof ProblemError && error.problem.code === "workspace_busy";
}
