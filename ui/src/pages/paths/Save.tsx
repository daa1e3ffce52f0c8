// A walk as a segment: who did each of its steps, at any time and in any order, since a rule knows no order. How many that
// are is said before anything is written.
import { Alert, Button, Code, Group, Modal, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForget } from "@/api/hooks";
import { answered } from "@/api/problem";
import type { WorkspaceOut } from "@/api/types";
import { saveSegment, trySegment } from "@/generated/client/sdk.gen";
import { rowsFor } from "@/pages/paths/segment";
import type { Walk } from "@/pages/paths/way";
import { idOf } from "@/pages/segments/rule";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useAsked } from "@/url/state";
import { words } from "@/words";

const w = words.paths;
interface Props { steps: string[] | null; walk: Walk; workspace: WorkspaceOut; events: string[]; labelOf: (step: string) => string; close: () => void }

export function Save(props: Props) {
  return (
    <Modal opened={props.steps !== null} onClose={props.close} title={w.saveTitle} closeButtonProps={{ "aria-label": words.close }}>
      {props.steps && <Form key={props.steps.join(" ")} {...props} steps={props.steps} />}
    </Modal>
  );
}

function Form({ steps, walk, workspace, events, labelOf, close }: Props & { steps: string[] }) {
  const { asked } = useAsked();
  const journey = asked.journey;
  const forget = useForget();
  const { rows, left } = rowsFor(steps, walk.by, workspace.touchpoints.map((one) => one.id), events, walk.start);
  const [label, setLabel] = useState(steps.map(labelOf).join(" › ").slice(0, 120));
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const tried = useQuery({ queryKey: ["try", journey, rows], enabled: rows.length > 0, queryFn: ({ signal }) => answered(trySegment({ query: { journey }, body: { rows, join: "all" }, signal })) });
  const write = async (rule: string) => {
    setBusy(true);
    setError(null);
    try {
      const id = idOf(label.slice(0, 60), [...workspace.segments, ...workspace.personas].map((one) => one.id)) || "walk";
      await answered(saveSegment({ path: { id }, query: { journey }, body: { label, about: w.savedAbout, rule } }));
      await forget();
      notifications.show({ message: w.saved(label) });
      close();
    } catch (problem) {
      setError(problem as Error);
    }
    setBusy(false);
  };
  if (rows.length === 0) return <p>{w.notExpressible}</p>;
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (tried.data) void write(tried.data.rule); }}>
      <Stack gap="sm">
        <TextInput label={w.name} value={label} onChange={(event) => setLabel(event.currentTarget.value)} required data-autofocus />
        {tried.error && <ErrorBox error={tried.error} again={() => void tried.refetch()} />}
        {!tried.data && !tried.error && <Waiting label={words.asking} />}
        {tried.data && (
          <>
            <Code block>{tried.data.rule}</Code>
            <p role="status">{w.holdsOf(tried.data.customers ?? 0, tried.data.of)}</p>
            {tried.data.mistakes.length > 0 && <Alert color="red" variant="outline">{tried.data.mistakes.map((one) => one.message).join(" ")}</Alert>}
          </>
        )}
        <p className="muted small">{w.noOrder}{left.length > 0 && ` ${w.leftOut(left)}`}</p>
        {error && <ErrorBox error={error} />}
        <Group justify="flex-end"><Button type="submit" loading={busy} disabled={!tried.data || tried.data.mistakes.length > 0 || !label.trim()}>{w.save}</Button></Group>
      </Stack>
    </form>
  );
}
