"""Customers over the API: found, masked unless shown on purpose, explained, and what may come of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.customers.masking import Masking
from desirepath.app.customers.whole import promise_state
from desirepath.app.workspace import Workspace
from desirepath.core.times import NEVER
from desirepath.testing import FixedClock
from tests.commands import small_shop
from tests.web.conftest import client_of, ended

V1 = "/api/v1/customers"
BEHIND = "/api/v1/ask/funnel/customers"
MAIL = "c6@mail.example"


def found(client: TestClient, text: str, **params: Any) -> list[dict[str, Any]]:
    said = client.post(f"{V1}/search", json={"text": text}, params=params)
    assert said.status_code == 200, said.text
    customers: list[dict[str, Any]] = said.json()["customers"]
    return customers


def id_of(client: TestClient, text: str = MAIL) -> str:
    (one,) = found(client, text)
    return str(one["id"])


def outlooks(client: TestClient) -> None:
    """Work them out, and wait for it."""
    told = ended(client, client.post(f"{V1}/outlooks"))
    assert told["state"] == "done", told


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_is_found_by_any_identifier_a_part_of_one_and_the_id(client: TestClient) -> None:
    id = id_of(client)
    assert id_of(client, MAIL.upper()) == id
    assert id_of(client, f"email:{MAIL}") == id
    assert id_of(client, "d6") == id  # a device, whole
    assert id in [one["id"] for one in found(client, "6@mail")]
    assert id_of(client, id) == id
    assert id in [one["id"] for one in found(client, id[:4])]
    assert found(client, "nobody at all") == []
    assert found(client, "") == []


def test_short_texts_find_whole_identifiers_only(client: TestClient) -> None:
    assert found(client, "c6") == []


def test_a_search_sends_no_more_than_was_asked_for_and_says_that_there_are_others(client: TestClient) -> None:
    said = client.post(f"{V1}/search", json={"text": "mail.example", "most": 5}).json()
    assert len(said["customers"]) == 5
    assert said["more"]
    seen = [one["last"] for one in said["customers"]]
    assert seen == sorted(seen, reverse=True)


def test_an_unknown_id_gets_the_nearest_one(client: TestClient) -> None:
    id = id_of(client)
    wrong = id[:-1] + ("x" if id[-1] != "x" else "y")
    said = client.get(f"{V1}/{wrong}")
    assert said.status_code == 404
    assert id in said.json()["hint"]
    assert "email" in client.get(f"{V1}/nobody-at-all").json()["hint"]


def test_traits_are_searched_by_name(shop_client: TestClient) -> None:
    some = found(shop_client, "region: WA")
    assert some
    assert all(
        one["matched"] == [{"name": "region", "value": "WA", "masked": False, "at": None}] for one in some
    )


# ── masked ───────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_that_names_a_person_is_sent_unless_asked_for(client: TestClient) -> None:
    id = id_of(client)
    pages = [f"{V1}/{id}", f"{V1}/{id}/events", f"{V1}/{id}/identity", f"{V1}/{id}/visits", f"{V1}/notable"]
    for page in pages:
        assert "mail.example" not in client.get(page).text, page
    assert "mail.example" not in client.post(f"{V1}/search", json={"text": MAIL}).text
    assert client.get(f"{V1}/{id}").json()["shown"] == f"{id[:4]}…"
    shown = client.get(f"{V1}/{id}/identity", params={"reveal": True}).json()
    assert MAIL in [one["value"] for one in shown["identifiers"]]
    told = client.get(f"{V1}/{id}/events", params={"reveal": True}).text
    assert MAIL in told


def test_a_value_has_one_mask_wherever_it_stands(client: TestClient) -> None:
    id = id_of(client)
    told = client.get(f"{V1}/{id}/identity").json()
    masks = {f"{one['kind']}:{one['value']}" for one in told["identifiers"]}
    assert {end for link in told["joined"] for end in (link["one"], link["other"])} <= masks
    events = client.get(f"{V1}/{id}/events").json()["events"]
    assert {f"{one['name']}:{one['value']}" for event in events for one in event["identifiers"]} <= masks


def test_traits_are_masked_by_their_name_and_by_what_they_say() -> None:
    hidden, shown = Masking(False, "salt", "UTC"), Masking(True, "salt", "UTC")
    for name, value in (("first_name", "Ana"), ("contact", "ana@shop.example"), ("call", "+61 2 9374 4000")):
        assert hidden.said(name, value).masked
        assert value not in hidden.said(name, value).value
        assert shown.said(name, value).value == value
    assert hidden.said("region", "WA").value == "WA"
    assert hidden.said("visits", 3.0).value == "3"
    assert Masking(False, "other", "UTC").value("Ana") != hidden.value("Ana")


# ── one customer ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_asked_for_by_e_mail_is_told_by_id(client: TestClient) -> None:
    id = id_of(client)
    told = client.get(f"{V1}/{MAIL}").json()
    assert told["id"] == id
    assert MAIL not in str(told)
    assert told["asked"]
    assert client.get(f"{V1}/{id}").json()["asked"] is None


def test_what_they_walked_and_brought(client: TestClient) -> None:
    told = client.get(f"{V1}/{id_of(client)}").json()
    assert [one["stage"] for one in told["bands"] if one["track"] == "journey"][:4] == [
        "awareness", "consideration", "decision", "retention",
    ]  # fmt: skip
    assert told["worth"]["purchases"] == 2
    assert told["worth"]["value"] == 5000
    assert len(told["points"]["at"]) == told["events"]
    assert {one["state"] for one in told["promises"]} == {"broken"}


def test_every_event_is_told_once_over_all_pages_and_by_channel(client: TestClient) -> None:
    id = id_of(client)
    told = client.get(f"{V1}/{id}").json()
    numbers: list[int] = []
    start: int | None = None
    while True:
        params = {"most": 2} | ({} if start is None else {"start": start})
        page = client.get(f"{V1}/{id}/events", params=params).json()
        numbers += [one["number"] for one in page["events"]]
        start = page["next"]
        if start is None:
            break
    assert numbers == list(reversed(range(told["events"])))
    ads = client.get(f"{V1}/{id}/events", params={"channel": "ads"}).json()
    assert ads["total"] == 1
    assert {one["channel"] for one in ads["events"]} == {"ads"}
    said = client.get(f"{V1}/{id}/events", params={"channel": "adds"})
    assert 'Did you mean "ads"' in said.json()["hint"]


def test_traits_of_a_customer_with_very_many_events_are_the_same(
    shop_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = shop_client.get(f"{V1}/notable").json()["valuable"][0]["id"]
    few = shop_client.get(f"{V1}/{id}").json()["traits"]
    assert {one["name"] for one in few} >= {"region", "device"}
    monkeypatch.setattr("desirepath.app.customers.whole._FEW", 0)
    assert shop_client.get(f"{V1}/{id}").json()["traits"] == few


def test_an_event_says_what_it_did_by_which_rule_and_where_it_was_recorded(client: TestClient) -> None:
    events = client.get(f"{V1}/{id_of(client)}/events").json()["events"]
    order = next(one for one in reversed(events) if one["event"] == "Order Completed")
    assert order["did"] == ["the goal of Decision", "entered Retention"]
    assert {(one["stage"], one["what"]) for one in order["evidence"]} >= {
        ("decision", "goal"),
        ("retention", "enter"),
    }
    assert order["file"] == "orders.csv"
    assert order["stage"] == "retention"


def test_the_states_of_a_promise() -> None:
    assert promise_state(10, 9, NEVER, 50) == "kept"
    assert promise_state(10, 11, NEVER, 50) == "late"
    assert promise_state(10, NEVER, NEVER, 10) == "broken"
    assert promise_state(10, NEVER, NEVER, 9) == "open"
    assert promise_state(10, NEVER, 5, 50) == "void"
    assert promise_state(NEVER, 9, NEVER, 50) == "without_term"
    assert promise_state(NEVER, NEVER, NEVER, 50) == "open"


def test_who_waits_longer_than_promised_is_named_first_of_all(client: TestClient) -> None:
    told = client.get(f"{V1}/notable").json()
    assert told["waiting"]
    assert all(one["note"] for one in told["waiting"])
    values = [one["value"] for one in told["valuable"]]
    assert values == sorted(values, reverse=True)
    assert values[0] == 5000


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[TestClient]:
    """A shop in which somebody was excluded, and another came to be known by a second load."""
    early = "Ad Clicked,2024-03-01T09:00:00Z,dx,,ads,\n"
    folder = small_shop(tmp_path / "shop", 12, extra_visits=early)
    journey = folder / "journey.yaml"
    rule = "exclude:\n  staff: \"id.email = 'c3@mail.example'\"\n"
    journey.write_text(journey.read_text("utf-8") + rule, "utf-8")
    shop = Workspace.open(folder, clock=FixedClock())
    shop.load()
    with shop.asking() as asking:
        asked = "SELECT c.id FROM customers c JOIN identifiers i USING (customer) WHERE i.value = 'dx'"
        (folder / "before.txt").write_text(str(asking.store.value(asked)), "utf-8")
    visits = folder / "visits.csv"
    later = "Product Viewed,2024-03-02T09:00:00Z,dx,new@mail.example,web,\n"
    visits.write_text(visits.read_text("utf-8") + later, "utf-8")
    shop.load()
    with client_of(folder) as client:
        yield client


def test_an_earlier_id_leads_to_who_it_is_today(changed: TestClient, tmp_path: Path) -> None:
    before = (tmp_path / "shop" / "before.txt").read_text("utf-8")
    told = changed.get(f"{V1}/{before}").json()
    assert told["id"] == id_of(changed, "new@mail.example") != before
    assert told["asked"]
    (one,) = found(changed, before)
    assert one["matched"][0]["name"] == "earlier id"
    changes = changed.get(f"{V1}/{told['id']}/identity").json()["changes"]
    assert changes
    assert before not in str(changes)
    assert "new@mail" not in str(changes)


def test_who_is_excluded_is_found_and_says_why(changed: TestClient) -> None:
    (one,) = found(changed, "c3@mail.example")
    assert one["excluded"]
    told = changed.get(f"{V1}/{one['id']}").json()
    assert told["excluded"].startswith("excluded as staff")
    assert "c3@mail" not in str(told)
    assert told["events"] == 0
    assert told["bands"] == []
    assert changed.get(f"{V1}/{one['id']}/identity").json()["excluded"]
    assert changed.get(f"{V1}/{one['id']}/events").json() == {"events": [], "total": 0, "next": None}


# ── lists, and what may come ─────────────────────────────────────────────────────────────────────────────


def test_the_list_behind_a_number_is_whole_and_in_order(client: TestClient) -> None:
    steps = {"steps": ["page", "goal:decision"], "within": "14 days"}
    members = client.post(BEHIND, params={"count": "converted"}, json=steps).json()
    asked = {"count": "converted", "most": 7, "order": "value"}
    rows: list[dict[str, Any]] = []
    while len(rows) < members["total"]:
        params = {**asked, "start": len(rows)}
        page = client.post(BEHIND, params=params, json=steps).json()
        assert page["total"] == members["total"]
        rows += page["customers"]
    assert {one["id"] for one in rows} == {one["id"] for one in members["customers"]}
    assert [one["value"] for one in rows] == sorted((one["value"] for one in rows), reverse=True)
    said = client.post(BEHIND, params={"count": "convrted"}, json=steps)
    assert said.status_code == 404
    assert "converted" in said.json()["hint"]


def test_an_outlook_says_why_there_is_none(client: TestClient) -> None:
    id = id_of(client)
    assert client.get(f"{V1}/{id}/outlook").json()["ready"] is False
    outlooks(client)
    told = client.get(f"{V1}/{id}/outlook").json()
    assert told["ready"]
    assert told["rhythm"] is None
    assert "needed" in told["rhythm_why"]
    assert all(one["probability"] is None and one["why"] for one in told["forecasts"])


def test_an_outlook_is_the_questions_own_answer(shop_client: TestClient) -> None:
    outlooks(shop_client)
    answer = shop_client.post("/api/v1/ask/overdue", json={}).json()
    listed = shop_client.get(f"{V1}/overdue").json()
    assert listed["says"] == answer["says"][0]
    table = answer["tables"]["customers"]
    names = [one["name"] for one in table["columns"]]
    first = dict(zip(names, table["rows"][0], strict=True))
    assert listed["customers"][0]["id"] == first["customer"]
    told = shop_client.get(f"{V1}/{first['customer']}/outlook").json()
    assert told["rhythm"]["usual"] == pytest.approx(first["usual_gap"])
    assert told["rhythm"]["rings"]
    values = shop_client.post("/api/v1/ask/lifetime-value", json={}).json()["tables"]["customers"]
    names = [one["name"] for one in values["columns"]]
    best = dict(zip(names, values["rows"][0], strict=True))
    lifetime = shop_client.get(f"{V1}/{best['customer']}/outlook").json()["lifetime"]
    assert lifetime["value"]["value"] == pytest.approx(best["value"])
    for one in shop_client.get(f"{V1}/{best['customer']}/outlook").json()["forecasts"]:
        assert one["better"] or one["probability"] is None or one["plain"] is not None


def test_two_who_ask_at_once_share_the_work(client: TestClient) -> None:
    outlooks(client)
    first, second = (client.post(f"{V1}/outlooks").json() for _ in range(2))
    assert {first["state"], second["state"]} <= {"running", "done"}


def test_who_is_behind_a_number_is_told_in_one_shape_by_whatever_has_numbers(client: TestClient) -> None:
    paths = client.app.openapi()["paths"]  # type: ignore[attr-defined]  # of FastAPI
    told = {
        path: one["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for path, methods in paths.items()
        for one in methods.values()
        if path.endswith(("/members", "}/customers"))
    }
    assert told == dict.fromkeys(
        ("/api/v1/ask/{name}/customers", "/api/v1/stages/{id}/customers"), "CustomersListed"
    )
