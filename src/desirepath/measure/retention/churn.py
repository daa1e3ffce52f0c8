"""Who goes, who comes back, and who stays, period by period and stage by stage?

In: visits. Out: counts by calendar period and stage that close (at start + entered − advanced − left − lapsed = at
end), the rate of going among those who were there when the period began, the rate of coming back among those who
were gone, and how long customers stay. A visit or pass ends as placement ended it, so that these counts are those of
`stages`. A customer in flight is there; a lapse is dated to the moment when the clock ran out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import DAY, NEVER, TimeRange
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract
from desirepath.measure.cohort import EVER, Mask, asked_visits, contract, pass_starts
from desirepath.measure.periods import Unit, period_edges, period_label
from desirepath.measure.retention.ask import DAYS_OF
from desirepath.stats.aalen_johansen import aalen_johansen, incidence_by, incidence_quantile, survival_by
from desirepath.stats.intervals import proportion

Int64 = NDArray[np.int64]

WHOLE = "journey"  # the row of passes: in any stage
COUNTS = (
    "at_start", "rated", "rated_churned", "entered", "returned", "won_back", "advanced", "left", "lapsed", "at_end",
    "gone", "gone_rated", "gone_rated_back", "came_back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spans:
    """Grain: a visit, or a pass (in the row of the whole journey). Instants µs; NEVER where it has not happened.

    place: the stage, or for passes the one of the last visit. until: how far it is known. back: when the customer's
    next pass began. over, how, over_until: when the pass ended, with which outcome, and until when that is known.
    """

    customer: Int64
    place: Int64
    began: Int64
    ended: Int64
    outcome: Int64
    until: Int64
    start: Int64
    first: Mask  # begins a pass
    won_back: Int64
    back: Int64
    over: Int64
    how: Int64
    over_until: Int64

    def where(self, mask: Mask) -> Spans:
        """Those that `mask` keeps."""
        return Spans(*(getattr(self, f.name)[mask] for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Staying:
    """How many are still there so long after they entered, and how the others went: at whole units from 1 on.

    n: visits (passes, for the journey). median: µs until half have gone.
    """

    n: int
    unit: Unit
    still: tuple[Measured, ...]
    left: tuple[Measured, ...]
    lapsed: tuple[Measured, ...]
    median: Measured


@dataclass(frozen=True)
class ChurnAnswer:
    """Counts [periods, places], a place being a stage or, the last, the whole journey.

    edges: the periods' instants, one more than periods. known: until when each place's flows are known.
    """

    unit: Unit
    periods: tuple[str, ...]
    edges: Int64
    places: tuple[str, ...]
    counts: Mapping[str, Int64]
    contract: Contract
    _visits: Spans
    _passes: Spans

    def rate(self, period: int, place: int) -> Measured:
        """Of those who were there when the period began, the share that left or lapsed in it."""
        return self._share("rated_churned", "rated", "at_start", period, place)

    def return_rate(self, period: int, place: int) -> Measured:
        """Of those who were gone (from this stage) when the period began, the share that came back in it."""
        return self._share("gone_rated_back", "gone_rated", "gone", period, place)

    def complete(self, period: int, place: int) -> bool:
        """Whether all of the period is known, for all who were there, or gone, when it began."""
        c = self.counts
        over = bool(self.edges[period + 1] - 1 <= self.contract.as_of)
        there = c["rated"][period, place] == c["at_start"][period, place]
        return over and bool(there and c["gone_rated"][period, place] == c["gone"][period, place])

    def _share(self, hit: str, rated: str, of: str, period: int, place: int) -> Measured:
        n = int(self.counts[rated][period, place])
        if n == 0 and self.counts[of][period, place]:
            return NoEstimate("not_known_yet", 0, detail="the period is not over for anybody")
        return proportion(int(self.counts[hit][period, place]), n, as_of=self.contract.as_of)

    def members(self, what: str, period: int, place: int) -> Int64:
        """The customers behind a count, one item a span. Raises KeyError for an unknown count."""
        whole = place == len(self.places) - 1
        spans = self._passes if whole or what in _OF_PASSES else self._visits
        keep = _mask(spans, what, int(self.edges[period]), int(self.edges[period + 1]))
        if not whole:
            keep &= spans.place == place
        return spans.customer[keep]

    def staying(self, place: int, *, most: int = 24) -> Staying:
        """Survival from entry (a pass's beginning, for the journey) until the customer left or lapsed.

        Advancing to a later stage is staying. Leaving and lapsing compete; with one of them it is Kaplan–Meier's.
        """
        whole = place == len(self.places) - 1
        spans = self._passes if whole else self._visits.where(self._visits.place == place)
        spans = spans.where(spans.over_until >= spans.began)
        over = (spans.over != NEVER) & (spans.over <= spans.over_until)
        time = np.where(over, spans.over, spans.over_until) - spans.began
        cause = np.where(over, _CAUSE[spans.how], 0)
        by_cause, any_end = (
            aalen_johansen(time, cause, 3),
            aalen_johansen(time, (cause > 0).astype(np.int64), 1),
        )
        length, as_of = DAYS_OF[self.unit] * DAY, self.contract.as_of
        longest = int(min(most, time.max() // length + 1)) if len(time) else 0
        at = [length * k for k in range(1, longest + 1)]
        return Staying(
            len(time),
            self.unit,
            tuple(survival_by(any_end, t, as_of=as_of) for t in at),
            tuple(incidence_by(by_cause, t, 1, as_of=as_of) for t in at),
            tuple(incidence_by(by_cause, t, 2, as_of=as_of) for t in at),
            incidence_quantile(any_end, 0.5, as_of=as_of),
        )


_CAUSE = np.zeros(4, np.int64)
_CAUSE[[Outcome.LEFT, Outcome.LAPSED, Outcome.ADVANCED]] = 1, 2, 3  # advanced: out of the journey's far end
_OF_PASSES = ("gone", "gone_rated", "gone_rated_back", "came_back")


def _mask(s: Spans, what: str, a: int, b: int) -> Mask:
    """Which spans a count of the period a ≤ t < b keeps."""

    def within(instant: Int64) -> Mask:
        found: Mask = (instant != NEVER) & (instant >= a) & (instant < b)
        return found

    went = (s.outcome == Outcome.LEFT) | (s.outcome == Outcome.LAPSED)
    there = (s.began < a) & ((s.ended == NEVER) | (s.ended >= a))
    gone = went & (s.ended != NEVER) & (s.ended < a) & ((s.back == NEVER) | (s.back >= a))
    found: dict[str, Mask] = {
        "at_start": there,
        "rated": there & (s.until >= b - 1),
        "rated_churned": there & (s.until >= b - 1) & went & within(s.ended),
        "entered": within(s.began),
        "returned": within(s.began) & s.first & (s.start != Start.FIRST),
        "won_back": within(s.won_back) & s.first & (s.start == Start.RETURN),
        "advanced": within(s.ended) & (s.outcome == Outcome.ADVANCED),
        "left": within(s.ended) & (s.outcome == Outcome.LEFT),
        "lapsed": within(s.ended) & (s.outcome == Outcome.LAPSED),
        "at_end": (s.began < b) & ((s.ended == NEVER) | (s.ended >= b)),
        "gone": gone,
        "gone_rated": gone & (s.until >= b - 1),
        "gone_rated_back": gone & (s.until >= b - 1) & within(s.back),
        "came_back": went & within(s.back),
    }
    return found[what]


def _tally(s: Spans, edges: Int64, places: int) -> dict[str, Int64]:
    """What `_mask` keeps, counted for all periods at once: [periods, places].

    A span is there, or gone, when the periods lo … hi − 1 begin.
    """
    periods = max(len(edges) - 1, 0)
    went = (s.outcome == Outcome.LEFT) | (s.outcome == Outcome.LAPSED)

    def begun(instant: Int64) -> Int64:
        """How many periods began at or before an instant; all of them where it is NEVER."""
        found: Int64 = np.where(instant == NEVER, periods, np.searchsorted(edges, instant, side="right"))
        return np.minimum(found, periods)

    def during(instant: Int64, keep: Mask | bool = True) -> Int64:
        p = np.searchsorted(edges, instant, side="right") - 1
        hit = keep & (instant != NEVER) & (p >= 0) & (p < periods)
        return np.bincount(p[hit] * places + s.place[hit], minlength=periods * places).reshape(
            periods, places
        )

    def standing(lo: Int64, hi: Int64, keep: Mask | bool = True) -> Int64:
        hit = keep & (lo < hi)
        size = (periods + 1) * places
        come = np.bincount(lo[hit] * places + s.place[hit], minlength=size)
        go = np.bincount(hi[hit] * places + s.place[hit], minlength=size)
        return (come - go).reshape(periods + 1, places).cumsum(axis=0)[:periods]

    lo, hi, back = begun(s.began), begun(s.ended), begun(s.back)
    known = np.searchsorted(edges[1:] - 1, s.until, side="right")
    out = went & (s.ended != NEVER)
    found = {
        "at_start": standing(lo, hi),
        "rated": standing(lo, np.minimum(hi, known)),
        "rated_churned": during(s.ended, went & (lo < hi) & (hi <= known)),
        "entered": during(s.began),
        "returned": during(s.began, s.first & (s.start != Start.FIRST)),
        "won_back": during(s.won_back, s.first & (s.start == Start.RETURN)),
        "advanced": during(s.ended, s.outcome == Outcome.ADVANCED),
        "left": during(s.ended, s.outcome == Outcome.LEFT),
        "lapsed": during(s.ended, s.outcome == Outcome.LAPSED),
        "gone": standing(hi, back, out),
        "gone_rated": standing(hi, np.minimum(back, known), out),
        "gone_rated_back": during(s.back, out & (hi < back) & (back <= known)),
        "came_back": during(s.back, went),
    }
    net = found["entered"] - found["advanced"] - found["left"] - found["lapsed"]
    return found | {"at_end": found["at_start"] + net}


def churn(
    journey: Journey,
    visits: Visits,
    *,
    as_of: int,
    unit: Unit = "month",
    during: TimeRange = EVER,
    where: Mask | None = None,
    most: int = 400,
) -> ChurnAnswer:
    """Counts for every calendar period that overlaps `during`, from the first entry until as_of; the last `most`.

    where: which visits; of passes, those whose first visit it keeps.
    """
    of_visits, of_passes = _spans(visits, as_of, where)
    edges = np.empty(0, np.int64)
    if len(of_visits.began):
        first = max(int(of_visits.began.min()), during.start)
        last = min(max(as_of, int(of_visits.began.max())), during.end - 1)
        if first <= last:
            edges = period_edges(first, last, unit, journey.time_zone)[-most - 1 :]
    places = len(journey.stages)
    by_visit, by_pass = _tally(of_visits, edges, places), _tally(of_passes, edges, places)
    counts = {
        what: np.column_stack(
            [(by_pass if what in _OF_PASSES else by_visit)[what], by_pass[what].sum(axis=1)]
        )
        for what in COUNTS
    }
    return ChurnAnswer(
        unit,
        tuple(period_label(int(edge), unit, journey.time_zone) for edge in edges[:-1]),
        edges,
        (*(s.id for s in journey.stages), WHOLE),
        counts,
        contract(
            journey,
            as_of,
            f"Who goes, who comes back and who stays, {unit} by {unit}?",
            f"churn: visits (of the whole journey: passes) that had begun before the {unit} and were not over, and are "
            "known to its end; coming back: passes that had ended so before it",
            f"{unit}s of the calendar in {journey.time_zone}; churned: left or lapsed, a lapse when the clock ran out; "
            "in flight is there; advancing is no churn; who churned in the period in which they entered is in the "
            "counts, not in the rate",
            "Wilson (1927); Kaplan & Meier (1958); Aalen & Johansen (1978)",
        ),
        of_visits,
        of_passes,
    )


def _spans(visits: Visits, as_of: int, where: Mask | None) -> tuple[Spans, Spans]:
    """The visits asked about, and the passes whose first visit is asked about."""
    observed = asked_visits(visits, None, EVER, Track.JOURNEY)
    rows = np.flatnonzero(observed)
    first = pass_starts(visits)[rows]
    begins = np.flatnonzero(first)
    ends = np.append(begins[1:], len(rows))[: len(begins)] - 1
    asked = np.ones(len(rows), bool) if where is None else np.asarray(where[rows])

    def of(name: str) -> Int64:
        return np.asarray(getattr(visits, name)[rows]).astype(np.int64)

    customer, entered, until = of("customer"), of("entered"), np.minimum(of("knowledge"), as_of)
    stage, start, won_back = of("stage"), of("start"), of("won_back")
    back = np.full(len(begins), NEVER, np.int64)
    again = customer[begins[1:]] == customer[begins[:-1]]
    back[:-1][again] = entered[begins[1:]][again]
    pass_ended, pass_outcome = of("pass_ended")[begins], of("pass_outcome")[begins]
    whose = np.cumsum(first) - 1
    nobody = np.full(len(rows), NEVER, np.int64)
    of_visits = Spans(
        customer, stage, entered, of("ended"), of("outcome"), until, start, first, won_back, nobody,
        pass_ended[whose], pass_outcome[whose], until[ends][whose],
    ).where(asked)  # fmt: skip
    of_passes = Spans(
        customer[begins], stage[ends], entered[begins], pass_ended, pass_outcome, until[ends], start[begins],
        np.ones(len(begins), bool), won_back[begins], back, pass_ended, pass_outcome, until[ends],
    ).where(asked[begins])  # fmt: skip
    return of_visits, of_passes
