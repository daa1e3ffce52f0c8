// A rule as rows: what was said of a customer, or what they did and how often. Each row shows its own mistakes.
import { ActionIcon, Autocomplete, Button, Group, NumberInput, SegmentedControl, Select, TagsInput, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useData, useWorkspace } from "@/api/hooks";
import type { DidRow, RuleMistake, Trait, TraitRow } from "@/generated/client/types.gen";
import { useTraits } from "@/pages/segments/hooks";
import { emptyDid, emptyTrait, isTrait, whatOf, withHow, type Join, type Row } from "@/pages/segments/rule";
import { words } from "@/words";

const w = words.people;
interface Props { rows: Row[]; join: Join; mistakes: RuleMistake[]; notices: RuleMistake[]; change: (rows: Row[], join: Join) => void }

export function Rows({ rows, join, mistakes, notices, change }: Props) {
  const put = (place: number, row: Row) => change(rows.map((one, i) => (i === place ? row : one)), join);
  return (
    <div className="rule-rows">
      {rows.length > 1 && (
        <Group gap="xs">
          <SegmentedControl size="xs" aria-label={w.join} value={join} onChange={(value) => change(rows, value as Join)} data={[{ value: "all", label: w.all }, { value: "any", label: w.any }]} />
          <span className="muted">{w.ofThese}</span>
        </Group>
      )}
      <ol>
        {rows.map((row, place) => {
          const wrong = mistakes.filter((one) => one.row === place);
          const odd = notices.filter((one) => one.row === place);
          return (
            <li key={place} className={wrong.length ? "wrong" : odd.length ? "odd" : undefined}>
              <div className="rule-row" role="group" aria-label={w.condition(place + 1)}>
                {isTrait(row) ? <TraitFields row={row} put={(one) => put(place, one)} /> : <DidFields row={row} put={(one) => put(place, one)} />}
                <ActionIcon variant="subtle" color="gray" aria-label={w.removeCondition(place + 1)} onClick={() => change(rows.filter((_, i) => i !== place), join)}><IconTrash size="1rem" /></ActionIcon>
              </div>
              {[...wrong, ...odd].map((one) => (
                <p key={one.message} className={`small ${wrong.includes(one) ? "bad" : "warn"}`} role="status">{short(one.message)}. <span className="muted">{short(one.hint)}</span></p>
              ))}
              {isTrait(row) && row.how === "is_not" && <p className="small muted">{w.isNotSaid}</p>}
            </li>
          );
        })}
      </ol>
      <Group gap="xs">
        <Button size="xs" variant="default" leftSection={<IconPlus size="0.9rem" />} onClick={() => change([...rows, emptyDid()], join)}>{w.addDid}</Button>
        <Button size="xs" variant="default" leftSection={<IconPlus size="0.9rem" />} onClick={() => change([...rows, emptyTrait()], join)}>{w.addTrait}</Button>
      </Group>
    </div>
  );
}

/** The nearest fix; of a long list of all that there is, only that. */
export function short(hint: string): string {
  const end = hint.indexOf("? ");
  return hint.startsWith("Did you mean") && hint.length > 120 && end > 0 ? hint.slice(0, end + 1) : hint.length > 240 ? `${hint.slice(0, 240)} …` : hint;
}

function TraitFields({ row, put }: { row: TraitRow; put: (row: TraitRow) => void }) {
  const traits = useTraits();
  const known = traits.data ?? [];
  const one = known.find((each) => each.column === row.column);
  const how = row.how ?? "is";
  const names = [...known.map((each) => each.column), ...(row.column && !known.some((each) => each.column === row.column) ? [row.column] : [])];
  return (
    <>
      <Select aria-label={w.trait} placeholder={w.trait} searchable data={grouped(names)} value={row.column || null} onChange={(column) => put({ ...row, column: column ?? "", values: [] })} w="13rem" />
      <Select aria-label={w.how} data={Object.entries(w.hows).map(([value, label]) => ({ value, label }))} value={how} onChange={(value) => value && put(withHow(row, value as NonNullable<TraitRow["how"]>))} allowDeselect={false} w="9.5rem" />
      {(how === "is" || how === "is_not") && <Values row={row} trait={one} put={put} />}
      {(how === "more" || how === "at_least" || how === "less" || how === "at_most") && (
        <TextInput aria-label={w.value} placeholder={w.value} value={row.values?.[0] ?? ""} onChange={(event) => put({ ...row, values: [event.currentTarget.value] })} w="9rem" />
      )}
    </>
  );
}

function Values({ row, trait, put }: { row: TraitRow; trait: Trait | undefined; put: (row: TraitRow) => void }) {
  return <TagsInput aria-label={w.values} placeholder={row.values?.length ? "" : w.value} data={trait?.values ?? []} value={row.values ?? []} onChange={(values) => put({ ...row, values })} acceptValueOnBlur miw="12rem" flex={1} />;
}

function DidFields({ row, put }: { row: DidRow; put: (row: DidRow) => void }) {
  const workspace = useWorkspace();
  const data = useData();
  const [kind, name] = whatOf(row.what);
  const touchpoints = (workspace.data?.touchpoints ?? []).map((one) => ({ value: `touchpoint:${one.id}`, label: one.label }));
  const events = (data.data?.event_names ?? []).map((one) => ({ value: `event:${one}`, label: one }));
  const known = [...touchpoints, ...events].some((one) => one.value === row.what);
  const often = row.often ?? "ever";
  return (
    <>
      <Select aria-label={w.often} data={Object.entries(w.oftens).map(([value, label]) => ({ value, label }))} value={often} onChange={(value) => value && put({ ...row, often: value as NonNullable<DidRow["often"]> })} allowDeselect={false} w="9.5rem" />
      {often !== "ever" && often !== "never" && <NumberInput aria-label={w.times} suffix={w.timesSuffix} min={0} value={row.times ?? 1} onChange={(value) => put({ ...row, times: Number(value) || 0 })} w="7.5rem" />}
      {kind === "rule" ? (
        <Autocomplete aria-label={w.eventRule} placeholder={w.eventRuleLike} value={name} onChange={(value) => put({ ...row, what: `rule:${value}` })} miw="12rem" flex={1} />
      ) : (
        <Select
          aria-label={w.what} placeholder={w.what} searchable miw="12rem" flex={1}
          data={[{ group: w.touchpoints, items: touchpoints }, { group: w.events, items: known || !name ? events : [...events, { value: row.what, label: name }] }, { group: w.more, items: [{ value: "rule:", label: w.anyRule }] }]}
          value={name ? row.what : null} onChange={(what) => put({ ...row, what: what ?? "event:" })}
        />
      )}
      {kind === "rule" && <Button size="xs" variant="subtle" onClick={() => put({ ...row, what: "event:" })}>{w.choose}</Button>}
    </>
  );
}

function grouped(names: string[]): { group: string; items: { value: string; label: string }[] }[] {
  const of = (prefix: string) => names.filter((one) => one.startsWith(prefix)).map((one) => ({ value: one, label: one.slice(prefix.length).replaceAll("_", " ") }));
  return [{ group: w.traits, items: of("traits.") }, { group: w.identifiers, items: of("id.") }];
}
