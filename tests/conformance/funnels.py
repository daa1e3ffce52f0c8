"""Published funnel cases as data: who did what when, which steps, and how many steps each came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from desirepath.core.times import SECOND
from desirepath.measure.funnel import FunnelEvents, FunnelPlan, Window, match
from desirepath.measure.funnel.others import Recount, Tool, recount, window_funnel_levels

Told = Sequence[tuple[float, object]]
Is = Callable[[object], bool]


def told(
    customers: Mapping[object, Told],
    steps: Sequence[object],
    *,
    within: float,
    excluded: Sequence[object] = (),
    **rules: object,
) -> tuple[FunnelEvents, FunnelPlan]:
    """Events at seconds, and a plan. A step is what happened, or a function that says whether it is."""
    ordered = {c: sorted(events, key=lambda e: e[0]) for c, events in customers.items()}
    flat = [e for events in ordered.values() for e in events]

    def mask(step: object) -> np.ndarray:
        return np.array([step(what) if callable(step) else what == step for _, what in flat], bool)

    events = FunnelEvents(
        np.cumsum([0, *(len(e) for e in ordered.values())]),
        np.array([round(at * SECOND) for at, _ in flat], np.int64),
        [mask(step) for step in steps],
        [mask(one) for one in excluded],
    )
    names = tuple(str(i + 1) for i in range(len(steps)))
    plan = FunnelPlan(names, Window("time", round(within * SECOND)), **rules)  # type: ignore[arg-type]
    return events, plan


def window_funnel(
    customers: Mapping[object, Told], steps: Sequence[object], within: float, *modes: str
) -> list[int]:
    """What ClickHouse's windowFunnel(within, *modes) gives for each customer."""
    events, plan = told(customers, steps, within=within)
    # Rows that match no condition reach the function, too: only strict_order looks at them.
    plan = replace(plan, order="exact") if "strict_order" in modes else plan
    flags = dict.fromkeys(modes, True)
    return window_funnel_levels(events, plan, **{"strict_order": False, **flags}).tolist()


def ours(
    customers: Mapping[object, Told], steps: Sequence[object], within: float, **rules: object
) -> list[int]:
    """How far each came by our own counting."""
    events, plan = told(customers, steps, within=within, **rules)
    found = match(events, plan)
    levels = dict.fromkeys(range(len(customers)), 0)
    for c, reached in zip(found.customer.tolist(), found.reached.tolist(), strict=True):
        levels[c] = max(levels[c], reached)
    return list(levels.values())


def as_counted_by(
    tool: Tool, customers: Mapping[object, Told], steps: Sequence[object], **rules: object
) -> Recount:
    """The recount of a story."""
    events, plan = told(customers, steps, **rules)  # type: ignore[arg-type]
    return recount(events, plan, tool)
