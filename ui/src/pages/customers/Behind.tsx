// The customers behind a number, as a page whose address opens it again: ?question=…&count=…, and the question's fields.
import { Button, Group, Select } from "@mantine/core";
import { Link } from "wouter";
import { useQuestions, useWorkspace } from "@/api/hooks";
import type { QuestionOut } from "@/api/types";
import { fieldsOf } from "@/pages/ask/fields";
import { useBehind, type Order } from "@/pages/customers/hooks";
import { Reveal, type Revealing } from "@/pages/customers/Reveal";
import { Rows } from "@/pages/customers/Rows";
import { asked } from "@/parts/behind";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref, useUrl } from "@/url/state";
import { words } from "@/words";

export function Behind(revealing: Revealing) {
  const { values } = useUrl();
  const questions = useQuestions();
  if (questions.error) return <ErrorBox error={questions.error} again={() => void questions.refetch()} />;
  if (!questions.data) return <Waiting label={words.opening} />;
  const name = values.get("question") ?? "";
  const about = questions.data.find((one) => one.name === name) ?? { name, about: name, fields: {}, long: false };
  return <List question={about} {...revealing} />;
}

function List({ question, reveal, setReveal }: Revealing & { question: QuestionOut }) {
  const w = words.customers;
  const { values, set } = useUrl();
  const href = useHref();
  const workspace = useWorkspace();
  const count = values.get("count") ?? "";
  const order = (values.get("sort") ?? "id") as Order;
  const own = asked(values);
  const fields = fieldsOf(question, own);
  const found = useBehind(question.name, fields, count, order, reveal);
  const total = found.data?.pages[0]?.total;
  const given = [...new Set(own.keys())].map((key) => `${key.replaceAll("_", " ")}: ${own.getAll(key).join(", ")}`);
  const link: Record<string, string[]> = Object.fromEntries([...new Set(own.keys())].map((key) => [key, own.getAll(key)]));
  return (
    <>
      <div className="customers-head">
        <div>
          <p className="muted small"><Link href={href("~/customers")}>{w.allCustomers}</Link></p>
          <h1>{count}</h1>
          <p className="muted">{[question.about, ...given].join(" · ")}</p>
        </div>
        <Reveal reveal={reveal} setReveal={setReveal} />
      </div>
      {fields === null && <p className="headline">{w.missingFields}</p>}
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {fields !== null && !found.data && !found.error && <Waiting label={words.asking} />}
      {found.data && !found.error && (
        <>
          <Group align="end" mb="sm">
            <strong role="status">{w.behindTotal(total ?? 0)}</strong>
            <Select size="xs" w="11rem" label={w.order} allowDeselect={false} value={order} onChange={(one) => set({ sort: one && one !== "id" ? one : undefined }, true)} data={Object.entries(w.orders).map(([value, label]) => ({ value, label }))} />
            <Button size="xs" variant="default" component={Link} href={href(`~/ask/${question.name}`, link)}>{w.toAnswer}</Button>
          </Group>
          <Rows rows={found.data.pages.flatMap((page) => page.customers)} caption={w.behind(count, question.about)} of={{ currency: workspace.data?.currency, zone: workspace.data?.time_zone ?? "UTC" }} />
          {found.hasNextPage && <Button mt="sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{words.more}</Button>}
        </>
      )}
    </>
  );
}
