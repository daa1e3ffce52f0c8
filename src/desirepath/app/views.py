"""The views that analysts ask in SQL: what each is a row of, its columns, and its text.

In: an opened build with its store. Out: SQL of each view, in the words of the product and the units of people: times
are in the journey's calendar, money is in whole units of its currency, codes are words. Customers who are excluded
are in none of them.

Columns are computed only where a query asks for them: DuckDB takes out of a view what nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from desirepath.app.personal import ADDRESS, names_person, speaks
from desirepath.collect.expression import quote_name, quote_text
from desirepath.core.money import exponent
from desirepath.core.times import FOREVER, NEVER
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey.money import minor_units_sql, worth_sql
from desirepath.journey.to_sql import EventColumns, touchpoint_sql

if TYPE_CHECKING:
    import pyarrow as pa

    from desirepath.app.opened import Opened


@dataclass(frozen=True, slots=True)
class View:
    """One view. sql: over the store's own tables, and over `rows` (registered as `<name>_rows`) where it has some."""

    name: str
    grain: str
    sql: str
    rows: pa.Table | None = None


def views(opened: Opened, *, reveal: bool) -> list[View]:
    """All views, in the order in which they are told. reveal: personal data as it is, not masked."""
    make = _Views(opened, reveal)
    return [
        make.events(), make.customers(), make.identifiers(), make.visits(), make.promises(), make.scores(),
        make.metrics(), make.stages(), make.touchpoints(),
    ]  # fmt: skip


class _Views:
    def __init__(self, opened: Opened, reveal: bool) -> None:
        self._opened, self._reveal = opened, reveal
        self._journey, self._zone = opened.journey, opened.journey.time_zone
        self._columns = EventColumns.for_journey(opened.journey, opened.columns, opened.currency)
        salt = str(opened.store.meta("store"))
        # The same value has the same mask within a workspace, so that it can be counted and joined.
        self._mask = f"'masked-' || left(md5({quote_text(salt)} || CAST(%s AS VARCHAR)), 10)"

    # ── views ────────────────────────────────────────────────────────────────────────────────────────────

    def events(self) -> View:
        """Every event of a customer who is not excluded, and of nobody."""
        wide = [self._wide(name) for name in self._opened.columns if "." in name]
        text = "e.text" if self._reveal else "CASE WHEN e.text IS NOT NULL THEN 'masked' END"
        names = _list([t.id for t in self._journey.touchpoints])
        columns = [
            "e.event_no", 'c.id AS "customer"', f'{self._local("e.time")} AS "time"', 'e.time AS "time_utc"',
            "e.date_only", "e.event", "e.channel", 'e."by"',
            f"{names}[{touchpoint_sql(self._journey, self._columns)} + 1] AS touchpoint",
            f"{self._money(self._columns.worth)} AS value",
            f"e.value / {minor_units_sql('e.currency')} AS value_in_currency", "e.currency",
            f"{text} AS text", "e.score", "e.score_share", "e.score_kind", "e.source", "e.known_at", *wide,
        ]  # fmt: skip
        placed = "LEFT JOIN {own}event_customers x ON x.event_no = e.event_no"
        who = "LEFT JOIN (SELECT * FROM {own}customers SEMI JOIN placed_rows USING (customer)) c USING (customer)"
        sql = (
            f"SELECT {', '.join(columns)} FROM {{all}}events e {placed} {who} "
            "WHERE x.customer IS NULL OR c.customer IS NOT NULL"
        )
        return View("events", "event", sql)

    def customers(self) -> View:
        """Where each stands, and what they brought."""
        sql = (
            f"SELECT c.id AS customer, c.known, {self._local('c.first_seen')} AS first_seen, "
            f"{self._local('c.last_seen')} AS last_seen, p.events, p.stage, p.passes, "
            f"{self._money('p.value')} AS value "
            "FROM {own}customers c JOIN customers_rows p USING (customer)"
        )
        return View("customers", "customer", sql, self._customer_rows())

    def identifiers(self) -> View:
        """What makes the customers."""
        value = "i.value" if self._reveal else self._mask % "i.value"
        sql = (
            f"SELECT c.id AS customer, i.kind, {value} AS value, i.status, i.events, "
            f"{self._local('i.first_seen')} AS first_seen, {self._local('i.last_seen')} AS last_seen "
            "FROM {own}identifiers i JOIN {own}customers c USING (customer) SEMI JOIN placed_rows USING (customer)"
        )
        return View("identifiers", "identifier", sql)

    def visits(self) -> View:
        """Every stay in a stage."""
        v = self._opened.visits
        rows = {
            "customer": v.customer, "track": v.track, "pass_no": v.pass_no, "start": v.start, "stage": v.stage,
            "outcome": np.where(v.skipped, len(Outcome), v.outcome), "entered": v.entered, "ended": v.ended,
            "next_stage": v.next_stage, "succeeded": v.succeeded, "active": v.active, "deadline": v.deadline,
            "knowledge": v.knowledge,
        }  # fmt: skip
        stages = _list([s.id for s in self._journey.stages])
        outcomes = _list([*(o.word for o in Outcome), "skipped"])
        sql = (
            f"SELECT c.id AS customer, {_list([t.name.lower() for t in Track])}[v.track + 1] AS track, "
            f"v.pass_no + 1 AS pass, {_list([s.name.lower() for s in Start])}[v.start + 1] AS start, "
            f"{stages}[v.stage + 1] AS stage, {outcomes}[v.outcome + 1] AS outcome, "
            f"{self._when('v.entered')} AS entered, {self._when('v.ended')} AS ended, "
            f"{stages}[v.next_stage + 1] AS next_stage, {self._when('v.succeeded')} AS succeeded, "
            f"{self._when('v.active')} AS last_active, {self._when('v.deadline')} AS lapses_at, "
            f"{self._when('v.knowledge')} AS known_until "
            "FROM visits_rows v JOIN {own}customers c USING (customer)"
        )
        return View("visits", "visit", sql, _arrow(rows))

    def promises(self) -> View:
        """Every promise made: due, delivered, kept."""
        p = self._opened.promises
        rows = {
            "promise": p.promise, "customer": p.customer, "opened": p.opened, "due": p.due, "closed": p.closed,
            "voided": p.voided,
        }  # fmt: skip
        names = _list([one.id for one in self._journey.promises])
        kept = (
            f"CASE WHEN p.due = {NEVER} THEN NULL WHEN p.closed <> {NEVER} THEN p.closed <= p.due "
            f"WHEN p.voided = {NEVER} AND p.due <= {self._opened.as_of} THEN false END"
        )
        sql = (
            f"SELECT {names}[p.promise + 1] AS promise, c.id AS customer, {self._when('p.opened')} AS made, "
            f"{self._when('p.due')} AS due, {self._when('p.closed')} AS delivered, {self._when('p.voided')} AS voided, "
            f"{kept} AS kept FROM promises_rows p JOIN {{own}}customers c USING (customer)"
        )
        return View("promises", "promise made", sql, _arrow(rows))

    def scores(self) -> View:
        """Every answer that is a number on a scale."""
        sql = (
            "SELECT event_no, customer, time, event, channel, touchpoint, score_kind AS kind, score, score_share, "
            "text, source FROM {view}events WHERE score_share IS NOT NULL"
        )
        return View("scores", "answer", sql)

    def metrics(self) -> View:
        """Awareness that has no customer."""
        own = self._opened.currency
        code = "m.currency" if own is None else f"coalesce(m.currency, {quote_text(own)})"
        spend = worth_sql("m.spend", code, "m.day::TIMESTAMP", own=own, rates=self._journey.rates, zone="UTC")
        sql = (
            "SELECT m.source, m.day, m.channel, m.campaign, m.impressions, m.reach, m.clicks, "
            f"{self._money(spend)} AS spend FROM {{all}}metrics m"
        )
        return View("metrics", "day, channel and campaign", sql)

    def stages(self) -> View:
        """The stages of the journey."""
        rows = [(place + 1, s.id, s.label) for place, s in enumerate(self._journey.stages)]
        return View("stages", "stage", _values(("place", "stage", "label"), rows))

    def touchpoints(self) -> View:
        """The touchpoints that the journey declares."""
        rows = [(t.id, t.label, t.stage, t.channel) for t in self._journey.touchpoints]
        return View("touchpoints", "touchpoint", _values(("touchpoint", "label", "stage", "channel"), rows))

    # ── columns ──────────────────────────────────────────────────────────────────────────────────────────

    def _wide(self, name: str) -> str:
        """An identifier, property or trait under its own name; masked where it names a person."""
        group, _, bare = name.partition(".")
        column = f"e.{quote_name(name)}"
        personal = group == "id" or names_person(bare) or speaks(bare)
        if not self._reveal:
            masked = self._mask % column
            if personal:
                column = f"CASE WHEN {column} IS NOT NULL THEN {masked} END"
            elif self._opened.columns[name] == "VARCHAR":
                column = f"CASE WHEN regexp_matches({column}, {quote_text(ADDRESS)}) THEN {masked} ELSE {column} END"
        return f"{column} AS {quote_name(name)}"

    def _local(self, utc: str) -> str:
        return f"timezone({quote_text(self._zone)}, timezone('UTC', {utc}))"

    def _when(self, instant: str) -> str:
        """µs as a time in the journey's calendar; NULL for never and for ever."""
        known = f"nullif(nullif({instant}, {NEVER}), {FOREVER})"
        return self._local(f"make_timestamp({known})")

    def _money(self, minor: str) -> str:
        """Minor units of the journey's currency as an exact decimal of whole units."""
        digits = exponent(self._opened.currency)
        one = f"CAST('{10.0**-digits:.{digits}f}' AS DECIMAL({digits + 1}, {digits}))"
        return f"CAST(CAST({minor} AS DECIMAL(19, 0)) * {one} AS DECIMAL(19, {digits}))"

    def _customer_rows(self) -> pa.Table:
        """Of each customer who is not excluded: events, the stage that they are in, passes, value."""
        trails, v = self._opened.trails, self._opened.visits
        offset = np.asarray(trails.offset)
        placed = np.flatnonzero(np.diff(offset))
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.asarray(trails.value))])
        here = (v.outcome == Outcome.IN_FLIGHT) & ~v.skipped & (v.track == Track.JOURNEY)
        stage, passes = np.full(trails.customers, -1, np.int64), np.zeros(trails.customers, np.int64)
        stage[v.customer[here]] = v.stage[here]
        own = v.track == Track.JOURNEY
        np.maximum.at(passes, v.customer[own], v.pass_no[own] + 1)
        words = np.array([*(s.id for s in self._journey.stages), None], object)
        value = sums[offset[placed + 1]] - sums[offset[placed]]
        return _arrow(
            {
                "customer": placed.astype(np.int32),
                "events": np.diff(offset)[placed],
                "stage": words[stage[placed]],
                "passes": passes[placed],
                "value": value,
            }
        )


def placed_rows(opened: Opened) -> pa.Table:
    """The customers who are not excluded, by number."""
    return _arrow({"customer": np.flatnonzero(np.diff(np.asarray(opened.trails.offset))).astype(np.int32)})


def _arrow(columns: Mapping[str, Any]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.array(np.asarray(column)) for name, column in columns.items()})


def _list(words: Iterable[str]) -> str:
    return f"CAST([{', '.join(quote_text(word) for word in words)}] AS VARCHAR[])"


def _values(columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> str:
    def text(value: object) -> str:
        return "NULL" if value is None else str(value) if isinstance(value, int) else quote_text(str(value))

    names = ", ".join(columns)
    if not rows:
        return f"SELECT {', '.join(f'CAST(NULL AS VARCHAR) AS {c}' for c in columns)} WHERE false"
    return f"SELECT * FROM (VALUES {', '.join('(' + ', '.join(map(text, row)) + ')' for row in rows)}) AS t({names})"
