import { expect, test } from "vitest";
import type { Customer, VisitBand } from "@/generated/client/types.gen";
import { channelsOf, marks, placeOf, shown, spanOf, steps, ticks } from "@/pages/customers/timeline";

const DAY = 86_400_000_000;
const at = (text: string) => Date.parse(text) * 1_000;
const points = { first: 10, at: [0, 1, 50, 100], channel: [2, 2, 1, 2], touchpoint: [0, 0, -1, 3], by: ["customer", "customer", "business", "customer"], value: [0, 500, 0, 0] };
const visit = (entered: number, ended: number | null) => ({ number: 0, stage: "decision", track: "journey", pass_no: 1, start: "first", outcome: "advanced", entered, ended, until: null, succeeded: null, win_back: false }) as VisitBand;
const customer = { first: 0, last: 100 * DAY, as_of: 90 * DAY, bands: [visit(0, 10 * DAY)] } as Customer;

test("events too close to be told apart are one mark, and every event is in one", () => {
  const found = marks(points, { from: 0, until: 100 }, 10);
  expect(found.map((one) => one.n)).toEqual([2, 1, 1]);
  expect(found[0]).toMatchObject({ channel: 2, first: 10, last: 11, value: 500 });
  expect(marks(points, { from: 40, until: 60 })).toHaveLength(1);
});

test("the busiest channel comes first", () => {
  expect(channelsOf(points)).toEqual([2, 1]);
});

test("all of it, the last days, or one visit can be in sight", () => {
  expect(placeOf(0, spanOf(customer, undefined, undefined))).toBeGreaterThan(0);
  expect(spanOf(customer, undefined, 30).from).toBe(70 * DAY);
  const one = spanOf(customer, customer.bands[0], undefined);
  expect(one.from).toBeLessThan(0);
  expect(one.until).toBeGreaterThan(10 * DAY);
  const done = { ...customer, last: 9 * DAY };
  expect(spanOf(done, undefined, undefined).until).toBeLessThan(12 * DAY);
  expect(spanOf({ ...done, bands: [visit(0, null)] } as Customer, undefined, undefined).until).toBeGreaterThan(90 * DAY);
});

test("a visit that is still open reaches as far as anything is known", () => {
  const span = { from: 0, until: 100 };
  expect(shown(visit(20, null), span, 80)).toEqual({ left: 0.2, width: 0.6000000000000001 });
  expect(shown(visit(-50, 50), span, 80)).toEqual({ left: 0, width: 0.5 });
  expect(shown(visit(-50, -10), span, 80)).toBeNull();
});

test("months begin at the journey's own midnight", () => {
  const found = ticks({ from: at("2025-01-10T00:00Z"), until: at("2025-05-10T00:00Z") }, "Australia/Sydney");
  expect(found.map((one) => one.at)).toEqual(["2025-01-31T13:00Z", "2025-02-28T13:00Z", "2025-03-31T13:00Z", "2025-04-30T14:00Z"].map(at));
  expect(ticks({ from: at("2025-01-10T00:00Z"), until: at("2025-01-14T00:00Z") }, "UTC").map((one) => one.at)).toEqual([10, 11, 12, 13, 14].map((day) => at(`2025-01-${day}T00:00Z`)));
  expect(ticks({ from: at("2019-06-01T00:00Z"), until: at("2025-05-10T00:00Z") }, "UTC")).toHaveLength(6);
});

test("each visit leads to the next; coming back after a pass had ended is a gap", () => {
  const first = { ...visit(10, 20), stage: "awareness" };
  const second = visit(20, 40);
  const again = { ...visit(80, null), stage: "awareness", pass_no: 2 };
  const repeat = { ...visit(81, 82), track: "repeat" };
  const found = steps([first, second, again, repeat], ["awareness", "decision"], { from: 0, until: 100 });
  expect(found).toEqual([
    { x0: 0.2, y0: 0, x1: 0.2, y1: 1, gap: false },
    { x0: 0.4, y0: 1, x1: 0.8, y1: 0, gap: true },
  ]);
  expect(steps([first, second, again], ["awareness", "decision"], { from: 90, until: 100 })).toEqual([]);
});
