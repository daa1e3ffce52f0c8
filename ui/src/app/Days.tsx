// A period by hand: the first day of it, and the first day after it. One that ends before it begins is said, and not asked for.
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Period } from "@/app/periods";
import { words } from "@/words";

/** closed: both ends are needed. */
export function Days({ now = {}, closed = false, apply }: { now?: Partial<Period>; closed?: boolean; apply: (period: Period) => void }) {
  const [since, setSince] = useState(now.since ?? "");
  const [until, setUntil] = useState(now.until ?? "");
  const never = since !== "" && until !== "" && since >= until;
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (!never) apply({ since, until }); }}>
      <Stack gap="xs">
        <TextInput type="date" required={closed} label={words.since} value={since} onChange={(event) => setSince(event.currentTarget.value)} />
        <TextInput type="date" required={closed} label={words.until} value={until} error={never && words.never} onChange={(event) => setUntil(event.currentTarget.value)} />
        <Group justify="flex-end"><Button type="submit" size="xs">{words.apply}</Button></Group>
      </Stack>
    </form>
  );
}
