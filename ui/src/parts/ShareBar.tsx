// A share as a bar with its interval, and the target that it is held against. What it says is said in words, too.
import { isKnown, type Measured } from "@/api/types";
import { percent } from "@/format";
import "@/parts/share-bar.css";

interface Props { measured: Measured; label: string; target?: number | null; tone?: "plain" | "good" | "bad"; most?: number }

/** most: the share at the right end of the bar, for rates that are all small. */
export function ShareBar({ measured, label, target = null, tone = "plain", most = 1 }: Props) {
  const at = (share: number) => `${Math.min(100, Math.max(0, (share / most) * 100))}%`;
  const known = isKnown(measured) ? measured : null;
  const low = known?.low ?? known?.value ?? 0;
  const high = known?.high ?? known?.value ?? 0;
  return (
    <div className={`share-bar ${tone}`} role="img" aria-label={label}>
      {known && <span className="fill" style={{ width: at(known.value) }} />}
      {known && <span className="span" style={{ left: at(low), width: `max(0.125rem, calc(${at(high)} - ${at(low)}))` }} />}
      {target !== null && <span className="target" style={{ left: at(target) }} title={percent(target)} />}
    </div>
  );
}
