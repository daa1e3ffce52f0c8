"""Does what somebody wrote hold?

In: a claim, and what the data say of the measure that it names: one estimate, or one on each side and their difference.
Out: whether it holds (the whole interval on the claimed side), drifts (the whole interval on the other), or cannot be
told. Two sides that shall be equal drift where they differ beyond chance; that no difference was found does not make
them equal: only a claim that says how near is near enough (`within 3 points`) can hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desirepath.core.estimate import Estimate, Measured
from desirepath.journey.claim import Claim
from desirepath.measure.answers import Contract


class Verdict(StrEnum):
    """What the data say of a claim."""

    HOLDS = "holds"
    DRIFT = "drift"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim and what it was held against. `other` and `difference`: of two sides; None where it names a value.

    label: of the measure. of, against: of whom each number is, in words.
    """

    claim: Claim
    verdict: Verdict
    label: str
    measured: Measured
    of: str
    contract: Contract
    other: Measured | None = None
    difference: Measured | None = None
    against: str = ""


def verdict(claim: Claim, found: Measured) -> Verdict:
    """What an estimate says of a claim. found: the measure itself, or, of two sides, their difference."""
    if not isinstance(found, Estimate):
        return Verdict.UNKNOWN
    value = claim.value or 0.0
    near = claim.within or 0.0
    least, most = value - near, value + near
    holds = {
        ">=": found.low >= value,
        ">": found.low > value,
        "<=": found.high <= value,
        "<": found.high < value,
        "=": claim.within is not None and least <= found.low and found.high <= most,
    }[claim.sign]
    against = {
        ">=": found.high < value,
        ">": found.high <= value,
        "<=": found.low > value,
        "<": found.low >= value,
        "=": found.high < least or found.low > most,
    }[claim.sign]
    return Verdict.HOLDS if holds else Verdict.DRIFT if against else Verdict.UNKNOWN
