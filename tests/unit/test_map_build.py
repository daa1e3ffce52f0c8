"""From answers to the map: what goes where, what it rests on, what is left blank and why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from desirepath.core.estimate import Estimate, NoEstimate, too_few
from desirepath.core.words import Rests
from desirepath.journey.definition import Written
from desirepath.journey_map import say
from desirepath.journey_map.build import build_map
from desirepath.journey_map.cells.paths import MOST_PATHS
from desirepath.journey_map.document import Headline, MapDocument, Tone
from desirepath.journey_map.drawing.lines import lines
from desirepath.journey_map.inputs import MapInputs
from desirepath.journey_map.lanes import LANE_IDS
from tests.map_hostile import HOSTILE, with_words
from tests.map_shop import AS_OF, inputs, paths_answer, score_answer, with_customers


@pytest.fixture(scope="module")
def shop() -> MapDocument:
    return build_map(inputs())


# ---- the whole -------------------------------------------------------------------------------------


def test_the_map_has_every_lane_and_every_stage(shop: MapDocument) -> None:
    assert tuple(lane.id for lane in shop.lanes) == LANE_IDS
    for lane in shop.lanes:
        for stage in shop.stages:
            assert lane.nothing or lane.at(stage.id), (
                f"{lane.id} has nothing, not even a reason, in {stage.id}"
            )


def test_every_cell_says_what_it_rests_on_or_why_it_is_blank(shop: MapDocument) -> None:
    for cell in shop.cells():
        assert (cell.rests is None) == bool(cell.blank), cell.id
        if cell.rests is Rests.OBSERVED:
            assert cell.contract is not None and cell.as_of == AS_OF, cell.id
        if cell.rests is Rests.ASSUMED:
            assert cell.contract is None and not cell.values, cell.id


def test_that_all_went_past_every_touchpoint_is_no_path() -> None:
    made = inputs()
    one = next(answer for answer in made.paths if answer.stage == "decision")
    alone = replace(one, rows=(replace(one.rows[0], steps=(), visits=one.total),), other=0, other_kinds=0)
    others = tuple(answer for answer in made.paths if answer is not one)
    document = build_map(replace(made, paths=(*others, alone)))
    (cell,) = [cell for cell in document.lane("actions").at("decision") if cell.rests is not Rests.ASSUMED]
    assert cell.blank == "No path: no visit here met a touchpoint."
    assert next(one for one in document.micro if one.stage == "decision").paths == ()


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_ids_are_unique_and_safe_in_a_link_whatever_things_are_called(words: str) -> None:
    document = build_map(with_words(inputs(), words))
    ids = [c.id for c in document.cells()] + [t.id for t in document.trails]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9_.-]+", id) for id in ids)


def test_the_counts_of_a_stage_are_those_of_its_answer(shop: MapDocument) -> None:
    for column, answer in zip(shop.stages, inputs().stages, strict=True):
        assert (column.customers, column.lapsed, column.in_flight) == (
            answer.customers,
            answer.lapsed,
            answer.in_flight,
        )
        reach = shop.cell(column.reach_cell)
        ended = next(x for x in reach.exhibits if x.title == "How visits ended")
        assert sum(int(row[1] or 0) for row in ended.rows) == answer.entered


def test_a_stage_that_nobody_measured_says_so() -> None:
    made = inputs()
    document = build_map(replace(made, stages=made.stages[:2]))
    assert document.cell("track.decision.reach").blank == "Not measured."
    assert isinstance(document.stages[2].rate, NoEstimate)


def test_a_journey_without_answers_still_has_a_map() -> None:
    document = build_map(replace(with_customers(3, 2), stages=()))
    assert document.lane("track").nothing == "No stage has been measured yet."
    assert all(lane.nothing for lane in document.lanes)


def test_a_headline_that_opens_a_cell_which_is_not_there_loses_its_link_only() -> None:
    gone = Headline("Much is lost at ", "a door", ".", Tone.BAD, "touchpoints.nowhere.door")
    document = build_map(replace(inputs(), headlines=(gone,)))
    assert document.headlines[0].sentence == "Much is lost at a door." and document.headlines[0].cell == ""


# ---- chance ----------------------------------------------------------------------------------------


def test_only_what_is_beyond_chance_is_good_or_bad(shop: MapDocument) -> None:
    tones = {c.title: c.tone for c in shop.lane("touchpoints").cells}
    assert tones["Payment, mobile"] is Tone.BAD and tones["Reviews"] is Tone.GOOD
    assert tones["FAQ"] is Tone.PLAIN, "one point less, within its interval"
    assert tones["Cart"] is Tone.PLAIN, "everybody met it: there is nobody to compare with"


def test_pains_and_delights_come_with_the_size_of_the_difference(shop: MapDocument) -> None:
    pains = {
        (c.stage, c.title): c.detail for c in shop.lane("pain_points").cells if c.rests is Rests.OBSERVED
    }
    assert pains["decision", "Payment, mobile"].startswith("−23.1\xa0points going on")
    assert "hard, ease −1.2" in pains["decision", "Payment, mobile"]
    assert ("awareness", "Search ad") not in pains
    delights = {c.title for c in shop.lane("delights").cells if not c.blank}
    assert delights == {"Friend's link", "Reviews", "Chat", "Onboarding mail"}


def test_a_difference_is_never_called_a_cause(shop: MapDocument) -> None:
    notes = " ".join(x.note for c in shop.lane("touchpoints").cells for x in c.exhibits)
    assert "need not be the cause" in notes


def test_many_pains_show_the_heaviest_few() -> None:
    made = inputs()
    assert made.friction is not None
    bad = next(one for one in made.friction.ranked if one.thing.touchpoint == 10)
    # As the measure ranks them: the heaviest first.
    many = tuple(replace(bad, thing=replace(bad.thing, touchpoint=n)) for n in (9, 10, 11, 0, 1, 2))
    friction = replace(made.friction, ranked=many)
    cells = build_map(replace(made, friction=friction)).lane("pain_points").at("decision")
    assert [c.title for c in cells if c.shown] == ["Cart", "Payment, mobile", "Chat"]
    assert len(cells) == 6


def test_steps_and_waits_are_pains_as_touchpoints_are(shop: MapDocument) -> None:
    step = shop.cell("pain_points.decision.step-cart-payment")
    assert step.title == "Cart → Payment, mobile"
    assert say.value(step.value("successes")) == "108"  # type: ignore[arg-type]  # it is there
    wait = shop.cell("pain_points.consideration.wait-product")
    assert wait.title == "Over 5 days after Product page"
    assert "waited so long" in wait.value("met").label  # type: ignore[union-attr]


def test_a_claim_may_be_chance_and_is_none(shop: MapDocument) -> None:
    made = inputs()
    assert made.friction is not None
    chance = replace(
        made.friction, ranked=tuple(replace(o, beyond_chance=False) for o in made.friction.ranked)
    )
    document = build_map(replace(made, friction=chance))
    assert not [c for c in document.lane("delights").cells if not c.blank]
    assert {
        c.tone for c in document.lane("pain_points").cells if not c.blank and c.rests is Rests.OBSERVED
    } == {Tone.WARN}


# ---- emotion ---------------------------------------------------------------------------------------


def test_three_kinds_of_feeling_are_never_mixed(shop: MapDocument) -> None:
    for cell in shop.lane("emotion").cells:
        if cell.blank:
            continue
        assert {"reported": Rests.REPORTED, "effort": Rests.OBSERVED}[cell.series] is cell.rests
    inferred = [c for c in shop.lane("emotion").cells if c.series == "inferred"]
    assert len(inferred) == 5 and {c.blank for c in inferred} == {"No model of words yet."}


def test_a_line_breaks_where_answers_are_too_few() -> None:
    scores = tuple(
        score_answer("csat", "consideration", touchpoint, 0.5, n)
        for touchpoint, n in (
            ("product", 90),
            ("reviews", 90),
            ("faq", 7),
            ("size_chart", 90),
            ("newsletter", 90),
        )
    )
    cells = build_map(replace(inputs(), scores=scores)).lane("emotion").cells
    drawn = lines(cells, ["awareness", "consideration", "decision", "retention", "advocacy"])
    reported = [run for run in drawn.runs if run.series == "reported"]
    assert len(reported) == 2, "before and after the missing point, and nothing across it"
    assert len([p for p in drawn.points if p.series == "reported"]) == 4
    short = next(c for c in cells if c.series == "reported" and c.title == "FAQ")
    assert short.detail == "too few (n\xa07 of 20)"


def test_a_line_breaks_at_a_stage_without_scores() -> None:
    scores = (
        score_answer("csat", "awareness", "friend", 0.5, 90),
        score_answer("csat", "decision", "cart", 0.5, 90),
    )
    cells = build_map(replace(inputs(), scores=scores)).lane("emotion").cells
    drawn = lines(cells, ["awareness", "consideration", "decision", "retention", "advocacy"])
    assert [run for run in drawn.runs if run.series == "reported"] == []


def test_what_the_business_does_is_no_missing_point_of_the_customers_effort() -> None:
    made = inputs()
    sent = replace(made.touchpoints[12], ease=NoEstimate("no_data", detail="no meeting that a customer made"))
    touchpoints = tuple(sent if t.touchpoint == "parcel" else t for t in made.touchpoints)
    cells = build_map(replace(made, touchpoints=touchpoints)).lane("emotion").at("retention")
    assert "Parcel" not in {c.title for c in cells if c.series == "effort"}


# ---- words -----------------------------------------------------------------------------------------


def test_what_people_wrote_is_assumed_and_names_its_author(shop: MapDocument) -> None:
    (cell,) = [c for c in shop.lane("pain_points").at("retention") if c.rests is Rests.ASSUMED]
    assert (cell.title, cell.detail) == ("Nobody tells customers that a parcel is late.", "written by Tom")


def test_a_claim_about_the_whole_journey_stands_above_the_stages(shop: MapDocument) -> None:
    assert [c.title for c in shop.lane("owners").at("")] == ["The whole journey: Sam."]


def test_a_lane_of_the_businesss_own_stands_after_the_others() -> None:
    made = inputs()
    own = Written(lane="moments_of_truth", stage="decision", text=("The first fitting.",))
    document = build_map(replace(made, journey=made.journey.model_copy(update={"written": (own,)})))
    assert (document.lanes[-1].id, document.lanes[-1].label) == ("moments_of_truth", "Moments of truth")


def test_verbatims_are_masked_and_counted(shop: MapDocument) -> None:
    cells = shop.lane("thoughts").at("decision")
    assert cells[0].text == "It asked for my card three times, then I rang [number] and nobody answered."
    assert cells[0].rests is Rests.REPORTED and cells[0].detail.startswith("1 of 241")


def test_no_customer_can_be_found_from_a_masked_map(shop: MapDocument) -> None:
    text = repr(shop)
    for secret in (
        "c7f3k2m9qx",
        "c1aa8b3zzp",
        "mum@example.com",
        "ana@example.com",
        "9374 4000",
        "20931177",
        "c000001000",
    ):
        assert secret not in text
    assert shop.masked and shop.trails[0].customer == "c7f3…"


def test_revealed_on_purpose_the_map_shows_whose_it_is() -> None:
    document = build_map(replace(inputs(), reveal=True))
    assert not document.masked and document.trails[0].customer == "c7f3k2m9qx"
    assert "mum@example.com" in repr(document)


# ---- numbers ---------------------------------------------------------------------------------------


def test_a_metric_that_no_stage_has_is_said_once(shop: MapDocument) -> None:
    made = inputs()
    none = NoEstimate("no_data", detail="no event carries a value")
    worthless = tuple(
        replace(a, value_per_success=none, value_at_stake=none, value_lost=none) for a in made.stages
    )
    lane = build_map(replace(made, stages=worthless)).lane("metrics")
    assert "no event carries a value" in lane.note
    assert not [c for c in lane.cells if c.id.endswith("value_per_success")]
    assert [c for c in shop.lane("metrics").cells if c.id.endswith("value_per_success")]


def test_how_soon_is_told_of_those_who_succeed() -> None:
    made = inputs()
    assert build_map(made).stages[0].time == "half of them in 3.2\xa0days"
    few = tuple(replace(a, time_of_succeeded=(too_few(3),) * 3) for a in made.stages)
    assert build_map(replace(made, stages=few)).stages[0].time == ""


def test_a_promise_is_kept_with_its_interval_and_its_terms(shop: MapDocument) -> None:
    (cell,) = shop.lane("promises").at("retention")
    kept = cell.value("kept")
    assert (
        kept is not None
        and isinstance(kept.measured, Estimate)
        and kept.measured.low < 0.89 < kept.measured.high
    )
    assert (cell.title, cell.text) == ("Delivered", "within 5\xa0days")


def test_a_promise_without_a_stage_stands_where_the_purchase_is() -> None:
    made = inputs()
    homeless = replace(made.promises[0], stage=None)
    assert build_map(replace(made, promises=(homeless,))).lane("promises").at("decision")[0].values


# ---- near ------------------------------------------------------------------------------------------


def test_the_way_between_steps_adds_up_to_the_visits_of_the_paths(shop: MapDocument) -> None:
    for micro, answer in zip(shop.micro, inputs().paths, strict=True):
        into = sum(f.visits for f in micro.flows if f.start == -1)
        out = sum(f.visits for f in micro.flows if f.end == -2)
        assert into == out == sum(row.visits for row in answer.rows)
        for step in range(len(micro.steps)):
            came = sum(f.visits for f in micro.flows if f.end == step)
            assert came == sum(f.visits for f in micro.flows if f.start == step)


def test_across_a_step_that_is_not_shown_no_way_is_claimed() -> None:
    made = inputs()
    without = tuple(t for t in made.touchpoints if t.touchpoint != "payment")
    micro = build_map(replace(made, touchpoints=without)).micro[2]
    assert [s.touchpoint for s in micro.steps] == ["cart", "chat"]
    assert not [f for f in micro.flows if (f.start, f.end) == (0, 1)], (
        "cart → payment → chat is not cart → chat"
    )


def test_many_paths_draw_the_way_but_few_are_listed() -> None:
    answer = paths_answer("decision", 1000)
    many = replace(answer, rows=tuple(replace(answer.rows[0], visits=10) for _ in range(30)), other=700)
    document = build_map(replace(inputs(), paths=(many,)))
    assert len(document.micro[2].paths) == MOST_PATHS
    table = document.cell("actions.decision.path-1").exhibits[-1]
    assert sum(int(row[1] or 0) for row in table.rows) == 1000, "other closes the sum"
    assert "300 of 1,000" in document.micro[2].flow_note


def test_a_path_leads_to_a_customer_who_walked_it(shop: MapDocument) -> None:
    assert [t.path for t in shop.trails] == ["actions.decision.path-1", "actions.decision.path-2"]
    assert [line.gap for line in shop.trails[0].lines][:2] == [0, 360_000_000]


def test_the_same_inputs_give_the_same_map() -> None:
    first: MapInputs = inputs()
    assert repr(build_map(first)) == repr(build_map(inputs()))
