"""Which customers answer to what somebody typed: an id, an e-mail, a phone number, a name, what was told of them?

In: a text. Out: the one customer whom it names, or a list of those whom it may mean, with what matched. What is looked
through is bounded: ids and identifiers, then traits, and no more rows than are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from desirepath.app.customers.lists import CustomerRow, rows_of
from desirepath.app.customers.masking import Masking, Said
from desirepath.app.identify import find_customer, readings
from desirepath.collect.expression import quote_name
from desirepath.core.errors import NotFound
from desirepath.store import identity_ask
from desirepath.store.identity_db import rules_used

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.store.events_db import EventStore

LEAST = 3  # letters from which on parts of identifiers and traits are looked for
_LOOKED_AT = 2_000  # rows of events with a fitting trait
_NAMED = re.compile(r"\s*([\w .-]+?)\s*[:=]\s*(.+)", re.S)

Matches = dict[int, list[Said]]


@dataclass(frozen=True, slots=True)
class CustomersFound:
    """Who answers. more: there are others; kinds, traits: what can be searched for."""

    customers: list[CustomerRow]
    more: bool
    kinds: list[str]
    traits: list[str]


def find(store: EventStore, asked: str) -> tuple[int, str]:
    """The code and the id of the customer whom a text names. Raises NotFound, with the ids that are nearly it."""
    try:
        return find_customer(store, asked)
    except NotFound as error:
        near = _near(store, asked.strip())
        if not near:
            raise
        hint = f"Did you mean {' or '.join(near)}? {error.hint}".rstrip()
        raise NotFound(error.message, hint=hint, **error.facts) from None


def _near(store: EventStore, asked: str) -> list[str]:
    """Ids that are at most two letters from it."""
    if not 6 <= len(asked) <= 40:
        return []
    rows = store.rows(
        "SELECT id FROM customers WHERE levenshtein(id, $1) <= 2 ORDER BY levenshtein(id, $1), id LIMIT 3",
        [asked],
    )
    return [str(id) for (id,) in rows]


def search(asking: Asking, text: str, *, most: int = 50, reveal: bool = False) -> CustomersFound:
    """The customers whom a text may mean: who is named by it first, then whoever was seen last."""
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
    rules, wanted = rules_used(asking.store), text.strip()
    traits = [name.removeprefix("traits.") for name in asking.columns if name.startswith("traits.")]
    named: Matches = {}
    perhaps: Matches = {}
    if wanted:
        _by_name(asking, wanted, masking, named)
    if len(wanted) >= LEAST:
        _by_part(asking, wanted, masking, most, perhaps)
        _by_trait(asking, wanted, masking, perhaps)
    codes = [*named, *_latest_first(asking, [code for code in perhaps if code not in named])]
    return CustomersFound(
        customers=rows_of(asking, codes[:most], masking, perhaps | named),
        more=len(codes) > most,
        kinds=list(rules.names),
        traits=traits,
    )


def _by_name(asking: Asking, text: str, masking: Masking, out: Matches) -> None:
    """By the whole of an id, an earlier id or an identifier."""
    store = asking.store
    own = identity_ask.customer_by_id(store, text)
    if own is not None:
        out[int(own["customer"])] = [Said("id", masking.customer(text), False)]
        return
    for row in identity_ask.identifiers_named(store, readings(rules_used(store), text)):
        if row["customer"] is not None:
            told = Said(str(row["kind"]), masking.value(str(row["value"])), not masking.reveal)
            out.setdefault(int(row["customer"]), []).append(told)
    later = None if out else identity_ask.later_id(store, text)
    if later is not None:
        code, _ = find_customer(store, later)
        out[code] = [Said("earlier id", masking.customer(text), False)]


def _by_part(asking: Asking, text: str, masking: Masking, most: int, out: Matches) -> None:
    """By the beginning of an id, or a part of an identifier."""
    store = asking.store
    begin = text.rstrip("…").lower()
    rows = store.rows(
        "SELECT customer, id FROM customers WHERE starts_with(id, ?) LIMIT ?", [begin, most + 1]
    )
    for customer, id in rows:
        out.setdefault(int(customer), []).append(Said("id", masking.customer(str(id)), False))
    rows = store.rows(
        "SELECT customer, kind, value FROM identifiers WHERE customer IS NOT NULL AND contains(lower(value), lower(?))"
        " LIMIT ?",
        [text, 4 * most + 1],
    )
    for customer, kind, value in rows:
        told = Said(str(kind), masking.value(str(value)), not masking.reveal)
        out.setdefault(int(customer), []).append(told)


def _by_trait(asking: Asking, text: str, masking: Masking, out: Matches) -> None:
    """By what was told of them: 'WA', or 'region: WA'."""
    columns = {name: kind for name, kind in asking.columns.items() if name.startswith("traits.")}
    split = _NAMED.fullmatch(text)
    wanted = text
    if split is not None and f"traits.{split[1]}" in columns:
        columns, wanted = {f"traits.{split[1]}": "VARCHAR"}, split[2].strip()
    else:
        columns = {name: kind for name, kind in columns.items() if kind == "VARCHAR"}
    if not columns:
        return
    names = [f"e.{quote_name(name)}" for name in columns]
    fits = " OR ".join(f"contains(lower(CAST({name} AS VARCHAR)), lower($1))" for name in names)
    rows = asking.store.rows(
        f"SELECT e.event_no, {', '.join(names)} FROM events e WHERE {fits} LIMIT {_LOOKED_AT}", [wanted]
    )
    places = asking.places(np.array([int(row[0]) for row in rows], np.int64)) if rows else np.empty(0, int)
    for place, row in zip(places.tolist(), rows, strict=True):
        if place < 0:
            continue
        code = int(np.searchsorted(asking.trails.offset, place, side="right")) - 1
        for name, value in zip(columns, row[1:], strict=True):
            told = None if value is None else masking.said(name.removeprefix("traits."), value)
            fitting = value is not None and wanted.lower() in str(value).lower()
            if fitting and told not in out.setdefault(code, []):
                out[code].append(told)  # type: ignore[arg-type]  # fitting: it was told


def _latest_first(asking: Asking, codes: list[int]) -> list[int]:
    """Those who were seen last first; who is excluded comes last."""
    offset, ts = asking.trails.offset, asking.trails.ts

    def seen(code: int) -> int:
        last = int(offset[code + 1])
        return -int(ts[last - 1]) if last > int(offset[code]) else 1

    return sorted(codes, key=seen)
