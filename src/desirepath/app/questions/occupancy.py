"""Where are customers: in each stage, at the start of each period, and so long after they began?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question

if TYPE_CHECKING:
    import numpy as np

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.measure.answers import OccupancyAnswer
    from desirepath.measure.occupancy.where_after import Beginnings, WhereAnswer

_MOST = 400


class Occupancy(Question["WhereAnswer"]):
    """The probability of every stage, of having left and of having lapsed, by time since the beginning; and headcounts.

    Customers on the way count for as long as they were watched, and who comes back is no longer gone.
    """

    name: ClassVar[str] = "occupancy"
    about: ClassVar[str] = "Where are customers, so long after they began?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop",
        "shop --every month --origin first_event",
        "shop --segment mobile",
    )

    every: Literal["day", "week", "month"] = Field(
        default="week", description="How long a step is; since the beginning, a month is 30 days."
    )
    origin: Literal["entry", "first_event"] = Field(
        default="entry", description="What a customer begins with: their first stage, or their first event."
    )
    most: int = Field(default=26, description="How many steps after the beginning.")

    @field_validator("most")
    @classmethod
    def _some(cls, most: int) -> int:
        if not 1 <= most <= _MOST:
            raise ValueError(f"{most} is not between 1 and {_MOST}\nAsk for longer steps instead.")
        return most

    def answer(self, asking: Asking) -> Answer[WhereAnswer]:
        """Probabilities by time since the beginning, counts by date, and moves."""
        from desirepath.measure.occupancy.counts import occupancy
        from desirepath.measure.occupancy.where_after import where_after

        of_segment = asking.membership(self.segment)
        where = asking.asked(of_segment, asking.period(self.since, self.until))
        result = where_after(
            asking.journey, asking.visits, as_of=asking.as_of, unit=self.every, where=where,
            beginnings=self._beginnings(asking) if self.origin == "first_event" else None, most=self.most,
        )  # fmt: skip
        counts = occupancy(asking.journey, asking.visits, as_of=asking.as_of, step=self.every, where=where)
        now = {s.id: _here(asking, place, where) for place, s in enumerate(asking.journey.stages)}
        labels = {s.id: s.label for s in asking.journey.stages}
        tables = {
            "after": _after(result),
            "counts": _counts(asking, counts, self.every),
            "moves": _moves(result),
        }
        lists: dict[str, Codes] = {f"in {stage}": (lambda codes=codes: codes) for stage, codes in now.items()}  # type: ignore[misc]
        return asking.answered(self, result, result.contract, _says(result, now, labels), tables, lists)

    def _beginnings(self, asking: Asking) -> Beginnings:
        """Each customer's first event, where it is asked about; until when somebody is known to be unplaced."""
        import numpy as np

        from desirepath.core.times import NEVER
        from desirepath.measure.occupancy.where_after import Beginnings

        offset = asking.trails.offset
        some = np.flatnonzero(offset[1:] > offset[:-1])
        first = offset[some]
        period, ts = asking.period(self.since, self.until), asking.trails.ts[first]
        keep = (ts >= period.start) & (ts < period.end)
        if self.segment is not None:
            keep &= asking.layers.segment(self.segment)[first]
        at = np.full(len(offset) - 1, NEVER, np.int64)
        at[some[keep]] = ts[keep]
        return Beginnings(at, min(asking.knowledge.values(), default=asking.as_of))


def _here(asking: Asking, place: int, where: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Who is in a stage now: their visit is not over."""
    import numpy as np

    from desirepath.core.times import NEVER
    from desirepath.core.words import Track
    from desirepath.measure.cohort import EVER, asked_visits

    asked = asked_visits(asking.visits, where, EVER, Track.JOURNEY)
    here = asked & (asking.visits.stage == place) & (asking.visits.ended == NEVER)
    return asking.visits.customer[np.flatnonzero(here)].astype(np.int64)


def _after(result: WhereAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {f"{result.unit}s": int, "watched": int}
    columns |= dict.fromkeys(result.states, "share")
    rows = [
        (i, int(result.found.watched[i]), *(result.at(i, s) for s in range(len(result.states))))
        for i in range(result.instants)
    ]
    return table_of("time since the beginning", columns, rows, {"rule": result.contract.rule})


def _counts(asking: Asking, counts: OccupancyAnswer, every: str) -> Table:
    from datetime import datetime

    from desirepath.app.questions.tables import table_of
    from desirepath.core.times import from_us

    zone = asking.journey.time_zone
    rows = [
        (from_us(int(at), zone), *numbers)
        for at, numbers in zip(counts.at, counts.count.tolist(), strict=True)
    ]
    columns: dict[str, str | type] = {"at": datetime, **dict.fromkeys(counts.stages, int)}
    return table_of(f"beginning of a {every}", columns, rows, {"rule": counts.contract.rule})


def _moves(result: WhereAnswer) -> Table:
    """How often customers went from each state to each other; the last column closes each row's sum."""
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "state": str,
        **{f"to_{s}": int for s in result.states},
        "watched_no_longer": int,
    }
    rows = [(state, *result.moves[i].tolist(), int(result.ends[i])) for i, state in enumerate(result.states)]
    return table_of("state", columns, rows, {"rule": result.contract.rule})


def _says(result: WhereAnswer, now: dict[str, Any], labels: dict[str, str]) -> tuple[str, ...]:
    from desirepath.app.questions.retention_told import in_share

    if not result.customers:
        return ("No customer has been watched on the journey.",)
    last = result.instants - 1
    shares = [(result.at(last, s), state) for s, state in enumerate(result.states)]
    known = sorted((one for one in shares if one[0].known), key=lambda one: -getattr(one[0], "value", 0.0))
    if not known:
        return (f"Where {result.customers:,} customers are cannot be said: {in_share(shares[0][0])}.",)
    told = ", ".join(f"{labels.get(state, state)} {in_share(one)}" for one, state in known[:3])
    here = ", ".join(f"{len(codes):,} in {labels[stage]}" for stage, codes in now.items())
    return (
        f"Of {result.customers:,} customers, {last} {result.unit}s after they began: {told}.",
        f"Now: {here}.",
    )
