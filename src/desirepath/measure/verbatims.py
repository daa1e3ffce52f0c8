"""What do customers say, in their own words?

In: events with text. Out: a few per stage, as they are: the newest, the angriest, the gladdest, one from the middle,
and so on. The choice follows from the data alone, and identical texts are shown once. Nothing is shortened or invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

import numpy as np

from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Verbatim, VerbatimsAnswer
from desirepath.measure.cohort import Mask, contract
from desirepath.measure.inputs import ScoreRows, TextRows, no_scores
from desirepath.measure.meetings import Int64, visit_of_events
from desirepath.trail.trails import Trails


def verbatims(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    rows: TextRows,
    *,
    as_of: int,
    scores: ScoreRows | None = None,
    channels: Sequence[str] = (),
    per_stage: int = 6,
    where: Mask | None = None,
    owner: Int64 | None = None,
) -> VerbatimsAnswer:
    """At most `per_stage` verbatims of each stage, newest first, in the journey's order of stages.

    A text belongs to the stage of the visit in which it was said; texts outside any visit are not shown. `counts` has
    how many different ones each stage has. scores: the score of the same event is shown with its words.
    """
    owner = visit_of_events(visits, trails) if owner is None else owner
    scored = scores or no_scores()
    score_of = {at: i for i, at in enumerate(scored.at.tolist())}
    inside = owner[rows.at] >= 0
    if where is not None:
        inside &= np.append(where, False)[owner[rows.at]]
    chosen: list[Verbatim] = []
    counts: dict[str, int] = {}
    stage = (
        np.where(inside, visits.stage[np.maximum(owner[rows.at], 0)], -1) if len(visits) else owner[rows.at]
    )
    for place, one in enumerate(journey.stages):
        mine = [
            _verbatim(trails, rows, i, one.id, channels, scored, score_of)
            for i in np.flatnonzero(stage == place).tolist()
        ]
        distinct = _distinct(mine)
        if distinct:
            counts[one.id] = len(distinct)
            chosen += _choose(distinct, per_stage)
    return VerbatimsAnswer(
        tuple(chosen),
        counts,
        contract(
            journey,
            as_of,
            "What do customers say, in their own words?",
            "different texts of customers during visits of the stage",
            "in turn the newest, the lowest and the highest score, and the middle one, until there are enough",
        ),
    )


def _verbatim(
    trails: Trails,
    rows: TextRows,
    i: int,
    stage: str,
    channels: Sequence[str],
    scored: ScoreRows,
    score_of: dict[int, int],
) -> Verbatim:
    at = int(rows.at[i])
    score, code = score_of.get(at), int(trails.channel[at])
    return Verbatim(
        text=rows.text[i],
        at=int(trails.ts[at]),
        stage=stage,
        channel=channels[code] if 0 <= code < len(channels) else "",
        source=rows.source[i],
        event_no=int(trails.event[at]),
        score_share=None if score is None else float(scored.share[score]),
        score_kind=None if score is None else scored.kind[score],
    )


def _distinct(said: list[Verbatim]) -> list[Verbatim]:
    """Newest first, of identical texts (but for case and spaces) the newest; none that says nothing."""
    newest: dict[str, Verbatim] = {}
    for one in sorted(said, key=lambda v: (-v.at, v.event_no)):
        key = " ".join(one.text.split()).casefold()
        if key:
            newest.setdefault(key, one)
    return list(newest.values())


def _choose(newest: list[Verbatim], wanted: int) -> list[Verbatim]:
    """In turn from the newest, the lowest, the highest and the middle; newest first."""
    rated = sorted(
        (v for v in newest if v.score_share is not None), key=lambda v: (v.score_share, -v.at, v.event_no)
    )
    middle = sorted(range(len(rated)), key=lambda i: (abs(2 * i - (len(rated) - 1)), i))
    turns = zip_longest(newest, rated, reversed(rated), (rated[i] for i in middle))
    taken = dict.fromkeys(v.event_no for v in chain.from_iterable(turns) if v is not None)
    numbers = set(list(taken)[:wanted])
    return [v for v in newest if v.event_no in numbers]
