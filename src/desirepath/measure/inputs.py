"""What measures are asked over, beside visits and trails: scores, texts and spend, as plain columns.

Promises come as journey.promises.PromiseRows. Touchpoint codes are places in `journey.touchpoints`;
channel codes are places in a list of names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ScoreRows:
    """Grain: event that carries a score. at: its place in the trails' columns. share: 0 … 1 on its scale."""

    at: Int64
    share: NDArray[np.float64]
    kind: Sequence[str]  # nps, csat, ces, rating …

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class TextRows:
    """Grain: event that carries words of a customer. at: its place in the trails' columns."""

    at: Int64
    text: Sequence[str]
    source: Sequence[str]

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class MetricRows:
    """Grain: day, channel and campaign of a `metrics` source. What has no customer: reach and spend.

    day: µs; day // DAY is the calendar date, as the source says it (no zone). spend: minor units of the journey's
    currency. Missing counts are 0.
    """

    day: Int64
    channel: Sequence[str]
    campaign: Sequence[str]
    impressions: Int64
    reach: Int64
    clicks: Int64
    spend: Int64

    def __len__(self) -> int:
        return len(self.day)


def no_scores() -> ScoreRows:
    """Where no event carries a score."""
    return ScoreRows(np.empty(0, np.int64), np.empty(0, np.float64), ())


def no_texts() -> TextRows:
    """Where no event carries words."""
    return TextRows(np.empty(0, np.int64), (), ())
