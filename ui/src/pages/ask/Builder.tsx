// The builder of a question: what is asked most first, the rest under "More"; what is chosen stands in the URL.
import { Button, Collapse } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useId, useMemo, useState } from "react";
import { useData, type Fields } from "@/api/hooks";
import type { QuestionOut, WorkspaceOut } from "@/api/types";
import { choicesOf } from "@/pages/ask/choices";
import { Control, type Put } from "@/pages/ask/Control";
import { firstFields, ownFields, type Field, type Wrong } from "@/pages/ask/fields";
import { words } from "@/words";

interface Props { question: QuestionOut; workspace: WorkspaceOut; fields: Fields; wrong: Wrong | null; put: (name: string) => Put }

export function Builder({ question, workspace, fields, wrong, put }: Props) {
  const data = useData();
  const id = useId();
  const choices = useMemo(() => choicesOf(workspace, data.data), [workspace, data.data]);
  const all = useMemo(() => ownFields(question), [question]);
  const first = firstFields(question, all);
  const rest = all.slice(first);
  const said = rest.filter((one) => fields[one.name] !== undefined).length;
  const [open, setOpen] = useState(false);
  const shown = open || rest.some((one) => one.name === wrong?.field);
  const control = (field: Field) => <Control key={field.name} question={question.name} field={field} fields={fields} choices={choices} wrong={wrong?.field === field.name ? wrong : null} put={put(field.name)} />;
  return (
    <div className="ask-builder">
      <div className="ask-fields">{all.slice(0, first).map(control)}</div>
      {rest.length > 0 && (
        <>
          <Button variant="subtle" size="compact-sm" mt="xs" aria-expanded={shown} aria-controls={id} rightSection={shown ? <IconChevronUp size="0.9rem" /> : <IconChevronDown size="0.9rem" />} onClick={() => setOpen(!shown)}>{said > 0 && !shown ? words.ask.set(said) : words.more}</Button>
          <div id={id}><Collapse expanded={shown}>{shown && <div className="ask-fields ask-rest">{rest.map(control)}</div>}</Collapse></div>
        </>
      )}
    </div>
  );
}
