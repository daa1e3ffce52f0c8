// Every question of the measures, with a builder made from its fields. What is asked stands in the URL.
import { Card, SimpleGrid, Stack, Title } from "@mantine/core";
import { Link, Route, Switch } from "wouter";
import { useAnswer, useQuestions, useWorkspace } from "@/api/hooks";
import type { QuestionOut } from "@/api/types";
import { Builder } from "@/pages/ask/Builder";
import { fieldsOf } from "@/pages/ask/fields";
import { AnswerView } from "@/parts/AnswerView";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

export default function Ask() {
  const questions = useQuestions();
  if (questions.error) return <ErrorBox error={questions.error} again={() => void questions.refetch()} />;
  if (!questions.data) return <Waiting label={words.opening} />;
  const all = questions.data;
  return (
    <Switch>
      <Route path="/:name">{({ name }) => {
        const one = all.find((each) => each.name === name);
        return one ? <One key={one.name} question={one} /> : <Choose questions={all} />;
      }}</Route>
      <Route><Choose questions={all} /></Route>
    </Switch>
  );
}

function Choose({ questions }: { questions: QuestionOut[] }) {
  const href = useHref();
  return (
    <Stack>
      <Title order={1} size="h2">{words.chooseQuestion}</Title>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {questions.map((one) => (
          <Card key={one.name} withBorder component={Link} href={href(`/${one.name}`)}>
            <strong>{one.about}</strong>
            <span className="muted">{one.name.replaceAll("-", " ")}</span>
          </Card>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function One({ question }: { question: QuestionOut }) {
  const { values } = useUrl();
  const workspace = useWorkspace();
  const fields = fieldsOf(question, values);
  const answer = useAnswer(question.name, fields);
  return (
    <Stack>
      <Title order={1} size="h2">{question.about}</Title>
      {workspace.data && <Builder question={question} workspace={workspace.data} />}
      {answer.error && <ErrorBox error={answer.error} again={() => void answer.refetch()} />}
      {answer.isFetching && !answer.data && <Waiting label={words.asking} />}
      {answer.data && !answer.error && fields && <AnswerView answer={answer.data} fields={fields} />}
    </Stack>
  );
}
