// The face of a segment, persona or rule: what these customers do, feel and are worth beside all others, in whose words.
import { Title } from "@mantine/core";
import { useWorkspace } from "@/api/hooks";
import { isKnown } from "@/api/types";
import { day, estimate, interval, inUnit, type Locale } from "@/format";
import type { Beside, FaceTold, Quote } from "@/generated/client/types.gen";
import { unitOf } from "@/parts/unit";
import { words } from "@/words";

const w = words.people;

/** short: the few things that a card has room for. */
export function FaceView({ face, short = false }: { face: FaceTold; short?: boolean }) {
  const locale = useLocale();
  const beyond = face.measures.filter((one) => one.beyond_chance);
  const most = short ? 3 : 5;
  const measures = short ? beyond.slice(0, 3) : face.measures;
  return (
    <div className={short ? "face short" : "face"}>
      <section>
        <Title order={short ? 4 : 2} size="h5">{w.does}</Title>
        <Met rows={face.more.slice(0, most)} locale={locale} none={w.nothingMore} />
        {!short && face.fewer.length > 0 && <><p className="muted small">{w.doesLess}</p><Met rows={face.fewer} locale={locale} none="" /></>}
      </section>
      <section>
        <Title order={short ? 4 : 2} size="h5">{w.feels}</Title>
        <Measures rows={measures} locale={locale} none={w.nothingApart} />
      </section>
      <section>
        <Title order={short ? 4 : 2} size="h5">{w.worth}</Title>
        {isKnown(face.worth)
          ? <p><b>{inUnit(face.worth.value, "money", locale)}</b> {w.aCustomer} <span className="muted small">({interval(face.worth.low, face.worth.high, "money", locale)})</span><br /><span className="muted">{w.othersWorth(estimate(face.worth_beside, "money", locale))}</span></p>
          : <p className="why">{estimate(face.worth, "money", locale)}</p>}
      </section>
      {face.quotes.length > 0 && (
        <section className="quotes">
          <Title order={short ? 4 : 2} size="h5">{w.says}</Title>
          {face.quotes.slice(0, short ? 2 : 4).map((one) => <Said key={`${one.at} ${one.text}`} quote={one} zone={locale.zone} />)}
        </section>
      )}
      <p className="small muted grounded">{w.grounded(face.customers, face.of, face.as_of ? day(Date.parse(face.as_of) * 1000, locale.zone) : "")} {!short && `${face.how.charAt(0).toUpperCase() + face.how.slice(1)}.`}</p>
    </div>
  );
}

function useLocale(): Locale {
  const workspace = useWorkspace().data;
  return { currency: workspace?.currency ?? null, ...(workspace ? { zone: workspace.time_zone } : {}) };
}

function Met({ rows, locale, none }: { rows: Beside[]; locale: Locale; none: string }) {
  if (rows.length === 0) return <p className="why">{none}</p>;
  return (
    <ul className="beside">
      {rows.map((one) => (
        <li key={one.id}>
          <span className="name">{one.label}</span>
          <Pair row={one} />
          <span className="numbers">{estimate(one.inside, "share", locale)} <span className="muted">{w.against(estimate(one.beside, "share", locale))}</span></span>
        </li>
      ))}
    </ul>
  );
}

/** Two shares, one above the other: theirs thick, that of all others thin. */
function Pair({ row }: { row: Beside }) {
  const at = (measured: Beside["inside"]) => `${isKnown(measured) ? measured.value * 100 : 0}%`;
  return <span className="pair" aria-hidden="true"><i className="mine" style={{ width: at(row.inside) }} /><i className="theirs" style={{ width: at(row.beside) }} /></span>;
}

function Measures({ rows, locale, none }: { rows: Beside[]; locale: Locale; none: string }) {
  if (rows.length === 0) return <p className="why">{none}</p>;
  return (
    <ul className="measures">
      {rows.map((one) => {
        const unit = unitOf(one.unit);
        const apart = isKnown(one.difference) ? one.difference.value : 0;
        return (
          <li key={one.id} className={one.beyond_chance ? undefined : "chance"}>
            <span className="name">{one.label}</span>
            <span className="numbers">{estimate(one.inside, unit, locale)} <span className="muted">{w.against(estimate(one.beside, unit, locale))}</span></span>
            <span className={one.beyond_chance ? (apart > 0 ? "good" : "bad") : "muted"}>{one.beyond_chance ? (apart > 0 ? w.higher : w.lower) : w.chance}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Said({ quote, zone }: { quote: Quote; zone?: string | undefined }) {
  return (
    <blockquote>
      <p>{quote.text}</p>
      <footer className="small muted">{[quote.stage, quote.channel, day(quote.at, zone)].filter(Boolean).join(", ")}</footer>
    </blockquote>
  );
}
