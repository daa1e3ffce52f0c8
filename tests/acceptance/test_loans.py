"""A bank's loan applications, real data: every number against the XML itself, read by another parser."""

from __future__ import annotations

import gzip
import json
import math
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from desirepath.app.draft import draft
from desirepath.app.workspace import Workspace
from desirepath.core.estimate import Estimate
from tests.examples import shared_example

pytestmark = pytest.mark.real_data
STAGES = {
    "application": "A_SUBMITTED",
    "completion": "A_PREACCEPTED",
    "offer": "O_SENT",
    "decision": "O_SENT_BACK",
}
ENDS = ("A_DECLINED", "A_CANCELLED")
KNOWN_UNTIL = datetime(2012, 3, 15, tzinfo=ZoneInfo("Europe/Amsterdam"))


@dataclass
class Case:
    """One application as the XML has it: its amount, and (name, step, time) of each event."""

    amount: int = 0
    events: list[tuple[str, str, datetime]] = field(default_factory=list)

    def first(self, *names: str) -> datetime | None:
        """When the first of these happened."""
        return min((at for name, _, at in self.events if name in names), default=None)

    @property
    def furthest(self) -> str:
        return [stage for stage, name in STAGES.items() if self.first(name)][-1]

    def time_in(self, stage: str) -> timedelta | None:
        """From a stage to its success; None where it did not come to that."""
        ways = [*STAGES.values(), "A_APPROVED"]
        place = list(STAGES).index(stage)
        entered, succeeded = self.first(ways[place]), self.first(ways[place + 1])
        return succeeded - entered if entered and succeeded else None


@pytest.fixture(scope="module")
def loans(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shared_example("loans", data_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def cases(data_dir: Path) -> dict[str, Case]:
    """The log by a plain reading of its XML."""
    found: dict[str, Case] = {}
    with gzip.open(data_dir / "loan-applications" / "bpic2012.xes.gz") as file:
        for _, element in ET.iterparse(file):
            if element.tag.endswith("}trace"):
                case = Case()
                said = {one.get("key"): one.get("value") for one in element if not one.tag.endswith("}event")}
                case.amount = int(said["AMOUNT_REQ"] or 0)
                for event in element.iter(element.tag.replace("trace", "event")):
                    has = {one.get("key"): one.get("value") or "" for one in event}
                    at = datetime.fromisoformat(has["time:timestamp"])
                    case.events.append((has["concept:name"], has["lifecycle:transition"], at))
                found[said["concept:name"] or ""] = case
                element.clear()
    return found


def test_the_known_counts(loans: Workspace, cases: dict[str, Case]) -> None:
    with loans.asking() as asking:
        assert asking.trails.customers == len(cases) == 13_087
        assert asking.trails.events == sum(len(case.events) for case in cases.values()) == 262_200
    whole = loans.stages().whole
    approved = sum(case.first("A_APPROVED") is not None for case in cases.values())
    ended = sum(case.first(*ENDS) is not None for case in cases.values())
    assert (
        (whole.entered, whole.succeeded, whole.left) == (13_087, approved, ended) == (13_087, 2_246, 10_442)
    )
    # The rest is not lost: the bank has not said yet.
    assert (whole.lapsed, whole.in_flight) == (0, 13_087 - 2_246 - 10_442)


@pytest.mark.parametrize("stage", STAGES)
def test_who_came_how_far_and_how_it_ended(loans: Workspace, cases: dict[str, Case], stage: str) -> None:
    answer = loans.stages()[stage]
    here = [case for case in cases.values() if case.first(STAGES[stage])]
    stayed = [case for case in here if case.furthest == stage]
    assert answer.customers == answer.entered == len(here)
    assert answer.succeeded == sum(case.time_in(stage) is not None for case in here)
    assert answer.left == sum(case.first(*ENDS) is not None for case in stayed)
    assert answer.in_flight == sum(case.first(*ENDS, "A_APPROVED") is None for case in stayed)
    assert (answer.skipped, answer.lapsed, answer.comebacks) == (0, 0, 0)
    for what in ("entered", "succeeded", "left", "in_flight"):
        assert len(loans.customers_in(stage, what)) == getattr(answer, what)


@pytest.mark.parametrize(
    ("stage", "days"), [("application", 7), ("completion", 14), ("offer", 30), ("decision", 30)]
)
def test_the_rate_is_of_all_who_have_had_their_time(
    loans: Workspace, cases: dict[str, Case], stage: str, days: int
) -> None:
    horizon = timedelta(days=days)
    old = [
        case
        for case in cases.values()
        if (entered := case.first(STAGES[stage]))
        and entered + horizon <= KNOWN_UNTIL - timedelta(microseconds=1)
    ]
    within = sum((took := case.time_in(stage)) is not None and took <= horizon for case in old)
    rate = loans.stages()[stage].rate
    assert isinstance(rate, Estimate)
    assert rate.n == len(old)
    assert round(rate.value * rate.n) == within


def test_half_of_the_applications_pass_the_first_look_in_this_time(
    loans: Workspace, cases: dict[str, Case]
) -> None:
    # Nobody is still in the first stage, so nothing is censored: the time by which half of all had gone on.
    times = sorted(took for case in cases.values() if (took := case.time_in("application")) is not None)
    half = times[math.ceil(len(cases) / 2) - 1]
    median = loans.stages()["application"].time_quartiles[1]
    assert isinstance(median, Estimate)
    assert median.value == half / timedelta(microseconds=1)


def test_who_got_their_yes_waited_this_long_for_it(loans: Workspace, cases: dict[str, Case]) -> None:
    times = [
        took / timedelta(microseconds=1)
        for case in cases.values()
        if (took := case.time_in("decision")) is not None
        and took <= timedelta(days=30)
        and (back := case.first("O_SENT_BACK")) is not None
        and back + timedelta(days=30) < KNOWN_UNTIL
    ]
    median = loans.stages()["decision"].time_of_succeeded[1]
    assert isinstance(median, Estimate)
    assert median.value == pytest.approx(float(np.median(times)), rel=0.01)


def test_customers_apply_and_return_offers_and_the_bank_does_the_rest(
    loans: Workspace, cases: dict[str, Case]
) -> None:
    theirs = sum(
        name in ("A_SUBMITTED", "O_SENT_BACK") for case in cases.values() for name, *_ in case.events
    )
    with loans.asking() as asking:
        by = dict(asking.store.rows('SELECT "by", count(*) FROM events GROUP BY 1'))
    assert by["customer"] == theirs == 13_087 + 3_454
    assert sum(by.values()) == 262_200


def test_promises_are_kept_as_often_as_the_log_says(loans: Workspace, cases: dict[str, Case]) -> None:
    made = json.loads(loans.map().to("json"))
    cells = [cell for lane in made["lanes"] for cell in lane["cells"]]
    (cell,) = [one for one in cells if one["id"] == "promises.application.first_answer"]
    kept = next(value for value in cell["values"] if value["name"] == "kept")
    due, good = 0, 0
    for case in cases.values():
        asked, answered = case.first("A_SUBMITTED"), case.first("O_SENT", *ENDS)
        assert asked is not None
        if asked + timedelta(days=2) < KNOWN_UNTIL:
            due += 1
            good += answered is not None and answered - asked <= timedelta(days=2)
    assert kept["measured"]["n"] == due
    assert round(kept["measured"]["value"] * due) == good


@pytest.mark.parametrize(
    ("segment", "low", "high"), [("small", -1, 5_000), ("middle", 5_000, 15_000), ("large", 15_000, math.inf)]
)
def test_amounts_make_segments(
    loans: Workspace, cases: dict[str, Case], segment: str, low: float, high: float
) -> None:
    here = [case for case in cases.values() if low < case.amount <= high]
    whole = loans.stages(segment=segment).whole
    assert whole.entered == len(here)
    assert whole.succeeded == sum(case.first("A_APPROVED") is not None for case in here)


def test_drafted_from_the_log_alone_it_loads_to_a_map(data_dir: Path, tmp_path: Path) -> None:
    made = draft(tmp_path / "bank", [data_dir / "loan-applications" / "bpic2012.xes.gz"])
    assert 'identifiers: {case_id: "case:concept:name"}' in made.sources_text
    bank = Workspace.open(made.folder)
    (source,) = bank.load().sources
    assert (source.events, source.rejected) == (262_200, 0)
    drawn = bank.map().to("html")
    assert "13,087" in (drawn if isinstance(drawn, str) else drawn.decode())
