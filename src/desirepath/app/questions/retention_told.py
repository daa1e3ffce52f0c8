"""Retention's answer in sentences, tables and lists.

In: a RetentionAnswer, and one counted as another tool counts. Out: what an Answer is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from desirepath.app.questions.tables import table_of
from desirepath.core.times import from_us

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Codes
    from desirepath.app.questions.retention import Retention
    from desirepath.app.results import Table
    from desirepath.core.estimate import Measured
    from desirepath.measure.retention.ask import RetentionAnswer, Tool

_COUNTS: dict[str, str | type] = {
    "customers": int, "over": int, "returned": int, "early": int, "rate": "share", "complete": bool,
}  # fmt: skip
# What a tool does otherwise than we; sources in docs/questions/retention.md.
_WAYS: dict[str, str] = {
    "amplitude": "Amplitude rounds start and return down (days: to the hour; weeks and months: to the day) and counts "
    "24-hour days from there, a week being 7 and a month 30.",
    "clickhouse": "ClickHouse's retention() knows no order within a period, counts the start itself in its own, and "
    "divides by the whole cohort whether or not a period is over.",
    "mixpanel": "Mixpanel counts 24-hour days from each customer's own start and divides by the whole cohort whether "
    "or not a period is over.",
    "posthog": "PostHog compares calendar periods only, weeks beginning on Sunday: the start counts in its own, what "
    "came earlier in the same period counts, and the whole cohort is the denominator.",
}


def in_share(one: Measured) -> str:
    """'39.3 % (38.1 – 40.5 %; n 1,234)', or why there is none."""
    from desirepath.app.questions.units import in_words
    from desirepath.core.estimate import Estimate

    told = in_words(one, "share", None)
    if not isinstance(one, Estimate):
        return told
    return f"{told} ({one.low * 100:.1f}–{one.high * 100:.1f} %; n {one.n:,})"


def says(
    question: Retention, result: RetentionAnswer, asking: Asking, limited_by: str, overlap: bool
) -> tuple[str, ...]:
    """The answer in sentences."""
    started = int(result.overall.n[0])
    if not started:
        return ("Nobody started: there is nothing to come back from.",)
    known = [j for j in range(len(result.columns)) if result.rate(None, j).known]
    who = f"{started:,} customer{'s' if started != 1 else ''} who started"
    if not known:
        one = result.rate(None, 0)
        found = [f"Of {who}, how many came back in {result.columns[0]} cannot be said: {in_share(one)}."]
    else:
        shown = known[:1] if len(known) == 1 else [known[0], known[-1]]
        on = {j: "on" if result.columns[j].startswith("day ") else "in" for j in shown}
        parts = [f"{in_share(result.rate(None, j))} came back {on[j]} {result.columns[j]}" for j in shown]
        found = [f"Of {who}, {', and '.join(parts)}."]
    until = f"{from_us(result.known_until, asking.journey.time_zone):%Y-%m-%d %H:%M}"
    source = f' (source "{limited_by}")' if limited_by else ""
    open_columns = [c for j, c in enumerate(result.columns) if not result.complete(None, j)]
    if open_columns:
        several = len(open_columns) > 1
        which = f"{open_columns[0]} and what follows are" if several else f"{open_columns[0]} is"
        found.append(
            f"Who came back is known until {until}{source}; {which} not over for everybody: such cells are marked "
            "incomplete, and rates are of those for whom they are."
        )
    if question.kind == "on_or_after":
        found.append("On or after: each share is a lower bound, since who has not come back yet still may.")
    if result.too_late:
        found.append(f"{result.too_late:,} started after that and are in no count.")
    if overlap:
        found.append("Groups overlap: the curve counts every customer once.")
    return tuple(found)


def tables(result: RetentionAnswer) -> dict[str, Table]:
    """The curve of everybody; cohorts × columns as shares; every cell with its counts and interval."""
    contract = {"rule": result.contract.rule, "definition": result.contract.definition}
    curve = table_of(
        "column",
        {"column": str, **_COUNTS},
        [_cell(result, None, j) for j in range(len(result.columns))],
        contract,
    )  # fmt: skip
    triangle = table_of(
        "cohort",
        {"cohort": str, "customers": int, **dict.fromkeys(result.columns, "=share")},
        [_line(result, k) for k in (None, *range(len(result.cohorts)))],
        contract
        | {"empty": "the period is not over for everybody, or there are too few: see the table cells"},
    )
    cells = table_of(
        "cohort and column",
        {"cohort": str, "column": str, **_COUNTS},
        [
            (label, *_cell(result, k, j))
            for k, label in enumerate(result.cohorts)
            for j in range(len(result.columns))
        ],
        contract,
    )  # fmt: skip
    return {"curve": curve, "cohorts": triangle, "cells": cells}


def _cell(result: RetentionAnswer, cohort: int | None, column: int) -> tuple[Any, ...]:
    counts, row = (result.overall, 0) if cohort is None else (result.counts, cohort)
    return (
        result.columns[column], int(counts.n[row]), int(counts.over[row, column]), int(counts.returned[row, column]),
        int(counts.early[row, column]), result.rate(cohort, column), result.complete(cohort, column),
    )  # fmt: skip


def _line(result: RetentionAnswer, cohort: int | None) -> tuple[Any, ...]:
    """A cohort's shares, each over those for whom the column is over; None where there is no estimate."""
    n = int((result.overall.n if cohort is None else result.counts.n)[cohort or 0])
    shares = [getattr(result.rate(cohort, j), "value", None) for j in range(len(result.columns))]
    return ("all" if cohort is None else result.cohorts[cohort], n, *shares)


def lists(result: RetentionAnswer) -> dict[str, Codes]:
    """Who came back, of everybody and in each cell; "… early": in a period that is not over for them."""
    found: dict[str, Codes] = {}
    for k, label in [(None, ""), *enumerate(result.cohorts)]:
        counts, row = (result.overall, 0) if k is None else (result.counts, k)
        for j, column in enumerate(result.columns):
            name = f"{label} {column}".strip()
            found[name] = lambda k=k, j=j: result.members(k, j)  # type: ignore[misc]
            if counts.early[row, j]:
                found[f"{name} early"] = lambda k=k, j=j: result.members(k, j, early=True)  # type: ignore[misc]
    return found


# ── as another tool counts ───────────────────────────────────────────────────────────────────────────────


def as_counted(
    tool: Tool, result: RetentionAnswer, other: RetentionAnswer
) -> tuple[tuple[str, ...], Table, dict[str, Codes]]:
    """(sentences, their counts beside ours, who returned in a column by one way of counting and not by the other)."""
    pairs = [(_hits(result, j), _hits(other, j)) for j in range(len(result.columns))]
    found: dict[str, Codes] = {}
    rows, differ = [], np.empty(0, np.int64)
    for column, (ours, theirs) in zip(result.columns, pairs, strict=True):
        mine, yours = np.setdiff1d(ours, theirs), np.setdiff1d(theirs, ours)
        differ = np.union1d(differ, np.union1d(mine, yours))
        n, o = int(result.overall.n[0]), int(other.overall.n[0])
        rows.append((column, n, len(ours), o, len(theirs), len(mine), len(yours)))
        found[f"only ours {column}"] = lambda mine=mine: mine  # type: ignore[misc]
        found[f"only theirs {column}"] = lambda yours=yours: yours  # type: ignore[misc]
    columns: dict[str, str | type] = {
        "column": str, "customers": int, "returned": int, "their_customers": int, "their_returned": int,
        "only_ours": int, "only_theirs": int,
    }  # fmt: skip
    table = table_of("column", columns, rows, {"rule": other.contract.rule})
    return _compared(tool, result, other, len(differ)), table, found


def _hits(result: RetentionAnswer, column: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Who returned in a column, over or not: ascending, each once."""
    customer, hit = result.hits(column)
    return customer[hit]


def _compared(tool: Tool, result: RetentionAnswer, other: RetentionAnswer, differ: int) -> tuple[str, ...]:
    """What they find, how many differ, and why. Amplitude divides by those who have reached the period's end."""
    o = other.overall
    hits, of = int(o.returned[0, 0] + o.early[0, 0]), int(o.n[0])
    if tool == "amplitude":
        hits, of = int(o.returned[0, 0]), int(o.over[0, 0])
    rate = f"{hits / of * 100:.1f} % ({hits:,} of {of:,})" if of else "nothing"
    told = [
        f"As {tool} counts, {result.columns[0]} is {rate}; {differ:,} customers are in another column there.",
        _WAYS[tool],
    ]
    if other.known_until > result.known_until:
        told.append("It asks nobody until when a source is complete: what came later counts there as well.")
    return tuple(told)
