"""Every question that can be asked, one file each: the question as data, and how it is answered from a build."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desirepath.app.questions.question import Question

# The question's name (the command, the page in docs/questions) → its class, imported when it is asked.
QUESTIONS: dict[str, tuple[str, str]] = {
    "paths": ("paths", "Paths"),
    "transitions": ("transitions", "Transitions"),
    "friction": ("friction", "Friction"),
    "promises": ("promises", "Promises"),
    "attribution": ("attribution", "Attribution"),
    "funnel": ("funnel", "Funnel"),
    "comparison": ("comparison", "Comparison"),
    "change": ("change", "Change"),
    "groups": ("groups", "Groups"),
    "lifetime-value": ("lifetime_value", "LifetimeValue"),
    "rfm": ("rfm", "Rfm"),
    "forecast": ("forecast", "Forecast"),
    "overdue": ("overdue", "Overdue"),
    "retention": ("retention", "Retention"),
    "churn": ("churn", "Churn"),
    "occupancy": ("occupancy", "Occupancy"),
}


def question_class(name: str) -> type[Question[Any]]:
    """The class of a question. Raises KeyError."""
    module, kind = QUESTIONS[name]
    found: type[Question[Any]] = getattr(import_module(f"desirepath.app.questions.{module}"), kind)
    return found
