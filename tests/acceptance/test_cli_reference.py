"""The page about the command line says what the command line does: every command, option, answer and exit code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from desirepath.cli.options import EXIT_CODES, Template
from desirepath.cli.program import program
from desirepath.cli.reference import ANSWERS, SETTINGS, page, walk
from desirepath.journey_map.exports import FORMATS
from tests.commands import cli, small_shop

REPO = Path(__file__).resolve().parents[2]
SRC = REPO / "src" / "desirepath"
PAGE = REPO / "docs" / "reference" / "cli.md"
COMMANDS = [(path, command) for path, command in walk(typer.main.get_command(program))]
NAMED = [" ".join(path) for path, _ in COMMANDS if path]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m desirepath.cli.reference > docs/reference/cli.md"


def test_every_command_and_option_is_on_the_page_and_in_its_help() -> None:
    text = PAGE.read_text("utf-8")
    assert len(NAMED) >= 10
    for path, command in COMMANDS:
        assert f"\n## {' '.join(path) or 'desirepath'}\n" in text
        help_ = cli(*path, "--help")
        assert help_.code == 0
        for param in command.params:
            assert param.help, (path, param.name)
            assert param.help.endswith("."), (path, param.name)
            for spelling in param.opts if param.param_type_name == "option" else [param.metavar]:
                assert spelling in help_.out, (path, spelling)


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_help_says_in_a_line_what_it_does_then_more_then_examples(
    path: tuple[str, ...], command: object
) -> None:
    said = str(getattr(command, "help", ""))
    first = said.split("\n")[0]
    assert first.endswith(("?", ".") if path[:1] == ("ask",) else ".")
    if path:
        assert len(first) <= 60, "the list of commands shows it whole"
        help_ = cli(*path, "--help").out
        assert "Examples:" in help_
        assert max(len(line) for line in help_.splitlines()) <= 80


def test_the_examples_are_commands_that_parse() -> None:
    tree = typer.main.get_command(program)
    examples = [
        line
        for line in PAGE.read_text("utf-8").splitlines()
        if re.match(r"desirepath (?!.* FOLDER)\w+ [a-z]", line)
    ]
    assert len(examples) >= 12
    for line in examples:
        words = shlex.split(re.split(r" [|>] ", line)[0])[1:]
        with tree.make_context("desirepath", words, resilient_parsing=False) as context:
            name, command, rest = tree.resolve_command(context, words)
            while hasattr(command, "commands"):
                name, command, rest = command.resolve_command(context, rest)
            command.make_context(name, rest, parent=context)


def test_no_exit_code_is_undocumented() -> None:
    code = (SRC / "cli" / "options.py").read_text("utf-8")
    (line,) = re.findall(r"^(DONE, .*) = (.*)$", code, re.MULTILINE)
    assert [int(number) for number in line[1].split(",")] == list(EXIT_CODES)
    text = PAGE.read_text("utf-8")
    for number, meaning in EXIT_CODES.items():
        assert f"| {number} | {meaning} |" in text
        assert f"{number} {meaning}" in " ".join(cli("--help").out.split())


def test_no_setting_is_undocumented() -> None:
    """Whatever the code reads from the environment is on the page."""
    read = set()
    for path in SRC.rglob("*.py"):
        text = path.read_text("utf-8")
        read |= set(re.findall(r"(?:environ\.get|environ|getenv)[\[(]\s*f?\"(\w+)\"", text))
    internal = {"COMP_WORDS", "_TYPER_COMPLETE_ARGS"}  # the shell's, while it completes
    assert read - internal <= set(SETTINGS)
    assert "COLUMNS" in read


def test_choices_are_those_of_the_library() -> None:
    from desirepath.cli.options import Format

    assert [one.value for one in Format] == list(FORMATS)
    templates = {path.stem for path in (SRC / "journey" / "templates").glob("*.yaml")}
    assert {one.value for one in Template} == templates


def test_every_answer_has_the_keys_that_the_page_tells(tmp_path: Path) -> None:
    exports = small_shop(tmp_path / "exports")
    folder, device = tmp_path / "exports", "anonymous_id:d0"
    asked = {
        "init": cli("init", tmp_path / "mine", exports / "orders.csv", "--json"),
        "presets": cli("presets", "--json"),
        "load": cli("load", folder, "--json"),
        "rejects": cli("rejects", folder, "--json"),
        "loads list": cli("loads", "list", folder, "--json"),
        "stages": cli("stages", folder, "--json"),
        "stages --members": cli("stages", folder, "--members", "decision:entered", "--json"),
        "map -o": cli("map", folder, "-o", tmp_path / "map.md", "--json"),
        "journeys": cli("journeys", folder, "--json"),
        "explain customer": cli("explain", "customer", folder, device, "--json"),
        "explain visit": cli("explain", "visit", folder, device, "--json"),
        "identity merges": cli("identity", "merges", folder, "--json"),
        "ask": cli("ask", "funnel", folder, "ad", "cart", "--json"),
        "ask --members": cli("ask", "funnel", folder, "ad", "cart", "--members", "converted", "--json"),
        "ask -o": cli("ask", "funnel", folder, "ad", "cart", "-o", tmp_path / "steps.csv", "--json"),
        "sql": cli("sql", folder, "FROM stages", "--json"),
        "sql -o": cli("sql", folder, "FROM stages", "-o", tmp_path / "stages.csv", "--json"),
        "sql (without a query)": cli("sql", folder, "--json"),
        "export": cli("export", folder, "-o", tmp_path / "journeys.xes", "--json"),
        "doctor": cli("doctor", folder, "--json"),
        "check": cli("check", folder, "--json"),
        "identity apart": cli("identity", "apart", folder, device, "email:c1@mail.example", "--json"),
    }
    asked["simulate"] = cli("simulate", tmp_path / "crowd", "--events", 100, "--json")
    asked["loads undo"] = cli("loads", "undo", folder, 1, "--yes", "--json")
    for name, said in asked.items():
        # The small shop promises what no event keeps: doctor says so, and a check does not pass.
        assert said.code == (1 if name == "check" else 0), (name, said)
        assert set(said.json) == set(ANSWERS[name]), name
    elsewhere = {"demo", "identity undo"}  # asked in test_cli_commands.py
    assert set(ANSWERS) == set(asked) | elsewhere
    # All questions answer alike.
    named = {re.sub("^ask .*", "ask", name) for name in NAMED} - {"serve"}  # which answers in the browser
    assert {re.split(r" [-(]", name)[0] for name in ANSWERS} == named
