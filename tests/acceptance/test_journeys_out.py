"""Journeys go out as XES and CJML, and what goes out can come in again."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from desirepath.app.workspace import Workspace
from desirepath.core.errors import NotFound
from tests.commands import cli, small_shop

HOSTILE = "</event><script>alert('&amp;')</script> ]]> \x08 \u202e \ud83d\ude00"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = HOSTILE.encode("utf-16", "surrogatepass").decode("utf-16")
    folder = small_shop(
        tmp_path_factory.mktemp("out") / "shop",
        extra_visits=f'Product Viewed,2024-03-01T10:00:00Z,d-9,hostile@mail.example,"we,b","{text}"\n',
    )
    Workspace.open(folder).load()
    return folder


def log_of(path: Path) -> Any:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        return etree.fromstring(file.read())


def values(element: Any) -> dict[str, str]:
    return {one.get("key"): one.get("value") for one in element if one.get("key")}


def test_every_event_is_in_the_log_with_its_stage_and_pass(shop: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(shop)
    written = workspace.write_journeys(tmp_path / "shop.xes")
    log = log_of(tmp_path / "shop.xes")
    traces = log.findall("{*}trace")
    events = [
        (values(trace)["concept:name"], values(event))
        for trace in traces
        for event in trace.findall("{*}event")
    ]
    assert len(traces) == written == workspace.sql("FROM customers").to_arrow().num_rows
    told = Counter((customer, one["event"], one.get("touchpoint")) for customer, one in events)
    asked = workspace.sql("SELECT customer, event, touchpoint FROM events WHERE customer IS NOT NULL")
    assert told == Counter(asked.rows)
    # The first event of a stage in a pass is the one that entered it.
    visits = workspace.sql(
        "SELECT customer, pass, stage, timezone('UTC', entered) FROM visits"
        " WHERE track = 'journey' AND outcome <> 'skipped'"
    )
    entered = {
        (c, int(one["pass"]), one["stage"]): one["time:timestamp"]
        for c, one in reversed(events)
        if "pass" in one
    }
    assert len(visits) == len(entered)
    for customer, number, stage, at in visits.rows:
        assert entered[customer, number, stage][:19] == at.isoformat()[:19]


def test_a_trace_says_where_its_customer_stands(shop: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(shop)
    workspace.write_journeys(tmp_path / "shop.xes.gz")
    stands = {
        values(t)["concept:name"]: values(t) for t in log_of(tmp_path / "shop.xes.gz").findall("{*}trace")
    }
    for customer, stage in workspace.sql(
        "SELECT customer, stage FROM customers WHERE stage IS NOT NULL"
    ).rows:
        assert (stands[customer]["stage"], stands[customer]["outcome"]) == (stage, "in_flight")
    lapsed = workspace.customers_in("consideration", "lapsed").column("customer")
    assert lapsed
    assert {(stands[customer]["stage"], stands[customer]["outcome"]) for customer in lapsed} == {
        ("consideration", "lapsed")
    }


def test_the_same_journeys_make_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    for name in ("a.xes.gz", "b.xes.gz", "a.cjml", "b.cjml"):
        Workspace.open(shop).write_journeys(tmp_path / name)
    assert (tmp_path / "a.xes.gz").read_bytes() == (tmp_path / "b.xes.gz").read_bytes()
    assert (tmp_path / "a.cjml").read_bytes() == (tmp_path / "b.cjml").read_bytes()


@pytest.mark.parametrize("name", ["shop.xes", "shop.cjml"])
def test_words_of_customers_only_go_out_on_purpose_and_break_nothing(
    shop: Path, tmp_path: Path, name: str
) -> None:
    workspace = Workspace.open(shop)
    workspace.write_journeys(tmp_path / name)
    assert "alert" not in (tmp_path / name).read_text("utf-8")
    workspace.write_journeys(tmp_path / name, reveal=True)
    text = (tmp_path / name).read_text("utf-8")
    assert "<script>" not in text and "\u202e" not in text
    root = log_of(tmp_path / name)
    said = [
        one.get("value") or one.text
        for one in root.iter()
        if "alert(" in (one.get("value") or one.text or "")
    ]
    assert len(said) == 1 and said[0].startswith("</event><script>alert('&amp;')")


def test_cjml_keeps_the_planned_and_the_actual_journey_apart(shop: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(shop)
    count = workspace.write_journeys(tmp_path / "shop.cjml", customers=["c0@mail.example", "c3@mail.example"])
    root = log_of(tmp_path / "shop.cjml")
    (planned,) = root.findall("plannedJourney")
    actual = root.findall("actualJourney")
    assert count == len(actual) == 2
    assert [one.text for one in planned.iter("initiatorLabel")] == ["Ad", "Page", "Cart"]
    assert not list(planned.iter("touchpointExperience"))
    for journey in (planned, *actual):
        actors = {one.get("actorID") for one in journey.find("actors")}
        phases = {one.get("phaseID") for one in journey.iter("journeyPhase")}
        assert {one.get("actorIDref") for one in journey.iter("refersTo")} <= actors
        assert {one.get("phaseIDref") for one in journey.iter("belongsTo")} <= phases
    assert {one.findtext("plannedReference") for one in actual} == {planned.findtext("journeyID")}


@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        (
            "shop.xes.gz",
            "event: {column: event}\n    time: time:timestamp\n    identifiers: {user_id: case:concept:name}\n"
            "    channel: {column: channel}\n    value: value",
        ),
        (
            "shop.cjml",
            "event: {column: label}\n    time: time\n    identifiers: {user_id: customer}\n"
            "    channel: {column: channel}\n    by: {column: by}",
        ),
    ],
)
def test_what_goes_out_comes_in_again(shop: Path, tmp_path: Path, name: str, mapping: str) -> None:
    first = Workspace.open(shop)
    again = tmp_path / "again"
    again.mkdir()
    first.write_journeys(again / name)
    shutil.copy(shop / "journey.yaml", again / "journey.yaml")
    (again / "sources.yaml").write_text(f"sources:\n  log:\n    files: {name}\n    {mapping}\n", "utf-8")
    second = Workspace.open(again)
    summary = second.load()
    assert summary.rejected == 0
    count = "SELECT count(*), count(DISTINCT customer), sum(date_part('epoch', time)) FROM events"
    placed = f"{count} WHERE customer IS NOT NULL"
    assert list(second.sql(count).rows) == list(first.sql(placed).rows)


def test_files_and_customers_that_nobody_knows_are_told(shop: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(shop)
    with pytest.raises(NotFound, match="cannot be written"):
        workspace.write_journeys(tmp_path / "shop.mxml")
    with pytest.raises(NotFound, match='Did you mean "xes"'):
        workspace.write_journeys(tmp_path / "shop.xes", format="xe")
    with pytest.raises(NotFound, match="nobody@"):
        workspace.write_journeys(tmp_path / "shop.xes", customers=["nobody@mail.example"])
    assert not list(tmp_path.iterdir())


def test_the_command_writes_and_counts(shop: Path, tmp_path: Path) -> None:
    ran = cli("export", shop, "-o", tmp_path / "one.xml", "--format", "cjml", "--customer", "c0@mail.example")
    assert ran.code == 0 and "Wrote 1 journeys" in ran.out
    ran = cli("export", shop, "-o", tmp_path / "one.txt", "--json")
    assert ran.code == 1 and '"not_found"' in ran.out
