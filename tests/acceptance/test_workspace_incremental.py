"""A grown source touches only the customers whom it touches, and nobody can tell that the others were left alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from desirepath.app.workspace import Workspace
from desirepath.journey.promises import PromiseRows
from desirepath.journey.visits import Visits
from desirepath.store.trail_files import Build, TrailFiles
from desirepath.testing import FixedClock
from desirepath.trail.trails import Trails
from tests.commands import cli

JOURNEY = """
journey: A shop
time_zone: UTC
currency: EUR
stages:
  awareness:     {enter: "event = 'Ad Clicked'", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision:      {enter: "event = 'Cart Viewed'", goal: "event = 'Order Completed'", lapse_after: 14 days}
  retention:     {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days}
touchpoints:
  ad:   {stage: awareness, channel: ads, when: "event = 'Ad Clicked'"}
  page: {stage: consideration, when: "event = 'Product Viewed'"}
promises:
  sent: {from: "event = 'Order Completed'", to: "event = 'Order Sent'", key: order_id, within: 2 days}
voided_by: {event: "event = 'Order Cancelled' and source = 'orders'", key: order_id}
exclude: "event = 'Staff Seen'"
"""
SOURCES = """
sources:
  visits:
    files: visits*.csv
    event: {column: event}
    time: time
    identifiers: {anonymous_id: device, email: email}
    channel: {column: channel}
    text: note
  orders:
    files: orders.csv
    event: {column: event}
    time: at
    key: line
    identifiers: {email: email, order_id: order}
    value: total
  answers:
    files: answers.csv
    event: Survey Answered
    time: at
    identifiers: {email: email, phone: phone}
    score: {column: stars, low: 1, high: 5}
"""
VISITS, ORDERS, ANSWERS = (
    "event,time,device,email,channel,note",
    "line,event,at,email,order,total",
    "at,email,stars,phone",
)
PEOPLE = 60


def write(file: Path, head: str, lines: list[str]) -> None:
    file.write_text("\n".join([head, *lines, ""]), "utf-8")


def add(file: Path, *lines: str) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write("".join(f"{line}\n" for line in lines))


def lines_of(file: Path, change: Callable[[str], str | None]) -> None:
    """Rewrite a file line by line; None takes a line out."""
    changed = [change(line) for line in file.read_text("utf-8").splitlines()]
    file.write_text("".join(f"{line}\n" for line in changed if line is not None), "utf-8")


def make_shop(folder: Path) -> Path:
    """Sixty people with an advertisement and a page each; every third orders, some of those get their parcel."""
    folder.mkdir(parents=True)
    visits, orders = [], []
    for i in range(PEOPLE):
        day = f"2024-{i % 6 + 1:02d}-{i % 28 + 1:02d}"
        visits.append(f"Ad Clicked,{day}T09:00:00Z,d{i},,ads,")
        visits.append(f"Product Viewed,{day}T09:05:00Z,d{i},c{i}@mail.example,web,")
        if i % 3 == 0:
            visits.append(f"Cart Viewed,{day}T09:07:00Z,d{i},,web,so many steps")
            orders.append(f"{i},Order Completed,{day}T09:20:00Z,c{i}@mail.example,o{i},20.00")
        if i % 6 == 0:
            orders.append(f"{i}s,Order Sent,{day},c{i}@mail.example,o{i},")
    (folder / "journey.yaml").write_text(JOURNEY, "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    write(folder / "visits-1.csv", VISITS, visits)
    write(folder / "visits-2.csv", VISITS, ["Product Viewed,2024-05-05T10:00:00Z,d7,,web,"])
    write(folder / "orders.csv", ORDERS, orders)
    write(folder / "answers.csv", ANSWERS, ["2024-06-20T10:00:00Z,c3@mail.example,4,"])
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_shop(tmp_path_factory.mktemp("incremental") / "shop")
    opened(folder).load()
    return folder


@pytest.fixture
def own(shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shop, tmp_path / "shop"))


def opened(folder: Path) -> Workspace:
    return Workspace.open(folder, clock=FixedClock(datetime(2025, 1, 1, tzinfo=UTC)))


def build_of(folder: Path) -> Build:
    (one,) = (folder / ".desirepath" / "trails").iterdir()
    found = TrailFiles(one.parent).open(one.name)
    assert found is not None
    return found


def columns(table: Any) -> dict[str, list[Any]]:
    return {field.name: getattr(table, field.name).tolist() for field in fields(table)}


def everything(folder: Path) -> dict[str, Any]:
    """All that is derived: every column of the build, its facts, who the customers are, and the map."""
    build = build_of(folder)
    facts = {
        key: value
        for key, value in build.facts.items()
        if key not in ("stamp", "made_at", "customers_read", "events_read")
    }
    with opened(folder).asking() as asking:
        ids = list(asking.customer_ids)
        whose = asking.store.rows("SELECT event_no, customer FROM event_customers ORDER BY 1")
        named = asking.store.rows("SELECT * EXCLUDE (identifier) FROM identifiers ORDER BY ALL")
    tables: dict[type, Any] = {Trails: build.trails(), Visits: build.visits(), PromiseRows: build.promises()}
    return {
        **{kind.__name__: columns(table) for kind, table in tables.items()},
        "facts": facts,
        "ids": ids,
        "whose": whose,
        "identifiers": named,
        "map": json.loads(opened(folder).map().to("json")),
    }


def check(folder: Path, tmp: Path) -> tuple[int, int]:
    """What is there is what a workspace has that makes all anew; how many customers and events were read for it."""
    facts = build_of(folder).facts
    other = Path(shutil.copytree(folder, tmp / f"from-scratch-{len(list(tmp.iterdir()))}"))
    opened(other).refresh(force=True)
    whole = build_of(other).facts
    assert whole["customers_read"] == whole["customers"]
    mine, theirs = everything(folder), everything(other)
    for name, value in theirs.items():
        assert mine[name] == value, name
    shutil.rmtree(other)
    return int(facts["customers_read"]), int(facts["events_read"])


def customer(folder: Path, asked: str) -> str | None:
    return opened(folder).explain_customer(asked).id


def outcomes(folder: Path, who: str) -> list[tuple[str, str]]:
    """Stage and outcome of every visit of a customer."""
    id_ = customer(folder, who)
    table = opened(folder).visits()
    rows = zip(*(table.column(name) for name in ("customer", "stage", "outcome")), strict=True)
    return [(stage, outcome) for one, stage, outcome in rows if one == id_]


# ── a story for each kind of change ──────────────────────────────────────────────────────────────────────


def test_new_events_touch_their_own_customers_only(own: Path, tmp_path: Path) -> None:
    add(own / "visits-1.csv", "Product Viewed,2024-06-25T09:00:00Z,d4,,web,again",
        "Ad Clicked,2024-06-26T09:00:00Z,new,,ads,")  # fmt: skip
    opened(own).load()
    assert check(own, tmp_path) == (2, 4), (
        "d4 with two events and the new one, and somebody who was never here"
    )


def test_nothing_new_places_nobody_again(own: Path, tmp_path: Path) -> None:
    text = (own / "journey.yaml").read_text("utf-8")
    (own / "journey.yaml").write_text(text.replace("lapse_after: 30 days", "lapse_after: 31 days"), "utf-8")
    opened(own).refresh()
    assert check(own, tmp_path) == (0, 0), "how long is no question to an event: only placing is done again"


def test_what_is_asked_of_events_is_asked_of_all(own: Path, tmp_path: Path) -> None:
    for old, new in (("'Ad Clicked'\", lapse", "'Cart Viewed'\", lapse"), ("'Staff Seen'", "'Survey Answered'"),
                     ("within: 2 days", "within: 3 days")):  # fmt: skip
        text = (own / "journey.yaml").read_text("utf-8")
        assert old in text
        (own / "journey.yaml").write_text(text.replace(old, new), "utf-8")
        opened(own).refresh()
        read, _ = check(own, tmp_path)
        assert read == PEOPLE


def test_two_old_customers_become_one(own: Path, tmp_path: Path) -> None:
    add(own / "answers.csv", "2024-06-24T10:00:00Z,,3,+61412345678")
    opened(own).load()
    first, second = customer(own, "phone:+61412345678"), customer(own, "email:c5@mail.example")
    assert first != second
    add(own / "answers.csv", "2024-06-25T10:00:00Z,c5@mail.example,5,+61412345678")
    opened(own).load()
    one = customer(own, "phone:+61412345678")
    assert one == customer(own, "email:c5@mail.example") == customer(own, "anonymous_id:d5")
    assert check(own, tmp_path) == (1, 4)
    (change,) = [row for row in opened(own).merges() if row["from_id"] in (first, second)]
    assert change["into_id"] == one


def test_a_device_without_a_name_becomes_a_customers(own: Path, tmp_path: Path) -> None:
    add(own / "visits-1.csv", "Ad Clicked,2024-06-20T09:00:00Z,tablet,,ads,")
    opened(own).load()
    assert check(own, tmp_path) == (1, 1)
    alone = customer(own, "anonymous_id:tablet")
    add(own / "visits-1.csv", "Product Viewed,2024-06-21T09:00:00Z,tablet,c8@mail.example,web,")
    opened(own).load()
    assert customer(own, "anonymous_id:tablet") == customer(own, "email:c8@mail.example") != alone
    assert check(own, tmp_path) == (1, 4), "the two of before, the tablet's, and the one that tied them"
    merges = opened(own).merges()
    assert merges.column("from_id") == [alone]


def test_a_correction_touches_whose_record_it_corrects(own: Path, tmp_path: Path) -> None:
    lines_of(
        own / "orders.csv", lambda line: line.replace("20.00", "25.00") if line.startswith("9,") else line
    )
    assert opened(own).load().sources[1].corrected == 1
    assert check(own, tmp_path)[0] == 1


def test_a_correction_of_whose_it_was_touches_both(own: Path, tmp_path: Path) -> None:
    def change(line: str) -> str:
        return line.replace("c9@", "c10@").replace("o9", "o10") if line.startswith("9,") else line

    lines_of(own / "orders.csv", change)
    opened(own).load()
    assert check(own, tmp_path)[0] == 2


def test_a_file_that_is_read_otherwise_touches_whom_it_tells_of(own: Path, tmp_path: Path) -> None:
    text = (own / "sources.yaml").read_text("utf-8")
    (own / "sources.yaml").write_text(text.replace("high: 5", "high: 10"), "utf-8")
    opened(own).load()
    assert check(own, tmp_path)[0] == 1


def test_a_source_that_is_gone_takes_its_events_along(own: Path, tmp_path: Path) -> None:
    text = (own / "sources.yaml").read_text("utf-8")
    (own / "sources.yaml").write_text(text[: text.index("  answers:")], "utf-8")
    opened(own).load()
    assert check(own, tmp_path)[0] == 1


def test_late_events_find_their_place(own: Path, tmp_path: Path) -> None:
    add(
        own / "visits-2.csv",
        "Ad Clicked,2023-01-01T10:00:00Z,d11,,ads,",
        "Ad Clicked,2024-01-01T10:00:00Z,d20,,tv,",
    )
    opened(own).load()
    assert check(own, tmp_path)[0] == 2


def test_a_new_channel_in_the_middle_of_the_alphabet_renames_no_other(own: Path, tmp_path: Path) -> None:
    add(own / "visits-1.csv", "Ad Clicked,2024-06-25T09:00:00Z,d4,,sea,")
    opened(own).load()
    assert build_of(own).facts["channels"] == ["ads", "sea", "web"]
    assert check(own, tmp_path)[0] == 1


def test_a_cancellation_by_another_undoes_the_order(own: Path, tmp_path: Path) -> None:
    add(own / "orders.csv", "a,Order Completed,2024-06-27T09:00:00Z,c1@mail.example,big,9.00")
    opened(own).load()
    assert ("retention", "in_flight") in outcomes(own, "email:c1@mail.example")
    check(own, tmp_path)
    # The desk cancels it: the record names the order and a person of its own.
    add(own / "orders.csv", "b,Order Cancelled,2024-06-28T09:00:00Z,c2@mail.example,big,")
    opened(own).load()
    assert outcomes(own, "email:c1@mail.example") == [("awareness", "advanced"), ("consideration", "lapsed")]
    assert check(own, tmp_path)[0] >= 2
    # It was a mistake: the record now says something else, and the order holds again.
    lines_of(
        own / "orders.csv", lambda line: line.replace("Cancelled", "Looked At") if line[:2] == "b," else line
    )
    opened(own).load()
    assert ("retention", "in_flight") in outcomes(own, "email:c1@mail.example")
    check(own, tmp_path)


def test_a_new_score_touches_who_gave_it(own: Path, tmp_path: Path) -> None:
    add(own / "answers.csv", "2024-06-24T10:00:00Z,c30@mail.example,1,")
    opened(own).load()
    assert check(own, tmp_path)[0] == 1


def test_who_turns_out_to_be_staff_is_left_out_and_comes_back(own: Path, tmp_path: Path) -> None:
    add(own / "visits-2.csv", "Staff Seen,2024-06-24T10:00:00Z,d12,,web,")
    opened(own).load()
    assert build_of(own).facts["excluded"][0]["customers"] == 1
    assert check(own, tmp_path) == (1, 0)
    add(own / "visits-1.csv", "Ad Clicked,2024-06-25T09:00:00Z,d4,,ads,")
    opened(own).load()
    assert check(own, tmp_path)[0] == 1
    text = (own / "sources.yaml").read_text("utf-8")
    lines_of(own / "visits-2.csv", lambda line: None if line.startswith("Staff") else line)
    (own / "sources.yaml").write_text(text.replace("text: note", "text: {sql: note || ''}"), "utf-8")
    opened(own).load()
    assert build_of(own).facts["excluded"][0]["customers"] == 0
    check(own, tmp_path)


def test_a_decision_touches_whom_it_is_about(own: Path, tmp_path: Path) -> None:
    opened(own).keep_apart("anonymous_id:d4", "email:c4@mail.example", by="Bo")
    assert customer(own, "anonymous_id:d4") != customer(own, "email:c4@mail.example")
    assert check(own, tmp_path)[0] <= 2
    opened(own).keep_apart("anonymous_id:d4", "email:c4@mail.example", withdraw=True)
    assert customer(own, "anonymous_id:d4") == customer(own, "email:c4@mail.example")
    assert check(own, tmp_path)[0] <= 2


def test_a_load_that_is_taken_back_touches_whom_it_brought_something(own: Path, tmp_path: Path) -> None:
    before = everything(own)
    lines_of(
        own / "orders.csv", lambda line: line.replace("20.00", "25.00") if line.startswith("9,") else line
    )
    add(own / "visits-1.csv", "Product Viewed,2024-06-25T09:00:00Z,d4,c40@mail.example,web,again")
    summary = opened(own).load()
    assert check(own, tmp_path)[0] == 2
    opened(own).undo_load(summary.load_no)
    assert check(own, tmp_path)[0] == 2
    after = everything(own)
    for name in ("Trails", "Visits", "PromiseRows", "ids", "whose", "map"):
        assert after[name] == before[name], name


def test_who_is_excluded_by_all_that_they_did_comes_and_goes(own: Path, tmp_path: Path) -> None:
    text = (own / "journey.yaml").read_text("utf-8")
    text = text.replace("\"event = 'Staff Seen'\"", "\"count(event = 'Ad Clicked') >= 3\"")
    (own / "journey.yaml").write_text(text, "utf-8")
    opened(own).refresh()
    assert build_of(own).facts["excluded"][0]["customers"] == 0
    for n, (device, excluded) in enumerate((("d4", 0), ("d4", 1), ("d9", 1), ("d9", 2))):
        add(own / "visits-1.csv", f"Ad Clicked,2024-06-2{n}T09:00:00Z,{device},,ads,")
        opened(own).load()
        assert build_of(own).facts["excluded"][0]["customers"] == excluded
        assert check(own, tmp_path)[0] == 1


def test_every_journey_keeps_what_is_its_own(own: Path, tmp_path: Path) -> None:
    (own / "buyer.journey.yaml").write_text(JOURNEY.replace("A shop", "Buyers"), "utf-8")
    opened(own).load()
    add(own / "answers.csv", "2024-06-24T10:00:00Z,c30@mail.example,1,")
    said = cli("load", own, "--json")
    placed = [(one["journey"], one["customers_read"], one["customers"]) for one in said.json["placed"]]
    assert placed == [("main", 1, PEOPLE), ("buyer", 1, PEOPLE)]


def test_a_load_says_how_many_were_placed_again(own: Path) -> None:
    add(own / "answers.csv", "2024-06-24T10:00:00Z,c30@mail.example,1,")
    assert f"Placed 1 customer again; {PEOPLE - 1} others were not touched." in cli("load", own).out
    assert "Placed" not in cli("load", own).out
    assert f"Placed {PEOPLE} customers." == str(opened(own).refresh(force=True))


def test_a_build_that_is_lost_is_made_of_all(own: Path, tmp_path: Path) -> None:
    shutil.rmtree(build_of(own).path)
    add(own / "answers.csv", "2024-06-24T10:00:00Z,c30@mail.example,1,")
    opened(own).load()
    assert check(own, tmp_path)[0] == PEOPLE


def test_where_most_are_touched_all_are_read(own: Path, tmp_path: Path) -> None:
    add(own / "visits-1.csv", *(f"Ad Clicked,2024-06-25T09:00:00Z,d{i},,ads," for i in range(40)))
    opened(own).load()
    assert check(own, tmp_path)[0] == PEOPLE


def test_who_was_not_touched_is_not_read(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trails of others are copied: were their rules asked again, these would say something else."""
    before, ids = build_of(own).trails(), opened(own).visits().column("customer")
    add(own / "answers.csv", "2024-06-24T10:00:00Z,c30@mail.example,1,")
    import desirepath.app.read_events as module

    monkeypatch.setattr(module, "evidence_sql", lambda *_: "0")
    # What is asked is still what was asked: only the answer is another.
    monkeypatch.setattr("desirepath.app.refresh.asked", lambda *_: "the same")
    monkeypatch.setattr(
        Build, "facts", property(lambda self: {**_facts(self), "asked": _stamp_of("the same")})
    )
    opened(own).load()
    monkeypatch.undo()
    after = build_of(own).trails()
    assert len(ids) > 0
    changed = np.flatnonzero(after.evidence == 0)
    (c30,) = {int(np.searchsorted(after.offset, at, side="right")) - 1 for at in changed}
    assert changed.tolist() == list(range(after.offset[c30], after.offset[c30 + 1]))
    assert (before.customers, before.events + 1) == (after.customers, after.events)


def _facts(build: Build) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((build.path / "facts.json").read_text("utf-8"))
    return loaded


def _stamp_of(question: str) -> str:
    import hashlib

    from desirepath.app.refresh import READING

    return hashlib.sha256(f"{question} {READING}".encode()).hexdigest()[:24]


# ── any order of any changes ─────────────────────────────────────────────────────────────────────────────

who, order, day = st.integers(0, 7), st.integers(0, 4), st.integers(1, 28)
loads = st.lists(
    st.lists(
        st.one_of(
            st.tuples(st.just("visit"), who, who, day),
            st.tuples(st.just("order"), who, order, day),
            st.tuples(st.just("cancel"), who, order, day),
            st.tuples(st.just("correct"), order, who),
            st.tuples(st.just("staff"), who),
            st.tuples(st.just("answer"), who, day),
            st.tuples(st.just("drop answers"),),
        ),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip


def happen(folder: Path, number: int, what: tuple[Any, ...]) -> None:
    match what:
        case ("visit", device, person, on):
            email = f"c{person}@mail.example" if person else ""
            add(
                folder / "visits-1.csv",
                f"Product Viewed,2024-06-{on:02d}T09:00:0{number % 10}Z,d{device},{email},web,",
            )
        case (("order" | "cancel") as word, person, what_order, on):
            name = {"order": "Order Completed", "cancel": "Order Cancelled"}[word]
            add(
                folder / "orders.csv",
                f"n{number},{name},2024-06-{on:02d}T09:00:00Z,c{person}@mail.example,o{what_order},5",
            )
        case ("correct", line, person):
            lines_of(
                folder / "orders.csv",
                lambda text: text.replace("c3@", f"c{person}@") if text.startswith(f"{line * 3},") else text,
            )
        case ("staff", device):
            add(folder / "visits-2.csv", f"Staff Seen,2024-06-24T10:00:00Z,d{device},,web,")
        case ("answer", person, on):
            add(
                folder / "answers.csv", f"2024-06-{on:02d}T10:00:00Z,c{person}@mail.example,{number % 5 + 1},"
            )
        case ("drop answers",):
            text = (folder / "sources.yaml").read_text("utf-8")
            high = "high: 10" if "high: 5" in text else "high: 5"
            (folder / "sources.yaml").write_text(
                text.replace("high: 5", high).replace("high: 10", high), "utf-8"
            )


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=loads)
def test_any_loads_in_any_order_end_where_a_fresh_start_ends(
    shop: Path, tmp_path_factory: pytest.TempPathFactory, told: list[list[tuple[Any, ...]]]
) -> None:
    tmp = tmp_path_factory.mktemp("any")
    folder = Path(shutil.copytree(shop, tmp / "shop"))
    number = 0
    for load in told:
        for what in load:
            number += 1
            happen(folder, number, what)
        opened(folder).load()
    read, _ = check(folder, tmp)
    event(f"in part: {read < PEOPLE}")
    shutil.rmtree(tmp)
