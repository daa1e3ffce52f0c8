// Of which journey, of whom and of when: a segment or persona, and a period. All stand in the URL and hold on every page.
import { Button, Menu } from "@mantine/core";
import { IconRoute, IconUsers } from "@tabler/icons-react";
import type { WorkspaceOut } from "@/api/types";
import { Against } from "@/app/Against";
import { When } from "@/app/When";
import { MAIN } from "@/parts/journeys";
import { useAsked, useLocation, useUrl } from "@/url/state";
import { words } from "@/words";

export function Asked({ workspace }: { workspace: WorkspaceOut }) {
  const [location] = useLocation();
  return (
    <>
      {Object.keys(workspace.journeys).length > 1 && <Which workspace={workspace} />}
      <Who workspace={workspace} />
      <When zone={workspace.time_zone} />
      {location === "/" && <Against workspace={workspace} />}
    </>
  );
}

function Who({ workspace }: { workspace: WorkspaceOut }) {
  const { asked, setAsked } = useAsked();
  const named = [...workspace.segments, ...workspace.personas].find((one) => one.id === asked.segment);
  const item = (id: string | undefined, label: string) => (
    <Menu.Item key={id ?? ""} aria-current={asked.segment === id ? "true" : undefined} onClick={() => setAsked({ segment: id })}>{label}</Menu.Item>
  );
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" radius="xl" size="xs" leftSection={<IconUsers size="0.9rem" />}>
          <span className="muted known">{words.who}&nbsp;</span>{named?.label ?? words.everyone}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
        {item(undefined, words.everyone)}
        {workspace.segments.length > 0 && <Menu.Label>{words.segments}</Menu.Label>}
        {workspace.segments.map((one) => item(one.id, one.label))}
        {workspace.personas.length > 0 && <Menu.Label>{words.personas}</Menu.Label>}
        {workspace.personas.map((one) => item(one.id, one.label))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Another journey has stages, segments and paths of its own: what was asked of this one does not go with it. */
function Which({ workspace }: { workspace: WorkspaceOut }) {
  const { values, set } = useUrl();
  const choose = (name: string) => set({ ...Object.fromEntries([...values.keys()].map((key) => [key, undefined])), journey: name === MAIN ? undefined : name });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" radius="xl" size="xs" leftSection={<IconRoute size="0.9rem" />}>
          <span className="muted">{words.journey}&nbsp;</span>{workspace.journeys[workspace.journey] ?? workspace.journey}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
        {Object.entries(workspace.journeys).map(([name, title]) => (
          <Menu.Item key={name} aria-current={name === workspace.journey ? "true" : undefined} onClick={() => choose(name)}>{title}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
