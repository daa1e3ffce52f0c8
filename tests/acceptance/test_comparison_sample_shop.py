"""The sample shop's planted truths, asked as comparisons and changes; and which kinds of customers its trails show."""

from __future__ import annotations

import pytest

from desirepath.app.questions.change import Change
from desirepath.app.questions.comparison import Comparison
from desirepath.app.questions.groups import Groups
from desirepath.core.estimate import Estimate
from tests.acceptance.conftest import SampleShop

AFTER = "period:2025-01-01..2025-07-01"


def test_phones_buy_less_since_the_release_and_it_is_told_as_large_as_it_is(sample_shop: SampleShop):
    shop, truth = sample_shop.workspace, sample_shop.truth.effects["mobile_checkout"]
    found = shop.ask(Comparison(a="mobile", b="desktop", measures=("rate",), since="2024-12-01")).result
    first = {one.measure.id: one for one in found.rows}["rate:decision"]
    assert first.beyond_chance
    assert isinstance(first.difference, Estimate)
    assert first.difference.low < truth.value < first.difference.high < 0
    before = shop.ask(
        Comparison(a="mobile", b="desktop", measures=("rate:decision",), until="2024-12-01")
    ).result
    assert before.beyond == ()


def test_the_care_guides_lot_shows_what_it_did(sample_shop: SampleShop):
    """Drawn by lot: the difference is an effect. Of all that was not changed by it, little is called different."""
    found = sample_shop.workspace.ask(Comparison(a="traits.care_guide=yes", b="traits.care_guide=no")).result
    rows = {one.measure.id: one for one in found.rows}
    retention = rows["rate:retention"].difference
    assert isinstance(retention, Estimate)
    assert rows["rate:retention"].beyond_chance
    assert retention.low < sample_shop.truth.effects["care_guide"].value < retention.high
    beyond = {one.measure.id for one in found.beyond}
    assert "reach:care_guide" in beyond
    assert not beyond & {
        "rate:awareness",
        "rate:consideration",
        "rate:decision",
        "value:decision",
        "score:csat",
    }


def test_the_fall_at_the_checkout_is_rate_and_on_phones(sample_shop: SampleShop):
    answer = sample_shop.workspace.ask(
        Change(measure="rate:decision", by="traits.device", a=AFTER, b="period:2024-07-01..2024-12-01")
    )
    found = answer.result
    assert isinstance(found.difference, Estimate)
    assert isinstance(found.mix, Estimate)
    assert isinstance(found.rate, Estimate)
    assert found.mix.value + found.rate.value == pytest.approx(found.difference.value)
    assert found.rate.high < 0
    assert abs(found.mix.value) < 0.01
    largest = found.terms[0]
    assert (largest.key, largest.beyond_chance) == ("mobile", True)
    assert not next(t for t in found.terms if t.key == "desktop").beyond_chance


def test_the_slow_depot_is_found_by_region(sample_shop: SampleShop):
    found = sample_shop.workspace.ask(
        Change(
            measure="promise:delivered_in_time", by="traits.region", a="period:2025-Q3", b="period:2024-Q3"
        )
    ).result
    assert [t.key for t in found.terms if t.beyond_chance] == ["WA"]


@pytest.mark.slow
def test_trails_show_who_buys_and_no_finer_kinds(sample_shop: SampleShop):
    """The people's five kinds overlap in all that they do: nothing finer than buying lies apart."""
    answer = sample_shop.workspace.ask(Groups())
    assert answer.result.chosen == 2
    with_checkout = next(g for g in answer.result.groups if "checkout" in g.name and "without" not in g.name)
    assert with_checkout.rule is not None
    assert isinstance(with_checkout.rule.precision, Estimate)
    assert with_checkout.rule.precision.value > 0.9
    assert "personas:" in answer.says[-1]
    live = sample_shop.workspace.ask(Groups(rule=with_checkout.rule.rule))
    inside = set(live.members("inside").column("customer"))
    mine = set(answer.members(with_checkout.name).column("customer"))
    assert len(mine & inside) / len(mine) > 0.9
