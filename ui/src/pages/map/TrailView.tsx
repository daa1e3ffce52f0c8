// One real customer's trail, masked: every event with the time since the one before, the stage behind it, and words.
import type { MapDocument, Trail } from "@/api/types";
import { duration, instant, money } from "@/format";
import { words } from "@/words";

export function TrailView({ map, trail }: { map: MapDocument; trail: Trail }) {
  const labels = new Map(map.stages.map((one) => [one.id, one.label]));
  return (
    <section aria-labelledby="trail-title">
      <h1 id="trail-title">{words.map.trailOf(trail.customer)} <span className="muted">{words.outcome[trail.outcome as "lapsed"] ?? trail.outcome}</span></h1>
      <ol className="trail">
        {trail.lines.map((one, i) => (
          <li key={`${one.number}-${i}`} className={one.by}>
            {one.gap > 0 && <span className="gap small muted">{words.map.later(duration(one.gap))}</span>}
            <span className="stage small">{labels.get(one.stage) ?? one.stage}</span>
            <span className="what">
              <strong>{one.touchpoint || one.event}</strong>
              <span className="small muted block">{[instant(one.at, map.time_zone), one.touchpoint ? one.event : "", one.channel, one.by !== "customer" ? words.by[one.by as "business"] ?? one.by : "", one.value ? money(one.value, map.currency) : ""].filter(Boolean).join(" · ")}</span>
              {one.text && <q className="block">{one.text}</q>}
              {one.note && <span className="small note block">{one.note}</span>}
            </span>
          </li>
        ))}
      </ol>
      {trail.more ? <p className="muted">{words.map.moreEvents(trail.more)}</p> : null}
    </section>
  );
}
