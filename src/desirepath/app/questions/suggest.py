"""What would be a good first asking of a question, in this workspace?

In: the name of a question and a build. Out: fields that fit what the journey has and what its data hold, and why
these. The same build gives the same suggestion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from desirepath.core.errors import DesirepathError
from desirepath.core.estimate import Estimate, Measured
from desirepath.core.times import from_us
from desirepath.journey.bits import BY_CUSTOMER

if TYPE_CHECKING:
    from desirepath.app.asking import Asking

_LOOKED_AT = 20_000  # customers on whose ways the steps of a funnel are read
_MANY = 0.3  # a step of a way is met by so many of those who came through
_STEPS = 4  # before the last
_LIKE = 0.1  # two sides share at most so much of the smaller one
_TELLING = ("device", "plan", "country", "region")  # traits by which businesses differ most, in this order
_BACK = 3  # periods looked at for one in which a change can be told
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Fields to ask with. why: a sentence on what they were chosen for; empty where the defaults are good."""

    fields: dict[str, Any] = field(default_factory=dict)
    why: str = ""


def suggestion(name: str, asking: Asking) -> Suggestion:
    """A first asking of this question. Every required field is filled."""
    return _MADE[name](asking) if name in _MADE else Suggestion()


# ── a funnel, and paths: the way to the purchase ─────────────────────────────────────────────────────────


def _funnel(asking: Asking) -> Suggestion:
    steps, why = _way(asking)
    return Suggestion({"steps": steps}, why)


def _way(asking: Asking) -> tuple[list[str], str]:
    """The steps that most customers met before their first success, in their usual order; or the stages."""
    goal = _goal_stage(asking)
    found = None if goal is None else _before_goal(asking, goal)
    if goal is not None and found is not None:
        label = asking.journey.stages[goal].label
        return (
            found,
            f"Most customers who reach the goal of {label} come by these touchpoints, in this order.",
        )
    stages = [f"stage:{s.id}" for s in asking.journey.stages if s.after is None]
    if goal is not None:
        return [
            *stages[: goal + 1],
            f"goal:{asking.journey.stages[goal].id}",
        ], "The stages up to the first goal."
    return stages, "The stages of the journey, in their order."


def _goal_stage(asking: Asking) -> int | None:
    """The first stage with a goal of its own: the purchase, in a shop."""
    return next((i for i, s in enumerate(asking.journey.stages) if s.goal is not None), None)


def _before_goal(asking: Asking, goal: int) -> list[str] | None:
    from desirepath.app.questions.steps import read_step

    trails, journey = asking.trails, asking.journey
    text = f"goal:{journey.stages[goal].id}"
    first = _first_at(np.asarray(trails.offset), np.flatnonzero(read_step(asking, text).mask))
    first = first[:: -(-len(first) // _LOOKED_AT) or 1]
    if len(first) < 20 or not journey.touchpoints:
        return None
    offset, touchpoint = np.asarray(trails.offset), np.asarray(trails.touchpoint)
    begin = offset[np.searchsorted(offset, first, side="right") - 1]
    length = first - begin
    at = np.repeat(begin - np.cumsum(length) + length, length) + np.arange(int(length.sum()))
    who, met = np.repeat(np.arange(len(first)), length), touchpoint[at].astype(np.int64)
    last = int(np.bincount(touchpoint[first] + 1).argmax()) - 1
    theirs = [_is_step(asking, k, goal) and k != last for k in range(len(journey.touchpoints))]
    keep = (met >= 0) & np.append(np.array(theirs), False)[met]
    pairs, place = np.unique(who[keep] * len(theirs) + met[keep], return_index=True)
    which, before = pairs % len(theirs), (trails.ts[first][who] - trails.ts[at])[keep][place]
    reach = np.bincount(which, minlength=len(theirs)) / len(first)
    chosen = [int(k) for k in np.argsort(-reach, kind="stable")[:_STEPS] if reach[k] >= _MANY]
    if not chosen:
        return None
    chosen.sort(key=lambda k: (-float(np.median(before[which == k])), k))
    end = text if last < 0 else journey.touchpoints[last].id
    return [*(journey.touchpoints[k].id for k in chosen), end]


def _is_step(asking: Asking, code: int, goal: int) -> bool:
    """Whether a touchpoint is something that customers do on the way to this stage's goal."""
    one = asking.journey.touchpoints[code]
    early = one.stage is None or asking.journey.index(one.stage) <= goal
    return early and not one.support and (one.by is None or one.by.value == "customer")


def _first_at(offset: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of these events, each customer's first."""
    _, place = np.unique(np.searchsorted(offset, at, side="right"), return_index=True)
    return np.asarray(at[place], np.int64)


def _paths(asking: Asking) -> Suggestion:
    if not asking.journey.touchpoints:
        return Suggestion(
            {"form": "flow", "by": "event", "own": True, "steps": 5}, "The events that customers made."
        )
    steps, _ = _way(asking)
    fields = {"form": "flow", "ends_at": steps[-1], "per": "pass", **_own(asking), "steps": 5}
    return Suggestion(fields, "The last steps of customers before the end of the commonest way.")


def _transitions(asking: Asking) -> Suggestion:
    by = {} if asking.journey.touchpoints else {"by": "event"}
    own = _own(asking)
    why = "What customers did themselves, not what was sent to them." if own else ""
    return Suggestion({**by, **own, "most": 60}, why)


def _own(asking: Asking) -> dict[str, bool]:
    """Leave out what others did, but where little would be left: a deal that is written down by the business."""
    trails, journey = asking.trails, asking.journey
    if not journey.touchpoints:
        return {"own": True}
    met = np.asarray(trails.touchpoint) >= 0
    who = np.searchsorted(np.asarray(trails.offset), np.flatnonzero(met), side="right")
    theirs = (np.asarray(trails.evidence)[met] & BY_CUSTOMER) != 0
    several = np.unique(who, return_counts=True)[1] >= 2
    alone = np.unique(who[theirs], return_counts=True)[1] >= 2
    return {"own": True} if int(alone.sum()) * 2 >= int(several.sum()) else {}


# ── two sides ────────────────────────────────────────────────────────────────────────────────────────────


def _comparison(asking: Asking) -> Suggestion:
    journey = asking.journey
    told = [(s.id, "segment", s.rule.text) for s in journey.segments]
    # What customers are before what they did: those who bought differ in buying by what they are called.
    ranked = sorted(told, key=lambda one: "traits." not in one[2])
    for kind in ("segment", "persona"):
        names = [n for n, _, _ in ranked] if kind == "segment" else [p.id for p in journey.personas]
        pair = _largest_pair(asking, names)
        if pair is not None:
            why = f"The two largest {kind}s that hardly share a customer."
            return Suggestion({"a": f"{kind}:{pair[0]}", "b": f"{kind}:{pair[1]}"}, why)
    return Suggestion(
        {"a": f"period:{_period(asking)}"}, "The latest whole period, against the one before it."
    )


def _largest_pair(asking: Asking, names: list[str]) -> tuple[str, str] | None:
    offset = np.asarray(asking.trails.offset)
    now = offset[1:][np.diff(offset) > 0] - 1
    of = {name: np.asarray(asking.layers.segment(name))[now] for name in names}
    best: tuple[int, tuple[str, str]] | None = None
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            smaller = min(int(of[one].sum()), int(of[other].sum()))
            if smaller < 20 or int((of[one] & of[other]).sum()) > _LIKE * smaller:
                continue
            if best is None or smaller > 1.5 * best[0]:
                best = smaller, (one, other)
    if best is None:
        return None
    one, other = best[1]
    return (one, other) if of[one].sum() >= of[other].sum() else (other, one)


def _period(asking: Asking, back: int = 0) -> str:
    """The latest whole quarter that has another before it, or month, or the year 1 where nothing is long enough.

    back: so many periods before that.
    """
    zone = asking.journey.time_zone
    if not asking.trails.events:
        return str(date.min.year).zfill(4)
    now, begin = from_us(asking.as_of, zone).date(), from_us(int(asking.trails.ts.min()), zone).date()
    long = (now - begin).days > 300
    size = 3 if long else 1
    month = (now.year * 12 + now.month - 1) // size * size - size * (1 + back)
    year, of_year = divmod(month, 12)
    return f"{year:04}-Q{of_year // 3 + 1}" if long else f"{year:04}-{of_year + 1:02}"


def _change(asking: Asking) -> Suggestion:
    from desirepath.app.questions.change import Change

    j = asking.journey
    told = next((f"traits.{one}" for one in _TELLING if f"traits.{one}" in asking.columns), None)
    by = told or ("channel" if len(asking.channels) > 1 else "touchpoint" if j.touchpoints else "segment")
    goal = _goal_stage(asking)
    stages = [j.stages[goal].id] if goal is not None else []
    stages += [s.id for s in j.stages if s.id not in stages]
    fields = {"measure": f"rate:{stages[0]}", "by": by, "a": f"period:{_period(asking)}"}
    for stage, back in ((stage, back) for stage in stages for back in range(_BACK)):
        asked = {**fields, "measure": f"rate:{stage}", "a": f"period:{_period(asking, back)}"}
        try:
            found = Change(**asked).answer(asking).result
        except DesirepathError:
            continue
        if _tells(found.a, found.b):
            which = "The latest whole period in which it can be told" if back else "The latest whole period"
            return Suggestion(asked, f"The success of a stage. {which}, against the one before it.")
    return Suggestion(fields, "The success of a stage in the latest whole period.")


def _tells(a: Measured, b: Measured) -> bool:
    """Whether both are known, and not everybody, or nobody, on both sides: then there is nothing to take apart."""
    if not (isinstance(a, Estimate) and isinstance(b, Estimate)):
        return False
    return not (a.value == b.value and a.value in (0.0, 1.0))


# ── what comes ───────────────────────────────────────────────────────────────────────────────────────────


def _forecast(asking: Asking) -> Suggestion:
    if any(s.id == "decision" and s.goal is not None for s in asking.journey.stages):
        return Suggestion({"what": "purchase"}, "Who will buy.")
    return Suggestion({"what": "next_stage"}, "Who will come to a later stage: the journey has no purchase.")


def _retention(asking: Asking) -> Suggestion:
    some = asking.trails.events
    days = (asking.as_of - int(asking.trails.ts.min())) // _DAY if some else 0
    if days > 3 * 365:
        return Suggestion({"every": "month"}, "By month: the data reach over years.")
    return Suggestion({"every": "day"}, "By day: the data are of few weeks.") if days < 42 else Suggestion()


def _attribution(asking: Asking) -> Suggestion:
    if len(asking.channels) < 2 and asking.journey.touchpoints:
        return Suggestion({"by": "touchpoint"}, "By touchpoint: the data have one channel.")
    return Suggestion()


_MADE: dict[str, Callable[[Asking], Suggestion]] = {
    "funnel": _funnel,
    "paths": _paths,
    "transitions": _transitions,
    "comparison": _comparison,
    "change": _change,
    "forecast": _forecast,
    "retention": _retention,
    "attribution": _attribution,
}
