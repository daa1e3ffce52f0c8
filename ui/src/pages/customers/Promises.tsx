// Every promise made to a customer, and how it ended.
import { instant } from "@/format";
import type { Customer } from "@/generated/client/types.gen";
import { words } from "@/words";

const TONES: Record<string, string> = { kept: "good", late: "warn", broken: "bad" };

export function Promises({ customer }: { customer: Customer }) {
  const w = words.customers;
  const when = (at: number | null | undefined) => (at == null ? words.none : instant(at, customer.time_zone));
  if (customer.promises.length === 0) return <p className="why">{w.noPromises}</p>;
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={w.tabs.promises}>
      <table className="data-table">
        <caption className="sr">{w.tabs.promises}</caption>
        <thead><tr><th scope="col">{w.promise}</th><th scope="col">{w.how}</th><th scope="col" className="n">{w.made}</th><th scope="col" className="n">{w.due}</th><th scope="col" className="n">{w.ended}</th></tr></thead>
        <tbody>
          {customer.promises.map((one, i) => (
            <tr key={`${one.promise} ${one.made} ${i}`}>
              <td>{one.label}</td>
              <td className={TONES[one.state]}>{w.promiseState[one.state]}</td>
              <td className="n">{when(one.made)}</td><td className="n">{when(one.due)}</td><td className="n">{when(one.ended)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
