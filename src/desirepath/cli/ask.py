"""`desirepath ask QUESTION FOLDER …`: every question as a command, made from its fields.

In: the question's class. Out: its answer as sentences, tables and its contract; as JSON; as a file; or the customers
behind one of its counts. A question's module is imported when that question is asked, or its help.
"""

from __future__ import annotations

import inspect
import json as json_text
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import typer
from typer.core import TyperGroup

from desirepath.app.questions import QUESTIONS, question_class
from desirepath.cli.complete import segment_names
from desirepath.cli.options import Folder, Journey, Json, example, group, opened
from desirepath.cli.output import print_json, say, tame

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from desirepath.app.questions.answer import Answer
    from desirepath.app.questions.question import Question

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write a table there: .csv, .jsonl or .parquet.",
        show_default=False,
    ),
]
TableName = Annotated[
    str | None,
    typer.Option(
        "--table", metavar="NAME", help="Which table; the main one unless said.", show_default=False
    ),
]
Who = Annotated[
    str | None,
    typer.Option(
        "--members", metavar="COUNT", help="List the customers behind a count instead.", show_default=False
    ),
]


class Questions(TyperGroup):
    """The questions, each imported when it is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the register."""
        return list(QUESTIONS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One question's command; None where there is none."""
        if cmd_name not in QUESTIONS:
            return None
        return command_of(question_class(cmd_name))


ask = group(
    name="ask", cls=Questions, help="Ask a question of the journey; each has a page in docs/questions."
)


@ask.callback()
def asked() -> None:
    """Every question is a command."""


def command_of(kind: type[Question[Any]]) -> Any:
    """The command that asks this kind of question."""
    app = group()
    lines = tuple(f"ask {kind.name} {line}" for line in kind.examples) or (f"ask {kind.name} shop",)
    head, _, rest = inspect.cleandoc(kind.__doc__ or "").partition("\n")
    app.command(kind.name, help=f"{kind.about}\n\n{head}{rest}", epilog=example(*lines))(_runs(kind))
    return typer.main.get_command(app)


def _runs(kind: type[Question[Any]]) -> Any:
    """A function with an argument or option for each field, as Typer reads them."""

    def run(**given: Any) -> None:
        folder, journey, json = given.pop("folder"), given.pop("journey"), given.pop("json")
        output, table, members = given.pop("output"), given.pop("table"), given.pop("members")
        fields = {name: value for name, value in given.items() if value is not None and value != []}
        workspace = opened(folder, journey)
        answer = workspace.ask(kind(**_plain(kind, fields)))
        if members is not None:
            _list(answer, members, json)
        elif output is not None:
            _write(answer, table, output, json)
        elif json:
            print_json(answer)
        else:
            _print(answer, table)

    parameters = [inspect.Parameter("folder", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Folder)]
    parameters += [_parameter(name, field) for name, field in kind.model_fields.items()]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, default, annotation in (
            ("members", None, Who),
            ("table", None, TableName),
            ("output", None, Output),
            ("journey", None, Journey),
            ("json", False, Json),
        )
    ]
    # Arguments stand before options, and those without a default before those with one.
    parameters.sort(key=lambda one: (one.kind, one.default is not inspect.Parameter.empty))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    """One field of a question as an argument or an option."""
    extra: Mapping[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    kind, many, words = _kind(field.annotation)
    required = field.is_required()
    default: Any = inspect.Parameter.empty if required else None
    about = field.description or ""
    if words:
        about = f"{about} One of: {', '.join(words)}."
    shown = _shown(field)
    if shown:
        about = f"{about} Unless said: {shown}."
    metavar = str(extra.get("metavar") or name.upper())
    if extra.get("argument"):
        annotation: Any = list[str] if many else str
        info = typer.Argument(metavar=f"{metavar}", help=about, show_default=False)
        return inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=default,
            annotation=Annotated[annotation if required else annotation | None, info],
        )
    flag = "--" + name.replace("_", "-")
    if kind is bool:
        # Neither said: the question's own default holds.
        info = typer.Option(f"{flag}/--no-{flag[2:]}", help=about, show_default=False)
    else:
        complete = segment_names if name == "segment" else None
        more = f"{about} May be repeated." if many else about
        info = typer.Option(flag, metavar=metavar, help=more, show_default=False, autocompletion=complete)
    annotation = list[str] if many else kind
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[annotation if required else annotation | None, info],
    )


def _kind(annotation: Any) -> tuple[type, bool, tuple[str, ...]]:
    """(what Typer should read, whether several, the words that are allowed)."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(parts[0])
    if origin in (Union, UnionType):
        return _kind(next(part for part in parts if part is not NoneType))
    if origin is Literal:
        return str, False, tuple(str(part) for part in parts)
    if origin in (tuple, list):
        return str, True, _kind(parts[0])[2]
    if annotation in (bool, int, float):
        return annotation, False, ()
    return str, False, ()


def _plain(kind: type[Question[Any]], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as the question's fields take it: entries of a mapping are written name=value."""
    plain: dict[str, Any] = {}
    for name, value in fields.items():
        wanted = get_origin(kind.model_fields[name].annotation)
        if wanted is dict and isinstance(value, str):
            plain[name] = json_text.loads(value)
        else:
            plain[name] = tuple(value) if isinstance(value, list) else value
    return plain


def _shown(field: FieldInfo) -> str:
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if default in (None, (), False, ""):
        return ""
    if isinstance(default, timedelta):
        from desirepath.core.times import say_duration

        return say_duration(default)
    if isinstance(default, tuple | list):
        return ", ".join(str(one) for one in default)
    return "yes" if default is True else str(default)


# ── what is printed ──────────────────────────────────────────────────────────────────────────────────────


def _print(answer: Answer[Any], table: str | None) -> None:
    from desirepath.cli.answers import print_answer_table

    for sentence in answer.says:
        say(sentence)
    for name, one in {table: answer.table_named(table)}.items() if table else answer.tables.items():
        if not len(one):
            continue
        print()
        if len(answer.tables) > 1:
            say(f"{name}: one row a {one.grain}", "dim")
        print_answer_table(one, answer.asked.currency)
    print()
    for text in _contract(answer):
        say(text, "dim")


def _contract(answer: Answer[Any]) -> list[str]:
    contract, asked = answer.contract, answer.asked
    of = f"Of: {contract.denominator}."
    how = f"How: {contract.rule}."
    until = (
        f"As of {asked.as_of:%Y-%m-%d %H:%M}, {asked.time_zone}" if asked.as_of else "Nothing is known yet"
    )
    made = f"{until}; definition {asked.definition[:8]}."
    lists = f"Behind the counts: --members {' | '.join(_quoted(name) for name in answer.lists[:8])}"
    more = " | …" if len(answer.lists) > 8 else ""
    return [of, how, made, *([f"{lists}{more}"] if answer.lists else [])]


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _list(answer: Answer[Any], count: str, json: bool) -> None:
    found = answer.members(count).column("customer")
    if json:
        print_json({"count": count, "members": found})
        return
    for customer in found:
        print(tame(customer))


def _write(answer: Answer[Any], table: str | None, path: Path, json: bool) -> None:
    found = answer.table_named(table) if table else answer.table
    found.write(path)
    if json:
        print_json({"path": path, "rows": len(found)})
    else:
        say(f"Wrote {path}: {len(found):,} rows.")


def add_to(program: typer.Typer) -> None:
    """Add the questions to the program."""
    program.add_typer(ask)
