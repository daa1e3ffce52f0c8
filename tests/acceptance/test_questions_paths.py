"""Paths and transitions as they are asked: stories, sums that close, lists that are the counts, mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desirepath import Paths, Transitions, Workspace
from desirepath.app.questions.question import QuestionError
from desirepath.core.errors import NotFound
from desirepath.testing import Journeys, journeys_for
from desirepath.testing.journeys import SHOP
from tests.acceptance.conftest import SampleShop
from tests.commands import cli

TOUCHPOINTS = """
touchpoints:
  ad: {stage: awareness, channel: ads, when: "event = 'Ad Clicked'"}
  page: {stage: consideration, channel: web, when: "event = 'Product Viewed'"}
  cart: {stage: decision, channel: web, when: "event = 'Cart Viewed'"}
  mail: {stage: decision, channel: email, when: "event = 'Reminder Sent'", by: business}
"""
ANA = (
    "day 1 09:00 Ad Clicked channel=ads", "09:01 Product Viewed channel=web", "09:02 Product Viewed",
    "09:03 Cart Viewed", "09:04 Product Viewed", "09:05 Cart Viewed", "09:06 Order Completed value=20",
)  # fmt: skip
BEN = ("day 1 09:00 Ad Clicked", "09:30 Product Viewed", "10:00:01 Product Viewed", "10:05 Cart Viewed")
CAM = ("day 2 23:50 Product Viewed", "day 3 00:10 Cart Viewed", "day 4 09:00 Reminder Sent by=business")
DAN = ("day 300 09:00 Product Viewed", "day 300 23:45 Cart Viewed")


@pytest.fixture(scope="module")
def story() -> Journeys:
    return journeys_for(SHOP + TOUCHPOINTS, until="day 300", ana=ANA, ben=BEN, cam=CAM, dan=DAN)


def paths(story: Journeys, **fields: Any) -> dict[str, int]:
    """Each path of the main table with its walks."""
    answer = story.workspace.ask(Paths(**fields))
    return {row["path"]: row["walks"] for row in answer.table.to_dicts()}


def test_a_session_ends_after_half_an_hour_of_silence_and_not_at_half_an_hour(story: Journeys):
    assert paths(story) == {
        "ad > page > cart > page > cart": 1,  # ana: twice at the page is once
        "ad > page": 1,  # ben: 30 minutes between are the same session
        "page > cart": 2,  # ben's second session, and cam's, over midnight
        "mail": 1,
        "page": 1,
        "cart": 1,
    }


def test_a_day_ends_a_session_too_where_it_is_asked_so(story: Journeys):
    found = paths(story, session="30 min, day")
    assert found["page"] == 2
    assert found["cart"] == 2
    assert "page > cart" in found  # ben's


def test_repeats_can_be_kept(story: Journeys):
    assert "ad > page > page > cart > page > cart" in paths(story, repeats=True)


def test_only_what_customers_did_themselves(story: Journeys):
    assert paths(story, own=True)["(no step)"] == 1  # the reminder


def test_paths_begin_at_the_first_time_at_a_step_and_end_at_the_next(story: Journeys):
    assert paths(story, starts_at="page") == {"page > cart > page > cart": 1, "page": 2, "page > cart": 2}
    assert paths(story, ends_at="cart", steps=2) == {"page > cart": 2, "… > page > cart": 1, "cart": 1}
    assert paths(story, starts_at="page", ends_at="cart", per="pass") == {"page > cart": 4}
    # An order is no touchpoint: it stands under its own name.
    assert paths(story, ends_at="Order Completed", per="trail", steps=3) == {
        "… > page > cart > Order Completed": 1
    }


def test_the_last_steps_before_silence_leave_out_who_is_still_on_the_way(story: Journeys):
    answer = story.workspace.ask(Paths(stage="decision", before="lapsed"))
    assert {row["path"]: row["walks"] for row in answer.table.to_dicts()} == {"cart": 1, "cart > mail": 1}
    assert answer.says[-1].startswith("1 visit is in flight")
    assert len(answer.members("all")) == 2


def test_a_session_that_may_go_on_is_in_flight(story: Journeys):
    rows = story.workspace.ask(Paths()).table.to_dicts()
    flying = {row["path"]: row["in_flight"] for row in rows}
    assert flying["cart"] == 1  # dan's: a quarter of an hour before we know no more
    assert sum(flying.values()) == 1


def test_between_stages_and_channels(story: Journeys):
    assert paths(story, by="stage", per="trail") == {
        "awareness > consideration > decision > retention": 1,
        "awareness > consideration > decision": 1,
        "consideration > decision": 2,
    }
    assert "ads > web" in paths(story, by="channel")


def test_who_goes_round_who_goes_back_and_where_they_stop(story: Journeys):
    answer = story.workspace.ask(Transitions())
    edges = {(row["from"], row["to"]): row for row in answer.table.to_dicts()}
    assert edges["page", "cart"]["count"] == 5
    assert (edges["cart", "page"]["count"], edges["cart", "page"]["back"]) == (1, True)
    assert edges["page", "cart"]["round"] == 1
    assert edges["page", "page"]["count"] == 2
    ends = {row["step"]: row for row in answer.table_named("starts and ends").to_dicts()}
    assert (ends["cart"]["lapsed"], ends["mail"]["lapsed"]) == (2, 1)  # ana, who bought, never came back
    assert ends["cart"]["not_known"] == 1  # dan is on his way
    assert answer.members("cart > page").to_dicts() == answer.members("cart again").to_dicts()
    assert len(answer.members("dead end at mail")) == 1
    plain = story.workspace.ask(Transitions(repeats=False)).table.to_dicts()
    assert ("page", "page") not in {(row["from"], row["to"]) for row in plain}


# ── over many customers ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shop(sample_shop: SampleShop) -> Workspace:
    return sample_shop.workspace


ASKED: list[dict[str, Any]] = [
    {},
    {"per": "pass", "own": True},
    {"stage": "decision"},
    {"stage": "decision", "per": "session"},
    {"starts_at": "product_page", "segment": "mobile"},
    {"ends_at": "checkout", "per": "trail"},
    {"by": "event", "per": "visit", "since": "2025-03-01"},
    {"by": "traits.device", "per": "trail", "repeats": True},
]


@pytest.mark.parametrize("fields", ASKED, ids=str)
def test_paths_other_and_total_always_agree(shop: Workspace, fields: dict[str, Any]):
    exact = shop.ask(Paths(top=3, **fields))
    rows = exact.table.to_dicts()
    assert sum(row["walks"] for row in rows) == exact.result.total
    shown = [row for row in rows if not row["path"].startswith("(")]
    for number, row in enumerate(shown, 1):
        assert len(exact.members(f"path {number}")) == row["customers"] <= row["walks"]
    everybody = {row["customer"] for row in exact.members("all").to_dicts()}
    parts = {r["customer"] for name in exact.lists if name != "all" for r in exact.members(name).to_dicts()}
    assert parts == everybody

    flow = shop.ask(Paths(form="flow", top=3, **fields))
    first = [n for n in flow.table.to_dicts() if n["position"] in (1, -1)]
    assert sum(n["walks"] for n in first) == exact.result.total - exact.result.without_steps
    for name in flow.lists[:6]:
        assert {row["customer"] for row in flow.members(name).to_dicts()} <= everybody

    tree = shop.ask(Paths(form="tree", top=5, **fields))
    roots = [row for row in tree.table.to_dicts() if row["steps"] == 1]
    assert sum(row["walks"] for row in roots) == exact.result.total - exact.result.without_steps


@pytest.mark.parametrize("fields", [f for f in ASKED if not {"starts_at", "ends_at"} & f.keys()], ids=str)
def test_transitions_close_and_their_customers_can_be_named(shop: Workspace, fields: dict[str, Any]):
    answer = shop.ask(Transitions(most=4, **fields))
    rows = answer.table.to_dicts()
    assert sum(row["count"] for row in rows) == answer.result.total
    for row in answer.table_named("starts and ends").to_dicts():
        fates = ("went_on", "ended", "lapsed", "left", "advanced", "not_known")
        assert row["times"] == sum(row[name] for name in fates)
    for name in (*answer.lists[:4], *answer.lists[-3:]):
        assert len(answer.members(name)) > 0


def test_a_visits_paths_are_those_of_the_map(shop: Workspace):
    found = shop.ask(Paths(stage="decision", steps=12, top=200))
    with shop.asking() as asking:
        from desirepath.measure.paths import paths as paths_of_map

        answers = paths_of_map(asking.journey, asking.visits, asking.trails, as_of=asking.as_of, top=1000)
    wanted = next(answer for answer in answers if answer.stage == "decision")
    assert found.result.exact is not None
    names = [t.id for t in shop.journey.touchpoints]
    shown = {
        (tuple(names[c] for c in line.steps)): line for line in found.result.exact.lines if not line.goes_on
    }
    assert found.result.total == wanted.total
    compared = 0
    for row in wanted.rows:
        line = shown.get(row.steps)
        if line is not None:
            assert (line.walks, line.succeeded, line.time, line.value) == (
                row.visits,
                row.succeeded,
                row.time,
                row.value,
            )
            compared += 1
    assert compared > 3


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"starts_at": "chekout"}, QuestionError, 'Did you mean "checkout"?'),
        ({"stage": "decison"}, QuestionError, 'Did you mean "decision"?'),
        ({"stage": "decision", "per": "pass"}, QuestionError, "a pass is more than one stage"),
        ({"by": "chanel"}, QuestionError, 'Did you mean "channel"?'),
        ({"segment": "mobil"}, NotFound, 'Did you mean "mobile"?'),
        ({"goal": "goal:awareness"}, QuestionError, "has no goal"),
    ],
)
def test_a_mistake_is_told_with_the_nearest_fix(
    shop: Workspace, fields: dict[str, Any], error: type[Exception], said: str
):
    with pytest.raises(error, match=said.replace("?", r"\?")):
        shop.ask(Paths(**fields))


@pytest.mark.parametrize(
    "fields", [{"before": "lapsed"}, {"steps": 13}, {"top": 0}, {"session": "fortnight"}, {"form": "sankey"}]
)
def test_a_question_that_makes_no_sense_cannot_be_made(fields: dict[str, Any]):
    with pytest.raises(QuestionError):
        Paths(**fields)


def test_a_journey_without_touchpoints_says_what_to_ask_instead(tmp_path: Path):
    bare = journeys_for(SHOP, ana=["day 1 09:00 Ad Clicked"])
    said = cli("ask", "paths", str(bare.workspace.folder))
    assert said.code == 0
    assert "declares no touchpoint: ask by event" in said.out
    assert "ask by event" in cli("ask", "transitions", str(bare.workspace.folder)).out
    assert paths(bare, by="event") == {"Ad Clicked": 1}


def test_of_very_many_kinds_of_steps_the_rarest_are_one(tmp_path: Path):
    lines = [f"day 1 {n // 60 // 60:02d}:{n // 60 % 60:02d}:{n % 60:02d} Kind{n % 1100}" for n in range(2200)]
    busy = journeys_for(SHOP, ana=lines, ben=["day 2 09:00 Ad Clicked", "09:01 Ad Clicked"])
    answer = busy.workspace.ask(Transitions(by="event", per="trail", most=2000))
    rows = answer.table_named("steps").to_dicts()
    assert len(rows) == 996
    assert sum(row["times"] for row in rows) == 2202
    assert next(row for row in rows if row["step"] == "(other)")["times"] > 200
    assert sum(row["count"] for row in answer.table.to_dicts()) == answer.result.total == 2200


def test_names_that_look_like_paths_have_lists_of_their_own():
    sly = journeys_for(SHOP, ana=["day 1 09:00 A > B"], ben=["day 1 09:00 A", "09:01 B"])
    tree = sly.workspace.ask(Paths(by="event", form="tree"))
    assert [row["path"] for row in tree.table.to_dicts()] == ["A", "A > B", "A > B"]
    assert tree.lists == ("all", "A", "A > B", "A > B (2)")
    two = [tree.members(name).to_dicts()[0]["customer"] for name in ("A > B", "A > B (2)")]
    assert len(set(two)) == 2
