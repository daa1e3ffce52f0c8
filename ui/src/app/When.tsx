// Of when: a period of the calendar as of the data's end, or any other. In the URL.
import { Button, Divider, Group, Popover, Stack } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useState } from "react";
import { useData } from "@/api/hooks";
import { Days } from "@/app/Days";
import { called, thisAndLast, type Period, type Size } from "@/app/periods";
import { useAsked } from "@/url/state";
import { words } from "@/words";

const SIZES: Size[] = ["month", "quarter", "year"];

export function When({ zone }: { zone: string }) {
  const { asked, setAsked } = useAsked();
  const [open, setOpen] = useState(false);
  const apply = ({ since, until }: Partial<Period>) => {
    setAsked({ since: since || undefined, until: until || undefined });
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button variant="default" radius="xl" size="xs" leftSection={<IconCalendar size="0.9rem" />} onClick={() => setOpen((now) => !now)}>
          <span className="muted known">{words.when}&nbsp;</span>{asked.since || asked.until ? called(asked as Partial<Period>) : words.allTime}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Calendar zone={zone} apply={apply} />
          <Divider />
          <Days key={`${asked.since ?? ""} ${asked.until ?? ""}`} now={asked as Partial<Period>} apply={apply} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** All time, and the months, quarters and years in which the data end, with those before them. */
function Calendar({ zone, apply }: { zone: string; apply: (period: Partial<Period>) => void }) {
  const data = useData();
  const end = data.data?.as_of ? Date.parse(data.data.as_of) * 1_000 : null;
  const row = (label: string, period: Partial<Period>) => (
    <Button key={label} variant="subtle" size="compact-xs" color="gray" c="var(--ink)" onClick={() => apply(period)}>{label}</Button>
  );
  return (
    <Stack gap={2}>
      <Group gap={4}>{row(words.allTime, {})}</Group>
      {end !== null && SIZES.map((size) => {
        const { now, last } = thisAndLast(end, zone, size);
        return <Group key={size} gap={4}>{[last, now].map((one) => row(called(one), one))}</Group>;
      })}
    </Stack>
  );
}
