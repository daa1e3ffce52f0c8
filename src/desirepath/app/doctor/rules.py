"""Rules that never hold: on names that never come, on columns that no source has."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from desirepath.app.doctor.effects import Again
from desirepath.app.doctor.looking import Looking, be, listed, many, quoted, s
from desirepath.app.doctor.rule_list import Named, named_rules, rules_of
from desirepath.collect.expression import Column, quote_name
from desirepath.doctor.finding import Effect, Finding, Fix, Severity
from desirepath.doctor.names import asked_values, columns_of, meant, nearest_names, rewritten

_VALUES = 2_000  # distinct values of a column that are looked at


def rule_matches_nothing(looking: Looking, again: Again) -> Iterator[Finding]:
    """Every rule over events that none of them satisfies, with what was likely meant. (`enter`: stage_not_entered.)"""
    if not looking.events:
        return
    rules = rules_of(looking)
    for place, one in enumerate(rules.named):
        if rules.matched(place) or one.kind in ("enter", "segment", "persona"):
            continue
        yield nothing_matched(looking, one, "rule_matches_nothing")
    for one in named_rules(looking):
        if one.kind in ("segment", "persona") and not _anybody(looking, one.subject):
            yield nothing_matched(looking, one, "rule_matches_nothing")


def _anybody(looking: Looking, segment: str) -> bool:
    mask = looking.asking.membership(segment)
    return mask is None or bool(mask.any()) or not len(mask)


def nothing_matched(looking: Looking, one: Named, code: str) -> Finding:
    """The finding for a rule that matches nothing: its likely cause, and the line as it should be."""
    fix, why = _cure(looking, one)
    over = looking.events
    unit = "events"
    return Finding(
        code,
        one.severity,
        one.subject,
        f"The rule {one.what} matches nothing: {one.rule.text}" + (f" ({why})." if why else "."),
        Effect(
            f"So {one.harm}.",
            over,
            over,
            unit,
            (one.subject,) if one.kind in ("enter", "goal", "exit") else (),
        ),
        fix,
        {"events_looked_at": over, "matched": 0},
    )


def _cure(looking: Looking, one: Named) -> tuple[Fix, str]:
    """The line to write, and why nothing matched."""
    key = _key(looking, one)
    absent = [c for c in sorted(columns_of(one.rule), key=str) if _is_absent(looking, c)]
    if absent:
        near = meant(str(absent[0]), looking.asking.columns)
        text = one.rule.text.replace(str(absent[0]), near) if near else one.rule.text
        why = f"no source has {absent[0]}" + (f"; did you mean {near}?" if near else "")
        return looking.journey_line(f'{key}: "{text}"', *one.where), why
    for column, value in asked_values(one.rule):
        if column.group == "id":
            continue  # whose address is nearly that one is nobody's business
        known = _known(looking, column)
        if value in known:
            continue
        near = meant(value, known)
        text = rewritten(one.rule.text, value, near) if near else one.rule.text
        there = nearest_names(value, [looking.said(name) for name in known])
        about = "" if near else "write the value that is meant, or remove the entry"
        said = f"{column} is never '{value}'; {there}"
        return looking.journey_line(f'{key}: "{text}"', *one.where, about=about), said
    if one.also:
        said = f"such events are there, but none is {one.also.removeprefix('e.')}"
        return looking.journey_line("by: …", *one.where[:-1], "by", about="or leave `by` out"), said
    about = "write a rule that holds, or remove the entry"
    return looking.journey_line(f"{key}: …", *one.where, about=about), ""


def _key(looking: Looking, one: Named) -> str:
    """The key to write before a rule: its own, or that of the entry where the rule stands alone there."""
    return one.key if len(one.where) < 2 or looking.says(*one.where) else str(one.where[-2])


_VALUES_OF: WeakKeyDictionary[Looking, dict[Column, list[str]]] = WeakKeyDictionary()


def _known(looking: Looking, column: Column) -> list[str]:
    """The values that a column has, the commonest first."""
    cache = _VALUES_OF.setdefault(looking, {})
    if column not in cache:
        name = quote_name(str(column))
        rows = looking.rows(
            f"SELECT CAST(e.{name} AS VARCHAR) AS said FROM events e WHERE e.{name} IS NOT NULL GROUP BY ALL"
            f" ORDER BY count(*) DESC, said LIMIT {_VALUES}"
        )
        cache[column] = [str(value) for (value,) in rows]
    return cache[column]


def _is_absent(looking: Looking, column: Column) -> bool:
    return bool(column.group) and str(column).lower() not in {name.lower() for name in looking.asking.columns}


def unknown_property(looking: Looking, again: Again) -> Iterator[Finding]:
    """Rules on a property, trait or identifier that no source ever had: silently false."""
    if not looking.events:
        return
    absent: dict[Column, list[Named]] = {}
    rules = rules_of(looking)
    told = {one.where for place, one in enumerate(rules.named) if not rules.matched(place)}  # of these: above
    for one in named_rules(looking):
        if one.where in told:
            continue
        for column in columns_of(one.rule):
            if _is_absent(looking, column):
                absent.setdefault(column, []).append(one)
    for column, where in sorted(absent.items(), key=lambda item: str(item[0])):
        near = meant(str(column), looking.asking.columns)
        first = where[0]
        yield Finding(
            "unknown_property",
            Severity.WARNING,
            str(column),
            f"No source has {column}, which {many(len(where), 'rule')} ask{s(len(where))} for: "
            f"{listed([one.what for one in where])}." + (f" Did you mean {near}?" if near else ""),
            Effect(
                "What is compared with it is false for every event, without a word.",
                len(where),
                len(list(named_rules(looking))),
                "rules",
            ),
            looking.journey_line(
                f'{_key(looking, first)}: "{first.rule.text.replace(str(column), near)}"'
                if near
                else f"{_key(looking, first)}: …",
                *first.where,
                about="" if near else f"or name the column in sources.yaml: {column.group}: [{column.name}]",
            ),
            {"rules": len(where)},
        )


def unknown_value(looking: Looking, again: Again) -> Iterator[Finding]:
    """Names in rules that never come, where one that does is spelt nearly so. (Rules that match nothing: above.)"""
    if not looking.events:
        return
    rules = rules_of(looking)
    told: set[tuple[Column, str]] = set()
    used = {value for one in named_rules(looking) for column, value in asked_values(one.rule)}
    for place, one in enumerate(rules.named):
        if not rules.matched(place):
            continue
        for column, value in asked_values(one.rule):
            if (column, value) in told or _is_absent(looking, column):
                continue
            if column.kind != "text" or column.group == "id":
                continue
            told.add((column, value))
            known = _known(looking, column)
            if value in known or (near := meant(value, known)) is None or near in used:
                continue
            count = int(
                looking.store.value(
                    f"SELECT count(*) FROM events e WHERE e.{quote_name(str(column))} = {quoted(near)}"
                )
            )
            yield Finding(
                "unknown_value",
                Severity.WARNING,
                value,
                f"{column} is never '{value}', which the rule {one.what} asks for; there is '{near}'.",
                Effect(
                    f"{many(count, 'event')} with '{near}' {be(count)} not matched.",
                    count,
                    looking.events,
                    "events",
                ),
                looking.journey_line(
                    f'{_key(looking, one)}: "{rewritten(one.rule.text, value, near)}"', *one.where
                ),
                {"events": count},
            )


MAKERS = {
    "rule_matches_nothing": rule_matches_nothing,
    "unknown_property": unknown_property,
    "unknown_value": unknown_value,
}
