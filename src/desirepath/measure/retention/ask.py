"""Of those who started, how many came back, period by period?

In: trails, one start a row (a customer and the place of their event), which events are returns. Out: a RetentionAnswer:
cohorts × columns of counts. A column is over for a customer when its time has passed and we know of all of it; only
then can nobody's return be missing, and only those are in the column's rate. Who returned before it was over is told
beside it, and never drags a rate down.

`retention` is the measure; `count_returns` with `first_starts` is the pass alone, as benches time it:
    count_returns(trails, first_starts(trails), Counting("week"), numbered(0, 12), known=last_instant)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import DAY, HOUR
from desirepath.measure.answers import Contract
from desirepath.measure.periods import MONDAY, SUNDAY, Unit, period_edges, period_label
from desirepath.measure.retention import kernel as loops
from desirepath.stats.intervals import proportion
from desirepath.trail.spread import spread
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Tool = Literal["amplitude", "clickhouse", "mixpanel", "posthog"]
Clock = Literal["calendar", "rolling"]

DAYS_OF: dict[Unit, int] = {"day": 1, "week": 7, "month": 30}  # of a rolling period
_NO_MASK, _NO_CODES = np.empty(0, np.bool_), np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Bracket:
    """One column: a return in any of the periods first … last; `last` None: in `first` or in any later one."""

    first: int
    last: int | None

    def label(self, unit: Unit) -> str:
        """'week 3', 'days 4-7', 'month 2 or later'."""
        if self.last is None:
            return f"{unit} {self.first} or later"
        return f"{unit} {self.first}" if self.first == self.last else f"{unit}s {self.first}-{self.last}"


def numbered(first: int, last: int) -> tuple[Bracket, ...]:
    """One column a period: N-day retention."""
    return tuple(Bracket(p, p) for p in range(first, last + 1))


def on_or_after(first: int, last: int) -> tuple[Bracket, ...]:
    """One column a period, each counting all later returns: unbounded retention."""
    return tuple(Bracket(p, None) for p in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class Counting:
    """When a return is in which period.

    clock: "calendar", periods of the zone's calendar, daylight saving included; "rolling", 24 hours a day (a week 7, a
    month 30 days) from each customer's own start. floor: both instants are first rounded down to their hour or local
    day, where a rolling clock ticks so. ordered: a return comes after the start in the stored order. own: the start
    itself is a return, in period 0.
    """

    unit: Unit = "week"
    clock: Clock = "calendar"
    zone: str = "UTC"
    week_starts: int = MONDAY
    floor: Literal["none", "hour", "day"] = "none"
    ordered: bool = True
    own: bool = False

    @property
    def by_calendar(self) -> bool:
        """Whether steps are those of a calendar: its periods, or the days that a rolling clock rounds down to."""
        return self.clock == "calendar" or self.floor == "day"

    @property
    def grain(self) -> int:
        """µs of a step of plain time."""
        return HOUR if self.floor == "hour" else 1

    @property
    def size(self) -> int:
        """Steps of a period."""
        if self.clock == "calendar":
            return 1
        days = DAYS_OF[self.unit]
        return days if self.floor == "day" else days * DAY // self.grain


def counting_of(tool: Tool, unit: Unit, zone: str) -> Counting:
    """How a tool's own documentation says that it counts (sources: docs/questions/retention.md)."""
    if tool == "amplitude":
        return Counting(unit, "rolling", zone, floor="hour" if unit == "day" else "day")
    if tool == "mixpanel":
        return Counting(unit, "rolling", zone)
    if tool == "posthog":
        return Counting(unit, "calendar", zone, week_starts=SUNDAY, ordered=False, own=True)
    return Counting(unit, "calendar", zone, ordered=False, own=True)


@dataclass(frozen=True, slots=True)
class Starts:
    """Grain: start. customer: codes, ascending; at: the place of the event in the trails' columns."""

    customer: Int64
    at: Int64

    def __len__(self) -> int:
        return len(self.customer)

    def where(self, mask: Mask) -> Starts:
        """The starts that `mask` keeps."""
        return Starts(self.customer[mask], self.at[mask])


def first_starts(trails: Trails, mask: Mask | None = None) -> Starts:
    """Each customer's first event ever, or the first that the mask keeps."""
    if mask is None:
        customer = np.flatnonzero(trails.offset[1:] > trails.offset[:-1])
        return Starts(customer, trails.offset[customer])
    at = np.empty(trails.customers, np.int64)
    spread(lambda low, high: loops.first_events(low, high, trails.offset, mask, at), trails.offset)
    customer = np.flatnonzero(at >= 0)
    return Starts(customer, at[customer])


@dataclass(frozen=True, slots=True)
class Returns:
    """Counts. n: starts [cohorts]; over, returned, early: [cohorts, columns].

    over: starts whose column is over; returned: of those, who returned in it; early: of the others, who did already.
    """

    n: Int64
    over: Int64
    returned: Int64
    early: Int64

    def summed(self) -> Returns:
        """All cohorts as one."""
        parts = (self.n, self.over, self.returned, self.early)
        return Returns(*(part.sum(axis=0, keepdims=True) for part in parts))


@dataclass(frozen=True)
class _Pass:
    """One pass over the starts, prepared: what the kernel is given beside them."""

    trails: Trails
    starts: Starts
    counting: Counting
    brackets: tuple[Bracket, ...]
    known: int
    returning: Mask | None
    codes: NDArray[np.int32] | None  # of cohorts; None: the calendar period of the start
    cohorts: int

    @cached_property
    def edges(self) -> Int64:
        """The calendar's periods, from the first start to what is known."""
        if not self.counting.by_calendar:
            return np.empty(0, np.int64)
        first = int(self.trails.ts[self.starts.at].min())
        unit: Unit = self.counting.unit if self.counting.clock == "calendar" else "day"
        return period_edges(first, self.known + 1, unit, self.counting.zone, self.counting.week_starts)

    def run(self, wanted: int = -1) -> tuple[Returns, NDArray[np.uint8]]:
        """Counts; and, of a wanted column, which starts returned in it (1) and had it over (2)."""
        if not len(self.starts):
            return _nobody(self.cohorts, len(self.brackets)), np.empty(0, np.uint8)
        edges, count = self.edges, self.counting
        cohorts = self.cohorts if self.codes is not None else len(edges) - 1
        column_of, over_by = _columns(self.brackets)
        out = np.zeros(len(self.starts) if wanted >= 0 else 0, np.uint8)

        def work(low: int, high: int) -> tuple[Int64, Int64]:
            over = np.zeros((cohorts, len(self.brackets) + 1), np.int64)
            hits = np.zeros((cohorts, 2, len(self.brackets)), np.int64)
            loops.count_returns(
                low, high, self.starts.customer, self.starts.at,
                _NO_CODES if self.codes is None else self.codes, 0, self.trails.offset, self.trails.ts,
                _NO_MASK if self.returning is None else self.returning, edges,
                (len(edges) - 1) / (edges[-1] - edges[0]) if len(edges) else 0.0, count.grain, count.size,
                self.known, column_of, over_by, self.brackets[0].last is None, count.ordered, count.own,
                over, hits, wanted, out,
            )  # fmt: skip
            return over, hits

        everybody = len(self.starts) == self.trails.customers
        parts = spread(work, self.trails.offset, None if everybody else self.starts.customer)
        over = np.sum([part[0] for part in parts], axis=0)
        hits = np.sum([part[1] for part in parts], axis=0)
        # A start with w columns over counts in the first w of them.
        beyond = over[:, ::-1].cumsum(axis=1)[:, ::-1]
        return Returns(over.sum(axis=1), beyond[:, 1:], hits[:, 0], hits[:, 1]), out


def _nobody(cohorts: int, columns: int) -> Returns:
    tables = (np.zeros((cohorts, columns), np.int64) for _ in range(3))
    return Returns(np.zeros(cohorts, np.int64), *tables)


def _columns(brackets: Sequence[Bracket]) -> tuple[Int64, Int64]:
    """(the column of each period, −1 where none; how many columns are over once so many periods are)."""
    open_ended = brackets[0].last is None
    ends = [b.first if b.last is None else b.last for b in brackets]
    column_of = np.full(ends[-1] + 1, -1, np.int64)
    for column, bracket in enumerate(brackets):
        column_of[bracket.first : None if open_ended else ends[column] + 1] = column
    return column_of, np.searchsorted(np.array(ends) + 1, np.arange(ends[-1] + 2), side="right")


def check_brackets(brackets: Sequence[Bracket]) -> None:
    """Raises ValueError unless the columns run forwards, do not overlap, and are all bounded or all not."""
    if not brackets:
        raise ValueError("there is no column")
    if len({b.last is None for b in brackets}) > 1:
        raise ValueError('either every column is "or later", or none is')
    before = -1
    for bracket in brackets:
        last = bracket.first if bracket.last is None else bracket.last
        if bracket.first < 0 or last < bracket.first:
            raise ValueError(f"{bracket.first}-{last} runs backwards")
        if bracket.first <= before:
            raise ValueError(f"{bracket.first}-{last} overlaps what stands before it")
        before = last


def count_returns(
    trails: Trails,
    starts: Starts,
    counting: Counting,
    brackets: tuple[Bracket, ...],
    *,
    known: int,
    returning: Mask | None = None,
) -> Returns:
    """Counts by the calendar period of the start: one row a period from the first start's on, empty ones included.

    known: until when everything is known, µs; no start may lie after it. returning: which events are returns; all.
    """
    check_brackets(brackets)
    if not len(starts):
        return _nobody(0, len(brackets))
    codes, found = None, 0
    if counting.clock != "calendar":
        edges = _cohort_edges(trails, starts, counting, known)
        codes = _period_codes(trails, starts, edges)
        found = len(edges) - 1
    return _Pass(trails, starts, counting, brackets, known, returning, codes, found).run()[0]


def _cohort_edges(trails: Trails, starts: Starts, counting: Counting, known: int) -> Int64:
    first = int(trails.ts[starts.at].min())
    return period_edges(first, max(first, known + 1), counting.unit, counting.zone, counting.week_starts)


def _period_codes(trails: Trails, starts: Starts, edges: Int64) -> NDArray[np.int32]:
    return (np.searchsorted(edges, trails.ts[starts.at], side="right") - 1).astype(np.int32)


@dataclass(frozen=True)
class RetentionAnswer:
    """Cohorts × columns. cohorts: labels; counts: theirs; overall: every start once.

    too_late: starts after what is known, which are in no count. members of a cell: `members`.
    """

    unit: Unit
    columns: tuple[str, ...]
    cohorts: tuple[str, ...]
    counts: Returns
    overall: Returns
    too_late: int
    known_until: int
    contract: Contract
    _rows: _Pass | None  # one row a start and cohort, by `cohorts`
    _all: _Pass | None  # one row a start

    def rate(self, cohort: int | None, column: int) -> Measured:
        """The share that returned, over those for whom the column is over. cohort None: everybody."""
        counts, row = (self.overall, 0) if cohort is None else (self.counts, cohort)
        over = int(counts.over[row, column])
        if over == 0 and counts.n[row]:
            return NoEstimate("not_known_yet", 0, detail="this time is not over for anybody")
        return proportion(int(counts.returned[row, column]), over, as_of=self.contract.as_of)

    def complete(self, cohort: int | None, column: int) -> bool:
        """Whether the column is over for everybody in the cohort."""
        counts, row = (self.overall, 0) if cohort is None else (self.counts, cohort)
        return bool(counts.over[row, column] == counts.n[row])

    def members(self, cohort: int | None, column: int, *, early: bool = False) -> Int64:
        """Codes of the customers who returned in a cell: those for whom it is over, or, early, the others."""
        rows = self._all if cohort is None else self._rows
        if rows is None:
            return np.empty(0, np.int64)
        out = rows.run(column)[1]
        keep = out == (1 if early else 3)
        if cohort is not None and rows.codes is not None:
            keep &= rows.codes == cohort
        found: Int64 = rows.starts.customer[keep]
        return found

    def hits(self, column: int) -> tuple[Int64, Mask]:
        """(customer of each start, whether they returned in a column, over or not)."""
        if self._all is None:
            return np.empty(0, np.int64), np.empty(0, np.bool_)
        return self._all.starts.customer, (self._all.run(column)[1] & 1).astype(bool)


def retention(
    trails: Trails,
    starts: Starts,
    counting: Counting,
    brackets: tuple[Bracket, ...],
    *,
    known: int,
    contract: Contract,
    returning: Mask | None = None,
    groups: Sequence[tuple[str, Mask]] | None = None,
) -> RetentionAnswer:
    """Retention of cohorts: by the calendar period of their start, or of groups (masks over starts; may overlap).

    known: until when returns are known, µs. Starts after it are too late to count. Raises ValueError for brackets that
    overlap or run backwards.
    """
    check_brackets(brackets)
    soon = trails.ts[starts.at] <= known
    kept = starts.where(soon)
    columns = tuple(b.label(counting.unit) for b in brackets)
    too_late = len(starts) - len(kept)
    if not len(kept):
        counts, overall = _nobody(0, len(brackets)), _nobody(1, len(brackets))
        return RetentionAnswer(
            counting.unit, columns, (), counts, overall, too_late, known, contract, None, None
        )
    if groups is None:
        labels, rows = _by_period(trails, kept, counting, brackets, known, returning)
    else:
        masks = [(label, mask[soon]) for label, mask in groups]
        labels, rows = _by_group(trails, kept, counting, brackets, known, returning, masks)
    codes = np.zeros(len(kept), np.int32)
    everybody = _Pass(trails, kept, counting, brackets, known, returning, codes, 1)
    counts = rows.run()[0]
    overall = counts.summed() if rows.starts is kept else everybody.run()[0]
    return RetentionAnswer(
        counting.unit, columns, labels, counts, overall, too_late, known, contract, rows, everybody
    )


def _by_period(
    trails: Trails,
    starts: Starts,
    counting: Counting,
    brackets: tuple[Bracket, ...],
    known: int,
    returning: Mask | None,
) -> tuple[tuple[str, ...], _Pass]:
    """Cohorts of the calendar periods in which somebody started."""
    edges = _cohort_edges(trails, starts, counting, known)
    place = _period_codes(trails, starts, edges)
    seen = np.flatnonzero(np.bincount(place))
    labels = tuple(period_label(int(edges[k]), counting.unit, counting.zone) for k in seen)
    codes = np.searchsorted(seen, place).astype(np.int32)
    return labels, _Pass(trails, starts, counting, brackets, known, returning, codes, len(seen))


def _by_group(
    trails: Trails,
    starts: Starts,
    counting: Counting,
    brackets: tuple[Bracket, ...],
    known: int,
    returning: Mask | None,
    groups: Sequence[tuple[str, Mask]],
) -> tuple[tuple[str, ...], _Pass]:
    """One row a start and group, in the order of customers."""
    at = [np.flatnonzero(mask) for _, mask in groups]
    rows = np.concatenate([*at, np.empty(0, np.int64)]).astype(np.int64)
    codes = np.repeat(np.arange(len(groups), dtype=np.int32), [len(one) for one in at])
    order = np.argsort(rows, kind="stable")
    rows, codes = rows[order], codes[order]
    split = len(rows) == len(starts) and bool((rows == np.arange(len(rows))).all())
    chosen = starts if split else Starts(starts.customer[rows], starts.at[rows])
    labels = tuple(label for label, _ in groups)
    return labels, _Pass(trails, chosen, counting, brackets, known, returning, codes, len(groups))
