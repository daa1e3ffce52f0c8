// The map as a file: what takes long is made by a job that says how far it is and can be stopped, then downloaded.
import { Button, Loader, Menu, Progress, Switch } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useJob } from "@/api/hooks";
import { answered } from "@/api/problem";
import type { JobOut } from "@/api/types";
import { makeMapFile } from "@/generated/client/sdk.gen";
import { useAsked } from "@/url/state";
import { words } from "@/words";

const said = words.map.export;
type Format = keyof typeof said.formats;

export function ExportMenu({ title }: { title: string }) {
  const { asked } = useAsked();
  const [reveal, setReveal] = useState(false);
  const [making, setMaking] = useState<{ id: string; format: Format; reveal: boolean } | null>(null);
  const ended = (job: JobOut) => {
    if (job.state === "done" && making) {
      download(making.format, title, { ...asked, reveal: making.reveal ? "true" : undefined });
      notifications.show({ message: said.ready(said.formats[making.format]) });
    } else if (job.state === "failed") {
      notifications.show({ color: "red", title: job.problem?.detail ?? words.unreachable, message: job.problem?.hint ?? "", autoClose: false });
    }
    setMaking(null);
  };
  const { job, halt } = useJob(making?.id ?? null, ended);
  const make = async (format: Format) => {
    try {
      const begun = await answered(makeMapFile({ query: { ...asked, format, reveal } }));
      setMaking({ id: begun.id, format, reveal });
    } catch (error) {
      notifications.show({ color: "red", message: error instanceof Error ? error.message : words.unreachable });
    }
  };
  if (making) {
    return (
      <div className="making small" role="status">
        <Loader size="xs" /> {said.making(said.formats[making.format])}
        <Progress value={(job?.share ?? 0) * 100} size="xs" w="6rem" aria-label={said.making(said.formats[making.format])} />
        <Button size="compact-xs" variant="default" onClick={halt}>{words.stop}</Button>
      </div>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target><Button variant="subtle" size="xs" leftSection={<IconDownload size="1rem" />}>{said.start}</Button></Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(said.formats) as Format[]).map((one) => <Menu.Item key={one} onClick={() => void make(one)}>{said.formats[one]}</Menu.Item>)}
        <Menu.Divider />
        <Menu.Item component="div" closeMenuOnClick={false} onClick={() => setReveal((now) => !now)} role="menuitemcheckbox" aria-checked={reveal}>
          <Switch label={said.reveal} description={said.masked} checked={reveal} readOnly tabIndex={-1} aria-hidden="true" size="xs" />
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function download(format: Format, title: string, query: Record<string, string | undefined>): void {
  const search = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const link = document.createElement("a");
  link.href = `/api/v1/map/file?${search.toString()}`;
  link.download = `${title}.${format}`;
  link.click();
}
