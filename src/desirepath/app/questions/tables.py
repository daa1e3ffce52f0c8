"""Answers as tables: an estimate takes four columns, so that files have numbers and not sentences.

In: rows whose cells may be estimates. Out: a Table in which `rate` has `rate_low`, `rate_high` and `rate_n` beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from desirepath.app.results import Table
from desirepath.core.estimate import Estimate, Measured

PARTS = ("", "_low", "_high", "_n")


def table_of(
    grain: str,
    columns: Mapping[str, str | type],
    rows: Iterable[Sequence[Any]],
    contract: Mapping[str, str] | None = None,
) -> Table:
    """A table. columns: name → its type (str, int, float, bool, datetime), or the unit of its numbers.

    The cells of a column with a unit (share, points, duration, money, score, ratio, number) are estimates, and take
    four columns; with a "=" before it ("=money") they are plain numbers of that unit, or None. "@unit": the unit stands
    in the row's own column `unit`; "@unit apart": they are differences of such numbers.
    """
    names: list[str] = []
    kinds: dict[str, type] = {}
    units: dict[str, str] = {}
    for name, told in columns.items():
        if isinstance(told, type):
            names.append(name)
            kinds[name] = told
        elif told.startswith("="):
            names.append(name)
            kinds[name] = int if told in ("=money", "=duration") else float
            units[name] = told[1:]
        else:
            names += [name + part for part in PARTS]
            kinds |= {name + part: int if part == "_n" else float for part in PARTS}
            units |= {name + part: told for part in PARTS[:3]}
    flat = [
        tuple(value for cell, told in zip(row, columns.values(), strict=True) for value in _cells(cell, told))
        for row in rows
    ]
    return Table(tuple(names), flat, grain, contract or {}, kinds, units)


def _cells(cell: Any, told: str | type) -> tuple[Any, ...]:
    if isinstance(told, str) and not told.startswith("="):
        return flat(cell)
    return (cell,)


def flat(measured: Measured) -> tuple[float | None, float | None, float | None, int]:
    """(value, low, high, n): None for what is not known, and for an end that is open."""
    if not isinstance(measured, Estimate):
        return None, None, None, measured.n
    low, high = (end if math.isfinite(end) else None for end in (measured.low, measured.high))
    return measured.value, low, high, measured.n
