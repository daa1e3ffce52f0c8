"""Attribution, asked of stories: what is a touch, what is in flight, whose an order is, who is behind a count."""

from __future__ import annotations

from typing import Any

import pytest

from desirepath import Attribution
from desirepath.app.questions.answer import Answer
from desirepath.app.questions.question import QuestionError
from desirepath.testing.journeys import SHOP, Journeys, journeys_for
from tests.commands import cli

SHOP_WITH_BUYERS = SHOP + "segments: {buyers: \"ever(event = 'Order Completed')\"}\n"


@pytest.fixture(scope="module")
def shop() -> Journeys:
    """Thirty meet an ad, then search, then buy; ten of them again. Five are in flight, five were lost."""
    stories: dict[str, list[str]] = {}
    for i in range(30):
        stories[f"a{i}"] = [
            "day 1 09:00 Ad Clicked channel=ads campaign=spring",
            "day 1 09:10 Product Viewed channel=web",
            "day 3 10:00 Page Viewed channel=search",
            "day 3 10:05 Order Completed channel=web value=50",
            "day 4 09:00 Parcel Sent channel=mail by=business",
        ]
        if i < 10:
            stories[f"a{i}"].append("day 9 12:00 Order Completed channel=web value=70")
    for i in range(5):
        stories[f"b{i}"] = ["day 80 09:00 Ad Clicked channel=ads campaign=autumn"]
        stories[f"c{i}"] = ["day 10 09:00 Page Viewed channel=search"]
    return journeys_for(SHOP_WITH_BUYERS, until="day 100", **stories)


def ask(shop: Journeys, **fields: Any) -> Answer[Any]:
    return shop.workspace.ask(Attribution(**fields))


def rows(answer: Answer[Any], *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*(answer.table.column(name) for name in ("channel", *columns)), strict=True))


def test_a_session_is_one_touch_by_how_it_began(shop: Journeys):
    """The product page lies in the ad's session; the parcel is no touch of the customer's."""
    answer = ask(shop)
    assert rows(answer, "first", "last", "linear") == [
        ("ads", 30, 0, 15),
        ("search", 0, 30, 15),
        ("(no touch)", 10, 10, 10),
    ]
    assert (answer.result.converted, answer.result.credited) == (40, 30)
    assert answer.says[0].startswith(
        "Of 40 conversions (by 30 customers) 30 came after a touch within 30 days"
    )


def test_all_actions_or_all_events_can_be_touches(shop: Journeys):
    actions = dict(rows(ask(shop, touches="actions"), "linear"))
    assert actions == pytest.approx({"ads": 10, "search": 10, "web": 10, "(no touch)": 10})
    # The parcel is met on the way to the second order.
    assert ("mail", 10) in rows(ask(shop, touches="all"), "last")


def test_who_may_still_buy_is_in_flight(shop: Journeys):
    answer = ask(shop)
    assert (answer.result.lost, answer.result.in_flight) == (5, 5)
    assert any("5 are in flight" in said for said in answer.says)
    later = ask(shop, lookback="10 days")
    assert (later.result.lost, later.result.in_flight) == (10, 0)


def test_lists_are_the_counts(shop: Journeys):
    answer = ask(shop)
    assert {name: len(answer.members(name)) for name in answer.lists} == {
        "converted": 30, "lost": 5, "in flight": 5, "credited ads": 30, "credited search": 30,
    }  # fmt: skip
    customers = answer.table_named("journeys").column("customers_converted")
    assert customers == [len(answer.members(f"credited {name}")) for name in ("ads", "search")]


def test_a_pass_or_a_visit_holds_its_own_conversion(shop: Journeys):
    """Nobody was in the decision stage before they ordered: the touches were in earlier visits of the same pass."""
    assert ("search", 30) in rows(ask(shop, lookback="pass", models=["last"]), "last")
    by_visit = ask(shop, lookback="visit", models=["last"])
    # Awareness ended with the product page: what came then is the visit that the order ended.
    assert ("search", 30) in rows(by_visit, "last")
    assert by_visit.result.lost == 35


def test_first_conversions_a_period_and_a_segment(shop: Journeys):
    assert ask(shop, count="first").result.converted == 30
    assert ask(shop, until="2024-01-05").result.converted == 30
    assert ask(shop, since="2024-01-05").result.converted == 10
    # Nobody had bought when they met the ad; of the second orders, all had.
    buyers = ask(shop, segment="buyers")
    assert (buyers.result.converted, buyers.result.untouched, buyers.result.lost) == (10, 10, 0)


def test_by_another_column_and_direct_only_where_alone(shop: Journeys):
    by_campaign = ask(shop, by="campaign", models=["last"])
    assert rows(by_campaign, "last") == [("spring", 30), ("autumn", 0), ("(no touch)", 10)]
    direct = ask(shop, direct=["search"])
    assert rows(direct, "last")[:1] == [("ads", 30)]
    assert direct.result.lost == 5  # who met nothing but search


@pytest.mark.parametrize(
    ("fields", "said", "hint"),
    [
        ({"by": "chanel"}, 'nothing can be credited by "chanel"', '"channel"'),
        ({"by": "id.user_id"}, "names customers", "channel"),
        ({"direct": ["serach"]}, 'there is no channel "serach"', '"search"'),
        ({"lookback": "a while"}, "lookback", "30 days"),
        ({"lookback": "99999999999999 days"}, "longer than all the time there is", "36500 days"),
        ({"position": "50/50"}, "not three shares of 100", "40/20/40"),
        ({"models": ["markow"]}, 'cannot be "markow"', '"markov"'),
        ({"models": []}, "names no model", "all of them"),
        ({"conversion": "Order Complete"}, "Order Complete", '"Order Completed"'),
        ({"half_life": "0 days"}, "no time at all", "30 days"),
        ({"modles": ["last"]}, 'has no "modles"', '"models"'),
    ],
)
def test_a_mistake_is_named_with_its_nearest_fix(
    shop: Journeys, fields: dict[str, Any], said: str, hint: str
):
    with pytest.raises(QuestionError) as error:
        ask(shop, **fields)
    assert said in str(error.value)
    assert hint in str(error.value)


def test_an_order_too_high_for_so_many_channels_is_refused(shop: Journeys):
    assert ask(shop, order=3, models=["markov"]).result.credits["markov"].conversions.sum() == 30
    with pytest.raises(QuestionError, match="order"):
        ask(shop, order=9)


def test_nobody_converted_and_nothing_at_all():
    quiet = journeys_for(until="day 100", ana=["day 1 09:00 Ad Clicked channel=ads"])
    answer = quiet.workspace.ask(Attribution())
    assert "Nobody converted" in answer.says[0]
    assert answer.result.base.known is False
    nothing = quiet.workspace.ask(Attribution(since="2030-01-01"))
    assert (nothing.result.lost, nothing.result.in_flight, len(nothing.members("lost"))) == (0, 0, 0)


def test_the_command_says_the_same(shop: Journeys):
    said = cli(
        "ask", "attribution", shop.workspace.folder, "--models", "last", "--models", "markov", "--json"
    )
    assert said.code == 0, said.err
    assert said.json["says"][0] == ask(shop, models=["last", "markov"]).says[0]
    who = cli("ask", "attribution", shop.workspace.folder, "--members", "in flight")
    assert len(who.out.split()) == 5
    wrong = cli("ask", "attribution", shop.workspace.folder, "--by", "chanel")
    assert wrong.code != 0
    assert "channel" in wrong.err
