"""A number that can be trusted, or the reason why there is none. A missing answer is never zero."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

MINIMUM_N = 20  # below this nothing is drawn: an interval from fewer says little but looks like much


class _OpenEnd:
    """In JSON, an end that is open (infinite) is null: whoever describes our JSON is told so."""

    @staticmethod
    def __get_pydantic_json_schema__(schema: object, handler: object) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, {"type": "null"}]}


End = Annotated[float, _OpenEnd()]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval (95 % unless `level` says otherwise).

    n: how many observations it rests on, in the unit that the measure names.
    method: how the interval was made ("wilson", "greenwood", "bootstrap" …).
    as_of: microseconds since 1970, UTC: what was known when it was made.
    """

    value: float
    low: End
    high: End
    n: int
    method: str
    as_of: int
    level: float = 0.95

    @property
    def known(self) -> bool:
        """True: there is a number."""
        return True

    def map(self, change: Callable[[float], float]) -> Estimate:
        """The same estimate on another, monotone scale (share to percent, share to −2 … +2)."""
        ends = sorted((change(self.low), change(self.high)))
        return replace(self, value=change(self.value), low=ends[0], high=ends[1])

    def as_dict(self) -> dict[str, object]:
        """Plain data, for JSON. An open end of the interval (infinite) is null: JSON has no infinity."""
        return {
            "value": self.value,
            "low": self.low if math.isfinite(self.low) else None,
            "high": self.high if math.isfinite(self.high) else None,
            "n": self.n,
            "method": self.method,
            "as_of": self.as_of,
            "level": self.level,
        }


@dataclass(frozen=True, slots=True)
class NoEstimate:
    """No number, and why. reason: a stable word ("too_few", "no_data", "not_reached", "not_declared" …)."""

    reason: str
    n: int = 0
    needed: int = 0
    detail: str = ""

    @property
    def known(self) -> bool:
        """False: there is no number."""
        return False

    def map(self, change: Callable[[float], float]) -> NoEstimate:
        """Itself: nothing to change."""
        return self

    def as_dict(self) -> dict[str, object]:
        """Plain data, for JSON. `value` is null, never 0."""
        return {
            "value": None,
            "reason": self.reason,
            "n": self.n,
            "needed": self.needed,
            "detail": self.detail,
        }


Measured = Estimate | NoEstimate


def too_few(n: int, needed: int = MINIMUM_N) -> NoEstimate:
    """The usual NoEstimate: fewer than `needed` observations."""
    return NoEstimate("too_few", n, needed, f"n {n} of {needed}")
