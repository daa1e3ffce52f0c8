"""Questions over HTTP: what they suggest of themselves, and long answers as jobs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.questions import QUESTIONS, question_class
from desirepath.app.questions.suggest import suggestion
from desirepath.app.workspace import Workspace
from desirepath.core.progress import heard_by, tell
from desirepath.testing import FixedClock
from tests.commands import cli
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


@pytest.mark.parametrize("name", ["funnel", "comparison", "paths"])
def test_what_is_copied_runs_as_it_is(
    sample_shop: SampleShop, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with client_of(sample_shop.workspace.folder) as client:
        told = client.post(f"/api/v1/ask/{name}", json=_suggested(client, name)).json()
    exec(compile(told["python"], "copied", "exec"), {})
    assert told["says"][0] in capsys.readouterr().out
    program, *rest = shlex.split(told["command"])
    assert program == "desirepath"
    ran = cli(*rest, columns=400)
    assert ran.code == 0
    assert told["says"][0] in ran.out.replace("\n", " ")


def test_a_deal_that_the_business_writes_down_is_not_left_out_of_the_first_paths(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_text(
        "journey: Leads\nkind: buyer\ntime_zone: UTC\nstages:\n"
        "  consideration: {enter: \"event = 'Lead'\", lapse_after: 60 days}\n"
        "  decision: {enter: \"event = 'Deal'\", goal: \"event = 'Deal'\", lapse_after: 1 day}\n"
        "touchpoints:\n"
        "  form: {stage: consideration, channel: web, when: \"event = 'Lead'\"}\n"
        "  deal: {stage: decision, channel: mail, by: business, when: \"event = 'Deal'\"}\n",
        "utf-8",
    )
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  log:\n    files: log.csv\n    event: {column: event}\n    time: time\n"
        "    identifiers: {lead_id: who}\n    by: {column: by}\n",
        "utf-8",
    )
    rows = [f"u{k},Lead,2024-0{1 + k % 6}-01,customer" for k in range(80)]
    rows += [f"u{k},Deal,2024-0{1 + k % 6}-1{k % 9},business" for k in range(0, 80, 2)]
    (tmp_path / "log.csv").write_text("who,event,time,by\n" + "\n".join(rows) + "\n", "utf-8")
    workspace = Workspace.open(tmp_path, clock=FixedClock())
    workspace.load()
    with workspace.asking() as asking:
        fields = suggestion("paths", asking).fields
        assert "own" not in fields
        assert "own" not in suggestion("transitions", asking).fields
        answer = question_class("paths")(**fields).answer(asking)
    assert answer.tables["nodes"].rows


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


NAMED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("occupancy", {}),
    ("churn", {"stage": "retention"}),
    ("attribution", {"by": "touchpoint", "models": ["first", "last"]}),
    ("paths", {"starts_at": "product_page", "ends_at": "search_result", "per": "pass"}),
    ("retention", {"start": "product_page", "returning": "search_result"}),
)


@pytest.mark.parametrize(("name", "fields"), NAMED)
def test_sentences_call_things_by_their_names_and_what_is_copied_by_their_ids(
    shop_client: TestClient, sample_shop: SampleShop, name: str, fields: dict[str, Any]
) -> None:
    journey = sample_shop.workspace.journey
    ids = {s.id for s in journey.stages} | {t.id for t in journey.touchpoints if "_" in t.id}
    told = shop_client.post(f"/api/v1/ask/{name}", json=fields).json()
    contract = told["contract"]["denominator"] if name == "retention" else ""
    assert not ids & set(re.findall(r"\w+", " ".join([*told["says"], contract])))
    for given in fields.values():
        assert all(one in told["command"] for one in ([given] if isinstance(given, str) else given))


def test_a_measure_has_its_name_beside_its_id(shop_client: TestClient) -> None:
    for name, table in (("comparison", "differences"), ("groups", "measures")):
        fields = (
            {"a": "segment:mobile", "measures": ["rate"]}
            if name == "comparison"
            else {"rule": "segment:mobile"}
        )
        found = shop_client.post(f"/api/v1/ask/{name}", json=fields).json()["tables"][table]
        heads = [one["name"] for one in found["columns"]]
        rows = [dict(zip(heads, row, strict=True)) for row in found["rows"]]
        named = {row["measure"]: row["what"] for row in rows}
        assert named["rate:decision"] == "Decision: success"
