"""Claims that people write on the map: how they are read, and what data say of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from desirepath.core.estimate import Estimate, Measured, too_few
from desirepath.journey.claim import UNITS, ClaimError, measures_of, read_claim, suggested_claims
from desirepath.journey.read import read_journey
from desirepath.measure.comparison.claims import Verdict, verdict
from desirepath.measure.comparison.comparables import FAMILIES

JOURNEY = read_journey(
    """
currency: AUD
stages:
  decision: {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention: {enter: "event = 'Order Completed'", lapse_after: 180 days}
touchpoints:
  size_guide: "event = 'Size Guide Viewed'"
promises:
  delivered: {from: "event = 'Order Completed'", to: "event = 'Order Delivered'", within: 5 days}
segments:
  mobile: "traits.device = 'mobile'"
  desktop: "traits.device = 'desktop'"
personas:
  fan: {segment: "count(event = 'Order Completed') >= 2"}
"""
)


def between(low: float, high: float) -> Measured:
    return Estimate((low + high) / 2, low, high, 400, "test", 0)


def said(text: str, found: Measured) -> Verdict:
    return verdict(read_claim(text, JOURNEY), found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("promise:delivered >= 95 %", 0.95),
        ("promise:delivered>=0.95", 0.95),
        ("median:decision < 2 days 12 hours", 2.5 * 86_400e6),
        ("value:decision > AUD 120.50", 12_050),
        ("value:decision > 120.50 AUD", 12_050),
        ("lift:size_guide > −5 points", -0.05),
        ("lift:size_guide < 0", 0.0),
        ("score:nps >= 40", 40),
        ("score:csat ≥ 80 %", 0.8),
        ("ease:decision >= 1.2", 1.2),
        ("back:30 of fan >= 20 %", 0.2),
    ],
)
def test_a_value_is_read_in_the_unit_of_its_measure(text: str, value: float) -> None:
    assert read_claim(text, JOURNEY).value == pytest.approx(value)


def test_two_segments_are_the_sides_of_one_measure() -> None:
    claim = read_claim("rate:decision of segment:mobile = rate:decision of desktop within 3 points", JOURNEY)
    assert (claim.of, claim.other, claim.value, claim.within) == ("mobile", "desktop", None, 0.03)
    whole = read_claim("rate:decision of fan > rate:decision", JOURNEY)
    assert (whole.of, whole.other, whole.sign) == ("fan", "everyone", ">")


def test_what_is_suggested_can_be_read() -> None:
    suggested = list(suggested_claims(JOURNEY))
    assert ("rate:decision of mobile = rate:decision of desktop", "Decision: success") in suggested
    assert all(read_claim(text, JOURNEY) for text, _ in suggested)


def test_the_words_of_claims_are_those_of_the_question_comparison() -> None:
    # A funnel is made of steps that a claim does not name.
    assert set(UNITS) == set(FAMILIES) - {"funnel"}
    assert {id.partition(":")[0] for id, _ in measures_of(JOURNEY)} == set(UNITS)


def test_a_score_of_the_business_s_own_kind_is_known_to_its_data_only() -> None:
    assert read_claim("score:wetness >= 70 %", JOURNEY).unit == "share"
    with pytest.raises(ClaimError, match="score:nps"):
        read_claim("score:npss >= 40", JOURNEY)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.96, 0.98, {">=": "holds", ">": "holds", "<=": "drift", "<": "drift"}),
        (0.86, 0.88, {">=": "drift", ">": "drift", "<=": "holds", "<": "holds"}),
        (0.94, 0.96, {">=": "unknown", ">": "unknown", "<=": "unknown", "<": "unknown"}),
        (0.95, 0.97, {">=": "holds", ">": "unknown", "<=": "unknown", "<": "drift"}),
    ],
)
def test_a_bound_holds_or_drifts_with_the_whole_interval(
    low: float, high: float, expected: dict[str, str]
) -> None:
    found = {sign: said(f"promise:delivered {sign} 95 %", between(low, high)).value for sign in expected}
    assert found == expected


def test_equal_sides_drift_beyond_chance_and_hold_only_within_what_is_near_enough() -> None:
    equal = "rate:decision of mobile = rate:decision of desktop"
    assert said(equal, between(-0.12, -0.08)) is Verdict.DRIFT
    assert said(equal, between(-0.02, 0.01)) is Verdict.UNKNOWN, "no difference found is no equality"
    assert said(f"{equal} within 3 points", between(-0.02, 0.01)) is Verdict.HOLDS
    assert said(f"{equal} within 3 points", between(-0.05, -0.02)) is Verdict.UNKNOWN
    assert said(f"{equal} within 3 points", between(-0.12, -0.08)) is Verdict.DRIFT


def test_one_side_may_be_claimed_to_be_above_the_other() -> None:
    above = "rate:decision of mobile > rate:decision of desktop"
    assert said(above, between(0.02, 0.08)) is Verdict.HOLDS
    assert said(above, between(-0.08, -0.02)) is Verdict.DRIFT
    assert said(above, between(-0.02, 0.08)) is Verdict.UNKNOWN


def test_too_few_and_open_intervals_decide_nothing_that_they_cannot() -> None:
    assert said("promise:delivered >= 95 %", too_few(3)) is Verdict.UNKNOWN
    open_end = Estimate(3 * 86_400e6, 2 * 86_400e6, math.inf, 90, "test", 0)
    assert said("median:decision <= 1 day", open_end) is Verdict.DRIFT
    assert said("median:decision <= 5 days", open_end) is Verdict.UNKNOWN


def test_claims_stand_beside_their_texts_in_the_map_file(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_text(
        "stages: {decision: {enter: \"event = 'a'\", goal: \"event = 'b'\", lapse_after: 30 days}}\n", "utf-8"
    )
    (tmp_path / "map.yaml").write_text(
        "ideas:\n  decision:\n    - One\n    - {text: Two, holds: rate:decision >= 80 %}\n", "utf-8"
    )
    (written,) = read_journey(tmp_path / "journey.yaml", tmp_path / "map.yaml").written
    assert written.text == ("One", "Two")
    assert [claim and claim.text for claim in written.holds] == [None, "rate:decision >= 80 %"]
