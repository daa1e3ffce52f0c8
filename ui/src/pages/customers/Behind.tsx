// The customers behind a number, as a page whose address opens it again: ?question=…&count=…, and the question's fields; or
// ?stage=…&count=…, with by and group, of a number of the stages.
import { Button, Group, Select } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useQuestions, useWorkspace } from "@/api/hooks";
import type { QuestionOut } from "@/api/types";
import { fieldsOf } from "@/pages/ask/fields";
import { useBehind, useBehindStage, type Order } from "@/pages/customers/hooks";
import { Reveal, type Revealing } from "@/pages/customers/Reveal";
import { Rows, useStageLabel } from "@/pages/customers/Rows";
import { asked } from "@/parts/behind";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

export function Behind(revealing: Revealing) {
  const { values } = useUrl();
  return values.get("question") ? <OfQuestion {...revealing} /> : <OfStage {...revealing} />;
}

function OfQuestion(revealing: Revealing) {
  const { values } = useUrl();
  const questions = useQuestions();
  if (questions.error) return <ErrorBox error={questions.error} again={() => void questions.refetch()} />;
  if (!questions.data) return <Waiting label={words.opening} />;
  const name = values.get("question") ?? "";
  const about = questions.data.find((one) => one.name === name) ?? { name, about: name, fields: {}, long: false };
  return <Asked question={about} {...revealing} />;
}

function Asked({ question, ...revealing }: Revealing & { question: QuestionOut }) {
  const { values } = useUrl();
  const href = useHref();
  const order = useOrder();
  const count = values.get("count") ?? "";
  const own = asked(values);
  const fields = fieldsOf(question, own);
  const found = useBehind(question.name, fields, count, order, revealing.reveal);
  const given = [...new Set(own.keys())].map((key) => `${key.replaceAll("_", " ")}: ${own.getAll(key).join(", ")}`);
  const link: Record<string, string[]> = Object.fromEntries([...new Set(own.keys())].map((key) => [key, own.getAll(key)]));
  const back = <Button size="xs" variant="default" component={Link} href={href(`~/ask/${question.name}`, link)}>{words.customers.toAnswer}</Button>;
  return <List title={count} about={[question.about, ...given].join(" · ")} caption={words.customers.behind(count, question.about)} found={found} back={back} incomplete={fields === null} {...revealing} />;
}

function OfStage(revealing: Revealing) {
  const w = words.stages;
  const { values } = useUrl();
  const href = useHref();
  const order = useOrder();
  const workspace = useWorkspace();
  const stage = useStageLabel();
  const of = { stage: values.get("stage") ?? "", count: values.get("count") ?? "", by: values.get("by") ?? undefined, group: values.get("group") ?? undefined };
  const found = useBehindStage(of, order, revealing.reveal);
  const id = of.stage.replace(/^repeat:/, "");
  const whole = of.stage === "journey";
  const name = whole ? w.wholeWay : id === of.stage ? stage(id) : `${stage(id)}, ${w.repeat}`;
  const group = [...(workspace.data?.segments ?? []), ...(workspace.data?.personas ?? [])].find((one) => one.id === of.group && (of.by === "segment" || of.by === "persona"))?.label ?? of.group;
  const count = (whole ? { ...w.counts, ...w.wholeCounts } : w.counts)[of.count as keyof typeof w.counts] ?? of.count;
  const title = w.countOf(count, name.charAt(0).toUpperCase() + name.slice(1));
  const about = group === undefined ? "" : `${of.by?.replace(/^(traits|properties)\./, "") ?? ""}: ${group}`;
  const back = <Button size="xs" variant="default" component={Link} href={href(whole ? "~/stages" : `~/stages/${id}`, { by: of.by })}>{w.toStage}</Button>;
  return <List title={title} about={about} caption={title} found={found} back={back} {...revealing} />;
}

function useOrder(): Order {
  return (useUrl().values.get("sort") ?? "id") as Order;
}

interface ListProps extends Revealing { title: string; about: string; caption: string; found: ReturnType<typeof useBehind>; back: ReactNode; incomplete?: boolean }

/** found: the list, page by page. back: to where the number stands. incomplete: the address leaves out what it needs. */
function List({ title, about, caption, found, back, incomplete = false, reveal, setReveal }: ListProps) {
  const w = words.customers;
  const { set } = useUrl();
  const href = useHref();
  const workspace = useWorkspace();
  const order = useOrder();
  const total = found.data?.pages[0]?.total;
  return (
    <>
      <div className="customers-head">
        <div>
          <p className="muted small"><Link href={href("~/customers")}>{w.allCustomers}</Link></p>
          <h1 className="sentence">{title}</h1>
          {about && <p className="muted">{about}</p>}
        </div>
        <Reveal reveal={reveal} setReveal={setReveal} />
      </div>
      {incomplete && <p className="headline">{w.missingFields}</p>}
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {!incomplete && !found.data && !found.error && <Waiting label={words.asking} />}
      {found.data && !found.error && (
        <>
          <Group align="end" mb="sm">
            <strong role="status">{w.behindTotal(total ?? 0)}</strong>
            <Select size="xs" w="11rem" label={w.order} allowDeselect={false} value={order} onChange={(one) => set({ sort: one && one !== "id" ? one : undefined }, true)} data={Object.entries(w.orders).map(([value, label]) => ({ value, label }))} />
            {back}
          </Group>
          <Rows rows={found.data.pages.flatMap((page) => page.customers)} caption={caption} of={{ currency: workspace.data?.currency, zone: workspace.data?.time_zone ?? "UTC" }} />
          {found.hasNextPage && <Button mt="sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{words.more}</Button>}
        </>
      )}
    </>
  );
}
