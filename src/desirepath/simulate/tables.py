"""Small tables of columns: a dict of arrays of equal length, one row per thing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = dict[str, NDArray[Any]]


class Rows:
    """A table that grows by chunks."""

    def __init__(self, *columns: str) -> None:
        self._names = columns
        self._chunks: list[Table] = []

    def add(self, **columns: Any) -> None:
        """Some rows more. A scalar holds for each of them; the first column must be an array."""
        size = len(columns[self._names[0]])
        self._chunks.append({n: np.broadcast_to(np.asarray(columns[n]), (size,)) for n in self._names})

    def table(self) -> Table:
        """All rows so far."""
        if not self._chunks:
            return {name: np.empty(0) for name in self._names}
        return {name: np.concatenate([c[name] for c in self._chunks]) for name in self._names}


def length(table: Table) -> int:
    """How many rows."""
    return len(next(iter(table.values())))


def where(table: Table, rows: NDArray[Any]) -> Table:
    """The rows that a mask keeps, or that positions name."""
    return {name: column[rows] for name, column in table.items()}


def joined(*tables: Table) -> Table:
    """The rows of all, which have the same columns; empty ones are left out for the sake of their types."""
    full = [t for t in tables if length(t)] or [tables[0]]
    return {name: np.concatenate([t[name] for t in full]) for name in full[0]}
