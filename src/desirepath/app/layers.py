"""What rules, segments and properties say of each event: columns that lie beside the trails, one item an event.

In: a build, and the store that it was made from. Out: masks and codes in the order of the trails. The event store
decides what a rule says; the answer is kept with the build, so that it is asked once for each rule and build.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from desirepath.app.personal import names_person
from desirepath.collect.expression import SEGMENT, Column, Rule, parse_rule, quote_name, quote_text
from desirepath.collect.look_sql import as_text
from desirepath.core.errors import NotFound, nearest
from desirepath.journey.segments import segment_sql
from desirepath.journey.to_sql import EventColumns, kind_of
from desirepath.trail.spread import spread

if TYPE_CHECKING:
    from desirepath.app.opened import Opened

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

_PLAIN = ("event", "channel", "source", "by", "currency", "score_kind")
_OF_TRAILS = ("touchpoint", "channel")
_GROUPS = ("properties", "traits", "id")
_ALIASES = {"property": "properties", "trait": "traits", "identifier": "id", "identifiers": "id"}
_HELD = 64  # columns at hand; what is let go of lies on the disk
_AT_ONCE = 1 << 17  # events looked at together
_LONG_AGO = -(2**61)  # before any event, and still an instant that DuckDB knows


@dataclass(frozen=True, slots=True)
class Codes:
    """A column of few or many values. code: int32 per event, −1 where none; labels: the value of each code.

    Labels ascend: as numbers where the column holds numbers, else as texts.
    """

    code: NDArray[np.int32]
    labels: tuple[str, ...]

    def seen(self, mask: Mask | Callable[[slice], Mask]) -> set[str]:
        """The values of the events that a mask keeps; it can be made part by part.

        Nearly always all values are seen among the first of them.
        """
        found = np.zeros(len(self.labels), np.bool_)
        for begin in range(0, len(self.code), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            code = self.code[part][mask(part) if callable(mask) else mask[part]]
            found |= np.bincount(code[code >= 0], minlength=len(self.labels)) > 0
            if found.all():
                break
        return {self.labels[i] for i in np.flatnonzero(found).tolist()}


class Layers:
    """The layers of one build. Arrays must not be written."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._found: OrderedDict[str, NDArray[Any]] = OrderedDict()

    def rule(self, rule: Rule | str) -> Mask:
        """[events]: which events satisfy a rule over events. Raises RuleError for a text that is none."""
        read = parse_rule(rule) if isinstance(rule, str) else rule
        sql = f"SELECT e.event_no FROM events e WHERE {self._columns.of(read)}"
        return self._kept(sql, lambda: self._mask_of(sql))

    def segment(self, name: str) -> Mask:
        """[events]: whether its customer was of the segment (or persona) right after each event, equal times included.

        Raises NotFound.
        """
        return self.segment_rule(self._segment(name))

    def segment_rule(self, rule: Rule | str) -> Mask:
        """[events]: the same for a rule over customers."""
        return self._holding(rule)[:-1]

    def rule_now(self, rule: Rule | str, customer: NDArray[np.int32]) -> Mask:
        """Whether a rule over customers holds after each one's last event; asked anew each time, and kept nowhere.

        customer: ones with events. Raises RuleError for a text that is no rule.
        """
        read = parse_rule(rule, SEGMENT) if isinstance(rule, str) else rule
        trails = self._opened.trails
        moment = np.asarray(trails.ts)[np.asarray(trails.offset)[customer.astype(np.int64) + 1] - 1]
        return self._asked_at(read, self._columns, customer.astype(np.int64), moment.astype(np.int64))

    def members_at(self, name: str, customer: NDArray[np.int32], moment: Int64) -> Mask:
        """Whether each customer was of a segment (or persona) at each moment (µs). Raises NotFound."""
        return self.members_after(name, self.last_events(customer, moment))

    def members_after(self, name: str, last: Int64) -> Mask:
        """The same right after each of these events; −1: before any. Raises NotFound."""
        held = self._holding(self._segment(name))
        found: Mask = held[last]  # −1 reads the last item: what held before any event
        return found

    def last_events(self, customer: NDArray[np.int32], moment: Int64) -> Int64:
        """Each customer's last event until each moment; −1 where there is none."""
        from desirepath.trail import as_of  # Numba takes 0.3 s to import: only when asked

        trails = self._opened.trails
        at = np.empty(len(customer), np.int64)
        as_of.last_events(trails.offset, trails.ts, np.asarray(customer), np.asarray(moment), at)
        return at

    def codes(self, column: str) -> Codes:
        """What each event itself says in a column: "channel", "touchpoint", "event", "source", "properties.device" …

        A bare name of a trait or property will do. Raises NotFound.
        """
        name = self.column_name(column)
        if name in _OF_TRAILS:
            own, names = self._of_trails(name)
            return Codes(own.astype(np.int32), names)
        sql, kind = self._values_sql(name)
        code, labels = self._get(sql), self._get(f"labels {sql}")
        if code is None or labels is None:
            code, texts = self._coded(sql, kind)
            labels = np.frombuffer(json.dumps(texts).encode(), np.uint8)
            self._put(f"labels {sql}", labels)
            self._put(sql, code)
        return Codes(code, tuple(json.loads(labels.tobytes())))

    def told_at(self, column: str, at: Int64) -> Codes:
        """What these events say in a column, or of a trait what was last said by then. Raises NotFound."""
        name = self.column_name(column)
        if name in _OF_TRAILS:
            own, names = self._of_trails(name)
            return Codes(own[at].astype(np.int32), names)
        found = self.said(name) if name.startswith("traits.") else self.codes(name)
        return Codes(found.code[at], found.labels)

    def _of_trails(self, name: str) -> tuple[NDArray[np.int16], tuple[str, ...]]:
        one = self._opened
        if name == "touchpoint":
            return one.trails.touchpoint, tuple(t.id for t in one.journey.touchpoints)
        return one.trails.channel, tuple(one.channels)

    def said(self, column: str) -> Codes:
        """What the customer's events had last said by each event, equal times included: a trait as of then."""
        from desirepath.trail import as_of

        own, trails = self.codes(column), self._opened.trails

        def fill() -> NDArray[np.int32]:
            out = np.empty(trails.events, np.int32)
            spread(
                lambda low, high: as_of.last_said(low, high, trails.offset, trails.ts, own.code, out),
                trails.offset,
            )
            return out

        return Codes(self._kept(f"said {self.column_name(column)}", fill), own.labels)

    def made(self, what: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """[events]: what `make` makes of the build and nothing else, made once. what: names it among all that is."""
        return self._kept(what, make)

    def column_name(self, text: str) -> str:
        """The column that a text names: "device" → "traits.device". Raises NotFound with the nearest."""
        wide = [name for name in self._opened.columns if name.partition(".")[0] in _GROUPS]
        group, dot, rest = text.partition(".")
        wanted = f"{_ALIASES.get(group, group)}.{rest}" if dot else text
        if wanted in (*_PLAIN, "touchpoint", *wide):
            return wanted
        bare = [f"{one}.{text}" for one in ("traits", "properties") if f"{one}.{text}" in wide]
        if bare:
            return bare[0]
        offered = [one for one in wide if one[:3] != "id." and not names_person(one.partition(".")[2])]
        known = ["touchpoint", *_PLAIN, *sorted(offered)]
        raise NotFound(f'there is no column "{text}"', hint=nearest(text, known, "Columns"), column=text)

    # ── how they are made ────────────────────────────────────────────────────────────────────────────────

    @property
    def _columns(self) -> EventColumns:
        one = self._opened
        return EventColumns.for_journey(one.journey, one.columns, one.currency)

    def _segment(self, name: str) -> Rule:
        journey = self._opened.journey
        rules = {p.id: p.segment for p in journey.personas} | {s.id: s.rule for s in journey.segments}
        if name not in rules:
            raise NotFound(
                f'there is no segment "{name}"', hint=nearest(name, rules, "Segments and personas")
            )
        return rules[name]

    def _get(self, what: str) -> NDArray[Any] | None:
        """What was made of a question before, by this process or another."""
        key = _key(what)
        found = self._found.get(key)
        if found is None:
            found = self._opened.build.kept(key)
            if found is None:
                return None
        self._hold(key, found)
        return found

    def _put(self, what: str, column: NDArray[Any]) -> None:
        key, build = _key(what), self._opened.build
        build.keep(key, column)
        mapped = build.kept(key)  # which is memory that the system may take back, and that others share
        self._hold(key, column if mapped is None else mapped)

    def _hold(self, key: str, column: NDArray[Any]) -> None:
        self._found[key] = column
        self._found.move_to_end(key)
        while len(self._found) > _HELD:
            self._found.popitem(last=False)

    def _kept(self, what: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """What was made of the same question before, else made and kept."""
        found = self._get(what)
        if found is None:
            found = make()
            self._put(what, found)
        return found

    def _mask_of(self, sql: str) -> Mask:
        mask = np.zeros(self._opened.trails.events, np.bool_)
        for rows in self._opened.store.batches(sql):
            at = self._opened.places(rows["event_no"].to_numpy())
            mask[at[at >= 0]] = True
        return mask

    def _holding(self, rule: Rule | str) -> Mask:
        """[events + 1]: whether a rule over customers held right after each event; last, whether before any."""
        read = parse_rule(rule, SEGMENT) if isinstance(rule, str) else rule
        columns = self._columns
        changes = _changes_sql(read, columns)
        return self._kept(
            f"{segment_sql(read, columns)} {changes}", lambda: self._held(read, columns, changes)
        )

    def _held(self, rule: Rule, columns: EventColumns, changes: str) -> Mask:
        """The rule is asked where anything that it reads changes, and holds (or does not) until the next change."""
        from desirepath.trail import as_of

        trails, store = self._opened.trails, self._opened.store
        table = store.query(changes)
        customer = np.append(table["customer"].to_numpy().astype(np.int64), 0)
        moment = np.append(table["moment"].to_numpy().astype(np.int64), _LONG_AGO)
        asked = self._asked_at(rule, columns, customer, moment)
        before, held = bool(asked[-1]), asked[:-1]
        begin = np.searchsorted(customer[:-1], np.arange(trails.customers + 1)).astype(np.int64)
        out = np.empty(trails.events + 1, np.bool_)
        out[-1] = before
        at = np.ascontiguousarray(moment[:-1])
        spread(
            lambda low, high: as_of.fill(low, high, trails.offset, trails.ts, begin, at, held, before, out),
            trails.offset,
        )
        return out

    def _asked_at(self, rule: Rule, columns: EventColumns, customer: Int64, moment: Int64) -> Mask:
        import pyarrow as pa

        moments = pa.table(
            {
                "visit": np.arange(len(customer)),
                "customer": customer,
                "moment": pa.array(moment).cast(pa.timestamp("us")),
            }
        )
        store = self._opened.store
        store.register("moments", moments)
        try:
            found = store.query(segment_sql(rule, columns))["visit"].to_numpy()
        finally:
            store.unregister("moments")
        mask = np.zeros(len(customer), np.bool_)
        mask[found] = True
        return mask

    def _values_sql(self, name: str) -> tuple[str, str]:
        """The SQL of a column's values as texts, and what kind they are."""
        given = self._opened.columns.get(name, "VARCHAR")
        sql = f"e.{quote_name(name)}"
        if kind_of(given) == "time":  # instants are kept in UTC; people speak of the journey's calendar
            zone = quote_text(self._opened.journey.time_zone)
            sql, given = f"strftime(timezone({zone}, timezone('UTC', {sql})), '%Y-%m-%d %H:%M')", "VARCHAR"
        told: Any = given
        text = as_text(sql, told)
        return f"SELECT e.event_no, {text} AS said FROM events e WHERE {sql} IS NOT NULL", kind_of(given)

    def _coded(self, sql: str, kind: str) -> tuple[NDArray[np.int32], list[str]]:
        """The code of what a query says of each event, and the labels."""
        numbers: dict[str, int] = {}
        code = np.full(self._opened.trails.events, -1, np.int32)
        for rows in self._opened.store.batches(sql):
            told = rows["said"].dictionary_encode()
            names = [str(one) for one in told.dictionary.to_pylist()]
            own = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int32)
            at = self._opened.places(rows["event_no"].to_numpy())
            placed = at >= 0
            code[at[placed]] = own[told.indices.to_numpy()][placed]
        labels = sorted(numbers, key=_as_number if kind == "number" else None)
        place = np.full(len(labels) + 1, -1, np.int32)  # the last one is read by −1
        place[[numbers[label] for label in labels]] = np.arange(len(labels))
        return place[code], labels


def _key(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()[:32]


def _as_number(text: str) -> tuple[float, str]:
    return float(text), text


def _changes_sql(rule: Rule, columns: EventColumns) -> str:
    """The instants at which what a rule over customers reads can change. Grain: customer and instant, ascending."""
    present: Mapping[str, str] = columns.present
    says: list[str] = []
    told: set[Column] = {column for column in rule.columns if str(column) in present}
    says += [f"e.{quote_name(str(column))} IS NOT NULL" for column in sorted(told, key=str)]
    says += [f"({columns.of(inner)})" for _, inner in rule.aggregates]
    where = " OR ".join(says) or "FALSE"
    return (
        "SELECT DISTINCT c.customer, epoch_us(e.time) AS moment FROM events e "
        f"JOIN event_customers c ON c.event_no = e.event_no WHERE {where} ORDER BY ALL"
    )
