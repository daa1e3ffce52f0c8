// A long answer on its way: what is being done, how much of it is done, how to stop it; and that it was stopped.
import { Button, Group, Loader, Progress, Text } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";
import type { Told } from "@/api/jobs";
import { words } from "@/words";

export function Working({ told, halt }: { told: Told | null; halt: () => void }) {
  const share = Math.round((told?.share ?? 0) * 100);
  return (
    <Group role="status" gap="sm" maw="46rem">
      <Loader size="sm" />
      <div style={{ flex: 1, minWidth: "12rem" }}>
        <Text size="sm">{told?.step ? words.ask.workingOn(told.step) : words.ask.working}</Text>
        <Progress value={share} size="sm" mt="0.25rem" aria-label={words.ask.working} />
      </div>
      <Button size="xs" variant="default" onClick={halt}>{words.stop}</Button>
    </Group>
  );
}

export function Stopped({ again }: { again: () => void }) {
  return <Group gap="sm" role="status"><Text c="dimmed">{words.ask.halted}</Text><Button size="xs" variant="default" onClick={again}>{words.again}</Button></Group>;
}

/** What is over within a moment shows nothing of it. */
export function Later({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 500);
    return () => clearTimeout(timer);
  }, []);
  return shown ? children : <div aria-busy="true" />;
}
