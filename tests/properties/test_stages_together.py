"""Stages off what is known of all visits, all groups together, against each group looked at visit by visit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.app.plain import as_plain
from desirepath.core.times import DAY, FOREVER, NEVER, TimeRange
from desirepath.core.words import Track
from desirepath.measure.cohort import Mask, pass_starts
from desirepath.measure.stages import grouped, stages
from desirepath.measure.stages_known import Known, asked_groups, known_visits, times_of
from desirepath.measure.stages_known import tally as tallied
from desirepath.measure.whole import known_passes, passes_of, whole
from desirepath.measure.worth import success_worth
from desirepath.stats import aalen_johansen as curves
from tests.by_hand import CHANNELS, START, Shop, random_shop
from tests.twins import measures as twin

few = settings(max_examples=25)
seeds = st.integers(0, 10_000)


def close(one: object, other: object) -> bool:
    """The same data: a deviation's sum has another order, all else not even that."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-9)
    return one == other


def everything(shop: Shop) -> tuple[Known, np.ndarray, Mask]:
    starts = pass_starts(shop.visits)
    known = known_visits(shop.journey, shop.visits, shop.as_of, starts)
    return known, success_worth(shop.visits, shop.trails), starts


@few
@given(seeds, st.booleans(), st.booleans())
def test_a_question_is_answered_as_if_it_had_been_counted_anew(seed: int, some: bool, early: bool):
    shop = random_shop(seed, 60)
    known, worth, _ = everything(shop)
    where = np.random.default_rng(seed).random(len(shop.visits)) < 0.6 if some else None
    period = TimeRange(NEVER, START + 100 * DAY) if early else TimeRange()
    asked = {"as_of": shop.as_of, "trails": shop.trails, "where": where, "period": period}
    slow = stages(shop.journey, shop.visits, **asked)
    quick = stages(shop.journey, shop.visits, worth=worth, known=known, **asked)
    assert close(as_plain(slow), as_plain(quick))
    passes = passes_of(shop.journey, shop.visits, shop.as_of)
    of = {"as_of": shop.as_of, "where": where, "period": period, "passes": passes}
    through = known_passes(shop.journey, passes)
    assert whole(shop.journey, shop.visits, **of) == whole(shop.journey, shop.visits, known=through, **of)


@few
@given(seeds, st.integers(1, 5), st.booleans())
def test_groups_counted_together_are_what_each_is_alone(seed: int, groups: int, wide: bool):
    shop = random_shop(seed, 60)
    known, worth, _ = everything(shop)
    draw = np.random.default_rng(seed)
    code, who = draw.integers(0, groups, len(known)).astype(np.int16), draw.random(len(known)) < 0.7
    group = asked_groups(code, 200 if wide else groups, who)
    assert group.dtype == (np.int16 if wide else np.int8)
    found = grouped(shop.journey, known, group, groups, as_of=shop.as_of, worth=worth)
    brief = grouped(shop.journey, known, group, groups, as_of=shop.as_of, worth=worth, brief=True)
    only = grouped(shop.journey, known, group, groups, as_of=shop.as_of, worth=worth, only="decision")
    for g, answers in enumerate(found):
        alone = stages(
            shop.journey,
            shop.visits,
            as_of=shop.as_of,
            trails=shop.trails,
            channels=CHANNELS,
            where=group == g,
        )
        assert close(as_plain(answers), as_plain(alone))
        assert only[g].keys() == {"decision"}
        assert close(as_plain(only[g]["decision"]), as_plain(alone["decision"]))
        bare = {name: {**one, "curve": None, "repeat": None} for name, one in as_plain(alone).items()}
        assert close(as_plain(brief[g]), bare)


@few
@given(seeds)
def test_counts_times_and_worth_are_what_walking_over_the_visits_gives(seed: int):
    shop = random_shop(seed, 40)
    known, worth, _ = everything(shop)
    group = np.random.default_rng(seed).integers(-1, 3, len(known)).astype(np.int8)
    found = tallied(known, group, 3, worth)
    for g in range(3):
        for place in range(len(shop.journey.stages)):
            for track in Track:
                cell = 2 * place + track
                mine = [i for i in twin.rows(shop, place, track) if group[i] == g]
                assert found.customers[g, cell] == len({int(shop.visits.customer[i]) for i in mine})
                entered = [int(shop.visits.entered[i]) for i in mine if not shop.visits.skipped[i]]
                assert found.newest[g, cell] == max(entered, default=NEVER)
                paid = [
                    int(worth[i])
                    for i in mine
                    if not shop.visits.skipped[i] and shop.visits.succeeded[i] != NEVER
                ]
                assert found.worth is not None
                assert found.worth.paid[g, cell] == sum(paid)
                middle = sum(paid) / len(paid) if paid else 0.0
                assert found.worth.apart[g, cell] == pytest.approx(sum((w - middle) ** 2 for w in paid))
                times = times_of(known, group, found, cell)[g]
                assert (np.diff(times.time) >= 0).all()
                assert len(times.time) == found.counts["watched"][g, cell]
                assert len(times.took) == found.counts["rated_succeeded"][g, cell]
                assert np.isin(times.took, times.time[times.cause == 1]).all()


@given(
    st.integers(0, 10_000),
    st.sampled_from([0, 1, 2, 60, 900]),
    st.integers(1, 3),
    st.sampled_from([3, 40, 10**9]),
)
def test_the_loop_over_many_gives_what_numpy_gives_to_the_last_bit(
    seed: int, many: int, causes: int, most: int
):
    draw = np.random.default_rng(seed)
    time, cause = draw.integers(0, most, many), draw.integers(0, causes + 1, many)
    slow = curves.aalen_johansen(time, cause, causes)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(curves, "_MANY", 1)
        quick = curves.aalen_johansen(time, cause, causes)
        variance = quick.variance
    for name in ("time", "at_risk", "probability", "happened", "before", "seen"):
        assert np.array_equal(getattr(slow, name), getattr(quick, name)), name
    assert slow.known_until == quick.known_until
    assert np.array_equal(slow.variance, variance)


@given(st.integers(0, 10_000), st.sampled_from([20, 300, 1500]), st.sampled_from([4, 300, 10**9]))
def test_the_ends_of_a_quantile_are_found_where_the_whole_band_has_them(seed: int, many: int, most: int):
    draw = np.random.default_rng(seed)
    causes = draw.choice(3, many, p=draw.dirichlet([1, 2, 0.3]))
    # Some begin with times at which only others happen, and some end with nobody left.
    time = draw.integers(0, most, many) + (causes == 1) * draw.integers(0, 2) * most // 2
    found = curves.aalen_johansen(time, causes, 2)
    low, high = curves.band(found)
    places = np.arange(len(found.time))[:: 1 + seed % 3]
    assert np.array_equal(np.stack(curves.band_at(found, places)), np.stack([low[places], high[places]]))
    for p in (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
        value = found.probability[0]
        said = curves.incidence_quantile(found, p, as_of=0)
        if not (value >= p - 1e-12).any():
            assert not said.known
            continue
        early, late = (np.flatnonzero(end >= p - 1e-12) for end in (high, low))
        middle = int(found.time[np.flatnonzero(value >= p - 1e-12)[0]])
        ends = (
            min(middle, int(found.time[early[0]])) if len(early) else middle,
            max(middle, int(found.time[late[0]])) if len(late) else math.inf,
        )
        assert (said.value, said.low, said.high) == (middle, *ends)  # type: ignore[union-attr]  # an Estimate


def test_arrays_become_plain_data_as_their_items_do():
    for values in (
        np.array([1, NEVER, FOREVER, 7]),
        np.array([[1.5, np.nan], [np.inf, -np.inf]]),
        np.array([0.25, 3.0]),
        np.array([3, 4], np.int8),
        np.array([True, False]),
        np.array([], np.float64),
        np.array(["a", "b"]),
        np.float64(np.nan),
        np.int64(NEVER),
        np.int32(4),
    ):
        assert as_plain(values) == as_plain(values.tolist())
