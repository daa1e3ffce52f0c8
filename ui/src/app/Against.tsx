// Against whom or when the map is compared: another segment or persona at the same time, or another period. In the URL.
import { Button, Divider, Popover, Stack } from "@mantine/core";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useState } from "react";
import { useData } from "@/api/hooks";
import type { WorkspaceOut } from "@/api/types";
import { Days } from "@/app/Days";
import { before, called, thisAndLast, type Period, type Size } from "@/app/periods";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const said = words.map.against;
const SIZES: Size[] = ["quarter", "month", "year"];

export function Against({ workspace }: { workspace: WorkspaceOut }) {
  const { values, set } = useUrl();
  const [open, setOpen] = useState(false);
  const { data } = useData(open);
  const end = data?.as_of ? Date.parse(data.as_of) * 1_000 : null;
  const [segment, since, until, against] = ["segment", "since", "until", "against"].map((name) => values.get(name) ?? "");
  const named = [...workspace.segments, ...workspace.personas];
  const choose = (some: Record<string, string | undefined>) => {
    setOpen(false);
    set(some);
  };
  const period = (one: Period) => `period:${one.since}..${one.until}`;
  const row = (label: string, some: Record<string, string | undefined>) => (
    <Button key={label} variant="subtle" size="xs" justify="flex-start" color="gray" c="var(--ink)" onClick={() => choose(some)}>{label}</Button>
  );
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button variant="default" radius="xl" size="xs" leftSection={<IconArrowsDiff size="0.9rem" />} onClick={() => setOpen((now) => !now)}>
          <span className="muted">{said.label}&nbsp;</span>{sideLabel(against ?? "", workspace)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah="70vh" style={{ overflowY: "auto" }} aria-label={said.label}>
        <Stack gap={2}>
          {against && row(said.end, { against: undefined, view: undefined })}
          {end !== null && SIZES.map((size) => {
            const { now, last } = thisAndLast(end, workspace.time_zone, size);
            return row(said[size], { since: now.since, until: now.until, against: period(last) });
          })}
          {since && until && row(`${said.before}: ${called(before({ since, until }))}`, { against: period(before({ since, until })) })}
          <Divider my={4} label={said.others} labelPosition="left" />
          {segment && row(words.everyone, { against: "everyone" })}
          {named.filter((one) => one.id !== segment).map((one) => row(one.label, { against: one.id }))}
          <Divider my={4} label={said.other} labelPosition="left" />
          <Days closed apply={(one) => choose({ against: period(one) })} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** "Q3 2025", "On a computer", "nobody". */
function sideLabel(against: string, workspace: WorkspaceOut): string {
  if (!against) return said.nobody;
  if (against === "everyone") return words.everyone;
  const [, since, until] = /^period:(.*)\.\.(.*)$/.exec(against) ?? [];
  if (since !== undefined) return called({ since: since || undefined, until: until || undefined } as Partial<Period>);
  return [...workspace.segments, ...workspace.personas].find((one) => one.id === against)?.label ?? against;
}
