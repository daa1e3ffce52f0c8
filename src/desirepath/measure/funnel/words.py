"""A funnel's contract in words: what exactly was counted."""

from __future__ import annotations

from desirepath.measure.answers import Contract
from desirepath.measure.funnel.plan import Exclusion, FunnelPlan

_ORDER = {
    "ordered": "steps in this order, other events may lie between",
    "strict": "steps in this order; an event of another step of the funnel between two steps breaks the attempt, doing "
    "the step just reached once more does not",
    "exact": "steps in this order; any other event between two steps breaks the attempt, doing the step just reached "
    "once more does not",
    "any": "all steps in any order, the first one done being the entry",
}
_REENTRY = {
    "first_entry": "each customer's first entry counts",
    "best_entry": "each customer's entry that came furthest counts, of several the earliest; it looks at how attempts "
    "ended, which flatters rates",
    "all_entries": "every entry counts that began when no attempt of the customer was running",
}


def contract_of(plan: FunnelPlan, as_of: int, definition: str) -> Contract:
    """The contract of a plan."""
    unit = "entries" if plan.reentry == "all_entries" else "customers who entered"
    window = plan.window.words
    steps = " → ".join(
        f"{label} (optional)" if o else label for label, o in zip(plan.labels, plan.optional, strict=True)
    )
    told = [_ORDER[plan.order], "each at its earliest event, and an event fills one step only"]
    if plan.held:
        told.append(f"all with the same {plan.held} as the entry, which must have one")
    told += [_exclusion(plan, one) for one in plan.exclusions]
    if any(plan.optional):
        told.append(
            "an optional step is never waited for: it counts if done between the required steps around it"
        )
    told += [
        f"within {window} of the entry, the very end being in time",
        "of events at one instant any order counts, and none of them breaks; a date-only one ties with all of its day",
        _REENTRY[plan.reentry],
    ]
    interval = "Wilson's interval" + (
        ", widened for customers with several entries" if unit == "entries" else ""
    )
    return Contract(
        question=f"How many go through {steps} within {window}?",
        denominator=f"{unit} with an event of the first step"
        + (" or any other" if plan.order == "any" else "")
        + "; for rates, those whose window had elapsed where what we know ends",
        rule=f"{'; '.join(told)}. Failed is who stopped when the window elapsed or the attempt was broken; whose "
        f"window is open is in flight. {interval}. Beside it over all entries: Aalen–Johansen, being broken competing, "
        "entries in flight censored where knowledge ends",
        as_of=as_of,
        definition=definition,
        source="Wilson (1927); Aalen & Johansen (1978)",
    )


def _exclusion(plan: FunnelPlan, one: Exclusion) -> str:
    last = len(plan.labels) - 1 if one.before == -1 else one.before
    between = f"between {plan.labels[one.after]} and {plan.labels[last]}"
    return f"{one.label or 'an excluded event'} {between} breaks the attempt"
