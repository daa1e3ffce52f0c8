"""docs/reference/cli.md, written from the command tree: `python -m desirepath.cli.reference > docs/reference/cli.md`.

In: the commands as they are. Out: a page with every command, option, exit code and setting. A test holds the page in
docs/ equal to it, and the keys of every JSON answer equal to those told here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import typer

from desirepath.cli.options import EXIT_CODES
from desirepath.cli.program import NAME, program

# What each command answers with --json: key → what it is.
ANSWERS: dict[str, dict[str, str]] = {
    "init": {
        "folder": "the workspace",
        "sources": "the path of sources.yaml",
        "journey": "the path of journey.yaml",
        "guesses": "each guess: where it stands, the line, the reason",
        "notes": "what else to know, such as files that were left out",
    },
    "presets": {
        "presets": "each preset: name, tool, about, export, files, layout, its columns (must, may), its events"
    },
    "load": {
        "load_no": "the number of this load",
        "sources": "for each source: files, rows, events, metrics, known, corrected, rejected, reasons, notes",
        "removed": "sources that are no longer in sources.yaml",
        "seconds": "how long it took",
        "events": "new events",
        "rows": "rows read",
        "rejected": "rows set aside",
        "placed": "for each journey whose customers were placed again: journey, customers_read (whose events were read "
        "again), customers (of how many), events_read",
    },
    "rejects": {
        "rejects": "each record: source, part, line, record, reason, lost, detail, raw",
        "more": "whether there are more than --limit",
    },
    "loads list": {
        "loads": "each load: load, when, sources, parts, rows, events, corrected, rejected, finished, undone (when)",
    },
    "loads undo": {
        "undone": "the numbers of the loads that were taken back",
        "events": "events that they had brought",
        "loads": "for each of them load, when, and what it did to each source",
    },
    "stages": {
        "journey": "its title",
        "definition": "the version of the definition that made the numbers",
        "as_of": "until when anything is known",
        "time_zone": "of the journey",
        "currency": "of the journey",
        "segment": "who was asked about; null for everybody",
        "since": "the period, as asked",
        "until": "the period, as asked",
        "other_currencies": "events whose value is in another currency, and so in no sum",
        "excluded": "for each exclusion: name, label, customers, events",
        "unread": "sources that have changed in sources.yaml since they were loaded",
        "stages": "for each stage its counts, rate, curve, times and values, with their contract: "
        "see [the measures](measures.md)",
        "whole": "the whole journey, from setting out to its last goal, counted in passes",
    },
    "stages --members": {
        "stage": "the stage",
        "count": "the count",
        "members": "the id of a customer for each visit (or pass) counted",
    },
    "ask": {
        "question": "its name, and the fields that differ from their defaults",
        "says": "sentences; the first is the answer, with its n and interval",
        "contract": "question, denominator, rule, as_of, definition, source",
        "asked": "of whom and of when: journey, definition, as_of, time_zone, currency, segment, since, until, unread, "
        "other_currencies, excluded",
        "tables": "each table's rows, by its name; an estimate x has x_low, x_high and x_n beside it",
        "lists": "the counts whose customers --members can name",
    },
    "ask --members": {"count": "the count", "members": "the id of each customer behind it"},
    "ask -o": {"path": "the file", "rows": "how many"},
    "sql": {"columns": "their names", "rows": "each row, as a list in the order of the columns"},
    "sql -o": {"path": "the file", "rows": "how many"},
    "sql (without a query)": {
        "tables": "each with its name, what a row is (grain), and its columns with their types"
    },
    "export": {"path": "the file", "journeys": "how many customers' journeys are in it"},
    "map -o": {"path": "the file", "format": "its format"},
    "journeys": {
        "journeys": "each journey: name, title, kind, customer, stages, state (current, changed or new)",
    },
    "explain customer": {
        "asked": "as asked",
        "id": "the customer; null for an identifier that makes none",
        "known": "whether anything names the customer, or only a device",
        "named_after": "the identifier that the id is made from",
        "first_seen": "the time of the first event",
        "last_seen": "the time of the last event",
        "events": "how many",
        "summary": "all that in a sentence",
        "identifiers": "each with its kind, value, status and reason",
        "joined": "the links that make the customer",
        "refused": "links that were not followed, and why",
        "refused_in_all": "how many those are",
        "changes": "merges, splits and new names, with the time at which they became known",
        "decisions": "what people decided to keep apart",
        "excluded": "as what, by which rule and event, where the customer counts nowhere; else null",
    },
    "explain visit": {
        "visits": "each visit: stage, outcome, times, the reasons as sentences, the events behind it"
    },
    "identity merges": {"merges": "each change: known_at, change, from_id, into_id, identifiers, because"},
    "identity undo": {"customer": "the customer who is back", "undone": "true"},
    "identity apart": {
        "first": "an identifier",
        "second": "the other",
        "apart": "true, or false where the decision was withdrawn",
    },
    "doctor": {
        "journey": "its title",
        "definition": "the version of the definition that was examined",
        "checks": "how many checks were made",
        "events": "how many events were looked at",
        "customers": "how many customers",
        "sources": "how many sources",
        "source": "the only source that was asked about; null for all",
        "errors": "how many findings are errors",
        "warnings": "how many are warnings",
        "notes": "how many are notes",
        "findings": "each finding, worst first: code, severity, subject, message, effect, fix, counts, examples: "
        "see [doctor](doctor.md)",
    },
    "check": {
        "passed": "whether nothing failed",
        "journeys": "the journeys whose definitions were read",
        "examined": "the one whose data and numbers were looked at",
        "loaded": "whether there was data to look at",
        "findings": "the findings of doctor that fail",
        "errors": "how many errors doctor found",
        "warnings": "how many warnings",
        "drift": "each thing that moved: kind, subject, message, before, now",
        "contradicted": "each claim on the map that does not hold: written, by, claim, said",
        "strict": "whether warnings and contradicted claims fail",
        "against": "the file that was compared with",
        "definition_changed": "whether the definition is another than when that file was saved",
        "saved": "the file that was written",
    },
    "demo": {
        "folder": "the workspace",
        "map_path": "the map",
        "title": "of the journey",
        "sources": "how many",
        "events": "how many were placed",
        "customers": "how many have events",
        "rejected": "records set aside",
        "findings": "what the map says first",
    },
    "simulate": {
        "folder": "where the files are",
        "events": "how many",
        "customers": "whose",
        "files": "how many files of events",
        "bytes": "their size together",
    },
}
# What is set outside: name → what it does.
SETTINGS: dict[str, str] = {
    "${NAME} in sources.yaml": "is filled from the environment variable of that name",
    "COLUMNS": "the width for tables; the terminal's unless set. In a file or a pipe a row is a line, however long",
    "NO_COLOR": "set to anything: no colours",
    "NUMBA_CACHE_DIR": "where compiled kernels are kept; beside the code unless set",
    "DESIREPATH_MEMORY": "the most memory for the event store's database, such as `4GB`; half of the machine's (or of "
    "its container's) unless set",
    "DESIREPATH_SPILL": "the most disk that it may fill for a while with what does not fit the memory, beside the "
    "store; half of what is free unless set",
    "DESIREPATH_WAIT": "for how many seconds to wait for another program that has the workspace open, such as the app "
    "or a load; ten unless set",
    "DESIREPATH_DATA": "where the examples of this repository find their data",
}
_HEAD = """# The command line

<!-- Written by `python -m desirepath.cli.reference`; a test fails where it is out of date. -->

Everything that the command line does with a workspace, [the library](library.md) does too. `desirepath COMMAND --help`
says what stands here.

Answers go to standard output; progress and errors go to standard error. With `--json` the answer is one JSON document,
and so is an error: `{"error": {"code", "message", "hint", "facts"}}`, or `problems` with file and line for the
mistakes of a definition, or `loaded` with what `load` loaded all the same. Codes are stable; messages are for people.

In JSON a missing number is `null`. Durations are in microseconds, money is in minor units of the currency, and
instants are in microseconds since 1970 (UTC) unless they are text with their zone.

Names of stages, segments, sources, journeys and presets are completed in bash, zsh, fish and PowerShell:
`desirepath --install-completion`.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, _exit_codes(), _settings()]
    tree = typer.main.get_command(program)
    questions = False
    for path, command in walk(tree):
        if path[:1] == ("ask",) and not questions:
            parts.append(_every_question())
            questions = True
        parts.append(_section(path, command))
    return "\n".join(parts).rstrip() + "\n"


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with its name; the program itself first."""
    names = command.list_commands(None) if hasattr(command, "list_commands") else []
    if not names or not path:
        yield path, command
    for name in names:
        one = command.get_command(None, name)  # the questions are imported when they are asked for
        if not one.hidden:
            yield from walk(one, (*path, name))


def _every_question() -> str:
    """What the answers of all questions have in common."""
    lines = ["## ask", "", "Every [question](../questions/README.md) is a command.", ""]
    for key in ("ask", "ask --members", "ask -o"):
        lines += _answer(key, ANSWERS[key])
    return "\n".join(lines)


def _exit_codes() -> str:
    rows = [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    return "\n".join(["## Exit codes", "", "| code | meaning |", "| --- | --- |", *rows, ""])


def _settings() -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in SETTINGS.items()]
    return "\n".join(["## Settings", "", "| setting | meaning |", "| --- | --- |", *rows, ""])


def _section(path: tuple[str, ...], command: Any) -> str:
    name = " ".join(path)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([NAME, *path, *(_shown(one) for one in arguments)])
    lines = [f"## {name or 'desirepath'}", "", *_text(command.help), "```sh", usage, "```", ""]
    if arguments:
        lines += ["| argument | meaning |", "| --- | --- |"]
        lines += [f"| `{one.metavar}` | {_meaning(one)} |" for one in arguments]
        lines.append("")
    if options:
        lines += ["| option | meaning |", "| --- | --- |"]
        lines += [f"| {_spelt(one)} | {_meaning(one)} |" for one in options]
        lines.append("")
    for key, told in ANSWERS.items():
        if key.split(" -")[0] == name:
            lines += _answer(key, told)
    lines += _examples(command.epilog)
    return "\n".join(lines)


def _answer(key: str, told: dict[str, str]) -> list[str]:
    what = f"`{key} --json`" if "-" in key else "`--json`"
    rows = [f"| `{name}` | {meaning} |" for name, meaning in told.items()]
    return [f"{what} answers with:", "", "| key | meaning |", "| --- | --- |", *rows, ""]


def _shown(argument: Any) -> str:
    name = f"{argument.metavar}..." if argument.nargs == -1 else str(argument.metavar)
    return name if argument.required else f"[{name}]"


def _spelt(option: Any) -> str:
    """`--output FILE`, `-o`"""
    choices = getattr(getattr(option, "type_descriptor", None), "annotation", None)
    values = "|".join(one.value for one in getattr(choices, "__members__", {}).values())
    value = "" if option.is_flag else f" {option.metavar or values or 'VALUE'}"
    long, *others = sorted(option.opts, key=len, reverse=True)
    return ", ".join([f"`{long}{value}`".replace("|", "\\|"), *(f"`{one}`" for one in others)])


def _meaning(param: Any) -> str:
    default = param.default
    told = (
        ""
        if default in (None, False) or param.required
        else f" Default: `{getattr(default, 'value', default)}`."
    )
    return f"{param.help}{told}".replace("|", "\\|")


def _text(text: str | None) -> list[str]:
    """Paragraphs, a line each as the source breaks them."""
    return [line.strip() for line in (text or "").strip().splitlines()] + [""]


def _examples(epilog: str | None) -> list[str]:
    if not epilog or "Examples:" not in epilog:
        return []
    examples = [line.strip() for line in epilog.split("Examples:", 1)[1].strip().splitlines()]
    return ["```sh", *examples, "```", ""]


if __name__ == "__main__":
    sys.stdout.write(page())
