"""desirepath init --template: a ready journey, with and without files."""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.app.draft import draft
from desirepath.app.workspace import Workspace
from desirepath.core.errors import DefinitionError, NotFound
from desirepath.journey.read import read_journey
from desirepath.journey.templates import TEMPLATES, template
from tests import strangers_files


@pytest.mark.parametrize("name", TEMPLATES)
def test_without_files_the_template_stands_beside_a_skeleton_of_sources(tmp_path: Path, name: str) -> None:
    made = draft(tmp_path / "shop", template=name)
    assert made.journey_path.read_text() == template(name)
    with pytest.raises(DefinitionError, match="names no source"):
        Workspace.open(made.folder)


def test_without_anything_it_is_a_shop(tmp_path: Path) -> None:
    made = draft(tmp_path / "shop")
    assert made.journey_text == template("online-shop") and "online-shop" in made.notes[0]


def test_with_files_their_events_get_the_templates_names(tmp_path: Path) -> None:
    made = draft(tmp_path / "shop", strangers_files.web_log(tmp_path), "online-shop")
    assert "purchase: Order Completed" in made.sources_text
    assert "events that no file has" in made.notes[0] and "Review Posted" in made.notes[0]
    shop = Workspace.open(made.folder)
    shop.load()
    with shop.asking() as asking:
        events = {event for (event,) in asking.store.rows("SELECT DISTINCT event FROM events")}
    assert events == {"Page Viewed", "Product Viewed", "Product Added", "Checkout Started", "Order Completed"}
    assert shop.stages()["decision"].rate.n > 0
    assert read_journey(made.journey_text) == shop.journey


def test_a_template_that_fits_nothing_says_so(tmp_path: Path) -> None:
    made = draft(tmp_path / "shop", strangers_files.unknown_names(tmp_path), "b2b-leads")
    assert made.notes[0].startswith("None of the events that the template b2b-leads asks for is in the files")


def test_an_unknown_template_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="online-shop"):
        draft(tmp_path / "shop", template="onlineshop")
    assert not (tmp_path / "shop").exists()
