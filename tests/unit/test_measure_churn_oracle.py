"""How long customers stay, as lifelines finds it from the same stories: through placement, visits and the measure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desirepath.core.estimate import Estimate
from desirepath.core.times import DAY
from desirepath.measure.occupancy.where_after import where_after
from desirepath.measure.retention.churn import Staying, churn
from tests.by_hand import Shop, walked

GOLDEN = Path(__file__).parents[1] / "golden" / "oracles" / "lifelines" / "staying.json"
_MINUTES = 1440


@pytest.fixture(scope="module")
def golden() -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(GOLDEN.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def shop() -> Shop:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    stories = {}
    for number, (start, goes, after) in enumerate(golden["stories"]):
        first, then = start / _MINUTES, (start + after) / _MINUTES
        # What lies beyond what we know nobody has seen.
        seen = start + after <= golden["known"]
        stories[f"c{number}"] = f"{first!r} ad, {then!r} {goes}" if seen else f"{first!r} ad"
    return walked(stories, known=golden["known"] / _MINUTES)


def values(staying: Staying, curve: str) -> list[float | None]:
    return [one.value if isinstance(one, Estimate) else None for one in getattr(staying, curve)]


def test_survival_and_what_competes_are_lifelines(golden: dict[str, list[float]], shop: Shop):
    staying = churn(shop.journey, shop.visits, as_of=shop.as_of, unit="day").staying(0, most=60)
    many = len(golden["at"])
    assert staying.n == len(golden["stories"])
    for curve in ("still", "left", "lapsed"):
        assert values(staying, curve)[:many] == pytest.approx(golden[curve], abs=1e-9)
    bands = [(one.low, one.high) for one in staying.still[:many] if isinstance(one, Estimate)]
    assert [low for low, _ in bands] == pytest.approx(golden["low"], abs=1e-9)
    assert [high for _, high in bands] == pytest.approx(golden["high"], abs=1e-9)
    median = staying.median
    assert isinstance(median, Estimate)
    assert median.value / DAY * _MINUTES == pytest.approx(golden["median"])


def test_the_multi_state_estimate_agrees_where_nobody_comes_back(golden: dict[str, list[float]], shop: Shop):
    answer = where_after(shop.journey, shop.visits, as_of=shop.as_of, unit="day", most=58)
    for state in ("left", "lapsed"):
        place = answer.place[answer.states.index(state)]
        found = answer.found.probability[1:, place]
        assert found == pytest.approx(golden[state][: len(found)], abs=1e-9)
