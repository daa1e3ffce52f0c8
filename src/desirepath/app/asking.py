"""Questions to one build: the measures, given their inputs, and the answers as tables.

A question about a subset (a segment, a period) filters first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from desirepath.app.explain import VisitExplained, VisitExplainer
from desirepath.app.knowledge import SourceEnd
from desirepath.app.results import Table
from desirepath.core.errors import DesirepathError, NotFound, nearest
from desirepath.core.estimate import Measured
from desirepath.core.times import FOREVER, NEVER, TimeRange, from_us, to_us
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.segments import segment_sql
from desirepath.journey.to_sql import EventColumns
from desirepath.measure import stages as measure_stages
from desirepath.measure.answers import StageAnswer
from desirepath.measure.inputs import MetricRows, ScoreRows, TextRows

if TYPE_CHECKING:
    from desirepath.collect.expression import Rule
    from desirepath.collect.sources import Sources
    from desirepath.journey.definition import Journey
    from desirepath.journey.promises import PromiseRows
    from desirepath.journey.visits import Visits
    from desirepath.store.events_db import EventStore
    from desirepath.store.trail_files import Build
    from desirepath.trail.trails import Trails

Mask = NDArray[np.bool_]
_SUMMARY = (
    "stage", "customers", "entered", "skipped", "succeeded", "advanced", "left", "lapsed", "in_flight",
    "rate", "rate_low", "rate_high", "rate_n", "median_time_us", "returns", "win_backs", "value_at_stake",
)  # fmt: skip


class PeriodError(DesirepathError):
    """A date of a period cannot be read."""

    code = "period"


@dataclass(frozen=True)
class Stages:
    """The answers of all stages. `answers[id]` is the whole answer; as a table, its main numbers."""

    answers: Mapping[str, StageAnswer]
    table: Table

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


class Asking:
    """One build and its store, open for questions. Made by Workspace.asking()."""

    def __init__(
        self, journey: Journey, sources: Sources, build: Build, store: EventStore, currency: str | None
    ) -> None:
        self.journey, self.sources, self.currency = journey, sources, currency
        self.store, self._build = store, build
        self.facts = build.facts
        self.channels: list[str] = list(self.facts["channels"])
        self.knowledge: dict[str, int] = dict(self.facts["knowledge"])

    @cached_property
    def trails(self) -> Trails:
        """All trails, memory-mapped."""
        return self._build.trails()

    @cached_property
    def visits(self) -> Visits:
        """All visits, memory-mapped."""
        return self._build.visits()

    @cached_property
    def promises(self) -> PromiseRows:
        """All promises made, memory-mapped."""
        return self._build.promises()

    @cached_property
    def as_of(self) -> int:
        """Until when anything is known at all, µs: the last end of any source, or the newest event."""
        ends = [end for end in self.knowledge.values() if end != FOREVER]
        if ends:
            return max(ends)
        return int(self.trails.ts.max()) if self.trails.events else 0

    # ── who and when ─────────────────────────────────────────────────────────────────────────────────────

    def period(self, since: str | None, until: str | None) -> TimeRange:
        """Two dates (or instants) in the journey's zone as a half-open range of entries."""
        start = NEVER if since is None else self._instant(since)
        end = FOREVER if until is None else self._instant(until)
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
        return self.members_at(segment, self.visits.customer, self.visits.entered)

    def members_at(self, segment: str, customer: NDArray[np.int32], moment: NDArray[np.int64]) -> Mask:
        """Whether each customer was of a segment (or persona) at each moment."""
        rules = {p.id: p.segment for p in self.journey.personas}
        rules |= {s.id: s.rule for s in self.journey.segments}
        if segment not in rules:
            raise NotFound(
                f'there is no segment "{segment}"', hint=nearest(segment, rules, "Segments and personas")
            )
        return self._where(rules[segment], np.asarray(customer), np.asarray(moment))

    def asked(self, where: Mask | None, period: TimeRange) -> Mask | None:
        """Who and when as one mask over the visits; None asks about all."""
        if period == TimeRange():
            return where
        within = (self.visits.entered >= period.start) & (self.visits.entered < period.end)
        return within if where is None else where & within

    def _where(self, rule: Rule, customer: NDArray[np.int32], moment: NDArray[np.int64]) -> Mask:
        import pyarrow as pa

        moments = pa.table(
            {
                "visit": np.arange(len(customer)),
                "customer": customer,
                "moment": pa.array(moment).cast(pa.timestamp("us")),
            }
        )
        columns = EventColumns(self.store.columns(), self.currency, self.journey.time_zone)
        self.store.register("moments", moments)
        try:
            found = self.store.query(segment_sql(rule, columns))["visit"].to_numpy()
        finally:
            self.store.unregister("moments")
        mask = np.zeros(len(customer), bool)
        mask[found] = True
        return mask

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────

    def stages(
        self, *, segment: str | None = None, since: str | None = None, until: str | None = None
    ) -> Stages:
        """Every stage's answer."""
        answers = measure_stages.stages(
            self.journey,
            self.visits,
            as_of=self.as_of,
            trails=self.trails,
            channels=self.channels,
            metrics=self.metrics,
            where=self.membership(segment),
            period=self.period(since, until),
        )
        contract = {a.stage: f"{a.contract.denominator}; {a.contract.rule}" for a in answers.values()}
        rows = [_summary(answer) for answer in answers.values()]
        return Stages(answers, Table(_SUMMARY, rows, "stage", contract))

    def members(
        self,
        stage: str,
        what: str,
        *,
        segment: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Table:
        """The customers behind a count: one row a visit."""
        self._known_stage(stage)
        if what not in measure_stages.COUNTS:
            raise NotFound(f'there is no count "{what}"', hint=nearest(what, measure_stages.COUNTS, "Counts"))
        found = measure_stages.members(
            self.journey,
            self.visits,
            stage,
            what,
            as_of=self.as_of,
            where=self.membership(segment),
            period=self.period(since, until),
        )
        ids = self.customer_ids
        rows = [(ids[c],) for c in found.customer.tolist()]
        return Table(("customer",), rows, "visit", {"count": f"{what} of {stage}"})

    def _known_stage(self, stage: str) -> None:
        names = [s.id for s in self.journey.stages]
        if stage not in names:
            raise NotFound(f'there is no stage "{stage}"', hint=nearest(stage, names, "Stages"))

    def visits_table(self) -> Table:
        """Every visit with words for codes and times in the journey's zone."""
        v, ids, stages = self.visits, self.customer_ids, [s.id for s in self.journey.stages]
        columns = (
            "customer", "track", "pass", "start", "stage", "outcome", "entered", "ended", "next_stage",
            "succeeded", "known_until",
        )  # fmt: skip
        rows = [
            (
                ids[v.customer[i]],
                Track(v.track[i]).name.lower(),
                int(v.pass_no[i]) + 1,
                Start(v.start[i]).name.lower(),
                stages[v.stage[i]],
                "skipped" if v.skipped[i] else Outcome(v.outcome[i]).word,
                self._when(v.entered[i]),
                self._when(v.ended[i]),
                stages[v.next_stage[i]] if v.next_stage[i] >= 0 else None,
                self._when(v.succeeded[i]),
                self._when(v.knowledge[i]),
            )
            for i in range(len(v))
        ]
        return Table(columns, rows, "visit", {"definition": self.journey.version})

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
        explainer = VisitExplainer(self.journey, self.trails, self.visits, self.promises, self.store)
        return explainer.visits_of(code, name, stage)

    # ── inputs ───────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def customer_ids(self) -> list[str]:
        """The id of each customer's code."""
        found: list[str] = self.store.query("SELECT id FROM customers ORDER BY customer")["id"].to_pylist()
        return found

    def event_words(self, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Event number → (its name, its text), as the store has them."""
        if not numbers:
            return {}
        wanted = ", ".join(str(int(n)) for n in numbers)
        rows = self.store.rows(
            f"SELECT event_no, event, coalesce(text, '') FROM events WHERE event_no IN ({wanted})"
        )
        return {int(number): (str(event), str(text)) for number, event, text in rows}

    @cached_property
    def source_ends(self) -> list[SourceEnd]:
        """Until when each source is complete."""
        return [SourceEnd(**end) for end in self.facts["sources"]]

    @cached_property
    def events_by_source(self) -> dict[str, int]:
        """How many events each source holds."""
        return {
            str(n): int(k) for n, k in self.store.rows("SELECT source, count(*) FROM events GROUP BY source")
        }

    @cached_property
    def customers_with_events(self) -> int:
        """Customers who are not excluded."""
        return int(np.count_nonzero(np.diff(self.trails.offset)))

    @cached_property
    def rejected(self) -> int:
        """Records that were set aside."""
        return int(self.store.value("SELECT count(*) FROM rejects") or 0)

    @cached_property
    def _place_of(self) -> NDArray[np.int64]:
        """Event number → its place in the trails, −1 where it has none."""
        numbers = np.asarray(self.trails.event)
        places = np.full(int(numbers.max()) + 2 if len(numbers) else 1, -1, np.int64)
        places[numbers] = np.arange(len(numbers))
        return places

    @cached_property
    def scores(self) -> ScoreRows:
        """Every score of a placed event."""
        table = self.store.query(
            "SELECT event_no, score_share, score_kind FROM events WHERE score_share IS NOT NULL ORDER BY event_no"
        )
        at = self._places(table["event_no"].to_numpy())
        keep = at >= 0
        kinds = np.asarray(table["score_kind"].to_pylist(), object)[keep]
        return ScoreRows(at[keep], table["score_share"].to_numpy()[keep], kinds.tolist())

    @cached_property
    def texts(self) -> TextRows:
        """Every text of a placed event."""
        table = self.store.query(
            "SELECT event_no, text, source FROM events WHERE text IS NOT NULL AND trim(text) <> '' ORDER BY event_no"
        )
        at = self._places(table["event_no"].to_numpy())
        keep = at >= 0
        texts = np.asarray(table["text"].to_pylist(), object)[keep].tolist()
        return TextRows(at[keep], texts, np.asarray(table["source"].to_pylist(), object)[keep].tolist())

    def _places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        known = self._place_of
        return np.asarray(known[np.minimum(numbers, len(known) - 1)])

    @cached_property
    def metrics(self) -> MetricRows:
        """Impressions, reach, clicks and spend by day, in the journey's currency."""
        table = self.store.query(
            "SELECT epoch_us(day::TIMESTAMP) AS day, coalesce(channel, '') AS channel, "
            "coalesce(campaign, '') AS campaign, coalesce(impressions, 0) AS impressions, "
            "coalesce(reach, 0) AS reach, coalesce(clicks, 0) AS clicks, "
            "CASE WHEN $own IS NULL OR currency IS NULL OR currency = $own THEN coalesce(spend, 0) ELSE 0 END AS spend "
            "FROM metrics ORDER BY ALL",
            {"own": self.currency},
        )
        counted = ("day", "impressions", "reach", "clicks", "spend")
        number = {name: table[name].to_numpy().astype(np.int64) for name in counted}
        return MetricRows(
            number["day"],
            table["channel"].to_pylist(),
            table["campaign"].to_pylist(),
            number["impressions"],
            number["reach"],
            number["clicks"],
            number["spend"],
        )


def _summary(a: StageAnswer) -> tuple[Any, ...]:
    def value(measured: Measured) -> float | None:
        return measured.value if measured.known else None  # type: ignore[union-attr]  # known: an Estimate

    low, high = (getattr(a.rate, name, None) for name in ("low", "high"))
    return (
        a.stage, a.customers, a.entered, a.skipped, a.succeeded, a.advanced, a.left, a.lapsed, a.in_flight,
        value(a.rate), low, high, a.rate.n, value(a.time_quartiles[1]), a.returns, a.win_backs,
        value(a.value_at_stake),
    )  # fmt: skip
