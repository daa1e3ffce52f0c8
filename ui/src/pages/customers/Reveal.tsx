// The switch that shows personal data, and what it does. It is never in the address, and off again after leaving.
import { Switch } from "@mantine/core";
import { words } from "@/words";

export interface Revealing { reveal: boolean; setReveal: (now: boolean) => void }

export function Reveal({ reveal, setReveal }: Revealing) {
  const w = words.customers;
  return <Switch label={w.reveal} description={reveal ? w.revealed : w.hidden} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} maw="24rem" />;
}
