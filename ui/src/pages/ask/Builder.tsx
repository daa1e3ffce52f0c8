// The builder of a question: a control for each field, and what it is for.
import { Autocomplete, Group, NumberInput, Select, Switch, TagsInput } from "@mantine/core";
import { useData } from "@/api/hooks";
import type { QuestionOut, WorkspaceOut } from "@/api/types";
import { ownFields, type Field } from "@/pages/ask/fields";
import { useUrl } from "@/url/state";

export function Builder({ question, workspace }: { question: QuestionOut; workspace: WorkspaceOut }) {
  const data = useData();
  const names = data.data;
  const steps = [
    ...workspace.touchpoints.map((one) => one.id),
    ...workspace.stages.map((one) => `stage:${one.id}`),
    ...workspace.stages.filter((one) => one.has_goal).map((one) => `goal:${one.id}`),
    ...(names?.event_names ?? []).map((one) => `event:${one}`),
  ];
  const by = ["channel", "touchpoint", "segment", "persona", "month", ...(names?.columns ?? [])];
  return (
    <Group align="flex-start" gap="md">
      {ownFields(question).map((field) => <Control key={field.name} field={field} steps={steps} by={by} />)}
    </Group>
  );
}

function Control({ field, steps, by }: { field: Field; steps: string[]; by: string[] }) {
  const { values, set } = useUrl();
  const label = field.name.replaceAll("_", " ");
  const all = values.getAll(field.name);
  const first = all[0];
  const description = field.about;
  const put = (value: string | string[] | undefined) => set({ [field.name]: value }, true);
  switch (field.kind) {
    case "texts":
      return <TagsInput label={label} description={description} data={steps} value={all} onChange={put} withAsterisk={field.required} w="100%" maw="46rem" />;
    case "choice":
      return <Select label={label} description={description} data={field.choices} value={first ?? (field.initial as string | null) ?? null} onChange={(value) => put(value ?? undefined)} clearable={!field.required} w="15rem" />;
    case "yes":
      return <Switch label={label} description={description} checked={first === undefined ? field.initial === true : first === "yes"} onChange={(event) => put(event.currentTarget.checked ? "yes" : "no")} maw="20rem" />;
    case "number":
      return <NumberInput label={label} description={description} value={first ?? (field.initial as number | undefined) ?? ""} onChange={(value) => put(value === "" ? undefined : String(value))} w="15rem" />;
    default:
      return <Autocomplete label={label} description={description} data={field.name === "by" ? by : field.steps ? steps : []} value={first ?? ""} onChange={(value) => put(value || undefined)} placeholder={field.initial ? String(field.initial) : ""} withAsterisk={field.required} w="15rem" />;
  }
}
