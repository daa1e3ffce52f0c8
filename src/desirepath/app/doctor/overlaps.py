"""Touchpoints that match the same events: the first declared has them, the others have less than they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from desirepath.app.doctor.effects import Again
from desirepath.app.doctor.looking import Looking, listed, many, share
from desirepath.app.doctor.rule_list import rules_of, touchpoint_rule
from desirepath.doctor.finding import Effect, Example, Finding, Severity

_INSIDE = 0.9  # of a touchpoint's events within another's: it is a special case of it
_MOST = 0.5  # of a touchpoint's events taken by another: it hardly shows


def overlap(looking: Looking, again: Again) -> Iterator[Finding]:
    """Events that two touchpoints match: the first declared has them."""
    points = looking.journey.touchpoints
    if len(points) < 2 or not looking.events:
        return
    columns = looking.columns
    tests = ", ".join(
        f"CASE WHEN ({columns.of(p.when)}){' AND ' + touchpoint_rule(p).also if p.by else ''} THEN {i} END"
        for i, p in enumerate(points)
    )
    rows = looking.rows(
        f"SELECT list_filter([{tests}], lambda x: x IS NOT NULL) AS met, count(*) AS n, any_value(e.event)"
        " FROM events e JOIN event_customers c ON c.event_no = e.event_no GROUP BY met HAVING len(met) > 1"
        " ORDER BY n DESC, met"
    )
    rules = rules_of(looking)
    own = {
        str(one.subject): rules.matched(i) for i, one in enumerate(rules.named) if one.kind == "touchpoint"
    }
    lost: dict[int, dict[int, int]] = {}
    sample: dict[tuple[int, int], str] = {}
    for met, count, event in rows:
        for other in met[1:]:
            lost.setdefault(other, {})[met[0]] = lost.get(other, {}).get(met[0], 0) + int(count)
            sample.setdefault((met[0], other), str(event))
    hidden = {k: by for k, by in lost.items() if sum(by.values()) >= own[points[k].id]}
    for loser, by in hidden.items():
        name, events = points[loser].id, own[points[loser].id]
        winners = listed([f'"{points[w].id}"' for w in sorted(by, key=lambda w: -by[w])])
        yield Finding(
            "overlap",
            Severity.WARNING,
            name,
            f'Touchpoint "{name}" never has an event: all {events:,} that it matches are taken by {winners}, declared '
            "before it.",
            Effect(f"It is on no map and in no number; {winners} show its events.", events, events, "events"),
            looking.journey_line(
                f"{name}: …", "touchpoints", name, about=f"put it above {winners}, or remove it"
            ),
            {"events": events},
        )
    partly = [(w, k, n) for k, by in lost.items() if k not in hidden for w, n in by.items()]
    # A special case before the general one is what the order is for; two that cross each other are not.
    partly.sort(key=lambda one: (one[2] >= _INSIDE * own[points[one[0]].id], -one[2]))
    told = set()
    for winner, loser, count in partly:
        if _INSIDE * own[points[winner].id] > count >= _MOST * own[points[loser].id]:
            told.add((winner, loser))
            yield _mostly_taken(looking, points[winner].id, points[loser].id, count, own[points[loser].id])
    partly = [one for one in partly if one[:2] not in told]
    if not partly:
        return
    total = sum(n for _, _, n in partly)
    first, second, _ = partly[0]
    yield Finding(
        "overlap",
        Severity.NOTE,
        points[second].id,
        f"{many(len(partly), 'pair')} of touchpoints match{'es' if len(partly) == 1 else ''} the same events "
        f"({total:,}): the one declared first has them.",
        Effect(
            f'Most of all, {share(partly[0][2], own[points[second].id])} of what "{points[second].id}" '
            "matches counts as "
            f'"{points[first].id}". Nothing is lost if that is meant.',
            total,
            looking.events,
            "events",
        ),
        looking.journey_line(
            f"{points[second].id}: …", "touchpoints", points[second].id, about="the order decides"
        ),
        {"pairs": len(partly), "events": total},
        tuple(
            Example(event=sample[w, k], what=f'{many(n, "event")}: "{points[w].id}" before "{points[k].id}"')
            for w, k, n in partly[:5]
        ),
    )


def _mostly_taken(looking: Looking, winner: str, loser: str, count: int, events: int) -> Finding:
    return Finding(
        "overlap",
        Severity.WARNING,
        loser,
        f'{count:,} of {events:,} events that touchpoint "{loser}" matches ({share(count, events)}) count '
        f'as "{winner}", '
        "which is declared before it and about something else.",
        Effect(
            f'"{loser}" is met {events - count:,} times on the map, not {events:,}.', count, events, "events"
        ),
        looking.journey_line(
            f"{loser}: …",
            "touchpoints",
            loser,
            about=f'put it above "{winner}", or narrow the rule of "{winner}"',
        ),
        {"taken": count, "events": events},
    )


MAKERS = {"overlap": overlap}
