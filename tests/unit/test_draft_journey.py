"""From events and silences to a journey: which stages, which goal, after how long a silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.journey.draft.facts import EventSummary, Gaps, Span
from desirepath.journey.draft.journey import Setting, journey_text
from desirepath.journey.draft.lapse import HUMAN, Lapse, propose
from desirepath.journey.draft.stages import Plan, PlannedStage, plan, role_of, stage_within
from desirepath.journey.draft.template import fit
from desirepath.journey.read import read_journey
from desirepath.journey.templates import TEMPLATES, template


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Page Viewed", "awareness"),
        ("session_start", "awareness"),
        ("Ad Clicked", "awareness"),
        ("Product Viewed", "consideration"),
        ("Signed Up", "consideration"),
        ("Lead Created", "consideration"),
        ("add_to_cart", "decision"),
        ("Checkout Started", "decision"),
        ("Trial Started", "decision"),
        ("Demo Booked", "decision"),
        ("Proposal Sent", "decision"),
        ("Order Completed", "goal"),
        ("purchase", "goal"),
        ("Deal Won", "goal"),
        ("Subscription Started", "goal"),
        ("Order Delivered", "retention"),
        ("Logged In", "retention"),
        ("Subscription Renewed", "retention"),
        ("Review Posted", "advocacy"),
        ("Invite Sent", "advocacy"),
        ("Deal Lost", "exit"),
        ("Subscription Cancelled", "exit"),
        ("Unsubscribed", "exit"),
        ("Order Cancelled", "void"),
        ("Ticket Opened", "support"),
        ("Order Refunded", "support"),
        ("NPS Answered", "response"),
        ("Email Opened", "mail"),
        ("zzz", "other"),
    ],
)
def test_what_an_events_name_says(name: str, role: str) -> None:
    assert role_of(name) == role


@pytest.mark.parametrize(
    ("name", "stages", "where", "stage"),
    [
        ("Review Posted", ["decision", "advocacy"], {"decision": 2, "advocacy": 2}, "advocacy"),
        (
            "Order Confirmation Viewed",
            ["awareness", "retention"],
            {"retention": 9, "awareness": 1},
            "retention",
        ),
        ("Deal Won", ["interest", "decision"], {}, "decision"),
        ("Ticket Opened", ["start", "use"], {"start": 2, "use": 3}, "use"),
        ("Ticket Opened", ["start", "use"], {"start": 3, "use": 3}, ""),
        ("Review Posted", ["start", "use"], {}, ""),
    ],
)
def test_the_stage_of_a_further_event_is_said_by_where_customers_were_or_by_its_name(
    name: str, stages: list[str], where: dict[str, int], stage: str
) -> None:
    found, why = stage_within(name, stages, where)
    assert found == stage
    assert bool(why) == bool(stage)


def planned(
    *names: str,
    before: Mapping[str, float] | None = None,
    again: tuple[int, int] = (100, 40),
    by: str = "customer",
) -> Plan:
    events = [EventSummary(n, 100 - i, 90 - i, place=i / 10) for i, n in enumerate(names)]

    def share(goals: Sequence[str]) -> Mapping[str, float]:
        return before or {}

    return plan(events, share, lambda _: again)


def test_a_shop_goes_from_seeing_to_buying_again() -> None:
    made = planned("Page Viewed", "Product Viewed", "Cart Viewed", "Order Completed", "Review Posted")
    assert [(s.id, s.enter, s.goal) for s in made.stages] == [
        ("awareness", ["Page Viewed"], ()),
        ("consideration", ["Product Viewed"], ()),
        ("decision", ["Cart Viewed"], ("Order Completed",)),
        ("retention", ["Order Completed"], ("repeat",)),
        ("advocacy", ["Review Posted"], ()),
    ]
    assert made.stages[-1].after == "decision"


def test_without_a_step_before_the_order_the_last_thing_seen_is_the_decision() -> None:
    """The order is evidence of retention; a decision that it also enters would be jumped over by all."""
    made = planned("Page Viewed", "Product Viewed", "Order Completed")
    assert [s.id for s in made.stages] == ["awareness", "decision", "retention"]
    assert made.stages[1].enter == ["Product Viewed"]


def test_nobody_buys_twice_so_the_journey_ends_with_the_deal() -> None:
    made = planned("Lead Created", "Deal Won", again=(100, 1))
    assert made.kind == "buyer"
    assert [(s.id, s.enter, s.goal) for s in made.stages] == [
        ("consideration", ["Lead Created"], ()),
        ("decision", ["Deal Won"], ("Deal Won",)),
    ]


def test_only_one_way_of_buying_is_the_goal_or_one_purchase_would_look_like_two() -> None:
    made = planned("Cart Viewed", "Order Completed", "Payment Made", before={"Payment Made": 0.0})
    assert made.goal == "Order Completed" and made.other_goals == ["Payment Made"]
    assert made.touches["Payment Made"] == "retention"
    retention = made.stage("retention")
    assert retention is not None and retention.enter == ["Order Completed"]


def test_names_that_say_nothing_stand_before_or_after_the_purchase() -> None:
    made = planned(
        "Zapped", "Cart Viewed", "Order Completed", "Fizzed", before={"Zapped": 0.9, "Fizzed": 0.1}
    )
    consideration = made.stage("consideration")
    assert consideration is not None and consideration.enter == ["Zapped"]
    assert made.touches["Fizzed"] == "retention"


def test_where_only_tickets_are_known_success_is_that_they_are_solved() -> None:
    events = [EventSummary("Ticket Opened", 50, 40), EventSummary("Ticket Resolved", 45, 38, by="business")]
    (stage,) = plan(events, lambda _: {}, lambda _: (0, 0)).stages
    assert (stage.id, stage.enter, stage.goal) == ("retention", ["Ticket Opened"], ("Ticket Resolved",))


def test_what_the_business_does_is_evidence_only_where_there_is_nothing_else() -> None:
    events = [EventSummary("Order Delivered", 50, 40, by="business")]
    (stage,) = plan(events, lambda _: {}, lambda _: (0, 0)).stages
    assert stage.enter == ["Order Delivered"]


SPAN = Span(datetime(2024, 1, 1), datetime(2025, 1, 1), 5_000, 900)
STAGE = PlannedStage("decision", ["Cart Viewed"], "", ("Order Completed",))


def days(n: float) -> timedelta:
    return timedelta(days=n)


@pytest.mark.parametrize(("most", "proposed"), [(0.2, 7), (6.5, 7), (8, 14), (31, 30), (40, 60), (100, 120)])
def test_the_silence_that_nearly_all_came_back_from_rounded_up_as_people_would(
    most: float, proposed: int
) -> None:
    lapse = propose(STAGE, Gaps(400, days(most), days(1)), SPAN)
    assert lapse.days == proposed
    assert lapse.why.startswith("of 400 who were silent and came back, 95 % did so within ")


def test_too_few_silences_fall_back_on_what_is_usual_and_say_so() -> None:
    assert propose(STAGE, Gaps(19, days(80), days(3)), SPAN) == Lapse(
        14, "19 silences ended here, too few to tell from; 14 days is usual"
    )


def test_a_silence_is_never_longer_than_half_of_what_the_data_cover() -> None:
    lapse = propose(STAGE, Gaps(400, days(300), days(3)), SPAN)
    assert lapse.days == 180 and lapse.why.endswith("at most half of the 366 days that the data cover")


# ---- whatever the names, the text is read ------------------------------------------------------------

event_names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(
    lambda text: text.strip() or "x"
)
usual = st.sampled_from(
    ["Order Completed", "Cart Viewed", "Page Viewed", "Review Posted", "Deal Lost", "Ticket Opened"]
)


@given(
    st.lists(event_names | usual, min_size=1, max_size=60, unique=True),
    st.dictionaries(event_names | usual, st.floats(0, 1)),
    st.tuples(st.integers(0, 50), st.integers(0, 50)),
    st.sampled_from(["customer", "business", "machine"]),
    event_names,
)
def test_any_events_make_a_journey_that_is_read_and_whose_every_event_is_somewhere(
    names: list[str], before: dict[str, float], again: tuple[int, int], by: str, channel: str
) -> None:
    events = [
        EventSummary(
            n, 100, 90, by if i % 2 else "customer", channels=((channel, 60), ("web", 40)), scored=i % 3 == 0
        )
        for i, n in enumerate(names)
    ]
    made = plan(events, lambda _: before, lambda _: again)
    lapses = {stage.id: propose(stage, Gaps(0), SPAN) for stage in made.stages}
    text = journey_text(made, events, lapses, Setting(channel, void_key="identifiers.order_id"))
    journey = read_journey(text)
    assert [stage.id for stage in journey.stages] == [stage.id for stage in made.stages]
    assert all(stage.lapse_after.days in HUMAN for stage in journey.stages)
    assert set(made.touches) == set(names)
    if len(names) <= 10:
        asked = {name for touchpoint in journey.touchpoints for name in touchpoint.when.events}
        assert asked == set(names)
    assert len(journey.guesses) == text.count("# guess: ")


# ---- templates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_takes_its_own_events_as_they_are(name: str) -> None:
    journey = read_journey(template(name))
    from desirepath.journey.draft.template import wanted_events

    wanted = wanted_events(journey)
    found = fit(journey, planned(*wanted), wanted)
    assert found.renamed == {n: n for n in wanted} and found.missing == ()


def test_a_template_knows_its_events_by_other_names() -> None:
    journey = read_journey(template("online-shop"))
    names = ["page_view", "view_item", "add_to_cart", "begin_checkout", "purchase", "blinked"]
    found = fit(journey, planned(*names), names)
    assert found.renamed == {
        "page_view": "Page Viewed",
        "view_item": "Product Viewed",
        "add_to_cart": "Product Added",
        "begin_checkout": "Checkout Started",
        "purchase": "Order Completed",
    }
    assert found.unknown == ("blinked",) and "Review Posted" in found.missing
