// Every stage against its target: a bar with its interval and the target as a mark; met or missed only beyond chance.
import { ActionIcon, Button, Group, NumberInput, Popover, Stack, Tooltip } from "@mantine/core";
import { IconTarget } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { isKnown } from "@/api/types";
import { duration, interval, percent, why } from "@/format";
import type { Kpi } from "@/generated/client/types.gen";
import { useKpis, useTarget } from "@/pages/today/hooks";
import { ErrorBox } from "@/parts/ErrorBox";
import { ShareBar } from "@/parts/ShareBar";
import { Waiting } from "@/parts/Waiting";
import { useHref } from "@/url/state";
import { words } from "@/words";

const w = words.today;

export function Kpis() {
  const kpis = useKpis();
  if (kpis.error) return <ErrorBox error={kpis.error} again={() => void kpis.refetch()} />;
  if (!kpis.data) return <Waiting label={w.looking} />;
  const none = kpis.data.every((one) => one.target === null);
  return (
    <>
      {none && <p className="muted lead">{w.noTargets}</p>}
      <ul className="kpis">{kpis.data.map((one) => <One key={one.stage} one={one} />)}</ul>
    </>
  );
}

function One({ one }: { one: Kpi }) {
  const href = useHref();
  const known = isKnown(one.rate) ? one.rate : null;
  const said = known ? percent(known.value) : why(one.rate);
  const state = one.state === "none" ? "" : w.states[one.state];
  const target = one.target === null ? "" : w.target(percent(one.target));
  const whole = one.stage === "journey";
  const label = `${whole ? w.whole : one.label}: ${said}${target && `, ${target}`}${state && `, ${state}`}`;
  return (
    <li>
      <span className="stage">{whole ? w.whole : <Link href={href("~/", { cell: `track.${one.stage}.rate` })}>{one.label}</Link>}<small className="muted">{one.goal ? w.succeed : w.goOn} {w.within(duration(one.within))}</small></span>
      <ShareBar measured={one.rate} label={label} target={one.target} tone={one.state === "met" ? "good" : one.state === "missed" ? "bad" : "plain"} />
      <span className="rate">{known ? <><b>{percent(known.value)}</b> <small className="muted">({interval(known.low, known.high, "share")} %; {words.n(known.n)})</small></> : <span className="why">{said}</span>}</span>
      <span className={`state ${one.state === "met" ? "good" : one.state === "missed" ? "bad" : "muted"}`}>{state && `${w.marks[one.state]} ${state}`}<small className="muted">{target}</small></span>
      <SetTarget one={one} />
    </li>
  );
}

function SetTarget({ one }: { one: Kpi }) {
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState<number | string>(one.target === null ? "" : one.target * 100);
  const saving = useTarget();
  const save = (rate: number | null) => saving.mutate({ stage: one.stage, rate }, { onSuccess: () => setOpen(false) });
  return (
    <Popover opened={open} onChange={setOpen} trapFocus withinPortal position="bottom-end">
      <Popover.Target>
        <Tooltip label={w.setTarget}><ActionIcon variant="subtle" color="gray" aria-label={w.setTargetOf(one.label)} onClick={() => setOpen((now) => !now)}><IconTarget size="1.1rem" /></ActionIcon></Tooltip>
      </Popover.Target>
      <Popover.Dropdown maw="20rem">
        <form onSubmit={(event) => { event.preventDefault(); if (typeof value === "number" && value > 0) save(value / 100); }}>
          <Stack gap="xs">
            <NumberInput label={w.targetOf(one.label)} description={w.targetSaid} suffix=" %" min={0.01} max={100} decimalScale={2} value={value} onChange={setValue} />
            {saving.error && <ErrorBox error={saving.error} />}
            <Group justify="space-between">
              <Button variant="subtle" size="xs" disabled={one.target === null} onClick={() => save(null)}>{w.noTarget}</Button>
              <Button type="submit" size="xs" loading={saving.isPending}>{words.apply}</Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
