"""Today by the API: targets met or missed only beyond chance, alarms as a job, notes in their file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.annotations import notes
from desirepath.app.today import state_of
from desirepath.app.workspace import Workspace
from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.journey.read import read_journey
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


def kpis(client: TestClient) -> dict[str, dict[str, Any]]:
    said = client.get(f"{API}/today/kpis")
    assert said.status_code == 200, said.text
    return {one["stage"]: one for one in said.json()}


# ── targets ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("target", "state"), [(None, "none"), (0.3, "met"), (0.5, "open"), (0.7, "missed"), (0.4, "met")]
)
def test_a_target_is_met_or_missed_only_beyond_chance(target: float | None, state: str) -> None:
    assert state_of(Estimate(0.5, 0.4, 0.6, 100, "wilson", 0), target) == state


def test_without_a_rate_it_is_not_known_whether_a_target_is_met() -> None:
    assert state_of(NoEstimate("too_few", n=3, needed=20), 0.5) == "unknown"


def test_a_target_is_written_and_changes_no_number(own: TestClient, folder: Path) -> None:
    before = own.get(f"{API}/workspace").json()["definition"]
    was = kpis(own)["decision"]
    assert was["state"] == "none"
    assert own.put(f"{API}/today/targets/decision", json={"rate": 0.005}).status_code == 200
    assert "decision: {rate: 0.5 %}" in (folder / "journey.yaml").read_text("utf-8")
    now = kpis(own)["decision"]
    assert now["target"] == pytest.approx(0.005)
    assert now["rate"] == was["rate"]
    assert own.get(f"{API}/workspace").json()["definition"] == before
    assert own.put(f"{API}/today/targets/decision", json={"rate": None}).status_code == 200
    assert kpis(own)["decision"]["target"] is None


def test_a_target_of_what_is_no_stage_is_refused(own: TestClient) -> None:
    said = own.put(f"{API}/today/targets/decison", json={"rate": 0.5})
    assert said.status_code == 422
    assert 'Did you mean "decision"' in said.json()["problems"][0]["hint"]


def test_targets_read_in_both_forms() -> None:
    stages = "stages: {decision: {enter: \"event = 'A'\", lapse_after: 1 day}}"
    text = f"{stages}\ntargets: {{decision: 80 %, journey: {{rate: 0.05}}}}"
    found = read_journey(text)
    assert [(one.stage, one.rate) for one in found.targets] == [("decision", 0.8), ("journey", 0.05)]


# ── alarms ───────────────────────────────────────────────────────────────────────────────────────────────


def looked(client: TestClient, **query: str) -> list[dict[str, Any]]:
    job = client.post(f"{API}/today/alarms", params=query).json()
    with client.stream("GET", f"{API}/jobs/{job['id']}/events") as events:
        last = [line for line in events.iter_lines() if line][-1]
    assert json.loads(last.removeprefix("data: "))["state"] == "done", last
    return list(client.get(f"{API}/today/alarms/{job['id']}").json())


def test_alarms_name_the_question_that_is_their_evidence(shop_client: TestClient) -> None:
    found = looked(shop_client, since="2025-09-24", until="2025-12-23")
    overdue = next(one for one in found if one["kind"] == "overdue")
    asked = shop_client.post(
        f"{API}/ask/overdue/customers", params={"count": overdue["list"]}, json=overdue["fields"]
    )
    assert asked.json()["total"] == overdue["customers"]
    for one in found:
        if one["page"] == "ask":
            said = shop_client.post(f"{API}/ask/{one['question']}", json=one["fields"])
            assert said.status_code == 200, said.text
            assert one["list"] in said.json()["lists"]


def test_the_evidence_of_a_promise_is_of_the_period_in_which_it_got_worse(shop_client: TestClient) -> None:
    found = looked(shop_client, since="2025-04-01", until="2025-07-01", part="customers")
    broken = next(one for one in found if one["kind"] == "promise")
    said = shop_client.post(f"{API}/ask/promises", json=broken["fields"]).json()["tables"]["kept"]
    (row,) = said["rows"]
    due = row[[one["name"] for one in said["columns"]].index("due")]
    assert f"n {due:,} and " in broken["detail"]


def test_a_journey_of_which_little_is_known_has_no_false_alarms(own: TestClient) -> None:
    kinds = {one["kind"] for one in looked(own, since="2024-01-01", until="2024-02-01")}
    assert not kinds & {"promise", "score"}


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────


def test_notes_are_added_changed_and_deleted_and_comments_stay(own: TestClient, folder: Path) -> None:
    assert own.get(f"{API}/notes").json() == []
    body = {"begins": "2025-03-01", "ends": "2025-03-14", "kind": "campaign", "text": "Spring: two for one"}
    made = own.post(f"{API}/notes", json=body).json()
    file = folder / "notes.yaml"
    file.write_text(
        file.read_text("utf-8") + "# mine\n- {from: 2025-01-05, kind: outage, text: No web}\n", "utf-8"
    )
    found = own.get(f"{API}/notes").json()
    assert [one["text"] for one in found] == ["No web", "Spring: two for one"]
    assert found[0]["ends"] == "2025-01-05"
    changed = own.put(f"{API}/notes/{made['id']}", json={**body, "text": "Spring"}).json()
    assert own.put(f"{API}/notes/{made['id']}", json=body).json()["code"] == "not_found"
    assert own.delete(f"{API}/notes/{changed['id']}").status_code == 200
    assert [one.text for one in notes(folder)] == ["No web"]
    assert "# mine" in file.read_text("utf-8")


def test_a_note_that_ends_before_it_begins_is_refused_and_nothing_is_written(
    own: TestClient, folder: Path
) -> None:
    said = own.post(f"{API}/notes", json={"begins": "2025-03-02", "ends": "2025-03-01", "text": "x"})
    assert said.status_code == 422
    assert "before it begins" in said.json()["problems"][0]["message"]
    assert not (folder / "notes.yaml").exists()


def test_a_mistake_in_the_file_of_notes_is_told_with_its_line(own: TestClient, folder: Path) -> None:
    (folder / "notes.yaml").write_text("# head\n- {from: 2025-13-01, kind: campain}\n", "utf-8")
    said = own.get(f"{API}/notes")
    assert said.status_code == 422
    assert {one["line"] for one in said.json()["problems"]} == {2}
