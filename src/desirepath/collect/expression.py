"""Rules: SQL boolean expressions of a whitelist, parsed with sqlglot, never evaluated in Python.

In: the text of a `when:`, `enter:`, `where:` … Out: a Rule, which names the columns it reads and renders
itself as SQL over whatever relation the caller has. Functions and operators outside the whitelist,
sub-queries, statements, parameters and wildcards are refused with the nearest allowed name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a rule reads: `event` is Column("", "event"); `properties.total` Column("properties", "total")."""

    group: str
    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One parsed rule. `text` is what the author wrote; `columns` what it reads.

    `aggregates`: for segment rules: the inner rules of count(…), ever(…) in order of appearance.
    """

    text: str
    columns: frozenset[Column]
    aggregates: tuple[tuple[str, Rule], ...] = ()

    def sql(
        self, column: Callable[[Column], str], aggregate: Callable[[int], str] | None = None
    ) -> str:
        """DuckDB SQL of the rule; each column is rendered by `column`, aggregate number i by `aggregate(i)`.

        A rule over a missing value is false, never NULL (wrap in coalesce(…, false)).
        """
        raise NotImplementedError
