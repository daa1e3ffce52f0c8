// An answer: its sentence, its charts, its tables, how it was made, who is behind it, and the ways to take it along.
import { Button, Group, Menu, Stack, Tabs } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBook, IconCopy, IconUsers } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useState } from "react";
import { useWorkspace, type Fields } from "@/api/hooks";
import { answered } from "@/api/problem";
import type { AnswerOut, TableOut } from "@/api/types";
import type { Locale } from "@/format";
import { table as askTable } from "@/generated/client/sdk.gen";
import { AnswerCharts } from "@/parts/charts";
import { Contract } from "@/parts/Contract";
import { copy } from "@/parts/copy";
import { DataTable } from "@/parts/DataTable";
import { Members } from "@/parts/Members";
import { Sentence } from "@/parts/Sentence";
import { CUSTOMER, namesOf, type Names } from "@/parts/names";
import { useAsked, useHref } from "@/url/state";
import { words } from "@/words";

const Counted = lazy(() => import("@/parts/Counted"));

interface Props { answer: AnswerOut; fields: Fields; link?: string | undefined }

/** link: the address that asks the same; that of the page unless given. */
export function AnswerView({ answer, fields, link }: Props) {
  const [count, setCount] = useState<string | null>(null);
  const [counted, setCounted] = useState<boolean | null>(null); // null: never opened, nothing of it is loaded
  const open = useCallback((list: string) => setCount(list), []);
  const name = String(answer.question["name"]);
  const href = useHref();
  const to = (column: string, value: string) => (column === CUSTOMER ? href(`~/customers/${encodeURIComponent(value)}`) : undefined);
  const called = { ...namesOf(useWorkspace().data, answer.question), to };
  const locale = { currency: answer.asked.currency, zone: answer.asked.time_zone };
  const tables = Object.entries(answer.tables).filter(([, one]) => one.rows.length > 0);
  return (
    <Stack gap="md">
      <p className="headline" style={{ margin: 0 }}><Sentence>{answer.says[0]}</Sentence></p>
      {answer.says.length > 1 && (
        <ul className="says">
          {answer.says.slice(1).map((one) => <li key={one}>{one.includes("\n") ? <pre tabIndex={0}>{one}</pre> : <Sentence>{one}</Sentence>}</li>)}
        </ul>
      )}
      <AnswerCharts answer={answer} locale={locale} open={open} />
      <Group gap="xs">
        {answer.lists.length > 0 && (
          <Menu withinPortal>
            <Menu.Target><Button variant="default" size="xs" leftSection={<IconUsers size="0.9rem" />}>{words.whoIsBehind}</Button></Menu.Target>
            <Menu.Dropdown mah="50vh" style={{ overflowY: "auto" }}>
              {answer.lists.slice(0, 200).map((one) => <Menu.Item key={one} onClick={() => setCount(one)}>{one}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
        )}
        <TakeAlong answer={answer} name={name} fields={fields} link={link} />
        <Button variant="default" size="xs" leftSection={<IconBook size="0.9rem" />} onClick={() => setCounted(true)}>{words.ask.howCounted}</Button>
      </Group>
      {tables.length > 0 && (
        <Tabs key={tables.map(([one]) => one).join()} defaultValue={tables[0]?.[0] ?? null} keepMounted={false}>
          {tables.length > 1 && <Tabs.List aria-label={words.ask.tables}>{tables.map(([one]) => <Tabs.Tab key={one} value={one}>{words.ask.choice(one)}</Tabs.Tab>)}</Tabs.List>}
          {tables.map(([one, found]) => (
            <Tabs.Panel key={one} value={one} pt="sm"><LongTable table={found} caption={`${words.ask.choice(one)}: ${found.grain}`} locale={locale} names={called} /></Tabs.Panel>
          ))}
        </Tabs>
      )}
      <details open>
        <summary>{words.howMade}</summary>
        <Contract contract={answer.contract} asked={answer.asked} />
      </details>
      <Members name={name} fields={fields} count={count} close={() => setCount(null)} />
      {counted !== null && <Suspense fallback={null}><Counted name={name} opened={counted} close={() => setCounted(false)} /></Suspense>}
    </Stack>
  );
}

const SHORT = 12;
/** A table that shows its first rows until somebody wants all. */
function LongTable({ table, ...rest }: { table: TableOut; caption: string; locale: Locale; names: Names }) {
  const [all, setAll] = useState(false);
  const rows = Math.min(table.rows.length, 1_000);
  return (
    <>
      <DataTable table={table} {...rest} most={all ? rows : SHORT} />
      {!all && rows > SHORT && <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>{words.ask.allRows(rows)}</Button>}
    </>
  );
}

function TakeAlong({ answer, name, fields, link }: { answer: AnswerOut; name: string; fields: Fields; link: string | undefined }) {
  const { asked } = useAsked();
  const csv = async () => {
    const body = { segment: asked.segment, since: asked.since, until: asked.until, ...fields };
    try {
      const text = await answered(askTable({ path: { name }, query: { journey: asked.journey, format: "csv" }, body, parseAs: "text" }));
      await copy(String(text));
    } catch (error) {
      notifications.show({ color: "red", message: error instanceof Error ? error.message : words.unreachable });
    }
  };
  return (
    <Menu withinPortal>
      <Menu.Target><Button variant="default" size="xs" leftSection={<IconCopy size="0.9rem" />}>{words.copy}</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void copy(answer.python)}>{words.asPython}</Menu.Item>
        <Menu.Item onClick={() => void copy(answer.command)}>{words.asCommand}</Menu.Item>
        <Menu.Item onClick={() => void csv()}>{words.asCsv}</Menu.Item>
        <Menu.Item onClick={() => void copy(link ?? window.location.href)}>{words.asLink}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
