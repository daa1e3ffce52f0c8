"""Paths and transitions of a bank's loan log, real data: what PM4Py counts, we count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desirepath import Paths, Transitions, Workspace
from desirepath.app.questions.answer import Answer
from desirepath.collect.read_sources import read_sources
from desirepath.measure.walks.transitions import TransitionsAnswer
from tests.examples import EXAMPLES, shared_example

pytestmark = pytest.mark.real_data
GOLDEN = Path(__file__).parents[1] / "golden" / "oracles" / "pm4py" / "loans.json"


@pytest.fixture(scope="module")
def pm4py() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))
    return facts


@pytest.fixture(scope="module")
def loans(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shared_example("loans", data_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def graph(loans: Workspace) -> Answer[TransitionsAnswer]:
    return loans.ask(Transitions(by="event", per="trail", most=500))


@pytest.fixture(scope="module")
def names(loans: Workspace) -> dict[str, str]:
    """The log's own names → ours."""
    found = read_sources(EXAMPLES / "loans" / "sources.yaml", variables={"DESIREPATH_DATA": "."})
    told = found.sources[0].common.event
    assert told is not None
    return dict(told.map)


def test_the_directly_follows_graph_is_that_of_pm4py(
    graph: Answer[TransitionsAnswer], pm4py: dict[str, Any], names: dict[str, str]
) -> None:
    wanted = {(names.get(a, a), names.get(b, b)): n for a, b, n in pm4py["edges"]}
    shown = {(row["from"], row["to"]): row["count"] for row in graph.table.to_dicts()}
    assert shown == wanted
    assert graph.result.other == 0
    assert graph.result.total == sum(wanted.values()) == 262_200 - 13_087
    steps = {row["step"]: row for row in graph.table_named("starts and ends").to_dicts()}
    began = {name: row["began"] for name, row in steps.items() if row["began"]}
    assert began == {names.get(a, a): n for a, n in pm4py["starts"].items()}
    ended = {name: row["times"] - row["went_on"] for name, row in steps.items()}
    assert {name: n for name, n in ended.items() if n} == {
        names.get(a, a): n for a, n in pm4py["ends"].items()
    }


def test_waits_are_those_of_pm4py_to_the_microsecond(
    graph: Answer[TransitionsAnswer], pm4py: dict[str, Any], names: dict[str, str]
) -> None:
    found = {(r["from"], r["to"]): r["half_within"] for r in graph.table_named("waits").to_dicts()}
    told = {(names.get(a, a), names.get(b, b)): seconds for a, b, seconds in pm4py["odd_median_seconds"]}
    compared = {pair: us for pair, us in found.items() if us is not None and pair in told}
    assert len(compared) > 30
    for pair, us in compared.items():
        assert us == pytest.approx(told[pair] * 1e6, abs=1), pair


def test_short_paths_are_the_variants_of_pm4py(
    loans: Workspace, pm4py: dict[str, Any], names: dict[str, str]
) -> None:
    answer = loans.ask(Paths(by="event", per="trail", steps=12, repeats=True, top=200))
    labels = loans_labels(loans)
    short = {
        tuple(labels[c] for c in steps): n for steps, cut, n in answer.result.counts.top(10**6) if not cut
    }
    assert short == {
        tuple(names.get(step, step) for step in steps): n for n, *steps in pm4py["short_variants"]
    }
    assert answer.result.total == 13_087


def test_the_yes_that_ends_a_pass_is_a_step_of_it(loans: Workspace) -> None:
    """No stage follows that it would enter; the few that are no touchpoint at their goal are told as other."""
    answer = loans.ask(Paths(ends_at="approval", per="pass"))
    with loans.asking() as asking:
        said = asking.stages()["decision"].succeeded
    assert 0 <= said - answer.result.total <= 3
    assert answer.result.total > 2_000


def loans_labels(loans: Workspace) -> tuple[str, ...]:
    with loans.asking() as asking:
        return asking.layers.codes("event").labels


def test_what_is_listed_is_what_is_counted(loans: Workspace) -> None:
    answer = loans.ask(Paths(by="event", per="trail", top=20))
    rows = answer.table.to_dicts()
    for number, row in enumerate(rows[:20], 1):
        assert len(answer.members(f"path {number}")) == row["customers"] == row["walks"]
    assert sum(row["walks"] for row in rows) == 13_087
    others = set(answer.members("other").to_arrow()["customer"].to_pylist())
    assert len(others) == rows[-1]["walks"]
