// One dropped file: what it was guessed to be, each guess with its reason, some rows, the events that they make; put right here.
import { Checkbox, Group, Select, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { calendarDay, number } from "@/format";
import type { ChoiceIn, FileGuessOut } from "@/generated/client/types.gen";
import { endsEarly, kindsOf, withKind } from "@/pages/data/choices";
import { Sentence } from "@/parts/Sentence";
import { words } from "@/words";

interface Props { file: FileGuessOut; choice: ChoiceIn | undefined; change: (some: Partial<ChoiceIn>) => void; busy: boolean; until?: string | undefined }

/** until: the day to which the other sources are known; a file that ends long before it would end everything there. */
export function FileGuess({ file, choice, change, busy, until }: Props) {
  const w = words.data;
  const used = file.left_out ? choice !== undefined && choice.used !== false : choice?.used !== false;
  return (
    <section className="card guess" aria-label={file.id}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <div>
          <h3>{file.id}</h3>
          <Text size="sm" className="muted">{file.files.join(", ")} · {w.rowsRead(file.rows, file.exact)}</Text>
        </div>
        {!file.metrics && <Checkbox label={w.useIt} checked={used} disabled={busy} onChange={(event) => change({ used: event.currentTarget.checked })} />}
      </Group>
      {file.left_out && <Text size="sm">{choice?.used === false ? w.notUsed : w.leftOut(file.left_out)}</Text>}
      {file.metrics && <Text size="sm" className="muted">{w.isMetrics}</Text>}
      {file.query && <Text size="sm" className="muted">{w.isQuery}</Text>}
      {used && !file.metrics && !file.query && <Chosen file={file} choice={choice} change={change} busy={busy} />}
      {used && until && file.newest !== null && endsEarly(file.newest, until) && (
        <div className="early">
          <Text size="sm">{w.endsEarly(calendarDay(file.newest), calendarDay(until))}</Text>
          <Checkbox label={w.isComplete(calendarDay(until))} checked={Boolean(choice?.complete_until)} disabled={busy} onChange={(event) => change({ complete_until: event.currentTarget.checked ? until : "" })} />
        </div>
      )}
      {used && file.events.length > 0 && <Made file={file} />}
      <details open={Boolean(file.left_out) && used}>
        <summary>{w.columns(file.columns.length)}</summary>
        <Columns file={file} />
      </details>
      {file.sample.length > 0 && <details><summary>{w.firstRows}</summary><Sample file={file} /></details>}
    </section>
  );
}

function Chosen({ file, choice, change, busy }: Props) {
  const w = words.data;
  const columns = file.columns.map((one) => one.name);
  const times = file.columns.filter((one) => one.shape === "time").map((one) => one.name);
  const byTime = [...times, ...columns.filter((one) => !times.includes(one))];
  const time = choice?.time ?? file.time;
  const ofEvent = choice?.event != null ? null : choice?.of_event ?? file.of_event;
  const event = choice?.event ?? file.event;
  const identifiers = choice?.identifiers ?? file.identifiers;
  const value = choice?.value ?? file.value ?? "";
  const why = (column: string | null | undefined) => file.columns.find((one) => one.name === column)?.why || undefined;
  return (
    <div className="chosen">
      <Select size="xs" label={w.when} searchable allowDeselect={false} disabled={busy} data={byTime} value={time ?? null} placeholder={w.column} description={why(time)} inputWrapperOrder={["label", "input", "description"]} onChange={(one) => one && change({ time: one })} />
      <div>
        <Select size="xs" label={w.what} searchable allowDeselect={false} disabled={busy} data={[{ value: "", label: w.sameEvent }, ...columns.map((one) => ({ value: one, label: w.fromColumn(one) }))]} value={ofEvent ?? ""} description={why(ofEvent)} inputWrapperOrder={["label", "input", "description"]}
          onChange={(one) => change(one ? { of_event: one, event: null } : { event: event ?? file.id, of_event: null })} />
        {!ofEvent && <EventName key={event ?? ""} name={event ?? ""} busy={busy} change={(name) => change({ event: name, of_event: null })} />}
        {file.several && <Text size="xs" className="muted">{w.several}</Text>}
      </div>
      <fieldset>
        <legend>{w.whoIsIt}</legend>
        {Object.entries(identifiers).map(([kind, column]) => (
          <Group key={kind} gap={6} wrap="nowrap">
            <span className="kind">{kind}</span>
            <Select size="xs" aria-label={w.columnOf(kind)} title={why(column)} clearable searchable disabled={busy} data={columns} value={column} onChange={(one) => change({ identifiers: withKind(identifiers, kind, one ?? "") })} />
          </Group>
        ))}
        <Select size="xs" aria-label={w.addKind} placeholder={w.addKind} disabled={busy} value={null} data={kindsOf(file).filter((kind) => !(kind in identifiers))}
          onChange={(kind) => { const free = columns.find((one) => !Object.values(identifiers).includes(one) && one !== time); if (kind && free) change({ identifiers: withKind(identifiers, kind, columns.includes(kind) ? kind : free) }); }} />
      </fieldset>
      <Select size="xs" label={w.amount} clearable searchable disabled={busy} data={columns} value={value || null} placeholder={w.noAmount} description={why(value)} inputWrapperOrder={["label", "input", "description"]} onChange={(one) => change({ value: one ?? "" })} />
    </div>
  );
}

function EventName({ name, busy, change }: { name: string; busy: boolean; change: (name: string) => void }) {
  const [text, setText] = useState(name);
  const apply = () => { if (text.trim() && text !== name) change(text.trim()); };
  return <TextInput size="xs" mt={4} aria-label={words.data.eventName} value={text} disabled={busy} onChange={(event) => setText(event.currentTarget.value)} onBlur={apply} onKeyDown={(event) => { if (event.key === "Enter") apply(); }} />;
}

function Columns({ file }: { file: FileGuessOut }) {
  const w = words.data;
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={w.columnsOf(file.id)}>
      <Table className="data-table">
        <thead><tr><th scope="col">{w.column}</th><th scope="col">{w.becomes}</th><th scope="col">{w.why}</th><th scope="col">{w.examples}</th></tr></thead>
        <tbody>
          {file.columns.map((one) => (
            <tr key={one.name}>
              <td>{one.name}</td>
              <td className={one.becomes ? undefined : "muted"}>{w.becomesWhat(one.becomes)}</td>
              <td className="muted"><Sentence>{one.why}</Sentence></td>
              <td className="muted">{one.examples.join(" · ") || words.none}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Made({ file }: { file: FileGuessOut }) {
  const w = words.data;
  const aside = Object.entries(file.aside);
  return (
    <>
      <h4>{w.made}</h4>
      <ol className="made">
        {file.events.slice(0, 8).map((one, i) => (
          <li key={i} className={one.wrong ? "wrong" : undefined}>
            <span className="muted nowrap">{one.time ?? words.none}</span>
            <span><strong>{one.event ?? words.none}</strong> {one.by && one.by !== "customer" && <span className="muted">({one.by})</span>} {one.wrong && <em className="warn">{w.setAside(one.wrong)}</em>}</span>
            <span className="muted">{[...Object.entries(one.identifiers).map(([kind, value]) => `${kind} ${value}`), one.channel, one.value].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ol>
      {aside.length > 0 && <Text size="sm" className="warn">{w.asideAll(aside.map(([reason, n]) => `${number(n)} × ${w.reasons[reason] ?? reason.replaceAll("_", " ")}`).join(", "), file.rows)}</Text>}
    </>
  );
}

function Sample({ file }: { file: FileGuessOut }) {
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={words.data.firstRowsOf(file.id)}>
      <table className="data-table">
        <thead><tr>{file.columns.map((one) => <th key={one.name} scope="col">{one.name}</th>)}</tr></thead>
        <tbody>{file.sample.map((row, i) => <tr key={i}>{file.columns.map((one, n) => <td key={one.name} className="nowrap">{row[n] ?? words.none}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}
