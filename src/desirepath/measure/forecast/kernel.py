"""The loop that looks back along each customer's trail from a moment, and never forward."""

from __future__ import annotations

import numpy as np

from desirepath.core.compiled import kernel

_DAY = 86_400_000_000


@kernel
def look_back(low, high, offset, ts, touchpoint, kinds, value, own, business, bought, moment, out):  # type: ignore[no-untyped-def]
    """For customers low … high − 1 what is in forecast_features.COUNTED, from events before `moment`.

    own, business, bought: [events]: by the customer, by the business, a purchase. out [customers, features]; the first
    column is 0 for whoever had no event before.
    """
    seen = np.full(kinds + 1, -1, np.int64)
    for c in range(low, high):
        last_own, last_bought, first = -1, -1, -1
        for p in range(offset[c], offset[c + 1]):
            at = ts[p]
            if at >= moment:
                break
            if first < 0:
                first = p
            out[c, 0] += 1
            age = moment - at
            if own[p]:
                last_own = p
                out[c, 1] += 1
                out[c, 2] += age <= 7 * _DAY
                out[c, 3] += age <= 30 * _DAY
                out[c, 4] += age <= 90 * _DAY
            if business[p]:
                out[c, 5] += age <= 30 * _DAY
            k = touchpoint[p]
            if k >= 0 and seen[k] != c:
                seen[k] = c
                out[c, 6] += 1
            if bought[p]:
                last_bought = p
                out[c, 7] += 1
                out[c, 8] += age <= 90 * _DAY
            if value[p] < 0:
                out[c, 9] += 1
            out[c, 10] += value[p]
        if first >= 0:
            out[c, 11] = (moment - ts[first]) / _DAY
            out[c, 12] = (moment - ts[last_own]) / _DAY if last_own >= 0 else out[c, 11]
            out[c, 13] = (moment - ts[last_bought]) / _DAY if last_bought >= 0 else out[c, 11]
