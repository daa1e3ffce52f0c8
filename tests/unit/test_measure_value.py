"""Measures of value: what they recover of planted truths, and what they say where there is nothing to say."""

from __future__ import annotations

import numpy as np
import pytest

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import DAY, NEVER
from desirepath.journey.bits import ACTIVE_END, ACTIVE_START
from desirepath.measure.answers import Contract
from desirepath.measure.value.check import Check, better_of, check, since
from desirepath.measure.value.contracts import Contracts, contract_value, contracts, counts
from desirepath.measure.value.lifetime import MODELS, lifetime_value
from desirepath.measure.value.overdue import overdue
from desirepath.measure.value.purchases import Purchases
from desirepath.measure.value.rfm import GROUPS, rfm, score, scores_of
from desirepath.stats.rhythm import fit_rhythm, gap_at, longer_than, rate
from tests.trails_by_hand import trails_of

CONTRACT = Contract("?", "", "", 0, "v")


def bought(people: list[list[tuple[int, int]]], today: int) -> Purchases:
    """Customers with their (day, worth)."""
    days = [one for person in people for one in person]
    start = np.append(0, np.cumsum([len(p) for p in people])).astype(np.int64)
    return Purchases(
        np.arange(len(people), dtype=np.int64), start, np.array([d for d, _ in days], np.int64),
        np.array([w for _, w in days], np.int64), start[:-1], today,
    )  # fmt: skip


def crowd(n: int, today: int, seed: int) -> list[list[tuple[int, int]]]:
    """Customers who buy at a rate of their own until they are gone."""
    rng = np.random.default_rng(seed)
    people = []
    for _ in range(n):
        begin, rate_of, left = int(rng.integers(0, 200)), rng.gamma(1.0, 1 / 30), rng.exponential(250)
        usual, at, days = rng.gamma(4, 1000), float(begin), {begin: 2000}
        while True:
            at += rng.exponential(1 / rate_of)
            if at > min(begin + left, today):
                break
            days[int(at)] = max(1, int(rng.gamma(5, usual / 5)))
        people.append(sorted(days.items()))
    return people


def until(people: list[list[tuple[int, int]]], day: int) -> Purchases:
    """What was known on that day."""
    return bought([kept for p in people if (kept := [one for one in p if one[0] <= day])], day)


# ── lifetime value ───────────────────────────────────────────────────────────────────────────────────────


# The crowd leaves by time, not after purchases: BG/NBD takes it amiss, and expects too much of who bought often.
@pytest.mark.parametrize(("name", "off"), [("pareto_nbd", 0.1), ("bg_nbd", 0.4)])
def test_what_is_told_comes_and_sums_close(name: str, off: float) -> None:
    people = crowd(1_500, 600, 4)
    now, before = bought(people, 600), until(people, 400)
    assert len(before) == len(now)
    found = check(MODELS[name], before, now, as_of=0)
    assert isinstance(found, Check)
    assert isinstance(found.expected, Estimate)
    assert found.expected.value == pytest.approx(found.actual, rel=off)
    assert sum(b.customers for b in found.bins) == len(before)
    assert sum(b.customers * b.expected for b in found.bins) == pytest.approx(found.expected.value)
    begin, again = now.first.min(), now.start[:-1]
    in_weeks = now.day < begin + 7 * len(found.week)
    in_weeks[again] = False
    assert found.cumulative_actual[-1] == in_weeks.sum()
    assert found.error < found.plain_error
    assert better_of({name: found, "none": NoEstimate("too_few")}) == name


def test_a_group_is_the_sum_of_its_customers_and_everybody_that_of_groups() -> None:
    shop = bought(crowd(400, 500, 9), 500)
    half = np.arange(400) % 2 == 0
    found = lifetime_value(
        shop, MODELS["pareto_nbd"], as_of=0, within=365, discount=0.1, groups=[("a", half), ("b", ~half)],
        contract=CONTRACT,
    )  # fmt: skip
    each = found.customers
    for total, rows in ((found.total, half | ~half), (found.groups[0], half), (found.groups[1], ~half)):
        assert isinstance(total.value, Estimate)
        assert isinstance(total.purchases, Estimate)
        assert isinstance(total.alive, Estimate)
        assert total.value.value == pytest.approx(each.value[0, rows].sum())
        assert total.purchases.value == pytest.approx(each.purchases[0, rows].sum())
        assert total.alive.value == pytest.approx(each.alive[0, rows].mean())
        assert total.value.low < total.value.value < total.value.high
    for told in (each.alive, each.purchases, each.value):
        assert (told[1] <= told[0]).all()
        assert (told[0] <= told[2]).all()


def test_later_money_counts_less() -> None:
    shop = bought(crowd(400, 500, 9), 500)
    total = {}
    for discount in (0.0, 0.1, 1.0):
        found = lifetime_value(
            shop, MODELS["bg_nbd"], as_of=0, within=730, discount=discount, groups=[], contract=CONTRACT
        )
        assert isinstance(found.total.value, Estimate)
        total[discount] = found.total.value.value
    assert total[0.0] > total[0.1] > total[1.0] > total[0.0] / 4


def asked(people: list[list[tuple[int, int]]], today: int = 400):
    return lifetime_value(
        bought(people, today), MODELS["pareto_nbd"], as_of=0, within=365, discount=0.1, groups=[],
        contract=CONTRACT,
    )  # fmt: skip


def test_one_purchase_each_tells_nothing_of_the_next() -> None:
    found = asked([[(d, 100)] for d in range(300)])
    assert found.total.purchases == NoEstimate("too_few", 0, 20, "0 customers bought again, of 20 needed")
    assert np.isnan(found.customers.value).all()
    assert found.buyers == 300


def test_nobody_at_all() -> None:
    found = asked([])
    assert (found.buyers, found.total.customers) == (0, 0)
    assert not found.total.value.known


def test_without_value_purchases_are_told_and_worth_is_not() -> None:
    found = asked([[(d, 0) for d, _ in p] for p in crowd(400, 400, 2)])
    assert found.total.purchases.known
    assert found.total.value == NoEstimate("no_data", 0, 0, "no purchase has a value")


def test_refunds_beyond_what_was_paid_are_told_and_break_nothing() -> None:
    people = crowd(400, 400, 2)
    people = [[(d, -w if i % 7 == 0 else w) for d, w in p] for i, p in enumerate(people)]
    found = asked(people)
    assert found.no_worth > 10
    assert found.total.value.known
    assert np.nanmin(found.customers.value) >= 0


def test_one_customer_with_thousands_of_purchases_moves_no_one_else_far() -> None:
    people = crowd(800, 500, 2)
    usual, odd = asked(people, 500), asked([*people, [(d - 3_000, 500) for d in range(3_490)]], 500)
    assert np.isfinite(odd.customers.value).all()
    assert isinstance(usual.total.purchases, Estimate)
    rest = odd.customers.purchases[0, :-1].sum()
    assert rest == pytest.approx(usual.total.purchases.value, rel=0.25)


# ── recency, frequency, money ────────────────────────────────────────────────────────────────────────────


def test_equal_values_have_equal_scores_and_nobody_is_raised_for_nothing() -> None:
    assert score(np.array([1, 1, 1, 1, 1, 1, 2, 2, 3, 9]), 5).tolist() == [1] * 6 + [4, 4, 5, 5]
    assert score(np.array([7, 7, 7]), 5).tolist() == [1, 1, 1]
    assert score(np.arange(10), 5).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert not len(score(np.empty(0, np.int64), 5))


def test_every_buyer_is_in_one_group_and_what_came_next_is_told_of_who_was_in_it() -> None:
    people = crowd(800, 500, 5)
    now, before = bought(people, 500), until(people, 410)
    found = rfm(now, before, as_of=0, parts=5, horizon=90, contract=CONTRACT)
    assert sum(g.customers for g in found.groups) == 800
    assert sum(g.before for g in found.groups) == len(before)
    assert sum(g.spent for g in found.groups) == now.worth.sum()
    then, came = scores_of(before), since(before, now) > 0
    for place, one in enumerate(found.groups):
        if isinstance(one.again, Estimate):
            assert one.again.value == came[then.group == place].mean()
    share = {g.group.id: g.again.value for g in found.groups if isinstance(g.again, Estimate)}
    assert share["best"] > share["silent"]
    new = found.scores.group == [g.id for g in GROUPS].index("new")
    assert (now.times[new] == 1).all()


def test_groups_of_nobody() -> None:
    empty = bought([], 10)
    found = rfm(empty, empty, as_of=0, parts=5, horizon=90, contract=CONTRACT)
    assert all(g.customers == 0 and not g.again.known for g in found.groups)


# ── the alarm ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_rhythm_is_found_again_and_the_next_gap_is_as_told() -> None:
    rng = np.random.default_rng(6)
    lam = rng.gamma(4.0, 1 / 60.0, 3_000)
    gaps = rng.gamma(2.0, 1 / lam[:, None], (3_000, 6))
    seen, following = gaps[:, :5], gaps[:, 5]
    times, total = np.full(3_000, 5.0), seen.sum(axis=1)
    fit = fit_rhythm(times, total, np.log(seen).sum(axis=1))
    np.testing.assert_allclose(fit.params, [2.0, 4.0, 60.0], rtol=0.15)
    alarm = gap_at(fit.params, times, total, 0.95)
    np.testing.assert_allclose(longer_than(fit.params, times, total, alarm), 0.05, rtol=1e-8)
    assert (following > alarm).mean() == pytest.approx(0.05, abs=0.012)
    assert rate(fit.params, times, total).mean() == pytest.approx((lam / 2.0).mean(), rel=0.05)


def test_who_comes_like_clockwork_is_missed_soon_and_who_comes_seldom_later() -> None:
    rng = np.random.default_rng(1)
    weekly = [[(int(7 * k + rng.integers(0, 2)), 100) for k in range(30)] for _ in range(60)]
    seldom = [[(int(60 * k + rng.integers(0, 25)), 100) for k in range(4)] for _ in range(60)]
    shop = bought(weekly + seldom, 240)
    found = overdue(
        shop, until(weekly + seldom, 150), as_of=0, level=0.05, least=2, fresh_days=90, horizon=90,
        contract=CONTRACT,
    )  # fmt: skip
    one = found.rhythms
    assert one.rings[:60].all()  # silent for five weeks
    assert not one.rings[60:].any()  # silent for a few weeks, too
    assert (one.alarm_after[:60] < 30).all()
    assert int(found.fresh.sum() + found.long.sum()) == int(one.rings.sum())
    assert found.at_stake == pytest.approx(one.at_stake[found.fresh].sum())


def test_one_purchase_each_has_no_rhythm() -> None:
    shop = bought([[(d, 100)] for d in range(100)], 200)
    found = overdue(shop, shop, as_of=0, level=0.05, least=2, fresh_days=90, horizon=90, contract=CONTRACT)
    assert found.why is not None
    assert found.why.reason == "too_few"
    assert not len(found.rhythms.customer)


# ── contracts ────────────────────────────────────────────────────────────────────────────────────────────


def test_contracts_begin_at_a_start_renew_within_and_end_once() -> None:
    trails = trails_of([[(1, 10), (2, 10), (3, 0), (4, 0), (5, 7)], [(9, 3)], [(2, 0)]])
    trails.evidence[:] = [ACTIVE_START, ACTIVE_START, ACTIVE_END, ACTIVE_END, ACTIVE_START, ACTIVE_START, 0]
    found = contracts(trails, 9)
    assert found.customer.tolist() == [0, 0]
    assert found.began.tolist() == [1, 5]
    assert found.ended.tolist() == [3, NEVER]
    assert found.paid.tolist() == [20, 7]
    assert contracts(trails, 10).customer.tolist() == [0, 0, 1]


def test_an_end_on_the_day_of_renewal_is_no_renewal() -> None:
    began = np.zeros(5, np.int64)
    ended = np.array([10, 30, 31, NEVER, NEVER]) * DAY
    ended[3:] = NEVER
    began[4] = 50 * DAY
    found = Contracts(np.arange(5), began, ended, began, np.arange(5))
    over, still = counts(found, 30 * DAY, 75 * DAY)
    assert (over.tolist(), still.tolist()) == ([2, 1], [0, 1])  # the last has not come to a renewal


def test_renewals_that_are_told_come() -> None:
    rng = np.random.default_rng(12)
    n, month = 3_000, 30 * DAY
    goes = rng.geometric(rng.beta(0.8, 3.0, n))  # ends at this renewal
    began = rng.integers(0, 12, n) * month + rng.integers(0, 30, n) * DAY
    ends = began + goes * month - DAY

    def known(at: int) -> Contracts:
        keep = began < at
        ended = np.where(ends < at, ends, NEVER)[keep]
        return Contracts(
            np.flatnonzero(keep), began[keep], ended, np.full(int(keep.sum()), 900), np.flatnonzero(keep)
        )

    found = contract_value(
        known(24 * month), known(18 * month), every=month, ahead=6, until=24 * month, before_until=18 * month,
        discount=0.0, contract=CONTRACT,
    )  # fmt: skip
    assert found.fit is not None
    np.testing.assert_allclose(found.fit.params, [0.8, 3.0], rtol=0.15)
    assert isinstance(found.told_before, Estimate)
    assert found.told_before.low <= found.came_since <= found.told_before.high
    assert isinstance(found.total_renewals, Estimate)
    later = np.where(ends < 24 * month, NEVER, ends)
    runs = (began < 24 * month) & (later != NEVER)
    came = np.clip((ends - began)[runs] // month - (24 * month - began[runs]) // month, 0, 6).sum()
    assert found.total_renewals.value == pytest.approx(came, rel=0.06)
    assert found.renewal[0].came >= found.renewal[1].came
    np.testing.assert_allclose(found.renewals[0].sum(), found.total_renewals.value)
