"""The templates read without a mistake, and so do the examples that they hold in comments."""

from __future__ import annotations

import re

import pytest

from desirepath.core.errors import NotFound
from desirepath.core.words import STAGES
from desirepath.journey.definition import LANES
from desirepath.journey.read import read_journey
from desirepath.journey.templates import TEMPLATES, template


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_reads(name: str) -> None:
    journey = read_journey(template(name))
    assert set(STAGES[:3]) <= {stage.id for stage in journey.stages}
    assert sum(stage.goal_advances for stage in journey.stages) == 1
    assert {touchpoint.stage for touchpoint in journey.touchpoints} == {stage.id for stage in journey.stages}
    assert journey.promises and journey.segments and journey.personas
    assert journey.identity.identifiers[0].known
    assert not journey.written, "nobody has said anything about these customers yet"
    assert not journey.guesses


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_examples_in_its_comments_read_too(name: str) -> None:
    text = template(name)
    head, marker, tail = text.partition("\n# map:\n")
    assert marker, "every template shows how the map is written"
    tail = "map:\n" + re.sub(r"(?m)^# ", "", tail)
    # Settings in comments: "# currency: EUR", "  # phone_region: DE".
    head = re.sub(r"(?m)^( *)# ((currency|exclude|phone_region|horizon|or_by): )", r"\1\2", head)
    journey = read_journey(f"{head}\n{tail}")
    assert journey.currency
    assert journey.exclude is not None
    assert {written.lane for written in journey.written} >= {
        "motivations",
        "thoughts",
        "pain_points",
        "owners",
    }


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_names_all_lanes_that_people_write(name: str) -> None:
    assert f"Lanes: {', '.join(LANES)}." in template(name)


def test_a_template_that_is_not_there_names_the_nearest():
    with pytest.raises(NotFound) as caught:
        template("online_shop")
    assert caught.value.hint.startswith('Did you mean "online-shop"?')
