"""What did it cost to bring a customer into a stage?

In: spend by day and channel (it has no customer), and the channel and day of each visit's entry. Out: spend over
customers who entered by a channel that money was spent on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import DAY, FOREVER, NEVER, TimeRange
from desirepath.journey.calendar import offset_changes
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.cohort import Cohort, Mask
from desirepath.measure.inputs import MetricRows
from desirepath.stats.intervals import poisson_ratio
from desirepath.trail.spread import distinct
from desirepath.trail.trails import Trails

Int64 = NDArray[np.int64]


def local_days(instants: Int64, zone: str) -> Int64:
    """The calendar date of each instant in `zone`, as days since 1970."""
    if not len(instants):
        return instants // DAY
    first, last = (int(t) // DAY // 365 + 1970 for t in (instants.min(), instants.max()))
    starts, offsets = offset_changes(zone, max(first - 1, 1), min(last + 1, 9998))
    return (instants + offsets[np.searchsorted(starts, instants, side="right") - 1]) // DAY


def cost(
    journey: Journey,
    everyone: Cohort,
    asked: Mask,
    trails: Trails,
    channels: Sequence[str],
    metrics: MetricRows,
    period: TimeRange,
    as_of: int,
) -> Measured:
    """Spend per customer who entered by a channel with spend.

    everyone: all visits of the stage in the period; asked: those of them that the question is about. A day's spend on a
    channel is shared equally by the visits that entered by it on that day; spend on a day without any, by
    all visits that entered by that channel in the period. The interval is that of a count that chance made.
    """
    codes = {name: code for code, name in enumerate(channels)}
    paid = np.array([codes.get(name, -1) for name in metrics.channel], np.int64)
    days = metrics.day // DAY
    use = (paid >= 0) & (metrics.spend != 0) & _within(days, period, journey.time_zone)
    if not use.any():
        return NoEstimate("no_data", detail="no spend on a channel by which customers enter")
    v = everyone.visits
    entries = np.flatnonzero(everyone.masks["entered"] & (v.entry_event >= 0))
    channel = trails.channel[v.entry_event[entries]].astype(np.int64)
    by_paid = np.isin(channel, np.unique(paid[use]))
    entries, channel = entries[by_paid], channel[by_paid]
    if not len(entries):
        return NoEstimate("no_data", detail="nobody entered by a channel with spend")
    share = _spend_of(
        channel,
        local_days(v.entered[entries], journey.time_zone),
        asked[entries],
        paid[use],
        days[use],
        metrics.spend[use],
    )
    customers = _distinct(v, entries[asked[entries]])
    return poisson_ratio(share, customers, as_of=as_of)


def _spend_of(channel: Int64, day: Int64, asked: Mask, paid: Int64, paid_day: Int64, spend: Int64) -> float:
    """The spend that falls to the entries asked about."""
    keys = np.unique(np.concatenate([_key(channel, day), _key(paid, paid_day)]))
    here = np.searchsorted(keys, _key(channel, day))
    there = np.searchsorted(keys, _key(paid, paid_day))
    entries, mine = np.bincount(here, minlength=len(keys)), np.bincount(here, asked, len(keys))
    money = np.bincount(there, spend, len(keys))
    met = entries > 0
    matched = float((money[met] * mine[met] / entries[met]).sum())
    stray = money * ~met
    by_channel = (keys >> 32).astype(np.int64)
    size = int(max(channel.max(), by_channel.max())) + 1
    total, ours = np.bincount(channel, minlength=size), np.bincount(channel, asked, size)
    part = np.divide(ours, total, out=np.zeros(size), where=total > 0)
    return matched + float((np.bincount(by_channel, stray, size) * part).sum())


def _key(channel: Int64, day: Int64) -> Int64:
    return (channel << 32) + day + (1 << 24)


def _within(days: Int64, period: TimeRange, zone: str) -> Mask:
    """The dates that the period touches, in `zone`."""
    inside = np.ones(len(days), bool)
    if period.start != NEVER:
        inside &= days >= local_days(np.array([period.start], np.int64), zone)[0]
    if period.end != FOREVER:
        inside &= days <= local_days(np.array([period.end - 1], np.int64), zone)[0]
    return inside


def _distinct(visits: Visits, rows: Int64) -> int:
    return len(distinct(visits.customer[rows]))
