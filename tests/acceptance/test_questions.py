"""A question as data: how it is asked, what it refuses, and what stands beside every answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pytest
from pydantic import Field

from desirepath.app import questions
from desirepath.app.questions.answer import Answer
from desirepath.app.questions.breakdown import groups_by
from desirepath.app.questions.question import Question, QuestionError
from desirepath.app.questions.steps import read_step, read_steps
from desirepath.app.questions.tables import table_of
from desirepath.app.workspace import Workspace
from desirepath.core.definition import Duration
from desirepath.core.errors import NotFound, WorkspaceError
from desirepath.measure.answers import Contract
from desirepath.stats.intervals import proportion
from desirepath.testing import FixedClock
from desirepath.trail.spread import customers_of
from tests.commands import cli, small_shop

if TYPE_CHECKING:
    from desirepath.app.asking import Asking


class Seen(Question[int]):
    """Counts the customers who have met a step, ever."""

    name: ClassVar[str] = "seen"
    about: ClassVar[str] = "How many customers have met a step?"
    examples: ClassVar[tuple[str, ...]] = ("shop checkout --order strict",)

    steps: tuple[str, ...] = Field(description="What was met.", json_schema_extra={"argument": True})
    order: Literal["ordered", "strict"] = Field("ordered", description="In which order.")
    within: Duration | None = Field(None, description="How soon.")
    most: int = Field(3, description="At most so many.", ge=1)
    loud: bool = Field(False, description="Say it loudly.")

    def answer(self, asking: Asking) -> Answer[int]:
        step = read_steps(asking, self.steps)[0]
        who = customers_of(asking.trails.offset, step.mask)
        share = proportion(len(who), asking.customers_with_events, as_of=asking.as_of)
        table = table_of(
            "step", {"step": str, "customers": int, "share": "share"}, [(step.label, len(who), share)]
        )
        contract = Contract(
            self.about, "customers with events", "met ever", asking.as_of, asking.journey.version
        )
        said = f"{len(who)} customers have met {step.label}{'!' if self.loud else '.'}"
        return asking.answered(self, len(who), contract, [said], {"steps": table}, {"met": lambda: who})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(tmp_path_factory.mktemp("questions") / "shop", 60)
    Workspace.open(folder, clock=FixedClock()).load()
    return folder


@pytest.fixture
def shop(folder: Path) -> Workspace:
    return Workspace.open(folder, clock=FixedClock())


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(questions, "question_class", lambda name: Seen)
    monkeypatch.setattr("desirepath.cli.ask.question_class", lambda name: Seen)
    monkeypatch.setitem(questions.QUESTIONS, "seen", ("here", "Seen"))
    yield


# ── in the library ───────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_says_what_it_rests_on_and_who_is_behind_it(shop: Workspace) -> None:
    answer = shop.ask(Seen(steps=["cart"]))
    assert answer.result == 20
    assert answer.table.column("customers") == [20]
    assert answer.table.column("share_n") == [60]
    assert len(answer.members("met")) == answer.result
    assert answer.asked.definition == shop.journey.version
    with pytest.raises(NotFound, match='Did you mean "met"'):
        answer.members("mett")
    with pytest.raises(NotFound, match='Did you mean "steps"'):
        answer.table_named("step")


def test_members_of_an_old_answer_are_refused_when_customers_were_placed_again(tmp_path: Path) -> None:
    shop = Workspace.open(small_shop(tmp_path / "shop", 12), clock=FixedClock())
    shop.load()
    answer = shop.ask(Seen(steps=["cart"]))
    shop.refresh(force=True)
    with pytest.raises(WorkspaceError, match="Ask the question again"):
        answer.members("met")


def test_a_question_is_data() -> None:
    question = Seen(steps=["cart"], within="14 days", most=5)
    assert question.given() == {"steps": ["cart"], "within": "14 days", "most": 5}
    assert Seen(**question.given()) == question
    assert question == Seen(steps=("cart",), within="2 weeks", most=5)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "seen needs steps"),
        ({"steps": ["a"], "oder": "strict"}, 'Did you mean "order"'),
        ({"steps": ["a"], "order": "strickt"}, 'order cannot be "strickt"\nDid you mean "strict"'),
        ({"steps": ["a"], "within": "a month"}, "Months and years vary|not a duration"),
        ({"steps": ["a"], "most": 0}, "most: input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_field_is_refused_with_the_nearest_fix(fields: dict[str, object], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        Seen(**fields)


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "label", "events"),
    [
        ("cart", "Cart", 20),
        ("decision", "Decision", 20),
        ("stage:decision", "Decision", 20),
        ("goal:decision", "the goal of Decision", 30),
        ("Order Completed", "Order Completed", 30),
        ("event:Order Completed", "Order Completed", 30),
        ("event = 'Order Completed' and value > 25", "event = 'Order Completed' and value > 25", 10),
        ("event = 'Order Completed' and value > 1000", "event = 'Order Completed' and value > 1000", 0),
    ],
)
def test_a_step_is_a_touchpoint_a_stage_an_event_or_a_rule(
    shop: Workspace, text: str, label: str, events: int
) -> None:
    with shop.asking() as asking:
        step = read_step(asking, text)
        assert (step.label, int(step.mask.sum())) == (label, events)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cartt", 'there is no touchpoint, stage or event "cartt"\nDid you mean "cart"'),
        ("touchpoint:cartt", 'Did you mean "cart"'),
        ("goal:awareness", "has no goal\nStages with a goal: decision, retention"),
        ("evnt = 'Order Completed'", 'Did you mean "event"'),
        ("event = 'x'; drop table events", "is no rule"),
    ],
)
def test_a_step_that_is_none_is_refused(shop: Workspace, text: str, said: str) -> None:
    with shop.asking() as asking, pytest.raises(QuestionError, match=said):
        read_step(asking, text)


# ── layers ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_segment_holds_from_the_event_that_makes_it_true(shop: Workspace) -> None:
    with shop.asking() as asking:
        held, trails = asking.layers.segment("keen"), asking.trails
        views = asking.layers.rule("event = 'Product Viewed'")
        for c in range(trails.customers):
            mine = slice(int(trails.offset[c]), int(trails.offset[c + 1]))
            ts = trails.ts[mine]
            want = [int(views[mine][ts <= t].sum()) >= 2 for t in ts]
            assert held[mine].tolist() == want


def test_layers_are_kept_with_the_build_and_read_again(shop: Workspace) -> None:
    with shop.asking() as asking:
        first = (
            asking.layers.codes("channel"),
            asking.layers.codes("event"),
            asking.layers.segment("from_ads"),
        )
        kept = sorted(p.name for p in asking.build.path.glob("kept.*"))
    with shop.asking() as asking:
        again = (
            asking.layers.codes("channel"),
            asking.layers.codes("event"),
            asking.layers.segment("from_ads"),
        )
        assert sorted(p.name for p in asking.build.path.glob("kept.*")) == kept
        assert kept
        for one, other in zip(first[:2], again[:2], strict=True):
            assert one.labels == other.labels
            assert np.array_equal(one.code, other.code)
        assert np.array_equal(first[2], again[2])


def test_a_kept_layer_that_is_damaged_is_made_again(shop: Workspace) -> None:
    with shop.asking() as asking:
        want = asking.layers.rule("value > 25").copy()
        for path in asking.build.path.glob("kept.*"):
            path.write_bytes(b"not an array")
    with shop.asking() as asking:
        assert np.array_equal(asking.layers.rule("value > 25"), want)


# ── breakdowns ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["channel", "touchpoint", "event", "month", "week", "day", "source"])
def test_groups_close(shop: Workspace, by: str) -> None:
    with shop.asking() as asking:
        found = groups_by(asking, by, asking.visits.entry_event, most=1)
        assert not found.overlap
        assert sum(int(one.rows.sum()) for one in found.groups) == len(asking.visits)


def test_segments_may_overlap_and_say_so(shop: Workspace) -> None:
    with shop.asking() as asking:
        found = groups_by(asking, "segment", asking.visits.entry_event)
        assert found.overlap
        assert next(one.key for one in found.groups) == "from_ads"
        with pytest.raises(QuestionError, match='Did you mean "channel"'):
            groups_by(asking, "chanel", asking.visits.entry_event)
        with pytest.raises(QuestionError, match="names customers"):
            groups_by(asking, "id.email", asking.visits.entry_event)


# ── on the command line ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("registered")
def test_a_question_is_a_command(folder: Path, tmp_path: Path) -> None:
    said = cli("ask", "seen", folder, "cart", "--loud")
    assert said.code == 0, said.err
    assert "20 customers have met Cart!" in said.out
    assert "33.3 % (22.7–45.9), n 60" in said.out
    assert "Of: customers with events." in said.out
    assert len(cli("ask", "seen", folder, "cart", "--members", "met").out.split()) == 20
    told = json.loads(cli("ask", "seen", folder, "cart", "--json").out)
    assert told["tables"]["steps"][0]["customers"] == 20
    assert told["question"] == {"name": "seen", "steps": ["cart"]}
    path = tmp_path / "steps.csv"
    assert cli("ask", "seen", folder, "cart", "-o", path).code == 0
    assert path.read_text("utf-8-sig").splitlines()[0] == "step,customers,share,share_low,share_high,share_n"


@pytest.mark.usefixtures("registered")
def test_its_help_is_made_from_its_fields(folder: Path) -> None:
    said = cli("ask", "seen", "--help").out
    for word in (
        "How many customers have met a step?",
        "One of: ordered, strict.",
        "--within",
        "--no-loud",
        "ask seen",
    ):
        assert word in said
    wrong = cli("ask", "seen", folder, "cart", "--order", "strickt", "--json")
    assert wrong.code == 1
    assert json.loads(wrong.out)["error"]["code"] == "question"
