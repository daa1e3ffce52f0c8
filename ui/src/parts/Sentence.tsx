// A sentence of the library, its numbers, dates and money as the reader writes them.
import { useWorkspace } from "@/api/hooks";
import { sentence } from "@/format";

export function Sentence({ children }: { children: string | null | undefined }) {
  const currency = useWorkspace().data?.currency;
  return <>{sentence(children ?? "", currency)}</>;
}
