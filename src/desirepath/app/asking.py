"""Questions to one build: the measures, given their inputs, and the answers as tables.

A question about a subset (a segment, a period) filters first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from desirepath.app.excluded import why_excluded
from desirepath.app.explain import VisitExplained, VisitExplainer
from desirepath.app.opened import Opened
from desirepath.app.results import Table
from desirepath.core.errors import DesirepathError, NotFound, nearest
from desirepath.core.estimate import Measured
from desirepath.core.times import FOREVER, NEVER, TimeRange, from_us, to_us
from desirepath.core.words import Outcome, Start, Track
from desirepath.measure import stages as measure_stages
from desirepath.measure import whole as measure_whole
from desirepath.measure.answers import StageAnswer, WholeAnswer
from desirepath.measure.cohort import entered_within
from desirepath.measure.occupancy.counts import Step, occupancy
from desirepath.trail.spread import beside

if TYPE_CHECKING:
    import pyarrow as pa

    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.questions.question import Question
    from desirepath.journey.exclusions import Excluded
    from desirepath.measure.answers import Contract

A = TypeVar("A")
Mask = NDArray[np.bool_]
_SUMMARY: dict[str, type] = {
    "stage": str, "customers": int, "entered": int, "skipped": int, "succeeded": int, "advanced": int, "left": int,
    "lapsed": int, "in_flight": int, "rate": float, "rate_low": float, "rate_high": float, "rate_n": int,
    "median_time_us": float, "returns": int, "win_backs": int, "value_at_stake": float,
}  # fmt: skip


class PeriodError(DesirepathError):
    """A date of a period cannot be read."""

    code = "period"


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom and of when a question was asked, and what the answer rests on.

    as_of: None where nothing is known. unread: sources that have changed in sources.yaml since they were loaded.
    other_currencies: events whose value is in another currency: they count, their value is left out.
    excluded: customers who do not count at all, by the name of the exclusion.
    """

    journey: str
    definition: str
    as_of: datetime | None
    time_zone: str
    currency: str | None
    segment: str | None
    since: str | None
    until: str | None
    unread: tuple[str, ...]
    other_currencies: int
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True)
class Stages:
    """The answers of all stages, and of the whole way. `stages[id]` is one answer; as a table, the main numbers."""

    answers: Mapping[str, StageAnswer]
    whole: WholeAnswer
    table: Table
    asked: Asked

    def as_dict(self) -> dict[str, object]:
        """Plain data. Durations and instants are µs, money is in minor units of the currency."""
        return {**asdict(self.asked), "stages": list(self.answers.values()), "whole": self.whole}

    def __iter__(self) -> Iterator[StageAnswer]:
        return iter(self.answers.values())

    def __len__(self) -> int:
        return len(self.answers)

    def __getitem__(self, stage: str) -> StageAnswer:
        if stage not in self.answers:
            raise NotFound(f'there is no stage "{stage}"', hint=nearest(stage, self.answers, "Stages"))
        return self.answers[stage]

    def to_arrow(self) -> Any:
        """The main numbers as a pyarrow.Table."""
        return self.table.to_arrow()

    def to_pandas(self) -> Any:
        """The main numbers as a pandas.DataFrame."""
        return self.table.to_pandas()

    def to_polars(self) -> Any:
        """The main numbers as a polars.DataFrame."""
        return self.table.to_polars()

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


class Asking(Opened):
    """One build and its store, open for questions. Made by Workspace.asking()."""

    # ── who and when ─────────────────────────────────────────────────────────────────────────────────────

    def period(self, since: str | None, until: str | None) -> TimeRange:
        """Two dates (or instants) in the journey's zone as a half-open range of entries."""
        start = NEVER if since is None else self._instant(since)
        end = FOREVER if until is None else self._instant(until)
        if start >= end:
            raise PeriodError(
                f"nothing lies between {since} and {until}", hint="The second date is not counted."
            )
        return TimeRange(start, end)

    def _instant(self, text: str) -> int:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            example = date(2026, 1, 31).isoformat()
            raise PeriodError(f'"{text}" is no date', hint=f'Write it like "{example}".') from None
        return to_us(at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.journey.time_zone)))

    def membership(self, segment: str | None) -> Mask | None:
        """Which visits were of the segment (or persona) when they were entered; None asks about everybody."""
        if segment is None:
            return None
        return self.layers.members_after(segment, self.last_at_entry)

    def members_at(self, segment: str, customer: NDArray[np.int32], moment: NDArray[np.int64]) -> Mask:
        """Whether each customer was of a segment (or persona) at each moment."""
        return self.layers.members_at(segment, customer, moment)

    def asked(self, where: Mask | None, period: TimeRange) -> Mask | None:
        """Who and when as one mask over the visits; None asks about all."""
        return entered_within(self.visits, where, period)

    def asked_of(self, segment: str | None, since: str | None, until: str | None) -> Asked:
        """Of whom and of when something is asked, and what the answer rests on."""
        return Asked(
            journey=self.journey.title,
            definition=self.journey.version,
            as_of=self._when(self.as_of) if self.trails.events else None,
            time_zone=self.journey.time_zone,
            currency=self.currency,
            segment=segment,
            since=since,
            until=until,
            unread=self.unread,
            other_currencies=int(str(self.facts["foreign_currency_events"])),
            excluded=self.excluded,
        )

    def answered(
        self,
        question: Question[A],
        result: A,
        contract: Contract,
        says: Sequence[str],
        tables: Mapping[str, Table],
        lists: Mapping[str, Codes] | None = None,
    ) -> Answer[A]:
        """An answer with all that it rests on. lists: count → the codes of the customers behind it, each once."""
        from desirepath.app.questions.answer import Answer

        return Answer(
            question=question,
            result=result,
            contract=contract,
            says=tuple(says),
            tables=tables,
            asked=self.asked_of(question.segment, question.since, question.until),
            codes=lists or {},
            ids=self.ids_of,
        )

    def ids_of(self, codes: NDArray[np.int64]) -> pa.Array:
        """The id of each of these customers."""
        import pyarrow as pa

        return self.ids.take(pa.array(np.asarray(codes, np.int64)))

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────

    def stages(
        self, *, segment: str | None = None, since: str | None = None, until: str | None = None
    ) -> Stages:
        """Every stage's answer, and the whole journey's."""
        where, period = self.membership(segment), self.period(since, until)
        starts, worth, passes = self.starts, self.worth, self.passes
        known, all_passes = self.known, self.known_passes

        def each() -> dict[str, StageAnswer]:
            return measure_stages.stages(
                self.journey, self.visits, as_of=self.as_of, trails=self.trails, channels=self.channels,
                metrics=self.metrics, where=where, period=period, starts=starts, worth=worth, known=known,
            )  # fmt: skip

        def through() -> WholeAnswer:
            return measure_whole.whole(
                self.journey, self.visits, as_of=self.as_of, where=where, period=period, passes=passes,
                known=all_passes,
            )  # fmt: skip

        answers, whole = beside(each, through, len(self.visits))
        contract = {a.stage: f"{a.contract.denominator}; {a.contract.rule}" for a in answers.values()}
        rows = [_summary(answer) for answer in answers.values()]
        asked = self.asked_of(segment, since, until)
        return Stages(answers, whole, Table(tuple(_SUMMARY), rows, "stage", contract, _SUMMARY), asked)

    def occupancy(self, *, step: Step = "week", segment: str | None = None) -> Table:
        """How many customers were in each stage at the beginning of each day, week or month."""
        answer = occupancy(
            self.journey, self.visits, as_of=self.as_of, step=step, where=self.membership(segment)
        )
        rows = [
            (self._when(int(at)), *counts)
            for at, counts in zip(answer.at, answer.count.tolist(), strict=True)
        ]
        kinds: dict[str, type] = {"at": datetime, **dict.fromkeys(answer.stages, int)}
        contract = {"rule": answer.contract.rule, "definition": self.journey.version}
        return Table(("at", *answer.stages), rows, f"beginning of a {step}", contract, kinds)

    def members(
        self,
        stage: str,
        what: str,
        *,
        segment: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Table:
        """The customers behind a count: one row a visit (a pass where stage is "journey", the whole way)."""
        import pyarrow as pa

        counts = measure_whole.COUNTS if stage == measure_whole.WHOLE else measure_stages.COUNTS
        if stage != measure_whole.WHOLE:
            self._known_stage(stage)
        if what not in counts:
            raise NotFound(f'there is no count "{what}"', hint=nearest(what, counts, "Counts"))
        where, period = self.membership(segment), self.period(since, until)
        asked: dict[str, Any] = {"as_of": self.as_of, "where": where, "period": period}
        if stage == measure_whole.WHOLE:
            found = measure_whole.whole_members(self.journey, self.visits, what, **asked)
        else:
            found = measure_stages.members(self.journey, self.visits, stage, what, **asked)

        members = pa.table({"customer": self.ids_of(found.customer.astype(np.int64))})
        grain = "pass" if stage == measure_whole.WHOLE else "customer" if what == "customers" else "visit"
        return Table.of_arrow(members, grain, {"count": f"{what} of {stage}"})

    def _known_stage(self, stage: str) -> None:
        names = [s.id for s in self.journey.stages]
        if stage not in names:
            raise NotFound(f'there is no stage "{stage}"', hint=nearest(stage, names, "Stages"))

    def visits_table(self) -> Table:
        """Every visit with words for codes and times in the journey's zone."""
        import pyarrow as pa

        v, stages = self.visits, [s.id for s in self.journey.stages]
        outcomes = [outcome.word for outcome in Outcome]
        outcome = np.where(v.skipped, len(outcomes), v.outcome)
        table = pa.table(
            {
                "customer": self.ids.take(pa.array(np.asarray(v.customer))),
                "track": _words(v.track, [track.name.lower() for track in Track]),
                "pass": pa.array(np.asarray(v.pass_no, np.int64) + 1),
                "start": _words(v.start, [start.name.lower() for start in Start]),
                "stage": _words(v.stage, stages),
                "outcome": _words(outcome, [*outcomes, "skipped"]),
                "entered": self._times(v.entered),
                "ended": self._times(v.ended),
                "next_stage": _words(v.next_stage, stages),
                "succeeded": self._times(v.succeeded),
                "known_until": self._times(v.knowledge),
            }
        )
        return Table.of_arrow(table, "visit", {"definition": self.journey.version})

    def _times(self, instants: NDArray[np.int64]) -> pa.Array:
        import pyarrow as pa

        instants = np.asarray(instants)
        unknown = (instants == NEVER) | (instants == FOREVER)
        return pa.array(instants, pa.int64(), mask=unknown).cast(pa.timestamp("us", self.journey.time_zone))

    def _when(self, instant: int) -> datetime | None:
        if instant in (NEVER, FOREVER):
            return None
        return from_us(int(instant), self.journey.time_zone)

    def explain_visits(self, customer: str, stage: str | None = None) -> list[VisitExplained]:
        """Why the customer was placed as they were."""
        from desirepath.app.identify import find_customer

        if stage is not None:
            self._known_stage(stage)
        code, name = find_customer(self.store, customer)
        excluded = why_excluded(self.store, self.journey, code)
        if excluded is not None:
            raise NotFound(f"customer {name} has no visit: {excluded}", customer=name)
        explainer = VisitExplainer(self.journey, self.trails, self.visits, self.promises, self.store)
        return explainer.visits_of(code, name, stage)


def _words(codes: NDArray[Any], words: Sequence[str]) -> pa.Array:
    """The word of each code; none for −1."""
    import pyarrow as pa

    codes = np.asarray(codes, np.int64)
    return pa.array(words, pa.string()).take(pa.array(codes, mask=codes < 0))


def _summary(a: StageAnswer) -> tuple[Any, ...]:
    def value(measured: Measured) -> float | None:
        return measured.value if measured.known else None  # type: ignore[union-attr]  # known: an Estimate

    low, high = (getattr(a.rate, name, None) for name in ("low", "high"))
    return (
        a.stage, a.customers, a.entered, a.skipped, a.succeeded, a.advanced, a.left, a.lapsed, a.in_flight,
        value(a.rate), low, high, a.rate.n, value(a.time_quartiles[1]), a.returns, a.win_backs,
        value(a.value_at_stake),
    )  # fmt: skip
