"""Who gets the credit? Small stories, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import DAY, TimeRange
from desirepath.measure.answers import Contract
from desirepath.measure.attribution.ask import MODELS, AttributionAnswer, How, attribution, disagreement
from desirepath.measure.attribution.cost import spent
from desirepath.measure.attribution.journeys import Ways
from desirepath.measure.inputs import MetricRows

PLAIN = How()
CONTRACT = Contract("Who?", "all", "as told", 0, "by hand")
LABELS = ("ads", "search", "mail", "direct")


def told(*stories: str, times: int = 1, **changes: object) -> Ways:
    """Customers' days: 'ads 0, search 3, order 5 80'; the amount is in minor units. Each story `times` over."""
    offset, ts, code, convert, value = [0], [], [], [], []
    for story in stories * times:
        for part in story.split(","):
            word, day, *amount = part.split()
            ts.append(round(float(day) * DAY))
            code.append(LABELS.index(word) if word in LABELS else -1)
            convert.append(word == "order")
            value.append(int(amount[0]) if amount else 0)
        offset.append(len(ts))
    ways = Ways(
        offset=np.array(offset, np.int64), ts=np.array(ts, np.int64), code=np.array(code, np.int16), channels=4,
        convert=np.array(convert, np.bool_), value=np.array(value, np.int64), lookback=30 * DAY, known=100 * DAY,
    )  # fmt: skip
    return replace(ways, **changes)  # type: ignore[arg-type]


def asked(ways: Ways, how: How = PLAIN, spend: list[int] | None = None) -> AttributionAnswer:
    return attribution(ways, LABELS, CONTRACT, how, None if spend is None else np.array(spend, np.int64))


def credit(found: AttributionAnswer, model: str) -> list[float]:
    return [round(float(c), 6) for c in found.credits[model].conversions]


def test_each_rule_deals_the_conversion_out_as_it_says():
    found = asked(told("ads 0, search 7, mail 14, order 14 100"), How(half_life=7 * DAY))
    assert credit(found, "first") == [1, 0, 0, 0]
    assert credit(found, "last") == [0, 0, 1, 0]
    assert credit(found, "linear") == [0.333333, 0.333333, 0.333333, 0]
    assert credit(found, "position") == [0.4, 0.2, 0.4, 0]
    assert credit(found, "time_decay") == [0.142857, 0.285714, 0.571429, 0]
    assert [c.value.sum() for c in found.credits.values()] == [100] * len(MODELS)


def test_a_chain_of_order_one_forgets_where_customers_came_from_and_one_of_order_two_knows():
    """Half of the buyers come by ads alone, half by ads and search; search alone never sells."""
    ways = told("ads 0, order 1", "ads 0, search 1, order 2", "search 0", times=20)
    for order, ads in ((1, 0.75), (2, 1.0)):
        found = asked(ways, How(order=order))
        removal = {
            one.label: one.removal.value for one in found.channels if isinstance(one.removal, Estimate)
        }
        assert removal["ads"] == pytest.approx(ads)
        assert removal["search"] == pytest.approx(0.5)
        assert isinstance(found.base, Estimate)
        assert found.base.value == pytest.approx(2 / 3)


def test_who_may_still_convert_is_in_flight_and_not_lost():
    found = asked(told("ads 0", "ads 69", "ads 70", "ads 71", "ads 99"))
    assert (found.lost, found.in_flight) == (3, 2)
    assert found.converted == 0


def test_a_touch_too_long_ago_gets_nothing_and_is_counted():
    found = asked(told("ads 0, search 20, order 45"))
    assert credit(found, "first") == [0, 1, 0, 0]
    assert found.expired == 1


def test_a_long_silence_loses_the_journey_before_and_the_order_stands_alone():
    found = asked(told("ads 0, order 31"))
    assert (found.lost, found.converted, found.untouched, found.credited) == (1, 1, 1, 0)


def test_direct_visits_count_only_where_nothing_else_was_met():
    weak = np.array([False, False, False, True])
    found = asked(told("ads 0, direct 1, order 2", "direct 0, order 1", weak=weak))
    assert credit(found, "last") == [1, 0, 0, 1]


def test_repeats_are_one_touch_unless_they_are_kept():
    story = "ads 0, ads 1, search 2, order 3"
    assert credit(asked(told(story)), "linear") == [0.5, 0.5, 0, 0]
    assert credit(asked(told(story, collapse=False)), "linear") == [0.666667, 0.333333, 0, 0]


def test_every_order_begins_a_new_journey_or_only_the_first_counts():
    story = "ads 0, order 1, mail 2, order 3"
    assert credit(asked(told(story)), "last") == [1, 0, 1, 0]
    assert credit(asked(told(story, first_only=True)), "last") == [1, 0, 0, 0]


def test_models_that_disagree_beyond_their_intervals_are_flagged():
    found = asked(told("ads 0, search 1, order 2", times=60))
    ads = next(one for one in found.channels if one.label == "ads")
    assert ads.disagree == ("last", "first")
    same = asked(told("ads 0, order 2", times=60)).channels[0]
    assert same.disagree is None


def test_an_overlap_is_no_disagreement():
    def one(value: float, low: float, high: float) -> Estimate:
        return Estimate(value, low, high, 50, "bootstrap", 0)

    assert disagreement({"a": one(5, 3, 7), "b": one(8, 6, 9)}) is None
    assert disagreement({"a": one(5, 3, 7), "b": one(9, 8, 10)}) == ("a", "b")
    assert disagreement({"a": NoEstimate("too_few")}) is None


def test_below_twenty_conversions_nothing_is_estimated_and_sums_still_close():
    found = asked(told("ads 0, search 1, order 2", times=19))
    assert all(isinstance(c, NoEstimate) for one in found.channels for c in one.conversions.values())
    assert found.credits["markov"].conversions.sum() == 19


def test_cost_and_return_are_of_the_credited():
    found = asked(told("ads 0, order 1 500", "search 0, order 1 300", times=50), spend=[10_000, -1, 0, 70])
    ads, search, direct = (
        next(one for one in found.channels if one.label == name) for name in ("ads", "search", "direct")
    )
    assert (ads.spend, search.spend, direct.spend) == (10_000, None, 70)
    cost, returned = ads.cost["last"], ads.returned["last"]
    assert isinstance(cost, Estimate)
    assert isinstance(returned, Estimate)
    assert (cost.value, returned.value) == (200, 2.5)
    assert cost.low < 200 < cost.high
    assert search.cost == {}
    # Nobody met direct, but it was paid for.
    assert isinstance(direct.cost["last"], NoEstimate)


def test_without_worth_there_is_no_value():
    found = asked(told("ads 0, order 1", times=30))
    assert found.channels[0].value["last"] == NoEstimate("no_data", detail="no conversion has a value")


@pytest.mark.parametrize("how", [How(), How(order=3), How(worth="rate")])
@pytest.mark.parametrize(
    "stories",
    [(), ("ads 0",), ("order 1",), ("ads 0, search 1, ads 2, search 3, ads 4",), ("mail 0, order 1",)],
)
def test_next_to_nothing_is_answered(how: How, stories: tuple[str, ...]):
    """No customers, no conversions, no touches, cycles, one channel."""
    found = asked(told(*stories), how)
    for made in found.credits.values():
        assert made.conversions.sum() == found.credited


def test_hundreds_of_channels_are_solved_sparsely():
    draw = np.random.default_rng(3)
    n, channels = 6_000, 400
    ways = Ways(
        offset=np.arange(0, n + 1, 6, dtype=np.int64), ts=np.tile(np.arange(6) * DAY, n // 6),
        code=draw.integers(0, channels, n).astype(np.int32), channels=channels,
        convert=np.tile([False] * 5 + [True], n // 6) & (draw.random(n) < 0.5), value=np.full(n, 7, np.int64),
        lookback=30 * DAY, known=100 * DAY,
    )  # fmt: skip
    found = attribution(ways, [f"c{i}" for i in range(channels)], CONTRACT, How(models=("last", "markov")))
    assert found.credits["markov"].conversions.sum() == found.credited
    assert len(found.channels) == channels


def test_an_order_too_high_says_how_high_it_may_be():
    with pytest.raises(ValueError, match="at most"):
        attribution(told("ads 0"), LABELS, CONTRACT, How(order=99))


def test_spend_is_joined_by_name_and_what_has_no_name_is_told():
    rows = MetricRows(
        np.array([0, 1, 40]) * DAY, ("Ads ", "radio", "ads"), ("", "", ""), *(np.zeros(3, np.int64),) * 3,
        np.array([100, 30, 7], np.int64),
    )  # fmt: skip
    found = spent(rows, LABELS, True, TimeRange(), "UTC")
    assert found is not None
    assert found.amount.tolist() == [107, -1, -1, -1]
    assert found.elsewhere == 30
    later = spent(rows, LABELS, True, TimeRange(10 * DAY, 50 * DAY), "UTC")
    assert later is not None
    assert (later.amount[0], later.elsewhere) == (7, 0)
    assert spent(rows, LABELS, False, TimeRange(), "UTC") is None


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """200 samples of 300 customers; the truth of linear credit per customer is known: 0.15 for each of two channels."""
    draw = np.random.default_rng(8)
    held = 0
    for _ in range(200):
        buys = draw.random(300) < 0.3
        stories = [f"ads 0, search 1{', order 2' if b else ''}" for b in buys]
        one = asked(told(*stories), How(models=("linear",))).channels[0].conversions["linear"]
        assert isinstance(one, Estimate)
        held += one.low <= 300 * 0.15 <= one.high
    assert held >= 180  # nominally 190; P(fewer than 180) is 0.001
