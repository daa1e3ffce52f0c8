"""How hard do customers have to work at each stage and touchpoint?

In: meetings that customers made. Out: ease, 2 − 4 × the share of them that were hard. What came next says so: the same
touchpoint again (where those who succeed mostly need it once), a touchpoint of an earlier stage, a call for help, or
nothing any more. Each meeting has one fate, so the shares add up. That such behaviour is effort is a reading of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.times import NEVER, TimeRange
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import EffortAnswer
from desirepath.measure.cohort import EVER, Mask, asked_visits, contract, lost_visits, open_visits
from desirepath.measure.meetings import Int64, Meetings, meetings, visit_of_events
from desirepath.stats.intervals import clustered_proportion
from desirepath.trail.trails import Trails


class Fate(IntEnum):
    """What came after a meeting that the customer made."""

    SMOOTH = 0
    REPEATED = 1  # the same touchpoint again, where those who succeed mostly need it once
    ASKED_FOR_HELP = 2  # a support touchpoint
    WENT_BACK = 3  # before the first purchase, a touchpoint of an earlier stage than the customer is in
    FELL_SILENT = 4  # nothing: the last of a visit that was lost
    NOT_YET_KNOWN = 5  # the last so far of a visit in flight: not counted


@dataclass(frozen=True, slots=True)
class Fates:
    """The meetings that customers made, and what came after each: a Fate code."""

    met: Meetings
    fate: NDArray[np.int8]


def fates(journey: Journey, visits: Visits, met: Meetings) -> Fates:
    """What came after each meeting that the customer made, within its visit."""
    own = met.where(met.by_customer)
    n = len(own)
    fate = np.zeros(n, np.int8)
    if not n:
        return Fates(own, fate)
    last = np.append(own.visit[1:] != own.visit[:-1], True)
    following = np.append(own.touchpoint[1:], -1)
    support = np.array([t.support for t in journey.touchpoints])
    home = np.array([-1 if t.stage is None else journey.index(t.stage) for t in journey.touchpoints])
    here = visits.stage[own.visit]
    # Who has bought and browses again is not lost: that is a repeat cycle.
    buys_at = next((i for i, s in enumerate(journey.stages) if s.goal_advances), len(journey.stages))
    fate[(home[following] >= 0) & (home[following] < here) & (here <= buys_at)] = Fate.WENT_BACK
    fate[support[following]] = Fate.ASKED_FOR_HELP
    again = following == own.touchpoint
    fate[again] = Fate.SMOOTH
    fate[again & usually_once(visits, own, len(journey.touchpoints))] = Fate.REPEATED
    fate[last] = Fate.SMOOTH
    fate[last & lost_visits(visits)[own.visit]] = Fate.FELL_SILENT
    fate[last & open_visits(visits)[own.visit]] = Fate.NOT_YET_KNOWN
    return Fates(own, fate)


def usually_once(visits: Visits, own: Meetings, kinds: int) -> Mask:
    """For each meeting, whether those who succeed in its stage mostly need just one of its touchpoint.

    Paying a second time is trouble; looking at a second product is what the page is for. Where nobody who succeeded
    met it, once is taken to be enough.
    """
    pair = visits.stage[own.visit].astype(np.int64) * kinds + own.touchpoint
    by_visit, first, times = np.unique(
        own.visit * kinds + own.touchpoint, return_index=True, return_counts=True
    )
    done = visits.succeeded[by_visit // kinds] != NEVER
    size = int(pair.max(initial=0)) + 1
    met, more = (
        np.bincount(pair[first[done]], minlength=size),
        np.bincount(pair[first[done & (times > 1)]], minlength=size),
    )
    often = 2 * more > met
    once: Mask = ~often[pair]
    return once


def ease(found: Fates, chosen: Int64, visits: Visits, as_of: int) -> Measured:
    """2 − 4 × the share of hard meetings among the chosen (places in `found`); n counts meetings, doubt customers."""
    known = chosen[found.fate[chosen] != Fate.NOT_YET_KNOWN]
    if not len(known):
        return NoEstimate("no_data", detail="no meeting that a customer made, and whose fate is known")
    hard = found.fate[known] != Fate.SMOOTH
    share = clustered_proportion(hard, visits.customer[found.met.visit[known]], as_of=as_of)
    return share.map(lambda value: 2 - 4 * value)


def effort(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    *,
    as_of: int,
    where: Mask | None = None,
    period: TimeRange = EVER,
    owner: Int64 | None = None,
) -> tuple[EffortAnswer, ...]:
    """One answer a stage, in the journey's order. owner: visit_of_events(…), where the caller has it."""
    owner = visit_of_events(visits, trails) if owner is None else owner
    asked = asked_visits(visits, where, period, Track.JOURNEY)
    found = fates(journey, visits, meetings(visits, trails, owner, asked))
    stage = visits.stage[found.met.visit]
    answers = []
    for place, one in enumerate(journey.stages):
        here = np.flatnonzero(stage == place)
        counts = np.bincount(found.fate[here], minlength=len(Fate))
        known = int(counts.sum() - counts[Fate.NOT_YET_KNOWN])
        share = counts / max(known, 1)
        answers.append(
            EffortAnswer(
                stage=one.id,
                ease=ease(found, here, visits, as_of),
                repeated=float(share[Fate.REPEATED]),
                went_back=float(share[Fate.WENT_BACK]),
                asked_for_help=float(share[Fate.ASKED_FOR_HELP]),
                fell_silent=float(share[Fate.FELL_SILENT]),
                contract=contract(
                    journey,
                    as_of,
                    f"How hard do customers have to work in {one.label}?",
                    "meetings that customers made in visits of the stage; of a visit still in flight, not its last",
                    "2 − 4 × the share after which came the same touchpoint again (where those who succeed mostly "
                    "need it once), a call for help, before the purchase an earlier stage's touchpoint, or nothing "
                    "(the visit was lost); Wilson's interval, customers counting once",
                ),
                meetings=known,
            )
        )
    return tuple(answers)
