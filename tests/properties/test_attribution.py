"""Attribution's kernels against the slow twin, and the laws of credit."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.times import TimeRange
from desirepath.measure.attribution import journeys
from desirepath.measure.attribution import markov as markov_room
from desirepath.measure.attribution import shapley as shapley_room
from desirepath.measure.attribution.ask import MODELS, How, bootstrap, credits_of, wanted_for
from desirepath.measure.attribution.journeys import (
    CONVERTED,
    IN_FLIGHT,
    LOST,
    RULES,
    Wanted,
    Ways,
    credited,
    members,
    of_fate,
    stretches,
    tally,
)
from desirepath.measure.attribution.kernel import BEGINS, GOING_ON, OVER, PENNY, UNIT
from desirepath.measure.attribution.markov import count_steps, most_orders, removal, removal_of_order
from desirepath.measure.attribution.shapley import count_sets, shapley_of_rate
from tests.twins import attribution as twin

CHANNELS = 4


@st.composite
def ways(draw: st.DrawFn) -> Ways:
    """A few customers: ties, equal times, huge gaps, none at all, passes, direct visits, a period."""
    lengths = draw(st.lists(st.integers(0, 9), min_size=0, max_size=8))
    n = sum(lengths)
    gaps = draw(st.lists(st.sampled_from([0, 0, 1, 5, 10, 11, 1000]), min_size=n, max_size=n))
    code = draw(st.lists(st.integers(-1, CHANNELS - 1), min_size=n, max_size=n))
    convert = draw(st.lists(st.sampled_from([False, False, True]), min_size=n, max_size=n))
    offset = np.append(0, np.cumsum(lengths)).astype(np.int64)
    ts = np.concatenate([np.cumsum(gaps[a:b]) for a, b in pairwise(offset.tolist())] or [[]])
    framed = draw(st.booleans())
    frame = None
    if framed:
        states = st.sampled_from([0, OVER, OVER, GOING_ON, OVER | BEGINS, GOING_ON | BEGINS])
        frame = np.array(draw(st.lists(states, min_size=n, max_size=n)), np.uint8)
    some = draw(st.booleans())
    return Ways(
        offset=offset,
        ts=ts.astype(np.int64),
        code=np.array(code, np.int16),
        channels=CHANNELS,
        convert=np.array(convert, np.bool_),
        value=np.array(draw(st.lists(st.integers(0, 500), min_size=n, max_size=n)), np.int64),
        lookback=None if framed else draw(st.sampled_from([None, 0, 5, 10])),
        known=draw(st.sampled_from([0, 20, 10_000])),
        frame=frame,
        weak=np.array([True, False, False, False]) if draw(st.booleans()) else None,
        collapse=draw(st.booleans()),
        first_only=draw(st.booleans()),
        asked=np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), np.bool_) if some else None,
        period=draw(st.sampled_from([TimeRange(), TimeRange(1, 30)])),
        who=np.arange(0, len(lengths), 2, dtype=np.int64) if draw(st.booleans()) else None,
    )


def laid(one: Ways) -> list[twin.Trip]:
    everyone = np.arange(len(one.offset) - 1, dtype=np.int64) if one.who is None else one.who
    out = []
    for s in stretches(one, everyone):
        for j in range(s.count):
            touches = tuple(
                (int(s.path[i]), int(one.ts[s.base + s.at[i]])) for i in range(s.begin[j], s.begin[j + 1])
            )
            out.append(twin.Trip(int(s.whose[j]), int(s.fate[j]), touches, int(s.won[j])))
    return out


@settings(max_examples=200)
@given(ways())
def test_journeys_are_those_of_looking_at_every_event(one: Ways):
    assert laid(one) == twin.trips(one)


@settings(max_examples=60)
@given(ways(), st.sampled_from([(0.4, 0.4), (0.0, 0.0), (1.0, 0.0), (0.3, 0.2)]))
def test_rules_deal_out_what_the_twin_does_and_close_exactly(one: Ways, ends: tuple[float, float]):
    found = twin.trips(one)
    total = tally(one, Wanted(tuple(RULES), ends, half_life=7, links=True, sets=True))
    won = [t for t in found if t.fate == CONVERTED and t.touches]
    for place, model in enumerate(RULES):
        units = total.rules[:, place].sum(axis=0)
        assert int(units[0].sum()) == len(won) * UNIT
        assert int(units[1].sum()) == sum(int(one.value[t.won]) for t in won) * PENNY
        slow = np.array(twin.credit(model, found, one, ends, 7)).T
        np.testing.assert_allclose(units / np.array([[UNIT], [PENNY]]), slow, atol=0.02)
        np.testing.assert_allclose(units[0] / UNIT, slow[0], atol=1e-7)
    counts = total.counts.sum(axis=0)
    fates = [t.fate for t in found]
    assert counts[0] == fates.count(CONVERTED)
    assert counts[2] == sum(not t.touches for t in found)
    assert (counts[4], counts[5]) == (fates.count(LOST), fates.count(IN_FLIGHT))
    slow_met = [[sum(c in t.path and t.fate == f for t in found) for f in range(3)] for c in range(CHANNELS)]
    assert total.met[:, :3].tolist() == slow_met
    assert int(total.shared[:, 0].sum()) == len(won) * UNIT
    np.testing.assert_allclose(
        total.shared[:, 0].sum(axis=0) / UNIT, twin.shapley(found, one, False), atol=1e-7
    )


@settings(max_examples=25)
@given(ways(), st.integers(1, 3))
def test_the_chain_is_that_of_walking_on_and_on(one: Ways, order: int):
    found = twin.trips(one)
    steps = count_steps(one, order, 20)
    whole, drawn = removal_of_order(steps, np.ones((3, 20)))
    assert whole.base == pytest.approx(twin.chance(found, one, order))
    assert whole.worth == pytest.approx(twin.chance(found, one, order, worth=True))
    known = twin.known(found)
    if known:  # the chain's own law
        assert whole.base == pytest.approx(sum(t.fate == CONVERTED for t in known) / len(known))
    for c in range(CHANNELS):
        for effect, worth in ((whole.effect, False), (whole.worth_effect, True)):
            base = twin.chance(found, one, order, worth=worth)
            left = twin.chance(found, one, order, without=c, worth=worth)
            assert effect[c] == pytest.approx((base - left) / base if base else 0.0, abs=1e-9)
    np.testing.assert_allclose(drawn.effect, np.tile(whole.effect, (3, 1)), atol=1e-9)
    if order == 1:
        dense = removal(tally(one, Wanted(links=True)).links.sum(axis=0))
        np.testing.assert_allclose(dense.effect, whole.effect, atol=1e-9)
        np.testing.assert_allclose(dense.worth_effect, whole.worth_effect, atol=1e-9)


@settings(max_examples=30)
@given(ways())
def test_shapley_is_the_mean_over_all_orders(one: Ways):
    found = twin.trips(one)
    value = shapley_of_rate(count_sets(one, 20), np.ones((2, 20)))
    np.testing.assert_allclose(value.value[:, 0], twin.shapley(found, one, True), atol=1e-9)
    np.testing.assert_allclose(value.value[:, 1], twin.shapley(found, one, True, worth=True), atol=1e-6)
    np.testing.assert_allclose(value.drawn[1], value.value, atol=1e-9)
    assert not value.error.any()


def busy(seed: int, customers: int = 400, channels: int = CHANNELS) -> Ways:
    """More customers than a stretch of events would need, for threads and samples."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(0, 12, customers)
    n = int(lengths.sum())
    offset = np.append(0, np.cumsum(lengths)).astype(np.int64)
    ts = np.sort(draw.integers(0, 1000, n))
    for a, b in pairwise(offset.tolist()):
        ts[a:b] = np.sort(draw.integers(0, 1000, b - a))
    return Ways(
        offset=offset, ts=ts, code=draw.integers(-1, channels, n).astype(np.int32), channels=channels,
        convert=draw.random(n) < 0.1, value=draw.integers(0, 900, n), lookback=100, known=900,
    )  # fmt: skip


@pytest.mark.parametrize("worth", ["conversions", "rate"])
def test_threads_and_parts_change_nothing(monkeypatch: pytest.MonkeyPatch, worth: str):
    one, how = busy(1), How(worth=worth, order=2)
    wanted = wanted_for(how, CHANNELS)
    whole = tally(one, wanted)
    calm = credits_of(whole, how, one, 7)
    monkeypatch.setattr(journeys, "_STRETCH", 50)
    for parts, threads in ((1, 1), (7, 1), (13, 3)):
        again = tally(one, wanted, parts=parts, threads=threads)
        for f in fields(whole):
            np.testing.assert_array_equal(getattr(again, f.name), getattr(whole, f.name))
        made = credits_of(again, how, one, 7)
        for model in MODELS:
            np.testing.assert_array_equal(made[model].conversions, calm[model].conversions)
            np.testing.assert_array_equal(made[model].drawn, calm[model].drawn)


@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from(["conversions", "rate"]), st.integers(1, 2))
def test_credit_sums_to_what_was_converted(seed: int, worth: str, order: int):
    one, how = busy(seed, 60), How(worth=worth, order=order)
    found = tally(one, wanted_for(how, CHANNELS))
    counts = found.counts.sum(axis=0)
    for credit in credits_of(found, how, one, 3).values():
        assert credit.conversions.sum() == counts[0] - counts[2]
        assert credit.value.sum() == counts[1] - counts[3]


def test_sampled_orders_agree_with_all_of_them_within_their_error(monkeypatch: pytest.MonkeyPatch):
    one = busy(5, 600, channels=6)
    sets = count_sets(one, 20)
    weights = bootstrap(20, 5)
    exact = shapley_of_rate(sets, weights)
    monkeypatch.setattr(shapley_room, "EXACT", 3)
    sampled = shapley_of_rate(sets, weights)
    assert (sampled.error > 0).all()
    assert (np.abs(sampled.value - exact.value) < 4 * sampled.error).all()
    assert sampled.value[:, 0].sum() == pytest.approx(exact.value[:, 0].sum())
    again = shapley_of_rate(sets, weights)
    np.testing.assert_array_equal(again.value, sampled.value)


def test_states_taken_out_by_their_block_are_those_of_solving_anew(monkeypatch: pytest.MonkeyPatch):
    steps, weights = count_steps(busy(7), 2, 20), bootstrap(20, 5)
    block, block_drawn = removal_of_order(steps, weights)
    monkeypatch.setattr(markov_room, "_FEW", 0)
    anew, anew_drawn = removal_of_order(steps, weights)
    np.testing.assert_allclose(block.effect, anew.effect, atol=1e-12)
    np.testing.assert_allclose(block_drawn.worth_effect, anew_drawn.worth_effect, atol=1e-9)


def test_one_step_replicates_are_near_those_solved_anew():
    one = busy(9, 3000)
    weights = bootstrap(200, 200)
    found = tally(one, Wanted(links=True, groups=200))
    anew = removal(np.tensordot(weights, found.links, 1)).effect
    step = removal_of_order(count_steps(one, 1, 200), weights)[1].effect
    assert np.abs(step - anew).max() < 0.02
    np.testing.assert_allclose(step.std(axis=0), anew.std(axis=0), rtol=0.1)


@settings(max_examples=30)
@given(ways())
def test_lists_are_as_long_as_their_counts(one: Ways):
    found = twin.trips(one)
    total = tally(one, Wanted(sets=True))
    for fate in (LOST, CONVERTED, IN_FLIGHT):
        listed = members(one, of_fate(fate)).tolist()
        assert listed == sorted({t.customer for t in found if t.fate == fate})
        assert len(listed) == total.counts[:, 6 + fate].sum()
    for c in range(CHANNELS):
        listed = members(one, credited(c))
        assert len(listed) == total.met[c, 3]
        assert listed.tolist() == sorted({t.customer for t in found if c in t.path and t.fate == CONVERTED})


def test_orders_too_high_to_number_are_known():
    assert most_orders(8, 200) >= 4
    assert most_orders(1000, 20) < 3


def test_a_renumbered_channel_gets_the_same_credit():
    one, how = busy(11), How()
    turned = replace(one, code=np.where(one.code >= 0, CHANNELS - 1 - one.code, -1).astype(np.int32))
    wanted = wanted_for(how, CHANNELS)
    mine, theirs = (credits_of(tally(w, wanted), how, w) for w in (one, turned))
    for model in MODELS:
        np.testing.assert_allclose(mine[model].conversions, theirs[model].conversions[::-1], atol=1e-6)
