// The map, the home of the app: what matters most in a sentence, the track, the lanes. Every cell opens its evidence;
// a stage opens its steps, then a real customer's trail. What is open stands in the URL.
import "@/pages/map/map.css";
import { Button, Group } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useMap } from "@/api/hooks";
import { ProblemError } from "@/api/problem";
import type { MapDocument } from "@/api/types";
import { day } from "@/format";
import { Compare } from "@/pages/map/Compare";
import { Down } from "@/pages/map/Down";
import { Drift } from "@/pages/map/Drift";
import { Details } from "@/pages/map/Details";
import { Grid } from "@/pages/map/Grid";
import { Present } from "@/pages/map/Present";
import { Skeleton } from "@/pages/map/Skeleton";
import { StageView } from "@/pages/map/StageView";
import { Tools } from "@/pages/map/Tools";
import { TrailView } from "@/pages/map/TrailView";
import { useWrite, WritingContext } from "@/pages/map/writing";
import { ErrorBox } from "@/parts/ErrorBox";
import { Nobody } from "@/parts/Nobody";
import { Sentence } from "@/parts/Sentence";
import { Later, Stopped, Working } from "@/parts/Working";
import { useUrl } from "@/url/state";
import { words } from "@/words";

export default function MapPage() {
  const { map, told, halt } = useMap();
  const again = () => void map.refetch();
  // A server that does not answer for a moment takes nothing away that is seen, and nothing that is being written.
  const broken = map.error && <ErrorBox error={map.error} again={again} />;
  if (broken && (!map.data || map.error instanceof ProblemError)) return broken;
  const halted = map.fetchStatus === "idle" && (map.isPending || map.isPlaceholderData);
  const drawing = halted ? <Stopped again={again} /> : map.data && !map.isPlaceholderData ? null : <Later key={map.dataUpdatedAt}><Working told={told} halt={halt} /></Later>;
  return (
    <>
      {(broken || drawing) && <div className={broken ? "drawing" : map.data ? "drawing again" : "drawing first"}>{broken ?? drawing}</div>}
      {map.data ? <Whole map={map.data} /> : !halted && <Skeleton />}
    </>
  );
}

function Whole({ map }: { map: MapDocument }) {
  const { values, set } = useUrl();
  const narrow = useMediaQuery("(width < 48rem)", undefined, { getInitialValueInEffect: false });
  const writing = useWrite();
  const stage = map.stages.find((one) => one.id === values.get("stage"));
  const trail = map.trails.find((one) => one.id === values.get("trail"));
  const against = values.get("against");
  useInside(trail?.id ?? stage?.id ?? "");
  const open = (id: string) => set({ cell: id });
  const nobody = !against && map.stages.every((one) => one.customers === 0);
  const elsewhere = values.get("of") === "other"; // what is open belongs to the other side of a comparison
  const ways = { open, openStage: (id: string) => set({ stage: id }), openList: (list: string) => set({ list }) };
  return (
    <WritingContext value={writing}>
      <div className="map">
        {trail ? (
          <>
            <Back label={words.map.backToStage} to={() => set({ trail: undefined })} />
            <TrailView map={map} trail={trail} />
          </>
        ) : stage ? (
          <>
            <Back label={words.map.backToMap} to={() => set({ stage: undefined })} />
            <StageView map={map} stage={stage} open={open} openTrail={(id) => set({ trail: id })} />
          </>
        ) : (
          <>
            <Intro map={map} open={open} />
            {nobody ? <Nobody /> : against ? <Compare map={map} against={against} ways={ways} /> : narrow ? <Down map={map} {...ways} /> : <Grid map={map} {...ways} />}
            {!nobody && <Notes map={map} />}
          </>
        )}
        <Details map={map} on={!(elsewhere && against)} />
        <Present map={map} open={open} covered={values.has("cell")} />
      </div>
    </WritingContext>
  );
}

/** A stage or a trail takes the whole map's place, and what was pressed is gone: it begins at its top, and is told of. */
function useInside(view: string): void {
  const before = useRef(view);
  useEffect(() => {
    if (before.current === view) return;
    before.current = view;
    if (view) window.scrollTo({ top: 0, left: 0 });
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [view]);
}

function Back({ label, to }: { label: string; to: () => void }) {
  return <Group mb="xs" className="map-back"><Button variant="subtle" size="xs" leftSection={<IconArrowLeft size="0.9rem" />} onClick={to}>{label}</Button></Group>;
}

function Intro({ map, open }: { map: MapDocument; open: (cell: string) => void }) {
  return (
    <div className="map-intro">
      <div className="map-title">
        <h1>{map.title} <span className="muted">{words.map.knownUntil(day(map.as_of, map.time_zone), map.who)}</span></h1>
        <Tools map={map} />
      </div>
      <div className="findings">
        {map.headlines.map((one, i) => (
          <p key={one.before + one.strong} className={i === 0 ? "headline" : "headline second"}>
            <Sentence>{one.before}</Sentence>
            {one.cell ? <button type="button" className={`link ${one.tone ?? ""}`} onClick={() => open(one.cell ?? "")}>{one.strong}</button> : <strong className={one.tone}>{one.strong}</strong>}
            <Sentence>{one.after}</Sentence>
          </p>
        ))}
      </div>
      <Drift map={map} open={open} />
    </div>
  );
}

function Notes({ map }: { map: MapDocument }) {
  const assumed = map.sources.filter((one) => one.assumed && one.complete_until !== null);
  return (
    <footer className="map-notes">
      <ul className="legend">
        <li><span className="rests-mark observed" aria-hidden="true" />{words.map.observed}</li>
        <li><span className="rests-mark reported" aria-hidden="true" />{words.map.reported}</li>
        <li><span className="rests-mark inferred" aria-hidden="true" />{words.map.inferred}</li>
        <li><span className="rests-mark assumed" aria-hidden="true" />{words.map.assumed}</li>
        <li>{words.map.scale}</li>
      </ul>
      {assumed.length > 0 && <p className="warn">{words.map.assumedEnds(assumed.map((one) => one.name))}</p>}
      {map.cautions?.map((one) => <p key={one} className="warn"><Sentence>{one}</Sentence></p>)}
      {map.excluded && map.excluded.length > 0 && <p className="muted">{words.excluded}: {map.excluded.map((one) => words.map.excludedOne(one.label, one.customers)).join("; ")}.</p>}
      {map.guesses.length > 0 && (
        <details><summary>{words.map.guesses(map.guesses.length)}</summary><ul>{map.guesses.map((one) => <li key={one}><Sentence>{one}</Sentence></li>)}</ul></details>
      )}
    </footer>
  );
}
