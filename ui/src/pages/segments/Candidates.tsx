// Groups of customers who do alike, found by themselves: candidates for personas, each with a rule that nearly means it.
import { Button, Group, Progress, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { useJob } from "@/api/hooks";
import { answered, ProblemError } from "@/api/problem";
import { isKnown, type Measured } from "@/api/types";
import { percent } from "@/format";
import { findCandidates, foundCandidates } from "@/generated/client/sdk.gen";
import type { Candidate } from "@/generated/client/types.gen";
import { FaceView } from "@/pages/segments/FaceView";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { useAsked, useHref } from "@/url/state";
import { words } from "@/words";

const w = words.people;

export function CandidateList() {
  const { asked } = useAsked();
  const [id, setId] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const { job, halt } = useJob(id);
  const done = job?.state === "done" ? job.id : null;
  const found = useQuery({ queryKey: ["candidates", done], enabled: done !== null, queryFn: ({ signal }) => answered(foundCandidates({ path: { job: done ?? "" }, signal })) });
  const look = async () => {
    setError(null);
    try {
      setId((await answered(findCandidates({ query: { journey: asked.journey }, body: { into: null } }))).id);
    } catch (problem) {
      setError(problem as Error);
    }
  };
  const running = id !== null && (job === null || job.state === "running");
  const wrong = error ?? found.error ?? (job?.problem ? new ProblemError(job.problem) : null);
  return (
    <section className="candidates">
      <Title order={2} size="h4">{w.candidates}</Title>
      {!found.data && (
        <>
          <p className="muted lead">{w.candidatesSaid}</p>
          {running ? (
            <Group role="status" gap="sm"><Progress value={Math.max(5, (job?.share ?? 0) * 100)} w="12rem" aria-label={w.lookingForGroups} animated /><span>{w.lookingForGroups}</span><Button size="xs" variant="default" onClick={halt}>{words.stop}</Button></Group>
          ) : <Button variant="default" onClick={() => void look()}>{w.lookForGroups}</Button>}
        </>
      )}
      {wrong && <ErrorBox error={wrong} again={() => void look()} />}
      {found.data && <p className="headline"><Sentence>{found.data.says}</Sentence></p>}
      <div className="personas">{found.data?.candidates.map((one) => <One key={one.name} one={one} />)}</div>
    </section>
  );
}

function One({ one }: { one: Candidate }) {
  const href = useHref();
  const share = (measured: Measured | null) => (measured && isKnown(measured) ? percent(measured.value) : words.none);
  return (
    <article className="card persona" aria-label={one.label}>
      <header><div><Title order={3} size="h4">{one.label}</Title><p className="muted">{w.groupOf(one.customers, share(one.share))}</p></div></header>
      {one.rule ? (
        <>
          <p className="small"><code>{one.rule}</code></p>
          <p className="small muted">{w.precise(share(one.precision), share(one.recall))}</p>
        </>
      ) : <p className="why">{w.noRule}</p>}
      <FaceView face={one.face} short />
      {one.rule && <Button component={Link} href={href("/new", { rule: one.rule, kind: "persona", label: one.label })} variant="default" size="xs">{w.makePersona}</Button>}
    </article>
  );
}
