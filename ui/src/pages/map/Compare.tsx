// Two sides on one map: what differs most on top, then the two tracks drawn together and the differences of each stage;
// or both maps side by side. Only what is beyond chance is brought forward.
import { SegmentedControl } from "@mantine/core";
import { useMemo } from "react";
import { useWorkspace } from "@/api/hooks";
import type { MapDocument, WorkspaceOut } from "@/api/types";
import { inUnit, type Locale } from "@/format";
import { alone, apartIn, chanceIn, endsIn, rowsOf, sidesOf, type Row } from "@/pages/map/compare";
import { useComparing } from "@/pages/map/comparing";
import { Details } from "@/pages/map/Details";
import { Differences } from "@/pages/map/Differences";
import { SideBySide } from "@/pages/map/SideBySide";
import { ErrorBox } from "@/parts/ErrorBox";
import { Stopped, Working } from "@/parts/Working";
import { Elsewhere, useAsked, useUrl } from "@/url/state";
import { words } from "@/words";

const said = words.map.against;
const TOP = 6;
type Ways = { open: (cell: string) => void; openStage: (stage: string) => void; openList: (list: string) => void };

export function Compare({ map, against, ways }: { map: MapDocument; against: string; ways: Ways }) {
  const workspace = useWorkspace();
  return workspace.data ? <Both map={map} against={against} workspace={workspace.data} ways={ways} /> : null;
}

function Both({ map, against, workspace, ways }: { map: MapDocument; against: string; workspace: WorkspaceOut; ways: Ways }) {
  const { asked } = useAsked();
  const { values, set } = useUrl();
  const sides = useMemo(() => sidesOf(asked, against, workspace), [asked, against, workspace]);
  const { other, answer, told, halt, again, halted } = useComparing(sides);
  const view = values.get("view") === "sides" ? "sides" : "difference";
  const error = answer.error ?? other.error;
  if (error) return <ErrorBox error={error} again={again} />;
  if (halted || !other.data || !answer.data) return (
    <div className="comparing">
      <h2>{said.between(sides.a, sides.b)}</h2>
      {halted ? <Stopped again={again} /> : <Working told={told} halt={halt} />}
    </div>
  );
  // What is opened on the other side is that side's: its own evidence, or its own stage's page.
  const others: Ways = {
    open: (cell) => set({ cell, of: "other" }),
    openList: (list) => set({ list, of: "other" }),
    openStage: (stage) => set({ ...alone(sides.other), stage }),
  };
  const rows = rowsOf(answer.data, map, workspace);
  const locale = { currency: map.currency, zone: map.time_zone };
  return (
    <>
      <div className="compare-head">
        <h2>{said.between(sides.a, sides.b)}</h2>
        <SegmentedControl size="xs" aria-label={said.how} value={view} onChange={(to) => set({ view: to === "sides" ? "sides" : undefined })}
          data={[{ value: "difference", label: said.difference }, { value: "sides", label: said.sides }]} />
      </div>
      <Most rows={rows} locale={locale} />
      <Elsewhere value={sides.other}><Details map={other.data} on={values.get("of") === "other"} /></Elsewhere>
      {view === "sides" ? <SideBySide left={map} right={other.data} a={sides.a} b={sides.b} ways={ways} others={others} />
        : <Differences map={map} other={other.data} rows={rows} a={sides.a} b={sides.b} locale={locale} ways={ways} />}
      <Everything rows={rows} locale={locale} a={sides.a} b={sides.b} />
    </>
  );
}

function Most({ rows, locale }: { rows: Row[]; locale: Locale }) {
  const beyond = rows.filter((one) => one.beyond);
  const compared = rows.filter((one) => one.apart !== null).length;
  return (
    <section aria-labelledby="most" className="most">
      <h3 id="most">{said.most}</h3>
      {beyond.length === 0 ? <p className="headline">{said.none}</p> : (
        <ol>
          {beyond.slice(0, TOP).map((one) => (
            <li key={one.id}>
              <span className={`apart ${one.tone}`}>{apartIn(one.apart, one.unit, locale)}</span>
              <span><strong>{one.full}</strong>
                <span className="small muted block">{inUnit(one.a, one.unit, locale)} {said.against(inUnit(one.b, one.unit, locale))}; {endsIn(one, locale)}, {said.q} {chanceIn(one.q)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
      <p className="small muted">{said.of(beyond.length, compared)}</p>
    </section>
  );
}

function Everything({ rows, locale, a, b }: { rows: Row[]; locale: Locale; a: string; b: string }) {
  return (
    <details className="everything">
      <summary>{said.all}</summary>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={said.all}>
        <table className="data-table">
          <caption className="sr">{said.all}</caption>
          <thead><tr><th scope="col">{said.measure}</th><th scope="col" className="n">{a}</th><th scope="col" className="n">{b}</th><th scope="col" className="n">{said.apart}</th><th scope="col" className="n">{said.q}</th><th scope="col">{said.verdict}</th></tr></thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.id}>
                <th scope="row">{one.full}</th>
                <td className="n">{inUnit(one.a, one.unit, locale)}</td>
                <td className="n">{inUnit(one.b, one.unit, locale)}</td>
                <td className={`n ${one.tone}`}>{one.apart === null ? <span className="why">{one.why || words.none}</span> : <>{apartIn(one.apart, one.unit, locale)}<small>{endsIn(one, locale)}</small></>}</td>
                <td className="n">{chanceIn(one.q)}</td>
                <td>{one.apart === null ? said.notCompared : one.beyond ? said.beyond : said.chance}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
