"""When things happen: the span of the data, the shop's seasons, its days and hours, its clock.

The model counts time in seconds of the shop's wall clock (Sydney) since 1970; `utc` turns them into UTC for
the exports that are written so. Seasons are those of a rainwear shop in Australia: rain from autumn to
winter, presents before Christmas, a quiet summer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from desirepath.simulate.chance import Chance, Flags, Floats, Ids, Ints

HOUR = 3600.0
DAY = 86400.0
ZONE = "Australia/Sydney"

# January to December: how many people think of rainwear, and how many of presents.
_RAIN = (0.70, 0.85, 1.00, 1.05, 1.15, 1.30, 1.20, 1.00, 0.85, 0.80, 1.05, 0.95)
_GIFT = (0.35, 0.45, 0.50, 0.80, 1.10, 0.60, 0.60, 0.90, 0.70, 0.90, 2.60, 2.90)
# From midnight to 23 h: few at night, a hill at lunch, a mountain in the evening.
_HOURS = (6, 3, 2, 1, 1, 3, 10, 20, 28, 32, 34, 36, 42, 38, 32, 30, 32, 36, 44, 58, 66, 62, 44, 20)


def months_before(until: date, months: int) -> date:
    """The first day of the month that lies `months` months before `until`."""
    place = until.year * 12 + until.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def wall(day: date) -> float:
    """Midnight of a day on the wall clock."""
    return float((day - date(1970, 1, 1)).days) * DAY


@dataclass(frozen=True)
class Span:
    """The months that the exports cover: from the shop's opening to `until`, which is not in it."""

    until: date
    months: int

    @cached_property
    def opening(self) -> date:
        """The first day: the shop opened then, so nobody's past is missing."""
        return months_before(self.until, self.months)

    @cached_property
    def start(self) -> float:
        """Wall seconds of the opening."""
        return wall(self.opening)

    @cached_property
    def end(self) -> float:
        """Wall seconds at which knowledge ends."""
        return wall(self.until)

    @cached_property
    def month_starts(self) -> tuple[date, ...]:
        """The first day of each month."""
        return tuple(months_before(self.until, m) for m in range(self.months, -1, -1))[: self.months]

    @cached_property
    def _month_edges(self) -> Floats:
        return np.array([wall(day) for day in self.month_starts], dtype=np.float64)

    def month_of(self, moments: Floats) -> Ints:
        """Which month each moment lies in: 0 … months − 1."""
        return np.searchsorted(self._month_edges, moments, side="right") - 1

    def month_at(self, share: float) -> date:
        """The month that begins when about this share of the span is over."""
        return self.month_starts[min(round(share * self.months), self.months - 1)]

    # ---- the clock -------------------------------------------------------------------------------

    @cached_property
    def _offsets(self) -> tuple[Floats, Floats]:
        """The wall moments from which an offset to UTC holds, and the offsets in seconds."""
        zone = ZoneInfo(ZONE)
        edges, offsets = [-np.inf], [np.nan]
        moment = datetime(self.opening.year, self.opening.month, 1, tzinfo=UTC) - timedelta(days=40)
        while moment < datetime(self.until.year, self.until.month, self.until.day, tzinfo=UTC) + timedelta(
            days=400
        ):
            offset = moment.astimezone(zone).utcoffset()
            assert offset is not None
            if offset.total_seconds() != offsets[-1]:
                # From this reading of the clock on; an hour that comes twice is read as the second, one
                # that is skipped as an hour later, as the loader does.
                edges.append((moment + offset).timestamp())
                offsets.append(offset.total_seconds())
            moment += timedelta(hours=1)
        return np.array(edges[1:]), np.array(offsets[1:])

    def utc(self, moments: Floats) -> Floats:
        """Wall seconds → seconds since 1970, UTC."""
        edges, offsets = self._offsets
        return moments - offsets[np.maximum(np.searchsorted(edges, moments, side="right") - 1, 0)]

    # ---- seasons and hours -----------------------------------------------------------------------

    def _day_weights(self, month_weights: tuple[float, ...]) -> Floats:
        days = (self.until - self.opening).days
        weights = np.empty(days)
        for place in range(days):
            day = self.opening + timedelta(days=place)
            weight = month_weights[day.month - 1] * (1.0 + 0.6 * place / days)  # a young shop grows
            if day.month == 12 and day.day > 20:
                weight *= 0.35  # too late for the post before Christmas
            weights[place] = weight * (1.2 if day.weekday() >= 5 else 1.0)
        return weights

    @cached_property
    def _arrival_curves(self) -> NDArray[np.float64]:
        curves = [np.cumsum(self._day_weights(w)) for w in (_RAIN, _GIFT)]
        return np.array([curve / curve[-1] for curve in curves])

    def arrivals(self, chance: Chance, ids: Ids, for_gift: Flags) -> Floats:
        """When each person first hears of the shop."""
        luck = chance.share(ids, "arrival day")
        days = np.where(
            for_gift,
            np.searchsorted(self._arrival_curves[1], luck),
            np.searchsorted(self._arrival_curves[0], luck),
        )
        return self.start + days * DAY + hour_of_day(chance, ids, "arrival hour")


def hour_of_day(chance: Chance, ids: Ids, what: str, turn: int = 0) -> Floats:
    """Seconds since midnight, as people are awake."""
    curve = np.concatenate(([0.0], np.cumsum(_HOURS))) / sum(_HOURS)
    return np.asarray(np.interp(chance.share(ids, what, turn), curve, np.arange(25) * HOUR), dtype=np.float64)


def awake(chance: Chance, ids: Ids, what: str, moments: Floats, turn: int = 0) -> Floats:
    """The moments, those between midnight and six mostly put off to the morning; none comes earlier."""
    since_midnight = moments % DAY
    luck = chance.share(ids, what + " awake", turn)
    put_off = (since_midnight < 6 * HOUR) & (luck > 0.12)
    return np.where(put_off, moments - since_midnight + (6.5 + 4.0 * luck) * HOUR, moments)


def desk_hours(moments: Floats) -> Floats:
    """The moments, put off to when the service desk is there: 7 to 21 h, all week."""
    day = np.floor(moments / DAY)
    hour = moments - day * DAY
    late = hour >= 21 * HOUR
    hour = np.where(late | (hour < 7 * HOUR), 7 * HOUR + 600, hour)
    return np.where(late, day + 1, day) * DAY + hour


def working_hours(moments: Floats) -> Floats:
    """The moments, put off to when the packing bench works: Monday to Friday, 8 to 18 h."""
    day = np.floor(moments / DAY)
    hour = moments - day * DAY
    late = hour >= 18 * HOUR
    day = np.where(late, day + 1, day)
    hour = np.where(late | (hour < 8 * HOUR), 8 * HOUR + 600, hour)
    weekday = (day.astype(np.int64) + 3) % 7  # 1970 began on a Thursday; 0 is Monday
    weekend = weekday >= 5
    hour = np.where(weekend, 8 * HOUR + 900, hour)
    return np.where(weekend, day + (7 - weekday), day) * DAY + hour
