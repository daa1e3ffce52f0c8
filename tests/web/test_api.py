"""The API as a whole: its description, its errors, who may ask it, and what it holds open."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desirepath.app.serving import Serving
from desirepath.app.workspace import Workspace
from desirepath.core.errors import WorkspaceBusy
from desirepath.testing import FixedClock
from desirepath.web.api import create_api, description
from desirepath.web.guard import MAX_BODY, AddressError, only_loopback
from desirepath.web.jobs import Job, Jobs
from desirepath.web.problems import MEDIA, broken
from tests.commands import PATIENCE, cli, small_shop
from tests.web.conftest import client_of

REPO = Path(__file__).resolve().parents[2]
JSON = {"Content-Type": "application/json"}


def test_the_description_is_up_to_date() -> None:
    said = json.loads((REPO / "openapi.json").read_text("utf-8"))
    assert said == description(), "python -m desirepath.web.api > openapi.json"


def test_every_route_says_what_it_does_and_how_it_refuses() -> None:
    for path, methods in description()["paths"].items():
        assert path.startswith("/api/v1/")
        for told in methods.values():
            assert told["description"].endswith("."), path
            assert told["tags"], path
            assert {"400", "404", "409", "422"} <= set(told["responses"]), path


def test_an_error_is_a_problem_with_the_librarys_code(client: TestClient) -> None:
    said = client.get("/api/v1/map", params={"segment": "from_adds"})
    assert said.status_code == 404
    assert said.headers["content-type"] == "application/problem+json"
    told = said.json()
    assert told["code"] == "not_found"
    assert "from_ads" in told["hint"]
    assert client.get("/api/v1/nothing").json()["code"] == "not_found"
    assert client.delete("/api/v1/map").json()["code"] == "method"


def test_a_mistake_in_a_definition_is_told_with_its_line(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop", 6)
    journey = folder / "journey.yaml"
    journey.write_text(journey.read_text("utf-8").replace("stage: decision", "stage: decison"), "utf-8")
    with client_of(folder) as client:
        said = client.get("/api/v1/workspace")
    assert said.status_code == 422
    (mistake,) = said.json()["problems"]
    assert mistake["line"] > 0
    assert 'Did you mean "decision"' in mistake["hint"]


def test_a_workspace_without_data_says_so(tmp_path: Path) -> None:
    with client_of(small_shop(tmp_path / "shop", 6)) as client:
        assert client.get("/api/v1/workspace").json()["state"] == "new"
        said = client.get("/api/v1/workspace/data")
        assert said.status_code == 409
        assert "Nothing has been loaded" in said.json()["detail"]


# ── who may ask ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://testserver:80"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:81"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_the_apps_own_pages_may_ask(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.get("/api/v1/workspace", headers=headers).status_code == status


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_page_of_another_site_changes_nothing(client: TestClient, headers: dict[str, str]) -> None:
    writes = [
        (method, path)
        for path, methods in description()["paths"].items()
        for method in methods
        if method != "get"
    ]
    assert len(writes) > 20
    for method, path in writes:
        said = client.request(method, path, headers=headers, json={})
        assert (said.status_code, said.json()["code"]) == (403, "origin"), path


def test_no_other_site_is_let_in(client: TestClient) -> None:
    """No CORS: neither is a preflight granted, nor does any answer name an origin."""
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    evil = {"Origin": "http://evil.example"}
    for said in (
        client.options("/api/v1/map/written", headers=evil | asked),
        client.options("/api/v1/map/written", headers={"Origin": "http://testserver:80"} | asked),
        client.get("/api/v1/workspace", headers=evil),
        client.get("/api/v1/workspace", headers={"Origin": "http://testserver:80"}),
    ):
        assert not [name for name in said.headers if name.startswith("access-control")]
        assert said.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_request_is_bounded(client: TestClient) -> None:
    body = b"[" + b"1," * MAX_BODY
    assert client.post("/api/v1/ask/paths", content=body).status_code == 413
    chunks = (b"x" * 65_536 for _ in range(40))
    said = client.post("/api/v1/ask/paths", content=chunks, headers=JSON)
    assert (said.status_code, said.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", "::"])
def test_it_listens_on_this_machine_only(host: str) -> None:
    with pytest.raises(AddressError, match="no accounts yet"):
        only_loopback(host)


def test_the_command_refuses_to_listen_elsewhere_and_says_what_to_do(small_folder: Path) -> None:
    ran = cli("serve", small_folder, "--host", "0.0.0.0", "--no-browser")
    assert ran.code != 0
    assert "there are no accounts yet" in ran.err
    assert "SSH tunnel" in ran.err


def test_a_command_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    assert cli("serve", tmp_path / "new", "--host", "0.0.0.0", "--no-browser").code != 0
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("mine", "utf-8")
    ran = cli("serve", tmp_path / "file", "--no-browser")
    assert ran.code != 0
    assert "a file of that name is there" in ran.err


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Pages, and beside their folder what is not to be had."""
    (tmp_path / "secret.txt").write_text("treasure", "utf-8")
    pages = tmp_path / "built"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<meta content='__NONCE__'>", "utf-8")
    (pages / "assets" / "app-1f.js").write_text("go()", "utf-8")
    (pages / "leads_out.txt").symlink_to(tmp_path / "secret.txt")
    return pages


def test_everything_comes_with_a_strict_policy(small_folder: Path, built: Path) -> None:
    with client_of(small_folder, built) as client:
        page = client.get("/stages/decision?since=2024-01-01")
        nonce = page.text.split("'")[1]
        assert len(nonce) > 16
        said = dict(one.split(" ", 1) for one in page.headers["content-security-policy"].split("; "))
        assert said == {
            "default-src": "'none'",
            "script-src": "'self'",
            "connect-src": "'self'",
            "img-src": "'self' data: blob:",
            "font-src": "'self'",
            "style-src": f"'self' 'nonce-{nonce}'",
            "form-action": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        assert client.get("/").text != page.text, "a nonce is used once"
        others = [
            client.get("/assets/app-1f.js"),
            client.get("/api/v1/workspace"),
            client.get("/api/v1/map/file?format=svg"),
            client.get("/api/v1/nothing"),
            client.get("/", headers={"Host": "evil.example"}),
        ]
        for one in (page, *others):
            assert one.headers["content-security-policy"].startswith(
                "default-src 'none'; script-src 'self'; "
            )
            assert one.headers["x-content-type-options"] == "nosniff"
            assert one.headers["referrer-policy"] == "no-referrer"
        assert others[2].headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "assets/..%2f..%2fsecret.txt",
     "assets/%2e%2e/%2e%2e/secret.txt", "..%5csecret.txt",
     "/etc/passwd", "%2fetc%2fpasswd", "leads_out.txt", "%00", "assets/a%00.js", "x" * 5_000,
     "assets/" + "x" * 300 + ".js", "assets/gone.js"],
)  # fmt: skip
def test_no_path_leads_out_of_the_built_pages(small_folder: Path, built: Path, path: str) -> None:
    with client_of(small_folder, built) as client:
        said = client.get(f"/{path}")
        assert said.status_code == 404 if path.startswith("assets/") else "<meta" in said.text
        assert "treasure" not in said.text
        assert client.get("/assets/app-1f.js").text == "go()"


@pytest.mark.parametrize(
    "path",
    [
        "map/file?format=../../secret.txt",
        "map/file?format=md&journey=../shop/journey",
        "map/file?format=svg&theme=../../secret",
        "rules/..%2f..%2fsecret.txt/kept/1",
        "rules/journey.yaml/kept/..%2f..%2fvisits.csv",
        "customers/..%2f..%2fsecret.txt",
    ],
)
def test_no_download_leads_out_of_the_workspace(client: TestClient, path: str) -> None:
    said = client.get(f"/api/v1/{path}")
    assert said.status_code in (404, 422)
    assert said.headers["content-type"] == MEDIA


def test_what_nobody_thought_of_is_a_problem_as_well(
    small_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desirepath.web.routes.today.notes", lambda folder: 1 // 0)
    app = create_api(Serving(small_folder), hosts=("testserver",))
    with TestClient(app, raise_server_exceptions=False) as client:
        said = client.get("/api/v1/notes")
    assert (said.status_code, said.headers["content-type"]) == (500, MEDIA)
    assert said.json()["code"] == "internal"
    assert "ZeroDivisionError" in said.json()["detail"]
    assert "report it" in said.json()["hint"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("ask/funnel", {"steps": ["\ud800", "page"]}),
        ("ask/comparison", {"a": "\ud800"}),
        ("ask/retention/customers?count=everyone", {"by": "\ud800"}),
        ("drafts", {"files": ["\ud800"]}),
        ("segments/try", {"rows": [{"column": "traits.plan", "values": ["\ud800"]}]}),
    ],
)
def test_half_a_character_is_refused_and_no_mistake_of_ours(
    client: TestClient, path: str, body: dict[str, object]
) -> None:
    """As a text has that was cut in the middle of an emoji: JSON can say it, UTF-8 cannot."""
    said = client.post(f"/api/v1/{path}", content=json.dumps(body), headers=JSON)
    assert said.status_code in (400, 404, 422), said.text
    assert said.headers["content-type"] == MEDIA


def test_a_job_that_fails_for_half_a_character_can_be_told(client: TestClient) -> None:
    body = json.dumps({"only": ["\ud800"]})
    job = client.post("/api/v1/loads", content=body, headers=JSON).json()["id"]
    client.get(f"/api/v1/jobs/{job}/events")
    assert client.get(f"/api/v1/jobs/{job}").json()["problem"]["code"] == "not_found"


def test_what_is_to_be_reported_names_nobody() -> None:
    told = broken(KeyError("ana@example.com +49 170 1234567"))
    assert told.detail == "KeyError: '[e-mail] [number]'"


# ── what is held open ────────────────────────────────────────────────────────────────────────────────────


def test_many_ask_at_once_and_get_the_same(small_folder: Path) -> None:
    found: list[object] = []
    with client_of(small_folder) as client:
        threads = [
            threading.Thread(target=lambda: found.append(client.get("/api/v1/workspace/data").json()))
            for _ in range(8)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert len(found) == 8
    assert all(one == found[0] for one in found)


def test_a_changed_definition_is_read_again(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop", 12)
    Workspace.open(folder, clock=FixedClock()).load()
    with client_of(folder) as client:
        before = client.get("/api/v1/map").json()
        journey = folder / "journey.yaml"
        journey.write_text(
            journey.read_text("utf-8").replace("lapse_after: 14 days", "lapse_after: 15 days"), "utf-8"
        )
        after = client.get("/api/v1/map").json()
        assert after["definition"] != before["definition"]


def test_who_writes_waits_until_nobody_reads(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop", 12)
    Workspace.open(folder, clock=FixedClock()).load()
    serving, order = Serving(folder, FixedClock()), []
    reading = threading.Event()

    def write() -> None:
        reading.wait()
        with serving.writing() as workspace:
            order.append("writes")
            workspace.load()

    writer = threading.Thread(target=write)
    writer.start()
    with serving.asking() as asking:
        reading.set()
        writer.join(timeout=0.2)
        assert asking.trails.events
        order.append("has read")
    writer.join()
    with serving.asking():
        order.append("reads again")
    serving.close()
    assert order == ["has read", "writes", "reads again"]


def test_a_writer_does_not_wait_for_ever_and_lets_the_others_go_on(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop", 12)
    serving = Serving(folder, FixedClock(), patience=0.1)
    with serving.reading():
        with pytest.raises(WorkspaceBusy, match="nothing was changed"), serving.alone():
            pytest.fail("somebody reads")
        with serving.reading():
            pass  # nobody writes: the next reader does not wait either
    with serving.alone(), pytest.raises(WorkspaceBusy), serving.alone():
        pytest.fail("somebody writes")
    with serving.writing():
        pass
    serving.close()


def test_a_job_that_waits_until_it_may_write_can_be_stopped(tmp_path: Path) -> None:
    serving, jobs = Serving(small_shop(tmp_path / "shop", 12), FixedClock()), Jobs()

    def work(job: Job) -> None:
        with serving.writing(waiting=job.wait):
            pytest.fail("somebody reads")

    with serving.reading():
        job = jobs.start("test", work)
        for told in job.changes():
            if told["step"] == "waiting for others":
                job.stop()
        assert told["state"] == "stopped"
        with serving.reading():
            pass
    serving.close()


def test_who_waits_to_write_when_the_app_ends_writes_no_more(tmp_path: Path) -> None:
    serving, said = Serving(small_shop(tmp_path / "shop", 12), FixedClock()), []

    def write() -> None:
        try:
            with serving.alone():
                said.append("writes")
        except WorkspaceBusy:
            said.append("is told")

    with serving.reading():
        writer = threading.Thread(target=write)
        writer.start()
        while not serving._writing:
            threading.Event().wait(0.01)
        serving.close()
        writer.join(timeout=PATIENCE)
    writer.join()
    assert said == ["is told"]


def test_others_may_write_when_nobody_has_asked_for_a_while(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop", 12)
    Workspace.open(folder, clock=FixedClock()).load()
    serving = Serving(folder, FixedClock(), idle=0.1)
    with serving.asking():
        pass
    for _ in range(100):
        try:
            Workspace.open(folder, clock=FixedClock()).refresh(force=True)
            break
        except WorkspaceBusy:
            threading.Event().wait(0.05)
    else:
        pytest.fail("the event store was never let go of")
    with serving.asking() as asking:
        assert asking.trails.events
    serving.close()


# ── jobs ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_job_tells_how_far_it_is_until_it_is_done() -> None:
    go = threading.Event()

    def work(job: Job) -> int:
        job.say("halfway", 0.5)
        go.wait()
        return 42

    job = Jobs().start("test", work)
    seen = []
    for told in job.changes(wait=5):
        seen.append((told["state"], told["step"]))
        if told["step"] == "halfway":
            go.set()
    assert seen[-1] == ("done", "done")
    assert ("running", "halfway") in seen
    assert job.result == 42


def test_a_job_can_be_stopped() -> None:
    begun = threading.Event()

    def work(job: Job) -> None:
        begun.set()
        while True:
            job.say("on and on", 0.1)

    job = Jobs().start("test", work)
    begun.wait()
    job.stop()
    assert list(job.changes())[-1]["state"] == "stopped"


def test_a_job_is_followed_and_stopped_while_all_threads_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desirepath.web.api.THREADS", 1)
    serving, begun = Serving(small_shop(tmp_path / "shop", 12), FixedClock(), patience=5), threading.Event()
    reading = serving.reading

    def waits(*words: object) -> object:
        begun.set()
        return reading()

    monkeypatch.setattr(serving, "reading", waits)
    with TestClient(create_api(serving, hosts=("testserver",))) as client:
        with serving.alone():
            reader = threading.Thread(target=lambda: client.get("/api/v1/sources"))
            reader.start()
            begun.wait()
            assert client.get("/api/v1/jobs/none").status_code == 404
            assert client.delete("/api/v1/jobs/none").status_code == 404
            assert reader.is_alive()
        reader.join()


def test_a_job_that_fails_says_why() -> None:
    def work(job: Job) -> None:
        raise WorkspaceBusy("Another program is using this workspace.", hint="Wait.")

    told = list(Jobs().start("test", work).changes())[-1]
    assert (told["state"], told["problem"]["code"]) == ("failed", "workspace_busy")


def test_a_job_ends_whatever_is_raised_in_it() -> None:
    class Panic(BaseException):
        """What a library in another language raises."""

    def work(job: Job) -> None:
        raise Panic("of a library")

    job = Jobs().start("test", work)
    told = next(one for one in job.changes(wait=0.1) if one["state"] != "running" or one["seconds"] > 5)
    assert (told["state"], told["problem"]["code"]) == ("failed", "internal")
