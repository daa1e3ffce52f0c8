"""How far has a table been read? The greatest value of its cursor column, kept as text that knows its kind.

In: the values of a column that grows (a number, an instant, a day, a text). Out: from which value on to read next
time: the last one itself, because rows that share it may have come since, less the overlap, because a transaction
that began earlier may have committed later.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from desirepath.core.errors import SourceError

Value = int | float | Decimal | datetime | date | str
Overlap = timedelta | int | None
USUAL_TIME, USUAL_STEPS = timedelta(minutes=10), 1_000  # unless cursor_overlap says otherwise
_TIME_IN_TEXT = re.compile(r"\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The value up to which a column has been read."""

    column: str
    value: Value

    def text(self) -> str:
        """For the store."""
        kind = next(name for name, known in _KINDS if isinstance(self.value, known))
        said = self.value.isoformat(sep=" ") if isinstance(self.value, datetime) else str(self.value)
        return json.dumps({"column": self.column, "kind": kind, "value": said}, ensure_ascii=False)

    @classmethod
    def of(cls, text: str | None, column: str | None) -> Cursor | None:
        """What the store says; None where there is nothing, or it speaks of another column."""
        if text is None or column is None:
            return None
        said = json.loads(text)
        if said["column"] != column:
            return None
        return cls(column, _READ[said["kind"]](said["value"]))

    def since(self, source: str, overlap: Overlap) -> Value:
        """From which value on to read. Raises SourceError where the overlap does not fit the column."""
        value = self.value
        if isinstance(value, str):
            return _text_since(source, value, overlap)
        if isinstance(value, date):  # a datetime is one, too
            if isinstance(overlap, int) and overlap:
                raise _misfit(source, self.column, "times", 'a time, such as "10 minutes"')
            back = (
                overlap if isinstance(overlap, timedelta) else USUAL_TIME if overlap is None else timedelta()
            )
            if not isinstance(value, datetime):
                back = timedelta(days=math.ceil(back / timedelta(days=1)))
            return _earlier(value, back)
        if isinstance(overlap, timedelta):
            raise _misfit(source, self.column, "numbers", f"a number, such as {USUAL_STEPS}")
        return value - (USUAL_STEPS if overlap is None else overlap)


_KINDS: tuple[tuple[str, type], ...] = (
    ("int", int), ("float", float), ("decimal", Decimal), ("time", datetime), ("day", date), ("text", str),
)  # fmt: skip
_READ: dict[str, Callable[[str], Value]] = {
    "int": int, "float": float, "decimal": Decimal, "time": datetime.fromisoformat, "day": date.fromisoformat,
    "text": str,
}  # fmt: skip


def is_cursor_value(value: object) -> bool:
    """Can a column of such values be a cursor?"""
    return isinstance(value, int | float | Decimal | date | str) and not isinstance(value, bool)


def _text_since(source: str, value: str, overlap: Overlap) -> str:
    """A text that is a time (SQLite has no other) goes back in time, written as it was; another text stays."""
    found = _TIME_IN_TEXT.fullmatch(value)
    if isinstance(overlap, int) and overlap:
        raise _misfit(source, "the cursor", "texts", "a time, and texts such as 2026-01-31 18:00:00, or 0")
    if found is None:
        return value
    back = overlap if isinstance(overlap, timedelta) else USUAL_TIME if overlap is None else timedelta()
    digits = len(found[2]) - 1 if found[2] else 0
    earlier = _earlier(datetime.fromisoformat(value[:19]), back)
    return f"{earlier:%Y-%m-%d}{found[1]}{earlier:%H:%M:%S}{'.' + '0' * digits if digits else ''}{found[3] or ''}"


def _earlier(value: date, back: timedelta) -> date:
    try:
        return value - back
    except OverflowError:  # the year 1
        return value


def _misfit(source: str, column: str, values: str, wanted: str) -> SourceError:
    return SourceError(
        f'source "{source}": cursor_overlap does not fit the cursor "{column}", which holds {values}.',
        hint=f"Write {wanted}.",
        source=source,
    )
