// Of whom and of when: a segment or persona, and a period. Both stand in the URL and hold on every page.
import { Button, Group, Menu, Popover, Stack, TextInput } from "@mantine/core";
import { IconCalendar, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import type { WorkspaceOut } from "@/api/types";
import { Against } from "@/app/Against";
import { useAsked, useLocation } from "@/url/state";
import { words } from "@/words";

export function Asked({ workspace }: { workspace: WorkspaceOut }) {
  const [location] = useLocation();
  return (
    <>
      <Who workspace={workspace} />
      <When />
      {location === "/" && <Against workspace={workspace} />}
    </>
  );
}

function Who({ workspace }: { workspace: WorkspaceOut }) {
  const { asked, setAsked } = useAsked();
  const named = [...workspace.segments, ...workspace.personas].find((one) => one.id === asked.segment);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" radius="xl" size="xs" leftSection={<IconUsers size="0.9rem" />}>
          <span className="muted">{words.who}&nbsp;</span>{named?.label ?? words.everyone}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
        <Menu.Item onClick={() => setAsked({ segment: undefined })}>{words.everyone}</Menu.Item>
        {workspace.segments.length > 0 && <Menu.Label>{words.segments}</Menu.Label>}
        {workspace.segments.map((one) => <Menu.Item key={one.id} onClick={() => setAsked({ segment: one.id })}>{one.label}</Menu.Item>)}
        {workspace.personas.length > 0 && <Menu.Label>{words.personas}</Menu.Label>}
        {workspace.personas.map((one) => <Menu.Item key={one.id} onClick={() => setAsked({ segment: one.id })}>{one.label}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}

function When() {
  const { asked, setAsked } = useAsked();
  const [since, setSince] = useState(asked.since ?? "");
  const [until, setUntil] = useState(asked.until ?? "");
  const [open, setOpen] = useState(false);
  const shown = asked.since || asked.until ? words.period(asked.since, asked.until) : words.allTime;
  const apply = (from: string, to: string) => {
    setSince(from);
    setUntil(to);
    setAsked({ since: from || undefined, until: to || undefined });
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <Button variant="default" radius="xl" size="xs" leftSection={<IconCalendar size="0.9rem" />} onClick={() => setOpen((now) => !now)}>
          <span className="muted">{words.when}&nbsp;</span>{shown}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={(event) => { event.preventDefault(); apply(since, until); }}>
          <Stack gap="xs">
            <TextInput type="date" label={words.since} value={since} onChange={(event) => setSince(event.currentTarget.value)} />
            <TextInput type="date" label={words.until} value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
            <Group justify="space-between">
              <Button variant="subtle" size="xs" onClick={() => apply("", "")}>{words.allTime}</Button>
              <Button type="submit" size="xs">{words.apply}</Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
