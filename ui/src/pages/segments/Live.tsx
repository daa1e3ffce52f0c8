// How many customers a rule means right now, while it is written; or why nobody can tell yet.
import { Loader } from "@mantine/core";
import { isKnown } from "@/api/types";
import { interval, number, percent } from "@/format";
import type { Tried } from "@/generated/client/types.gen";
import { short } from "@/pages/segments/Rows";
import { ShareBar } from "@/parts/ShareBar";
import { words } from "@/words";

const w = words.people;

export function Live({ tried, late, blank }: { tried: Tried | undefined; late: boolean; blank: boolean }) {
  const whole = tried?.mistakes.filter((one) => one.row === null) ?? [];
  const odd = tried?.notices.filter((one) => one.row === null) ?? [];
  const share = tried?.share;
  return (
    <div className="live card" aria-live="polite" aria-busy={late}>
      <p className="muted small live-head">{w.live}{late && <Loader size="0.8rem" aria-hidden="true" />}</p>
      {tried && tried.customers !== null && !blank ? (
        <>
          <p className="live-count"><b>{number(tried.customers)}</b> <span className="muted">{w.ofCustomers(tried.of)}</span></p>
          {share && isKnown(share) && (
            <>
              <ShareBar measured={share} label={w.shareSaid(percent(share.value))} />
              <p className="small muted">{percent(share.value)} ({interval(share.low, share.high, "share")} %)</p>
            </>
          )}
        </>
      ) : <p className="muted">{blank ? w.begin : w.notYet}</p>}
      {!blank && whole.map((one) => <p key={one.message} className="bad">{short(one.message)}. <span className="muted">{short(one.hint)}</span></p>)}
      {odd.map((one) => <p key={one.message} className="warn">{short(one.message)}. <span className="muted">{short(one.hint)}</span></p>)}
      <p className="small muted">{w.asOfSaid}</p>
    </div>
  );
}
