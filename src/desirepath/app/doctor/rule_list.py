"""Every rule that a journey has, where it stands, and how many events of each source it matches.

In: a Looking. Out: the rules as a list, counted in one pass over the events however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from desirepath.app.doctor.looking import Looking
from desirepath.collect.expression import Column, Rule
from desirepath.core.yaml_lines import Where
from desirepath.doctor.finding import Severity
from desirepath.doctor.names import columns_of
from desirepath.journey.definition import Touchpoint

_AT_ONCE = 60  # rules in one query


@dataclass(frozen=True)
class Named:
    """A rule of journey.yaml. what: 'touchpoint "cart"'. where: its place in the file. harm: if it never holds."""

    what: str
    kind: str
    subject: str
    rule: Rule
    where: Where
    harm: str
    severity: Severity
    also: str = ""  # further SQL that must hold

    @property
    def key(self) -> str:
        """The last key of its place: enter, when …"""
        return str(self.where[-1])


class Rules:
    """Every rule of the journey over events, with how many events of each source it matches. Counted once."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking

    @cached_property
    def named(self) -> list[Named]:
        """The rules over events."""
        return [one for one in named_rules(self._looking) if not one.rule.aggregates]

    @cached_property
    def counts(self) -> dict[int, dict[str, int]]:
        """Place in `named` → source → events of customers (excluded ones too) that it matches."""
        found: dict[int, dict[str, int]] = {place: {} for place in range(len(self.named))}
        columns = self._looking.columns
        for start in range(0, len(self.named), _AT_ONCE):
            batch = self.named[start : start + _AT_ONCE]
            tests = ", ".join(
                f"count(*) FILTER (WHERE ({columns.of(one.rule)}){' AND ' + one.also if one.also else ''})"
                for one in batch
            )
            rows = self._looking.rows(
                f"SELECT e.source, {tests} FROM events e JOIN event_customers c ON c.event_no = e.event_no"
                " GROUP BY e.source"
            )
            for source, *numbers in rows:
                for place, number in enumerate(numbers, start):
                    found[place][str(source)] = int(number)
        return found

    def matched(self, place: int) -> int:
        """How many events a rule matches."""
        return sum(self.counts[place].values())

    def sources_of(self, *where: str) -> dict[str, int]:
        """Source → events that the rule at a place of the file matches."""
        for place, one in enumerate(self.named):
            if one.where == where:
                return {name: n for name, n in self.counts[place].items() if n}
        return {}


_COUNTED: WeakKeyDictionary[Looking, Rules] = WeakKeyDictionary()


def rules_of(looking: Looking) -> Rules:
    """The rules of a Looking: several checks ask, one query answers."""
    return _COUNTED.setdefault(looking, Rules(looking))


def named_rules(looking: Looking) -> Iterator[Named]:
    """Every rule of the journey, those over customers among them."""
    journey, warning, note = looking.journey, Severity.WARNING, Severity.NOTE
    for stage in journey.stages:
        at = f'of stage "{stage.id}"'
        never = f"nobody ever enters {stage.id}"
        yield Named(
            f"enter {at}",
            "enter",
            stage.id,
            stage.enter,
            ("stages", stage.id, "enter"),
            never,
            Severity.ERROR,
        )
        if isinstance(stage.goal, Rule):
            harm = f"nobody ever succeeds in {stage.id}: its rate is 0"
            yield Named(
                f"goal {at}", "goal", stage.id, stage.goal, ("stages", stage.id, "goal"), harm, Severity.ERROR
            )
        if stage.exit is not None:
            harm = f"nobody is ever seen to leave {stage.id}: those who do count as lapsed"
            yield Named(
                f"exit {at}", "exit", stage.id, stage.exit, ("stages", stage.id, "exit"), harm, warning
            )
    if journey.exit is not None:
        harm = "nobody is ever seen to leave: those who do count as lapsed"
        yield Named("exit of the journey", "exit", "journey", journey.exit, ("exit",), harm, warning)
    for point in journey.touchpoints:
        yield touchpoint_rule(point)
    for promise in journey.promises:
        here = ("promises", promise.id)
        harm = "nobody is ever promised anything: it has no numbers"
        yield Named(
            f'from of promise "{promise.id}"',
            "promise",
            promise.id,
            promise.opens,
            (*here, "from"),
            harm,
            warning,
        )
        harm = "it is never kept, and whoever waits does not lapse"
        yield Named(
            f'to of promise "{promise.id}"',
            "promise",
            promise.id,
            promise.closes,
            (*here, "to"),
            harm,
            Severity.ERROR,
        )
    for place, voided in enumerate(journey.voided_by):
        where = ("voided_by", place, "event") if len(journey.voided_by) > 1 else ("voided_by", "event")
        harm = "no event is ever voided: what was cancelled counts"
        yield Named("voided_by", "voided_by", "voided_by", voided.event, where, harm, warning)
    if journey.active_while is not None:
        for key, harm in (
            ("start", "nobody is kept alive by it"),
            ("end", "whoever started is active for ever"),
        ):
            rule = getattr(journey.active_while, key)
            yield Named(
                f"{key} of active_while",
                "active_while",
                "active_while",
                rule,
                ("active_while", key),
                harm,
                warning,
            )
    yield from _excludes(looking)
    for section, parts in (("segments", journey.segments), ("personas", journey.personas)):
        for part in parts:
            rule = part.rule if section == "segments" else part.segment  # type: ignore[union-attr]  # by section
            key = "rule" if section == "segments" else "segment"
            what = f'{section[:-1]} "{part.id}"'
            harm = f"no visit is ever of this {section[:-1]}: it has no numbers"
            yield Named(what, section[:-1], part.id, rule, (section, part.id, key), harm, note)


def _excludes(looking: Looking) -> Iterator[Named]:
    """`exclude` is one rule, or several with names."""
    given = looking.journey.exclude
    for one in given:
        alone = len(given) == 1 and not looking.says("exclude", one.id)
        where: Where = ("exclude",) if alone else ("exclude", one.id)
        what = "exclude" if alone else f'exclude "{one.id}"'
        yield Named(what, "exclude", one.id, one.rule, where, "nobody is excluded by it", Severity.NOTE)


def touchpoint_rule(point: Touchpoint) -> Named:
    """The rule of a touchpoint."""
    also = f"e.\"by\" = '{point.by.value}'" if point.by is not None else ""
    return Named(
        f'touchpoint "{point.id}"', "touchpoint", point.id, point.when, ("touchpoints", point.id, "when"),
        "it is on no map and in no number", Severity.WARNING, also,
    )  # fmt: skip


def all_columns(looking: Looking) -> frozenset[Column]:
    """Every column that the journey reads, in rules, keys and promised instants."""
    found = {column for one in named_rules(looking) for column in columns_of(one.rule)}
    for promise in looking.journey.promises:
        found |= {_short(name) for name in (promise.or_by, promise.key) if name}
    return frozenset(found | {_short(one.key) for one in looking.journey.voided_by})


def _short(name: str) -> Column:
    group, dot, rest = name.partition(".")
    return Column(group, rest) if dot else Column("properties", name)
