"""The planted friction comes first, asked as anybody would ask."""

from __future__ import annotations

import pytest

from desirepath.app.questions.friction import Friction
from desirepath.app.questions.question import QuestionError
from desirepath.core.estimate import Estimate
from tests.acceptance.conftest import SampleShop

pytestmark = pytest.mark.slow


def test_the_payment_page_is_the_friction_that_costs_most(sample_shop: SampleShop) -> None:
    answer = sample_shop.workspace.ask(Friction())
    journey = sample_shop.workspace.journey
    worst = answer.result.friction[0]
    assert journey.stages[worst.thing.stage].id == "decision"
    assert journey.touchpoints[worst.thing.touchpoint].id == "payment_error"
    assert answer.says[0].startswith("Most is lost at Payment failed (in Decision)")
    assert isinstance(worst.recoverable, Estimate)
    assert worst.recoverable.low > 0
    second = answer.result.friction[1]
    assert journey.touchpoints[second.thing.touchpoint].id == "rain_story"
    # The mail that a lot sent to half of them is a delight, and as much of one as it truly is.
    care = next(
        one for one in answer.result.delight if journey.touchpoints[one.thing.touchpoint].id == "care_guide"
    )
    assert isinstance(care.difference, Estimate)
    assert care.difference.low <= sample_shop.truth.effects["care_guide"].value <= care.difference.high


def test_a_segment_is_asked_alone_and_each_list_is_as_long_as_its_count(sample_shop: SampleShop) -> None:
    answer = sample_shop.workspace.ask(Friction(segment="mobile", by="month", since="2025-06-01"))
    assert answer.lists
    counts = {f"friction {one.rank}": one for one in answer.result.friction}
    counts |= {f"delight {one.rank}": one for one in answer.result.delight}
    for name, one in counts.items():
        assert len(answer.members(name)) == one.customers
        assert len(answer.members(f"{name} lost")) == one.customers_lost
    assert set(answer.tables) == {"friction", "delight", "all", "not_compared"}


def test_like_visits_cannot_be_of_several_at_once(sample_shop: SampleShop) -> None:
    with pytest.raises(QuestionError, match="parts nobody for good"):
        sample_shop.workspace.ask(Friction(like="segment"))
    answer = sample_shop.workspace.ask(Friction(like="traits.device"))
    assert answer.result.friction[0].rank == 1
