"""What the questions say stands on the map: credit, coming back, promises, friction, with the same numbers."""

from __future__ import annotations

import pytest

import desirepath
from desirepath.journey_map.document import MapDocument
from tests.acceptance.conftest import SampleShop


@pytest.fixture(scope="module")
def bought(sample_shop: SampleShop) -> MapDocument:
    return sample_shop.workspace.map()


def test_credit_stands_where_it_is_spent(bought: MapDocument, sample_shop: SampleShop) -> None:
    cell = bought.cell("metrics.awareness.credit")
    asked = sample_shop.workspace.ask(desirepath.Attribution()).result
    top = max(asked.channels, key=lambda one: getattr(one.conversions["markov"], "value", 0.0))
    assert cell.title == f"credited to {top.label}"
    assert cell.value("credit").measured == top.conversions["markov"]  # type: ignore[union-attr]  # it is there
    table = next(e for e in cell.exhibits if e.title == "By every model")
    for i in range(1, len(table.columns)):
        assert sum(row[i] for row in table.rows) == pytest.approx(asked.credited)  # type: ignore[misc]  # numbers


def test_coming_back_stands_after_the_purchase(bought: MapDocument) -> None:
    again = bought.cell("metrics.retention.again")
    (months,) = again.exhibits
    assert again.value("again").measured.value == months.rows[0][1]  # type: ignore[union-attr]  # there, and known
    assert len(months.rows) == 12


def test_promises_say_what_a_broken_one_does_and_which_would_be_kept(
    bought: MapDocument, sample_shop: SampleShop
) -> None:
    asked = sample_shop.workspace.ask(desirepath.Promises())
    for told in asked.result.told:
        cell = bought.cell(f"promises.retention.{told.promise}")
        kept = cell.value("kept_95")
        assert kept is not None and told.sayable in kept.label
        assert cell.exhibits[0].title == "What a broken one does"


def test_pains_and_delights_are_those_of_friction(bought: MapDocument, sample_shop: SampleShop) -> None:
    asked = sample_shop.workspace.ask(desirepath.Friction()).result
    pains = [c for c in bought.lane("pain_points").cells if c.value("successes")]
    delights = [c for c in bought.lane("delights").cells if c.value("successes")]
    assert (len(pains), len(delights)) == (len(asked.friction), len(asked.delight))
    assert bought.cell("pain_points.decision.payment_error").value("difference").measured == (  # type: ignore[union-attr]
        asked.friction[0].difference
    )
