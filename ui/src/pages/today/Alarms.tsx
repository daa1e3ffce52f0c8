// What is wrong or has got worse, each with its evidence: looked for as a job, since doctor looks at all data.
import { Button, Group, Progress } from "@mantine/core";
import { IconAlertTriangle, IconClockExclamation, IconDatabaseExclamation, IconInfoCircle } from "@tabler/icons-react";
import { Link } from "wouter";
import { useWorkspace } from "@/api/hooks";
import { money } from "@/format";
import type { Alarm } from "@/generated/client/types.gen";
import { useAlarms } from "@/pages/today/hooks";
import type { Period } from "@/pages/today/period";
import { behind } from "@/parts/behind";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.today;
const RANK = { error: 0, warning: 1, note: 2 };
const ICONS = { promise: IconClockExclamation, score: IconAlertTriangle, overdue: IconClockExclamation, doctor: IconDatabaseExclamation, source: IconDatabaseExclamation };

export function Alarms({ period }: { period: Period }) {
  // What customers met is known sooner than what doctor finds: each is shown as it comes.
  const parts = [useAlarms(period, "customers"), useAlarms(period, "doctor")];
  const found = parts.flatMap((part) => part.found ?? []).sort((a, b) => RANK[a.level] - RANK[b.level]);
  const all = parts.every((part) => part.found);
  if (all && found.length === 0) return <p className="good">{w.noAlarms}</p>;
  return (
    <>
      {found.length > 0 && <ul className="alarms">{found.map((one) => <One key={`${one.kind} ${one.title} ${one.detail}`} one={one} />)}</ul>}
      <div className="looking">{parts.map((part, i) => (part.found ? null : <Looking key={i} part={part} label={i ? w.lookingAtData : w.lookingForAlarms} />))}</div>
    </>
  );
}

function Looking({ part, label }: { part: ReturnType<typeof useAlarms>; label: string }) {
  const { job, error, halt, again } = part;
  if (error) return <ErrorBox error={error} again={again} />;
  if (job?.state === "stopped") return <Group gap="sm"><span className="muted">{label} {w.stopped}</span><Button size="xs" variant="default" onClick={again}>{words.again}</Button></Group>;
  return (
    <Group role="status" gap="sm" wrap="nowrap">
      <Progress value={Math.max(4, (job?.share ?? 0) * 100)} w="min(8rem, 20%)" miw="3rem" aria-label={label} animated />
      <span className="muted step">{label} {job?.step && job.state === "running" ? job.step : ""}</span>
      <Button size="compact-xs" variant="default" onClick={halt} style={{ flex: "none" }}>{words.stop}</Button>
    </Group>
  );
}

function One({ one }: { one: Alarm }) {
  const href = useHref();
  const workspace = useWorkspace();
  const Icon = one.level === "note" ? IconInfoCircle : ICONS[one.kind];
  // An alarm says its own period: that of the page is no part of its evidence.
  const own = { since: undefined, until: undefined };
  const fields = one.fields ?? {};
  const evidence = one.page === "data" ? href(one.kind === "doctor" ? "~/data/doctor" : "~/data") : href(`~/ask/${one.question ?? ""}`, { ...own, ...fields });
  return (
    <li className={one.level}>
      <Icon size="1.25rem" aria-hidden="true" />
      <div>
        <div><b>{one.kind === "overdue" ? w.overdue(one.customers ?? 0) : one.title}</b> <span className={one.level === "error" ? "bad" : one.level === "warning" ? "warn" : "muted"}>{w.kinds[one.kind]}</span></div>
        <p className="muted"><Sentence>{one.detail}</Sentence></p>
        <div className="links">
          {typeof one.value === "number" && one.value > 0 && <b>{w.atStake(money(one.value, workspace.data?.currency))}</b>}
          <Link href={evidence}>{w.evidence}</Link>
          {one.list && one.question && <Link href={href("~/customers", { ...own, ...behind(one.question, one.list, fields) })}>{words.whoIsBehind}</Link>}
        </div>
      </div>
    </li>
  );
}
