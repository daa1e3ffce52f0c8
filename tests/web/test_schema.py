"""Whatever the description of the API allows, and what it does not: an answer as described, or a problem; never a 500.

schemathesis draws requests from openapi.json, twice for every operation: as it stands (mostly nonsense, which has to be
refused), and with what is there put in the place of free texts (ids, dates, rules, names: these go deep). The draws
follow from the test alone. What a request starts as a job is waited for: a job may fail, and has to say why.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks, not_a_server_error
from starlette.testclient import TestClient

from desirepath.app.questions import QUESTIONS, question_class
from desirepath.app.serving import Serving
from desirepath.web.api import create_api, description
from desirepath.web.problems import MEDIA
from tests.commands import JOURNEY
from tests.sample_shop import CLOCK

V1 = "/api/v1"
EXAMPLES = 10  # of each sort and operation

load_all_checks()
# Left out: positive_data_acceptance. A rule, a date or a name is a text in the schema, and most texts are none.
CHECKED = [
    not_a_server_error,
    *(
        CHECKS.get_one(name)
        for name in (
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        )
    ),
]

RULES = ["segment:from_ads", "ever(channel = 'ads')", "count(event = 'Order Completed') >= 2", "ever(", ""]
STEPS = ["ad", "page", "cart", "event = 'Order Completed'", "stage:decision", "nothing"]
DAYS = ["2024-02-01", "2024-07-01", "0001-01-01", "9999-12-31", "2024-02-30"]
SPANS = ["14 days", "1 hour", "0 days", "-1 day", "90000 years", "P30D", "soon"]
COLUMNS = ["channel", "touchpoint", "event", "traits.device", "nothing"]

# What stands for a free text, by its name, wherever it is asked for; by operation where the name means many things.
KNOWN: dict[str, list[Any]] = {
    "journey": ["journey", "nobody"],
    "segment": ["from_ads", "keen", "nobody"],
    "since": DAYS, "until": DAYS, "begins": DAYS, "ends": DAYS,
    "by": COLUMNS, "group": ["ads", "web"], "channel": ["ads", "web"],
    "stage": ["decision", "retention", "journey", "nothing"],
    "format": ["html", "svg", "md", "csv", "json", "mmd", "xlsx", "doc"],  # not PDF, PNG, slides: seconds each
    "table": ["steps", "stages", "nothing"],
    "count": ["entered", "reached cart", "everyone", "lapsed", "nothing"],
    "rule": RULES, "a": RULES, "b": [*RULES, "rest", "before", None], "hold": [None, "channel"],
    "steps": STEPS, "way": STEPS, "starts_at": STEPS, "ends_at": STEPS, "goal": STEPS, "optional": STEPS,
    "exclude": STEPS, "start": ["first", *STEPS], "returning": ["any", *STEPS],
    "conversion": STEPS, "purchase": STEPS, "promise": ["sent", "nothing"], "like": ["channel", "nothing"],
    "measure": ["rate:decision", "stage:decision", "nothing"], "measures": ["all", "stages", "nothing"],
    "session": SPANS, "session_gap": SPANS, "within": SPANS, "lookback": SPANS, "half_life": SPANS, "next": SPANS,
    "every": SPANS, "check": SPANS, "fresh": SPANS,
    "direct": ["ads", "nothing"], "position": ["40/20/40", "1/2", "a/b/c"], "brackets": ["1, 2-3", "0-"],
    "source": ["orders", "visits", "nothing"], "reason": ["a time that cannot be read", "nothing"],
    "only": ["orders", "visits", "nothing"], "one": ["email:c1@mail.example"], "other": ["email:c3@mail.example"],
    "customer": ["email:c1@mail.example", "nobody"], "files": ["orders.csv", "nothing.csv"], "template": ["shop"],
    "lane": ["thoughts", "actions", "nothing"], "was": [None, "from_ads"], "kind": ["campaign"],
}  # fmt: skip
IDS: dict[str, list[Any]] = {
    "/customers/{id}": ["c0@mail.example", "nobody"],
    "/stages/{id}": ["decision", "repeat:retention", "journey", "nothing"],
    "/segments/{id}": ["from_ads", "newer", "not an id"],
    "/personas/{id}": ["keen", "newer", "not an id"],
    "/rules/{name}": ["journey.yaml", "sources.yaml", "secret.yaml"],
    "/rules/{name}/kept/{version}": ["20240101-000000"],
    "/uploads/{name}": ["orders.csv", "journey.yaml"],
    "/uploads": ["orders.csv", ".journey.yaml", "con.csv", "new.csv"],
    "/loads/{number}": [1, 2, 0],
    "/identity/apart/{number}": [1, 0],
}
# One field of a body, by its schema's name.
FIELDS: dict[tuple[str, str], list[Any]] = {
    ("TryIn", "text"): [None, *RULES],
    ("SearchIn", "text"): ["c1@mail", "channel: ads", "%", "'"],
    ("TextIn", "text"): ["", "stages: [", "journey: x\n"],
    ("SaveIn", "text"): ["", "stages: [", "journey: x\n"],
    ("DefinitionsIn", "sources"): ["", "sources: {}"],
    ("DefinitionsIn", "journey"): ["", "journey: x"],
}
SAID = description()
LABELS = [(method.upper(), path) for path, methods in SAID["paths"].items() for method in sorted(methods)]
# These change nothing, though they are no GET: they look, or ask. Everything else has a workspace of its own.
LOOKS = ("/ask/", "/customers/", "/segments/try", "/segments/face", "/segments/candidates", "/today/alarms",
         "/map/file", "/doctor", "/check", "/jobs")  # fmt: skip


def with_what_is_there(said: dict[str, Any], jobs: list[str]) -> dict[str, Any]:
    """The description with what is there in the place of free texts."""
    told = copy.deepcopy(said)
    for path, methods in told["paths"].items():
        short = path.removeprefix(V1)
        for operation in methods.values():
            for one in operation.get("parameters", []):
                found = _known(short, one["name"], jobs)
                if found is not None and ("string" in str(one["schema"]) or one["name"] == "number"):
                    one["schema"] = {"enum": found}
    for name, schema in told["components"]["schemas"].items():
        for field, of in schema.get("properties", {}).items():
            if name.endswith("In"):
                _put(of, FIELDS.get((name, field), KNOWN.get(field)))
    return told


def _known(path: str, name: str, jobs: list[str]) -> list[Any] | None:
    if name == "job" or (
        name == "id" and path.startswith(("/jobs", "/drafts", "/doctor", "/loads", "/rules"))
    ):
        return jobs
    of_path = [
        found for start, found in IDS.items() if path.startswith(start) and name in ("id", "name", "number")
    ]
    return of_path[-1] if of_path else KNOWN.get(name)  # fmt: skip


def _put(field: dict[str, Any], known: list[Any] | None) -> None:
    """Texts of a field are drawn from what is known; lists are lists of it."""
    for one in (field, *field.get("anyOf", [])) if known is not None else ():
        if one.get("type") == "string" and "enum" not in one:
            one.update(enum=[x for x in known or () if isinstance(x, str)])
        elif (
            one.get("type") == "array" and one["items"].get("type") == "string" and "enum" not in one["items"]
        ):
            one["items"] = {"enum": known}
            one["maxItems"] = 4


def every_question(said: dict[str, Any]) -> dict[str, Any]:
    """The description as if each question had a path of its own, whose body is its fields."""
    told = copy.deepcopy(said)
    route = told["paths"].pop(f"{V1}/ask/{{name}}")["post"]
    told["paths"] = {}
    for name in QUESTIONS:
        fields = copy.deepcopy(question_class(name).model_json_schema())
        for field, of in fields["properties"].items():
            _put(of, KNOWN.get(field))
        fields.pop("additionalProperties", None)
        of_this = copy.deepcopy(route) | {"operationId": f"ask {name}"}
        of_this["parameters"] = [one for one in of_this["parameters"] if one["in"] != "path"]
        of_this["requestBody"]["content"]["application/json"]["schema"] = fields
        told["paths"][f"{V1}/ask/{name}"] = {"post": of_this}
    return told


@dataclass(frozen=True)
class Drawn:
    """What requests are drawn from: the description as it stands, with what is there, and with what can be asked."""

    plain: Any
    likely: Any
    questions: Any


class Api:
    """The app on a workspace, and what is asked of it."""

    def __init__(self, folder: Path) -> None:
        self.app = create_api(Serving(folder, CLOCK), hosts=("testserver",))

    def start_one_of_each(self, client: TestClient) -> list[str]:
        """Jobs that are done, so that there is something to ask for."""
        posts: list[tuple[str, Any]] = [
            ("/today/alarms?since=2024-04-01&until=2024-07-01", None),
            ("/segments/candidates", {}),
            ("/doctor", None),
            ("/drafts", {}),
            ("/rules/journey.yaml/preview", {"text": JOURNEY.replace("14 days", "1 day")}),
        ]
        said = [client.post(f"{V1}{path}", json=body) for path, body in posts]
        self.wait()
        assert {one.status_code for one in said} == {200}
        return [*(one.json()["id"] for one in said), "none"]

    def wait(self) -> None:
        """Until no job runs. None of them may have met what nobody thought of."""
        for job in list(self.app.state.context.jobs._jobs.values()):
            for told in job.changes(wait=60):
                assert not told["problem"] or told["problem"]["code"] != "internal", (job.kind, told)

    def ask(self, operation: Any, mode: GenerationMode) -> None:
        """Ask what the description allows (or, negative, does not), and hold the answers against it."""

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: schemathesis.Case) -> None:
            answer = case.call(app=self.app)
            case.validate_response(answer, checks=CHECKED)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == [MEDIA]
            self.wait()

        asked()


@pytest.fixture(scope="module")
def folder(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded small shop with dropped files. Not to be changed."""
    made = tmp_path_factory.mktemp("schema") / "shop"
    shutil.copytree(small_folder, made)
    (made / "data").mkdir()
    shutil.copy(made / "orders.csv", made / "data")
    return made


@pytest.fixture(scope="module")
def reading(folder: Path) -> Iterator[Api]:
    """The app on it."""
    api = Api(folder)
    with TestClient(api.app):
        yield api


@pytest.fixture(scope="module")
def drawn(reading: Api) -> Drawn:
    """What is drawn from."""
    with TestClient(reading.app) as client:
        jobs = reading.start_one_of_each(client)
    likely = with_what_is_there(SAID, jobs)
    return Drawn(*(schemathesis.openapi.from_dict(one) for one in (SAID, likely, every_question(likely))))


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Iterator[Api]:
    """The app on a copy, which may be changed."""
    shutil.copytree(folder, tmp_path / "shop")
    api = Api(tmp_path / "shop")
    with TestClient(api.app):
        yield api


@pytest.mark.parametrize(("method", "path"), LABELS, ids=[f"{m} {p.removeprefix(V1)}" for m, p in LABELS])
def test_every_operation_answers_as_described(
    request: pytest.FixtureRequest, reading: Api, drawn: Drawn, method: str, path: str
) -> None:
    changes = method != "GET" and not any(one in path for one in LOOKS)
    api: Api = request.getfixturevalue("own") if changes else reading
    api.ask(drawn.likely[path][method], GenerationMode.POSITIVE)
    wrong = drawn.plain[path][method]
    if wrong.body or wrong.query:  # no text in a path is wrong
        api.ask(wrong, GenerationMode.NEGATIVE)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_question_answers_whatever_its_fields_allow(reading: Api, drawn: Drawn, name: str) -> None:
    reading.ask(drawn.questions[f"{V1}/ask/{name}"]["POST"], GenerationMode.POSITIVE)
