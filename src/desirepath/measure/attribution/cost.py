"""What was spent on each channel or campaign?

In: spend by day, channel and campaign (it has no customer). Out: minor units by name, and what stands under names that
no touch has. Spend of days is compared with journeys that began in the same period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desirepath.core.times import DAY, FOREVER, NEVER, TimeRange
from desirepath.measure.cost import local_days
from desirepath.measure.inputs import MetricRows

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spent:
    """amount: by label, −1 where nothing is known of it. elsewhere: under names that are no label."""

    amount: Int64
    elsewhere: int


def spent(
    metrics: MetricRows, labels: Sequence[str], by_channel: bool, period: TimeRange, zone: str
) -> Spent | None:
    """Spend by label; None where none of the labels was ever spent on.

    by_channel: labels are channels, else campaigns. Names are compared without regard to case and outer spaces.
    period: the days that it touches, in `zone`.
    """
    names = metrics.channel if by_channel else metrics.campaign
    place = {_plain(label): i for i, label in enumerate(labels)}
    at = np.array([place.get(_plain(name), -1) for name in names], np.int64)
    days = metrics.day // DAY
    inside = np.ones(len(days), np.bool_)
    if period.start != NEVER:
        inside &= days >= local_days(np.array([period.start], np.int64), zone)[0]
    if period.end != FOREVER:
        inside &= days <= local_days(np.array([period.end - 1], np.int64), zone)[0]
    if not (at >= 0).any():
        return None
    amount = np.full(len(labels), -1, np.int64)
    amount[np.unique(at[at >= 0])] = 0
    np.add.at(amount, at[inside & (at >= 0)], metrics.spend[inside & (at >= 0)])
    return Spent(amount, int(metrics.spend[inside & (at < 0)].sum()))


def _plain(name: str) -> str:
    return name.strip().casefold()
