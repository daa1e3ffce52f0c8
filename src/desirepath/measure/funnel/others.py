"""How would other tools count this funnel, whom do they count otherwise, and why?

In: events and plan as for our own counting, a tool. Out: a Recount: each step's customers by both, and every customer
of whom the two differ with the reasons. A reason is found by changing one rule after the other from ours to theirs: it
is the rule at which the customer's count changed. What a tool does was read in its documentation, source and tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import SECOND, TimeRange
from desirepath.measure.funnel.events import FunnelEvents, masks_of, raw_events
from desirepath.measure.funnel.matches import EVER, Int64, Tuned, match
from desirepath.measure.funnel.plan import FunnelPlan, PlanError

if TYPE_CHECKING:
    from desirepath.measure.funnel.rules import Events

Tool = Literal["clickhouse", "mixpanel", "amplitude", "posthog"]
TOOLS: tuple[Tool, ...] = ("clickhouse", "mixpanel", "amplitude", "posthog")
NAMES = {"clickhouse": "ClickHouse", "mixpanel": "Mixpanel", "amplitude": "Amplitude", "posthog": "PostHog"}
MOST_OF_CLICKHOUSE = 32  # conditions that windowFunnel takes
GRACE = 2 * SECOND  # Mixpanel: steps so near are interchangeable
Levels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recount:
    """Both counts. A customer's level is how many steps; 0: never entered; −1: taken out of the funnel.

    ours, theirs [steps]: customers who reached each required step. customer, our_level, their_level, why: those of
    whom the two differ. told: how the tool was taken to count.
    """

    tool: Tool
    told: tuple[str, ...]
    ours: Int64
    theirs: Int64
    customer: Int64
    our_level: Levels
    their_level: Levels
    why: tuple[str, ...]

    @property
    def reasons(self) -> dict[str, int]:
        """How many customers differ for each reason, the commonest first."""
        found: dict[str, int] = {}
        for one in self.why:
            found[one] = found.get(one, 0) + 1
        return dict(sorted(found.items(), key=lambda item: -item[1]))


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule changed to theirs: what it is called where it makes a difference, and the levels with it."""

    words: str
    levels: Callable[[], Levels]


def recount(events: FunnelEvents, plan: FunnelPlan, tool: Tool, period: TimeRange = EVER) -> Recount:
    """The funnel as a tool would count it. Raises PlanError where the tool has no such funnel."""
    _check(plan, tool)
    ours = our_levels(events, plan, period)
    rules = _rules_of(events, plan, tool, period)
    steps = len(plan.required)
    now, why = ours, [list[str]() for _ in range(len(ours))]
    for rule in rules:
        then = rule.levels()
        for c in np.flatnonzero(then != now).tolist():
            why[c].append(rule.words)
        now = then
    other = np.flatnonzero(now != ours)
    return Recount(
        tool=tool,
        told=tuple(rule.words for rule in rules),
        ours=np.array([np.count_nonzero(ours > i) for i in range(steps)], np.int64),
        theirs=np.array([np.count_nonzero(now > i) for i in range(steps)], np.int64),
        customer=other,
        our_level=ours[other],
        their_level=now[other],
        why=tuple("; ".join(why[c]) for c in other.tolist()),
    )


def our_levels(
    events: FunnelEvents, plan: FunnelPlan, period: TimeRange = EVER, tuned: Tuned | None = None
) -> Levels:
    """[customers]: how many steps the furthest of a customer's attempts that count has reached."""
    found = match(events, plan, period, tuned=tuned)
    levels = np.zeros(len(events.offset) - 1, np.int64)
    np.maximum.at(levels, found.customer, found.reached)
    return levels


def _check(plan: FunnelPlan, tool: Tool) -> None:
    if tool not in TOOLS:
        raise PlanError(f'nobody counts as "{tool}" does', f"One of: {', '.join(TOOLS)}.")
    name = NAMES[tool]
    if plan.window.kind != "time":
        raise PlanError(f"{name} is recounted with a window in time only", 'Ask within, say, "7 days".')
    if tool == "clickhouse" and plan.order == "any":
        raise PlanError("windowFunnel has no steps in any order", "Ask with order ordered, strict or exact.")
    if tool == "clickhouse" and len(plan.required) > MOST_OF_CLICKHOUSE:
        raise PlanError(
            f"windowFunnel takes at most {MOST_OF_CLICKHOUSE} steps, this funnel has {len(plan.required)}",
            "Leave steps out to compare.",
        )
    if tool == "mixpanel" and plan.order in ("strict", "exact"):
        raise PlanError("Mixpanel has no strict order", "Ask with order ordered or any.")
    if tool in ("amplitude", "posthog") and plan.order == "strict":
        raise PlanError(f"{name} has no order in which only other steps break", "Ask with order exact.")


def _rules_of(events: FunnelEvents, plan: FunnelPlan, tool: Tool, period: TimeRange) -> list[_Rule]:
    """From ours to theirs, one rule at a time."""
    rules: list[_Rule] = []

    def add(words: str, new: FunnelEvents, then: FunnelPlan, tuned: Tuned | None = None) -> None:
        rules.append(_Rule(words, lambda: our_levels(new, then, period, tuned)))

    first = tool == "mixpanel"
    plan = replace(plan, reentry="first_entry" if first else "best_entry")
    add(
        "only the first entry counts" if first else "of all entries the one that comes furthest counts",
        events,
        plan,
    )
    if events.evidence is not None:
        events = replace(events, evidence=None)
        add("a date-only event stands at midnight", events, plan)
    if plan.held and tool in ("clickhouse", "posthog"):
        events, plan = replace(events, held=None), replace(plan, held="")
        add(f"{plan_held(tool)} holds nothing constant", events, plan)
    if tool == "mixpanel":
        add("steps within 2 seconds of each other count in either order", events, plan, _grace)
    elif tool == "amplitude":
        _amplitude(events, plan, add)
    elif tool == "clickhouse":
        if plan.exclusions:
            events, plan = replace(events, exclusions=()), replace(plan, exclusions=())
            add("windowFunnel knows no exclusions", events, plan)
        add("times are whole seconds", events, plan, _whole_seconds)
        words = "ties stand in the order of the steps, and one event can be several steps"
        if plan.order != "ordered":
            words = f"the first event out of order ends it for good, however often the first step comes again; {words}"
        rules.append(_Rule(words, lambda: window_funnel_levels(events, plan, period)))
    elif plan.order == "any":
        add("an event is the first of the steps that it could be", events, plan, _first_step_only)
    else:
        words = "of attempts at one step the latest is followed, and ties stand in the order of the steps"
        rules.append(_Rule(words, lambda: posthog_levels(events, plan, period, take_out=False)))
        if plan.exclusions:
            words = "who did an excluded event on the furthest way is taken out of the funnel"
            rules.append(_Rule(words, lambda: posthog_levels(events, plan, period)))
    return rules


def plan_held(tool: Tool) -> str:
    """What is said not to hold a property constant."""
    return "windowFunnel" if tool == "clickhouse" else f"{NAMES[tool]}'s funnel"


def _amplitude(events: FunnelEvents, plan: FunnelPlan, add: Callable[..., None]) -> None:
    if plan.order == "any":
        first = masks_of(events.steps)[plan.required[0]]
        events = replace(events, entries=first if events.entries is None else first & events.entries)
        add("only the first step is an entry, whatever the order of the rest", events, plan)
    words = "times are rounded to seconds, and of equal events in one second one counts"
    add(words, events, plan, _rounded)


# ---- events as others see them ------------------------------------------------------------------------


def _grace(events: Events) -> tuple[Events, int, int]:
    """Mixpanel: as if each event could have happened up to two seconds later; the window is not longer for it."""
    return events._replace(end=events.ts + GRACE), GRACE, -GRACE


def _whole_seconds(events: Events) -> tuple[Events, int, int]:
    whole = events.ts // SECOND * SECOND
    return events._replace(ts=whole, end=whole), 0, 0


def _rounded(events: Events) -> tuple[Events, int, int]:
    """Amplitude. Of equal events in one second the later ones lose all that they were."""
    near = (events.ts + SECOND // 2) // SECOND * SECOND
    words = events.words.copy()
    for back in range(1, _longest_tie(near) + 1):
        same = (near[back:] == near[:-back]) & (events.words[back:] == events.words[:-back]).all(axis=1)
        words[back:][same] = 0
    return events._replace(ts=near, end=near, words=words), 0, 0


def _longest_tie(ts: Int64) -> int:
    if len(ts) < 2:
        return 0
    turns = np.flatnonzero(np.append(np.append(True, ts[1:] != ts[:-1]), True))
    return int(np.diff(turns).max()) - 1


def _first_step_only(events: Events) -> tuple[Events, int, int]:
    """PostHog's unordered funnel: the lowest bit of each event."""
    words, seen = events.words.copy(), np.zeros(len(events.ts), bool)
    for w in range(words.shape[1]):
        words[:, w] = np.where(seen, 0, words[:, w] & (~words[:, w] + np.uint64(1)))
        seen |= words[:, w] != 0
    return events._replace(words=words), 0, 0


# ---- counting of their own ------------------------------------------------------------------------------


def window_funnel_levels(
    events: FunnelEvents,
    plan: FunnelPlan,
    period: TimeRange = EVER,
    *,
    strict_order: bool | None = None,
    strict_deduplication: bool = False,
    strict_increase: bool = False,
    second: int = SECOND,
) -> Levels:
    """ClickHouse's windowFunnel over the required steps. strict_order: by the plan's order unless said.

    second: the unit in which times are whole, µs.
    """
    from desirepath.measure.funnel import others_kernel

    found, begin, who = raw_events(events, plan)
    level = np.zeros(len(begin) - 1, np.int64)
    order = plan.order != "ordered" if strict_order is None else strict_order
    others_kernel.window_funnel(
        found.ts // second, _required_bits(found.words, plan), _may(found, period), begin, len(plan.required),
        plan.window.length // second, order, strict_deduplication, strict_increase, level,
    )  # fmt: skip
    return _by_customer(level, who, events)


def posthog_levels(
    events: FunnelEvents, plan: FunnelPlan, period: TimeRange = EVER, *, take_out: bool = True
) -> Levels:
    """PostHog's ordered and strict funnels (our order "exact"): how many required steps; −1: taken out.

    take_out: False leaves the excluded in, as far as they came.
    """
    from desirepath.measure.funnel import others_kernel

    found, begin, who = raw_events(events, plan)
    level, steps = np.zeros(len(begin) - 1, np.int64), len(plan.labels)
    excluded = [
        (steps + x, one.after + 2, steps if one.before == -1 else one.before + 1)
        for x, one in enumerate(plan.exclusions)
    ]
    others_kernel.ordered_attempts(
        found.ts, found.words, _may(found, period), begin, steps, plan.window.length, plan.order == "exact",
        np.array(plan.optional, np.bool_), np.array(excluded, np.int64).reshape(-1, 3), level,
    )  # fmt: skip
    came = np.where(level < 0, -1 - level, level)
    came -= np.cumsum([0, *plan.optional])[came]
    return _by_customer(np.where((level < 0) & take_out, -1, came), who, events)


def _may(found: Events, period: TimeRange) -> NDArray[np.bool_]:
    """Which events may be an entry."""
    inside: NDArray[np.bool_] = (found.ts >= period.start) & (found.ts < period.end)
    return inside & found.may if len(found.may) else inside


def _required_bits(words: NDArray[np.uint64], plan: FunnelPlan) -> NDArray[np.uint64]:
    """Words with the required steps alone, as bits 0, 1, 2 …"""
    packed = np.zeros((len(words), (len(plan.required) + 63) // 64), np.uint64)
    for i, bit in enumerate(plan.required):
        is_it = (words[:, bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1)
        packed[:, i >> 6] |= is_it << np.uint64(i & 63)
    return packed


def _by_customer(level: Levels, who: Int64 | None, events: FunnelEvents) -> Levels:
    if who is None:
        return level
    spread_out = np.zeros(len(events.offset) - 1, np.int64)
    spread_out[who] = level
    return spread_out
