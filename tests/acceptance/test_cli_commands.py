"""Every command, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

import desirepath
from desirepath.cli.complete import COUNTS as COMPLETED
from desirepath.measure.stages import COUNTS
from tests.commands import cli, small_shop

TEXTS = ("html", "svg", "md", "csv", "json", "mmd")
BINARIES = {"png": b"\x89PNG", "pdf": b"%PDF-", "pptx": b"PK", "xlsx": b"PK"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop, loaded. Not to be changed: see `own`."""
    folder = small_shop(tmp_path_factory.mktemp("cli") / "shop", 90)
    assert cli("load", folder).code == 0
    return folder


@pytest.fixture
def own(shop: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(shop, tmp_path / "shop"))


# ── load and rejects ─────────────────────────────────────────────────────────────────────────────────────


def test_loading_says_what_each_source_brought_and_what_comes_next(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    first = cli("load", folder)
    assert first.code == 0
    assert re.search(r"^orders +1 +21 +21 +0 +0 +0$", first.out, re.MULTILINE)
    assert re.search(r"^visits +1 +115 +114 +0 +0 +1$", first.out, re.MULTILINE)
    assert f"1 record was set aside. See why: desirepath rejects {folder}" in first.out
    assert f"Next: desirepath map {folder}" in first.out
    again = cli("load", folder)
    assert again.code == 0
    assert "Nothing is new: files 2, sources 2." in again.out


def test_a_load_as_json_has_the_same_keys_whether_anything_was_new_or_not(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    first, again = cli("load", folder, "--json"), cli("load", folder, "--json", "--only", "orders")
    assert (first.code, again.code) == (0, 0)
    assert set(first.json) == {
        "load_no", "sources", "removed", "seconds", "events", "rows", "rejected", "placed",
    }  # fmt: skip
    assert set(first.json) == set(again.json)
    assert [one["journey"] for one in first.json["placed"]] == ["main"]
    assert again.json["placed"] == []
    assert first.json["events"] == 135
    assert again.json["events"] == 0
    assert [one["source"] for one in again.json["sources"]] == ["orders"]
    assert first.err == ""


def test_rejects_show_where_each_record_stands_and_what_it_says(shop: Path) -> None:
    people, programs = cli("rejects", shop), cli("rejects", shop, "--json")
    assert "visits.csv" in people.out
    assert "time_unreadable" in people.out
    (record,) = programs.json["rejects"]
    assert not programs.json["more"]
    assert set(record) == {"source", "part", "line", "record", "reason", "lost", "detail", "raw"}
    assert (record["source"], record["line"], record["reason"]) == ("visits", 4, "time_unreadable")
    assert "soon" in record["raw"]
    assert cli("rejects", shop, "--source", "orders").out == "No record was set aside.\n"
    assert cli("rejects", shop, "--source", "orders", "--json").json == {"rejects": [], "more": False}
    assert cli("rejects", shop, "--reason", "no_customer", "--json").json["rejects"] == []


def test_rejects_say_when_there_are_more(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop", extra_visits="Ad Clicked,never,d1,,ads,\n" * 4)
    assert cli("load", folder, "-q").code == 0
    some = cli("rejects", folder, "--limit", 2)
    assert "These are the first 2." in some.out
    told = cli("rejects", folder, "--limit", 2, "--json").json
    assert (len(told["rejects"]), told["more"]) == (2, True)


# ── stages ───────────────────────────────────────────────────────────────────────────────────────────────


def test_stages_for_people_and_for_programs_agree(shop: Path) -> None:
    people, told = cli("stages", shop), cli("stages", shop, "--json").json
    assert (told["journey"], told["currency"], told["time_zone"]) == ("A shop", "EUR", "UTC")
    assert told["as_of"].startswith("2024-12-31")
    assert [one["stage"] for one in told["stages"]] == ["awareness", "consideration", "decision", "retention"]
    for one in told["stages"]:
        row = next(line for line in people.out.splitlines() if line.startswith(one["stage"]))
        assert row.split()[1:5] == [
            str(one[name]) for name in ("customers", "entered", "skipped", "succeeded")
        ]
        assert one["contract"]["question"] in people.out
        assert one["entered"] == one["advanced"] + one["left"] + one["lapsed"] + one["in_flight"]
    assert told["definition"] in people.out


def test_the_members_of_a_count_are_as_many_as_the_count(shop: Path) -> None:
    for one in cli("stages", shop, "--json").json["stages"]:
        for count in COUNTS:
            listed = cli("stages", shop, "--members", f"{one['stage']}:{count}")
            assert listed.code == 0
            names = listed.out.split()
            if count in one:
                assert len(names) == one[count], (one["stage"], count)
        programs = cli("stages", shop, "--members", f"{one['stage']}:{COUNTS[-1]}", "--json").json
        assert programs == {"stage": one["stage"], "count": COUNTS[-1], "members": names}
    assert (
        cli("stages", shop, "--members", "decision").out
        == cli("stages", shop, "--members", "decision:entered").out
    )


def test_completion_offers_counts_that_exist() -> None:
    assert set(COMPLETED) <= set(COUNTS)


def test_a_segment_and_a_period_narrow_every_count(shop: Path) -> None:
    def entered(*args: str) -> int:
        return int(cli("stages", shop, "--json", *args).json["stages"][0]["entered"])

    everybody, early, late = entered(), entered("--until", "2024-03-01"), entered("--since", "2024-03-01")
    assert 0 < early < everybody
    assert early + late == everybody
    assert entered("--since", "2024-03-01", "--until", "2024-03-02") <= late
    told = cli("stages", shop, "--segment", "from_ads", "--since", "2024-02-01", "--json").json
    assert (told["segment"], told["since"], told["until"]) == ("from_ads", "2024-02-01", None)
    assert cli("stages", shop, "--segment", "keen").code == 0


# ── map ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("format", TEXTS)
def test_the_map_in_every_text_format_to_a_file_and_to_standard_output(
    shop: Path, tmp_path: Path, format: str
) -> None:
    file = tmp_path / "deep" / f"m.{format}"
    written = cli("map", shop, "-o", file)
    assert (written.code, written.out) == (0, f"Wrote {file}.\n")
    text = file.read_bytes().decode()
    assert {
        "html": lambda: text.lower().startswith("<!doctype html>") and "http-equiv" in text,
        "svg": lambda: ElementTree.fromstring(text).tag.endswith("svg"),
        "md": lambda: text.startswith("# A shop"),
        "csv": lambda: len(list(csv.DictReader(io.StringIO(text)))) > 10,
        "json": lambda: json.loads(text)["schema"] == "desirepath.map/1",
        "mmd": lambda: text.startswith("journey"),
    }[format]()
    to_stdout = cli("map", shop, "--format", format, "-o", "-")
    assert to_stdout.out == text
    assert cli("map", shop, "--format", format, "--json", "-o", file).json == {
        "path": str(file),
        "format": format,
    }


@pytest.mark.parametrize("format", BINARIES)
def test_the_map_for_paper_and_for_office_programs(shop: Path, tmp_path: Path, format: str) -> None:
    file = tmp_path / f"m.{format}"
    assert cli("map", shop, "-o", file).out == f"Wrote {file}.\n"
    assert file.read_bytes().startswith(BINARIES[format])
    again = tmp_path / "again"
    cli("map", shop, "-o", again, "--format", format)
    assert again.read_bytes() == file.read_bytes()


def test_a_picture_is_as_wide_as_asked_for(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "m.png"
    assert cli("map", shop, "-o", file, "--width", 800).code == 0
    assert int.from_bytes(file.read_bytes()[16:20]) == 800
    assert cli("map", shop, "-o", file, "--width", 10).code == 2


def test_the_map_stands_in_the_workspace_unless_said_otherwise(own: Path) -> None:
    assert cli("map", own).out == f"Wrote {own / 'map.html'}.\n"
    assert cli("map", own, "--format", "svg").out == f"Wrote {own / 'map.svg'}.\n"
    assert cli("map", own, "--format", "md", "--json").json["path"] == str(own / "map.md")
    assert {"map.html", "map.svg", "map.md"} <= {path.name for path in own.iterdir()}
    assert not [path for path in own.iterdir() if path.name.startswith(".map")]


def test_the_map_as_json_needs_no_file(own: Path) -> None:
    before = sorted(path.name for path in own.iterdir())
    assert cli("map", own, "--json").json["schema"] == "desirepath.map/1"
    assert cli("map", own, "--json", "-o", "-").json["schema"] == "desirepath.map/1"
    assert sorted(path.name for path in own.iterdir()) == before


def test_the_map_of_a_segment_and_a_period_says_so(shop: Path) -> None:
    text = cli("map", shop, "--format", "md", "-o", "-", "--segment", "keen", "--since", "2024-02-01").out
    assert "Keen" in text.splitlines()[2]
    times = cli("map", shop, "--json", "--segment", "keen", "--since", "2024-02-01").json["times"]
    assert (times["since"], times["until"]) == ("2024-02-01T00:00:00+00:00", None)


def test_ids_are_masked_unless_somebody_asks_to_see_them(shop: Path) -> None:
    ids = [row["customer"] for row in desirepath.open(shop).visits()]
    masked, shown = cli("map", shop, "--json").out, cli("map", shop, "--json", "--reveal").out
    assert not [one for one in ids if one in masked]
    assert [one for one in ids if one in shown]


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_themes(shop: Path, theme: str) -> None:
    assert cli("map", shop, "--format", "svg", "--theme", theme, "-o", "-").code == 0


# ── explain and identity ─────────────────────────────────────────────────────────────────────────────────


def test_a_customer_is_explained_by_any_of_their_identifiers(shop: Path) -> None:
    by_email = cli("explain", "customer", shop, "c0@mail.example", "--json").json
    by_device = cli("explain", "customer", shop, "anonymous_id:d0", "--json").json
    by_id = cli("explain", "customer", shop, by_email["id"], "--json").json
    assert by_email["id"] == by_device["id"] == by_id["id"]
    assert {"identifiers", "joined", "refused", "changes", "decisions", "summary"} <= set(by_email)
    people = cli("explain", "customer", shop, "c0@mail.example").out
    assert by_email["summary"] in people
    assert "Joined by:" in people


def test_a_visit_is_explained_down_to_the_record(shop: Path) -> None:
    told = cli("explain", "visit", shop, "c0@mail.example", "decision", "--json").json["visits"]
    assert [one["stage"] for one in told] == ["decision"] * len(told)
    assert told[0]["outcome"] == "advanced"
    people = cli("explain", "visit", shop, "c0@mail.example").out
    assert "Entered decision at 2024-01-01 09:07" in people
    assert re.search(r"visits: visits\.csv, record \d+", people)


def who_is(folder: Path, identifier: str) -> str:
    return str(cli("explain", "customer", folder, identifier, "--json").json["id"])


@pytest.fixture
def merged(tmp_path: Path) -> tuple[Path, str, str]:
    """A shop where an anonymous tablet and Zoe were two customers until Zoe logged in on it; and who they were."""
    folder = small_shop(
        tmp_path / "merged",
        extra_visits="Product Viewed,2024-03-01T10:00:00Z,tablet,,web,\n",
        extra_orders="z1,2024-03-02T10:00:00Z,zoe@mail.example,15.00\n",
    )
    assert cli("load", folder, "-q").code == 0
    assert cli("identity", "merges", folder).out == "No two customers have become one since the first load.\n"
    assert cli("identity", "merges", folder, "--json").json == {"merges": []}
    tablet, zoe = who_is(folder, "anonymous_id:tablet"), who_is(folder, "zoe@mail.example")
    assert tablet != zoe
    with (folder / "visits.csv").open("a", encoding="utf-8") as file:
        file.write("Product Viewed,2024-07-01T10:00:00Z,tablet,zoe@mail.example,web,\n")
    assert cli("load", folder, "-q").code == 0
    assert who_is(folder, "anonymous_id:tablet") == who_is(folder, "zoe@mail.example")
    return folder, tablet, zoe


def test_a_merge_is_shown_and_undone_by_the_id_of_the_customer_who_vanished(
    merged: tuple[Path, str, str],
) -> None:
    folder, tablet, zoe = merged
    (row,) = cli("identity", "merges", folder, "--json").json["merges"]
    assert (row["change"], row["from_id"], row["into_id"]) == ("merged", tablet, zoe)
    assert tablet in cli("identity", "merges", folder).out
    assert cli("identity", "undo", folder, tablet, "--json").json == {"customer": tablet, "undone": True}
    assert (who_is(folder, "anonymous_id:tablet"), who_is(folder, "zoe@mail.example")) == (tablet, zoe)
    assert cli("load", folder, "-q").code == 0
    assert who_is(folder, "anonymous_id:tablet") == tablet, "for good"


def test_two_are_kept_apart_by_decision_until_it_is_withdrawn(merged: tuple[Path, str, str]) -> None:
    folder = merged[0]
    sides = ("anonymous_id:tablet", "email:zoe@mail.example")
    done = cli("identity", "apart", folder, *sides)
    assert done.out == f"{sides[0]} and {sides[1]} are kept apart. The customers were made anew.\n"
    assert who_is(folder, sides[0]) != who_is(folder, sides[1])
    assert "kept apart by decision" in cli("explain", "customer", folder, sides[0]).out
    told = cli("identity", "apart", folder, *sides, "--withdraw", "--json").json
    assert told == {"first": sides[0], "second": sides[1], "apart": False}
    assert who_is(folder, sides[0]) == who_is(folder, sides[1])


# ── init ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_files_become_a_workspace_that_loads_and_maps_without_editing(tmp_path: Path) -> None:
    exports = small_shop(tmp_path / "exports")
    made = cli("init", tmp_path / "mine", exports / "visits.csv", exports / "orders.csv")
    assert made.code == 0
    assert "guesses, each marked" in made.out
    assert f"Next: desirepath load {tmp_path / 'mine'}" in made.out
    assert cli("load", tmp_path / "mine", "-q").code == 0
    assert cli("map", tmp_path / "mine", "-q").code == 0


def test_a_draft_as_json_lists_its_guesses(tmp_path: Path) -> None:
    exports = small_shop(tmp_path / "exports")
    told = cli("init", tmp_path / "mine", exports / "orders.csv", "--json").json
    assert set(told) == {"folder", "sources", "journey", "guesses", "notes"}
    assert told["guesses"]


@pytest.mark.parametrize("template", ["online-shop", "saas", "b2b-leads", "services"])
def test_a_template_is_a_start_without_files(tmp_path: Path, template: str) -> None:
    made = cli("init", tmp_path / "mine", "--template", template)
    assert made.code == 0
    assert "say in" in made.out


# ── demo ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_demo_makes_a_shop_once_and_goes_on_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    small = ("--customers", 300, "--seed", 5)
    first = cli("demo", folder, *small, "-q", "--no-app")
    assert first.code == 0
    assert (folder / "map.html").resolve().as_uri() in first.out
    journey = folder / "journey.yaml"
    journey.write_text(journey.read_text("utf-8") + "\n# mine\n", "utf-8")
    told = cli("demo", folder, *small, "--json").json
    assert set(told) == {
        "folder",
        "map_path",
        "title",
        "sources",
        "events",
        "customers",
        "rejected",
        "findings",
    }
    assert "# mine" in journey.read_text("utf-8"), "what people changed in it is kept"
    # Stopped while the shop was made: the next one makes it anew.
    (folder / "truth" / "truth.json").unlink()
    (folder / ".sample-shop-unfinished").touch()
    assert cli("demo", folder, *small, "-q", "--no-app").code == 0
    assert "# mine" not in journey.read_text("utf-8")


def test_the_demo_never_writes_into_a_folder_of_something_else(own: Path) -> None:
    before = (own / "journey.yaml").read_text("utf-8")
    refused = cli("demo", own)
    assert refused.code == 1
    assert "holds something else" in refused.err
    assert (own / "journey.yaml").read_text("utf-8") == before


def test_the_demo_is_the_shop_that_the_tests_judge() -> None:
    from inspect import signature

    from desirepath.cli.bringing import demo
    from desirepath.simulate import CUSTOMERS, SEED

    said = signature(demo).parameters
    assert (said["customers"].default, said["seed"].default) == (CUSTOMERS, SEED)
