"""What do a part's rows look like? The answers that collect/row_sql.py needs before it can read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from desirepath.collect.look_sql import SAMPLE, TYPES, misfits_query, one_type, read_misfits
from desirepath.collect.raw import RawColumns
from desirepath.collect.row_sql import Found, RowSql, WideType
from desirepath.collect.validity import MAX_FIELD
from desirepath.collect.value_sql import Style, style, style_counts
from desirepath.store.events_db import EventStore
from desirepath.store.staging import Staged

_AT_ONCE = 50  # columns in one query


def look(store: EventStore, rows: RowSql, staged: Staged, there: Mapping[str, WideType]) -> Found:
    """Look at `raw`. The types are those that the part's own values fit; the store may have others.

    there: the wide columns of the store. One that is text already stays so, whatever the values are.
    """
    return Found(
        styles=_styles(store, {cells.value for cells in rows.cells if cells.made_from.value is not None}),
        currencies={
            cells.currency: _distinct(store, cells.currency)
            for cells in rows.cells
            if cells.made_from.currency is not None
        },
        types=_types(store, rows, there, staged.rows),
        has_nul=staged.part.has_nul,
        too_large=_any_too_large(store, rows.columns),
    )


def tidy(store: EventStore, columns: RawColumns) -> RawColumns:
    """The same columns, knowing which of them never need trimming."""
    places: set[int] = set()
    untidy = columns.untidy()
    for start in range(0, len(untidy), _AT_ONCE):
        tests = [f"coalesce(bool_or({one}), false)" for one in untidy[start : start + _AT_ONCE]]
        found = store.rows(f"SELECT {', '.join(tests)} FROM raw")[0]
        places |= {start + n for n, is_untidy in enumerate(found) if not is_untidy}
    return replace(columns, tidy=frozenset(places))


def value_style(store: EventStore, text: str) -> Style:
    """How the amounts of one column are written."""
    odd, point, comma = style_counts(text)
    if not store.value(f"SELECT {odd} FROM raw"):
        return "plain"
    return style(*store.rows(f"SELECT {odd}, {point}, {comma} FROM raw")[0])


def currency_codes(store: EventStore, text: str) -> tuple[str, ...]:
    """The codes in a column of currencies."""
    return _distinct(store, text)


def _styles(store: EventStore, texts: set[str]) -> dict[str, Style]:
    return {text: value_style(store, text) for text in sorted(texts)}


def _distinct(store: EventStore, text: str) -> tuple[str, ...]:
    # No more currencies than there are; a wrong column may hold anything.
    found = store.rows(
        f"SELECT DISTINCT {text} AS code FROM raw WHERE code IS NOT NULL AND length(code) = 3 LIMIT 20000"
    )
    return tuple(sorted(str(code) for (code,) in found))


def _any_too_large(store: EventStore, columns: RawColumns) -> bool:
    longest = [f"max(strlen(c{n}))" for n in range(len(columns.names))]
    if not longest:
        return False
    return bool(store.value(f"SELECT coalesce(greatest({', '.join(longest)}), 0) > {MAX_FIELD} FROM raw"))


def _types(store: EventStore, rows: RowSql, there: Mapping[str, WideType], count: int) -> dict[str, WideType]:
    """The type of each wide column that has any value here; identifiers are always text."""
    wide = [(name, text) for cells in rows.cells for name, text in cells.wide.items()]
    text_already = {name.lower() for name, kind in there.items() if kind == "VARCHAR"}
    settled = {name for name, _ in wide if name.startswith("id.") or name.lower() in text_already}
    texts = sorted({text for name, text in wide if name not in settled})
    kinds: dict[str, WideType | None] = {}
    unread = iter(texts)
    while batch := list(islice(unread, _AT_ONCE)):
        kinds |= _kinds(store, batch, count)
    types: dict[str, WideType] = dict.fromkeys(settled, "VARCHAR")
    for name in {name for name, _ in wide} - set(types):
        kind = one_type(kinds[text] for other, text in wide if other == name)
        if kind is not None:
            types[name] = kind
    return dict(sorted(types.items()))


def _kinds(store: EventStore, texts: list[str], count: int) -> dict[str, WideType | None]:
    """First a sample says which types are worth trying, then all rows (`count`) are asked."""
    every = [(text, TYPES) for text in texts]
    answers = read_misfits(every, store.rows(misfits_query(every, f"(FROM raw LIMIT {SAMPLE})"))[0])
    if count > SAMPLE:
        likely = [(text, kinds) for text, (_, kinds) in zip(texts, answers, strict=True)]
        answers = read_misfits(likely, store.rows(misfits_query(likely, "raw"))[0])
    return {
        text: (kinds[0] if kinds else "VARCHAR") if filled else None
        for text, (filled, kinds) in zip(texts, answers, strict=True)
    }
