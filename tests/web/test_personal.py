"""No route gives a value that names people, by its column or by what it says, unless asked on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.personal import is_personal, names_person
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import small_shop
from tests.web.conftest import client_of, ended

API = "/api/v1"
PEOPLE = ("Ana", "Bela", "Cyd")
THINGS = ("Lamp", "Chair")
BY = "traits.first_name"
# Every question that can be parted by a column, or that has one as what it is told by.
PARTED: dict[str, dict[str, Any]] = {
    "attribution": {"conversion": "goal:decision"},
    "change": {"measure": "rate:decision", "a": "period:2024-Q2"},
    "friction": {},
    "funnel": {"steps": ["page", "cart"]},
    "lifetime-value": {},
    "paths": {},
    "promises": {},
    "retention": {},
    "transitions": {},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop whose visitors have names, contacts, a plan; they look at products on pages."""
    found = small_shop(tmp_path_factory.mktemp("personal") / "shop", 60)
    rows = (found / "visits.csv").read_text("utf-8").splitlines()
    wide = [rows[0] + ",first_name,contact,product_name,page_url"]
    for i, row in enumerate(rows[1:]):
        contact = f"{PEOPLE[i % 3].lower()}@shop.example"
        link = f"https://shop.example/p?user={PEOPLE[i % 3]}"
        wide.append(f"{row},{PEOPLE[i % 3]},{contact},{THINGS[i % 2]},{link}")
    (found / "visits.csv").write_text("\n".join(wide) + "\n", "utf-8")
    sources = (found / "sources.yaml").read_text("utf-8")
    told = "    traits: {first_name: first_name, contact: contact}\n"
    told += "    properties: {product_name: product_name, page_url: page_url}\n"
    sources = sources.replace("    text: note\n", "    text: note\n" + told)
    (found / "sources.yaml").write_text(sources, "utf-8")
    Workspace.open(found, clock=FixedClock()).load()
    return found


@pytest.fixture
def app(folder: Path) -> Iterator[TestClient]:
    with client_of(folder) as one:
        yield one


def names_in(text: str) -> list[str]:
    """Which of the people are told by a text, by name or by address."""
    return [one for one in PEOPLE if one in text or f"{one.lower()}@shop" in text]


def test_what_names_a_person_is_judged_by_one_rule() -> None:
    for name in ("name", "first_name", "userName", "email", "phone", "address_line_1", "zip", "birth_year"):
        assert names_person(name), name
    for name in (
        "product_name", "productName", "campaign_name", "ad_name", "Plan Name", "device", "email_opt_in",
        "card_type", "address_verified",
    ):  # fmt: skip
        assert not is_personal(name, "a"), name
    assert names_person("lead_name")  # which ends like ad_name
    assert is_personal("device", "ana@shop.example")


@pytest.mark.parametrize("name", sorted(PARTED))
def test_no_question_is_told_by_what_names_people(app: TestClient, name: str) -> None:
    said = app.post(f"{API}/ask/{name}", json={**PARTED[name], "by": BY})
    assert said.status_code == 400, said.text
    told = said.json()
    assert told["detail"].startswith(f"{BY} names people: ")
    assert "call it otherwise in sources.yaml" in told["hint"]
    table = app.post(f"{API}/ask/{name}/table", json={**PARTED[name], "by": BY})
    assert table.status_code == 400
    job = ended(app, app.post(f"{API}/ask/{name}/job", json={**PARTED[name], "by": BY}))
    assert job["state"] == "failed"
    assert not names_in(json.dumps([told, table.json(), job]))


@pytest.mark.parametrize("name", ["friction", "promises"])
def test_nothing_is_held_alike_by_what_names_people(app: TestClient, name: str) -> None:
    assert app.post(f"{API}/ask/{name}", json={**PARTED[name], "like": BY}).status_code == 400


@pytest.mark.parametrize("name", sorted(PARTED))
@pytest.mark.parametrize("by", ["traits.contact", "properties.page_url"])
def test_addresses_under_other_names_are_masked_in_groups_and_steps(
    app: TestClient, name: str, by: str
) -> None:
    said = app.post(f"{API}/ask/{name}", json={**PARTED[name], "by": by})
    table = app.post(f"{API}/ask/{name}/table", json={**PARTED[name], "by": by})
    assert not names_in(said.text + table.text)
    if name in ("attribution", "funnel", "paths", "transitions"):  # of so few others may have nothing to tell
        assert "•••" in said.text


def test_the_stages_are_not_parted_by_what_names_people(app: TestClient) -> None:
    assert app.get(f"{API}/stages", params={"by": BY}).status_code == 400
    asked = {"by": BY, "group": "Ana", "count": "entered"}
    assert app.get(f"{API}/stages/consideration/customers", params=asked).status_code == 400


def test_a_masked_group_of_a_stage_leads_to_those_whom_it_counts(app: TestClient) -> None:
    asked = {"by": "traits.contact"}
    said = app.get(f"{API}/stages", params=asked)
    assert said.status_code == 200, said.text
    assert not names_in(said.text)
    groups = said.json()["groups"]
    assert len({one["key"] for one in groups}) == len(groups) >= 3
    for group in groups:
        (stage,) = [one for one in group["stages"] if one["stage"] == "consideration"]
        params = {**asked, "group": group["key"], "count": "entered"}
        found = app.get(f"{API}/stages/consideration/customers", params=params)
        assert found.json()["total"] == stage["customers"]


def test_things_have_names_that_are_shown(app: TestClient) -> None:
    said = app.get(f"{API}/stages", params={"by": "properties.product_name"}).json()
    assert {one["label"] for one in said["groups"]} >= set(THINGS)
    ways = app.post(f"{API}/ask/transitions", json={"by": "product_name"})
    assert "Lamp" in ways.text


def test_nothing_that_names_people_is_offered_to_part_by(app: TestClient) -> None:
    columns = app.get(f"{API}/workspace/data").json()["columns"]
    assert BY not in columns
    assert {"traits.contact", "properties.product_name"} <= set(columns)


@pytest.mark.parametrize("column", [BY, "traits.contact"])
def test_a_rule_or_a_side_that_is_misspelt_is_not_told_whom_there_is(app: TestClient, column: str) -> None:
    offered = app.get(f"{API}/segments/traits")
    rows = [{"column": column, "how": "is", "values": ["Anna"]}]
    tried = app.post(f"{API}/segments/try", json={"text": None, "rows": rows})
    side = app.post(f"{API}/ask/comparison", json={"a": f"{column}=Anna"})
    assert (offered.status_code, tried.status_code, side.status_code) == (200, 200, 400)
    assert not names_in(offered.text + tried.text.replace("Anna", "") + side.text.replace("Anna", ""))


def test_what_is_misspelt_is_told_no_column_that_would_be_refused(app: TestClient) -> None:
    said = app.get(f"{API}/stages", params={"by": "traits.firstname"})
    assert said.status_code == 400
    assert "traits.contact" in said.json()["hint"]
    assert BY not in said.text


def test_suggestions_tell_no_values(app: TestClient) -> None:
    for name in PARTED:
        assert not names_in(app.get(f"{API}/questions/{name}/suggestion").text)


def test_customers_and_their_events_are_masked_as_before(app: TestClient) -> None:
    listed = app.get(f"{API}/customers")
    id = app.get(f"{API}/stages/consideration/customers", params={"count": "entered"}).json()["customers"][0][
        "id"
    ]
    whole, events = app.get(f"{API}/customers/{id}"), app.get(f"{API}/customers/{id}/events")
    assert not names_in(listed.text + whole.text + events.text)
    assert any(thing in events.text for thing in THINGS)
    shown = app.get(f"{API}/customers/{id}", params={"reveal": True})
    assert names_in(shown.text)
