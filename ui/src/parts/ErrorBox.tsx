// An error: what, and what to do about it.
import { Alert, Button, Code, List, Stack } from "@mantine/core";
import { ProblemError } from "@/api/problem";
import { words } from "@/words";

export function ErrorBox({ error, again }: { error: Error; again?: (() => void) | undefined }) {
  const problem = error instanceof ProblemError ? error.problem : null;
  return (
    <Alert color="red" variant="outline" title={problem?.title ?? words.unreachable} role="alert" maw="50rem">
      <Stack gap="xs" align="flex-start">
        <div>{error.message}</div>
        {problem?.problems && problem.problems.length > 0 && (
          <List size="sm">
            {problem.problems.map((one, i) => <List.Item key={i}><Code>{one.file}:{one.line}</Code> {one.message} {one.hint}</List.Item>)}
          </List>
        )}
        {problem?.hint && <div className="muted">{problem.hint}</div>}
        {again && <Button size="xs" variant="default" onClick={again}>{words.again}</Button>}
      </Stack>
    </Alert>
  );
}
