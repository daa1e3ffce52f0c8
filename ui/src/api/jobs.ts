// Work that is asked for as a job: what it made, once it has ended, with how far it is meanwhile.
import { answered, ProblemError } from "@/api/problem";
import type { JobOut } from "@/api/types";
import { result, stop } from "@/generated/client/sdk.gen";
import { words } from "@/words";

export interface Told { step: string; share: number }

/** A job's result, once it has ended. Who no longer waits for it stops it. */
export async function asJob<T>(started: Promise<JobOut>, signal: AbortSignal, tell: (told: Told) => void): Promise<T> {
  tell({ step: "", share: 0 });
  const { id } = await started;
  await new Promise<void>((done, fail) => {
    const source = new EventSource(`/api/v1/jobs/${encodeURIComponent(id)}/events`);
    const gone = () => {
      source.close();
      void stop({ path: { id } });
      fail(new DOMException(words.ask.halted, "AbortError"));
    };
    if (signal.aborted) return gone();
    signal.addEventListener("abort", gone, { once: true });
    source.onmessage = (event) => {
      const job = JSON.parse(String(event.data)) as JobOut;
      if (job.state === "running") return tell({ step: job.step, share: job.share });
      source.close();
      signal.removeEventListener("abort", gone);
      if (job.state === "done") {
        tell({ step: job.step, share: 1 });
        done();
      } else fail(job.problem ? new ProblemError(job.problem) : new Error(words.ask.halted));
    };
  });
  return (await answered(result({ path: { id } }))) as T;
}
