// Something takes a while: nothing is shown for a moment, then that it goes on, for how long, and how to stop it.
import { Button, Group, Loader, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { words } from "@/words";

export function Waiting({ label, stop }: { label: string; stop?: (() => void) | undefined }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => setSeconds((Date.now() - began) / 1000), 250);
    return () => clearInterval(timer);
  }, []);
  if (seconds < 0.5) return <div aria-busy="true" style={{ minHeight: "8rem" }} />;
  return (
    <Group role="status" aria-live="polite" gap="sm" style={{ minHeight: "8rem" }}>
      <Loader size="sm" />
      <Text>{label} {seconds >= 2 && <span className="muted" aria-hidden="true">{words.seconds(Math.floor(seconds))}</span>}</Text>
      {stop && seconds > 1 && <Button size="xs" variant="default" onClick={stop}>{words.stop}</Button>}
    </Group>
  );
}
