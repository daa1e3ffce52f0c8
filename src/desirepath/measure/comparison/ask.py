"""What differs between two sides, and what of it beyond chance?

In: two sides (who, when) and the measures to compare. Out: each measure on both sides and the difference of the first
less the second, with its interval, and a false discovery control over all that was compared, so that among many
comparisons few are called beyond chance by chance alone. Customers on both sides are no evidence twice over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from desirepath.core.estimate import Estimate, Measured, NoEstimate, too_few
from desirepath.core.progress import tell
from desirepath.measure.answers import Contract
from desirepath.measure.cohort import contract
from desirepath.measure.comparison.comparables import Found, Measurable, Side
from desirepath.measure.comparison.side_rows import SideRows
from desirepath.measure.meetings import Int64
from desirepath.stats.differences import apart
from desirepath.stats.false_discovery import adjusted

FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure on both sides. a_customers, b_customers: everybody whom each number counts, by code.

    a_n, b_n: what the measure counts (visits, promises, answers), more than one a customer at times. q: the false
    discovery rate at which this difference would be called beyond chance; NaN where nothing was compared.
    """

    measure: Measurable
    a: Measured
    b: Measured
    a_n: int
    b_n: int
    a_customers: Int64
    b_customers: Int64
    difference: Measured
    p: float
    q: float
    beyond_chance: bool


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """Both sides. rows: what is beyond chance first, the surest first. both: customers who are on both sides.

    compared: how many differences were judged; the false discovery control is over these.
    """

    a: str
    b: str
    a_customers: Int64
    b_customers: Int64
    both: int
    rows: tuple[Compared, ...]
    compared: int
    contract: Contract

    @property
    def beyond(self) -> tuple[Compared, ...]:
        """What differs beyond chance."""
        return tuple(one for one in self.rows if one.beyond_chance)


def comparison(
    rows: SideRows, a: Side, b: Side, measures: Sequence[Measurable], *, apart_only: bool = False
) -> ComparisonAnswer:
    """Each measure on both sides, and the differences a − b.

    apart_only: customers who are on both sides count on neither. Sources: Newcombe (1998); Zou & Donner (2008); Royston
    & Parmar (2013); Benjamini & Hochberg (1995).
    """
    a_customers, b_customers = rows.customers_of(a), rows.customers_of(b)
    both = np.intersect1d(a_customers, b_customers, assume_unique=True)
    if apart_only and len(both):
        a, b = replace(a, without=both), replace(b, without=both)
        a_customers, b_customers = (np.setdiff1d(one, both) for one in (a_customers, b_customers))
    found = []
    for place, one in enumerate(measures):
        tell(one.label, place / len(measures))
        found.append(_compared(one, rows.found(one, a), rows.found(one, b), rows.as_of))
    q = adjusted([one.p for one in found])
    judged = [
        replace(one, q=float(q[i]), beyond_chance=bool(q[i] <= FALSE_DISCOVERY_RATE))
        for i, one in enumerate(found)
    ]
    return ComparisonAnswer(
        a=a.label,
        b=b.label,
        a_customers=a_customers,
        b_customers=b_customers,
        both=len(both),
        rows=tuple(sorted(judged, key=_order)),
        compared=sum(not math.isnan(one.p) for one in judged),
        contract=contract(
            rows.journey,
            rows.as_of,
            f"What differs between {a.label} and {b.label}?",
            "each measure's own: visits whose horizon is known, promises due, answers given; a side is who belonged to "
            "it when the visit was entered (the promise made, the answer's visit entered)",
            "a less b; each side's interval joined into the difference's (MOVER), customers on both sides counting "
            "once. Beyond chance: of all differences called so, at most 1 in 20 would be by chance alone "
            "(Benjamini–Hochberg). A difference is no cause, unless a lot decided who is on which side",
            "Newcombe (1998); Zou & Donner (2008); Royston & Parmar (2013); Benjamini & Hochberg (1995)",
        ),
    )


def measured_on(rows: SideRows, one: Measurable, side: Side) -> Measured:
    """One measure on one side, as `comparison` has it."""
    return _side(rows.found(one, side), rows.as_of)


def _compared(one: Measurable, mine: Found, theirs: Found, as_of: int) -> Compared:
    difference: Measured
    p = math.nan
    if mine.part is None or theirs.part is None:
        lacking = mine if mine.part is None else theirs
        difference = lacking.why or too_few(lacking.n)
    else:
        judged = apart(mine.part, theirs.part, as_of=as_of)
        difference, p = judged.difference, judged.p
    return Compared(
        one,
        _side(mine, as_of),
        _side(theirs, as_of),
        mine.n,
        theirs.n,
        mine.customer,
        theirs.customer,
        difference,
        p,
        math.nan,
        False,
    )


def _side(found: Found, as_of: int) -> Measured:
    """A side's own number. A median or lift comes with its own minimum."""
    if found.part is None:
        return found.why or too_few(found.n)
    fewest = len(found.part.clusters) if len(found.part.clusters) else found.part.n
    few = too_few(min(found.n, fewest))
    return few if few.n < few.needed else found.part.measured(as_of=as_of)


def _order(one: Compared) -> tuple[bool, bool, float, float, str]:
    """Beyond chance first, the surest first; then what could be compared, then the rest."""
    known = isinstance(one.difference, Estimate)
    size = _in_errors(one.difference)
    return not one.beyond_chance, not known, one.p if known else 1.0, -size, one.measure.id


def _in_errors(difference: Measured) -> float:
    if isinstance(difference, NoEstimate):
        return 0.0
    width = difference.high - difference.low
    return abs(difference.value) / width if 0 < width < math.inf else 0.0
