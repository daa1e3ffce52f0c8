// Nobody is among those asked about: why that is, from when to when there are data, and the next step.
import { Button } from "@mantine/core";
import { Link } from "wouter";
import { useData, useWorkspace } from "@/api/hooks";
import { day } from "@/format";
import { useAsked, useHref } from "@/url/state";
import { words } from "@/words";

const w = words.nobody;

export function Nobody() {
  const { asked, setAsked } = useAsked();
  const data = useData().data;
  const workspace = useWorkspace().data;
  const href = useHref();
  const when = (at: string | null | undefined) => (at ? day(Date.parse(at) * 1_000, workspace?.time_zone) : "");
  const [first, last] = [when(data?.first), when(data?.as_of)];
  const asking = asked.segment || asked.since || asked.until;
  return (
    <div role="status" className="nobody">
      <p className="headline">{asking ? w.ofThese : w.ofAll}</p>
      <p className="muted">{first && last ? w.reach(first, last) : "\u00a0"}</p>
      {asking
        ? <Button variant="default" size="xs" onClick={() => setAsked({ segment: undefined, since: undefined, until: undefined })}>{w.askAll}</Button>
        : <p><Link href={href("~/data/rules")}>{w.rules}</Link> <Link href={href("~/data/doctor")}>{w.doctor}</Link></p>}
    </div>
  );
}
