"""What must be known of a part's rows before they are read: how numbers are written, which types columns have.

In: SQL of texts. Out: queries over `raw`, and what their answers mean. A type is only taken where every value
of the part fits it and would be the same when written again; all else stays text. Codes such as "007" and
numbers of 16 digits and more are text, or they would not come back as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desirepath.collect.row_sql import WideType

SAMPLE = 2_048  # rows that tell which types are worth checking
_NUMBER = r"'-?(0|[1-9]\d*)(\.\d+)?'"
_DAY = r"'\d{4}-\d\d-\d\d([T ].*)?'"

# type → SQL, over {0}, that is true of a text that is not of the type
MISFITS: dict[WideType, str] = {
    "BOOLEAN": "lower({0}) NOT IN ('true', 'false')",
    "DOUBLE": f"TRY_CAST({{0}} AS DOUBLE) IS NULL OR length({{0}}) > 15 OR NOT regexp_full_match({{0}}, {_NUMBER})",
    "TIMESTAMP": f"TRY_CAST({{0}} AS TIMESTAMPTZ) IS NULL OR NOT regexp_full_match({{0}}, {_DAY})",
}
TYPES: tuple[WideType, ...] = tuple(MISFITS)


def misfits_query(texts: Sequence[tuple[str, Iterable[WideType]]], rows: str) -> str:
    """One row: for each text the count of values, then for each of its types whether any value does not fit."""
    columns = []
    for text, types in texts:
        columns.append(f"count({text})")
        misfits = [MISFITS[kind].replace("{0}", text) for kind in types]
        columns += [f"coalesce(bool_or({one}) FILTER ({text} IS NOT NULL), false)" for one in misfits]
    return f"SELECT {', '.join(columns)} FROM {rows}"


def read_misfits(
    texts: Sequence[tuple[str, Iterable[WideType]]], row: Sequence[object]
) -> list[tuple[bool, tuple[WideType, ...]]]:
    """For each text of misfits_query: whether it has any value, and the types that all of them fit."""
    answers, place = [], 0
    for _, types in texts:
        kinds = tuple(types)
        fits = tuple(kind for n, kind in enumerate(kinds) if not row[place + 1 + n])
        answers.append((bool(row[place]), fits))
        place += 1 + len(kinds)
    return answers


def one_type(kinds: Iterable[WideType | None]) -> WideType | None:
    """The type of a column that several parts or fields write; None where none of them has a value."""
    known = {kind for kind in kinds if kind is not None}
    if not known:
        return None
    return known.pop() if len(known) == 1 else "VARCHAR"


def as_text(name: str, kind: WideType) -> str:
    """SQL of a typed column's values as text, for a column that must be text from now on."""
    if kind == "DOUBLE":
        # 7.0 was written 7 by whoever wrote it.
        return f"regexp_replace(CAST({name} AS VARCHAR), '\\.0$', '')"
    if kind == "TIMESTAMP":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')"
    return f"CAST({name} AS VARCHAR)"
