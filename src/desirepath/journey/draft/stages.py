"""Which stages do these events make? From their names, and from whether they come before or after the purchase.

In: summaries of events. Out: a Plan: the stages with their evidence, the goal, exits, and for every event the
stage in which it is a touchpoint. A plan always places customers: it has one stage at least.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Literal, get_args

from desirepath.collect.guess.words import words_of
from desirepath.core.words import STAGES
from desirepath.journey.draft.facts import EventSummary

MOST_NAMES = 40  # names in one rule; the rarer ones are touchpoints of nothing, and said so
_BY_WORDS, _BY_PRESET = "by the words of the names", "as the preset of the export says"
REPEATS = 0.02  # buyers who bought again: with fewer the journey ends with the purchase
Role = Literal[
    "awareness", "consideration", "decision", "goal", "retention", "advocacy", "exit", "void", "support", "response",
    "mail", "other",
]  # fmt: skip


@dataclass
class PlannedStage:
    """One stage of the draft. `goal`: names, ('repeat',), or () where nothing is known to be its success."""

    id: str
    enter: list[str]
    why: str
    goal: tuple[str, ...] = ()
    goal_why: str = ""
    after: str = ""


@dataclass
class Plan:
    """What the draft of a journey will say."""

    kind: Literal["customer", "buyer"]
    kind_why: str
    stages: list[PlannedStage]
    goal: str = ""  # the event that is the purchase
    other_goals: list[str] = field(default_factory=list)
    exits: list[str] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)
    touches: dict[str, str] = field(default_factory=dict)  # event → stage
    roles: dict[str, Role] = field(default_factory=dict)

    def stage(self, name: str) -> PlannedStage | None:
        """A stage by id."""
        return next((one for one in self.stages if one.id == name), None)


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[Role, bool, tuple[frozenset[str], ...]], ...]:
    raw = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    return tuple(
        (
            entry["role"],
            entry.get("alone", False),
            tuple(frozenset(one.split("+")) for one in entry["words"].split()),
        )
        for entry in raw["entry"]
    )


def role_of(name: str) -> Role:
    """What an event's name says it is; 'other' where it says nothing.

    >>> role_of("Order Completed"), role_of("begin_checkout"), role_of("Lead Created"), role_of("xyz")
    ('goal', 'decision', 'consideration', 'other')
    """
    words = words_of(name)
    named = {*words, *("".join(words[i : i + 2]) for i in range(len(words) - 1))}
    for role, alone, patterns in _entries():
        if (not alone or len(words) == 1) and any(pattern <= named for pattern in patterns):
            return role
    return "other"


def stage_within(name: str, stages: Collection[str], where: Mapping[str, int]) -> tuple[str, str]:
    """Of a journey that has its stages: the one in which a further event is a touchpoint, and why; '' where none is.

    where: in which stage their customers were, how many of these events. What customers did says more than a name.

    >>> stage_within("Review Posted", ["decision", "advocacy"], {})
    ('advocacy', 'by the words of its name')
    """
    every = sum(where.values())
    most = max(where, key=lambda one: where[one], default="")
    if every and 2 * where[most] > every:
        return most, f"{where[most]:,} of the {every:,} in any stage were in this one"
    role = role_of(name)
    meant = "decision" if role == "goal" else role
    return (meant, "by the words of its name") if meant in stages else ("", "")


def plan(
    events: Sequence[EventSummary],
    before: Callable[[Sequence[str]], Mapping[str, float]],
    repeats: Callable[[str], tuple[int, int]],
    said: Mapping[str, str] | None = None,
) -> Plan:
    """The stages for these events.

    before: given goals, each event's share that came before its customer's first goal.
    repeats: an event's customers, and those who did it at two or more times.
    said: what events are evidence of, where somebody (a preset) knows; the others' names are all there is.
    """
    known = {name: one for name, role in (said or {}).items() if (one := _role(role))}
    roles: dict[str, Role] = {e.name: known.get(e.name) or role_of(e.name) for e in events}
    goals = sorted(
        (e for e in events if roles[e.name] == "goal"), key=lambda e: (-e.valued, -e.customers, e.name)
    )
    if not goals:
        return _reasons(_without_goal(events, roles), known)
    goal = goals[0].name
    earlier = before([goal])
    for event in events:
        # A second way to say "bought" (paid, confirmed) must not make one purchase look like two.
        if roles[event.name] == "goal" and event.name != goal and event.name in known:
            roles[event.name] = "response"  # a touchpoint: another export tells of the same purchase
        elif roles[event.name] == "goal" and event.name != goal:
            roles[event.name] = "decision" if earlier.get(event.name, 0) > 0.5 else "retention"
        elif roles[event.name] == "other" and event.by == "customer":
            roles[event.name] = "consideration" if earlier.get(event.name, 0) > 0.5 else "retention"
    made = _with_goal(events, roles, goal, repeats(goal))
    made.other_goals = [e.name for e in goals[1:]]
    return _reasons(_with_touches(made, events, earlier), known)


def _role(text: str) -> Role | None:
    return next((one for one in get_args(Role) if one == text), None)


def _reasons(made: Plan, known: Mapping[str, Role]) -> Plan:
    """A stage whose evidence is all known is no guess by words."""
    for stage in made.stages:
        if stage.why == _BY_WORDS and known.keys() >= set(stage.enter):
            stage.why = _BY_PRESET
    return made


def _names(
    events: Sequence[EventSummary], roles: Mapping[str, Role], role: Role, customers_only: bool = True
) -> list[str]:
    """The names with a role, commonest first; if the business does all of them, still those."""
    mine = [e for e in events if roles[e.name] == role]
    own = [e.name for e in mine if e.by == "customer" or not customers_only]
    return (own or [e.name for e in mine])[:MOST_NAMES]


def _with_goal(
    events: Sequence[EventSummary], roles: Mapping[str, Role], goal: str, repeats: tuple[int, int]
) -> Plan:
    found = {
        stage: _names(events, roles, stage)
        for stage in ("awareness", "consideration", "decision", "advocacy")
    }
    later = _names(events, roles, "retention") + _names(events, roles, "support")
    buyers, again = repeats
    goes_on = again >= max(2, REPEATS * buyers) or bool(later) or bool(found["advocacy"])
    kind: Literal["customer", "buyer"] = "customer" if goes_on else "buyer"
    if again >= max(2, REPEATS * buyers):
        why = f'{again:,} of {buyers:,} did "{goal}" more than once'
    elif goes_on:
        why = f'events such as "{(later or found["advocacy"])[0]}" go on after "{goal}"'
    else:
        why = f'it ends with "{goal}": {again:,} of {buyers:,} did that more than once'
    stages: list[PlannedStage] = []
    earlier = [s for s in ("awareness", "consideration", "decision") if found[s]]
    for name in earlier:
        stages.append(PlannedStage(name, found[name], _BY_WORDS))
    goal_why = "the name says that somebody bought"
    if kind == "buyer":
        _end_with(stages, goal, goal_why)
    elif stages:
        # The purchase itself is evidence of retention, so the decision has to be something before it.
        last = stages[-1]
        if last.id != "decision":
            last.why = f'the last that is seen before "{goal}"'
            last.id = "decision"
        last.goal, last.goal_why = (goal,), goal_why
    if kind == "customer":
        stages.append(PlannedStage("retention", [goal], "from the purchase on", ("repeat",), "buying again"))
        if found["advocacy"]:
            decided = any(s.id == "decision" for s in stages)
            stages.append(
                PlannedStage(
                    "advocacy",
                    found["advocacy"],
                    _BY_WORDS,
                    after="decision" if decided else "",
                )
            )
    return Plan(
        kind, why, stages, goal,
        exits=_names(events, roles, "exit", False), voids=_names(events, roles, "void", False), roles=dict(roles),
    )  # fmt: skip


def _end_with(stages: list[PlannedStage], goal: str, why: str) -> None:
    """A buyer journey: its last stage is the decision, which a win without anything before it also enters."""
    if stages and stages[-1].id == "decision":
        stages[-1].enter.append(goal)
        stages[-1].goal, stages[-1].goal_why = (goal,), why
    else:
        stages.append(
            PlannedStage("decision", [goal], "nothing else shows that they are deciding", (goal,), why)
        )


_ANSWERS = ("resolved", "solved", "closed", "answered", "completed", "accepted", "delivered")


def _without_goal(events: Sequence[EventSummary], roles: dict[str, Role]) -> Plan:
    """Nobody buys in these data: the stages that the names speak of, else by where events stand in trails."""
    found = {
        stage: _names(events, roles, stage)
        for stage in ("awareness", "consideration", "decision", "advocacy")
    }
    found["retention"] = _names(events, roles, "retention")
    kept: Role = "retention"
    for role in ("support", "response", "mail"):
        own = [e.name for e in events if roles[e.name] == role and e.by == "customer"]
        if own and not any(found.values()):
            found[kept] = own[:MOST_NAMES]
    unknown = [e for e in events if roles[e.name] == "other" and e.by == "customer"] or [
        e for e in events if roles[e.name] == "other"
    ]
    why = _BY_WORDS
    if not any(found.values()):
        why = "by where they stand in customers' trails; their names say nothing"
        _by_place(unknown or list(events), found)
    elif unknown:
        _beside_known(unknown, events, found)
    stages = [PlannedStage(s, found[s], why) for s in STAGES if found.get(s)]
    last = stages[-1]
    done = [
        e.name for word in _ANSWERS for e in events if e.name not in last.enter and word in words_of(e.name)
    ]
    if len(stages) == 1 and done:
        last.goal, last.goal_why = (done[0],), "it ends what began"
    elif len(stages) == 1:
        last.goal, last.goal_why = ("repeat",), "nothing looks like a purchase; so success is coming again"
    made = Plan(
        "customer", "nothing in the events looks like a purchase", stages,
        exits=[n for n in _names(events, roles, "exit", False) if all(n not in s.enter for s in stages)],
        voids=[], roles=roles,
    )  # fmt: skip
    return _with_touches(made, events, {})


def _by_place(events: Sequence[EventSummary], found: dict[str, list[str]]) -> None:
    """Unknown names: the early ones are awareness, the late ones decision; a single one is what customers come for."""
    if len(events) == 1:
        found["retention"] = [events[0].name]
        return
    ordered = sorted(events, key=lambda e: (e.place, e.name))[:MOST_NAMES]
    third = max(1, len(ordered) // 3)
    found["awareness"] = [e.name for e in ordered[:third]]
    found["consideration"] = [e.name for e in ordered[third:-third]] if len(ordered) > 2 else []
    found["decision"] = [e.name for e in ordered[-third:]]


def _beside_known(
    unknown: Sequence[EventSummary], events: Sequence[EventSummary], found: dict[str, list[str]]
) -> None:
    """An unknown event belongs to the stage whose known events stand nearest in the trails."""
    places = {e.name: e.place for e in events}
    known = [(sum(places[n] for n in names) / len(names), s) for s, names in found.items() if names]
    for event in unknown:
        _, stage = min(known, key=lambda one: (abs(one[0] - event.place), one[1]))
        if len(found[stage]) < MOST_NAMES:
            found[stage].append(event.name)


# Help and surveys mostly come after a purchase that the data may not show.
_LATER = {"support": 0.8, "response": 0.8}


def _with_touches(made: Plan, events: Sequence[EventSummary], earlier: Mapping[str, float]) -> Plan:
    """Every event is a touchpoint of one stage: that of its evidence, else before or after the purchase."""
    ids = [stage.id for stage in made.stages]
    for event in events:
        own = [stage.id for stage in made.stages if event.name in stage.enter]
        role = made.roles[event.name]
        if event.name == made.goal and "decision" in ids:
            made.touches[event.name] = "decision"
        elif own:
            made.touches[event.name] = own[-1]
        elif role in ids:
            made.touches[event.name] = role
        elif made.goal and earlier.get(event.name, 1.0) <= _LATER.get(role, 0.5) and "retention" in ids:
            made.touches[event.name] = "retention"
        else:
            made.touches[event.name] = next(
                (s for s in ("decision", "consideration", *ids) if s in ids), ids[0]
            )
    return made
