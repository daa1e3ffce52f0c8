// The customers behind a count, in a drawer. Ids are cut short until somebody shows them on purpose.
import { Drawer, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import { useMembers, type Fields } from "@/api/hooks";
import { behind } from "@/parts/behind";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref } from "@/url/state";
import { words } from "@/words";

export function Members({ name, fields, count, close }: { name: string; fields: Fields; count: string | null; close: () => void }) {
  const [reveal, setReveal] = useState(false);
  const found = useMembers(name, fields, count, reveal);
  const href = useHref();
  return (
    <Drawer opened={count !== null} onClose={close} position="right" title={words.whoIsBehind} closeButtonProps={{ "aria-label": words.close }}>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {found.isFetching && !found.data && <Waiting label={words.asking} />}
      {found.data && (
        <>
          <Text fw={600}>{words.customersBehind(found.data.count, found.data.total)}</Text>
          <Link href={href("~/customers", behind(name, found.data.count, fields))}>{words.customers.openList}</Link>
          <Switch my="sm" label={words.reveal} checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
          <ul style={{ listStyle: "none", padding: 0, columns: "10rem" }}>
            {found.data.customers.map((one) => <li key={one.id}><Link href={href(`~/customers/${encodeURIComponent(one.id)}`)}>{one.shown}</Link></li>)}
          </ul>
          <Text size="xs" c="dimmed">{words.rows(found.data.customers.length, found.data.total)}</Text>
        </>
      )}
    </Drawer>
  );
}
