"""Staff, tests and bots count nowhere, and every answer says who was left out and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desirepath.app.workspace import Workspace
from desirepath.core.errors import DefinitionError, NotFound
from desirepath.journey.read import read_journey
from desirepath.journey_map.report.build import facts
from desirepath.testing import FixedClock
from tests.commands import JOURNEY, cli, small_shop

EXCLUDE = """
exclude:
  staff: "identifiers.email like '%@shop.example'"
  bots: "count(event = 'Product Viewed') > 20"
  tests: "value = 999"
  loud: {rule: "ever(channel = 'fax')", label: Those who send faxes}
"""
# A colleague who orders, a robot that looks at everything, and a colleague who looks as much as the robot.
LOOKS = "".join(f"Product Viewed,2024-03-01T10:00:{i:02d}Z,robot,,web,\n" for i in range(30))
EAGER = "".join(f"Product Viewed,2024-03-02T10:00:{i:02d}Z,,eager@shop.example,web,\n" for i in range(21))
ORDERS = "s1,2024-03-03T10:00:00Z,boss@shop.example,50.00\n"


def opened(folder: Path) -> Workspace:
    return Workspace.open(folder, clock=FixedClock(datetime(2025, 1, 1, tzinfo=UTC)))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(
        tmp_path_factory.mktemp("exclude") / "shop", extra_visits=LOOKS + EAGER, extra_orders=ORDERS
    )
    (folder / "journey.yaml").write_text(JOURNEY + EXCLUDE, "utf-8")
    opened(folder).load()
    return folder


def test_each_name_tells_how_many_customers_and_events_it_leaves_out(shop: Path) -> None:
    found = {one.name: (one.customers, one.events) for one in opened(shop).stages().asked.excluded}
    # The eager colleague is staff, which is declared first, and is not counted among the bots as well.
    assert found == {"staff": (2, 22), "bots": (1, 30), "tests": (0, 0), "loud": (0, 0)}


def test_who_is_excluded_is_in_no_count_no_list_and_no_map(shop: Path, tmp_path: Path) -> None:
    plain = small_shop(tmp_path / "plain")
    opened(plain).load()
    with opened(plain).asking() as without, opened(shop).asking() as asking:
        counts = [(a.stage, a.customers, a.entered, a.succeeded, a.value_at_stake) for a in asking.stages()]
        assert counts == [
            (a.stage, a.customers, a.entered, a.succeeded, a.value_at_stake) for a in without.stages()
        ]
        assert asking.trails.events == without.trails.events
        assert asking.customers_with_events == without.customers_with_events
        # A promise made to the boss is no promise to a customer.
        assert len(asking.promises) == len(without.promises) > 0
    everybody = opened(shop).customers_in("consideration", "customers").column("customer")
    for who in ("boss@shop.example", "eager@shop.example", "anonymous_id:robot"):
        assert opened(shop).explain_customer(who).id not in everybody


def test_the_explanation_names_the_exclusion_its_rule_and_the_event(shop: Path) -> None:
    boss = opened(shop).explain_customer("boss@shop.example")
    assert boss.excluded == (
        "excluded as staff (identifiers.email like '%@shop.example'): "
        'event "Order Completed" of 2024-03-03 10:00, orders'
    )
    robot = opened(shop).explain_customer("robot")
    assert robot.excluded == (
        "excluded as bots (count(event = 'Product Viewed') > 20): all their events together"
    )
    assert opened(shop).explain_customer("c0@mail.example").excluded is None
    with pytest.raises(NotFound, match="has no visit: excluded as staff"):
        opened(shop).explain_visits("boss@shop.example")


def test_every_answer_says_so(shop: Path) -> None:
    assert "Excluded: Staff: 2 customers, 22 events; Bots: 1 customer, 30 events." in cli("stages", shop).out
    told = cli("stages", shop, "--json").json["excluded"]
    assert told[0] == {"name": "staff", "label": "Staff", "customers": 2, "events": 22}
    assert "Counts nowhere: excluded as bots" in cli("explain", "customer", shop, "robot").out
    drawn = opened(shop).map()
    assert "## Counted nowhere\n\n- Staff: 2 customers, 22 events\n- Bots: 1 customer, 30 events" in drawn.to(
        "md"
    )
    assert "<b>Bots</b> 1 customer " in drawn.to("html")
    assert "Counted nowhere. Staff: 2 customers, 22 events;" in drawn.to("svg")
    left_out = " ".join(text for name, text in facts(drawn) if name == "Counted nowhere")
    assert "Staff: 2 customers, 22 events" in left_out
    assert "Bots: 1 customer, 30 events" in left_out


def test_one_rule_without_a_name_still_does(shop: Path, tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "one", extra_orders=ORDERS)
    (folder / "journey.yaml").write_text(
        JOURNEY + "exclude: \"identifiers.email like '%@shop.example'\"\n", "utf-8"
    )
    opened(folder).load()
    (only,) = opened(folder).stages().asked.excluded
    assert (only.name, only.customers, only.events) == ("excluded", 1, 1)


def test_a_change_of_who_is_excluded_places_customers_anew(shop: Path, tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "changed", extra_orders=ORDERS)
    opened(folder).load()
    before = opened(folder).stages()["retention"].entered
    assert opened(folder).stages().asked.excluded == ()
    (folder / "journey.yaml").write_text(JOURNEY + EXCLUDE, "utf-8")
    assert opened(folder).stages()["retention"].entered == before - 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exclude: \"event ~ 'x'\"", "in exclude"),
        ("exclude: {staff: \"emale = 'x'\"}", "in exclude.staff"),
        ("exclude: {bots: \"count(evnt = 'x') > 2\"}", "in exclude.bots"),
        ("exclude: {bots: {rul: \"event = 'x'\"}}", 'unknown key "rul" in exclude.bots'),
        ("exclude: {our staff: \"event = 'x'\"}", '"our staff" is no id'),
        ("exclude: [\"event = 'x'\"]", "a rule is one text in exclude"),
        ("exclude: 7", "7 is a number, not true or false in exclude"),
    ],
)
def test_a_mistake_in_an_exclusion_is_told_with_its_name(text: str, said: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_journey(JOURNEY + text)
    assert said in str(error.value)
    assert "journey.yaml:20:" in str(error.value)
    assert len(error.value.problems) == 1


def test_a_rule_over_events_may_speak_of_counting(shop: Path) -> None:
    journey = read_journey(JOURNEY + "exclude: {odd: \"text = 'did they ever (count) it'\"}")
    assert not journey.exclude[0].rule.aggregates


def test_who_comes_to_be_excluded_with_new_events_is_so_at_once(tmp_path: Path) -> None:
    """Only the customers whom new events touch are looked at again; the answer is that of looking at all."""
    half = LOOKS.splitlines(keepends=True)[:15]
    folder = small_shop(tmp_path / "grows", 120, extra_visits="".join(half))
    (folder / "journey.yaml").write_text(JOURNEY + EXCLUDE, "utf-8")
    opened(folder).load()
    assert [one.customers for one in opened(folder).stages().asked.excluded] == [0, 0, 0, 0]
    with (folder / "visits.csv").open("a", encoding="utf-8") as visits:
        visits.write("".join(half).replace("2024-03-01", "2024-04-01"))
    with (folder / "orders.csv").open("a", encoding="utf-8") as orders:
        orders.write(ORDERS)
    opened(folder).load()
    grown = opened(folder).stages()
    assert [(one.customers, one.events) for one in grown.asked.excluded] == [(1, 1), (1, 30), (0, 0), (0, 0)]
    opened(folder).refresh(force=True)
    whole = opened(folder).stages()
    assert whole.asked.excluded == grown.asked.excluded
    assert [one.customers for one in whole] == [one.customers for one in grown]
