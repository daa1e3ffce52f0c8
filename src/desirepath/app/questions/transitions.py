"""From which step do customers go to which, how soon, and where do they loop, turn back or stop?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from desirepath.app.questions.tables import table_of
from desirepath.app.questions.walking import OTHER, WalkQuestion
from desirepath.core.times import AT_ONCE

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.questions.walking import Steps
    from desirepath.app.results import Table
    from desirepath.measure.walks.transitions import Edge, TransitionsAnswer
    from desirepath.measure.walks.walk import Walks

ARROW = " > "


class Transitions(WalkQuestion["TransitionsAnswer"]):
    """Which step follows which: counts, chances, exact waits, loops, rework, going back, dead ends.

    The directly-follows graph of process mining, over passes unless said, with explicit ends.
    """

    name: ClassVar[str] = "transitions"
    about: ClassVar[str] = "From which step to which, how soon, and with which loops?"
    examples: ClassVar[tuple[str, ...]] = ("shop", "shop --stage decision", "shop --by channel --per session")

    most: int = Field(
        default=20, ge=1, le=2000, description="How many transitions are shown; the rest is other."
    )
    repeats: bool = Field(
        default=True,
        description="A step done right after itself is a loop; without, several times running are one.",
    )

    def answer(self, asking: Asking) -> Answer[TransitionsAnswer]:
        """The graph, its commonest transitions with their waits."""
        from desirepath.app.questions.walking import walked
        from desirepath.measure.walks.transitions import transitions

        found = walked(self, asking, "pass")
        result = transitions(
            asking.journey,
            found.walks,
            found.steps.home,
            as_of=asking.as_of,
            most=self.most,
            collapse=not self.repeats,
        )
        tables = {
            "transitions": _edges(result, found.steps),
            "waits": _waits(result, found.steps),
            "steps": _nodes(result, found.steps),
            "starts and ends": _ends(result, found.steps),
        }
        return asking.answered(
            self,
            result,
            result.contract,
            _says(self, result, found.steps),
            tables,
            _lists(result, found.walks, found.steps),
        )


def _says(question: Transitions, found: TransitionsAnswer, steps: Steps) -> tuple[str, ...]:
    from desirepath.app.questions.paths_told import in_share, many

    walks = many(found.walks, found.unit)
    if not found.walks:
        return (f"There is no {found.unit} to follow.",)
    if not found.nodes and not steps.kinds and question.by == "touchpoint":
        return ("The journey declares no touchpoint: ask by event, or by channel.",)
    if not found.nodes:
        return (f"Of {walks}, none met a {question.by}.",)
    if not found.edges:
        return (f"In {walks} no {question.by} follows another.",)
    label = steps.labels
    first = found.edges[0]
    chance = f", {in_share(first.chance)} of what follows {label[first.a]}" if first.chance.known else ""
    told = [
        f"{many(found.total, 'transition')} between {many(len(found.nodes), 'step')} in "
        f"{many(found.walks - found.without_steps, found.unit)}. The commonest: {label[first.a]} to {label[first.b]}, "
        f"{many(first.count, 'time')}{chance}{_wait(first)}."
    ]
    dead = max((n for n in found.nodes if n.dead_end.known), key=lambda n: n.lapsed, default=None)
    if dead is not None and dead.lapsed:
        told.append(
            f"Most went silent after {label[dead.code]}: {many(dead.lapsed, 'time')}, {in_share(dead.dead_end)}."
        )
    again = max((n for n in found.nodes if n.rework.known), key=lambda n: n.redone_walks, default=None)
    if again is not None and again.redone_walks:
        told.append(
            f"Done again most, after something else came between: {label[again.code]}, by {in_share(again.rework)}."
        )
    if found.went_back.known and found.back_times:
        told.append(f"Back to a step of an earlier stage went {in_share(found.went_back)}.")
    if found.other:
        told.append(
            f"The {many(len(found.edges), 'transition')} shown happened {many(found.total - found.other, 'time')}; "
            f"{many(found.other_kinds, 'rarer one')} make up the other {found.other:,}."
        )
    return tuple(told)


def _wait(edge: Edge) -> str:
    from desirepath.app.questions.units import in_words

    if not edge.wait[1].known:
        return ""
    soon = in_words(edge.wait[1], "duration", None)
    return f"; half of them {soon if soon == AT_ONCE else f'within {soon}'}"


def _edges(found: TransitionsAnswer, steps: Steps) -> Table:
    from desirepath.core.estimate import Measured, NoEstimate

    columns: dict[str, str | type] = {
        "from": str, "to": str, "count": int, "chance": "share", "median_wait": "duration", "back": bool, "round": int,
    }  # fmt: skip
    rows: list[tuple[object, ...]] = [
        (steps.names[e.a], steps.names[e.b], e.count, e.chance, e.wait[1], e.back, e.round)
        for e in found.edges
    ]
    if found.other:
        none: Measured = NoEstimate("not_asked")
        rows.append((OTHER, OTHER, found.other, none, none, None, None))
    return table_of("transition", columns, rows, {"rule": found.contract.rule})


def _waits(found: TransitionsAnswer, steps: Steps) -> Table:
    columns: dict[str, str | type] = {
        "from": str, "to": str, "quarter_within": "duration", "half_within": "duration",
        "three_quarters_within": "duration",
    }  # fmt: skip
    rows = [(steps.names[e.a], steps.names[e.b], *e.wait) for e in found.edges]
    return table_of("transition", columns, rows, {"rule": found.contract.rule})


def _nodes(found: TransitionsAnswer, steps: Steps) -> Table:
    columns: dict[str, str | type] = {
        "step": str, "times": int, "walks": int, "repeated": int, "redone": int, "redone_walks": int, "rework": "share",
        "dead_end": "share",
    }  # fmt: skip
    rows = [
        (steps.names[n.code], n.times, n.walks, n.repeated, n.redone, n.redone_walks, n.rework, n.dead_end)
        for n in found.nodes
    ]
    return table_of("step", columns, rows, {"rule": found.contract.rule})


def _ends(found: TransitionsAnswer, steps: Steps) -> Table:
    names = ("began", "went_on", "ended", "lapsed", "left", "advanced", "not_known")
    columns: dict[str, str | type] = {"step": str, "times": int, **dict.fromkeys(names, int)}
    rows = [(steps.names[n.code], n.times, *(getattr(n, name) for name in names)) for n in found.nodes]
    return table_of("step", columns, rows, {"rule": found.contract.rule})


def _lists(found: TransitionsAnswer, walks: Walks, steps: Steps) -> dict[str, Codes]:
    """The customers behind each transition shown, and behind each step's rework and dead ends."""
    import numpy as np

    from desirepath.app.questions.paths_told import put
    from desirepath.measure.walks.transition_counts import seek
    from desirepath.measure.walks.walk import Fate

    def who(what: str, a: int, b: int = -1) -> Codes:
        return lambda: np.unique(walks.customers(seek(walks, what, a, b))).astype(np.int64)

    made: dict[str, Codes] = {}
    for edge in found.edges:
        a, b = steps.names[edge.a], steps.names[edge.b]
        put(made, f"{a}{ARROW}{b}", who("edge", edge.a, edge.b))
        if edge.round:
            put(made, f"{a}{ARROW}{b}{ARROW}{a}", who("cycle", edge.a, edge.b))
    for node in found.nodes:
        name = steps.names[node.code]
        if node.redone_walks:
            put(made, f"{name} again", who("rework", node.code))
        if node.lapsed:
            put(made, f"dead end at {name}", who("end", node.code, Fate.LAPSED))
    return made
