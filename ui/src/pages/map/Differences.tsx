// The difference as a map: both tracks on one another, each stage's rate on both sides, and what else differs there.
import { useMediaQuery } from "@mantine/hooks";
import { useMemo } from "react";
import { isKnown, type MapDocument, type StageColumn } from "@/api/types";
import { duration, inUnit, number, percent, why, type Locale } from "@/format";
import { apartIn, endsIn, GROUPS, type Row } from "@/pages/map/compare";
import { Frame } from "@/pages/map/Grid";
import { HEIGHT, trackShape } from "@/pages/map/track";
import { place, TrackShape } from "@/pages/map/Track";
import { words } from "@/words";

const said = words.map.against;
const UNIT = 100;
interface Props { map: MapDocument; other: MapDocument; rows: Row[]; a: string; b: string; locale: Locale; ways: { open: (cell: string) => void; openStage: (stage: string) => void } }

export function Differences(props: Props) {
  const narrow = useMediaQuery("(width < 48rem)", undefined, { getInitialValueInEffect: false });
  const { rows, locale, a, b } = props;
  const elsewhere = rows.filter((one) => one.stage === "");
  return (
    <>
      {narrow ? <Narrow {...props} /> : <Wide {...props} />}
      {elsewhere.some((one) => one.beyond) && <section className="elsewhere"><h3>{said.elsewhere}</h3><Beyond rows={elsewhere} locale={locale} /></section>}
      {!narrow && <p className="small muted">{said.tracksSaid(a, b)}</p>}
    </>
  );
}

function Wide({ map, other, rows, locale, ways, a, b }: Props) {
  const line = useMemo(() => trackShape(other.stages, UNIT), [other.stages]);
  const pieces = useMemo(() => trackShape(map.stages, UNIT).pieces, [map.stages]);
  return (
    <Frame map={map} openStage={ways.openStage} label={said.between(a, b)}>
      <div className="map-row track compared" role="row">
        <div role="rowheader" className="lane-head">{said.tracks}</div>
        <TrackShape stages={map.stages} />
        <svg className="track-shape" viewBox={`0 0 ${line.width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true"><path d={line.band} className="other-track" vectorEffect="non-scaling-stroke" /></svg>
        {map.stages.map((stage, i) => {
          const there = other.stages.find((one) => one.id === stage.id);
          return (
            <div key={stage.id} role="cell" className="track-cell">
              <button type="button" {...place(pieces[i])} onClick={() => ways.open(stage.reach_cell)}>{number(stage.customers)} {there && <span className="small">{said.against(number(there.customers))}</span>}<span className="sr"> {words.map.reached(stage.label)}</span></button>
              <div className={i === map.stages.length - 1 ? "rate last" : "rate"}><RateOf stage={stage} there={there} row={rows.find((one) => one.id === `rate:${stage.id}`)} locale={locale} /></div>
            </div>
          );
        })}
      </div>
      {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => (
        <div key={group} className="map-row" role="row">
          <div role="rowheader" className="lane-head"><span className="lane-name">{said.families[group]}</span></div>
          {map.stages.map((stage) => <div key={stage.id} role="cell" className="map-cell"><Beyond rows={of(rows, stage, group)} locale={locale} /></div>)}
        </div>
      ))}
    </Frame>
  );
}

function Narrow({ map, other, rows, locale, ways }: Props) {
  return map.stages.map((stage) => {
    const here = rows.filter((one) => one.stage === stage.id && one.id !== `rate:${stage.id}`);
    const there = other.stages.find((one) => one.id === stage.id);
    return (
      <section key={stage.id} className="elsewhere">
        <h3><button type="button" onClick={() => ways.openStage(stage.id)}>{stage.label}<span className="sr">{words.map.openStage}</span></button></h3>
        <p>{words.map.reachShort(stage.customers)} {there && <span className="muted">{said.against(number(there.customers))}</span>}</p>
        <RateOf stage={stage} there={there} row={rows.find((one) => one.id === `rate:${stage.id}`)} locale={locale} />
        <Beyond rows={here} locale={locale} />
      </section>
    );
  });
}

function of(rows: Row[], stage: StageColumn, group: keyof typeof GROUPS): Row[] {
  return rows.filter((one) => one.stage === stage.id && GROUPS[group].includes(one.family) && one.id !== `rate:${stage.id}`);
}

function RateOf({ stage, there, row, locale }: { stage: StageColumn; there: StageColumn | undefined; row: Row | undefined; locale: Locale }) {
  const told = (one: StageColumn | undefined) => (one && isKnown(one.rate) ? percent(one.rate.value) : words.none);
  if (!isKnown(stage.rate) && !(there && isKnown(there.rate))) return <span className="why small">{why(stage.rate)}</span>;
  return (
    <>
      <span className="nowrap"><strong>{told(stage)}</strong> <span className="muted small">{said.against(told(there))}</span></span>
      <span className="small block">
        {row && row.apart !== null ? <><strong className={row.beyond ? row.tone : "muted"}>{apartIn(row.apart, row.unit, locale)}</strong> <span className="muted">{row.beyond ? endsIn(row, locale) : said.chance}</span></> : <span className="why">{row?.why || words.none}</span>}
      </span>
      <span className="muted small block">{words.map.within(stage.success, duration(stage.within))}</span>
    </>
  );
}

/** What differs beyond chance, and how much was looked at that may not. */
function Beyond({ rows, locale }: { rows: Row[]; locale: Locale }) {
  const beyond = rows.filter((one) => one.beyond);
  const chance = rows.filter((one) => !one.beyond && one.apart !== null).length;
  return (
    <>
      {beyond.length === 0 && chance === 0 && <p className="why small">{words.none}</p>}
      {beyond.length === 0 && chance > 0 && <p className="why small">{said.nothingHere}</p>}
      <ul className="cells">
        {beyond.map((one) => (
          <li key={one.id} className="differs">
            <span>{one.label}</span>
            <span className={`apart ${one.tone}`}>{apartIn(one.apart, one.unit, locale)}</span>
            <span className="small muted">{inUnit(one.a, one.unit, locale)} {said.against(inUnit(one.b, one.unit, locale))}</span>
          </li>
        ))}
      </ul>
      {chance > 0 && <p className="small muted plain-head">{said.here(chance)}</p>}
    </>
  );
}
