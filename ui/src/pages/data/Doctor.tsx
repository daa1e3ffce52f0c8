// What is wrong with data and definitions: each finding with its evidence, what it does to the numbers, and the line to change.
import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { Link } from "wouter";
import { doctor } from "@/generated/client/sdk.gen";
import type { FindingOut } from "@/generated/client/types.gen";
import { useDoctor, useWork } from "@/pages/data/hooks";
import { Progress } from "@/pages/data/Progress";
import { Sentence } from "@/parts/Sentence";
import { useAsked, useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const COLOURS = { error: "bad", warning: "warn", note: "muted" } as const;

export function Doctor() {
  const w = words.data;
  const { values, set } = useUrl();
  const { asked } = useAsked();
  const id = values.get("report");
  const found = useDoctor(id);
  const work = useWork((job) => set({ report: job.id }, true), false);
  const look = () => work.begin(doctor({ query: { journey: asked.journey } }));
  // A report is of a program that may have ended: it is made again.
  const missing = id === null || found.error !== null;
  useEffect(() => { if (missing && !work.running && !work.job) look(); }, [missing]);
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <p className="headline"><Sentence>{found.data?.sentence ?? w.doctorAbout}</Sentence></p>
        <Button variant="default" size="xs" disabled={work.running} onClick={look}>{w.lookAgain}</Button>
      </Group>
      <Progress work={work} label={w.examining} />
      {found.data?.findings.map((one, i) => <Finding key={i} finding={one} />)}
    </Stack>
  );
}

function Finding({ finding }: { finding: FindingOut }) {
  const w = words.data;
  const href = useHref();
  const { fix, effect } = finding;
  return (
    <section className="card finding" aria-label={`${finding.title}: ${finding.subject}`}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <h2>{finding.title} <span className="muted">{finding.subject}</span></h2>
        <span className={`pill ${COLOURS[finding.severity]}`}>{w.severities[finding.severity]}</span>
      </Group>
      <Text><Sentence>{finding.message}</Sentence></Text>
      {effect.text && <Text size="sm"><span className="muted">{w.effect}</span> <Sentence>{effect.text}</Sentence></Text>}
      {effect.moved.length > 0 && <ul className="small">{effect.moved.map((one) => <li key={one}><Sentence>{one}</Sentence></li>)}</ul>}
      {fix && (
        <div className="fix">
          <Text size="sm"><span className="muted">{w.fix}</span> <Link href={href("/rules", { file: fix.file, line: fix.line ? String(fix.line) : undefined })}>{fix.file}{fix.line ? `:${fix.line}` : ""}</Link> <span className="muted">{fix.about}</span></Text>
          {fix.write && <Code block tabIndex={0}>{fix.write}</Code>}
        </div>
      )}
      {finding.examples.length > 0 && <details><summary>{w.evidence(finding.examples.length)}</summary><ul className="small">{finding.examples.map((one, i) => <li key={i}>{one}</li>)}</ul></details>}
    </section>
  );
}
