"""The map's own routes: what people wrote, and the files that it is written as."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import small_shop
from tests.web.conftest import client_of, ended


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = small_shop(tmp_path / "shop", 6)
    Workspace.open(folder, clock=FixedClock()).load()
    (folder / "map.yaml").write_text("ideas:\n  decision: One  # first\n", "utf-8")
    return folder


@pytest.fixture
def own(folder: Path) -> Iterator[TestClient]:
    with client_of(folder) as one:
        yield one


def put(client: TestClient, version: str, *texts: str, **cell: str) -> dict[str, object]:
    body = {
        "lane": "ideas",
        "stage": "decision",
        **cell,
        "version": version,
        "entries": [{"text": t} for t in texts],
    }
    said = client.put("/api/v1/map/written", json=body)
    return {"status": said.status_code, **said.json()}


def test_a_cell_is_written_into_the_maps_file(own: TestClient, folder: Path) -> None:
    (cell,) = own.get("/api/v1/map/written").json()
    assert (cell["entries"], cell["editable"]) == ([{"text": "One", "by": "", "holds": ""}], True)
    said = put(own, cell["version"], "One", "Two")
    assert said["status"] == 200
    assert (folder / "map.yaml").read_text("utf-8") == "ideas:\n  decision:\n    - One\n    - Two  # first\n"
    (kept,) = (folder / ".desirepath" / "kept" / "map.yaml").iterdir()
    assert kept.read_text("utf-8") == "ideas:\n  decision: One  # first\n"
    titles = [
        c["title"]
        for lane in own.get("/api/v1/map").json()["lanes"]
        for c in lane["cells"]
        if lane["id"] == "ideas"
    ]
    assert titles == ["One", "Two"] or {"One", "Two"} <= set(titles)


def test_nobody_overwrites_what_they_have_not_seen(own: TestClient, folder: Path) -> None:
    (cell,) = own.get("/api/v1/map/written").json()
    first = put(own, cell["version"], "Mine")
    second = put(own, cell["version"], "Theirs")
    assert (second["status"], second["code"]) == (409, "written_changed")
    assert second["facts"] == {
        "entries": [{"text": "Mine", "by": "", "holds": ""}],
        "version": first["version"],
    }
    assert "Theirs" not in (folder / "map.yaml").read_text("utf-8")
    # Another cell is nobody's business.
    assert put(own, "", "Ann", lane="owners")["status"] == 200


def test_a_map_that_nobody_wrote_begins_with_the_first_cell(own: TestClient, folder: Path) -> None:
    (folder / "map.yaml").unlink()
    assert put(own, "", "New", stage="journey")["status"] == 200
    assert (folder / "map.yaml").read_text("utf-8") == "ideas:\n  journey: New\n"
    assert not (folder / ".desirepath" / "kept").exists()


def test_a_claim_is_saved_beside_its_text_and_judged_on_the_map(own: TestClient, folder: Path) -> None:
    (cell,) = own.get("/api/v1/map/written").json()
    entry = {"text": "All buy", "by": "Ann", "holds": "rate:decision  >= 99 %"}
    body = {"lane": "ideas", "stage": "decision", "version": cell["version"], "entries": [entry]}
    assert own.put("/api/v1/map/written", json=body).json()["entries"] == [
        {**entry, "holds": "rate:decision >= 99 %"}
    ]
    assert (folder / "map.yaml").read_text(
        "utf-8"
    ) == 'ideas:\n  decision: {text: All buy, by: Ann, holds: "rate:decision >= 99 %"}  # first\n'
    lanes = own.get("/api/v1/map").json()["lanes"]
    (check,) = [c["check"] for lane in lanes for c in lane["cells"] if c["check"]]
    assert (check["claim"], check["verdict"]) == ("rate:decision >= 99 %", "unknown")
    assert check["said"].startswith("the data cannot tell: too few (n\xa0")
    assert check["said"].endswith("; claimed ≥ 99 %")


def test_a_claim_that_cannot_be_read_is_refused_with_the_nearest_fix(own: TestClient, folder: Path) -> None:
    (cell,) = own.get("/api/v1/map/written").json()
    entries = [{"text": "All buy", "holds": "rate:decison >= 99 %"}]
    body = {"lane": "ideas", "stage": "decision", "version": cell["version"], "entries": entries}
    said = own.put("/api/v1/map/written", json=body)
    assert (said.status_code, said.json()["code"]) == (400, "claim")
    assert said.json()["hint"].startswith('Did you mean "rate:decision"?')
    assert "rate" not in (folder / "map.yaml").read_text("utf-8")
    while_typing = own.get("/api/v1/map/claim", params={"text": "rate:decison >= 99 %"}).json()
    assert while_typing["mistake"] == 'there is no measure "rate:decison"'
    right = own.get("/api/v1/map/claim", params={"text": "rate:decision >= 99 %"}).json()
    assert right == {"about": "Decision: success", "mistake": "", "hint": ""}
    suggested = own.get("/api/v1/map/claims").json()
    assert "rate:decision >= 80 %" in [one["claim"] for one in suggested]


def test_lanes_and_stages_that_are_not_there_are_refused(own: TestClient) -> None:
    assert put(own, "", "x", lane="idea")["hint"].startswith('Did you mean "ideas"')  # type: ignore[attr-defined]
    assert put(own, "", "x", stage="decison")["status"] == 404
    assert put(own, "", "x" * 3_000)["status"] == 422


def test_a_file_made_by_a_job_is_there_at_once(own: TestClient) -> None:
    job = ended(own, own.post("/api/v1/map/file", params={"format": "md"}))
    assert own.get(f"/api/v1/jobs/{job['id']}/result").json() == {"format": "md"}
    assert own.get("/api/v1/map/file", params={"format": "md"}).text.startswith("# ")
    assert own.post("/api/v1/map/file", params={"format": "doc"}).json()["code"] == "not_found"
