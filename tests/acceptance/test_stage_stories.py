"""The stage contract as stories: what happened to a customer, and where the contract puts them."""

from __future__ import annotations

from desirepath.app.workspace import Workspace
from desirepath.testing import journeys_for
from desirepath.testing.journeys import SHOP


def test_bought_on_the_first_visit() -> None:
    shop = journeys_for(until="day 100", ana=["day 1 10:00 Order Completed"])
    assert shop.path("ana") == [
        "awareness skipped",
        "consideration skipped",
        "decision skipped",
        "retention in_flight",
    ]


def test_the_whole_way_in_order() -> None:
    shop = journeys_for(
        until="day 100",
        ana=[
            "day 1 09:00 Ad Clicked",
            "day 2 09:00 Product Viewed",
            "09:10 Cart Viewed",
            "09:20 Order Completed",
            "day 30 10:00 Review Posted",
        ],
    )
    assert shop.path("ana") == [
        "awareness advanced",
        "consideration advanced",
        "decision advanced",
        "retention advanced",
        "advocacy in_flight",
    ]


def test_came_back_after_a_lapse_and_bought() -> None:
    shop = journeys_for(
        until="day 200",
        ana=["day 1 09:00 Product Viewed", "day 100 09:00 Product Viewed", "09:30 Order Completed"],
    )
    assert shop.path("ana") == [
        "awareness skipped",
        "consideration lapsed",
        "consideration advanced",
        "decision skipped",
        "retention in_flight",
    ]
    assert shop.passes("ana") == 2


def test_an_advocate_who_reorders_stays_an_advocate_and_succeeds_in_retention() -> None:
    shop = journeys_for(
        until="day 150",
        ana=["day 1 09:00 Order Completed", "day 20 09:00 Review Posted", "day 60 09:00 Order Completed"],
    )
    assert shop.path("ana")[-2:] == ["retention advanced", "advocacy in_flight"]
    retention = next(v for v in shop.workspace.explain_visits("ana") if v.stage == "retention")
    assert retention.succeeded is not None and retention.succeeded.startswith("2024-02-29")


def test_a_referral_before_any_purchase_is_not_advocacy() -> None:
    shop = journeys_for(
        until="day 50",
        ana=["day 1 09:00 Product Viewed", "day 2 09:00 Referral Sent", "day 3 09:00 Order Completed"],
    )
    assert "advocacy" not in " ".join(shop.path("ana"))
    assert shop.path("ana")[-1] == "retention in_flight"


def test_anonymous_then_login_is_one_customer() -> None:
    shop = journeys_for(
        until="day 10",
        ana=[
            "day 1 09:00 Ad Clicked anonymous_id=phone-7",
            "day 2 09:00 Product Viewed anonymous_id=phone-7 user_id=ana",
        ],
    )
    assert shop.path("ana") == ["awareness advanced", "consideration in_flight"]


def test_two_devices_are_one_customer() -> None:
    shop = journeys_for(
        until="day 10",
        ana=[
            "day 1 09:00 Ad Clicked anonymous_id=phone-7",
            "day 1 10:00 Product Viewed anonymous_id=laptop-3",
            "day 2 09:00 Cart Viewed anonymous_id=phone-7 user_id=ana",
            "day 2 10:00 Cart Viewed anonymous_id=laptop-3 user_id=ana",
        ],
    )
    assert shop.path("ana") == ["awareness advanced", "consideration advanced", "decision in_flight"]


LEADS = """
journey: Leads
kind: buyer
time_zone: UTC
stages:
  consideration: {enter: "event = 'Lead Created'", lapse_after: 90 days}
  decision:
    enter: "event in ('Demo Held', 'Deal Won')"
    goal: "event = 'Deal Won'"
    exit: "event = 'Deal Lost'"
    lapse_after: 90 days
"""


def test_a_lead_won_without_web_events() -> None:
    leads = journeys_for(
        LEADS, until="day 200", ana=["day 1 Lead Created", "day 40 10:00 Deal Won by=business"]
    )
    assert leads.path("ana") == ["consideration advanced", "decision advanced"]
    won = leads.workspace.explain_visits("ana")[-1]
    assert won.succeeded == won.entered
    assert "out of the journey's end" in " ".join(won.because)


def test_an_explicit_decline_is_left_not_lapsed() -> None:
    leads = journeys_for(
        LEADS,
        until="day 200",
        ana=["day 1 Lead Created", "day 5 10:00 Demo Held", "day 9 10:00 Deal Lost by=business"],
    )
    assert leads.path("ana") == ["consideration advanced", "decision left"]


SUBSCRIPTION = (
    SHOP
    + """
active_while: {start: "event = 'Order Completed'", end: "event = 'Subscription Ended'"}
"""
)


def test_a_subscriber_who_only_pays_never_lapses() -> None:
    shop = journeys_for(
        SUBSCRIPTION,
        until="day 600",
        ana=["day 1 09:00 Order Completed", "day 31 09:00 Renewal Charged by=machine"],
    )
    assert shop.path("ana")[-1] == "retention in_flight"
    assert "active" in shop.because("ana")


def test_a_subscription_that_ended_lets_the_clock_run() -> None:
    shop = journeys_for(
        SUBSCRIPTION,
        until="day 600",
        ana=["day 1 09:00 Order Completed", "day 100 09:00 Subscription Ended by=machine"],
    )
    assert shop.path("ana")[-1] == "retention lapsed"
    last = shop.workspace.explain_visits("ana")[-1]
    assert last.ended is not None and last.ended.startswith("2024-10-06 09:00")  # day 100 + 180 days


def test_a_cancelled_order_is_neither_evidence_nor_goal() -> None:
    shop = journeys_for(
        until="day 300",
        ana=[
            "day 1 09:00 Cart Viewed",
            "09:30 Order Completed order_id=o1 value=40",
            "day 2 09:00 Order Cancelled order_id=o1 by=business",
        ],
    )
    assert shop.path("ana") == ["awareness skipped", "consideration skipped", "decision lapsed"]


def test_a_refunded_order_stays_an_order_of_less_value() -> None:
    shop = journeys_for(
        until="day 20",
        ana=[
            "day 1 09:30 Order Completed order_id=o1 value=40",
            "day 9 09:00 Order Refunded order_id=o1 value=-40 by=business",
        ],
    )
    assert shop.path("ana")[-1] == "retention in_flight"


def test_nothing_but_deliveries_after_the_purchase_is_no_activity() -> None:
    shop = journeys_for(
        until="day 290",
        ana=[
            "day 1 09:00 Order Completed",
            "day 5 09:00 Order Delivered by=business",
            "day 150 Parcel Sent by=business",
        ],
    )
    last = shop.workspace.explain_visits("ana")[-1]
    assert (last.stage, last.outcome) == ("retention", "lapsed")
    assert last.ended is not None and last.ended.startswith("2024-06-29 09:00")  # day 1 + 180 days


def test_one_source_that_ends_earlier_keeps_visits_in_flight() -> None:
    lines = ["day 1 09:00 Product Viewed source=web"]
    orders = ["day 1 09:00 Order Completed source=orders"]
    both_read = journeys_for(until={"web": "day 100", "orders": "day 100"}, ana=lines, bo=orders)
    web_ends_early = journeys_for(until={"web": "day 30", "orders": "day 100"}, ana=lines, bo=orders)
    assert both_read.path("ana")[-1] == "consideration lapsed"
    assert web_ends_early.path("ana")[-1] == "consideration in_flight"


PROMISE = (
    SHOP
    + """
promises:
  delivered: {from: "event = 'Order Completed'", to: "event = 'Order Delivered'", within: 5 days, key: order_id}
"""
)


def test_a_customer_who_waits_for_us_past_the_lapse_has_not_lapsed() -> None:
    shop = journeys_for(
        PROMISE,
        until="day 290",
        ana=["day 1 09:00 Order Completed order_id=o1"],
        bo=[
            "day 1 09:00 Order Completed order_id=o2",
            "day 20 09:00 Order Delivered order_id=o2 by=business",
        ],
    )
    assert shop.path("ana")[-1] == "retention in_flight"
    assert "wait for us (delivered)" in shop.because("ana")
    bo = shop.workspace.explain_visits("bo")[-1]
    assert bo.outcome == "lapsed"
    assert bo.ended is not None and bo.ended.startswith("2024-07-18 09:00")  # delivered on day 20, + 180 days


def test_ties_let_the_lower_stage_come_first() -> None:
    shop = journeys_for(
        until="day 10",
        ana=["day 1 09:00 Order Completed", "09:00 Cart Viewed", "09:00 Product Viewed", "09:00 Ad Clicked"],
    )
    assert shop.path("ana") == [
        "awareness advanced",
        "consideration advanced",
        "decision advanced",
        "retention in_flight",
    ]


def test_a_date_only_event_ties_with_all_of_its_day() -> None:
    shop = journeys_for(
        until="day 10",
        ana=["day 1 Order Completed", "day 1 16:00 Product Viewed"],
        bo=["day 1 Product Viewed", "day 1 00:05 Order Completed"],
    )
    assert shop.path("ana")[1:] == ["consideration advanced", "decision skipped", "retention in_flight"]
    assert shop.path("bo")[1:] == ["consideration advanced", "decision skipped", "retention in_flight"]


def test_evidence_exactly_at_the_lapse_is_in_time() -> None:
    shop = journeys_for(
        until="day 100",
        ana=["day 1 09:00 Ad Clicked", "day 31 09:00 Product Viewed"],
        bo=["day 1 09:00 Ad Clicked", "day 31 09:00:00.000001 Product Viewed"],
    )
    assert shop.path("ana") == ["awareness advanced", "consideration lapsed"]
    assert shop.path("bo") == ["awareness lapsed", "consideration lapsed"]


def test_whole_days_between_date_only_events_are_exact_across_daylight_saving() -> None:
    sydney = SHOP.replace("time_zone: UTC", "time_zone: Australia/Sydney")
    shop = journeys_for(
        sydney,
        until="day 300",
        # Daylight saving ends on 2024-04-07 (day 98): 30 local days are 30 days and one hour.
        ana=["day 80 Ad Clicked", "day 110 Product Viewed"],
        bo=["day 80 Ad Clicked", "day 111 Product Viewed"],
    )
    assert shop.path("ana")[0] == "awareness advanced"
    assert shop.path("bo")[0] == "awareness lapsed"


def test_browsing_again_after_a_purchase_moves_no_stage_and_is_a_repeat_cycle() -> None:
    shop = journeys_for(
        until="day 100",
        ana=[
            "day 1 09:00 Order Completed",
            "day 20 09:00 Product Viewed",
            "day 21 09:00 Checkout Started",
            "day 21 09:10 Order Completed",
        ],
    )
    assert shop.path("ana")[-1] == "retention in_flight"
    assert shop.path("ana", track="repeat") == ["consideration advanced", "decision advanced"]


def test_a_return_and_a_win_back() -> None:
    shop = journeys_for(
        until="day 290",
        ana=["day 1 09:00 Order Completed", "day 250 09:00 Page Viewed", "day 255 09:00 Order Completed"],
    )
    assert shop.path("ana")[-2:] == ["retention lapsed", "retention in_flight"]
    assert "a return" in shop.because("ana")
    assert "It is a win-back" in shop.because("ana")


def test_a_value_in_another_currency_is_counted_as_left_out() -> None:
    shop = journeys_for(
        until="day 20",
        ana=["day 1 09:00 Order Completed value=40 currency=GBP"],
        bo=["day 1 09:00 Order Completed value=40"],
    )
    told = shop.workspace.stages().asked
    assert (told.currency, told.other_currencies) == ("EUR", 0)  # a property called currency is no currency
    foreign = SHOP.replace("currency: EUR", "currency: GBP")
    (shop.workspace.folder / "journey.yaml").write_text(foreign, "utf-8")
    sources = shop.workspace.folder / "sources.yaml"
    sources.write_text(sources.read_text("utf-8") + "    currency: EUR\n", "utf-8")
    again = Workspace.open(shop.workspace.folder, variables={})
    again.load()
    assert again.stages().asked.other_currencies == 2
