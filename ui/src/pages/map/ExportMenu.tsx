// The map as a file: what takes long is made by a job that says how far it is and can be stopped, then downloaded.
import { Button, Divider, Loader, Popover, Progress, Stack, Switch } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { asJob, type Told } from "@/api/jobs";
import { answered, ProblemError } from "@/api/problem";
import { makeMapFile } from "@/generated/client/sdk.gen";
import { useAsked } from "@/url/state";
import { words } from "@/words";

const said = words.map.export;
type Format = keyof typeof said.formats;

export function ExportMenu({ title }: { title: string }) {
  const { asked } = useAsked();
  const [open, setOpen] = useState(false);
  const [reveal, setReveal] = useState(false);
  const [making, setMaking] = useState<{ format: Format; stop: AbortController } | null>(null);
  const [told, setTold] = useState<Told | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(false);
  useEffect(() => {
    // What stopped it is gone with it: the keyboard is back where it was begun.
    if (was.current && !making && document.activeElement === document.body) button.current?.focus({ preventScroll: true });
    was.current = making !== null;
  }, [making]);
  const make = async (format: Format) => {
    const stop = new AbortController();
    setOpen(false);
    setMaking({ format, stop });
    try {
      // Whoever looks at a stage or at another page meanwhile has the file all the same.
      await asJob(answered(makeMapFile({ query: { ...asked, format, reveal } })), stop.signal, setTold);
      download(format, title, { ...asked, reveal: reveal ? "true" : undefined });
      notifications.show({ message: said.ready(said.formats[format]) });
    } catch (error) {
      if (!stop.signal.aborted) notifications.show({ color: "red", title: error instanceof Error ? error.message : words.unreachable, message: error instanceof ProblemError ? error.problem.hint : "", autoClose: false });
    }
    setMaking(null);
  };
  if (making) {
    return (
      <div className="making small" role="status">
        <Loader size="xs" /> {said.making(said.formats[making.format])}
        <Progress value={(told?.share ?? 0) * 100} size="xs" w="6rem" aria-label={said.making(said.formats[making.format])} />
        <Button size="compact-xs" variant="default" autoFocus onClick={() => making.stop.abort()}>{words.stop}</Button>
      </div>
    );
  }
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus withinPortal>
      <Popover.Target><Button ref={button} variant="subtle" size="xs" leftSection={<IconDownload size="1rem" />} onClick={() => setOpen((now) => !now)}>{said.start}</Button></Popover.Target>
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
