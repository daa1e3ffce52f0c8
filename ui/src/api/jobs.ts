// Work that is asked for as a job: what it made, once it has ended, with how far it is meanwhile.
import { answered, ProblemError } from "@/api/problem";
import type { JobOut } from "@/api/types";
import { result, stop } from "@/generated/client/sdk.gen";
import { words } from "@/words";

export interface Told { step: string; share: number }

/** Follow a job by its server-sent events. lost: its program has ended, and the job with it. What it returns ends the following. */
export function follow(id: string, heard: (job: JobOut) => void, lost: () => void): () => void {
  const source = new EventSource(`/api/v1/jobs/${encodeURIComponent(id)}/events`);
  source.onmessage = (event) => {
    const job = JSON.parse(String(event.data)) as JobOut;
    if (job.state !== "running") source.close();
    heard(job);
  };
  source.onerror = () => {
    // What is cut off is taken up again by the browser itself; what is refused is over.
    if (source.readyState === EventSource.CLOSED) lost();
  };
  return () => source.close();
}

/** A job's result, once it has ended. Who no longer waits for it stops it. */
export async function asJob<T>(started: Promise<JobOut>, signal: AbortSignal, tell: (told: Told) => void): Promise<T> {
  tell({ step: "", share: 0 });
  const { id } = await started;
  await new Promise<void>((done, fail) => {
    let unfollow = () => {};
    const gone = () => {
      unfollow();
      void stop({ path: { id } });
      fail(new DOMException(words.ask.halted, "AbortError"));
    };
    if (signal.aborted) return gone();
    signal.addEventListener("abort", gone, { once: true });
    const over = (end: () => void) => {
      signal.removeEventListener("abort", gone);
      end();
    };
    unfollow = follow(id, (job) => {
      if (job.state === "running") return tell({ step: job.step, share: job.share });
      if (job.state === "done") tell({ step: job.step, share: 1 });
      over(() => (job.state === "done" ? done() : fail(job.problem ? new ProblemError(job.problem) : new Error(words.ask.halted))));
    }, () => over(() => fail(new Error(words.gone))));
  });
  return (await answered(result({ path: { id } }))) as T;
}
