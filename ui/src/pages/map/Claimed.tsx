// What the data say of a written claim: a line below the text that opens the evidence; and the field that a claim is
// written in, which says what is wrong with it while one writes.
import { TextInput } from "@mantine/core";
import { IconFlag3Filled } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { answered } from "@/api/problem";
import type { Cell, Lane } from "@/api/types";
import { claim as readClaim, claims as suggestedClaims } from "@/generated/client/sdk.gen";
import { Sentence } from "@/parts/Sentence";
import { useAsked } from "@/url/state";
import { words } from "@/words";

const said = words.map.claim;
const PAUSE = 350; // ms without a key after which a claim is read

/** The cell whose claim this is: the map may have been drawn before it was written, then there is none. */
export function checkedCell(lane: Lane, stage: string, holds: string): Cell | undefined {
  return holds ? lane.cells.find((one) => one.stage === stage && one.check?.claim === holds) : undefined;
}

/** Drift is said with a flag and in words, never by a colour alone. */
export function Said({ cell, open }: { cell: Cell; open?: ((cell: string) => void) | undefined }) {
  if (!cell.check) return null;
  const drifts = cell.check.verdict === "drift";
  const told = <>{drifts && <IconFlag3Filled size="0.8rem" aria-hidden="true" />}<span><Sentence>{cell.check.said}</Sentence></span></>;
  const looks = `check small ${cell.check.verdict}`;
  if (!open) return <span className={looks}>{told}</span>;
  return <button type="button" className={looks} onClick={() => open(cell.id)}>{told}<span className="sr"> {said.open}</span></button>;
}

/** What is wrong with a claim: undefined while that is being asked, null where nothing is. */
export function useMistake(text: string): { mistake: string; hint: string } | null | undefined {
  const { asked } = useAsked();
  const plain = text.split(/\s+/).filter(Boolean).join(" ");
  const [settled, setSettled] = useState(plain);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(plain), PAUSE);
    return () => clearTimeout(timer);
  }, [plain]);
  const found = useQuery({
    queryKey: ["claim", asked.journey, settled],
    enabled: settled !== "",
    staleTime: Infinity,
    queryFn: ({ signal }) => answered(readClaim({ query: { text: settled, journey: asked.journey }, signal })),
  });
  if (plain === "" || found.error) return null; // the saving says what else is wrong
  if (plain !== settled || !found.data) return undefined;
  return found.data.mistake ? { mistake: found.data.mistake, hint: found.data.hint ?? "" } : null;
}

interface Props { value: string; change: (to: string) => void; mistake: { mistake: string; hint: string } | null | undefined }

export function ClaimField({ value, change, mistake }: Props) {
  const { asked } = useAsked();
  const id = useId();
  const suggested = useQuery({ queryKey: ["claims", asked.journey], staleTime: Infinity, queryFn: ({ signal }) => answered(suggestedClaims({ query: { journey: asked.journey }, signal })) });
  return (
    <>
      <TextInput size="xs" mt={4} maxLength={500} list={id} placeholder={said.example} aria-label={said.label} value={value}
        description={said.about} inputWrapperOrder={["input", "error", "description"]}
        error={mistake ? <>{mistake.mistake}. {mistake.hint}</> : undefined} onChange={(event) => change(event.currentTarget.value)} />
      <datalist id={id}>{suggested.data?.map((one) => <option key={one.claim} value={one.claim}>{one.about}</option>)}</datalist>
    </>
  );
}
