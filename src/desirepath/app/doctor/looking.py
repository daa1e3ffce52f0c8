"""What every check looks at: one build, its store, the lines of the definitions, and a slim table of events.

In: a workspace open for questions. Out: a Looking, which answers what several checks ask: events by source, examples
with their place in a file, and the line of anything that a definition says. The slim table is made once and lives in
the store's memory (and its temp folder) only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from desirepath.collect.expression import quote_text
from desirepath.core.errors import DefinitionError
from desirepath.core.times import from_us, to_us
from desirepath.core.yaml_lines import Document, Where, read_document
from desirepath.doctor.finding import Example, Fix
from desirepath.journey.to_sql import EventColumns
from desirepath.journey_map.text import mask_customer, mask_text

if TYPE_CHECKING:
    import pyarrow as pa

    from desirepath.app.asking import Asking
    from desirepath.collect.sources import Source

_SHOWN = 3  # examples of a finding
_LOOKED = """
CREATE OR REPLACE TEMP TABLE looked AS
SELECT e.event_no, e.source, e.event, e.time, e.date_only, e."by", e.value, e.currency, e.known_at,
  c.customer, {worth} AS worth, c.customer IS NOT NULL AND p.customer IS NOT NULL AS placed
FROM events e LEFT JOIN event_customers c ON c.event_no = e.event_no LEFT JOIN placed p ON p.customer = c.customer"""


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """One source's events. first, last: µs; early: by then one in a hundred had happened."""

    source: str
    events: int
    nobody: int
    timed: int  # not date-only
    first: int
    early: int
    middle: int
    last: int


class Looking:
    """A workspace as the checks see it. Use within `Workspace.asking()`."""

    def __init__(self, asking: Asking, files: Sequence[Path], *, reveal: bool = False) -> None:
        """files: journey.yaml and sources.yaml. reveal: show customers unmasked."""
        self.asking = asking
        self.journey, self.sources, self.store = asking.journey, asking.sources, asking.store
        self.zone = asking.journey.time_zone
        self._files, self._reveal = files, reveal
        self._prepare()

    def _prepare(self) -> None:
        import pyarrow as pa

        lengths = np.diff(self.asking.trails.offset)
        placed = pa.table({"customer": np.flatnonzero(lengths).astype(np.int32)})
        self.store.register("placed", placed)
        try:
            self.store.execute(_LOOKED.format(worth=self.columns.worth))
        finally:
            self.store.unregister("placed")

    @cached_property
    def columns(self) -> EventColumns:
        """How rules become SQL here."""
        return EventColumns.for_journey(self.journey, self.asking.columns, self.asking.currency)

    @cached_property
    def seen(self) -> dict[str, SourceSeen]:
        """Every source that has events."""
        rows = self.store.rows(
            "SELECT source, count(*), count(*) FILTER (WHERE customer IS NULL), count(*) FILTER (WHERE NOT date_only),"
            " epoch_us(min(time)), CAST(approx_quantile(epoch_us(time), 0.01) AS BIGINT),"
            " CAST(approx_quantile(epoch_us(time), 0.5) AS BIGINT), epoch_us(max(time))"
            " FROM looked GROUP BY source ORDER BY source"
        )
        return {str(row[0]): SourceSeen(str(row[0]), *(int(n) for n in row[1:])) for row in rows}

    @cached_property
    def events(self) -> int:
        """All events."""
        return sum(one.events for one in self.seen.values())

    @cached_property
    def customers(self) -> int:
        """All who have events and are not excluded."""
        return self.asking.customers_with_events

    def source(self, name: str) -> Source | None:
        """A source's definition; None where sources.yaml has it no more."""
        return next((one for one in self.sources.sources if one.id == name), None)

    def zone_of(self, name: str) -> str:
        """In which zone a source's times without one are read."""
        source = self.source(name)
        own = source.common.time.zone if source is not None and source.common.time is not None else None
        return own or (source.zone if source is not None and source.zone else self.zone)

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────

    def when(self, instant: int) -> str:
        """An instant on the journey's clock, to the second."""
        return f"{from_us(int(instant), self.zone):%Y-%m-%d %H:%M:%S}"

    def day(self, instant: int) -> str:
        """Its day."""
        return self.when(instant)[:10]

    def customer(self, code: int) -> str:
        """A customer, masked unless it was asked otherwise."""
        return self.hidden(self.asking.customer_ids[code], mask_customer)

    def said(self, text: str) -> str:
        """What somebody wrote in a field, masked unless it was asked otherwise."""
        return self.hidden(text, mask_text)

    def hidden(self, text: str, mask: Callable[[str], str]) -> str:
        """A text as it may be shown."""
        return text if self._reveal else mask(text)

    def identifier(self, value: str) -> str:
        """An identifier: its first letter and its length tell a placeholder from a person's."""
        return value if self._reveal or len(value) <= 2 else f"{value[0]}… ({len(value)} characters)"

    # ── evidence ─────────────────────────────────────────────────────────────────────────────────────────

    def examples(self, where: str, order: str = "l.event_no", limit: int = _SHOWN) -> tuple[Example, ...]:
        """A few events `l` that `where` keeps, each with its place in a file."""
        rows = self.store.rows(
            "SELECT l.source, p.name, e.row, l.event, l.time, l.date_only, l.customer FROM"
            f" (SELECT l.* FROM looked l WHERE {where} ORDER BY {order} LIMIT {limit}) l"
            " JOIN event_log e ON e.event_no = l.event_no JOIN parts p ON p.part = e.part"
            f" ORDER BY {order}"
        )
        return tuple(self._example(*row) for row in rows)

    def _example(
        self,
        source: str,
        file: str,
        record: int,
        event: str,
        time: datetime,
        date_only: bool,
        customer: int | None,
    ) -> Example:
        at = self.when(to_us(time))
        return Example(
            source=source,
            file=file,
            record=record,
            event=event,
            time=at[:10] if date_only else at,
            customer=None if customer is None else self.customer(customer),
        )

    def numbers(self, where: str) -> NDArray[np.int64]:
        """The numbers of the events `l` that `where` keeps."""
        found = self.store.query(f"SELECT l.event_no FROM looked l WHERE {where}")
        return np.asarray(found["event_no"].to_numpy(), np.int64)

    def table(self, sql: str) -> pa.Table:
        """A query over `looked` and the store."""
        return self.store.query(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The same, as tuples."""
        return self.store.rows(sql)

    # ── lines ────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _documents(self) -> list[Document | None]:
        return [_document(path) for path in self._files]

    def says(self, *where: str | int) -> bool:
        """Whether journey.yaml has an entry of its own at a place."""
        document = self._documents[0]
        return document is not None and where in document.lines

    def journey_line(self, write: str, *where: str | int, about: str = "") -> Fix:
        """A line of journey.yaml, and what to write there."""
        return self._line(0, where, write, about)

    def source_line(self, write: str, name: str, *where: str | int, about: str = "") -> Fix:
        """A line of sources.yaml about one source."""
        section = "metrics" if any(one.id == name for one in self.sources.metrics) else "sources"
        return self._line(1, (section, name, *where), write, about)

    def time_line(self, write: str, name: str, about: str = "") -> Fix:
        """Where sources.yaml says what a source's time is: its own line, or that of its first event."""
        source = self.source(name)
        own = source is not None and source.common.time is not None
        return self.source_line(write, name, *(("time",) if own else ("events", 0, "time")), about=about)

    def _line(self, which: int, where: Where, write: str, about: str) -> Fix:
        document = self._documents[which]
        # What is not there yet has no line.
        line = document.line(where) if document is not None and where[:1] in document.lines else 0
        return Fix(self._files[which].name, line, write, about)


def _document(path: Path) -> Document | None:
    try:
        return read_document(path)
    except DefinitionError:
        return None  # it was read a moment ago: somebody is writing it


def listed(values: Sequence[str], most: int = 5) -> str:
    """a, b, c and 4 more"""
    shown = ", ".join(values[:most])
    return shown if len(values) <= most else f"{shown} and {len(values) - most:,} more"


def quoted(value: str) -> str:
    """A text as a rule has it."""
    return quote_text(value)


def share(part: int, whole: int) -> str:
    """12.3 %; less than a tenth of one is said so."""
    if not whole or not part:
        return "0 %"
    per_cent = 100 * part / whole
    return "< 0.1 %" if per_cent < 0.1 else f"{per_cent:.1f} %" if per_cent < 99.95 else "all"


def many(count: int, one: str, more: str | None = None) -> str:
    """1 event, 2 events"""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def be(count: int) -> str:
    """is, are"""
    return "is" if count == 1 else "are"


def was(count: int) -> str:
    """was, were"""
    return "was" if count == 1 else "were"


def have(count: int) -> str:
    """has, have"""
    return "has" if count == 1 else "have"


def s(count: int) -> str:
    """The end of a verb: it match-es, they match; here: it act-s."""
    return "s" if count == 1 else ""
