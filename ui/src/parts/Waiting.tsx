// Something takes a while: nothing is said for a moment, then that it goes on, for how long, and how to stop it. What is to
// come can show its shape, so that little jumps when it is there.
import { Button, Group, Loader, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { words } from "@/words";

const SHAPES = { rows: 5, cards: 6, lists: 4, chart: 1 };

interface Props { label: string; stop?: (() => void) | undefined; shape?: keyof typeof SHAPES }

export function Waiting({ label, stop, shape }: Props) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => setSeconds((Date.now() - began) / 1000), 250);
    return () => clearInterval(timer);
  }, []);
  const high = { minHeight: shape ? "2.5rem" : "8rem" };
  const said = seconds < 0.5 ? <div aria-busy="true" style={high} /> : (
    <Group role="status" aria-live="polite" gap="sm" style={high}>
      <Loader size="sm" />
      <Text>{label} {seconds >= 2 && <span className="muted" aria-hidden="true">{words.seconds(Math.floor(seconds))}</span>}</Text>
      {stop && seconds > 1 && <Button size="xs" variant="default" onClick={stop}>{words.stop}</Button>}
    </Group>
  );
  if (!shape) return said;
  return <>{said}<div className={`bones ${shape}`} aria-hidden="true">{Array.from({ length: SHAPES[shape] }, (_, i) => <i key={i} />)}</div></>;
}
