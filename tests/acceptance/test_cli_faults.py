"""What goes wrong is a sentence and an exit code, for people and for programs: never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import Ran, cli, small_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(tmp_path_factory.mktemp("faults") / "shop")
    assert cli("load", folder, "-q").code == 0
    return folder


def both(*args: object) -> Ran:
    """The same fault said to people and to programs; comes back as told to people."""
    people, programs = cli(*args), cli(*args, "--json")
    assert people.code == programs.code != 0
    assert people.out == ""
    assert programs.err == ""
    error = programs.json["error"]
    assert {"code", "message"} <= set(error)
    said = error.get("problems") or [error]
    assert all(one["message"].split("\n")[0] in people.err for one in said)
    assert "Traceback" not in people.err
    return people


# ── the workspace ────────────────────────────────────────────────────────────────────────────────────────

QUESTIONS = (("stages",), ("map",), ("load",), ("rejects",), ("identity", "merges"))


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_folder_that_is_no_workspace(tmp_path: Path, question: tuple[str, ...]) -> None:
    said = both(*question, tmp_path / "nowhere")
    assert said.code == 1
    assert "is no workspace: journey.yaml and sources.yaml are missing." in said.err
    assert "desirepath init" in said.err


def test_a_workspace_with_half_its_definitions(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "sources.yaml").unlink()
    assert "is no workspace: sources.yaml is missing." in both("stages", folder).err


@pytest.mark.parametrize(
    "question", [("stages",), ("map",), ("rejects",), ("identity", "merges")], ids=" ".join
)
def test_nothing_has_been_loaded_yet(tmp_path: Path, question: tuple[str, ...]) -> None:
    folder = small_shop(tmp_path / "shop")
    said = both(*question, folder)
    assert said.code == 1
    assert f"Nothing has been loaded into {folder} yet." in said.err
    assert f"desirepath load {folder}" in said.err
    assert not (folder / ".desirepath").exists(), "a question leaves no trace"


def test_a_store_that_is_no_store(tmp_path: Path, shop: Path) -> None:
    folder = Path(shutil.copytree(shop, tmp_path / "shop"))
    (folder / ".desirepath" / "events.duckdb").write_bytes(b"this is no database" * 1000)
    said = both("stages", folder)
    assert said.code == 1
    assert "events.duckdb" in said.err


# ── definitions ──────────────────────────────────────────────────────────────────────────────────────────


def test_all_mistakes_in_both_files_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    journey, sources = folder / "journey.yaml", folder / "sources.yaml"
    journey.write_text(
        journey.read_text("utf-8")
        .replace("stage: awareness,", "stage: awarness,")
        .replace("within: 2 days", "within: 2 dais"),
        "utf-8",
    )
    sources.write_text(sources.read_text("utf-8").replace("value: total", "valeu: total"), "utf-8")
    said = both("stages", folder)
    assert said.code == 3
    found = []
    for file, word in ((journey, "awarness"), (journey, "dais"), (sources, "valeu")):
        line = 1 + next(n for n, text in enumerate(file.read_text("utf-8").splitlines()) if word in text)
        assert [one for one in said.err.splitlines() if one.startswith(f"{file}:{line}: ") and word in one]
        found.append((file.name, line))
    assert 'Did you mean "awareness"?' in said.err
    problems = cli("stages", folder, "--json").json["error"]["problems"]
    assert [(Path(one["file"]).name, one["line"]) for one in problems] == found


@pytest.mark.parametrize(
    "text", ["", "just words", "stages: [", "stages: {a: &a [*a]}", "\x00\x01", "a: b\n\tc: d"], ids=repr
)
def test_a_definition_that_is_hardly_yaml(tmp_path: Path, text: str) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "journey.yaml").write_text(text, "utf-8")
    said = both("stages", folder)
    assert said.code == 3
    assert "journey.yaml" in said.err


def test_a_definition_that_is_no_text(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "sources.yaml").write_bytes(b"\xff\xfe\x00s\x00")
    assert both("load", folder).code == 3


def test_a_column_that_no_file_has_is_a_mistake_of_the_definition(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    sources = folder / "sources.yaml"
    sources.write_text(sources.read_text("utf-8").replace("value: total", "value: totl"), "utf-8")
    said = both("load", folder)
    assert said.code == 3
    assert "totl" in said.err
    assert 'Did you mean "total"?' in said.err


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_source_that_fails_is_told_and_the_others_are_placed_all_the_same(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "orders.csv").unlink()
    said = cli("load", folder)
    assert said.code == 1
    assert "visits" in said.out
    assert "Next:" not in said.out
    assert 'source "orders": no file matches' in said.err
    told = cli("load", folder, "--json")
    assert told.code == 1
    assert told.json["error"]["code"] == "source"
    assert [one["source"] for one in told.json["error"]["loaded"]["sources"]] == ["visits"]
    stages = {one["stage"]: one for one in cli("stages", folder, "--json").json["stages"]}
    assert stages["awareness"]["entered"] > 0
    assert stages["retention"]["entered"] == 0


def test_a_source_that_is_mostly_bad_says_why(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    (folder / "orders.csv").write_text("order_no,paid_at,email,total\n1,soon,a@mail.example,2\n", "utf-8")
    said = cli("load", folder)
    assert said.code == 1
    assert "1 × its time cannot be read" in said.err
    assert (
        cli("rejects", folder, "--source", "orders", "--json").json["rejects"][0]["reason"]
        == "time_unreadable"
    )


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("args", "wrong", "hint"),
    [
        (("stages", "{}", "--members", "decison:left"), 'no stage "decison"', 'Did you mean "decision"?'),
        (("stages", "{}", "--members", "decision:lapsd"), 'no count "lapsd"', 'Did you mean "lapsed"?'),
        (("stages", "{}", "--segment", "from_add"), 'no segment "from_add"', 'Did you mean "from_ads"?'),
        (("map", "{}", "--segment", "kean"), 'no segment "kean"', 'Did you mean "keen"?'),
        (("rejects", "{}", "--source", "vists"), 'no source "vists"', 'Did you mean "visits"?'),
        (("load", "{}", "--only", "order"), 'no source "order"', 'Did you mean "orders"?'),
        (("explain", "customer", "{}", "nobody@mail.example"), "nobody@mail.example", "email"),
        (("explain", "visit", "{}", "nobody@mail.example"), "nobody@mail.example", "email"),
        (("explain", "visit", "{}", "c0@mail.example", "decison"), 'no stage "decison"', "decision"),
        (("explain", "customer", "{}", "emial:c0@mail.example"), "emial:c0@mail.example", "email"),
        (("identity", "apart", "{}", "emial:a", "email:b"), "emial:a", 'Did you mean "email"?'),
        (
            ("identity", "apart", "{}", "email:zz@mail.example", "email:c0@mail.example"),
            "zz@mail.example",
            "",
        ),
        (
            ("identity", "apart", "{}", "email:c0@mail.example", "email:C0@mail.example"),
            "same identifier",
            "",
        ),
        (("identity", "undo", "{}", "cnobody"), "cnobody", "identity merges"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_an_unknown_name_gets_the_nearest_one(
    shop: Path, args: tuple[str, ...], wrong: str, hint: str
) -> None:
    said = both(*(arg.format(shop) for arg in args))
    assert said.code == 1
    assert wrong.casefold() in said.err.casefold()
    assert hint in said.err


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "31.01.2026", "", "2026-02-30", "²"])
def test_a_date_that_is_none(shop: Path, date: str) -> None:
    said = both("stages", shop, "--since", date)
    assert said.code == 1
    assert "is no date" in said.err
    assert 'Write it like "2026-01-31".' in said.err


def test_a_period_in_which_nothing_can_lie(shop: Path) -> None:
    said = both("map", shop, "--since", "2024-03-01", "--until", "2024-03-01")
    assert said.code == 1
    assert "nothing lies between 2024-03-01 and 2024-03-01" in said.err


# ── the command itself ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "args",
    [
        ("stagse", "{}"),
        ("stages",),
        ("stages", "{}", "--nosuch"),
        ("stages", "{}", "more"),
        ("map", "{}", "--format", "docx"),
        ("map", "{}", "-o", "map.docx"),
        ("map", "{}", "--theme", "pink"),
        ("rejects", "{}", "--limit", "0"),
        ("rejects", "{}", "--limit", "many"),
        ("init", "{}", "--template", "airline"),
        ("explain", "customer", "{}"),
        ("explain", "weather", "{}"),
        ("demo", "{}", "--customers", "3"),
    ],
    ids=" ".join,
)
def test_a_command_that_is_wrong(shop: Path, args: tuple[str, ...]) -> None:
    said = both(*(arg.format(shop) for arg in args))
    assert said.code == 2
    assert "Usage: desirepath" in said.err
    assert "--help" in said.err


@pytest.mark.parametrize("args", [(), ("explain",), ("identity",)], ids=" ".join)
def test_no_command_shows_what_there_is(args: tuple[str, ...]) -> None:
    said = cli(*args)
    assert said.code == 2
    assert "Commands:" in said.out + said.err


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_map_that_cannot_be_written(shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder.html"
    folder.mkdir()
    assert "Is a directory" in both("map", shop, "-o", folder).err
    file = tmp_path / "file"
    file.write_text("mine", "utf-8")
    assert "Cannot write" in both("map", shop, "-o", file / "map.html").err
    assert file.read_text("utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.html"]


def test_a_map_goes_through_a_link_to_the_file_behind_it(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old", "utf-8")
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    assert cli("map", shop, "-o", tmp_path / "link.md").code == 0
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text("utf-8").startswith("# A shop")


def test_drafts_never_overwrite(shop: Path) -> None:
    before = (shop / "journey.yaml").read_text("utf-8")
    said = both("init", shop, shop / "orders.csv")
    assert said.code == 1
    assert "--force" in said.err
    assert (shop / "journey.yaml").read_text("utf-8") == before


def test_a_draft_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    said = both("init", tmp_path / "mine", tmp_path / "nothing.csv")
    assert said.code == 1
    assert "nothing.csv" in said.err
    assert not (tmp_path / "mine").exists()


# ── what customers wrote ─────────────────────────────────────────────────────────────────────────────────

HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold]x[/bold]"


def test_what_customers_wrote_never_reaches_the_terminal_as_a_command(tmp_path: Path) -> None:
    evil = f"{HOSTILE}@mail.example"
    folder = small_shop(
        tmp_path / "shop",
        extra_visits=f"Ad Clicked,{HOSTILE},d1,,ads,\nProduct Viewed,2024-03-03T10:00:00Z,{HOSTILE},{evil},web,x\n",
    )
    told = [
        cli("load", folder),
        cli("rejects", folder),
        cli("rejects", folder, columns=40),
        cli("explain", "customer", folder, HOSTILE),
        cli("explain", "visit", folder, HOSTILE),
        cli("explain", "customer", folder, HOSTILE + "?"),
        cli("identity", "apart", folder, f"anonymous_id:{HOSTILE}", "email:c0@mail.example"),
        cli("stages", folder, "--segment", HOSTILE),
    ]
    for said in told:
        assert not set(said.out + said.err) & set("\x1b\x07\x9b"), said
    assert "\\x1b[2J" in told[1].out
    assert "[bold]x[/bold]" in told[1].out
    assert "\\x1b[2J" in told[3].out
