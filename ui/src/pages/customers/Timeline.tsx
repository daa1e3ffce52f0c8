// A customer's time, drawn: above, the stages as lanes in which their track runs; below, a row of marks for each channel.
// The lists below it tell the same in words; a visit opens its explanation, a mark the list from there.
import { SegmentedControl } from "@mantine/core";
import { Fragment, useMemo } from "react";
import { useWorkspace } from "@/api/hooks";
import { day, money } from "@/format";
import type { Customer, VisitBand } from "@/generated/client/types.gen";
import { outcome } from "@/pages/customers/Rows";
import { channelsOf, marks, RANGES, shown, spanOf, steps, ticks, type Mark, type Span } from "@/pages/customers/timeline";
import { useUrl } from "@/url/state";
import { words } from "@/words";

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

export function Timeline({ customer }: { customer: Customer }) {
  const w = words.customers;
  const { values, set } = useUrl();
  const visit = customer.bands.find((one) => String(one.number) === values.get("visit"));
  const days = RANGES.find((one) => String(one) === values.get("days"));
  const span = useMemo(() => spanOf(customer, visit, days), [customer, visit, days]);
  const zone = customer.time_zone;
  const channels = channelsOf(customer.points);
  const said = w.timelineSaid(customer.events, day(customer.first ?? 0, zone), day(customer.last ?? 0, zone), channels.length, customer.bands.length);
  return (
    <section className="timeline" aria-labelledby="timeline">
      <div className="timeline-head">
        <h2 id="timeline">{w.timeline}</h2>
        <SegmentedControl size="xs" aria-label={w.range} value={visit ? "" : days ? String(days) : "all"} onChange={(one) => set({ days: one === "all" ? undefined : one, visit: undefined }, true)} data={["all", ...RANGES.map(String)].map((value) => ({ value, label: w.ranges[value] ?? value }))} />
      </div>
      <p className="sr">{said}</p>
      <Stages customer={customer} span={span} open={visit} choose={(one) => set({ visit: one === visit ? undefined : String(one.number), tab: one === visit ? undefined : "visits", days: undefined }, true)} />
      <Channels customer={customer} span={span} channels={channels} choose={(from) => set({ from: String(from), tab: undefined, channel: undefined }, true)} />
      <div className="lane axis" aria-hidden="true"><span /><div>{ticks(span, zone).map((one) => <span key={one.at} className={one.place > 0.92 ? "end" : one.place < 0.05 ? "begin" : undefined} style={{ left: percent(one.place) }}>{one.label}</span>)}</div></div>
      <ul className="legend small muted" aria-hidden="true">
        {(["advanced", "lapsed", "in_flight", "left"] as const).filter((one) => customer.bands.some((band) => band.outcome === one)).map((one) => <li key={one}><span className={`swatch band ${one}`} /> {outcome(one)}</li>)}
        {customer.bands.some((one) => one.track === "repeat") && <li><span className="swatch band repeat" /> {w.repeat}</li>}
        <li><span className="mark" /> {w.marks.customer}</li>
        <li><span className="mark other" /> {w.marks.other}</li>
        <li><span className="mark money" /> {w.marks.money}</li>
      </ul>
      {customer.points.first > 0 && <p className="muted small">{w.leftOut(customer.points.first)}</p>}
    </section>
  );
}

interface StagesProps { customer: Customer; span: Span; open: VisitBand | undefined; choose: (band: VisitBand) => void }

function Stages({ customer, span, open, choose }: StagesProps) {
  const w = words.customers;
  const workspace = useWorkspace();
  const known = Math.max(customer.last ?? 0, customer.as_of);
  const zone = customer.time_zone;
  const bands = customer.bands.filter((one) => one.outcome !== "skipped");
  const lines = ticks(span, zone);
  const stages = workspace.data?.stages ?? [];
  return (
    <div className="stages">
      <Way bands={customer.bands} stages={stages.map((one) => one.id)} span={span} />
      {stages.map((stage) => (
        <div className="lane" key={stage.id}>
          <span>{stage.label}</span>
          <div>
            {lines.map((one) => <i key={one.at} className="grid" style={{ left: percent(one.place) }} />)}
            {bands.filter((one) => one.stage === stage.id).map((one) => {
              const at = shown(one, span, known);
              if (!at) return null;
              const how = [outcome(one.outcome), one.track === "repeat" ? w.repeat : "", one.win_back ? w.winBack : ""].filter(Boolean).join(", ");
              const label = w.visitSaid(stage.label, day(one.entered, zone), one.ended === null ? w.now : day(one.ended, zone), how);
              return <button key={one.number} type="button" className={`band ${one.outcome} ${one.track}`} aria-pressed={one === open} aria-label={label} title={label} style={{ left: percent(at.left), width: percent(at.width) }} onClick={() => choose(one)} />;
            })}
          </div>
        </div>
      ))}
    </div>
  );
}

/** The way from stage to stage, behind the visits. */
function Way({ bands, stages, span }: { bands: VisitBand[]; stages: string[]; span: Span }) {
  const rows = stages.length;
  const x = (place: number) => Math.min(1.02, Math.max(-0.02, place)) * 1000;
  const y = (row: number) => row * 100 + 50;
  return (
    <svg className="way" viewBox={`0 0 1000 ${rows * 100}`} preserveAspectRatio="none" aria-hidden="true">
      {steps(bands, stages, span).map((one, i) => {
        const bend = Math.max(6, (x(one.x1) - x(one.x0)) / 2);
        return <path key={i} className={one.gap ? "gap" : undefined} d={`M${x(one.x0) - 2},${y(one.y0)} C${x(one.x0) + bend},${y(one.y0)} ${x(one.x1) - bend},${y(one.y1)} ${x(one.x1) + 2},${y(one.y1)}`} vectorEffect="non-scaling-stroke" />;
      })}
    </svg>
  );
}

interface ChannelsProps { customer: Customer; span: Span; channels: number[]; choose: (number: number) => void }

function Channels({ customer, span, channels, choose }: ChannelsProps) {
  const w = words.customers;
  const zone = customer.time_zone;
  const found = useMemo(() => marks(customer.points, span), [customer.points, span]);
  const lines = ticks(span, zone);
  const title = (one: Mark) => w.mark(one.n, day(one.at, zone), one.value ? `, ${money(one.value, customer.currency)}` : "");
  return (
    <div aria-hidden="true" className="channels">
      {channels.map((channel) => (
        <div className="lane thin" key={channel}>
          <span>{customer.channels[channel] ?? w.noChannel}</span>
          <div>
            {lines.map((one) => <i key={one.at} className="grid" style={{ left: percent(one.place) }} />)}
            {found.filter((one) => one.channel === channel).map((one) => (
              <Fragment key={`${one.first} ${one.by}`}>
                <b className={`mark ${one.by === "customer" ? "" : "other"} ${one.value > 0 ? "money" : ""} ${one.n > 4 ? "many" : ""}`} style={{ left: percent(one.place) }} title={title(one)} onClick={() => choose(one.last)} />
              </Fragment>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
