"""After how long a silence has a customer gone? Proposed from the silences that ended.

In: the gaps after a stage's events, and how long the data are. Out: days that people would say, with the
reason. Of those who came back, 95 % had come back within it; it is never more than half of what the data
cover, for else nobody could be seen to lapse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from desirepath.core.estimate import MINIMUM_N
from desirepath.journey.draft.facts import Gaps, Span
from desirepath.journey.draft.stages import PlannedStage

HUMAN = (1, 3, 7, 14, 30, 60, 90, 120, 180, 365)  # days
USUAL = {"awareness": 30, "consideration": 60, "decision": 14, "retention": 180, "advocacy": 365}
SHORTEST = 7  # unless the data are too short even for that


@dataclass(frozen=True, slots=True)
class Lapse:
    """A proposal for `lapse_after`, and why."""

    days: int
    why: str


def propose(stage: PlannedStage, gaps: Gaps, span: Span | None) -> Lapse:
    """How long a silence ends a visit to this stage."""
    covered = span.length.total_seconds() / 86400 if span else 0.0
    longest = max((d for d in HUMAN if d <= covered / 2), default=HUMAN[0])
    usual = USUAL.get(stage.id, 60)
    if set(stage.enter) == set(stage.goal):
        return Lapse(min(usual, longest), "whoever enters has reached the goal already: any will do")
    if gaps.n < MINIMUM_N:
        why = f"{gaps.n} silences ended here, too few to tell from; {usual} days is usual"
        wanted = usual
    else:
        # 31 days are a month of 30 to everybody.
        wanted = next((d for d in HUMAN if d >= SHORTEST and 1.1 * d >= _days(gaps.most)), HUMAN[-1])
        why = f"of {gaps.n:,} who were silent and came back, 95 % did so within {_say(gaps.most)}"
    if wanted <= longest:
        return Lapse(wanted, why)
    return Lapse(
        longest, f"{why}; at most half of the {_say(span.length)} that the data cover" if span else why
    )


def _days(length: timedelta) -> float:
    return length.total_seconds() / 86400


def _say(length: timedelta) -> str:
    days = _days(length)
    if days >= 1.5:
        return f"{days:,.0f} days"
    return f"{max(1, round(days * 24))} hours"
