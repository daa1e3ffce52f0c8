// Answers that were fetched, and for how long they hold. Data change only by a load, which forgets them all.
import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "@/api/problem";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // What is refused stays refused; a server that does not answer may do so in a moment.
      retry: (count, error) => !(error instanceof ProblemError) && count < 2,
    },
  },
});
