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
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.today;
const ICONS = { promise: IconClockExclamation, score: IconAlertTriangle, overdue: IconClockExclamation, doctor: IconDatabaseExclamation, source: IconDatabaseExclamation };

export function Alarms({ period }: { period: Period }) {
  const { found, job, error, halt, again } = useAlarms(period);
  if (error) return <ErrorBox error={error} again={again} />;
  if (job?.state === "stopped") return <Group gap="sm"><span className="muted">{w.stopped}</span><Button size="xs" variant="default" onClick={again}>{words.again}</Button></Group>;
  if (!found) {
    return (
      <Group role="status" gap="sm" mih="4rem">
        <Progress value={Math.max(4, (job?.share ?? 0) * 100)} w="12rem" aria-label={w.lookingForAlarms} animated />
        <span className="muted">{w.lookingForAlarms} {job?.step && job.state === "running" ? job.step : ""}</span>
        <Button size="xs" variant="default" onClick={halt}>{words.stop}</Button>
      </Group>
    );
  }
  if (found.length === 0) return <p className="good">{w.noAlarms}</p>;
  return <ul className="alarms">{found.map((one) => <One key={`${one.kind} ${one.title} ${one.detail}`} one={one} />)}</ul>;
}

function One({ one }: { one: Alarm }) {
  const href = useHref();
  const workspace = useWorkspace();
  const Icon = one.level === "note" ? IconInfoCircle : ICONS[one.kind];
  const fields = one.fields ?? {};
  const evidence = one.page === "data" ? href("~/data") : href(`~/ask/${one.question ?? ""}`, fields);
  return (
    <li className={one.level}>
      <Icon size="1.25rem" aria-hidden="true" />
      <div>
        <div><b>{one.kind === "overdue" ? w.overdue(one.customers ?? 0) : one.title}</b> <span className={one.level === "error" ? "bad" : one.level === "warning" ? "warn" : "muted"}>{w.kinds[one.kind]}</span></div>
        <p className="muted">{one.detail}</p>
        <div className="links">
          {typeof one.value === "number" && one.value > 0 && <b>{w.atStake(money(one.value, workspace.data?.currency))}</b>}
          <Link href={evidence}>{w.evidence}</Link>
          {one.list && one.question && <Link href={href("~/customers", behind(one.question, one.list, fields))}>{words.whoIsBehind}</Link>}
        </div>
      </div>
    </li>
  );
}
