// The records that were set aside, by source and reason; what they say is masked until it is shown on purpose.
import { Button, Group, Stack, Switch } from "@mantine/core";
import { useState } from "react";
import { useRejects } from "@/pages/data/hooks";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

export function Rejects() {
  const w = words.data;
  const { values, set } = useUrl();
  const [reveal, setReveal] = useState(false);
  const source = values.get("source") ?? undefined;
  const reason = values.get("reason") ?? undefined;
  const found = useRejects(source, reason, reveal);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={words.opening} />;
  const all = found.data.counts.reduce((sum, one) => sum + one.records, 0);
  const say = (name: string) => w.reasons[name] ?? name.replaceAll("_", " ");
  return (
    <Stack>
      <p className="headline">{w.rejectsAbout(all)}</p>
      {all > 0 && (
        <>
          <Group gap="xs">
            <Button size="xs" radius="xl" variant={source || reason ? "default" : "light"} aria-pressed={!source && !reason} onClick={() => set({ source: undefined, reason: undefined })}>{w.allRejects(all)}</Button>
            {found.data.counts.map((one) => {
              const on = one.source === source && (reason === undefined || one.reason === reason);
              return <Button key={`${one.source} ${one.reason} ${one.lost}`} size="xs" radius="xl" variant={on ? "light" : "default"} aria-pressed={on} onClick={() => set({ source: one.source, reason: one.reason })}>{w.rejectCount(one.source, say(one.reason), one.lost, one.records)}</Button>;
            })}
          </Group>
          <Switch label={words.reveal} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
          <div className="table-wrap" tabIndex={0} role="region" aria-label={w.rejects}>
            <table className="data-table">
              <thead><tr><th scope="col">{w.place}</th><th scope="col">{w.reason}</th><th scope="col">{w.record}</th></tr></thead>
              <tbody>
                {found.data.records.map((one, i) => (
                  <tr key={i}>
                    <td>{one.source}<small>{one.part}{one.line !== null ? `, ${w.line(one.line)}` : one.record !== null ? `, ${w.recordNo(one.record)}` : ""}</small></td>
                    <td>{say(one.reason)}<small>{one.lost === "event" ? w.lostEvent : w.lostField(one.lost)}{one.detail && `: ${one.detail}`}</small></td>
                    <td><code className="raw">{one.raw}</code></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {found.data.more && <p className="muted small">{w.firstOnly(found.data.records.length)}</p>}
        </>
      )}
    </Stack>
  );
}
