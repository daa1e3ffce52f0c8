"""What exactly is a funnel? Its steps, their order, the window, what breaks an attempt, and which entries count.

In: what was asked. Out: a FunnelPlan, checked, which the matching follows to the letter. An *attempt* begins with an
entry (an event of the first step) and takes each further step at the earliest event that can be it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, say_duration

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Order = Literal["ordered", "strict", "exact", "any"]
Reentry = Literal["first_entry", "best_entry", "all_entries"]

ORDERS: tuple[Order, ...] = ("ordered", "strict", "exact", "any")
REENTRIES: tuple[Reentry, ...] = ("first_entry", "best_entry", "all_entries")
LONGEST = 2**61  # µs: no window is longer; sums with an instant stay within int64

_AGES = 100 * 366 * DAY


class PlanError(ValueError):
    """No funnel can be asked so. `hint` says what would be right."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Window:
    """How long an attempt may take, from its entry on; what comes at the very end is in time.

    kind: "time" (length in µs), "sessions" (the entry's session and so many less one after it), "days" (until the end
    of the entry's local day, or of so many days).
    """

    kind: Literal["time", "sessions", "days"]
    length: int

    def __post_init__(self) -> None:
        if self.length < (0 if self.kind == "time" else 1):
            raise PlanError(f"a window of {self.length} {self.kind} holds nothing", "Make it 1 or more.")

    @property
    def words(self) -> str:
        """'14 days', '1 session', '2 local days'."""
        if self.kind == "time":
            return say_duration(self.length) if self.length < _AGES else "any time"
        plural = "" if self.length == 1 else "s"
        return f"{self.length} {'session' if self.kind == 'sessions' else 'local day'}{plural}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Events that break an attempt between two steps (their places, from 0): after the first, before the second."""

    after: int = 0
    before: int = -1  # −1 is the last step
    label: str = ""


@dataclass(frozen=True, slots=True)
class FunnelPlan:
    """The rules of one funnel. labels: a name a step; optional: a flag a step (the first and last are required).

    order. "ordered": other events may lie between. "strict": between two steps no event of another step of the funnel;
    doing the step that was just reached once more does not break. "exact": no other event at all, with the same
    allowance. "any": all steps, in any order, the first of them being the entry.
    exclusions: one a mask of excluded events, in the same order.
    """

    labels: tuple[str, ...]
    window: Window
    order: Order = "ordered"
    reentry: Reentry = "first_entry"
    optional: tuple[bool, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    held: str = ""  # the name of what is held constant; its codes are given with the events
    required: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.labels:
            raise PlanError(
                "a funnel needs at least one step", "Name a touchpoint, a stage, an event or a rule."
            )
        optional = self.optional or (False,) * len(self.labels)
        if len(optional) != len(self.labels):
            raise PlanError(f"{len(optional)} flags for {len(self.labels)} steps")
        if optional[0] or optional[-1]:
            which = "first" if optional[0] else "last"
            raise PlanError(f"the {which} step cannot be optional", "Leave it out, or make it a step.")
        if self.order not in ORDERS or self.reentry not in REENTRIES:
            raise PlanError(f'there is no "{self.order}", "{self.reentry}"')
        object.__setattr__(self, "optional", tuple(optional))
        object.__setattr__(self, "required", tuple(i for i, o in enumerate(optional) if not o))
        if self.order == "any" and any((x.after, x.before) != (0, -1) for x in self.exclusions):
            raise PlanError(
                "steps in any order have nothing between two of them",
                "Leave out between which steps it is excluded.",
            )
        for one in self.exclusions:
            after, before = self.bounds(one)
            if not 0 <= one.after < len(self.labels) or not after < before:
                raise PlanError(
                    f"nothing lies between step {one.after + 1} and step {one.before + 1}",
                    f"The funnel has {len(self.labels)} steps; say an earlier and a later one.",
                )

    def bounds(self, one: Exclusion) -> tuple[int, int]:
        """An exclusion's steps as places among the required steps; an optional one is rounded outwards."""
        last = len(self.labels) - 1 if one.before == -1 else one.before
        after = max((i for i, s in enumerate(self.required) if s <= one.after), default=0)
        before = min((i for i, s in enumerate(self.required) if s >= last), default=-1)
        return after, before

    @property
    def levels(self) -> tuple[str, ...]:
        """The name of each required step; for "any", how many were done."""
        if self.order == "any":
            return tuple(f"any {i + 1} of {len(self.required)}" for i in range(len(self.required)))
        return tuple(self.labels[i] for i in self.required)


@dataclass(frozen=True, slots=True)
class StepCodes:
    """Steps that are codes of one column: cheaper to look up than masks. Grain: event.

    code: −1 where none. codes: the code of each step; the same one may stand twice.
    """

    code: NDArray[np.integer]
    codes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class StepBits:
    """Steps that are bits of one column, as of the trails' evidence: looked up without making masks. Grain: event.

    bits: for each step the bits of which an event must have one.
    """

    column: Int64
    bits: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.bits)

    @property
    def apart(self) -> bool:
        """Whether each step is one bit of its own, and none of them the highest."""
        every = 0
        for bits in self.bits:
            if bits <= 0 or bits & (bits - 1) or bits & every:
                return False
            every |= bits
        return True


Steps = Sequence[Mask] | StepCodes | StepBits
