"""What did customers answer when they were asked, at each stage and touchpoint?

In: events with a score (its share of its scale). Out: a ScoreAnswer per kind and stage, and per kind, stage and
touchpoint. Only those who answer are heard: that is said in the contract, and nothing is corrected for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desirepath.core.estimate import Estimate, Measured
from desirepath.core.words import Track
from desirepath.journey.definition import Journey
from desirepath.journey.visits import Visits
from desirepath.measure.answers import Contract, ScoreAnswer
from desirepath.measure.cohort import Mask, contract
from desirepath.measure.inputs import ScoreRows
from desirepath.measure.meetings import Int64, visit_of_events
from desirepath.stats.intervals import mean, net_score, proportion
from desirepath.trail.trails import Trails

Float = NDArray[np.float64]
TOP_TWO = 0.75  # 4 and 5 of 1–5, 6 and 7 of 1–7
_RULES = {
    "nps": "share of promoters (9–10 of 0–10) less that of detractors (0–6), × 100; adjusted Wald interval",
    "csat": "share of the two best answers of five; Wilson's interval",
    "ces": "mean share of the scale; Student's t interval",
    "rating": "mean share of the scale; Student's t interval",
}


def scores(
    journey: Journey,
    visits: Visits,
    trails: Trails,
    rows: ScoreRows,
    *,
    as_of: int,
    where: Mask | None = None,
    owner: Int64 | None = None,
) -> tuple[ScoreAnswer, ...]:
    """For each kind: by stage (touchpoint None), then by stage and touchpoint, in the journey's order.

    A score belongs to the stage of the visit in which it was given; a score outside any visit to none, and is not
    here. It belongs to the touchpoint of its own event, else to the last that its customer met before in the pass.
    """
    owner = visit_of_events(visits, trails) if owner is None else owner
    inside = owner[rows.at] >= 0
    if where is not None:
        inside &= np.append(where, False)[owner[rows.at]]
    keep = np.flatnonzero(inside)
    at, share = rows.at[keep], rows.share[keep]
    kinds = np.array([rows.kind[i] or "rating" for i in keep.tolist()], dtype=object)
    stage, code = visits.stage[owner[at]], touchpoint_of(visits, trails, at, owner)
    answers = []
    for kind in sorted(set(kinds.tolist())):
        of_kind = kinds == kind
        for place, one in enumerate(journey.stages):
            here = of_kind & (stage == place)
            if not here.any():
                continue
            answers.append(_answer(journey, kind, one.id, None, share[here], as_of))
            for touchpoint in np.unique(code[here & (code >= 0)]).tolist():
                name = journey.touchpoints[touchpoint].id
                answers.append(
                    _answer(journey, kind, one.id, name, share[here & (code == touchpoint)], as_of)
                )
    return tuple(answers)


def touchpoint_of(visits: Visits, trails: Trails, at: Int64, owner: Int64) -> Int64:
    """The touchpoint of each event, else the last one before it in the same pass; −1 where there is none."""
    named = np.flatnonzero(trails.touchpoint >= 0)
    place = np.searchsorted(named, at, side="right") - 1
    last = np.append(named, -1)[place] if len(named) else np.full(len(at), -1)
    theirs, ours = owner[np.maximum(last, 0)], owner[at]
    same = (last >= 0) & (theirs >= 0) & (ours >= 0)
    # The journey's track has one visit at a time: same customer and pass is the same run.
    a, b = np.maximum(theirs, 0), np.maximum(ours, 0)
    if len(visits):
        same &= (visits.customer[a] == visits.customer[b]) & (visits.pass_no[a] == visits.pass_no[b])
        same &= visits.track[b] == Track.JOURNEY
    return np.where(same, trails.touchpoint[np.maximum(last, 0)], -1).astype(np.int64)


def _answer(
    journey: Journey, kind: str, stage: str, touchpoint: str | None, share: Float, as_of: int
) -> ScoreAnswer:
    levels, counts = np.unique(np.round(share, 6), return_counts=True)
    return ScoreAnswer(
        kind=kind,
        stage=stage,
        touchpoint=touchpoint,
        value=_value(kind, share, as_of),
        emotion=_within(mean(share, as_of=as_of).map(lambda x: 4 * x - 2), -2.0, 2.0),
        histogram=tuple(zip(levels.tolist(), counts.tolist(), strict=True)),
        contract=_contract(journey, kind, stage, touchpoint, as_of),
    )


def _value(kind: str, share: Float, as_of: int) -> Measured:
    n = len(share)
    if kind == "nps":
        points = np.round(share * 10)
        score = net_score(int((points >= 9).sum()), int((points <= 6).sum()), n, as_of=as_of)
        return score.map(lambda x: 100 * x)
    if kind == "csat":
        return proportion(int((share >= TOP_TWO - 1e-9).sum()), n, as_of=as_of)
    return _within(mean(share, as_of=as_of), 0.0, 1.0)


def _within(measured: Measured, low: float, high: float) -> Measured:
    """An interval does not leave its scale."""
    if not isinstance(measured, Estimate):
        return measured
    ends = (max(low, measured.low), min(high, measured.high))
    return Estimate(measured.value, *ends, measured.n, measured.method, measured.as_of, measured.level)


def _contract(journey: Journey, kind: str, stage: str, touchpoint: str | None, as_of: int) -> Contract:
    label = journey.stages[journey.index(stage)].label
    names = {t.id: t.label for t in journey.touchpoints}
    place = label if touchpoint is None else f"{names[touchpoint]} in {label}"
    return contract(
        journey,
        as_of,
        f"What {kind.upper() if len(kind) < 5 else kind} do customers give {place}?",
        "answers given during visits of the stage; only those who answered are heard",
        _RULES.get(kind, _RULES["rating"]) + ". Emotion: 4 × mean share − 2",
        "Rocks (2016)" if kind == "nps" else "",
    )
