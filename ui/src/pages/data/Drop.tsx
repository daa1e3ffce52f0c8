// Where files are dropped: sent one after another, each with its progress; one that is there already is replaced on purpose.
import { Button, Group, Progress as Bar, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { ProblemError } from "@/api/problem";
import { askAnew } from "@/api/queries";
import { UPLOADS, useUploads } from "@/pages/data/hooks";
import { refused, send, type Sending } from "@/pages/data/upload";
import { words } from "@/words";

interface Way { file: File; share: number; error?: string; there?: boolean; stop?: () => void }

/** arrived: what follows once all are there. */
export function Drop({ arrived, small = false }: { arrived: () => void; small?: boolean }) {
  const w = words.data;
  const known = useUploads();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [ways, setWays] = useState<Way[]>([]);
  const change = (file: File, some: Partial<Way>) => setWays((now) => now.map((one) => (one.file === file ? { ...one, ...some } : one)));

  const take = async (files: File[], replace = false) => {
    setWays((now) => [...now.filter((one) => one.error && !files.some((file) => file.name === one.file.name)), ...files.map((file) => ({ file, share: 0 }))]);
    let some = false;
    // Which may be sent is known in a moment, also by whom it is not known yet; the server judges by the same.
    const limits = await client.ensureQueryData(UPLOADS).catch(() => null);
    for (const file of files) {
      const why = limits ? refused(file, limits.endings, limits.most_bytes) : "";
      if (why) { change(file, { error: why }); continue; }
      const sending: Sending = send(file, replace, (share) => change(file, { share }));
      change(file, { stop: sending.stop });
      try {
        await sending.done;
        some = true;
        setWays((now) => now.filter((one) => one.file !== file));
      } catch (error) {
        const problem = error instanceof ProblemError ? error.problem : null;
        change(file, { error: problem ? `${problem.detail} ${problem.code === "upload_there" ? "" : problem.hint ?? ""}` : String((error as Error).message), there: problem?.code === "upload_there" });
      }
    }
    await askAnew(client, UPLOADS);
    if (some) arrived();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take([...event.dataTransfer.files]);
  };
  return (
    <div className={small ? "drop small" : "drop"} data-over={over || undefined} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
      {!small && <IconFileUpload size="2.5rem" stroke={1.2} aria-hidden="true" />}
      <Text fw={500}>{small ? w.dropMore : w.drop}</Text>
      {!small && <Text className="muted" size="sm" maw="34rem" ta="center">{w.dropKinds}</Text>}
      <input ref={input} type="file" multiple hidden data-testid="files" accept={known.data?.endings.join(",")} onChange={(event) => { void take([...(event.currentTarget.files ?? [])]); event.currentTarget.value = ""; }} />
      <Button variant={small ? "default" : "filled"} size={small ? "xs" : "sm"} onClick={() => input.current?.click()}>{w.choose}</Button>
      {ways.length > 0 && (
        <ul className="ways">
          {ways.map((one) => (
            <li key={one.file.name}>
              <Group justify="space-between" gap="xs"><span>{one.file.name}</span>
                {!one.error && one.stop && <Button size="compact-xs" variant="default" onClick={one.stop}>{words.stop}</Button>}
                {one.there && <Button size="compact-xs" variant="default" onClick={() => void take([one.file], true)}>{w.replace}</Button>}
              </Group>
              {one.error ? <Text size="sm" className={one.there ? "muted" : "bad"} role="alert">{one.error}</Text> : <Bar value={one.share * 100} size="xs" color="track" aria-label={w.sending(one.file.name)} />}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
