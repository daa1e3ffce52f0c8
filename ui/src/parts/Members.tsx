// The customers behind a count, in a drawer. Ids are cut short until somebody shows them on purpose.
import { Drawer, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import type { UseQueryResult } from "@tanstack/react-query";
import { useMembers, type Fields } from "@/api/hooks";
import type { CustomersListed } from "@/api/types";
import { behind } from "@/parts/behind";
import { ErrorBox } from "@/parts/ErrorBox";
import { useFocusBack } from "@/parts/useFocusBack";
import { Waiting } from "@/parts/Waiting";
import { useHref } from "@/url/state";
import { words } from "@/words";

interface Props { name: string; fields: Fields; count: string | null; title?: string; close: () => void }

export function Members({ name, fields, count, title, close }: Props) {
  const [reveal, setReveal] = useState(false);
  const found = useMembers(name, fields, count, reveal);
  const href = useHref();
  return <MemberList found={found} {...(title && { title })} page={count === null ? undefined : href("~/customers", behind(name, count, fields))} opened={count !== null} reveal={reveal} setReveal={setReveal} close={close} />;
}

interface ListProps { found: UseQueryResult<CustomersListed>; opened: boolean; title?: string; page?: string | undefined; reveal: boolean; setReveal: (reveal: boolean) => void; close: () => void }

/** The drawer itself, for a list that comes from elsewhere. page: the address of the same list as a page. */
export function MemberList({ found, opened, title, page, reveal, setReveal, close }: ListProps) {
  const href = useHref();
  useFocusBack(opened);
  return (
    <Drawer opened={opened} onClose={close} returnFocus={false} position="right" title={words.whoIsBehind} closeButtonProps={{ "aria-label": words.close }}>
      {found.error && <ErrorBox error={found.error} again={() => void found.refetch()} />}
      {found.isFetching && !found.data && <Waiting label={words.asking} />}
      {found.data && (
        <>
          <Text fw={600}>{words.customersBehind(title ?? found.data.count, found.data.total)}</Text>
          {page && <Link href={page}>{words.customers.openList}</Link>}
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
