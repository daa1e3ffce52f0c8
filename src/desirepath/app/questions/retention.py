"""Of those who started, how many came back, period by period?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from desirepath.app.questions.question import Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer
    from desirepath.measure.answers import Contract
    from desirepath.measure.retention.ask import Bracket, Counting, RetentionAnswer, Starts

Every = Literal["day", "week", "month"]
_PERIODS: dict[str, int] = {"day": 14, "week": 12, "month": 12}
_MOST = 400
_RANGE = re.compile(r"(\d{1,4})(?:\s*(?:-|–|to)\s*(\d{1,4}))?")


class Retention(Question["RetentionAnswer"]):
    """Cohorts of customers by when they started, and the share of each that came back in every period after.

    A share is over those whose period has passed and is known in full: nobody is called lost who still has time.
    """

    name: ClassVar[str] = "retention"
    about: ClassVar[str] = "Of those who started, how many came back, period by period?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop --every month",
        "shop --start goal:decision --every month",
        'shop --every day --brackets "1-3, 4-7, 8-14"',
    )

    start: str = Field(
        default="first",
        description="What makes a customer start: first (their first own event), a stage (their first entry), or the "
        "first match ever of a step.",
    )
    returning: str = Field(default="any", description="What counts as coming back: any own event, or a step.")
    every: Every = Field(default="week", description="How long a period is.")
    periods: int | None = Field(
        default=None, description="How many periods; 14 days, 12 weeks or 12 months unless said."
    )
    brackets: str | None = Field(
        default=None,
        description='Columns of several periods each, such as "1-3, 4-7, 8-14"; 0 is the one of the start.',
    )
    kind: Literal["on", "on_or_after"] = Field(
        default="on", description="Whether coming back counts in its own period, or in every period up to it."
    )
    clock: Literal["calendar", "rolling"] = Field(
        default="calendar",
        description="Periods of the calendar in the journey's time zone, or of 24 hours from each customer's start.",
    )
    by: str | None = Field(
        default=None,
        description="Cohorts by this instead of when they started: channel, segment, or such as traits.country.",
    )
    as_counted_by: Literal["amplitude", "clickhouse", "mixpanel", "posthog"] | None = Field(
        default=None, description="Also count as this tool does, and list the customers who differ."
    )

    @field_validator("periods")
    @classmethod
    def _some(cls, periods: int | None) -> int | None:
        if periods is not None and not 1 <= periods <= _MOST:
            raise ValueError(f"{periods} is not between 1 and {_MOST}\nAsk for longer periods instead.")
        return periods

    @field_validator("brackets")
    @classmethod
    def _forwards(cls, brackets: str | None) -> str | None:
        if brackets is not None:
            read_brackets(brackets)
        return brackets

    @model_validator(mode="after")
    def _fits(self) -> Retention:
        if self.brackets is not None and self.periods is not None:
            raise ValueError("brackets and periods are two ways to say the columns\nLeave one out.")
        if self.brackets is not None and self.kind == "on_or_after":
            raise ValueError('brackets are bounded, and "on_or_after" is not\nLeave one out.')
        return self

    def answer(self, asking: Asking) -> Answer[RetentionAnswer]:
        """Cohorts, the curve of everybody, and who is in each cell."""
        from desirepath.app.questions import retention_told as told
        from desirepath.measure.retention.ask import Counting, retention

        starts, returning = self._starts(asking), self._returning(asking)
        known, limited_by = self._known(asking, returning)
        groups, overlap = None, False
        if self.by is not None:
            from desirepath.app.questions.breakdown import groups_by

            found = groups_by(asking, self.by, starts.at)
            groups, overlap = [(g.label, g.rows) for g in found.groups], found.overlap
        count = Counting(self.every, self.clock, asking.journey.time_zone)
        result = retention(
            asking.trails, starts, count, self._columns(), known=known, contract=self._contract(asking, count),
            returning=returning, groups=groups,
        )  # fmt: skip
        says = told.says(self, result, asking, limited_by, overlap)
        tables, lists = told.tables(result), told.lists(result)
        if self.as_counted_by is not None:
            other = self._theirs(asking, starts, returning, known)
            more, tables["as_counted_by"], differing = told.as_counted(self.as_counted_by, result, other)
            says, lists = says + more, lists | differing
        return asking.answered(self, result, result.contract, says, tables, lists)

    def _columns(self) -> tuple[Bracket, ...]:
        from desirepath.measure.retention.ask import Bracket, numbered, on_or_after

        if self.brackets is not None:
            return tuple(Bracket(first, last) for first, last in read_brackets(self.brackets))
        periods = self.periods or _PERIODS[self.every]
        return on_or_after(1, periods) if self.kind == "on_or_after" else numbered(1, periods)

    def _starts(self, asking: Asking) -> Starts:
        from desirepath.app.questions.steps import read_step
        from desirepath.journey.bits import BY_CUSTOMER
        from desirepath.measure.retention.ask import first_starts

        stage = _stage_of(asking, self.start)
        if self.start.strip() == "first":
            found = first_starts(asking.trails, (asking.trails.evidence & BY_CUSTOMER) != 0)
        elif stage is not None:
            found = _first_entries(asking, stage)
        else:
            found = first_starts(asking.trails, read_step(asking, self.start).mask)
        if self.segment is not None:
            found = found.where(asking.layers.segment(self.segment)[found.at])
        period, ts = asking.period(self.since, self.until), asking.trails.ts[found.at]
        return found.where((ts >= period.start) & (ts < period.end))

    def _returning(self, asking: Asking) -> NDArray[np.bool_]:
        from desirepath.app.questions.steps import read_step
        from desirepath.journey.bits import BY_CUSTOMER

        if self.returning.strip() == "any":
            own: NDArray[np.bool_] = (asking.trails.evidence & BY_CUSTOMER) != 0
            return own
        return read_step(asking, self.returning).mask

    def _known(self, asking: Asking, returning: NDArray[np.bool_]) -> tuple[int, str]:
        """Until when we know who came back, and the source that says so: the earliest that holds such events."""
        names = asking.layers.codes("source").seen(returning)
        ends = [(end.until, end.source) for end in asking.source_ends if end.source in names or not names]
        return min(ends, default=(asking.as_of, ""))

    def _theirs(
        self, asking: Asking, starts: Starts, returning: NDArray[np.bool_], known: int
    ) -> RetentionAnswer:
        """The same starts, counted as the tool counts."""
        from desirepath.measure.retention.ask import counting_of, retention

        assert self.as_counted_by is not None
        count = counting_of(self.as_counted_by, self.every, asking.journey.time_zone)
        return retention(
            asking.trails, starts, count, self._columns(), known=max(known, asking.as_of),
            contract=self._contract(asking, count), returning=returning,
        )  # fmt: skip

    def _contract(self, asking: Asking, count: Counting) -> Contract:
        from desirepath.app.questions.steps import read_step
        from desirepath.measure.cohort import contract

        stage = _stage_of(asking, self.start)
        first = self.start.strip() == "first"
        starts = "own event" if first else read_step(asking, self.start).label
        starts = f"their first {starts if stage is None else f'entry of {starts}'}"
        returned = self.returning.strip() == "any"
        returns = "any own event" if returned else read_step(asking, self.returning).label
        length = (
            f"{self.every}s of the calendar in {asking.journey.time_zone}"
            if count.clock == "calendar"
            else f"{self.every}s of 24 hours each{'' if self.every == 'day' else ', 7 or 30 of them'}, from each start"
        )
        later = ", which also counts in every earlier period" if self.kind == "on_or_after" else ""
        return contract(
            asking.journey,
            asking.as_of,
            self.about,
            f"customers who started ({starts}), each once, whose period has passed and is known in full",
            f"{length}; coming back: {returns}, after the start in the stored order{later}; who came back in a period "
            "that is not over stands apart (early)",
            "Wilson (1927)",
        )


def read_brackets(text: str) -> tuple[tuple[int, int], ...]:
    """'1-3, 4-7, 8-14' → ((1, 3), (4, 7), (8, 14)). Raises ValueError: what is wrong, a line break, the nearest fix."""
    found: list[tuple[int, int]] = []
    for part in (piece.strip() for piece in text.split(",")):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError(f'"{part}" is no bracket\nWrite them like "1-3, 4-7, 8-14"; one period is "2".')
        first = int(match.group(1))
        last = int(match.group(2) or first)
        if last < first:
            raise ValueError(f'"{part}" runs backwards\nDid you mean "{last}-{first}"?')
        if found and first <= found[-1][1]:
            before = f"{found[-1][0]}-{found[-1][1]}"
            if last > found[-1][1]:
                raise ValueError(f'"{part}" overlaps "{before}"\nDid you mean "{found[-1][1] + 1}-{last}"?')
            raise ValueError(f'"{part}" stands after "{before}"\nBrackets ascend and do not overlap.')
        if last > _MOST:
            raise ValueError(f'"{part}" ends beyond {_MOST}\nAsk for longer periods instead.')
        found.append((first, last))
    return tuple(found)


def _stage_of(asking: Asking, text: str) -> int | None:
    """The place of the stage that a start names; None where it names something else."""
    clean = text.strip()
    stages = {s.id: place for place, s in enumerate(asking.journey.stages)}
    kind, colon, name = clean.partition(":")
    if colon and kind == "stage" and name.strip() in stages:
        return stages[name.strip()]
    return None if clean in {t.id for t in asking.journey.touchpoints} else stages.get(clean)


def _first_entries(asking: Asking, stage: int) -> Starts:
    """The event with which each customer first entered a stage; stages that were jumped over are not entered."""
    import numpy as np

    from desirepath.core.words import Track
    from desirepath.measure.retention.ask import Starts

    v = asking.visits
    rows = np.flatnonzero((v.stage == stage) & (v.track == Track.JOURNEY) & ~v.skipped)
    customer = v.customer[rows].astype(np.int64)
    first = np.append(True, customer[1:] != customer[:-1])[: len(rows)]
    return Starts(customer[first], v.entry_event[rows[first]])
