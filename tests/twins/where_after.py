"""The states of a customer, slow and obvious: one visit after the other, straight from the contract."""

from __future__ import annotations

from desirepath.core.times import NEVER
from desirepath.core.words import Outcome, Track
from tests.by_hand import Shop


def stays(shop: Shop) -> list[tuple[int, int, int, int, int]]:
    """(customer, start, stop, state, target) since the first visit; states: stages, left, lapsed, completed."""
    v, many, rows = shop.visits, len(shop.journey.stages), []
    for c in range(shop.trails.customers):
        mine = [
            i
            for i in range(len(v))
            if v.customer[i] == c and v.track[i] == Track.JOURNEY and not v.skipped[i]
        ]
        moments: list[tuple[int, int]] = []
        watched = None
        for n, i in enumerate(mine):
            until = min(int(v.knowledge[i]), shop.as_of)
            if v.entered[i] > until:
                break
            moments.append((int(v.entered[i]), int(v.stage[i])))
            watched = max(watched or until, until)
            if v.ended[i] == NEVER or v.ended[i] > until:
                break
            if v.outcome[i] == Outcome.ADVANCED and v.next_stage[i] >= 0:
                then = mine[n + 1] if n + 1 < len(mine) else None
                if then is not None and v.entered[then] > min(int(v.knowledge[then]), shop.as_of):
                    watched = int(v.ended[i])
                    break
                continue
            state = {Outcome.LEFT: many, Outcome.LAPSED: many + 1, Outcome.ADVANCED: many + 2}
            moments.append((int(v.ended[i]), state[Outcome(v.outcome[i])]))
        if watched is None:
            continue
        path: dict[int, int] = dict(moments)  # of several at one instant the last stands
        kept: list[tuple[int, int]] = []
        for t, state in path.items():
            if not kept or kept[-1][1] != state:
                kept.append((t, state))
        zero = moments[0][0]
        for k, (t, state) in enumerate(kept):
            stop, target = kept[k + 1] if k + 1 < len(kept) else (watched, -1)
            if stop > t:
                rows.append((c, t - zero, stop - zero, state, target))
    return rows
