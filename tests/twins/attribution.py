"""Attribution, slowly: journeys by looking at every event, chains by walking on, Shapley by all orders."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from desirepath.measure.attribution.journeys import CONVERTED, IN_FLIGHT, LOST, Ways
from desirepath.measure.attribution.kernel import BEGINS, GOING_ON


@dataclass(frozen=True)
class Trip:
    """One journey. touches: (code, time)."""

    customer: int
    fate: int
    touches: tuple[tuple[int, int], ...]
    won: int

    @property
    def path(self) -> tuple[int, ...]:
        return tuple(code for code, _ in self.touches)


def trips(ways: Ways) -> list[Trip]:
    """Every journey that is asked about, in the order of customers and times."""
    customers = range(len(ways.offset) - 1) if ways.who is None else ways.who.tolist()
    return [trip for c in customers for trip in _of_customer(ways, c)]


def _of_customer(ways: Ways, c: int) -> list[Trip]:
    found: list[Trip] = []
    here: list[int] = []  # events that are touches of the journey so far

    def end(won: int) -> None:
        if won < 0 and not here:
            return
        kept = list(here)
        if won >= 0 and ways.lookback is not None:
            kept = [p for p in kept if ways.ts[won] - ways.ts[p] <= ways.lookback]
        entry = kept[0] if kept else won
        fate = CONVERTED if won >= 0 else _fate(ways, here[-1])
        here.clear()
        if ways.asked is not None and not ways.asked[entry]:
            return
        if not ways.period.start <= ways.ts[entry] < ways.period.end:
            return
        found.append(Trip(c, fate, _counting(ways, kept), won))

    for p in range(ways.offset[c], ways.offset[c + 1]):
        touch = ways.code[p] >= 0 and (ways.frame is None or ways.frame[p] > 0)
        if here and ways.frame is not None and ways.frame[p] & BEGINS:
            end(-1)
        silent = here and ways.lookback is not None and ways.ts[p] - ways.ts[here[-1]] > ways.lookback
        if silent and (touch or ways.convert[p]):
            end(-1)
        if ways.convert[p]:
            end(p)
            if ways.first_only:
                return found
        elif touch:
            here.append(p)
    end(-1)
    return found


def _fate(ways: Ways, last: int) -> int:
    if ways.frame is not None:
        return IN_FLIGHT if ways.frame[last] & GOING_ON else LOST
    if ways.lookback is None or ways.ts[last] + ways.lookback <= ways.known:
        return LOST
    return IN_FLIGHT


def _counting(ways: Ways, events: list[int]) -> tuple[tuple[int, int], ...]:
    touches = [(int(ways.code[p]), int(ways.ts[p])) for p in events]
    if ways.weak is not None and any(not ways.weak[code] for code, _ in touches):
        touches = [one for one in touches if not ways.weak[one[0]]]
    if not ways.collapse:
        return tuple(touches)
    return tuple(one for i, one in enumerate(touches) if i + 1 == len(touches) or touches[i + 1][0] != one[0])


def shares(model: str, trip: Trip, ends: tuple[float, float], half_life: int) -> list[float]:
    """What each touch of a journey gets, of 1."""
    n = len(trip.touches)
    first, last = (Fraction(end) for end in ends)
    if model == "first":
        return [1.0] + [0.0] * (n - 1)
    if model == "last":
        return [0.0] * (n - 1) + [1.0]
    if model == "linear":
        return [1 / n] * n
    if model == "time_decay":
        weight = [0.5 ** ((trip.touches[-1][1] - when) / half_life) for _, when in trip.touches]
        return [w / sum(weight) for w in weight]
    if n == 1:
        return [1.0]
    if n == 2:
        both = first + last
        return [float(first / both), float(last / both)] if both else [0.5, 0.5]
    return [float(first), *[float((1 - first - last) / (n - 2))] * (n - 2), float(last)]


def credit(model: str, found: list[Trip], ways: Ways, ends: tuple[float, float], half_life: int) -> list:
    """[(conversions, value) of each channel]."""
    out = [[0.0, 0.0] for _ in range(ways.channels)]
    for trip in found:
        if trip.fate != CONVERTED or not trip.touches:
            continue
        for (code, _), share in zip(trip.touches, shares(model, trip, ends, half_life), strict=True):
            out[code][0] += share
            out[code][1] += share * int(ways.value[trip.won])
    return out


def known(found: list[Trip]) -> list[Trip]:
    """With a touch, and an end that is known."""
    return [trip for trip in found if trip.touches and trip.fate != IN_FLIGHT]


def chance(
    found: list[Trip], ways: Ways, order: int, without: int | None = None, worth: bool = False
) -> float:
    """The chance of conversion (or the value per journey) by walking on and on; states are the last touches."""
    counts: dict[tuple, Counter] = defaultdict(Counter)
    gains: dict[tuple, float] = defaultdict(float)
    for trip in known(found):
        here: tuple[int, ...] = ()
        for i in range(len(trip.path)):
            then = trip.path[max(0, i + 1 - order) : i + 1]
            counts[here][then] += 1
            here = then
        won = trip.fate == CONVERTED
        counts[here]["won" if won else "lost"] += 1
        gains[here] += (int(ways.value[trip.won]) if worth else 1) if won else 0
    at, total = {(): 1.0}, 0.0
    while sum(at.values()) > 1e-13:
        later: dict[tuple, float] = defaultdict(float)
        for state, share in at.items():
            out = sum(counts[state].values())
            total += share * gains[state] / out if out else 0.0
            for then, n in counts[state].items():
                if then not in ("won", "lost") and without not in then:
                    later[then] += share * n / out
        at = later
    return total


def shapley(found: list[Trip], ways: Ways, rate: bool, worth: bool = False) -> list[float]:
    """The mean of what each channel adds, over all orders of the channels that were met."""
    sets: dict[frozenset, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for trip in known(found):
        row = sets[frozenset(trip.path)]
        row[1] += 1
        if trip.fate == CONVERTED:
            row[0] += int(ways.value[trip.won]) if worth else 1

    def of(channels: set[int]) -> float:
        inside = [row for met, row in sets.items() if met <= channels]
        won, n = sum(row[0] for row in inside), sum(row[1] for row in inside)
        return (won / n if n else 0.0) if rate else won

    met = sorted(set().union(*sets)) if sets else []
    out = [0.0] * ways.channels
    for order in permutations(met):
        before: set[int] = set()
        for code in order:
            out[code] += (of(before | {code}) - of(before)) / math.factorial(len(met))
            before.add(code)
    return out
