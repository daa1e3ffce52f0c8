"""Segments and personas by the API: counted, tried as rows and as text, written into journey.yaml, renamed, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.rule_rows import rows_of, rule_of
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import small_shop
from tests.web.conftest import client_of

API = "/api/v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = small_shop(tmp_path / "shop", 40)
    Workspace.open(found, clock=FixedClock()).load()
    return found


@pytest.fixture
def own(folder: Path) -> Iterator[TestClient]:
    """The app on a workspace that may be written."""
    with client_of(folder) as one:
        yield one


def people(client: TestClient) -> dict[str, dict[str, Any]]:
    said = client.get(f"{API}/segments")
    assert said.status_code == 200, said.text
    return {one["counted"]["id"]: one for one in said.json()["people"]}


def tried(client: TestClient, **asked: Any) -> dict[str, Any]:
    said = client.post(f"{API}/segments/try", json=asked)
    assert said.status_code == 200, said.text
    return dict(said.json())


# ── a rule while it is written ───────────────────────────────────────────────────────────────────────────


def test_the_count_of_a_rule_is_the_one_that_the_segment_has_once_it_is_saved(own: TestClient) -> None:
    rule = "ever(event = 'Order Completed')"
    live = tried(own, text=rule)
    assert live["customers"] > 0
    assert live["share"]["n"] == live["of"]
    saved = own.put(f"{API}/segments/bought", json={"label": "Have bought", "rule": rule})
    assert saved.status_code == 200, saved.text
    assert people(own)["bought"]["counted"]["customers"] == live["customers"]


def test_rows_and_text_say_the_same(own: TestClient) -> None:
    by_text = tried(own, text="ever(event = 'Order Completed') and not ever(event = 'Nothing')")
    assert [row["often"] for row in by_text["rows"]] == ["ever", "never"]
    by_rows = tried(own, text=None, rows=by_text["rows"], join=by_text["join"])
    assert by_rows["rule"] == by_text["rule"]
    assert by_rows["customers"] == by_text["customers"]


def test_a_mistake_stands_at_its_row(own: TestClient) -> None:
    rows = [{"what": "event:Order Completed"}, {"column": "traits.device", "how": "more", "values": []}]
    found = tried(own, text=None, rows=rows)
    assert [one["row"] for one in found["mistakes"]] == [1]
    assert found["customers"] is None


def test_what_the_data_never_say_is_told_with_the_nearest_that_they_do(own: TestClient) -> None:
    found = tried(own, text=None, rows=[{"what": "event:Order Complete"}])
    assert found["customers"] == 0
    (notice,) = found["notices"]
    assert notice["row"] == 0
    assert 'Did you mean "Order Completed"?' in notice["hint"]


def test_values_that_name_a_person_are_not_offered(folder: Path) -> None:
    source = "sources.yaml"
    said = (
        (folder / source)
        .read_text("utf-8")
        .replace("    value: total", "    value: total\n    traits: [who, full_name, plan]")
    )
    (folder / source).write_text(said, "utf-8")
    rows = ["order_no,paid_at,email,total,who,full_name,plan"]
    rows += [
        f"{n},2024-03-0{n}T10:00:00Z,c{n}@mail.example,9.00,c{n}@mail.example,Ana {n},gold" for n in (1, 2)
    ]
    (folder / "orders.csv").write_text("\n".join(rows) + "\n", "utf-8")
    Workspace.open(folder, clock=FixedClock()).load()
    with client_of(folder) as client:
        told = {one["column"]: one for one in client.get(f"{API}/segments/traits").json()}
        assert told["traits.plan"]["values"] == ["gold"]
        assert (told["traits.who"]["values"], told["traits.full_name"]["values"]) == ([], [])
        assert told["traits.full_name"]["different"] == 2
        row = {"column": "traits.full_name", "how": "is", "values": ["An"]}
        (notice,) = tried(client, rows=[row])["notices"]
        assert "Ana" not in notice["hint"]


def test_a_rule_that_cannot_be_read_says_where(own: TestClient) -> None:
    found = tried(own, text="traits.device = ")
    assert found["rows"] is None
    assert "traits.device" in found["mistakes"][0]["hint"]


@pytest.mark.parametrize(
    "rule",
    [
        "traits.device = 'mobile'",
        "traits.device <> 'it''s' or traits.age >= 30",
        "traits.device in ('a', 'b')",
        "traits.device not in ('a', 'b')",
        'traits."unit price" is not null',
        "id.email is null",
        "traits.plan = 3",
        "count(event = 'Order Completed') >= 2 and not ever(event = 'Refund')",
        "count(event = 'Order Completed') = 0",
        "ever(event = 'Order Completed' and properties.gift = 'yes')",
    ],
)
def test_a_rule_that_rows_can_say_comes_back_as_it_was(rule: str, folder: Path) -> None:
    journey = Workspace.open(folder).journey
    found = rows_of(rule, journey)
    assert found is not None
    assert rule_of(*found, journey) == rule


@pytest.mark.parametrize(
    "rule",
    [
        "lower(traits.device) = 'mobile'",
        "(traits.a = 'b' or traits.c = 'd') and ever(event = 'X')",
        "not (traits.a = 'b' and traits.c = 'd')",
        "count(event = 'X') > count(event = 'Y')",
    ],
)
def test_a_rule_that_rows_cannot_say_stays_text(rule: str, folder: Path) -> None:
    assert rows_of(rule, Workspace.open(folder).journey) is None


# ── faces ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_face_says_what_they_do_and_are_worth_beside_all_others(shop_client: TestClient) -> None:
    said = shop_client.post(f"{API}/segments/face", json={"rule": "persona:loyal_fan"})
    assert said.status_code == 200, said.text
    face = said.json()
    assert face["customers"] == people(shop_client)["loyal_fan"]["counted"]["customers"]
    assert face["as_of"]
    assert face["more"][0]["difference"]["low"] > 0
    assert face["worth"]["value"] > face["worth_beside"]["value"]
    assert face["measures"]
    assert all("@" not in one["text"] for one in face["quotes"])
    assert face["quotes"]


def test_candidates_come_as_a_job_with_their_rule_and_how_well_it_means_them(shop_client: TestClient) -> None:
    job = shop_client.post(f"{API}/segments/candidates", json={}).json()
    with shop_client.stream("GET", f"{API}/jobs/{job['id']}/events") as events:
        last = [line for line in events.iter_lines() if line][-1]
    assert '"done"' in last
    found = shop_client.get(f"{API}/segments/candidates/{job['id']}").json()
    assert found["says"]
    for one in found["candidates"]:
        assert one["precision"]["value"] > 0.5
        assert one["rule"]
        assert one["face"]["customers"] == one["customers"]


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_saving_keeps_everything_else_in_the_file_and_a_copy_of_what_it_said(
    own: TestClient, folder: Path
) -> None:
    file = folder / "journey.yaml"
    before = file.read_text("utf-8")
    body = {"label": "Quick ones", "about": "They come, they buy.", "rule": "ever(event = 'Order Completed')"}
    assert own.put(f"{API}/segments/quick", json=body).status_code == 200
    after = file.read_text("utf-8")
    new = [line for line in after.splitlines() if line not in before.splitlines()]
    assert any("quick:" in line for line in new)
    assert all(line in after.splitlines() for line in before.splitlines())
    (copy,) = (folder / ".desirepath" / "kept" / "journey.yaml").iterdir()
    assert copy.read_text("utf-8") == before


def test_a_segment_is_changed_renamed_and_deleted(own: TestClient, folder: Path) -> None:
    rule = "ever(event = 'Order Completed')"
    own.put(f"{API}/segments/one", json={"rule": rule})
    own.put(f"{API}/personas/face_of_one", json={"label": "One", "rule": "one"})
    assert people(own)["one"]["used_by"] == ["face_of_one"]
    assert own.put(f"{API}/segments/two", json={"rule": rule, "was": "one"}).status_code == 200
    assert people(own)["two"]["used_by"] == ["face_of_one"]
    refused = own.delete(f"{API}/segments/two")
    assert (refused.status_code, refused.json()["code"]) == (409, "definition_refused")
    assert own.delete(f"{API}/personas/face_of_one").status_code == 200
    assert own.delete(f"{API}/segments/two").status_code == 200
    assert "two" not in people(own)
    assert own.delete(f"{API}/segments/two").json()["code"] == "not_found"


def test_nobody_overwrites_what_they_have_not_seen(own: TestClient, folder: Path) -> None:
    opened = people(own)["from_ads"]["counted"]
    seen = {name: opened[name] for name in ("label", "about", "rule")}
    mine = {"label": "Mine", "rule": "ever(channel = 'web')", "was": "from_ads", "seen": seen}
    assert own.put(f"{API}/segments/from_ads", json=mine).status_code == 200
    said = own.put(f"{API}/segments/from_ads", json={**mine, "label": "Theirs"})
    assert (said.status_code, said.json()["code"]) == (409, "file_changed")
    now = people(own)["from_ads"]["counted"]
    assert now["label"] == "Mine"
    seen = {name: now[name] for name in ("label", "about", "rule")}
    assert (
        own.put(f"{API}/segments/from_ads", json={**mine, "label": "Both", "seen": seen}).status_code == 200
    )


def test_a_persona_that_is_made_of_a_segment_stays_so_when_it_is_called_otherwise(own: TestClient) -> None:
    own.put(f"{API}/personas/fan", json={"label": "Fan", "about": "Comes.", "rule": "from_ads"})
    told = people(own)["fan"]["counted"]
    change = {"label": "Fans", "about": told["about"], "rule": told["rule"], "was": "fan"}
    assert own.put(f"{API}/personas/fan", json=change).status_code == 200
    assert people(own)["from_ads"]["used_by"] == ["fan"]
    assert own.put(f"{API}/personas/fan", json={**change, "rule": "ever(channel = 'web')"}).status_code == 200
    assert people(own)["from_ads"]["used_by"] == []
    assert people(own)["fan"]["counted"]["rule"] == "ever(channel = 'web')"


def test_what_would_not_read_is_refused_and_nothing_is_written(own: TestClient, folder: Path) -> None:
    before = (folder / "journey.yaml").read_bytes()
    said = own.put(f"{API}/segments/odd", json={"rule": "event = 'Order Completed'"})
    assert said.status_code == 422
    assert said.json()["problems"][0]["hint"]
    assert own.put(f"{API}/segments/no%20id", json={"rule": "traits.a = 'b'"}).status_code == 422
    taken = next(iter(people(own)))
    assert own.put(f"{API}/segments/{taken}", json={"rule": "traits.a = 'b'"}).status_code in (409, 422)
    assert (folder / "journey.yaml").read_bytes() == before
