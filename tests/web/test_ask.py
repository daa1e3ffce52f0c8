"""Questions over HTTP: what they suggest of themselves, and long answers as jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.questions import QUESTIONS
from desirepath.app.questions.suggest import suggestion
from desirepath.app.workspace import Workspace
from desirepath.core.progress import heard_by, tell
from desirepath.testing import FixedClock
from tests.sample_shop import SampleShop
from tests.web.conftest import client_of


def _suggested(client: TestClient, name: str) -> dict[str, Any]:
    said = client.get(f"/api/v1/questions/{name}/suggestion")
    assert said.status_code == 200
    fields: dict[str, Any] = said.json()["fields"]
    return fields


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_what_a_question_suggests_can_be_asked(shop_client: TestClient, name: str) -> None:
    said = shop_client.post(f"/api/v1/ask/{name}", json=_suggested(shop_client, name))
    assert said.status_code == 200, said.text
    assert said.json()["says"][0]
    assert any(table["rows"] for table in said.json()["tables"].values())


def test_the_first_funnel_is_the_way_to_the_purchase(shop_client: TestClient) -> None:
    steps = _suggested(shop_client, "funnel")["steps"]
    assert steps == ["product_page", "cart", "checkout", "payment", "order"]


def test_the_first_comparison_is_of_the_two_largest_segments(shop_client: TestClient) -> None:
    assert _suggested(shop_client, "comparison") == {"a": "segment:mobile", "b": "segment:desktop"}


def test_a_journey_without_touchpoints_and_segments_has_first_askings_too(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_text(
        "journey: Plain\ntime_zone: UTC\nstages:\n"
        "  awareness: {enter: \"event = 'Seen'\", lapse_after: 30 days}\n"
        "  decision: {enter: \"event = 'Cart'\", lapse_after: 14 days}\n",
        "utf-8",
    )
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  log:\n    files: log.csv\n    event: {column: event}\n    time: time\n"
        "    identifiers: {user_id: who}\n",
        "utf-8",
    )
    rows = [
        f"u{k},{event},2024-0{1 + k % 6}-0{1 + k % 9}"
        for k in range(60)
        for event in ("Seen", "Cart")[: 1 + k % 2]
    ]
    (tmp_path / "log.csv").write_text("who,event,time\n" + "\n".join(rows) + "\n", "utf-8")
    workspace = Workspace.open(tmp_path, clock=FixedClock())
    workspace.load()
    with workspace.asking() as asking:
        found = {name: suggestion(name, asking).fields for name in QUESTIONS}
    assert found["funnel"] == {"steps": ["stage:awareness", "stage:decision"]}
    assert found["comparison"]["a"].startswith("period:")
    assert found["change"]["measure"].startswith("rate:")
    assert found["forecast"] == {"what": "next_stage"}
    assert found["paths"]["by"] == "event"


def test_a_question_that_is_not_there_suggests_nothing(client: TestClient) -> None:
    said = client.get("/api/v1/questions/funel/suggestion")
    assert said.status_code == 404
    assert 'Did you mean "funnel"' in said.json()["hint"]


def test_a_long_question_is_answered_by_a_job_as_it_is_without(sample_shop: SampleShop) -> None:
    fields = {"what": "purchase"}
    with client_of(sample_shop.workspace.folder) as client:
        long = {one["name"] for one in client.get("/api/v1/questions").json() if one["long"]}
        assert {"groups", "forecast"} <= long
        job = client.post("/api/v1/ask/forecast/job", json=fields).json()
        lines = [
            json.loads(line.removeprefix("data: "))
            for line in client.get(f"/api/v1/jobs/{job['id']}/events").text.splitlines()
            if line
        ]
        assert lines[-1]["state"] == "done"
        shares = [one["share"] for one in lines]
        assert shares == sorted(shares)
        result = client.get(f"/api/v1/jobs/{job['id']}/result").json()
        assert result == client.post("/api/v1/ask/forecast", json=fields).json()


def test_a_job_refuses_as_the_question_does(client: TestClient) -> None:
    said = client.post("/api/v1/ask/forecast/job", json={"what": "rain"})
    assert said.status_code == 400
    assert said.json()["facts"]["fields"] == ["what"]


def test_progress_is_heard_by_who_listens_and_by_nobody_else() -> None:
    heard: list[tuple[str, float]] = []
    tell("before", 0.0)
    with heard_by(lambda step, share: heard.append((step, share))):
        tell("within", 0.5)
    tell("after", 1.0)
    assert heard == [("within", 0.5)]
