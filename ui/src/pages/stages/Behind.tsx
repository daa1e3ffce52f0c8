// The customers behind a number of a stage, in a drawer that leads to the same list as a page.
import { useState } from "react";
import { useStageMembers, type Counted } from "@/pages/stages/hooks";
import { MemberList } from "@/parts/Members";
import { useHref } from "@/url/state";

export function Behind({ of, close }: { of: Counted | null; close: () => void }) {
  const [reveal, setReveal] = useState(false);
  const found = useStageMembers(of, reveal);
  const href = useHref();
  const page = of ? href("~/customers", { stage: of.stage, count: of.count, by: of.by, group: of.group }) : undefined;
  return <MemberList found={found} page={page} opened={of !== null} title={of?.label ?? ""} reveal={reveal} setReveal={setReveal} close={close} />;
}
