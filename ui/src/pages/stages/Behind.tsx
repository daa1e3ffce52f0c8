// The customers behind a number of a stage, in a drawer.
import { useState } from "react";
import { useBehindStage, type Counted } from "@/pages/stages/hooks";
import { MemberList } from "@/parts/Members";

export function Behind({ of, close }: { of: Counted | null; close: () => void }) {
  const [reveal, setReveal] = useState(false);
  const found = useBehindStage(of, reveal);
  return <MemberList found={found} opened={of !== null} title={of?.label ?? ""} reveal={reveal} setReveal={setReveal} close={close} />;
}
