"""What is derived is made again when what it was made from has changed, and never otherwise."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desirepath.app.workspace import Workspace
from desirepath.core.errors import SourceError, WorkspaceError
from desirepath.testing import FixedClock
from tests.commands import cli, small_shop


def opened(folder: Path, day: str = "2025-01-01") -> Workspace:
    return Workspace.open(folder, clock=FixedClock(datetime.fromisoformat(day).replace(tzinfo=UTC)))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(tmp_path_factory.mktemp("refresh") / "shop")
    opened(folder).load()
    return folder


@pytest.fixture
def own(shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shop, tmp_path / "shop"))


def build(folder: Path) -> str:
    """The name of the only build there is."""
    (one,) = (folder / ".desirepath" / "trails").iterdir()
    return one.name


def asked(folder: Path) -> list[int]:
    return [one.entered for one in opened(folder).stages()]


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_nothing_is_made_again_when_nothing_has_changed(own: Path) -> None:
    before = build(own)
    opened(own).load()
    opened(own).refresh()
    assert asked(own) == asked(own)
    opened(own).map()
    assert build(own) == before
    opened(own).refresh(force=True)
    assert build(own) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("journey: A shop", "journey: Another name"),
        ('about: "Looks twice."', 'about: "Looks more than twice."'),
        ("ad:   {stage: awareness,", "ad:   {label: An advertisement, stage: awareness,"),
    ],
)
def test_words_of_the_definition_change_no_placement(own: Path, old: str, new: str) -> None:
    before = build(own)
    change(own / "journey.yaml", old, new)
    opened(own).map()
    assert build(own) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lapse_after: 30 days", "lapse_after: 31 days"),
        ("time_zone: UTC", "time_zone: Australia/Sydney"),
        ("\"event = 'Ad Clicked'\", lapse", "\"event in ('Ad Clicked', 'Seen')\", lapse"),
        ("within: 2 days", "within: 3 days"),
        ("customer: person", "customer: person\nidentity: {anonymous_past: last_known}"),
    ],
)
def test_a_change_of_a_rule_places_customers_anew(own: Path, old: str, new: str) -> None:
    change(own / "journey.yaml", "time_zone: UTC", "time_zone: UTC\ncustomer: person")
    asked(own)
    before = build(own)
    change(own / "journey.yaml", old, new)
    asked(own)
    assert build(own) != before


def test_new_events_place_customers_anew(own: Path) -> None:
    before, entered = build(own), asked(own)
    with (own / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("new,2024-09-01,c1@mail.example,9.00\n")
    assert asked(own) == entered, "a file is nothing until it is loaded"
    assert build(own) == before
    summary = opened(own).load()
    assert (summary.events, build(own) != before) == (1, True)
    assert asked(own)[3] == entered[3] + 1


def test_how_far_a_source_is_complete_decides_who_has_lapsed(own: Path) -> None:
    def lapsed() -> int:
        return sum(one.lapsed for one in opened(own).stages())

    late, before = lapsed(), build(own)
    change(own / "sources.yaml", "complete_until: 2024-12-31", "complete_until: 2024-06-30")
    assert 0 < lapsed() < late
    assert build(own) != before


def test_a_decision_about_identity_places_customers_anew(own: Path) -> None:
    before = build(own)
    opened(own).keep_apart("anonymous_id:d0", "email:c0@mail.example", by="Bo")
    after = build(own)
    assert after != before
    asked(own)
    assert build(own) == after
    opened(own).keep_apart("anonymous_id:d0", "email:c0@mail.example", withdraw=True)
    assert build(own) != after


def test_a_live_source_is_known_until_it_was_last_loaded_and_no_further(own: Path) -> None:
    """Placing customers again a year later, with nothing new read, must not have them all lapse."""
    sources = own / "sources.yaml"
    sources.write_text(
        sources.read_text("utf-8").replace("complete_until: 2024-12-31", "complete_until: now"), "utf-8"
    )

    def known_until(day: str, *, load: bool) -> datetime:
        workspace = opened(own, day)
        if load:
            workspace.load()
        as_of = workspace.stages().asked.as_of
        assert as_of is not None
        return as_of

    june = datetime(2024, 9, 1, tzinfo=UTC)
    assert known_until("2024-09-01", load=True) == june
    assert known_until("2025-09-01", load=False) == june
    opened(own, "2025-09-01").refresh(force=True)
    assert known_until("2025-09-01", load=False) == june
    change(own / "journey.yaml", "lapse_after: 30 days", "lapse_after: 40 days")
    assert known_until("2025-09-01", load=False) == june
    assert known_until("2025-09-01", load=True) == june + timedelta(days=365), "nothing new is news as well"


def test_a_live_source_that_could_not_be_read_is_known_no_further(own: Path) -> None:
    sources = own / "sources.yaml"
    sources.write_text(
        sources.read_text("utf-8").replace("complete_until: 2024-12-31", "complete_until: now"), "utf-8"
    )
    opened(own, "2024-10-01").load()
    (own / "orders.csv").unlink()
    with pytest.raises(SourceError):
        opened(own, "2024-11-01").load()
    with opened(own).asking() as asking:
        ends = {end.source: end.until for end in asking.source_ends}
    assert ends["visits"] - ends["orders"] == 31 * 86400 * 10**6


def test_a_load_that_fails_in_one_source_places_what_the_others_brought(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    orders = (folder / "orders.csv").read_text("utf-8")
    (folder / "orders.csv").unlink()
    with pytest.raises(SourceError, match='source "orders": no file matches'):
        opened(folder).load()
    before = asked(folder)
    assert before[0] > 0
    assert before[3] == 0
    (folder / "orders.csv").write_text(orders, "utf-8")
    opened(folder).load()
    assert asked(folder)[3] > 0


@pytest.mark.parametrize(
    ("file", "old", "new", "unread"),
    [
        ("sources.yaml", "value: total", "value: {sql: total * 2}", ("orders",)),
        ("sources.yaml", "  orders:", "  invoices:", ("invoices", "orders")),
        ("journey.yaml", "time_zone: UTC", "time_zone: Europe/Berlin", ("orders", "visits")),
        ("sources.yaml", "complete_until: 2024-12-31", "complete_until: 2024-12-30", ()),
        ("journey.yaml", "30 days", "31 days", ()),
    ],
)
def test_what_has_changed_since_it_was_loaded_is_told_and_not_guessed_at(
    own: Path, file: str, old: str, new: str, unread: tuple[str, ...]
) -> None:
    assert opened(own).unread() == ()
    change(own / file, old, new)
    assert opened(own).unread() == unread
    assert opened(own).stages().asked.unread == unread
    for args in (("stages", own), ("map", own, "-o", "-", "--format", "md", "-q")):
        said = cli(*args)
        assert said.code == 0
        assert ("Changed since the last load, and not counted yet" in said.err) == bool(unread)
    opened(own).load()
    assert opened(own).unread() == ()


# ── builds that are not whole ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lost", ["visit.stage.npy", "facts.json", "trail.offset.npy", "."])
def test_a_build_that_lost_a_file_is_made_again(own: Path, lost: str) -> None:
    want, folder = asked(own), own / ".desirepath" / "trails" / build(own)
    if lost == ".":
        shutil.rmtree(folder)
    else:
        (folder / lost).unlink()
    assert asked(own) == want
    assert build(own) != folder.name


def test_facts_that_cannot_be_read_are_no_facts(own: Path) -> None:
    want, folder = asked(own), own / ".desirepath" / "trails" / build(own)
    (folder / "facts.json").write_text('{"stamp": ', "utf-8")
    assert asked(own) == want


def test_what_killed_processes_left_is_removed_by_the_next_that_writes(own: Path) -> None:
    orphan = own / ".desirepath" / "trails" / "build-0123456789abcdef"
    orphan.mkdir()
    (orphan / "trail.ts.npy").write_bytes(b"half")
    asked(own)
    assert orphan.exists(), "who only asks changes nothing"
    opened(own).refresh()
    assert not orphan.exists()
    asked(own)


def test_readers_keep_what_they_have_open(own: Path) -> None:
    with opened(own).asking() as asking:
        visits = asking.visits
    opened(own).refresh(force=True)
    assert len(visits) == int((visits.customer >= 0).sum()), "the files are gone, the map of them is not"


def test_an_error_in_the_middle_leaves_what_was_there(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    want, before = asked(own), build(own)
    ids = opened(own).visits().column("customer")
    import desirepath.app.refresh as module

    def fail(*_: object) -> None:
        raise WorkspaceError("no more")

    monkeypatch.setattr(module, "place", fail)
    with pytest.raises(WorkspaceError, match="no more"):
        opened(own).refresh(force=True)
    with pytest.raises(WorkspaceError, match="no more"):
        opened(own).keep_apart("anonymous_id:d0", "email:c0@mail.example")
    monkeypatch.undo()
    assert build(own) == before
    # The decision holds; placing by it was what failed, and asking does that again.
    assert asked(own)[0] >= want[0]
    assert build(own) != before
    opened(own).keep_apart("anonymous_id:d0", "email:c0@mail.example", withdraw=True)
    assert opened(own).visits().column("customer") == ids
