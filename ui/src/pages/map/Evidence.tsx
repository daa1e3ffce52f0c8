// What a cell rests on: the question, the numbers with n and interval, as of when, its class, pictures and tables.
import { Drawer } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Cell, Lane, MapDocument } from "@/api/types";
import { instant } from "@/format";
import { Checked } from "@/pages/map/Checked";
import { ExhibitView } from "@/pages/map/ExhibitView";
import { CellText } from "@/pages/map/LaneCells";
import { Values } from "@/pages/map/Values";
import { WhoBehind } from "@/pages/map/WhoBehind";
import { Contract } from "@/parts/Contract";
import { Sentence } from "@/parts/Sentence";
import { words } from "@/words";

interface Props { map: MapDocument; cell: Cell | null; close: () => void; openTrail: (id: string) => void }

export function Evidence({ map, cell, close, openTrail }: Props) {
  const lane = map.lanes.find((one) => one.id === cell?.lane);
  const stage = map.stages.find((one) => one.id === cell?.stage);
  return (
    <Drawer opened={cell !== null} onClose={close} returnFocus={false} position="right" size="min(40rem, 100vw)" title={[lane?.label, stage?.label].filter(Boolean).join(" · ")} closeButtonProps={{ "aria-label": words.close }}>
      {cell && <Body map={map} cell={cell} lane={lane} openTrail={openTrail} />}
    </Drawer>
  );
}

function Body({ map, cell, lane, openTrail }: { map: MapDocument; cell: Cell; lane: Lane | undefined; openTrail: (id: string) => void }) {
  const locale = { currency: map.currency, zone: map.time_zone };
  const heading = useRef<HTMLHeadingElement>(null);
  // Where one cell's evidence led to another's, what was pressed is gone: who listens reads on from the new heading.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [cell.id]);
  return (
    <article className="evidence">
      <h2 ref={heading} tabIndex={-1}><CellText cell={cell} lane={lane}>{cell.title || cell.text}</CellText></h2>
      {cell.rests && <p className="small"><span className={`rests-mark ${cell.rests}`} aria-hidden="true" /> {words.map[cell.rests]}{cell.as_of ? `, ${words.map.asOf(instant(cell.as_of, map.time_zone))}` : ""}</p>}
      {cell.title && cell.text && <p><CellText cell={cell} lane={lane}>{cell.text}</CellText></p>}
      {cell.chain && cell.chain.length > 0 && <p className="chain">{cell.chain.join(" → ")}</p>}
      {cell.detail && <p className="muted"><Sentence>{cell.detail}</Sentence></p>}
      {cell.blank && <p className="why"><Sentence>{cell.blank}</Sentence></p>}
      {cell.values && cell.values.length > 0 && <Values values={cell.values} locale={locale} />}
      <Checked map={map} cell={cell} />
      <WhoBehind map={map} cell={cell} />
      {cell.exhibits?.map((one) => <ExhibitView key={one.title} exhibit={one} locale={locale} openTrail={openTrail} />)}
      {cell.contract && <section><h3>{words.howMade}</h3><Contract contract={cell.contract} /></section>}
    </article>
  );
}
