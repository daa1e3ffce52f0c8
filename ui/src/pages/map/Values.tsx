// The numbers of a cell or of a claim's check, one a row, the first large, each with its interval and n, or why there is none.
import { isKnown, type Value } from "@/api/types";
import { estimate, inUnit, interval, why, type Locale, type Unit } from "@/format";
import { words } from "@/words";

export function Values({ values, locale }: { values: Value[]; locale: Locale }) {
  return (
    <table className="values">
      <caption className="sr">{words.map.numbers}</caption>
      <tbody>{values.map((one, i) => <Row key={one.name} value={one} locale={locale} first={i === 0} />)}</tbody>
    </table>
  );
}

function Row({ value, locale, first }: { value: Value; locale: Locale; first: boolean }) {
  const unit = value.unit as Unit;
  const measured = value.measured;
  const tone = value.tone && value.tone !== "plain" ? value.tone : "";
  return (
    <tr>
      <th scope="row">{value.label}</th>
      <td className={`${first ? "big" : ""} ${tone}`}>
        {typeof measured === "number" ? inUnit(measured, unit, locale) : isKnown(measured) ? estimate(measured, unit, locale) : <span className="why">{why(measured)}</span>}
        {typeof measured === "object" && isKnown(measured) && <small className="muted">{interval(measured.low, measured.high, unit, locale)}, {words.n(measured.n)}</small>}
      </td>
    </tr>
  );
}
