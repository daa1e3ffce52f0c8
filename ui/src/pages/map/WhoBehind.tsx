// The customers behind a cell: of a stage's numbers, or of a touchpoint or way that is ranked as friction or delight.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useAnswer } from "@/api/hooks";
import type { AnswerOut, Cell, MapDocument } from "@/api/types";
import { Behind } from "@/pages/stages/Behind";
import type { Counted } from "@/pages/stages/hooks";
import { Members } from "@/parts/Members";
import { words } from "@/words";

const RANKED = ["touchpoints", "pain_points", "delights"];

export function WhoBehind({ map, cell }: { map: MapDocument; cell: Cell }) {
  const stage = map.stages.find((one) => one.id === cell.stage);
  if (stage && [stage.reach_cell, stage.rate_cell, stage.lost_cell].includes(cell.id)) return <OfStage cell={cell} label={stage.label} lost={cell.id === stage.lost_cell} reached={cell.id === stage.reach_cell} />;
  return stage && RANKED.includes(cell.lane) && cell.rests === "observed" ? <OfMeeting cell={cell} /> : null;
}

function OfStage({ cell, label, lost, reached }: { cell: Cell; label: string; lost: boolean; reached: boolean }) {
  const [of, setOf] = useState<Counted | null>(null);
  const counts = lost ? (["lapsed", "left", "in_flight"] as const) : reached ? (["reached"] as const) : (["succeeded"] as const);
  return (
    <Group gap="xs" my="sm">
      {counts.map((count) => <Button key={count} size="xs" variant="default" onClick={() => setOf({ stage: cell.stage, count, label: `${label}: ${words.map.behind[count]}` })}>{words.map.behind.who}: {words.map.behind[count]}</Button>)}
      <Behind of={of} close={() => setOf(null)} />
    </Group>
  );
}

function OfMeeting({ cell }: { cell: Cell }) {
  const answer = useAnswer("friction", {});
  const [count, setCount] = useState<string | null>(null);
  const list = answer.data ? rankedAs(answer.data, cell.stage, cell.title ?? "") : null;
  if (answer.isLoading) return <p className="small muted">{words.map.behind.looking}</p>;
  if (!list) return null;
  return (
    <Group gap="xs" my="sm">
      <Button size="xs" variant="default" onClick={() => setCount(list.name)}>{words.map.behind.met(list.customers)}</Button>
      {list.lost > 0 && <Button size="xs" variant="default" onClick={() => setCount(`${list.name} lost`)}>{words.map.behind.lost(list.lost)}</Button>}
      <Members name="friction" fields={{}} count={count} title={cell.title ?? ""} close={() => setCount(null)} />
    </Group>
  );
}

/** The list of the answer that holds the customers of this touchpoint or way; null where it is not ranked. */
function rankedAs(answer: AnswerOut, stage: string, what: string): { name: string; customers: number; lost: number } | null {
  const table = answer.tables.all;
  if (!table) return null;
  const at = (name: string) => table.columns.findIndex((one) => one.name === name);
  const row = table.rows.find((one) => one[at("stage")] === stage && one[at("what")] === what && Number(one[at("rank")]) > 0);
  if (!row) return null;
  const kind = Number(row[at("difference")]) < 0 ? "friction" : "delight";
  return { name: `${kind} ${String(row[at("rank")])}`, customers: Number(row[at("customers")]), lost: Number(row[at("customers_lost")]) };
}
