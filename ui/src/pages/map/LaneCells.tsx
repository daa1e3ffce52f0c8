// The cells of one lane in one stage: cards as wide as they reach, quotes, chains, bars against a promise, numbers,
// words that people wrote (which can be changed in place).
import type { Cell, Lane, MapDocument, Value } from "@/api/types";
import { isKnown } from "@/api/types";
import { interval, inUnit, measured, number, percent, why, type Unit } from "@/format";
import { Said } from "@/pages/map/Claimed";
import { isWritten, Written } from "@/pages/map/Written";
import { useWriting } from "@/pages/map/writing";
import { Sentence } from "@/parts/Sentence";
import { words } from "@/words";

interface Props {
  lane: Lane;
  stage: string; // "": the whole journey
  label: string;
  map: MapDocument;
  open: (cell: string) => void;
  openList: (list: string) => void;
}

export function LaneCells({ lane, stage, label, map, open, openList }: Props) {
  const writing = useWriting();
  const writable = writing.canWrite(lane.id);
  const here = lane.cells.filter((one) => one.stage === stage && !(writable && isWritten(one)));
  const filled = here.filter((one) => !one.blank);
  const shown = filled.filter((one) => one.shown !== false);
  const said = writable && (writing.entries(lane.id, stage).length > 0 || writing.fixed(lane.id, stage).length > 0);
  // Why a whole lane is empty is said once. What can be written here needs no file to be named.
  const once = !lane.nothing || stage === map.stages[0]?.id;
  const nothing = lane.nothing ? (writable ? lane.nothing.replace(/: add “.*$/, ".") : lane.nothing) : here[0]?.blank || (writable ? "" : words.none);
  return (
    <>
      {stage === "" && <p className="small muted plain-head">{label}</p>}
      {filled.length === 0 && !said && once && nothing && <p className="why small"><Sentence>{nothing}</Sentence></p>}
      {shown.length > 0 && (
        <ul className={`cells ${lane.drawing}`}>
          {shown.map((one) => <li key={one.id}><OneCell cell={one} lane={lane} map={map} open={open} /></li>)}
        </ul>
      )}
      {shown.length < filled.length && (
        <button type="button" className="more small" onClick={() => openList(`${lane.id}.${stage}`)}>
          {words.map.more(filled.length - shown.length)}<span className="sr"> {words.map.all(lane.label, label)}</span>
        </button>
      )}
      {writable && <Written lane={lane} stage={stage} label={label} open={open} />}
    </>
  );
}

/** What a cell says: the library's numbers as the reader writes them; what people said or wrote stays as it is. */
export function CellText({ cell, lane, children }: { cell: Cell; lane: Lane | undefined; children: string | undefined }) {
  return lane?.drawing === "quotes" || isWritten(cell) ? <>{children}</> : <Sentence>{children}</Sentence>;
}

export function OneCell({ cell, lane, map, open }: { cell: Cell; lane: Lane; map: MapDocument; open: (cell: string) => void }) {
  const tone = cell.tone ?? "plain";
  const locale = { currency: map.currency, zone: map.time_zone };
  if (lane.drawing === "numbers") return <NumberRow cell={cell} locale={locale} open={open} />;
  if (lane.drawing === "cards") {
    const reach = cell.values?.find((one) => one.name === "reach")?.measured;
    return (
      <button type="button" className={`touch ${tone}`} style={{ width: `${50 + 50 * (cell.fill ?? 0)}%` }} onClick={() => open(cell.id)}>
        <span className="title"><strong>{cell.title}</strong>{typeof reach === "number" && <span className="muted nowrap">{number(reach)}</span>}</span>
        {(cell.detail || cell.text) && <span className={`small block ${tone === "plain" ? "muted" : tone}`}><Sentence>{cell.detail || cell.text}</Sentence></span>}
      </button>
    );
  }
  if (lane.drawing === "bars" && cell.values?.some((one) => one.name === "kept")) return <Promise cell={cell} open={open} />;
  return (
    <button type="button" className={`claim ${lane.drawing}`} onClick={() => open(cell.id)}>
      <span className={`rests-mark ${cell.rests ?? ""}`} aria-hidden="true" />
      <span>
        {cell.chain && cell.chain.length > 0 ? <span className="chain">{cell.chain.join(" → ")}</span>
          : lane.drawing === "quotes" && cell.text ? <q>{cell.text}</q>
          : <span className={tone === "plain" ? undefined : tone}><CellText cell={cell} lane={lane}>{cell.title || cell.text}</CellText></span>}
        <span className="small muted block">{cell.rests ? words.map.rests[cell.rests] : ""}{cell.detail && <>: <Sentence>{cell.detail}</Sentence></>}</span>
        <Said cell={cell} />
      </span>
    </button>
  );
}

function Promise({ cell, open }: { cell: Cell; open: (cell: string) => void }) {
  const kept = cell.values?.find((one) => one.name === "kept")?.measured;
  const known = typeof kept === "object" && isKnown(kept) ? kept : null;
  return (
    <button type="button" className="claim promise" onClick={() => open(cell.id)}>
      <span className="rests-mark observed" aria-hidden="true" />
      <span className="grow">
        {cell.title} <span className="small muted"><Sentence>{cell.text}</Sentence></span>
        {known && <span className="bar" aria-hidden="true"><span style={{ width: `${known.value * 100}%` }} /></span>}
        <span className="small muted block">{known ? words.map.kept(percent(known.value), interval(known.low, known.high, "share")) : typeof kept === "object" ? why(kept) : ""}</span>
      </span>
    </button>
  );
}

function NumberRow({ cell, locale, open }: { cell: Cell; locale: { currency: string | null; zone: string }; open: (cell: string) => void }) {
  const value = cell.values?.[0];
  return (
    <button type="button" className="number" onClick={() => open(cell.id)}>
      <span className="muted"><Sentence>{cell.title}</Sentence></span>
      {value && <Amount value={value} locale={locale} />}
    </button>
  );
}

function Amount({ value, locale }: { value: Value; locale: { currency: string | null; zone: string } }) {
  const unit = value.unit as Unit;
  if (typeof value.measured === "number") return <span><strong>{inUnit(value.measured, unit, locale)}</strong></span>;
  if (!isKnown(value.measured)) return <span className="why small">{why(value.measured)}</span>;
  return <span><strong>{measured(value.measured.value, value.measured.low, unit, locale)}</strong><span className="small muted block">{interval(value.measured.low, value.measured.high, unit, locale)}</span></span>;
}
