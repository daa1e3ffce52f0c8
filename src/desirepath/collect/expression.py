"""Rules: SQL expressions of a whitelist, parsed with sqlglot, never evaluated in Python.

In: the text of a `when:`, `enter:`, `where:` … Out: a Rule, which names the columns it reads and renders
itself as SQL over whatever relation the caller has. Functions and operators outside the whitelist,
sub-queries, statements, parameters and wildcards are refused with the nearest allowed name.

A rule never fails on a record: text that is no number compares as missing, a division by zero is missing,
and a rule over something missing is false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from desirepath.core.errors import DesirepathError

MAX_TEXT = 10_000  # characters
NEVER_NULL = "coalesce(", ", FALSE)"  # around the SQL of every rule
MAX_DEPTH = 30  # brackets within brackets; the parser recurses some 20 calls for each

Kind = Literal["number", "text", "time", "boolean", "unknown"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a rule reads: `event` is Column("", "event"); `properties.total` Column("properties", "total").

    kind: what the rule compares it as; no part of its identity. 'unknown': as it comes.
    """

    group: str
    name: str
    kind: Kind = field(default="unknown", compare=False)

    def __str__(self) -> str:
        return f"{self.group}.{self.name}" if self.group else self.name


@dataclass(frozen=True, slots=True)
class Rule:
    """One parsed rule. `text` is what the author wrote; `columns` what it reads, count(…)s apart.

    kind: of its value: 'boolean' for a rule, anything for a scalar expression.
    events: the names of events that it asks for, for telling a rule that no source can satisfy.
    aggregates: for segment rules: the inner rules of count(…), ever(…) in order of appearance.
    pieces: the SQL, with the columns and (as numbers) the aggregates still to be filled in.
    """

    text: str
    columns: frozenset[Column]
    aggregates: tuple[tuple[str, Rule], ...] = ()
    kind: Kind = "boolean"
    events: frozenset[str] = frozenset()
    pieces: tuple[str | Column | int, ...] = field(default=(), repr=False)

    @property
    def kinds(self) -> dict[Column, Kind]:
        """What each column is compared as; 'unknown' where two places of the rule differ."""
        found: dict[Column, Kind] = {}
        for piece in self.pieces:
            if isinstance(piece, Column):
                found[piece] = piece.kind if found.get(piece, piece.kind) == piece.kind else "unknown"
        return found

    def sql(self, column: Callable[[Column], str], aggregate: Callable[[int], str] | None = None) -> str:
        """DuckDB SQL of the rule; each column is rendered by `column`, aggregate number i by `aggregate(i)`.

        `column` answers with SQL whose value is of the column's `kind` (as_kind converts).
        A rule over a missing value is false, never NULL; a scalar over one is NULL.
        """
        parts: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, Column):
                parts.append(column(piece))
            elif isinstance(piece, int):
                if aggregate is None:
                    raise ValueError(f"this place has nothing to count over: {self.text}")
                parts.append(aggregate(piece))
            else:
                parts.append(piece)
        return "".join(parts)

    def condition(self, column: Callable[[Column], str]) -> str:
        """The SQL of a rule (never of a scalar) for WHEN, where NULL does as FALSE: without making the one the other.

        Databases then stop looking at an event as soon as one part is not met: two to three times as quick.
        """
        return f"({self.sql(column).removeprefix(NEVER_NULL[0]).removesuffix(NEVER_NULL[1])})"


class RuleError(DesirepathError):
    """A rule that cannot be used. `mistakes`: every (message, hint) found in it."""

    code = "rule"

    def __init__(self, mistakes: Sequence[tuple[str, str]]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(
            "; ".join(m for m, _ in self.mistakes), hint=" ".join(h for _, h in self.mistakes if h)
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a rule may name, by where it stands.

    plain: the columns without a group, with their kinds; None: any name goes (a row's columns).
    groups: `properties`, … with the kind of their columns. aliases: other spellings of a group.
    counts: count(rule) and ever(rule) are allowed, their inner rules being of EVENT.
    """

    plain: tuple[tuple[str, Kind], ...] | None
    groups: tuple[tuple[str, Kind], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    counts: bool = False


_GROUPS: tuple[tuple[str, Kind], ...] = (("properties", "unknown"), ("traits", "unknown"), ("id", "text"))
_ALIASES = (("identifiers", "id"), ("identifier", "id"), ("property", "properties"), ("trait", "traits"))

EVENT = Vocabulary(
    plain=(
        ("event", "text"),
        ("channel", "text"),
        ("by", "text"),
        ("value", "number"),
        ("currency", "text"),
        ("text", "text"),
        ("score", "number"),
        ("score_share", "number"),
        ("score_kind", "text"),
        ("source", "text"),
        ("time", "time"),
    ),
    groups=_GROUPS,
    aliases=_ALIASES,
)
SEGMENT = Vocabulary(plain=(), groups=(("traits", "unknown"), ("id", "text")), aliases=_ALIASES, counts=True)
ROW = Vocabulary(plain=None)


def row_of(columns: Iterable[str]) -> Vocabulary:
    """The vocabulary of a row whose columns are known: other names are mistakes."""
    return Vocabulary(plain=tuple((name, "unknown") for name in columns))


def parse_rule(text: str, vocabulary: Vocabulary = EVENT) -> Rule:
    """A boolean rule. Raises RuleError with every mistake and its nearest fix."""
    from desirepath.collect.rules.reader import read  # sqlglot takes half a second to import

    return read(text, vocabulary, boolean=True)


def parse_scalar(text: str, vocabulary: Vocabulary = ROW) -> Rule:
    """An expression with a value of any kind: `lower(utm_source)`. Raises RuleError."""
    from desirepath.collect.rules.reader import read

    return read(text, vocabulary, boolean=False)


def quote_text(value: str) -> str:
    """A text literal of SQL. DuckDB reads no escape but the doubled quote."""
    return "'" + value.replace("'", "''") + "'"


def quote_name(name: str) -> str:
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


# A zone at the end of a time of day. DuckDB's cast of text to TIMESTAMP would drop an offset silently.
_OFFSET = r"'\d:\d\d(:\d\d(\.\d+)?)? ?(Z|z|[+-]\d\d(:?\d\d)?)$'"
_TEXT = "CAST({0} AS VARCHAR)"
# NaN sorts above every number in DuckDB; here it is no number.
_NUMBER = "nullif(TRY_CAST({0} AS DOUBLE), 'nan'::DOUBLE)"
_TIME = (
    "CASE WHEN regexp_matches({0}, " + _OFFSET + ") THEN TRY_CAST({0} AS TIMESTAMPTZ) AT TIME ZONE {zone} "
    "ELSE TRY_CAST({0} AS TIMESTAMP) END"
)
_TRUTH = "TRY_CAST({0} AS BOOLEAN)"
_CONVERSIONS: dict[tuple[Kind, Kind], str] = {
    # 42.0 is 42 to whoever wrote the rule.
    ("number", "text"): rf"regexp_replace({_TEXT}, '\.0$', '')",
    ("time", "text"): _TEXT,
    ("boolean", "text"): _TEXT,
    ("unknown", "text"): _TEXT,
    ("text", "number"): _NUMBER,
    ("unknown", "number"): _NUMBER.replace("{0}", _TEXT),
    ("boolean", "number"): "CAST(CAST({0} AS INTEGER) AS DOUBLE)",
    ("time", "number"): "CAST(NULL AS DOUBLE)",
    ("text", "time"): _TIME,
    ("unknown", "time"): _TIME.replace("{0}", _TEXT),
    ("number", "time"): "CAST(NULL AS TIMESTAMP)",
    ("boolean", "time"): "CAST(NULL AS TIMESTAMP)",
    ("text", "boolean"): _TRUTH,
    ("unknown", "boolean"): _TRUTH.replace("{0}", _TEXT),
    ("number", "boolean"): "({0} <> 0)",
    ("time", "boolean"): "CAST(NULL AS BOOLEAN)",
}


def conversion(have: Kind, want: Kind, zone: str = "UTC") -> str:
    """The template, over {0}, by which a value of one kind is had as another; see as_kind."""
    if want in ("unknown", have):
        return "{0}"
    return _CONVERSIONS[have, want].replace("{zone}", quote_text(zone))


def convertible(have: Kind, want: Kind) -> bool:
    """Whether anything of one kind can be had as the other."""
    return not conversion(have, want).startswith("CAST(NULL")


def as_kind(sql: str, have: Kind, want: Kind, zone: str = "UTC") -> str:
    """SQL of the same value as another kind; NULL where it cannot be one; never an error at run time.

    have: what the expression `sql` is: text (VARCHAR), number (any), time (TIMESTAMP), boolean, or unknown.
    zone: whose wall clock times are on: a text that names an offset is brought to it.
    """
    return conversion(have, want, zone).replace("{0}", sql)
