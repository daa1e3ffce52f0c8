// What may come of a customer, and how well that can be told. It is worked out once for everybody, while the page is read.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { askAnew } from "@/api/queries";
import { isKnown, type Measured } from "@/api/types";
import { day, estimate, inUnit, interval, money, number, percent } from "@/format";
import type { Customer, CustomerOutlook, Expected, Foretold, Lifetime, Rhythm } from "@/generated/client/types.gen";
import { useOutlook } from "@/pages/customers/hooks";
import { useWorkingOut, WorkingOut } from "@/pages/customers/WorkingOut";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { words } from "@/words";

const w = words.customers;

export function Outlook({ customer }: { customer: Customer }) {
  const found = useOutlook(customer.id);
  const client = useQueryClient();
  const working = useWorkingOut(() => void askAnew(client, { predicate: (one) => one.queryKey.includes("outlook") }));
  const ready = found.data?.ready;
  const { begin } = working;
  useEffect(() => { if (ready === false) begin(); }, [ready, begin]);
  return (
    <section aria-labelledby="outlook">
      <h2 id="outlook">{w.outlook} <span className="muted small">{w.rests}</span></h2>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {ready === false && <WorkingOut working={working} />}
      {found.data?.ready && <Told told={found.data} customer={customer} />}
    </section>
  );
}

function Told({ told, customer }: { told: CustomerOutlook; customer: Customer }) {
  return (
    <>
      {(told.forecasts ?? []).map((one) => <Forecast key={one.what} one={one} />)}
      <h3>{w.rhythm}</h3>
      {told.rhythm ? <RhythmTold one={told.rhythm} currency={customer.currency} /> : <p className="why">{told.rhythm_why}</p>}
      {told.lifetime ? <LifetimeTold one={told.lifetime} currency={customer.currency} /> : <p className="why">{told.lifetime_why}</p>}
      <details className="small">
        <summary>{w.howTold}</summary>
        {(told.forecasts ?? []).map((one) => <div key={one.what}>{one.says.map((said) => <p key={said} className="muted"><Sentence>{said}</Sentence></p>)}</div>)}
      </details>
    </>
  );
}

function Forecast({ one }: { one: Foretold }) {
  const name = w.foretold[one.what]?.(one.within) ?? one.what;
  const plain = one.plain == null ? "" : percent(one.plain);
  if (one.probability == null || !one.better) {
    const why = one.why || (one.plain == null ? "" : w.notBetter(plain));
    return <div className="forecast"><span>{name}</span><span className="why">{why}</span></div>;
  }
  const rank = one.above == null ? "" : one.above >= 0.5 ? w.above(percent(one.above)) : w.below(percent(1 - one.above));
  return (
    <div className="forecast">
      <span>{name}</span>
      {one.agrees && <strong>{percent(one.probability)}</strong>}
      <span className="muted small">{[rank, w.plain(plain)].filter(Boolean).join("; ")}</span>
      {!one.agrees && <span className="muted small">{w.orderOnly}</span>}
    </div>
  );
}

function RhythmTold({ one, currency }: { one: Rhythm; currency: string | null }) {
  const days = (n: number) => w.days(number(n, { maximumFractionDigits: n < 10 ? 1 : 0 }));
  const wrong = one.false;
  return (
    <>
      <p>{w.usual(days(one.usual), one.gaps)} {w.silent(days(one.silent))} {one.silent < one.usual && w.nextUsual(day(one.next_usual, "UTC"))}</p>
      {one.rings && <p className="warn">{w.rings(days(one.alarm_after), percent(one.chance))} {isKnown(wrong) && <span className="muted">{w.falseAlarms(percent(wrong.value), interval(wrong.low, wrong.high, "share"))}</span>}</p>}
      {one.at_stake > 0 && <p className="muted">{w.atStake(money(one.at_stake, currency))}</p>}
    </>
  );
}

function LifetimeTold({ one, currency }: { one: Lifetime; currency: string | null }) {
  const locale = { currency };
  const said = (value: number, unit: "share" | "number" | "money") => (unit === "number" ? number(value, { maximumSignificantDigits: 2 }) : inUnit(value, unit, locale));
  const row = (name: string, value: Expected, unit: "share" | "number" | "money", beside?: string) => (
    <tr><th scope="row">{name}</th><td className="n">{said(value.value, unit)}<small>{unit === "number" ? `${said(value.low, unit)} – ${said(value.high, unit)}` : interval(value.low, value.high, unit, locale)}</small>{beside && <small>{beside}</small>}</td></tr>
  );
  const mean: Measured = one.mean;
  return (
    <table className="data-table">
      <caption>{w.lifetime(one.within)}</caption>
      <tbody>
        {row(w.alive, one.alive, "share")}
        {row(w.purchases, one.purchases, "number")}
        {one.value && row(w.worth, one.value, "money", w.meanOfAll(estimate(mean, "money", locale)))}
      </tbody>
    </table>
  );
}
