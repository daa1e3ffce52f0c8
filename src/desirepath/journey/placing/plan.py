"""What the kernel must know of a journey, as small arrays: no names, no rules, only codes and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, SECOND
from desirepath.journey.definition import Journey

Int64 = NDArray[np.int64]
Int8 = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Plan:
    """One journey as the kernel reads it. Arrays have one item a stage unless said otherwise.

    lapse: µs. after: index of the stage whose goal (or evidence) must have been reached, −1 for none.
    has_goal, repeat: 0 or 1. knowledge: µs, until when each stage's exits and activity are known.
    advances: the stage whose goal is a purchase, −1 for none. returns_to: where buyers come back, −1 for none.
    zone: the journey's time zone, needed where events are date-only.
    """

    lapse: Int64
    after: Int8
    has_goal: Int8
    repeat: Int8
    knowledge: Int64
    advances: int
    returns_to: int
    zone: str

    @property
    def stages(self) -> int:
        """How many stages there are."""
        return len(self.lapse)


def plan_for(journey: Journey, knowledge: Mapping[str, int]) -> Plan:
    """The plan of a journey. knowledge: stage id → µs; a stage without an entry is known for ever."""
    stages = journey.stages
    advances = next((i for i, s in enumerate(stages) if s.goal_advances and s.goal is not None), -1)
    if journey.returns_to is not None:
        returns_to = journey.index(journey.returns_to)
    else:
        returns_to = advances + 1 if 0 <= advances < len(stages) - 1 else -1
    return Plan(
        lapse=np.array([round(s.lapse_after.total_seconds() * SECOND) for s in stages], np.int64),
        after=np.array([-1 if s.after is None else journey.index(s.after) for s in stages], np.int8),
        has_goal=np.array([s.goal is not None for s in stages], np.int8),
        repeat=np.array([s.goal == "repeat" for s in stages], np.int8),
        knowledge=np.array([knowledge.get(s.id, FOREVER) for s in stages], np.int64),
        advances=advances,
        returns_to=returns_to,
        zone=journey.time_zone,
    )
