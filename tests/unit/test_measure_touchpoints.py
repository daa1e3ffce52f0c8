"""Stories about meeting touchpoints: what belongs to which visit, waits, effort, paths, and where we last saw them."""

from __future__ import annotations

import numpy as np
import pytest

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.core.times import DAY, TimeRange
from desirepath.journey.bits import VOIDED
from desirepath.measure.answers import TouchpointAnswer
from desirepath.measure.effort import effort
from desirepath.measure.meetings import visit_of_events
from desirepath.measure.paths import LONGEST, paths
from desirepath.measure.touchpoints import touchpoints
from tests.by_hand import CHANNELS, Shop, day, walked
from tests.unit.test_measure_stages import many, some


def met(shop: Shop, stage: str, touchpoint: str, **more: object) -> TouchpointAnswer:
    found = touchpoints(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, channels=CHANNELS, **more)
    return next(a for a in found if (a.stage, a.touchpoint) == (stage, touchpoint))


def stages_of(shop: Shop) -> list[str]:
    owner = visit_of_events(shop.visits, shop.trails)
    names = [s.id for s in shop.journey.stages]
    return ["" if i < 0 else names[shop.visits.stage[i]] for i in owner.tolist()]


def test_the_event_that_ends_a_visit_belongs_to_the_next_one():
    shop = walked({"ana": "0 ad, 1 page, 2 page, 3 cart"}, 100)
    assert stages_of(shop) == ["awareness", "consideration", "consideration", "decision"]


def test_a_whole_batch_at_one_instant_is_counted_once():
    shop = walked({"ana": "0 ad, 1 page, 1 cart, 1 pay"}, 100)
    assert stages_of(shop) == ["awareness", "consideration", "decision", "decision"]


def test_who_says_goodbye_says_it_within_the_visit():
    shop = walked({"ana": "0 page, 2 cancel, 3 parcel"}, 100)
    assert stages_of(shop) == ["consideration", "consideration", ""]


def test_what_happens_between_two_passes_belongs_to_neither():
    shop = walked({"ana": "0 page, 70 tip, 200 page"}, 300)
    assert stages_of(shop) == ["consideration", "", "consideration"]


def test_reach_visits_meetings_and_repeats():
    shop = walked(many(20, "0 page, 0.1 page, 0.2 page") | many(20, "0 faq", "b"), 100)
    page = met(shop, "consideration", "page")
    assert (page.reach, page.visits, page.meetings, page.channel) == (20, 20, 60, "web")
    assert some(page.share).value == 0.5
    assert some(page.repeats).value == 3
    assert met(shop, "consideration", "faq").order == 0.5  # alone in its visits


def test_the_order_of_the_steps_is_the_usual_one():
    shop = walked(many(3, "0 page, 1 faq, 2 ad") | {"x": "0 faq, 1 page"}, 100)
    found = touchpoints(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
    assert [a.touchpoint for a in found if a.stage == "consideration"] == ["page", "faq", "ad"]


def test_waiting_counts_those_who_never_acted_again_as_waiting_longer():
    stories = many(15, "0 page, 0.5 faq, 2.5 page") | many(15, "0 page, 0.5 faq", "b")
    wait = met(walked(stories, 400), "consideration", "faq").wait
    assert some(wait).value == 2 * DAY  # half of them acted, after two days
    more = met(walked(stories | many(10, "0 faq", "d"), 400), "consideration", "faq").wait
    assert more == NoEstimate("not_reached", 40, detail="37.5% by the end")


def test_a_mail_of_ours_is_not_an_action_of_theirs():
    wait = met(walked(many(20, "0 page, 1 tip, 3 cart"), 100), "consideration", "page").wait
    assert some(wait).value == 3 * DAY


def test_where_we_last_saw_those_who_were_lost():
    shop = walked(
        many(5, "0 cart, 1 pay, 2 tip") | many(3, "0 cart", "b") | many(4, "0 cart, 1 pay, 2 order 9", "d"),
        100,
    )
    assert met(shop, "decision", "pay").last_seen == 5  # the mail afterwards was ours
    assert met(shop, "decision", "cart").last_seen == 3


def test_a_part_of_the_visits_can_be_asked_about():
    shop = walked(many(20, "0 page") | many(30, "50 page, 51 page", "b"), 200)
    assert met(shop, "consideration", "page", period=TimeRange(day(40), day(60))).meetings == 60
    first = np.asarray(shop.visits.customer < 20)
    assert met(shop, "consideration", "page", where=first).meetings == 20


def test_a_stage_without_success_compares_nobody():
    shop = walked(many(30, "0 page, 1 order 5, 2 review, 3 page"), 800)
    lift = met(shop, "advocacy", "page").lift
    assert isinstance(lift.difference, NoEstimate)
    assert lift.difference.reason == "not_declared"
    assert not lift.beyond_chance


def test_where_all_end_alike_there_is_no_difference_but_some_doubt():
    stories = many(30, "0 page, 0.1 faq") | many(30, "0 page, 0.1 ad", "b")
    lift = met(walked(stories, 200), "consideration", "faq").lift
    assert some(lift.difference).value == 0
    assert some(lift.difference).low < 0 < some(lift.difference).high
    assert not lift.beyond_chance


def test_all_of_one_and_none_of_the_other_is_a_difference_and_never_certain():
    stories = many(40, "0 page, 0.1 faq, 0.2 look") | many(40, "0 page, 0.1 ad, 1 cart", "b")
    lift = met(walked(stories, 200), "consideration", "faq").lift
    assert some(lift.difference).value == -1
    assert some(lift.difference).high > -0.95
    assert lift.beyond_chance


def test_what_is_no_touchpoint_is_no_comparison():
    # They looked at their confirmation: whoever sees it has succeeded, or as good as.
    stories = many(40, "0 page, 0.1 faq") | many(40, "0 page, 0.1 look, 1 cart", "b")
    assert met(walked(stories, 200), "consideration", "faq").lift.compared == 0


def test_a_step_that_all_who_succeed_take_is_not_a_help_to_them():
    shop = walked(many(40, "0 cart, 0.1 pay, 0.2 order 5") | many(40, "0 cart, 0.1 faq", "b"), 400)
    lift = met(shop, "decision", "pay").lift
    assert lift.difference == NoEstimate("on_the_way", 40, detail="100% of those who succeed pass it")
    assert isinstance(met(shop, "decision", "faq").lift.difference, Estimate)


def test_what_was_undone_later_is_compared_with_nothing():
    shop = walked(many(40, "0 page, 0.5 faq, 0.6 look") | many(40, "0 page, 0.5 ad, 1 cart", "b"), 400)
    assert isinstance(met(shop, "consideration", "faq").lift.difference, Estimate)
    shop.trails.evidence[shop.trails.touchpoint == 2] |= VOIDED
    undone = met(shop, "consideration", "faq")
    assert (undone.meetings, undone.lift.met) == (40, 0)  # it stays visible


def test_nobody_met_anything():
    shop = walked({"ana": "0 post"}, 100)
    assert touchpoints(shop.journey, shop.visits, shop.trails, as_of=shop.as_of) == ()


# ── effort ───────────────────────────────────────────────────────────────────────────────────────────────


def ease(shop: Shop, stage: str) -> Measured:
    found = effort(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)
    return next(e.ease for e in found if e.stage == stage)


def test_a_smooth_stage_is_easy_and_a_hard_one_is_not():
    assert some(ease(walked(many(30, "0 cart, 0.1 pay, 0.2 order 5"), 400), "decision")).value == 2
    again = walked(many(30, "0 cart, 0.1 pay, 0.2 pay, 0.3 pay"), 400)
    # cart went on; pay, pay were repeated; the last pay was the last we saw of them.
    found = next(
        e
        for e in effort(again.journey, again.visits, again.trails, as_of=again.as_of)
        if e.stage == "decision"
    )
    assert (found.repeated, found.fell_silent, found.meetings) == (0.5, 0.25, 120)
    assert some(found.ease).value == pytest.approx(2 - 4 * 0.75)


def test_looking_again_is_no_effort_where_those_who_succeed_look_again_too():
    shop = walked(many(30, "0 page, 0.1 page, 0.2 page, 1 cart, 1.1 pay, 1.2 pay, 1.3 order 5")
                  | many(60, "0 cart, 0.1 pay, 0.2 order 5", "b"), 400)  # fmt: skip
    found = {e.stage: e for e in effort(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)}
    assert found["consideration"].repeated == 0
    assert found["decision"].repeated == 30 / (3 * 30 + 2 * 60)  # most pay once


def test_asking_for_help_and_going_back_are_effort():
    shop = walked(many(30, "0 cart, 0.1 faq, 0.2 cart, 0.3 page, 0.4 pay, 0.5 order 5"), 400)
    found = next(
        e for e in effort(shop.journey, shop.visits, shop.trails, as_of=shop.as_of) if e.stage == "decision"
    )
    assert found.asked_for_help == found.went_back == 1 / 5
    assert found.repeated == found.fell_silent == 0


def test_browsing_again_after_a_purchase_is_not_going_back():
    shop = walked(many(30, "0 page, 1 order 5, 20 page, 21 cart, 22 page, 23 cart"), 400)
    found = next(
        e for e in effort(shop.journey, shop.visits, shop.trails, as_of=shop.as_of) if e.stage == "retention"
    )
    assert found.went_back == 0


def test_the_last_step_of_one_still_on_the_way_has_no_fate_yet():
    shop = walked(many(30, "99 cart"), 100)
    assert isinstance(ease(shop, "decision"), NoEstimate)


def test_twenty_meetings_of_three_customers_are_three():
    shop = walked(many(3, "0 cart, 0.1 pay, 0.2 cart, 0.3 pay, 0.4 cart, 0.5 pay, 0.6 order 5"), 400)
    assert ease(shop, "decision") == NoEstimate("too_few", 3, 20, "n 3 of 20")


# ── paths ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_commonest_ways_first_and_the_rest_is_other():
    stories = (
        many(30, "0 page, 0.5 faq, 1 cart, 1.5 order 7")
        | many(20, "0 page, 0.1 page, 1 cart", "b")
        | many(2, "0 faq, 1 cart", "d")
        | {"x": "0 page, 0.1 faq, 0.2 page"}
    )
    shop = walked(stories, 400)
    answer = paths(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, top=2)[1]
    assert [(row.steps, row.visits) for row in answer.rows] == [(("page", "faq"), 30), (("page",), 20)]
    assert (answer.other, answer.other_kinds, answer.total, answer.truncated) == (3, 2, 53, 0)
    first = answer.rows[0]
    assert (some(first.succeeded).value, some(first.time).value, first.value) == (1.0, DAY, 30 * 700)
    assert [shop.customers[c] for c in first.members][:2] == ["c0", "c1"]


def test_a_visit_that_met_no_touchpoint_has_the_empty_path():
    shop = walked(many(3, "0 post, 1 look"), 100)
    answer = paths(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)[0]
    assert [(row.steps, row.visits) for row in answer.rows] == [((), 3)]


def test_a_way_too_long_to_keep_is_cut_and_counted():
    story = "0 page, " + ", ".join(f"{i}.5 {'faq' if i % 2 else 'page'}" for i in range(1, 20))
    shop = walked({"ana": story, "ben": story + ", 30 page"}, 100)
    answer = paths(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)[1]
    assert [(len(row.steps), row.visits) for row in answer.rows] == [(LONGEST, 2)]
    assert answer.truncated == 2


def test_time_in_a_stage_counts_those_still_there_as_longer():
    shop = walked(many(15, "0 page, 2 cart") | many(15, "99 page", "b"), 100)
    row = paths(shop.journey, shop.visits, shop.trails, as_of=shop.as_of)[1].rows[0]
    assert isinstance(row.time, Estimate)
    assert row.time.value == 2 * DAY
    assert row.time.n == 30
