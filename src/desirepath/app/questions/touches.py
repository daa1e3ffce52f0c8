"""What is a touch, and what is a journey to a conversion, in the words of a question?

In: what to credit (a channel, a campaign, any column), which events are touches, how far back they count. Out: the Ways
that measure.attribution walks, and the labels of its codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.app.questions.columns import said_in, shown
from desirepath.app.questions.question import QuestionError
from desirepath.core.errors import NotFound, nearest

if TYPE_CHECKING:
    from desirepath.app.asking import Asking

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int32]

Which = Literal["sessions", "actions", "all"]


def touch_codes(asking: Asking, by: str, which: Which) -> tuple[Codes, tuple[str, ...]]:
    """(the code of each event that is a touch, −1 of every other; labels). Raises QuestionError."""
    try:
        name = asking.layers.column_name(by.strip())
    except NotFound as error:
        raise QuestionError(f'nothing can be credited by "{by}"', hint=error.hint, by=by) from None
    column = said_in(asking, name, refused="nothing to credit", hint="By channel, touchpoint or a property.")
    labels = shown(asking, name, column.labels)
    if which == "all":
        return column.code, labels
    own = _by_customers(asking)
    if which == "sessions":
        own = _first_of_sessions(asking, own, column.code)
    return np.where(own, column.code, np.int32(-1)), labels


def _by_customers(asking: Asking) -> Mask:
    from desirepath.journey.bits import BY_CUSTOMER

    own: Mask = (asking.trails.evidence & BY_CUSTOMER) != 0
    return own


def _first_of_sessions(asking: Asking, own: Mask, code: Codes) -> Mask:
    """Of each session of what customers did themselves, the first event that has a code."""
    from desirepath.trail.sessions import session_starts

    trails = asking.trails
    at = np.flatnonzero(own)
    starts = session_starts(np.searchsorted(at, trails.offset).astype(np.int64), trails.ts[at])
    coded = np.flatnonzero(code[at] >= 0)
    session = np.cumsum(starts)[coded]
    first = np.append(True, session[1:] != session[:-1])[: len(session)]
    mask = np.zeros(trails.events, np.bool_)
    mask[at[coded[first]]] = True
    return mask


def weak_codes(labels: tuple[str, ...], direct: tuple[str, ...], by: str) -> Mask | None:
    """Which codes count only where nothing else was met. Raises QuestionError for a label that there is not."""
    if not direct:
        return None
    weak = np.zeros(len(labels), np.bool_)
    for label in direct:
        if label not in labels:
            raise QuestionError(
                f'direct: there is no {by} "{label}"', hint=nearest(label, labels, "There are"), direct=label
            )
        weak[labels.index(label)] = True
    return weak


def frame_of(asking: Asking, kind: Literal["pass", "visit"], convert: Mask) -> NDArray[np.uint8]:
    """Where journeys are cut along passes, or visits to a stage: see attribution_kernel."""
    from desirepath.core.times import NEVER
    from desirepath.core.words import Outcome
    from desirepath.measure.attribution.kernel import BEGINS, GOING_ON, OVER
    from desirepath.measure.meetings import visit_of_events

    visits = asking.visits
    owner = visit_of_events(visits, asking.trails)
    inside = np.flatnonzero(owner >= 0)
    mine = owner[inside]
    frame = np.zeros(len(owner), np.uint8)
    going = visits.pass_ended == NEVER if kind == "pass" else visits.outcome == Outcome.IN_FLIGHT
    frame[inside] = np.where(np.asarray(going)[mine], GOING_ON, OVER)
    same_pass = np.zeros(len(inside), np.bool_)
    same_pass[1:] = (visits.customer[mine[1:]] == visits.customer[mine[:-1]]) & (
        visits.pass_no[mine[1:]] == visits.pass_no[mine[:-1]]
    )
    new = ~same_pass
    if kind == "visit":
        # The conversion that begins the next visit of the pass is that of the visit before.
        changed = np.append(True, mine[1:] != mine[:-1])[: len(mine)]
        new |= changed & ~(convert[inside] & same_pass)
    frame[inside[new]] |= BEGINS
    return frame
