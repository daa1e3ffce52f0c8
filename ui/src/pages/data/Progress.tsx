// How far a job is, in words and as a bar, and how to stop it; why it failed, if it did.
import { Button, Group, Progress as Bar, Text } from "@mantine/core";
import { ProblemError } from "@/api/problem";
import type { Work } from "@/pages/data/hooks";
import { ErrorBox } from "@/parts/ErrorBox";
import { words } from "@/words";

export function Progress({ work, label }: { work: Work; label: string }) {
  const w = words.data;
  const { job } = work;
  if (work.error) return <ErrorBox error={work.error} />;
  if (job?.problem) return <ErrorBox error={new ProblemError(job.problem)} />;
  if (job?.state === "stopped") return <Text role="status" className="muted">{w.stopped}</Text>;
  if (!work.running) return null;
  const share = Math.round((job?.share ?? 0) * 100);
  return (
    <div className="job" role="status" aria-live="polite">
      <Group justify="space-between" gap="sm" mb={6}>
        <Text size="sm">{label} <span className="muted">{job?.step}</span></Text>
        <Group gap="xs"><Text size="sm" className="muted">{words.seconds(Math.round(job?.seconds ?? 0))}</Text><Button size="compact-xs" variant="default" onClick={work.halt}>{words.stop}</Button></Group>
      </Group>
      <Bar value={share} aria-label={label} size="sm" color="track" />
    </div>
  );
}
