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
    newest_first = np.lexsort((trails.event[rows.at], -trails.ts[rows.at]))
    for place, one in enumerate(journey.stages):
        distinct = _distinct(rows, newest_first[stage[newest_first] == place].tolist())
        if not distinct:
            continue
        counts[one.id] = len(distinct)
        shares = [
            float(scored.share[score_of[at]]) if (at := int(rows.at[i])) in score_of else None
            for i in distinct
        ]
        chosen += [
            _verbatim(trails, rows, distinct[k], one.id, channels, scored, score_of)
            for k in _choose(shares, per_stage)
        ]
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
        score_kind=None if score is None else scored.kind[score] or None,
    )


def _distinct(rows: TextRows, newest_first: list[int]) -> list[int]:
    """Of identical texts (but for case and spaces) the newest; none that says nothing."""
    newest: dict[str, int] = {}
    for i in newest_first:
        key = " ".join(rows.text[i].split()).casefold()
        if key:
            newest.setdefault(key, i)
    return list(newest.values())


def _choose(shares: list[float | None], wanted: int) -> list[int]:
    """In turn the newest, the lowest, the highest and the middle; places in `shares`, which is newest first."""
    rated = sorted((share, i) for i, share in enumerate(shares) if share is not None)
    middle = sorted(range(len(rated)), key=lambda k: (abs(2 * k - (len(rated) - 1)), k))
    by_share = [i for _, i in rated]
    turns = zip_longest(range(len(shares)), by_share, reversed(by_share), (by_share[k] for k in middle))
    taken = dict.fromkeys(i for i in chain.from_iterable(turns) if i is not None)
    return sorted(list(taken)[:wanted])
