"""Into which groups does a breakdown part what is asked about?

In: what to part by, and the events that stand for what is parted (an entry, a step). Out: groups, each a mask; the
commonest by name, and an explicit "other" and "(none)", so that sums close. Segments may overlap, and say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.app.questions.columns import said_in, shown
from desirepath.app.questions.question import QuestionError
from desirepath.core.errors import NotFound, nearest
from desirepath.core.times import from_us

if TYPE_CHECKING:
    from desirepath.app.opened import Opened

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST = 12  # groups by name: more is a list and no comparison
OTHER, NONE = "(other)", "(none)"
BY = "channel, touchpoint, event, segment, persona, month, or a property or trait such as traits.device"
_CALENDAR = ("month", "week", "day")


@dataclass(frozen=True, slots=True)
class Group:
    """One group. key: a segment's id, a value as it may be shown; rows: which of the events that were parted."""

    key: str
    label: str
    rows: Mask
    kind: Literal["value", "other", "none"] = "value"


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of a breakdown, the largest first (calendar groups in time). overlap: one may be in several.

    code: the place of each row's group, where groups do not overlap.
    """

    by: str
    groups: tuple[Group, ...]
    overlap: bool
    code: NDArray[np.int16] | None = field(default=None, repr=False)


def groups_by(opened: Opened, by: str, at: Int64, most: int = MOST) -> Groups:
    """The groups of the events at these positions of the trails.

    A trait (and any column of `traits.`) counts as it was last told by then; everything else as the event itself
    has it. Raises QuestionError for what is nothing to part by, and for what names people.
    """
    word = by.strip()
    if word in ("segment", "persona"):
        return _segments(opened, word, at)
    if word in _CALENDAR:
        return _calendar(opened, word, at)
    try:
        name = opened.layers.column_name(word)
    except NotFound as error:
        known = ["channel", "touchpoint", "segment", "persona", *_CALENDAR]
        close = nearest(word, known, "You can break down by").partition("? ")
        hint = error.hint if not close[1] else f"{close[0]}?"
        raise QuestionError(
            f'nothing can be broken down by "{by}"', hint=hint or f"By {BY}.", by=by
        ) from None
    column = said_in(opened, name, refused="it is no group", hint=f"By {BY}.", at=at)
    code = column.code
    count = np.bincount(code + np.int32(1), minlength=len(column.labels) + 1)[1:]
    order = np.argsort(-count, kind="stable")
    order = order[count[order] > 0]
    most_told = order[:most] if len(order) > most + 1 else order
    touchpoints = {t.id: t.label for t in opened.journey.touchpoints} if name == "touchpoint" else {}
    labels = shown(opened, name, [column.labels[i] for i in most_told.tolist()])
    others = len(most_told) < len(order)
    # The place of each value's group; the last item, which −1 reads, is of those that tell none.
    places = np.full(len(count) + 1, len(most_told), np.int16)
    places[most_told] = np.arange(len(most_told))
    places[-1] = none = len(most_told) + others
    place = places[code]
    found = [Group(label, touchpoints.get(label, label), place == i) for i, label in enumerate(labels)]
    if others:
        found.append(
            Group(OTHER, f"{len(order) - len(most_told):,} others", place == len(most_told), "other")
        )
    if (place == none).any():
        found.append(Group(NONE, "none told", place == none, "none"))
    return Groups(by, tuple(found), overlap=False, code=place)


def named(groups: Groups) -> dict[str, Mask]:
    """The rows of each group by its label; where two have one label, by the key, too."""
    labels = [group.label for group in groups.groups]
    return {
        group.label if labels.count(group.label) == 1 else f"{group.label} ({group.key})": group.rows
        for group in groups.groups
    }


def codes_of(groups: Groups, rows: int) -> Int64:
    """The place of each row's group, where every row is in one. Raises QuestionError where groups overlap."""
    if groups.overlap:
        raise QuestionError(
            f"{groups.by} parts nobody for good: one can be of several",
            hint="Name a property or a trait, such as traits.device.",
            by=groups.by,
        )
    code = np.full(rows, -1, np.int64)
    for place, group in enumerate(groups.groups):
        code[group.rows] = place
    return code


def _segments(opened: Opened, word: str, at: Int64) -> Groups:
    journey = opened.journey
    those = (
        [(s.id, s.label) for s in journey.segments]
        if word == "segment"
        else [(p.id, p.label) for p in journey.personas]
    )
    if not those:
        raise QuestionError(
            f"the journey declares no {word}", hint=f"Declare one under `{word}s:` in its file.", by=word
        )
    found, none = [], np.ones(len(at), np.bool_)
    for name, label in those:
        rows = opened.layers.segment(name)[at]
        none &= ~rows
        found.append(Group(name, label, rows))
    found.sort(key=lambda one: -int(one.rows.sum()))
    if none.any():
        found.append(Group(NONE, f"in no {word}", none, "none"))
    return Groups(word, tuple(found), overlap=True)


def _calendar(opened: Opened, word: str, at: Int64) -> Groups:
    from desirepath.core.times import TimeRange
    from desirepath.measure.occupancy.counts import calendar_steps

    ts = opened.trails.ts[at]
    if not len(ts):
        return Groups(word, (), overlap=False)
    step: Literal["day", "week", "month"] = (
        "month" if word == "month" else "week" if word == "week" else "day"
    )
    zone, first, last = opened.journey.time_zone, int(ts.min()), int(ts.max())
    lengths = {"day": 1, "week": 7, "month": 31}
    before = first - (lengths[step] + 1) * 86_400_000_000
    starts = calendar_steps(TimeRange(before, last + 1), step, zone)
    place = np.searchsorted(starts, ts, side="right") - 1
    found: list[Group] = []
    code = np.zeros(len(place), np.int16)
    for i in np.unique(place).tolist():
        code[place == i] = len(found)
        day = from_us(int(starts[max(i, 0)]), zone).date().isoformat()
        key = day[:7] if step == "month" else day
        found.append(Group(key, key, place == i))
    return Groups(word, tuple(found), overlap=False, code=code)
