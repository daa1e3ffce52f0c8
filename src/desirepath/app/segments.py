"""Segments and personas to look at: who is of each now; a rule while it is written; the face of those it means.

In: one build; a rule, as rows or as text. Out: counts with their intervals, mistakes at the row that has them, what was
never seen in the data with the nearest that was, and a face: what these customers do, feel and are worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from desirepath.app.personal import impersonal
from desirepath.app.rule_rows import DidRow, Join, Row, TraitRow, row_rule, rows_of, rule_of
from desirepath.collect.expression import SEGMENT, Rule, RuleError, parse_rule
from desirepath.core.errors import DesirepathError, nearest
from desirepath.core.estimate import Measured
from desirepath.stats.intervals import proportion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking

_VALUES = 60  # of a trait, to choose from


@dataclass(frozen=True, slots=True)
class Counted:
    """A segment or persona with those who are of it now."""

    kind: Literal["segment", "persona"]
    id: str
    label: str
    about: str
    rule: str
    customers: int
    share: Measured


@dataclass(frozen=True, slots=True)
class Trait:
    """A column that a rule can ask for. values: the commonest that were told, when there are few enough to choose."""

    column: str
    values: tuple[str, ...]
    different: int


@dataclass(frozen=True, slots=True)
class RuleMistake:
    """What is wrong with a rule, or only odd. row: the place of its row, None where it is of the whole text."""

    row: int | None
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule while it is written. rule: its text so far; rows None: rows cannot say it.

    mistakes: why nothing is counted. notices: it can be asked, and holds of nobody where it names what never comes.
    """

    rule: str
    rows: tuple[Row, ...] | None
    join: Join
    mistakes: tuple[RuleMistake, ...]
    notices: tuple[RuleMistake, ...]
    customers: int | None
    of: int
    share: Measured | None


def counted(asking: Asking) -> tuple[Counted, ...]:
    """Every segment and persona of the journey, in its order."""
    who = everybody(asking)
    last = np.asarray(asking.trails.offset)[who.astype(np.int64) + 1] - 1

    def one(kind: Literal["segment", "persona"], id: str, label: str, about: str, rule: Rule) -> Counted:
        n = int(np.asarray(asking.layers.segment(id))[last].sum())
        return Counted(kind, id, label, about, rule.text, n, proportion(n, len(who), as_of=asking.as_of))

    journey = asking.journey
    return (
        *(one("segment", s.id, s.label, s.about, s.rule) for s in journey.segments),
        *(one("persona", p.id, p.label, p.about, p.segment) for p in journey.personas),
    )


def everybody(asking: Asking) -> NDArray[np.int32]:
    """The customers who count: those with events."""
    return np.flatnonzero(np.diff(asking.trails.offset) > 0).astype(np.int32)


def traits(asking: Asking) -> tuple[Trait, ...]:
    """What rules over customers can ask for: traits and identifiers, with the values of those that have few."""
    found = []
    for name in sorted(asking.columns):
        if name.startswith("traits."):
            labels = asking.layers.codes(name).labels
            shown = impersonal(name, labels) if len(labels) <= _VALUES else ()
            found.append(Trait(name, shown, len(labels)))
        elif name.startswith("id."):
            found.append(Trait(name, (), 0))
    return tuple(found)


def try_rule(asking: Asking, *, text: str | None, rows: Sequence[Row], join: Join) -> Tried:
    """What a rule says so far, and of how many customers it holds now. text None: it is written as rows."""
    who = everybody(asking)
    if text is None:
        mistakes = _mistakes_of(rows, asking)
        told = "" if mistakes else rule_of(rows, join, asking.journey)
        shown: tuple[tuple[Row, ...], Join] | None = (tuple(rows), join)
    else:
        told, mistakes, shown = text.strip(), (), None
        try:
            shown = rows_of(told, asking.journey)
        except RuleError as error:
            mistakes = tuple(RuleMistake(None, message, hint) for message, hint in error.mistakes)
    kept, by = (None, join) if shown is None else shown
    if mistakes:
        return Tried(told, kept, by, mistakes, (), None, len(who), None)
    notices = _odd_rows(kept, asking) if kept is not None else _odd(told, None, asking)
    n = int(asking.layers.rule_now(told, who).sum())
    return Tried(told, kept, by, (), notices, n, len(who), proportion(n, len(who), as_of=asking.as_of))


def _mistakes_of(rows: Sequence[Row], asking: Asking) -> tuple[RuleMistake, ...]:
    """Of each row by itself, so that a mistake stands where it was made."""
    if not rows:
        return (RuleMistake(None, "the rule is empty", "Add a condition."),)
    found = []
    for place, row in enumerate(rows):
        try:
            parse_rule(row_rule(row, asking.journey), SEGMENT)
        except RuleError as error:
            found += [RuleMistake(place, message, hint) for message, hint in error.mistakes]
    return tuple(found)


def _odd_rows(rows: Sequence[Row], asking: Asking) -> tuple[RuleMistake, ...]:
    found: list[RuleMistake] = []
    for place, row in enumerate(rows):
        odd = _odd(row_rule(row, asking.journey), place, asking)
        found += odd
        if isinstance(row, TraitRow) and row.how in ("is", "is_not") and not odd:
            found += _values_never_told(row, place, asking)
        if isinstance(row, DidRow) and row.often == "at_least" and row.times < 1:
            found.append(
                RuleMistake(place, "it holds of everybody", "Nobody does anything less than no times.")
            )
    return tuple(found)


def _odd(rule: str, place: int | None, asking: Asking) -> tuple[RuleMistake, ...]:
    """Columns and events that the data do not have."""
    read = parse_rule(rule, SEGMENT)
    asked = {str(column) for column in read.columns}
    asked |= {str(c) for _, inner in read.aggregates for c in inner.columns if c.group}
    wide = [one for one in asking.columns if one.startswith(("traits.", "properties.", "id."))]
    missing = [
        RuleMistake(place, f"no event says {column}", nearest(column, _of_group(wide, column), "They say"))
        for column in sorted(asked)
        if column not in asking.columns
    ]
    names = asking.event_names
    return (
        *missing,
        *(
            RuleMistake(place, f'there is no event "{name}"', nearest(name, names, "Events"))
            for name in sorted(read.events)
            if name not in names
        ),
    )


def _of_group(columns: Sequence[str], like: str) -> list[str]:
    group = like.partition(".")[0]
    return [one for one in columns if one.partition(".")[0] == group]


def _values_never_told(row: TraitRow, place: int, asking: Asking) -> list[RuleMistake]:
    if row.numbers or not row.column.startswith("traits."):
        return []
    try:
        labels = asking.layers.codes(row.column).labels
    except DesirepathError:
        return []
    return [
        RuleMistake(
            place,
            f'{row.column} is never "{value}"',
            nearest(value, impersonal(row.column, labels), "It is"),
        )
        for value in row.values
        if value not in labels
    ]
