"""How many customers go through these steps, where do they stop, how long do they take, who is still on the way?

    funnel(events, plan, as_of=…, known=…)      everything, with intervals: ask.py
    count(events, plan, group=…, groups=…)      only how many reached each step, by a code of the entry's event
    match(events, plan)                         the match table that all is read off: matches.py

events: FunnelEvents(offset, ts, steps), where steps are masks over the trails' events, or StepCodes(column, codes),
or StepBits(column, bits).
plan: FunnelPlan(labels, Window("time", µs), order=…, reentry=…), the rules: plan.py.
"""

from desirepath.measure.funnel.ask import count, funnel, trend
from desirepath.measure.funnel.events import FunnelEvents
from desirepath.measure.funnel.matches import Matches, match
from desirepath.measure.funnel.plan import Exclusion, FunnelPlan, PlanError, StepBits, StepCodes, Window

__all__ = [
    "Exclusion",
    "FunnelEvents",
    "FunnelPlan",
    "Matches",
    "PlanError",
    "StepBits",
    "StepCodes",
    "Window",
    "count",
    "funnel",
    "match",
    "trend",
]
