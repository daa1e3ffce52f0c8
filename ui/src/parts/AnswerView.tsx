// An answer: its sentence, its chart, its tables, how it was made, who is behind it, and the ways to take it along.
import { Button, Group, Menu, Stack, Tabs, Text } from "@mantine/core";
import { IconCopy, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import type { Fields } from "@/api/hooks";
import { answered } from "@/api/problem";
import type { AnswerOut } from "@/api/types";
import { table as askTable } from "@/generated/client/sdk.gen";
import { chartOf } from "@/parts/charts";
import { Contract } from "@/parts/Contract";
import { copy } from "@/parts/copy";
import { DataTable } from "@/parts/DataTable";
import { Members } from "@/parts/Members";
import { useAsked } from "@/url/state";
import { words } from "@/words";

export function AnswerView({ answer, fields }: { answer: AnswerOut; fields: Fields }) {
  const [count, setCount] = useState<string | null>(null);
  const name = String(answer.question["name"]);
  const locale = { currency: answer.asked.currency, zone: answer.asked.time_zone };
  const tables = Object.entries(answer.tables).filter(([, one]) => one.rows.length > 0);
  return (
    <Stack gap="md">
      <p className="headline" style={{ margin: 0 }}>{answer.says[0]}</p>
      {answer.says.slice(1).map((one) => <Text key={one} c="dimmed">{one}</Text>)}
      {chartOf(name, answer, locale)}
      <Group gap="xs">
        {answer.lists.length > 0 && (
          <Menu withinPortal>
            <Menu.Target><Button variant="default" size="xs" leftSection={<IconUsers size="0.9rem" />}>{words.whoIsBehind}</Button></Menu.Target>
            <Menu.Dropdown mah="50vh" style={{ overflowY: "auto" }}>
              {answer.lists.map((one) => <Menu.Item key={one} onClick={() => setCount(one)}>{one}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
        )}
        <TakeAlong answer={answer} name={name} fields={fields} />
      </Group>
      {tables.length > 0 && (
        <Tabs defaultValue={tables[0]?.[0] ?? null} keepMounted={false}>
          {tables.length > 1 && <Tabs.List>{tables.map(([one]) => <Tabs.Tab key={one} value={one}>{one}</Tabs.Tab>)}</Tabs.List>}
          {tables.map(([one, found]) => (
            <Tabs.Panel key={one} value={one} pt="sm"><DataTable table={found} caption={`${one}: ${found.grain}`} locale={locale} /></Tabs.Panel>
          ))}
        </Tabs>
      )}
      <details>
        <summary>{words.howMade}</summary>
        <Contract contract={answer.contract} asked={answer.asked} />
      </details>
      <Members name={name} fields={fields} count={count} close={() => setCount(null)} />
    </Stack>
  );
}

function TakeAlong({ answer, name, fields }: { answer: AnswerOut; name: string; fields: Fields }) {
  const { asked } = useAsked();
  const csv = async () => {
    const body = { segment: asked.segment, since: asked.since, until: asked.until, ...fields };
    const text = await answered(askTable({ path: { name }, query: { journey: asked.journey, format: "csv" }, body, parseAs: "text" }));
    await copy(String(text));
  };
  return (
    <Menu withinPortal>
      <Menu.Target><Button variant="default" size="xs" leftSection={<IconCopy size="0.9rem" />}>{words.copy}</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void copy(answer.python)}>{words.asPython}</Menu.Item>
        <Menu.Item onClick={() => void copy(answer.command)}>{words.asCommand}</Menu.Item>
        <Menu.Item onClick={() => void csv()}>{words.asCsv}</Menu.Item>
        <Menu.Item onClick={() => void copy(window.location.href)}>{words.asLink}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
