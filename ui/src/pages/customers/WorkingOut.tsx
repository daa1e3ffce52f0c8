// What may come of everybody is worked out once for each load: its progress, and how to stop it.
import { Button, Progress } from "@mantine/core";
import { useCallback, useState } from "react";
import { useJob } from "@/api/hooks";
import { answered } from "@/api/problem";
import type { JobOut } from "@/api/types";
import { workOutOutlooks } from "@/generated/client/sdk.gen";
import { ErrorBox } from "@/parts/ErrorBox";
import { useAsked } from "@/url/state";
import { words } from "@/words";

export interface Working { begin: () => void; running: boolean; job: JobOut | null; error: Error | null; halt: () => void }

/** Begins the work, or joins who is at it already. done: when it has ended well. */
export function useWorkingOut(done: () => void): Working {
  const { asked } = useAsked();
  const [id, setId] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const { job, halt } = useJob(id, (told) => { if (told.state === "done") done(); });
  const begin = useCallback(() => {
    setError(null);
    setId(null);
    answered(workOutOutlooks({ query: { journey: asked.journey } })).then((told) => setId(told.id), (problem: unknown) => setError(problem instanceof Error ? problem : new Error(String(problem))));
  }, [asked.journey]);
  return { begin, running: id !== null && (job === null || job.state === "running"), job, error, halt };
}

export function WorkingOut({ working }: { working: Working }) {
  const w = words.customers;
  const { job, error, running, halt, begin } = working;
  if (error) return <ErrorBox error={error} again={begin} />;
  if (job?.state === "failed" || job?.state === "stopped") return (
    <div role="status" className="working">
      <span className="muted">{job.state === "stopped" ? w.stopped : `${job.problem?.detail ?? ""} ${job.problem?.hint ?? ""}`}</span>
      <Button size="compact-xs" variant="default" onClick={begin}>{words.again}</Button>
    </div>
  );
  if (!running) return null;
  return (
    <div role="status" className="working">
      <span>{w.workingOut}{job?.step ? `: ${job.step}` : " …"}</span>
      <Progress value={(job?.share ?? 0) * 100} aria-label={w.workingOut} size="sm" animated />
      <Button size="compact-xs" variant="default" onClick={halt}>{words.stop}</Button>
    </div>
  );
}
