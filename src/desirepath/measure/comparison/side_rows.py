"""Which rows of one side does each measure rest on?

In: one build, and a side (who, when). Out: for each measure its rows: customers, values, and the event that each row
starts from; for times and lifts, which are no mean of rows, the number with its interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Estimate, NoEstimate, too_few
from desirepath.core.times import DAY, NEVER
from desirepath.core.words import Track
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.journey.definition import Journey
from desirepath.journey.promises import PromiseRows
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Lift
from desirepath.measure.cohort import EVER, Cohort, Mask, asked_visits, can_succeed, cohort, visit_outcomes
from desirepath.measure.comparison.comparables import Found, Measurable, Rows, Side, Unit
from desirepath.measure.effort import Fate, Fates, fates
from desirepath.measure.funnel.rows import FunnelRows
from desirepath.measure.inputs import ScoreRows
from desirepath.measure.lift.ask import lifts
from desirepath.measure.meetings import Int64, Meetings, meetings, visit_of_events
from desirepath.measure.promises.kept import kept, made
from desirepath.measure.scores import TOP_TWO
from desirepath.measure.worth import success_worth
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_quantile
from desirepath.stats.differences import Part, probability_part, time_part, told_part
from desirepath.stats.incidence_influence import mean_time_without, probability_by
from desirepath.trail.trails import Trails

BACK_AFTER = (7, 30, 90)  # days after the first event


@dataclass(frozen=True, slots=True)
class FunnelOf:
    """A funnel to compare. labels: of its steps. attempts: those that a side's customers began in its period."""

    labels: tuple[str, ...]
    attempts: Callable[[Side], FunnelRows]


class SideRows:
    """One build, asked for the rows of one side after another."""

    def __init__(
        self,
        journey: Journey,
        visits: Visits,
        trails: Trails,
        *,
        as_of: int,
        promises: PromiseRows | None = None,
        promise_at: Int64 | None = None,
        scores: ScoreRows | None = None,
        funnel: FunnelOf | None = None,
    ) -> None:
        """promise_at: the place in the trails of each promise's opening event, −1 where it has none."""
        self.journey, self.visits, self.trails, self.as_of = journey, visits, trails, as_of
        self._promises, self._promise_at, self._scores = promises, promise_at, scores
        self._funnel = funnel

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def measurables(self) -> tuple[Measurable, ...]:
        """All that this journey and these data allow to ask, in the order in which they are told."""
        found: list[Measurable] = []
        j = self.journey
        for place, stage in enumerate(j.stages):
            if can_succeed(j, place):
                of = [("rate", "success", "share"), ("eventual", "success, all counted", "share")]
                of += [("time", "time without success", "duration"), ("median", "median time", "duration")]
                if stage.goal is not None:
                    of.append(("value", "worth of a success", "money"))
                found += [
                    _one(f"{kind}:{stage.id}", f"{stage.label}: {what}", unit) for kind, what, unit in of
                ]
            found.append(_one(f"stands:{stage.id}", f"{stage.label}: customers who stand there", "share"))
            found.append(_one(f"ease:{stage.id}", f"{stage.label}: ease", "ease"))
        for code, place in sorted(self._homes.items()):
            name, label = j.touchpoints[code].id, j.touchpoints[code].label
            found.append(_one(f"reach:{name}", f"{label}: met in {j.stages[place].label}", "share"))
            if can_succeed(j, place):
                found.append(_one(f"lift:{name}", f"{label}: what it adds to success", "points"))
        found += [_one(f"promise:{p.id}", f"Kept: {p.label}", "share") for p in j.promises]
        found += [_one(f"score:{k}", _SCORES.get(k, ("share", k))[1], _SCORES.get(k, ("share", k))[0])
                  for k in self._score_kinds]  # fmt: skip
        if self._funnel is not None:
            steps = self._funnel.labels
            found.append(_one("funnel:all", f"Funnel: {steps[-1]}, of those at {steps[0]}", "share"))
            found += [
                _one(f"funnel:{k + 1}", f"Funnel: {steps[k]}, of those at {steps[k - 1]}", "share")
                for k in range(1, len(steps))
                if len(steps) > 2
            ]
        found += [
            _one(f"back:{days}", f"Back {days} to {2 * days} days after the first event", "share")
            for days in BACK_AFTER
        ]
        return tuple(found)

    @cached_property
    def _homes(self) -> dict[int, int]:
        """Touchpoint code → the stage in whose visits it is looked for: its own, else where it is met most."""
        seen = np.zeros((len(self.journey.stages), len(self.journey.touchpoints)), np.int64)
        np.add.at(seen, (self.visits.stage[self._met.visit], self._met.touchpoint), 1)
        return {
            code: int(seen[:, code].argmax()) if one.stage is None else self.journey.index(one.stage)
            for code, one in enumerate(self.journey.touchpoints)
            if seen[:, code].any()
        }

    @cached_property
    def _score_kinds(self) -> list[str]:
        if self._scores is None:
            return []
        return sorted({kind or "rating" for kind in self._scores.kind})

    # ── what a side has of it ────────────────────────────────────────────────────────────────────────────

    def visits_of(self, side: Side) -> Mask:
        """The visits that a side asks about: entered in its period by somebody who was of it then."""
        v = self.visits
        asked: Mask = np.asarray(side.held[v.entry_event], bool).copy()
        if side.period != EVER:
            asked &= (v.entered >= side.period.start) & (v.entered < side.period.end)
        return asked & ~self._named(side)[v.customer]

    def customers_of(self, side: Side) -> Int64:
        """Customers with an observed visit of the journey on that side, by code."""
        return np.unique(
            self.visits.customer[asked_visits(self.visits, self.visits_of(side), EVER, Track.JOURNEY)]
        )

    def found(self, one: Measurable, side: Side) -> Found:
        """One measure of one side."""
        if one.of_rows:
            rows = self.rows(one, side)
            if isinstance(rows, NoEstimate):
                return Found(None, np.empty(0, np.int64), 0, rows)
            return _found(rows.part() if len(rows.customer) else None, rows.customer)
        if one.family == "lift":
            return self._lift(one, side)
        return self._timed(one, side)

    def rows(self, one: Measurable, side: Side) -> Rows | NoEstimate:
        """The rows of a share or a mean. Raises KeyError for a measure that is none."""
        made_of: dict[str, Callable[[str, Side], Rows | NoEstimate]] = {
            "rate": self._rate, "value": self._value, "reach": self._reach, "promise": self._promise,
            "score": self._score, "ease": self._ease, "back": self._back, "stands": self._stands, "funnel": self._steps,
        }  # fmt: skip
        return made_of[one.family](one.subject, side)

    def _cohort(self, stage: int, side: Side) -> Cohort:
        return cohort(self.journey, self.visits, stage, as_of=self.as_of, where=self.visits_of(side))

    def _rate(self, stage: str, side: Side) -> Rows:
        one = self._cohort(self.journey.index(stage), side)
        rated, v = one.masks["rated"], one.visits
        won = one.masks["rated_succeeded"][rated].astype(np.float64)
        return Rows(v.customer[rated].astype(np.int64), won, v.entry_event[rated])

    def _value(self, stage: str, side: Side) -> Rows | NoEstimate:
        one = self._cohort(self.journey.index(stage), side)
        done, v = one.masks["rated_succeeded"], one.visits
        worth = self._worth[one.rows[done]].astype(np.float64)
        if not worth.any():
            return NoEstimate("no_data", len(worth), detail="no event of these customers carries a value")
        return Rows(v.customer[done].astype(np.int64), worth, v.entry_event[done], "mean")

    def _reach(self, name: str, side: Side) -> Rows:
        code = [t.id for t in self.journey.touchpoints].index(name)
        one = self._cohort(self._homes[code], side)
        rated, v = one.masks["rated"], one.visits
        met, mine = self._met, self._met.touchpoint == code
        soon = self.trails.ts[met.at[mine]] - self.visits.entered[met.visit[mine]] <= one.horizon
        hit = np.zeros(len(self.visits), bool)
        hit[met.visit[mine][soon]] = True
        rows = one.rows[rated]
        return Rows(v.customer[rated].astype(np.int64), hit[rows].astype(np.float64), v.entry_event[rated])

    def _promise(self, name: str, side: Side) -> Rows | NoEstimate:
        if self._promises is None or self._promise_at is None:
            return NoEstimate("no_data", detail="no promise was made")
        rows, at = self._promises, self._promise_at
        place = [p.id for p in self.journey.promises].index(name)
        asked = (rows.promise == place) & made(rows) & (rows.due <= self.as_of) & side.held[at]
        asked &= (rows.opened >= side.period.start) & (rows.opened < side.period.end)
        asked &= ~self._named(side)[rows.customer]
        mine = np.flatnonzero(asked)
        return Rows(rows.customer[mine].astype(np.int64), kept(rows)[mine].astype(np.float64), at[mine])

    def _score(self, kind: str, side: Side) -> Rows | NoEstimate:
        if self._scores is None:
            return NoEstimate("no_data", detail="nobody was asked")
        rows, owner = self._scores, self._owner[self._scores.at]
        inside = (owner >= 0) & np.append(self.visits_of(side), False)[owner]
        mine = np.flatnonzero(inside & np.array([(k or "rating") == kind for k in rows.kind], bool))
        share, who = rows.share[mine], self.visits.customer[owner[mine]].astype(np.int64)
        if kind == "nps":
            points = np.round(share * 10)
            return Rows(who, (points >= 9).astype(np.float64) - (points <= 6), rows.at[mine], "net")
        if kind == "csat":
            return Rows(who, (share >= TOP_TWO - 1e-9).astype(np.float64), rows.at[mine])
        return Rows(who, share.astype(np.float64), rows.at[mine], "mean", (0.0, 1.0))

    def _ease(self, stage: str, side: Side) -> Rows:
        met, fate = self._fates.met, self._fates.fate
        here = (self.visits.stage[met.visit] == self.journey.index(stage)) & (fate != Fate.NOT_YET_KNOWN)
        here &= self.visits_of(side)[met.visit]
        smooth = (fate[here] == Fate.SMOOTH).astype(np.float64)
        who = self.visits.customer[met.visit[here]].astype(np.int64)
        return Rows(who, smooth, met.at[here], "share", None, 4.0, -2.0)

    def _back(self, days: str, side: Side) -> Rows:
        """Newcomers in the side's period; back: an own event from so many days after the first to twice as many."""
        offset, ts, after = self.trails.offset, self.trails.ts, int(days) * DAY
        who = np.flatnonzero(np.diff(offset) > 0)
        first = offset[who]
        began = ts[first]
        asked = side.held[first] & (began >= side.period.start) & (began < side.period.end)
        asked &= (began + 2 * after <= self.as_of) & ~self._named(side)[who]
        who, first, began = who[asked], first[asked], began[asked]
        own = np.flatnonzero((self.trails.evidence & BY_CUSTOMER) != 0)
        since = ts[own] - ts[offset[self._customer_of[own]]]
        there = np.zeros(len(offset) - 1, bool)
        there[self._customer_of[own[(since >= after) & (since < 2 * after)]]] = True
        return Rows(who.astype(np.int64), there[who].astype(np.float64), first)

    def _stands(self, stage: str, side: Side) -> Rows:
        """Customers in a pass of the journey at the side's end, who were of it then."""
        v, at = self.visits, min(side.period.end - 1, self.as_of)
        there = asked_visits(v, None, EVER, Track.JOURNEY) & (v.entered <= at)
        there &= (v.ended == NEVER) | (v.ended > at)
        rows = np.flatnonzero(there & ~self._named(side)[v.customer])
        customer = v.customer[rows]
        last = self._last_events(customer, at)
        keep = side.held[last]
        rows, who = rows[keep], customer[keep].astype(np.int64)
        here = (v.stage[rows] == self.journey.index(stage)).astype(np.float64)
        return Rows(who, here, v.entry_event[rows])

    def _steps(self, subject: str, side: Side) -> Rows | NoEstimate:
        """Attempts whose window has elapsed, at a step: whether they came to the next ("all": from first to last)."""
        if self._funnel is None:
            return NoEstimate("no_data", detail="no steps were asked for")
        made = self._funnel.attempts(side)
        level = len(self._funnel.labels) - 1 if subject == "all" else int(subject) - 1
        since = 0 if subject == "all" else level - 1
        asked = made.rated & (made.reached > since) & ~self._named(side)[made.customer]
        came = (made.reached > level)[asked].astype(np.float64)
        return Rows(made.customer[asked], came, made.matches.entry[made.rows[asked]])

    def _timed(self, one: Measurable, side: Side) -> Found:
        """Eventual success, the mean and the median time, from the same right-censored visits."""
        found = self._cohort(self.journey.index(one.subject), side)
        time, cause, asked = visit_outcomes(found)
        who = found.visits.customer[asked].astype(np.int64)
        curve = aalen_johansen(time, cause, 3)
        if one.family == "median":
            median = incidence_quantile(curve, 0.5, as_of=self.as_of)
            if isinstance(median, NoEstimate):
                return Found(None, np.unique(who), len(who), median)
            return _found(told_part(median), who)
        if found.horizon > curve.known_until:
            why = NoEstimate("not_known_yet", len(who), detail="nobody was seen for so long")
            return Found(None, np.unique(who), len(who), why)
        if one.family == "time":
            value, influence = mean_time_without(time, cause, found.horizon)
            return _found(time_part(value, influence, who, float(found.horizon)), who)
        value, influence = probability_by(time, cause, found.horizon)
        return _found(probability_part(value, influence, who, curve.still_at_risk(found.horizon)), who)

    def _lift(self, one: Measurable, side: Side) -> Found:
        code = [t.id for t in self.journey.touchpoints].index(one.subject)
        stage = self._homes[code]
        lifted = self._lifts(side).get((stage, code))
        rows = self._reach(one.subject, side)
        if lifted is None:
            return Found(None, np.unique(rows.customer), len(rows.customer), too_few(0))
        if not isinstance(lifted.difference, Estimate):
            return Found(None, np.unique(rows.customer), lifted.met, lifted.difference)
        return Found(told_part(lifted.difference), np.unique(rows.customer), lifted.difference.n)

    # ── what is made once ────────────────────────────────────────────────────────────────────────────────

    def _lifts(self, side: Side) -> dict[tuple[int, int], Lift]:
        if getattr(self, "_lifted", None) is None:
            self._lifted: list[tuple[Side, dict[tuple[int, int], Lift]]] = []
        for known, answer in self._lifted:
            if known is side:
                return answer
        asked = self.visits_of(side)
        answer = lifts(
            self.journey, self.visits, self.trails, as_of=self.as_of, where=asked, owner=self._owner
        )
        self._lifted.append((side, answer))
        return answer

    def _named(self, side: Side) -> Mask:
        """[customers]: who does not count on this side."""
        out = np.zeros(self.trails.customers, bool)
        out[side.without] = True
        return out

    def _last_events(self, customer: NDArray[np.int32], moment: int) -> Int64:
        from desirepath.trail import as_of

        at = np.empty(len(customer), np.int64)
        when = np.full(len(customer), moment, np.int64)
        as_of.last_events(self.trails.offset, self.trails.ts, np.asarray(customer), when, at)
        return at

    @cached_property
    def _owner(self) -> Int64:
        return visit_of_events(self.visits, self.trails)

    @cached_property
    def _met(self) -> Meetings:
        return meetings(self.visits, self.trails, self._owner)

    @cached_property
    def _fates(self) -> Fates:
        return fates(self.journey, self.visits, self._met)

    @cached_property
    def _worth(self) -> Int64:
        return success_worth(self.visits, self.trails)

    @cached_property
    def _customer_of(self) -> Int64:
        return np.repeat(np.arange(self.trails.customers), np.diff(self.trails.offset))


_SCORES: dict[str, tuple[Unit, str]] = {
    "nps": ("score", "NPS"),
    "csat": ("share", "CSAT: the two best answers of five"),
    "ces": ("share", "CES: mean share of the scale"),
    "rating": ("share", "Rating: mean share of the scale"),
}


def _one(id: str, label: str, unit: str) -> Measurable:
    return Measurable(id, label, unit)  # type: ignore[arg-type]  # of the tables above


def _found(part: Part | None, who: Int64) -> Found:
    return Found(part, np.unique(who), len(who) if part is None else part.n)
