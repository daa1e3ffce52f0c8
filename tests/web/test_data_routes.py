"""The page Data over HTTP: from an empty folder to customers in stages, and all that can be looked at and changed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app import uploads
from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import small_shop
from tests.web.conftest import API, client_of, ended

ORDERS = """order_id,email,created_at,total,currency
A1,ana@example.com,2024-03-01 10:00:00,20.00,EUR
A2,ben@example.com,2024-03-02 11:00:00,35.50,EUR
A3,ana@example.com,2024-03-20 09:30:00,12.00,EUR
A4,cem@example.com,2024-04-02 12:00:00,80.00,EUR
A5,,2024-04-03 12:00:00,8.00,EUR
"""
VISITS = """{"time": "2024-02-28T10:00:00", "email": "ana@example.com", "page": "/shoes", "event": "product_view"}
{"time": "2024-02-28T10:05:00", "email": "ben@example.com", "page": "/shoes", "event": "product_view"}
{"time": "2024-03-01T09:55:00", "email": "ana@example.com", "page": "/cart", "event": "cart_view"}
{"time": "2024-03-05T10:00:00", "email": "dia@example.com", "page": "/hats", "event": "page_view"}
"""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    """The app on a folder in which nothing is."""
    (tmp_path / "new").mkdir()
    with client_of(tmp_path / "new") as client:
        yield client


def drop(client: TestClient, name: str, text: str | bytes, **query: Any) -> Any:
    return client.post(f"{API}/uploads", params={"name": name, **query}, content=text)


def drafted(client: TestClient, **asked: Any) -> dict[str, Any]:
    done = ended(client, client.post(f"{API}/drafts", json=asked))
    assert done["state"] == "done", done
    found: dict[str, Any] = client.get(f"{API}/drafts/{done['id']}").json()
    return found


# ── from nothing to a map ────────────────────────────────────────────────────────────────────────────────


def test_from_an_empty_folder_to_customers_in_stages(empty: TestClient) -> None:
    assert empty.get(f"{API}/workspace").json()["state"] == "empty"
    assert drop(empty, "orders.csv", ORDERS).status_code == 200
    assert [one["name"] for one in drop(empty, "visits.jsonl", VISITS).json()["files"]] == [
        "orders.csv",
        "visits.jsonl",
    ]
    draft = drafted(empty)
    orders = next(one for one in draft["files"] if one["id"] == "orders")
    became = {one["name"]: one["becomes"] for one in orders["columns"]}
    assert became["created_at"] == "time"
    assert became["email"] == "identifiers.email"
    assert next(one["why"] for one in orders["columns"] if one["name"] == "created_at")
    assert orders["events"][0]["event"] == "Order Completed"
    assert orders["aside"] == {"no_identifier": 1}
    assert "ana@" not in str(draft["files"])  # masked until somebody asks for it
    said = empty.post(f"{API}/workspace", json={"sources": draft["sources"], "journey": draft["journey"]})
    assert said.status_code == 200, said.text
    assert empty.get(f"{API}/workspace").json()["state"] == "new"
    done = ended(empty, empty.post(f"{API}/loads", json={}))
    assert done["state"] == "done", done
    brought = empty.get(f"{API}/loads/results/{done['id']}").json()
    assert brought["events"] >= 8
    assert empty.get(f"{API}/workspace").json()["state"] == "current"
    assert empty.get(f"{API}/map").status_code == 200
    assert all(one["state"] == "loaded" for one in empty.get(f"{API}/sources").json())


def test_a_workspace_is_not_made_twice(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    draft = drafted(empty)
    texts = {"sources": draft["sources"], "journey": draft["journey"]}
    assert empty.post(f"{API}/workspace", json=texts).status_code == 200
    assert empty.post(f"{API}/workspace", json=texts).status_code == 409


def test_a_guess_is_corrected_and_the_events_follow(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    choice = {"event": "Bought", "identifiers": {"order_id": "order_id"}, "value": ""}
    draft = drafted(empty, choices={"orders": choice})
    (orders,) = draft["files"]
    assert orders["event"] == "Bought"
    assert orders["identifiers"] == {"order_id": "order_id"}
    assert orders["value"] is None
    assert {one["event"] for one in orders["events"]} == {"Bought"}
    assert "Bought" in draft["journey"]


def test_a_file_of_which_nothing_was_guessed_is_said_by_hand(empty: TestClient) -> None:
    drop(empty, "log.csv", "a,b,c\nx1,2024-03-01,hello\nx2,2024-03-02,there\nx1,2024-03-05,again\n")
    first = drafted(empty)
    (file,) = first["files"]
    assert not first["journey"]
    assert file["left_out"]
    assert first["problem"]
    choice = {"time": "b", "event": "Wrote", "identifiers": {"user_id": "a"}}
    second = drafted(empty, choices={file["id"]: choice})
    assert second["journey"], second["problem"]
    assert [one["event"] for one in second["files"][0]["events"]] == ["Wrote"] * 3


def test_a_file_can_be_left_out(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    drop(empty, "visits.jsonl", VISITS)
    draft = drafted(empty, choices={"visits": {"used": False}})
    assert {one["id"]: bool(one["left_out"]) for one in draft["files"]} == {"orders": False, "visits": True}
    assert "  visits:" not in draft["sources"]


def test_mistakes_in_accepted_texts_are_told_with_their_lines(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    draft = drafted(empty)
    broken = draft["journey"].replace("time_zone:", "time_zome:")
    said = empty.post(f"{API}/workspace", json={"sources": draft["sources"], "journey": broken})
    assert said.status_code == 422
    assert said.json()["problems"][0]["line"] > 0
    assert said.json()["problems"][0]["file"] == "journey.yaml"
    assert empty.get(f"{API}/workspace").json()["state"] == "empty"


# ── hostile and large files ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["../../etc/orders.csv", "..\\orders.csv", "/tmp/orders.csv", "a\x00/orders.csv"]
)
def test_a_name_never_leads_out_of_the_folder(empty: TestClient, tmp_path: Path, name: str) -> None:
    assert drop(empty, name, ORDERS).json()["files"][0]["name"] == "orders.csv"
    assert [one.name for one in (tmp_path / "new" / "data").iterdir()] == ["orders.csv"]


@pytest.mark.parametrize("name", ["run.sh", ".csv", "page.html", "..", "/"])
def test_what_is_no_data_is_refused(empty: TestClient, name: str) -> None:
    said = drop(empty, name, "x")
    assert (said.status_code, said.json()["code"]) == (400, "upload")


def test_too_large_a_file_is_refused_before_and_while_it_comes(
    empty: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 1_000)
    announced = drop(empty, "orders.csv", b"x" * 2_000)
    assert (announced.status_code, announced.json()["code"]) == (413, "too_large")
    unannounced = empty.post(
        f"{API}/uploads", params={"name": "orders.csv"}, content=(b"x" * 600 for _ in range(4))
    )
    assert unannounced.status_code == 413
    assert empty.get(f"{API}/uploads").json()["files"] == []
    assert not list((tmp_path / "new" / ".desirepath" / "incoming").iterdir())


def test_so_many_files_and_no_more(empty: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    drop(empty, "orders.csv", ORDERS)
    assert drop(empty, "visits.jsonl", VISITS).status_code == 400
    assert drop(empty, "orders.csv", ORDERS, replace=True).status_code == 200


def test_a_file_that_is_there_is_replaced_only_on_purpose(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    said = drop(empty, "Orders.csv", ORDERS)
    assert (said.status_code, said.json()["code"]) == (409, "upload_there")
    assert drop(empty, "orders.csv", "x", replace=True).json()["files"][0]["bytes"] == 1
    assert empty.delete(f"{API}/uploads/orders.csv").json()["files"] == []
    assert empty.delete(f"{API}/uploads/orders.csv").status_code == 404


def test_of_two_who_drop_one_name_at_once_the_second_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.kill", lambda pid, signal: pytest.fail("on Windows this would end the app"))
    with pytest.raises(uploads.UploadThere), uploads.taking(tmp_path, "orders.csv") as late:
        late.add(b"late")
        with uploads.taking(tmp_path, "orders.csv") as first:
            first.add(b"first")
    assert (tmp_path / "data" / "orders.csv").read_bytes() == b"first"
    assert not list((tmp_path / ".desirepath" / "incoming").iterdir())


def test_a_file_that_was_put_there_by_hand_is_removed_and_no_other_one(
    empty: TestClient, tmp_path: Path
) -> None:
    drop(empty, "orders [new].csv", ORDERS)
    there = tmp_path / "new" / "data"
    (there / "orders [new].csv").write_text(ORDERS, "utf-8")
    said = empty.delete(f"{API}/uploads/orders [new].csv")
    assert [one["name"] for one in said.json()["files"]] == ["orders _new_.csv"]
    assert [one.name for one in there.iterdir()] == ["orders _new_.csv"]
    assert empty.delete(f"{API}/uploads/..%2Fjourney.yaml").status_code in (404, 405)


def test_what_was_looked_at_is_told_masked_and_not_as_a_jobs_result(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    done = ended(empty, empty.post(f"{API}/drafts", json={}))
    assert "ana@example.com" not in empty.get(f"{API}/drafts/{done['id']}").text
    said = empty.get(f"{API}/jobs/{done['id']}/result")
    assert said.status_code == 404
    assert "ana@example.com" not in said.text


def test_sources_that_stood_there_without_a_journey_are_kept(empty: TestClient, tmp_path: Path) -> None:
    mine = b"# what I wrote by hand\nsources: {}\n"
    drop(empty, "orders.csv", ORDERS)
    found = drafted(empty)
    (tmp_path / "new" / "sources.yaml").write_bytes(mine)
    body = {"sources": found["sources"], "journey": found["journey"]}
    assert empty.post(f"{API}/workspace", json=body).status_code == 200
    (kept,) = (tmp_path / "new" / ".desirepath" / "kept" / "sources.yaml").iterdir()
    assert kept.read_bytes() == mine


def test_a_broken_archive_says_so(empty: TestClient) -> None:
    drop(empty, "export.zip", b"PK\x03\x04 this is none")
    done = ended(empty, empty.post(f"{API}/drafts", json={}))
    assert done["state"] == "failed"
    assert "zip" in done["problem"]["detail"]


# ── a workspace with data ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shop(small_folder: Path, tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    """The app on a loaded shop that may be changed."""
    folder = small_shop(tmp_path / "shop", 60)
    Workspace.open(folder, clock=FixedClock()).load()
    with client_of(folder) as client:
        yield client, folder


def test_loads_are_listed_and_taken_back(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    (load,) = client.get(f"{API}/loads").json()
    assert load["finished"]
    assert load["undone"] is None
    plan = client.get(f"{API}/loads/{load['load']}/undo").json()
    assert plan["events"] == load["events"]
    assert ended(client, client.post(f"{API}/loads/{load['load']}/undo"))["state"] == "done"
    assert client.get(f"{API}/loads").json()[0]["undone"]
    assert client.get(f"{API}/loads/{load['load']}/undo").status_code == 409
    assert client.get(f"{API}/loads/99/undo").status_code == 404


def test_a_load_is_stopped(shop: tuple[TestClient, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = shop
    said = client.post(f"{API}/loads", json={})
    client.delete(f"{API}/jobs/{said.json()['id']}")
    assert ended(client, said)["state"] in ("stopped", "done")
    assert client.get(f"{API}/map").status_code == 200


REVIEWS = "review_no,email,posted_at,stars,words\n" + "".join(
    f"R{n},ana{n}@example.com,2024-03-{n + 1:02d} 10:00:00,{1 + n % 5},Nice shoes\n" for n in range(20)
)


def test_a_file_of_a_new_kind_is_added_to_the_sources_that_are_there(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    before = (folder / "sources.yaml").read_text("utf-8")
    drop(client, "reviews.csv", REVIEWS)
    draft = drafted(client)
    assert [one["id"] for one in draft["files"]] == ["reviews"]
    assert draft["unnamed"] == [draft["names"][0]["name"]]
    assert "ana1@" not in str(draft["files"])
    more = client.post(f"{API}/sources", json={"sources": draft["sources"]})
    assert more.status_code == 200, more.text
    after = (folder / "sources.yaml").read_text("utf-8")
    assert after.startswith(before.rstrip("\n")[:200])
    assert len(after.splitlines()) > len(before.splitlines())
    done = ended(client, client.post(f"{API}/loads", json={}))
    assert client.get(f"{API}/loads/results/{done['id']}").json()["events"] == 20
    # It is read now: nothing is left to look at, and adding it again is refused.
    assert client.post(f"{API}/drafts", json={}).status_code == 404
    assert client.post(f"{API}/sources", json={"sources": draft["sources"]}).status_code == 409


def test_a_further_file_of_a_name_that_is_taken_gets_another(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    drop(client, "orders-2025.csv", ORDERS)
    draft = drafted(client)
    assert [one["id"] for one in draft["files"]] == ["orders_2"]
    until = drafted(client, choices={"orders_2": {"complete_until": "2025-06-30"}})
    assert draft["files"][0]["newest"] == "2024-04-03"
    assert '    complete_until: "2025-06-30"' in until["sources"]


def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    drop(empty, "broken.xlsx", b"PK\x03\x04" + b"rubbish" * 200)
    draft = drafted(empty)
    assert [one["id"] for one in draft["files"]] == ["orders"]
    assert "broken.xlsx cannot be read" in draft["unreadable"]["broken.xlsx"]
    assert draft["journey"]


def test_nothing_is_added_where_nothing_was_guessed(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    before = (folder / "sources.yaml").read_bytes()
    drop(client, "empty.csv", "")
    draft = drafted(client)
    told = client.post(f"{API}/sources", json={"sources": draft["sources"]})
    assert told.status_code == 409
    assert told.json()["code"] == "nothing_to_add"
    assert (folder / "sources.yaml").read_bytes() == before


def test_rejects_are_masked_until_somebody_asks(empty: TestClient) -> None:
    drop(empty, "orders.csv", ORDERS)
    draft = drafted(empty)
    empty.post(f"{API}/workspace", json={"sources": draft["sources"], "journey": draft["journey"]})
    broken = ORDERS.replace("2024-04-02 12:00:00", "no date at all")
    drop(empty, "orders.csv", broken, replace=True)
    ended(empty, empty.post(f"{API}/loads", json={}))
    masked = empty.get(f"{API}/rejects").json()
    assert masked["counts"]
    assert all("cem" not in (one["raw"] or "") for one in masked["records"])
    shown = empty.get(f"{API}/rejects", params={"reveal": True}).json()
    assert any("cem@example.com" in one["raw"] for one in shown["records"])


def test_why_a_source_was_not_loaded_names_nobody(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    rows = "".join(f"{n},c{n}@mail.example,c{n}@mail.example,9.00\n" for n in range(200, 300))
    (folder / "orders.csv").write_text("order_no,paid_at,email,total\n" + rows, "utf-8")
    done = ended(client, client.post(f"{API}/loads", json={}))
    (failure,) = client.get(f"{API}/loads/results/{done['id']}").json()["failures"]
    assert 'for example "[e-mail]"' in failure["detail"]
    assert "mail.example" not in str(failure)


def test_sources_say_what_has_changed_since_the_load(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    before = client.get(f"{API}/sources").json()
    assert {one["state"] for one in before} == {"loaded"}
    file = next(path for path in folder.rglob("*.csv"))
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    assert "changed" in {one["state"] for one in client.get(f"{API}/sources").json()}


def test_identity_is_told_and_decided(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    found = client.get(f"{API}/identity").json()
    assert found["customers"] > 0
    assert found["kinds"]
    assert client.get(f"{API}/identity", params={"reveal": True}).status_code == 200
    done = ended(
        client, client.post(f"{API}/identity/apart", json={"one": "email:nobody@x.y", "other": "email:z@x.y"})
    )
    assert done["state"] == "failed"
    assert ended(client, client.post(f"{API}/identity/undo", json={"customer": "c0"}))["state"] == "failed"
    assert ended(client, client.delete(f"{API}/identity/apart/7"))["state"] == "failed"


def test_doctor_is_a_job(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    done = ended(client, client.post(f"{API}/doctor"))
    assert done["state"] == "done"
    report = client.get(f"{API}/doctor/{done['id']}").json()
    assert f"{report['checks']} checks" in report["sentence"]
    assert client.get(f"{API}/drafts/{done['id']}").status_code == 404


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────


def rules_of(client: TestClient, name: str = "journey.yaml") -> dict[str, Any]:
    return {str(one["name"]): one for one in client.get(f"{API}/rules").json()}[name]  # type: ignore[no-any-return]


def test_a_mistake_is_told_with_its_line(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    text = rules_of(client)["text"].replace("stage: decision", "stage: decison")
    (mistake, *_) = client.post(f"{API}/rules/journey.yaml/check", json={"text": text}).json()["mistakes"]
    assert "stage: decison" in text.splitlines()[mistake["line"] - 1]
    assert "decision" in mistake["hint"]
    assert client.post(f"{API}/rules/journey.yaml/preview", json={"text": text}).status_code == 422
    stamp = rules_of(client)["stamp"]
    assert client.put(f"{API}/rules/journey.yaml", json={"text": text, "stamp": stamp}).status_code == 422


def test_a_preview_says_who_would_move_and_changes_nothing(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    before = client.get(f"{API}/map").json()
    builds = sorted((folder / ".desirepath" / "trails").iterdir())
    text = rules_of(client)["text"].replace("lapse_after: 14 days", "lapse_after: 3650 days")
    done = ended(client, client.post(f"{API}/rules/journey.yaml/preview", json={"text": text}))
    assert done["state"] == "done", done
    found = client.get(f"{API}/rules/previews/{done['id']}").json()
    assert found["moved"] == sum(one["customers"] for one in found["moves"])
    here = sum(one["here"]["after"] - one["here"]["before"] for one in found["stages"])
    assert here >= 0
    assert found["customers"]["before"] == found["customers"]["after"]
    assert all("…" in one["shown"] for move in found["moves"] for one in move["first"])
    assert client.get(f"{API}/jobs/{done['id']}/result").status_code == 404
    assert client.get(f"{API}/map").json()["definition"] == before["definition"]
    assert sorted((folder / ".desirepath" / "trails").iterdir()) == builds
    assert not (folder / ".desirepath" / "trial").exists()


def test_what_is_saved_moves_whom_the_preview_said(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    rules = rules_of(client)
    text = rules["text"].replace("lapse_after: 14 days", "lapse_after: 1 days")
    done = ended(client, client.post(f"{API}/rules/journey.yaml/preview", json={"text": text}))
    told = client.get(f"{API}/rules/previews/{done['id']}").json()
    saved = client.put(f"{API}/rules/journey.yaml", json={"text": text, "stamp": rules["stamp"]})
    assert saved.status_code == 200
    ended(client, client.post(f"{API}/placing"))
    done = ended(client, client.post(f"{API}/rules/journey.yaml/preview", json={"text": text}))
    again = client.get(f"{API}/rules/previews/{done['id']}").json()
    assert again["same"]
    assert again["moved"] == 0
    assert [one["here"]["before"] for one in again["stages"]] == [
        one["here"]["after"] for one in told["stages"]
    ]


def test_what_was_replaced_is_kept_and_put_back(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    rules = rules_of(client)
    text = rules["text"].replace("lapse_after: 14 days", "lapse_after: 21 days")
    saved = client.put(f"{API}/rules/journey.yaml", json={"text": text, "stamp": rules["stamp"]}).json()
    (version,) = saved["kept"]
    assert client.get(f"{API}/rules/journey.yaml/kept/{version}").json()["text"] == rules["text"]
    assert client.get(f"{API}/rules/journey.yaml/kept/..%2f..%2fx").status_code == 404
    late = client.put(f"{API}/rules/journey.yaml", json={"text": text, "stamp": rules["stamp"]})
    assert (late.status_code, late.json()["code"]) == (409, "file_changed")


def test_rules_that_cannot_be_read_can_still_be_mended(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    good = (folder / "journey.yaml").read_text("utf-8")
    (folder / "journey.yaml").write_text("stages: [", "utf-8")
    assert client.get(f"{API}/workspace").status_code == 422
    broken = rules_of(client)
    saved = client.put(f"{API}/rules/journey.yaml", json={"text": good, "stamp": broken["stamp"]})
    assert saved.status_code == 200
    assert client.get(f"{API}/workspace").status_code == 200


def test_what_is_kept_is_what_stood_there_to_the_byte(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    good = (folder / "journey.yaml").read_text("utf-8")
    odd = good.encode() + "# für später\n".encode("latin-1")
    (folder / "journey.yaml").write_bytes(odd)
    stamp = rules_of(client)["stamp"]
    assert client.put(f"{API}/rules/journey.yaml", json={"text": good, "stamp": stamp}).status_code == 200
    (kept,) = (folder / ".desirepath" / "kept" / "journey.yaml").iterdir()
    assert kept.read_bytes() == odd


def test_only_definitions_are_written(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    for name in ("map.html", "..%2fjourney.yaml", "nothing.yaml"):
        said = client.put(f"{API}/rules/{name}", json={"text": "x", "stamp": "x"})
        assert said.status_code in (404, 405), name


def test_a_folder_that_went_away_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    with client_of(folder) as client:
        shutil.rmtree(folder)
        assert client.get(f"{API}/workspace").json()["state"] == "empty"
        assert drop(client, "orders.csv", ORDERS).status_code == 200


def test_several_open_the_store_at_once(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    serving = client.app.state.context.serving  # type: ignore[attr-defined]  # the app behind the client
    found: list[int] = []
    for _ in range(5):
        serving._release_all()
        threads = [
            threading.Thread(target=lambda: found.append(client.get(f"{API}/sources").status_code))
            for _ in range(4)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert found == [200] * 20
