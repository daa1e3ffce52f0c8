// One field of a question as the control that suits it: few choices side by side, durations as a number and a unit.
import { Button, Chip, Group, Input, NativeSelect, NumberInput, SegmentedControl, Select, Switch, TagsInput } from "@mantine/core";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import type { Fields } from "@/api/hooks";
import type { Choices } from "@/pages/ask/choices";
import { fixed, readLength, spellLength, type Field, type Wrong } from "@/pages/ask/fields";
import { StepList } from "@/pages/ask/StepList";
import { Typed } from "@/pages/ask/Typed";
import { words } from "@/words";

export type Put = (value: string | string[] | undefined) => void;
interface Props { question: string; field: Field; fields: Fields; choices: Choices; wrong: Wrong | null; put: Put }

export function Control({ question, field, fields, choices, wrong, put }: Props) {
  const label = words.ask.field(field.name);
  const value = fields[field.name] ?? field.initial ?? null;
  const text = value === null ? "" : String(value);
  const all = (Array.isArray(value) ? value : []).map(String);
  const error = wrong && <Mistake wrong={wrong} fix={() => put(fixed(fields, wrong))} />;
  const same = { label, description: field.about, error, withAsterisk: field.required };
  switch (field.kind) {
    case "steps":
      return <div className="ask-wide"><StepList label={label} about={field.about} required={field.required} steps={all} choices={choices} wrong={wrong?.value ?? null} put={put} />{error && <Input.Error component="div">{error}</Input.Error>}</div>;
    case "choice":
      return <Choice field={field} value={text} error={error} put={put} />;
    case "choices":
      return (
        <Input.Wrapper {...same} labelElement="div">
          <Chip.Group multiple value={all} onChange={(next) => put(next.length ? next : undefined)}><Group gap="0.35rem" mt="0.25rem">{field.choices.map((one) => <Chip key={one} value={one} size="xs" variant="outline">{words.ask.choice(one)}</Chip>)}</Group></Chip.Group>
        </Input.Wrapper>
      );
    case "yes":
      return <Switch label={label} description={field.about} error={error} checked={value === true} onChange={(event) => put(event.currentTarget.checked ? "yes" : "no")} mt="0.25rem" />;
    case "number":
      return <Amount {...same} value={typeof value === "number" ? value : null} min={field.min} max={field.max} put={(next) => put(next === null ? undefined : String(next))} />;
    case "duration":
      return <LengthOf {...same} question={question} name={field.name} value={text} put={put} />;
    case "stage":
      return <Select {...same} data={[...(typeof field.initial === "string" ? [{ value: field.initial, label: field.initial }] : []), ...choices.stages]} value={text || null} onChange={(next) => put(next ?? undefined)} clearable={!field.initial} placeholder={words.ask.unsaid} />;
    case "promise":
      return <Select {...same} data={choices.promises} value={text || null} onChange={(next) => put(next ?? undefined)} clearable placeholder={words.ask.unsaid} />;
    case "texts":
    case "measures":
      return <TagsInput {...same} data={field.kind === "measures" ? [{ group: words.ask.often, items: ["all", "rate", "eventual", "time", "median", "value", "stands", "reach", "lift", "promise", "score", "ease", "back"] }, ...choices.measures.map((one) => ({ group: one.group, items: one.items.map((item) => item.value) }))] : []} value={all} onChange={(next) => put(field.kind === "measures" && next.length > 1 ? next.filter((one) => one !== "all") : next)} maxDropdownHeight="18rem" />;
    default: {
      const groups = { step: choices.steps, by: choices.by, side: choices.sides, measure: choices.measures }[field.kind as "step"] ?? [];
      return <Typed label={label} description={field.about} error={error} required={field.required} groups={groups} value={text} placeholder={field.kind === "by" ? words.ask.without : words.ask.unsaid} put={(next) => put(next || undefined)} />;
    }
  }
}

function Mistake({ wrong, fix }: { wrong: Wrong; fix: () => void }) {
  return (
    <span role="alert" className="ask-wrong">
      {wrong.message}. {wrong.hint}
      {wrong.fix && <Button size="compact-xs" variant="light" ml="xs" onClick={fix}>{words.ask.fix(wrong.fix)}</Button>}
    </span>
  );
}

const NONE = " ";
function Choice({ field, value, error, put }: { field: Field; value: string; error: ReactNode; put: Put }) {
  const id = useId();
  const label = words.ask.field(field.name);
  const free = !field.required && (field.initial === null || field.initial === undefined);
  const data = [...(free ? [{ value: NONE, label: words.ask.without }] : []), ...field.choices.map((one) => ({ value: one, label: words.ask.choice(one) }))];
  const letters = data.reduce((sum, one) => sum + one.label.length, 0);
  if (data.length > 4 || letters > 34) {
    return <Select label={label} description={field.about} error={error} withAsterisk={field.required} data={data.filter((one) => one.value !== NONE)} value={value || null} onChange={(next) => put(next ?? undefined)} clearable={free} placeholder={words.ask.unsaid} allowDeselect={free} />;
  }
  return (
    <Input.Wrapper label={label} labelElement="div" labelProps={{ id }} description={field.about} error={error} required={field.required}>
      <SegmentedControl aria-labelledby={id} fullWidth size="xs" mt="0.25rem" data={data} value={value || (free ? NONE : data[0]?.value ?? "")} onChange={(next) => put(next === NONE ? undefined : next)} />
    </Input.Wrapper>
  );
}

interface AmountProps { label?: string; description?: string; error?: ReactNode; withAsterisk?: boolean; "aria-label"?: string; value: number | null; min?: number | undefined; max?: number | undefined; put: (value: number | null) => void }
/** A number that counts a moment after it was typed. */
function Amount({ value, put, min, max, ...rest }: AmountProps) {
  const [draft, setDraft] = useState<string | number>(value ?? "");
  // A moment later other fields may have changed, too: what is put then is put beside them.
  const latest = useRef(put);
  useEffect(() => { latest.current = put; });
  useEffect(() => setDraft(value ?? ""), [value]);
  useEffect(() => {
    const next = draft === "" ? null : Number(draft);
    if (next === value || (next !== null && !Number.isFinite(next))) return;
    const timer = setTimeout(() => latest.current(next), 400);
    return () => clearTimeout(timer);
    // Only what is typed starts the wait.
  }, [draft]);
  const step = max !== undefined && max <= 1 ? 0.01 : 1;
  return <NumberInput {...rest} value={draft} onChange={setDraft} step={step} {...(min === undefined ? {} : { min })} {...(max === undefined ? {} : { max })} placeholder={words.ask.unsaid} />;
}

const UNITS = ["minutes", "hours", "days", "weeks"];
const MORE: Record<string, string[]> = { "funnel within": ["sessions", "local days"], "attribution lookback": ["pass", "visit"] };

function LengthOf({ question, name, label, description, error, withAsterisk, value, put }: { question: string; name: string; label: string; description: string; error: ReactNode; withAsterisk: boolean; value: string; put: Put }) {
  const now = value ? readLength(value) : { amount: null, unit: "days" };
  if (!now) return <Typed label={label} description={description} error={error} required={withAsterisk} groups={[]} value={value} put={(next) => put(next || undefined)} />;
  const units = [...UNITS, ...(MORE[`${question} ${name}`] ?? [])].map((one) => ({ value: one, label: words.ask.units[one] ?? one }));
  const whole = now.unit === "pass" || now.unit === "visit";
  return (
    <Input.Wrapper label={label} description={description} error={error} withAsterisk={withAsterisk} labelElement="div">
      <Group gap="0.35rem" mt="0.25rem" wrap="nowrap">
        {!whole && <Amount aria-label={words.ask.amount(label)} value={now.amount} min={1} put={(next) => put(next === null ? undefined : spellLength({ amount: next, unit: now.unit }))} />}
        <NativeSelect miw="7.5rem" aria-label={words.ask.unit(label)} data={units} value={now.unit} onChange={(event) => { const unit = event.currentTarget.value; put(spellLength({ amount: unit === "pass" || unit === "visit" ? null : now.amount ?? 1, unit })); }} />
      </Group>
    </Input.Wrapper>
  );
}

