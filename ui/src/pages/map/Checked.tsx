// The evidence behind a written claim: what was claimed, what the data say, the numbers and how they were made.
import { Anchor } from "@mantine/core";
import { Link } from "wouter";
import type { Cell, MapDocument } from "@/api/types";
import { instant } from "@/format";
import { Said } from "@/pages/map/Claimed";
import { Values } from "@/pages/map/Values";
import { Contract } from "@/parts/Contract";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const said = words.map.claim;

export function Checked({ map, cell }: { map: MapDocument; cell: Cell }) {
  const href = useHref();
  const { set } = useUrl();
  const check = cell.check;
  if (!check) return null;
  const locale = { currency: map.currency, zone: map.time_zone };
  return (
    <section>
      <Said cell={cell} />
      <p className="small muted">{said.claimed}: <code>{check.claim}</code></p>
      <Values values={check.values} locale={locale} />
      {check.see && <p><Anchor component="button" type="button" size="sm" onClick={() => set({ cell: check.see })}>{said.see}</Anchor></p>}
      {check.a && <p><Anchor component={Link} size="sm" href={href("/ask/comparison", { a: check.a, b: check.b, measures: check.measure })}>{said.more}</Anchor></p>}
      <h3>{words.howMade}</h3>
      <p className="small muted">{words.map.asOf(instant(check.contract.as_of, map.time_zone))}</p>
      <Contract contract={check.contract} />
    </section>
  );
}
