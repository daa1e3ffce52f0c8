// Every load, what it brought, and taking one back: first what that would take away, then doing it.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useWorkspace } from "@/api/hooks";
import { ProblemError } from "@/api/problem";
import { moment, number } from "@/format";
import { undoLoad } from "@/generated/client/sdk.gen";
import type { LoadRowOut } from "@/generated/client/types.gen";
import { useLoads, useUndoPlan, useWork } from "@/pages/data/hooks";
import { Progress } from "@/pages/data/Progress";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

export function Loads() {
  const w = words.data;
  const found = useLoads();
  const [asked, setAsked] = useState<number | null>(null);
  const work = useWork(() => undefined);
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={words.opening} />;
  return (
    <Stack>
      <p className="headline">{w.loadsAbout(found.data.length)}</p>
      <Progress work={work} label={w.undoing} />
      <div className="table-wrap" tabIndex={0} role="region" aria-label={w.loads}>
        <table className="data-table">
          <thead><tr><th scope="col">{w.loadNo}</th><th scope="col">{w.whenLoaded}</th><th scope="col">{w.sources}</th><th scope="col" className="n">{w.rows}</th><th scope="col" className="n">{w.events}</th><th scope="col" className="n">{w.corrected}</th><th scope="col" className="n">{w.rejects}</th><th scope="col"><span className="sr">{w.undo}</span></th></tr></thead>
          <tbody>{found.data.map((one) => <Row key={one.load} load={one} busy={work.running} ask={() => setAsked(one.load)} />)}</tbody>
        </table>
      </div>
      <Undo load={asked} close={() => setAsked(null)} doIt={(later) => { const number = asked ?? 0; setAsked(null); work.begin(undoLoad({ path: { number }, query: { and_later: later } })); }} />
    </Stack>
  );
}

function Row({ load, busy, ask }: { load: LoadRowOut; busy: boolean; ask: () => void }) {
  const w = words.data;
  const zone = useWorkspace().data?.time_zone;
  const when = (text: string) => moment(text, zone);
  return (
    <tr className={load.undone ? "muted" : undefined}>
      <td>{load.load}</td>
      <td>{when(load.when)}{!load.finished && <small className="warn">{w.unfinished}</small>}{load.undone && <small>{w.undone(when(load.undone))}</small>}</td>
      <td>{load.sources.join(", ") || words.none}</td>
      <td className="n">{number(load.rows)}</td><td className="n">{number(load.events)}</td><td className="n">{number(load.corrected)}</td><td className="n">{number(load.rejected)}</td>
      <td className="n">{!load.undone && <Button size="compact-xs" variant="default" disabled={busy} onClick={ask} aria-label={w.undoLoad(load.load)}>{w.undo}</Button>}</td>
    </tr>
  );
}

function Undo({ load, close, doIt }: { load: number | null; close: () => void; doIt: (later: boolean) => void }) {
  const w = words.data;
  const [later, setLater] = useState(false);
  const plan = useUndoPlan(load, later);
  // What was chosen for one load is not chosen for the next.
  const shut = () => { setLater(false); close(); };
  const built = plan.error instanceof ProblemError && Array.isArray(plan.error.problem.facts?.["later"]);
  return (
    <Modal opened={load !== null} onClose={shut} title={w.undoLoad(load ?? 0)} closeButtonProps={{ "aria-label": words.close }}>
      <Stack gap="sm">
        {plan.error && <ErrorBox error={plan.error} />}
        {built && <Button size="xs" variant="default" onClick={() => setLater(true)}>{w.andLater}</Button>}
        {!plan.data && !plan.error && <Waiting label={words.asking} />}
        {plan.data && (
          <>
            <Text>{w.wouldUndo(plan.data.events, plan.data.loads.join(", "))}</Text>
            <ul className="small">{plan.data.sources.map((one, i) => <li key={i}>{w.undoSource(one.source, one.events, one.corrected)}</li>)}</ul>
            <Text size="sm" className="muted">{w.undoAbout}</Text>
            <Group justify="end"><Button variant="default" onClick={shut}>{w.cancel}</Button><Button color="red" onClick={() => { setLater(false); doIt(later); }}>{w.undoNow}</Button></Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
