"""What is written on the sample shop's map, held against what was planted in its data."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from desirepath.app.checking import check
from desirepath.app.claims import judged_claims
from desirepath.app.mapping import draw_map
from desirepath.core.estimate import Estimate
from desirepath.journey_map.document import Cell, MapDocument
from desirepath.journey_map.exports import export
from desirepath.measure.comparison.claims import Verdict
from tests.sample_shop import SampleShop, own_shop, sample_shop

__all__ = ["own_shop", "sample_shop"]


@pytest.fixture(scope="module")
def drawn(sample_shop: SampleShop) -> MapDocument:
    with sample_shop.workspace.asking() as asking:
        return draw_map(asking)


def cell(drawn: MapDocument, beginning: str) -> Cell:
    (found,) = [one for one in drawn.cells() if one.check and one.title.startswith(beginning)]
    return found


def test_what_is_written_drifts_where_the_opposite_was_planted(drawn: MapDocument) -> None:
    assert {one.title.split(",")[0] for one in drawn.drifting()} == {
        "Delivery is fine",
        "Paying works the same on all devices",
        "Spend more with Coupon Corner",
    }
    delivery = cell(drawn, "Delivery is fine").check
    assert delivery is not None
    (number,) = delivery.values
    assert isinstance(number.measured, Estimate)
    assert number.measured.high < 0.95
    assert delivery.said.startswith("the data say otherwise: 8")
    assert delivery.said.endswith("; claimed ≥ 95 %")
    shown = drawn.cell(delivery.see).value("kept")
    assert shown is not None
    assert shown.measured == number.measured, "one number has one interval on the map"


def test_two_segments_said_to_be_alike_differ_by_what_was_planted(drawn: MapDocument) -> None:
    paying = cell(drawn, "Paying works").check
    assert paying is not None
    difference, phones, computers = (one.measured for one in paying.values)
    assert isinstance(difference, Estimate)
    assert isinstance(phones, Estimate)
    assert isinstance(computers, Estimate)
    assert difference.high < 0
    assert difference.value == pytest.approx(phones.value - computers.value)
    assert (paying.a, paying.b, paying.measure) == ("mobile", "desktop", "rate:decision")


def test_what_is_right_holds_and_what_too_few_tell_cannot_be_told(drawn: MapDocument) -> None:
    verdicts = {one.title: one.check.verdict for one in drawn.cells() if one.check}
    assert verdicts["Nobody gets an answer in the evening."] is Verdict.HOLDS
    assert verdicts["The size guide confuses people."] is Verdict.UNKNOWN


def test_a_claim_is_about_whom_the_map_shows_unless_it_names_somebody(sample_shop: SampleShop) -> None:
    with sample_shop.workspace.asking() as asking:
        everybody = judged_claims(asking)
        west = judged_claims(asking, segment="west")
        then = judged_claims(asking, since="2026-01-01")
    of_all, of_west = (found["promise:delivered_in_time >= 95 %"].measured for found in (everybody, west))
    assert isinstance(of_all, Estimate)
    assert isinstance(of_west, Estimate)
    assert of_west.value < of_all.value - 0.2, "the depot in the west"
    paying = "rate:decision of mobile = rate:decision of desktop"
    assert west[paying].difference == everybody[paying].difference
    assert {one.verdict for one in then.values()} == {Verdict.UNKNOWN}, "nothing is known of that time yet"


def test_every_export_tells_the_drift(drawn: MapDocument) -> None:
    page, marked = export(drawn, "html").decode(), export(drawn, "md").decode()
    assert "Of 3 things written on this map the data say otherwise." in page
    assert "⚑ **Of 3 things written on this map the data say otherwise.**" in marked
    assert "⚑ Delivery is fine" in marked
    assert "the data say otherwise" in export(drawn, "svg").decode()
    rows = list(csv.DictReader(io.StringIO(export(drawn, "csv").decode())))
    told = {row["claim"]: row["verdict"] for row in rows if row["claim"]}
    assert told["promise:delivered_in_time >= 95 %"] == "drift"
    assert told["promise:answered_in_time < 80 %"] == "holds"


def test_check_tells_contradicted_claims_and_fails_where_strict(own_shop: SampleShop, tmp_path: Path) -> None:
    workspace = own_shop.workspace
    done = check(workspace)
    assert done.passed
    assert len(done.contradicted) == 3
    delivery = next(one for one in done.contradicted if one.by == "Logistics")
    assert delivery.said.startswith("the data say otherwise: 8")
    assert not check(workspace, strict=True, save=tmp_path / "baseline.json").passed
    assert not (tmp_path / "baseline.json").exists()
