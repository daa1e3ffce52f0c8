"""Churn: against its slow twin, against `stages`, and lists against counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import DAY, TimeRange
from desirepath.measure.retention.churn import COUNTS, WHOLE, churn
from desirepath.measure.stages import stages
from tests.by_hand import day, random_shop, walked
from tests.twins import churn as twin

OF_PASSES = ("gone", "gone_rated", "gone_rated_back", "came_back")


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["week", "month"]))
def test_counts_and_lists_are_those_of_the_twin(seed: int, unit: str):
    shop = random_shop(seed, 25, 6, days=60)
    answer = churn(shop.journey, shop.visits, as_of=shop.as_of, unit=unit)  # type: ignore[arg-type]
    visits, passes = twin.spans(shop)
    for p in range(len(answer.periods)):
        a, b = int(answer.edges[p]), int(answer.edges[p + 1])
        for place, name in enumerate(answer.places):
            own = visits if name != WHOLE else passes
            said = twin.count([s for s in own if name == WHOLE or s["place"] == place], a, b)
            said_of_passes = twin.count([s for s in passes if name == WHOLE or s["place"] == place], a, b)
            for what in COUNTS:
                want = (said_of_passes if what in OF_PASSES else said)[what]
                assert answer.counts[what][p, place] == len(want), what
                assert answer.members(what, p, place).tolist() == want, what


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_sums_close_and_agree_with_stages(seed: int):
    shop = random_shop(seed, 60)
    answer = churn(shop.journey, shop.visits, as_of=shop.as_of)
    if not len(answer.periods):
        return
    c = answer.counts
    assert (c["at_start"] + c["entered"] - c["advanced"] - c["left"] - c["lapsed"] == c["at_end"]).all()
    assert (c["at_end"][:-1] == c["at_start"][1:]).all()
    for place, stage in enumerate(stages(shop.journey, shop.visits, as_of=shop.as_of).values()):
        beyond = shop.visits.ended[shop.visits.stage == place].max(initial=0) >= answer.edges[-1]
        if beyond:  # a trail may reach further than what we know
            continue
        for what in ("entered", "advanced", "left", "lapsed"):
            assert c[what][:, place].sum() == getattr(stage, what), what
        assert c["returned"][:, place].sum() == stage.returns + stage.comebacks
        assert c["at_end"][-1, place] == stage.in_flight


def test_churn_of_a_month_is_of_those_who_were_there():
    """Forty came in January; in May ten had fallen silent long enough, and five said goodbye."""
    stories = {f"stay{i}": "1 order, 100 look" for i in range(25)}
    stories |= {f"fade{i}": "1 order" for i in range(10)} | {
        f"quit{i}": "1 order, 181 cancel" for i in range(5)
    }
    shop = walked(stories, known=250)
    answer = churn(shop.journey, shop.visits, as_of=shop.as_of)
    place, july = answer.places.index("retention"), answer.periods.index("2026-07")
    assert answer.periods[july - 1] == "2026-06"
    one = {what: int(answer.counts[what][july - 1 : july + 1, place].sum()) for what in ("lapsed", "left")}
    assert one == {"lapsed": 10, "left": 5}
    rate = answer.rate(july, place)
    assert isinstance(rate, Estimate)
    assert (rate.value, rate.n) == (pytest.approx(15 / 40), 40)
    assert answer.complete(july, place)
    assert not answer.complete(len(answer.periods) - 1, place)
    assert isinstance(answer.rate(len(answer.periods) - 1, place), NoEstimate)


def test_who_comes_back_is_counted_where_they_had_gone():
    stories = {f"back{i}": "1 order, 200 look, 210 order" for i in range(20)}
    stories |= {f"away{i}": "1 order" for i in range(20)}
    shop = walked(stories, known=250)
    answer = churn(shop.journey, shop.visits, as_of=shop.as_of)
    place, august = answer.places.index("retention"), answer.periods.index("2026-08")
    assert answer.counts["gone"][august, place] == 20, "the others came back in July, in which all had lapsed"
    assert answer.counts["came_back"][:, place].sum() == 20
    assert answer.counts["returned"][:, place].sum() == 20
    assert answer.counts["won_back"][:, place].sum() == 20


def test_staying_is_kaplan_meier_where_nobody_says_goodbye():
    stories = {f"c{i}": f"{i} ad" for i in range(60)}
    shop = walked(stories, known=70)
    answer = churn(shop.journey, shop.visits, as_of=shop.as_of, unit="day")
    staying = answer.staying(0, most=40)
    assert staying.n == 60
    still = staying.still[28]
    assert isinstance(still, Estimate)
    assert still.value == pytest.approx(1.0)
    gone = staying.still[29]
    assert isinstance(gone, Estimate)
    assert gone.value == pytest.approx(0.0), "awareness lapses after 30 days, whoever was watched so long"
    assert isinstance(staying.left[29], Estimate)
    assert staying.left[29].value == 0.0


def test_advancing_is_staying_and_leaving_competes_with_lapsing():
    stories = {f"on{i}": "0 ad, 10 page" for i in range(30)} | {
        f"quit{i}": "0 ad, 20 cancel" for i in range(30)
    }
    shop = walked(stories, known=100)
    answer = churn(shop.journey, shop.visits, as_of=shop.as_of, unit="day")
    staying = answer.staying(0, most=80)
    values = [one.value if isinstance(one, Estimate) else None for one in staying.still]
    assert values[18] == pytest.approx(1.0)
    assert values[19] == pytest.approx(0.5)
    assert values[68] == pytest.approx(0.5), "a page keeps for 60 days"
    assert values[69] == pytest.approx(0.0)
    left = staying.left[69]
    assert isinstance(left, Estimate)
    assert left.value == pytest.approx(0.5)


def test_an_empty_shop_one_customer_and_a_window():
    for stories, periods in (({}, 0), ({"ana": "0 ad"}, 4)):
        shop = walked(stories, known=100)
        answer = churn(shop.journey, shop.visits, as_of=shop.as_of)
        assert len(answer.periods) == periods
        assert answer.staying(0).n == len(stories)
        assert isinstance(answer.staying(0).median, NoEstimate)
    shop = walked({"ana": "0 ad", "ben": "1 ad"}, known=100)
    some = churn(shop.journey, shop.visits, as_of=shop.as_of, during=TimeRange(day(31), day(59)))
    assert some.periods == ("2026-02",)
    assert some.counts["at_start"][0].tolist() == [1, 0, 0, 0, 0, 1], (
        "ana's clock ran out on the last day of January"
    )
    past = churn(
        shop.journey, shop.visits, as_of=shop.as_of, during=TimeRange(day(0) - 9 * DAY, day(0) - DAY)
    )
    assert past.periods == ()
