"""One workspace, several journeys: one store of events, and customers, stages and maps for each journey."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import desirepath
from desirepath.app.workspace import Workspace
from desirepath.core.errors import DefinitionError, NotFound
from desirepath.testing import FixedClock
from tests.commands import cli, process, small_shop

# The buyer's journey: who has looked, who has bought. It ends there.
BUYER = """
journey: Becoming a buyer
kind: buyer
stages:
  looking: {enter: "event = 'Product Viewed'", goal: "event = 'Order Completed'", lapse_after: 20 days}
"""
# Every second person of these firms looked, and the firm bought as one.
FIRMS = """
journey: Firms
customer: account
stages:
  interest: {enter: "event = 'Product Viewed'", lapse_after: 30 days}
  contract: {enter: "event = 'Contract Signed'", lapse_after: 365 days}
"""
PEOPLE = """
journey: People
time_zone: Australia/Sydney
currency: AUD
stages:
  interest: {enter: "event = 'Product Viewed'", lapse_after: 30 days}
  contract: {enter: "event = 'Contract Signed'", lapse_after: 365 days}
identity:
  identifiers:
    email: {known: true}
"""
WORK = """
sources:
  work:
    files: work.csv
    event: {column: event}
    time: time
    identifiers: {email: email, account_id: firm}
"""
WORK_ROWS = """event,time,email,firm
Product Viewed,2024-01-01T09:00:00Z,ana@x.example,xco
Product Viewed,2024-01-02T09:00:00Z,bo@x.example,xco
Contract Signed,2024-01-03T09:00:00Z,cy@x.example,xco
Product Viewed,2024-01-02T09:00:00Z,dee@y.example,yco
"""


def opened(folder: Path, journey: str | None = None) -> Workspace:
    return Workspace.open(folder, journey, clock=FixedClock(datetime(2025, 1, 1, tzinfo=UTC)))


def customers(folder: Path, journey: str | None = None) -> dict[str, int]:
    return {one.stage: one.entered for one in opened(folder, journey).stages()}


def builds(folder: Path) -> int:
    return len(list((folder / ".desirepath" / "trails").iterdir()))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(tmp_path_factory.mktemp("several") / "shop")
    (folder / "buyer.journey.yaml").write_text(BUYER, "utf-8")
    opened(folder).load()
    return folder


@pytest.fixture
def own(two: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two, tmp_path / "shop"))


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firms")
    for name, text in (
        ("journey.yaml", PEOPLE),
        ("firms.journey.yaml", FIRMS),
        ("sources.yaml", WORK),
        ("work.csv", WORK_ROWS),
    ):
        (folder / name).write_text(text, "utf-8")
    opened(folder).load()
    return folder


def test_every_journey_has_its_own_stages_and_customers_from_one_load(two: Path) -> None:
    assert opened(two).journeys == {"main": "A shop", "buyer": "Becoming a buyer"}
    assert set(customers(two)) == {"awareness", "consideration", "decision", "retention"}
    looked = customers(two)["consideration"]
    assert customers(two, "buyer") == {"looking": looked}
    assert customers(two, "main") == customers(two)
    assert builds(two) == 2


def test_nothing_is_made_again_by_asking_one_journey_after_the_other(own: Path) -> None:
    before = sorted((own / ".desirepath" / "trails").iterdir())
    for _ in range(2):
        customers(own, "buyer")
        customers(own)
    opened(own, "buyer").load()
    assert sorted((own / ".desirepath" / "trails").iterdir()) == before


def test_a_change_of_one_definition_makes_only_that_journey_again(own: Path) -> None:
    before = set((own / ".desirepath" / "trails").iterdir())
    file = own / "buyer.journey.yaml"
    file.write_text(file.read_text("utf-8").replace("20 days", "21 days"), "utf-8")
    states = dict(
        zip(*(opened(own).journeys_table().column(name) for name in ("name", "state")), strict=True)
    )
    assert states == {"main": "current", "buyer": "changed"}
    customers(own)
    assert set((own / ".desirepath" / "trails").iterdir()) == before
    customers(own, "buyer")
    assert len(set((own / ".desirepath" / "trails").iterdir()) & before) == 1
    assert builds(own) == 2


def test_people_and_their_firms_are_two_journeys_over_the_same_events(firms: Path) -> None:
    assert customers(firms) == {"interest": 3, "contract": 1}
    assert customers(firms, "firms") == {"interest": 2, "contract": 1}
    ana = opened(firms).explain_customer("ana@x.example")
    assert {one.kind for one in ana.identifiers} == {"email"}
    x = opened(firms, "firms").explain_customer("ana@x.example")
    assert {(one.kind, one.value) for one in x.identifiers} == {
        ("account_id", "xco"), ("email", "ana@x.example"), ("email", "bo@x.example"), ("email", "cy@x.example"),
    }  # fmt: skip


def test_what_a_business_has_once_is_taken_from_the_main_journey(firms: Path) -> None:
    (main, other) = (opened(firms).journey, opened(firms, "firms").journey)
    assert (other.time_zone, other.currency) == ("Australia/Sydney", "AUD")
    assert main.identity.identifiers
    assert not other.identity.identifiers  # of people; this journey follows accounts


def test_two_who_are_not_one_person_may_be_of_one_firm(firms: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(firms, tmp_path / "firms"))
    opened(folder).keep_apart("email:ana@x.example", "email:bo@x.example")
    assert len(opened(folder).explain_customer("ana@x.example").decisions) == 1
    assert customers(folder, "firms") == {"interest": 2, "contract": 1}
    assert opened(folder, "firms").explain_customer("ana@x.example").decisions == ()


def test_a_decision_about_people_holds_in_every_journey_of_people(own: Path) -> None:
    before = opened(own, "buyer").explain_customer("c0@mail.example").id
    assert opened(own, "buyer").explain_customer("anonymous_id:d0").id == before
    opened(own).keep_apart("anonymous_id:d0", "email:c0@mail.example")
    assert opened(own, "buyer").explain_customer("anonymous_id:d0").id != before
    opened(own, "buyer").keep_apart("anonymous_id:d0", "email:c0@mail.example", withdraw=True)
    assert opened(own).explain_customer("anonymous_id:d0").id == before


def test_a_journey_that_is_gone_leaves_nothing_behind(own: Path) -> None:
    (own / "buyer.journey.yaml").unlink()
    opened(own).load()
    assert builds(own) == 1
    with opened(own).asking() as asking:
        assert asking.store.rows("SELECT 1 FROM duckdb_tables() WHERE schema_name <> 'main'") == []
        assert asking.store.rows("SELECT 1 FROM meta WHERE key LIKE 'build.%'") == []
    with pytest.raises(NotFound, match='there is no journey "buyer"'):
        opened(own, "buyer")


def test_a_journey_written_after_the_load_is_placed_when_it_is_asked(own: Path) -> None:
    (own / "again.journey.yaml").write_text(BUYER, "utf-8")
    assert customers(own, "again") == customers(own, "buyer")
    assert builds(own) == 3


def test_a_mistake_in_one_journey_stops_the_load_before_it_begins(own: Path) -> None:
    with (own / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("new,2024-09-01,c1@mail.example,7.00\n")
    (own / "buyer.journey.yaml").write_text(BUYER.replace("goal", "gaol"), "utf-8")
    said = cli("load", own)
    assert said.code == 3
    assert "buyer.journey.yaml:5: unknown key" in said.err
    assert cli("stages", own).code == 0  # the main journey has no mistake
    (own / "buyer.journey.yaml").write_text(BUYER, "utf-8")
    assert opened(own).load().events == 1


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("my buyers.journey.yaml", '"my buyers" cannot be the name of a journey'),
        ("main.journey.yaml", 'the journey "main" stands in journey.yaml already'),
        ("Buyer.journey.yaml", 'the journey "Buyer" stands in buyer.journey.yaml already'),
        ("bayer.map.yaml", 'there is no journey "bayer" for this map'),
    ],
)
def test_a_file_that_can_be_no_journey_is_told(own: Path, file: str, said: str) -> None:
    (own / file).write_text(BUYER, "utf-8")
    with pytest.raises(DefinitionError) as error:
        opened(own).load()
    told = str(error.value)
    if file == "Buyer.journey.yaml":  # which of the two is first is the file system's choice
        assert "stands in" in told
    else:
        assert said in told


def test_every_command_that_asks_can_ask_another_journey(own: Path) -> None:
    said = cli("stages", own, "--journey", "buyer", "--json")
    assert [one["stage"] for one in said.json["stages"]] == ["looking"]
    assert cli("map", own, "--journey", "buyer").code == 0
    assert cli("map", own).code == 0
    assert "Becoming a buyer" in (own / "buyer.map.html").read_text("utf-8")
    assert "A shop" in (own / "map.html").read_text("utf-8")
    assert "looking" in cli("explain", "visit", own, "c0@mail.example", "--journey", "buyer").out
    assert cli("explain", "customer", own, "c0@mail.example", "--journey", "buyer").code == 0
    assert cli("identity", "merges", own, "--journey", "buyer").code == 0
    listed = cli("journeys", own, "--json").json["journeys"]
    assert [(one["name"], one["stages"], one["state"]) for one in listed][1] == (
        "buyer", ["looking"], "current",
    )  # fmt: skip
    wrong = cli("stages", own, "--journey", "byer")
    assert wrong.code == 1
    assert 'Did you mean "buyer"? Journeys: main, buyer.' in wrong.err


def test_the_library_opens_a_journey_by_name(two: Path) -> None:
    assert [one.stage for one in desirepath.open(two, journey="buyer").stages()] == ["looking"]


def test_a_map_of_its_own_is_read_beside_the_journey(own: Path) -> None:
    (own / "buyer.map.yaml").write_text("pain_points:\n  looking: Too many pages.\n", "utf-8")
    assert "Too many pages." in opened(own, "buyer").map().to("md")
    assert "Too many pages." not in opened(own).map().to("md")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("desirepath stages {} --journey ", {"main", "buyer"}),
        ("desirepath map {} --journey b", {"buyer"}),
        ("desirepath stages {} --journey buyer --members l", {"looking:"}),
        ("desirepath explain visit {} --journey buyer ana ", {"looking"}),
    ],
)
def test_journeys_and_their_stages_are_completed(two: Path, typed: str, offered: set[str]) -> None:
    words = typed.format(two)
    said = process(
        _DESIREPATH_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
    )
    assert set(said.out.split()) == offered
