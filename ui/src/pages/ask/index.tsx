// Every question of the measures, with a builder made from its fields and a first asking from the workspace. What is asked stands in the URL.
import "@/pages/ask/ask.css";
import { Anchor, Stack, Text, Title } from "@mantine/core";
import { IconArrowsDiff, IconArrowsShuffle, IconCalendarRepeat, IconChartAreaLine, IconChartSankey, IconCoins, IconCrystalBall, IconFilter, IconGridDots, IconHandStop, IconHourglassLow, IconLayoutGrid, IconRefresh, IconScale, IconTargetArrow, IconUsersGroup, IconAlertTriangle, type Icon } from "@tabler/icons-react";
import { Link, Route, Switch } from "wouter";
import { useQuestions, useWorkspace, type Fields } from "@/api/hooks";
import { ProblemError } from "@/api/problem";
import type { QuestionOut } from "@/api/types";
import { useAhead, useAsking, useSuggestion } from "@/pages/ask/asking";
import { Builder } from "@/pages/ask/Builder";
import { fieldsOf, saysAny, valuesOf, wrongOf } from "@/pages/ask/fields";
import { AnswerView } from "@/parts/AnswerView";
import { ErrorBox } from "@/parts/ErrorBox";
import { Sentence } from "@/parts/Sentence";
import { Waiting } from "@/parts/Waiting";
import { Stopped, Working } from "@/parts/Working";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

const KINDS: [keyof typeof words.ask.kinds, [string, Icon][]][] = [
  ["ways", [["funnel", IconFilter], ["paths", IconChartSankey], ["transitions", IconGridDots], ["friction", IconAlertTriangle]]],
  ["back", [["retention", IconCalendarRepeat], ["churn", IconRefresh], ["occupancy", IconChartAreaLine]]],
  ["apart", [["comparison", IconScale], ["change", IconArrowsDiff], ["groups", IconUsersGroup]]],
  ["credit", [["attribution", IconTargetArrow], ["promises", IconHandStop]]],
  ["worth", [["lifetime-value", IconCoins], ["rfm", IconLayoutGrid], ["forecast", IconCrystalBall], ["overdue", IconHourglassLow]]],
];

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
  const ahead = useAhead();
  const placed = new Set(KINDS.flatMap(([, of]) => of.map(([name]) => name)));
  const others = questions.filter((one) => !placed.has(one.name)).map((one): [string, Icon] => [one.name, IconArrowsShuffle]);
  return (
    <Stack gap="lg">
      <div>
        <Title order={1} size="h2">{words.ask.title}</Title>
        <Text c="dimmed" maw="46rem">{words.ask.about}</Text>
      </div>
      <div className="ask-kinds">
        {KINDS.map(([kind, of], i) => (
          <section key={kind} aria-labelledby={`ask-${kind}`}>
            <h2 id={`ask-${kind}`}>{words.ask.kinds[kind]}</h2>
            <ul className="ask-cards">
              {[...of, ...(i === KINDS.length - 1 ? others : [])].map(([name, Sign]) => {
                const one = questions.find((each) => each.name === name);
                return one && (
                  <li key={name}>
                    <Link className="ask-card" href={href(`/${name}`)} onMouseEnter={() => ahead(name)} onFocus={() => ahead(name)}>
                      <Sign size="1.25rem" aria-hidden="true" />
                      <strong>{one.about}</strong>
                      <span>{words.ask.choice(name.replaceAll("-", " "))}</span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
      </div>
    </Stack>
  );
}

function One({ question }: { question: QuestionOut }) {
  const { values, set } = useUrl();
  const href = useHref();
  const workspace = useWorkspace();
  const said = saysAny(question, values);
  const suggestion = useSuggestion(question.name, !said);
  const fields: Fields | null = said ? fieldsOf(question, values) : (suggestion.data?.fields ?? null);
  const shown = fields ?? partly(question, values);
  const { found, told, halt } = useAsking(question, fields);
  const wrong = found.error instanceof ProblemError ? wrongOf(found.error.problem, question, shown) : null;
  const put = (name: string) => (value: string | string[] | undefined) => set({ ...valuesOf(shown), [name]: value }, true);
  const link = `${window.location.origin}${window.location.pathname}${href("", valuesOf(shown))}`;
  return (
    <Stack>
      <div>
        <Anchor component={Link} href={href("/")} size="sm">{words.ask.allQuestions}</Anchor>
        <Title order={1} size="h2">{question.about}</Title>
      </div>
      {said
        ? <Anchor component={Link} href={href(`/${question.name}`)} size="sm">{words.ask.startAgain}</Anchor>
        : suggestion.data && <Text c="dimmed" size="sm"><Sentence>{words.ask.suggested(suggestion.data.why)}</Sentence></Text>}
      {!said && suggestion.isLoading && <Waiting label={words.asking} />}
      {suggestion.error && <ErrorBox error={suggestion.error} again={() => void suggestion.refetch()} />}
      {workspace.data && (said || suggestion.data) && <Builder question={question} workspace={workspace.data} fields={shown} wrong={wrong} put={put} />}
      {found.error && !wrong && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {found.isFetching && (question.long ? <Working told={told} halt={halt} /> : !found.data && <Waiting label={words.asking} stop={halt} />)}
      {!found.isFetching && (!found.data || found.isPlaceholderData) && !found.error && fields && <Stopped again={() => void found.refetch()} />}
      {found.data && !found.error && fields && (
        <div className={found.isPlaceholderData ? "ask-old" : undefined} aria-busy={found.isPlaceholderData}>
          <AnswerView answer={found.data} fields={fields} link={link} />
        </div>
      )}
    </Stack>
  );
}

/** What the URL says, while something that is needed is missing. */
function partly(question: QuestionOut, values: URLSearchParams): Fields {
  return fieldsOf({ ...question, fields: { ...question.fields, required: [] } }, values) ?? {};
}
