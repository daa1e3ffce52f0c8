"""Placing customers in stages: the contract of docs/reference/stages.md, as a kernel over trails."""

from desirepath.journey.placing.place import place
from desirepath.journey.placing.plan import Plan, plan_for

__all__ = ["Plan", "place", "plan_for"]
