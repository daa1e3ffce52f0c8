"""Trails of nothing but times and values, for measures of buying and of silence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from desirepath.core.times import NEVER
from desirepath.trail.trails import Trails


def trails_of(people: Sequence[Sequence[tuple[int, int]]]) -> Trails:
    """A customer each, with their (instant µs, value) in order. Every event is the customer's own, touchpoint 0."""
    from desirepath.journey.bits import BY_CUSTOMER

    events = [one for person in people for one in person]
    n = len(events)
    return Trails(
        offset=np.append(0, np.cumsum([len(person) for person in people])).astype(np.int64),
        ts=np.array([ts for ts, _ in events], np.int64),
        touchpoint=np.zeros(n, np.int16),
        channel=np.zeros(n, np.int16),
        evidence=np.full(n, BY_CUSTOMER, np.int64),
        value=np.array([value for _, value in events], np.int64),
        event=np.arange(n, dtype=np.int64),
        waits_until=np.full(n, NEVER, np.int64),
    )
