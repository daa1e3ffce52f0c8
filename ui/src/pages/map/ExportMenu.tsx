// The map as a file: what takes long is made by a job that says how far it is and can be stopped, then downloaded.
import { Button, Divider, Loader, Popover, Progress, Stack, Switch } from "@mantine/core";
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
  const [open, setOpen] = useState(false);
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
    setOpen(false);
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
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus withinPortal>
      <Popover.Target><Button variant="subtle" size="xs" leftSection={<IconDownload size="1rem" />} onClick={() => setOpen((now) => !now)}>{said.start}</Button></Popover.Target>
      <Popover.Dropdown aria-label={said.start}>
        <Stack gap={2}>
          {(Object.keys(said.formats) as Format[]).map((one) => (
            <Button key={one} variant="subtle" size="xs" justify="flex-start" color="gray" c="var(--ink)" onClick={() => void make(one)}>{said.formats[one]}</Button>
          ))}
          <Divider my={4} />
          <Switch size="xs" label={said.reveal} description={said.masked} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
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
