"""How many customers go through these steps, where do they stop, how long do they take, who is still on the way?

    funnel(events, plan, as_of=…, known=…)      everything, with intervals: ask.py
    count(events, plan, group=…, groups=…)      only how many reached each step, by a code of the entry's event
    match(events, plan)                         the match table that all is read off: match.py

events: FunnelEvents(offset, ts, steps), where steps are masks over the trails' events, or StepCodes(column, codes).
plan: FunnelPlan(labels, Window("time", µs), order=…, reentry=…), the rules: plan.py.
"""

from desirepath.measure.funnel.ask import count, funnel, trend
from desirepath.measure.funnel.match import FunnelEvents, Matches, match
from desirepath.measure.funnel.plan import Exclusion, FunnelPlan, PlanError, StepCodes, Window

__all__ = [
    "Exclusion",
    "FunnelEvents",
    "FunnelPlan",
    "Matches",
    "PlanError",
    "StepCodes",
    "Window",
    "count",
    "funnel",
    "match",
    "trend",
]
