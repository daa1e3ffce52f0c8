// The exact semantics behind a number, in words.
import type { AskedOut, ContractOut } from "@/api/types";
import { moment, number } from "@/format";
import { words } from "@/words";

export function Contract({ contract, asked }: { contract: ContractOut; asked?: AskedOut | undefined }) {
  return (
    <dl className="contract">
      <dt>{words.question}</dt><dd>{contract.question}</dd>
      <dt>{words.of}</dt><dd>{contract.denominator}</dd>
      <dt>{words.how}</dt><dd>{contract.rule}</dd>
      {contract.source && <><dt>{words.source}</dt><dd>{contract.source}</dd></>}
      {asked?.as_of && <><dt>{words.asOf}</dt><dd>{moment(asked.as_of, asked.time_zone)} ({asked.time_zone})</dd></>}
      <dt>{words.definition}</dt><dd>{contract.definition}</dd>
      {asked && asked.excluded.length > 0 && <><dt>{words.excluded}</dt><dd>{asked.excluded.map((one) => `${one.label}: ${number(one.customers)}`).join("; ")}</dd></>}
    </dl>
  );
}
