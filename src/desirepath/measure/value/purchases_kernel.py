"""The loops over a customer's events that make days with a purchase."""

from __future__ import annotations

from desirepath.core.compiled import kernel

_DAY = 86_400_000_000


@kernel
def count_days(low, high, offset, ts, bought, changes, shifts, until, counts):  # type: ignore[no-untyped-def]
    """For customers low … high − 1: on how many local days they bought before `until`."""
    for c in range(low, high):
        zone, last, found = 0, -(1 << 62), 0
        for p in range(offset[c], offset[c + 1]):
            if ts[p] >= until:
                break
            if bought[p]:
                while zone + 1 < len(changes) and ts[p] >= changes[zone + 1]:
                    zone += 1
                day = (ts[p] + shifts[zone]) // _DAY
                if day != last:
                    found += 1
                    last = day
        counts[c] = found


@kernel
def fill_days(low, high, offset, ts, value, bought, changes, shifts, until, start, day, worth, first):  # type: ignore[no-untyped-def]
    """The days and what was paid on each; a negative value without a purchase is taken off the latest day before."""
    for c in range(low, high):
        zone, at = 0, start[c] - 1
        for p in range(offset[c], offset[c + 1]):
            if ts[p] >= until:
                break
            if bought[p]:
                while zone + 1 < len(changes) and ts[p] >= changes[zone + 1]:
                    zone += 1
                today = (ts[p] + shifts[zone]) // _DAY
                if at < start[c] or day[at] != today:
                    at += 1
                    day[at] = today
                    if first[c] < 0:
                        first[c] = p
                worth[at] += value[p]
            elif value[p] < 0 and at >= start[c]:
                worth[at] += value[p]
