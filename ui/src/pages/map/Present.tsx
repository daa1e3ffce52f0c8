// The map told in front of people: first the whole, then stage by stage, full screen. Keys and clicks turn the page.
import { ActionIcon, Button, Group, Modal } from "@mantine/core";
import { IconArrowLeft, IconArrowRight, IconX } from "@tabler/icons-react";
import { useCallback, useEffect } from "react";
import { isKnown, type Cell, type MapDocument, type StageColumn } from "@/api/types";
import { day, duration, number, percent, why } from "@/format";
import { Feelings, Keys } from "@/pages/map/Emotion";
import { OneCell } from "@/pages/map/LaneCells";
import { HEIGHT, trackShape } from "@/pages/map/track";
import { TrackShape } from "@/pages/map/Track";
import { Sentence } from "@/parts/Sentence";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const said = words.map.present;
const MOST = 3; // of a kind on one page: a room reads no more
interface Props { map: MapDocument; open: (cell: string) => void; covered: boolean }

export function Present({ map, open, covered }: Props) {
  const { values, set } = useUrl();
  const asked = values.get("present");
  const pages = map.stages.length + 1;
  const page = Math.min(Math.max(Number(asked) || 1, 1), pages);
  const on = asked !== null;
  const go = useCallback((to: number) => set({ present: String(Math.min(Math.max(to, 1), pages)) }, true), [set, pages]);
  const end = useCallback(() => set({ present: undefined }), [set]);

  useEffect(() => {
    if (!on) return;
    // Without the right to (no click came before), it fills the window.
    void document.documentElement.requestFullscreen?.().catch(() => undefined);
    const left = () => { if (!document.fullscreenElement) set({ present: undefined }); };
    document.addEventListener("fullscreenchange", left);
    return () => {
      document.removeEventListener("fullscreenchange", left);
      // However it ends, by the browser's own way back as well.
      if (document.fullscreenElement) void document.exitFullscreen();
    };
  }, [on, set]);

  useEffect(() => {
    if (!on || covered) return;
    const pressed = (event: KeyboardEvent) => {
      const onButton = event.target instanceof HTMLButtonElement && event.key === " ";
      const to = ["ArrowRight", "ArrowDown", "PageDown"].includes(event.key) || (event.key === " " && !onButton) ? page + 1
        : ["ArrowLeft", "ArrowUp", "PageUp"].includes(event.key) ? page - 1 : event.key === "Home" ? 1 : event.key === "End" ? pages : null;
      if (to === null) return;
      event.preventDefault();
      go(to);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [on, covered, page, pages, go]);

  const stage = map.stages[page - 2];
  return (
    <Modal.Root opened={on} onClose={end} fullScreen closeOnEscape={!covered} zIndex={150} transitionProps={{ duration: 0 }}>
      <Modal.Content aria-label={said.label(map.title)} radius={0}>
        <Modal.Body className="map present">
          <div className="slide" aria-live="polite">{stage ? <Stage map={map} stage={stage} open={open} /> : <Overview map={map} />}</div>
          <footer>
            <span className="small muted">{said.keys}</span>
            <Group gap="xs">
              <Button size="xs" variant="default" leftSection={<IconArrowLeft size="1rem" />} disabled={page === 1} onClick={() => go(page - 1)}>{said.back}</Button>
              <span className="small muted nowrap">{said.place(page, pages)}</span>
              <Button size="xs" data-autofocus rightSection={<IconArrowRight size="1rem" />} disabled={page === pages} onClick={() => go(page + 1)}>{said.next}</Button>
              <ActionIcon variant="default" aria-label={said.end} onClick={end}><IconX size="1rem" /></ActionIcon>
            </Group>
          </footer>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Overview({ map }: { map: MapDocument }) {
  return (
    <>
      <h2>{map.title} <span className="muted">{words.map.knownUntil(day(map.as_of, map.time_zone), map.who)}</span></h2>
      {map.headlines.map((one, i) => <p key={one.before + one.strong} className={i === 0 ? "told first" : "told"}>{one.before}<strong className={one.tone}>{one.strong}</strong>{one.after}</p>)}
      <div className="whole-track">
        <TrackShape stages={map.stages} />
        <ol style={{ gridTemplateColumns: `repeat(${map.stages.length}, minmax(0, 1fr))` }}>
          {map.stages.map((one) => (
            <li key={one.id}><strong>{one.label}</strong><span className="big">{number(one.customers)}</span>
              <span className="muted block">{isKnown(one.rate) ? `${percent(one.rate.value)} ${words.map.within(one.success, duration(one.within))}` : why(one.rate)}</span></li>
          ))}
        </ol>
      </div>
    </>
  );
}

function Stage({ map, stage, open }: { map: MapDocument; stage: StageColumn; open: (cell: string) => void }) {
  const at = map.stages.indexOf(stage);
  const shape = trackShape(map.stages, 100);
  const emotion = map.lanes.find((one) => one.drawing === "lines");
  const felt = emotion?.cells.some((one) => one.stage === stage.id && !one.blank) ? emotion : undefined;
  const headline = map.headlines.find((one) => one.cell?.split(".")[1] === stage.id);
  return (
    <>
      <h2>{stage.label} <span className="muted">{stage.about}</span></h2>
      <p className="told first">{words.map.stageSaid(stage.customers, isKnown(stage.rate) ? percent(stage.rate.value) : why(stage.rate), stage.success, duration(stage.within))}</p>
      {headline && <p className="told"><Sentence>{headline.before}</Sentence><strong className={headline.tone}>{headline.strong}</strong><Sentence>{headline.after}</Sentence></p>}
      <svg className="piece" viewBox={`${at * 100 - 12} 0 130 ${Math.min(HEIGHT, (shape.pieces[at]?.bottom ?? 0) + 46)}`} preserveAspectRatio="none" aria-hidden="true">
        {shape.pieces[at]?.strands.map((one) => <path key={one} d={one} fill="var(--track-to)" opacity="0.35" />)}
        <path d={shape.band} fill="var(--track-to)" />
        {shape.skipped && <path d={shape.skipped} fill="var(--track-pale)" opacity="0.55" />}
      </svg>
      <p className="muted">{[stage.lapsed && words.map.lapsed(stage.lapsed), stage.left && words.map.left(stage.left), stage.in_flight && words.map.stillHere(stage.in_flight)].filter(Boolean).join(" · ")}</p>
      <div className="told-lanes">
        {felt && <section><h3>{words.map.feelings}</h3><Feelings lane={felt} stages={[stage]} open={open} /><Keys lane={{ ...felt, note: "" }} /></section>}
        <Told map={map} lane="pain_points" title={said.pains} stage={stage} open={open} />
        <Told map={map} lane="delights" title={said.delights} stage={stage} open={open} />
        <Told map={map} lane="thoughts" title={said.said} stage={stage} open={open} />
        <Told map={map} lane="opportunities" title={said.todo} stage={stage} open={open} />
      </div>
    </>
  );
}

const RANK: Record<string, number> = { bad: 0, warn: 1, good: 0, plain: 2 };

function Told({ map, lane: id, title, stage, open }: { map: MapDocument; lane: string; title: string; stage: StageColumn; open: (cell: string) => void }) {
  const lane = map.lanes.find((one) => one.id === id);
  const rank = (one: Cell) => (RANK[one.tone ?? "plain"] ?? 2) * 2 + (one.rests === "assumed" ? 1 : 0);
  const cells = (lane?.cells ?? []).filter((one) => one.stage === stage.id && !one.blank && one.shown !== false).sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
  if (!lane || cells.length === 0) return null;
  return <section><h3>{title}</h3><ul className="cells">{cells.map((one) => <li key={one.id}><OneCell cell={one} lane={lane} map={map} open={open} /></li>)}</ul></section>;
}
