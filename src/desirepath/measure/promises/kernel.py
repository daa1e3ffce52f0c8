"""The loop of what promises do: where in their trail do customers stand at an instant?"""

from __future__ import annotations

from desirepath.core.compiled import kernel


@kernel
def places_after(customer, instant, offset, ts, out):  # type: ignore[no-untyped-def]
    """For each pair the place of the customer's first event later than the instant; offset[customer + 1] where none."""
    for i in range(len(customer)):
        low, high = offset[customer[i]], offset[customer[i] + 1]
        while low < high:
            middle = (low + high) // 2
            if ts[middle] <= instant[i]:
                low = middle + 1
            else:
                high = middle
        out[i] = low
