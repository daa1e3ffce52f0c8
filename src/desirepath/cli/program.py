"""The command tree, and how it is run: every expected fault is a sentence and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from desirepath import __version__
from desirepath.cli import analysts, ask, asking, bringing, doctor, loads, serving, simulating, who
from desirepath.cli.options import DONE, EXIT_CODES, FAILED, MISTAKEN, MISUSED, STOPPED, group
from desirepath.cli.output import print_json, say
from desirepath.core.errors import DefinitionError, DesirepathError

NAME = "desirepath"
_CODES = "Exit codes: " + ", ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."

program = group(
    name=NAME,
    help="The customer journey as it is really walked: raw exports in, an evidence-backed journey map out.",
    epilog=_CODES,
)
bringing.add_to(program)
asking.add_to(program)
ask.add_to(program)
serving.add_to(program)
who.add_to(program)
loads.add_to(program)
analysts.add_to(program)
doctor.add_to(program)
bringing.add_demo_to(program)
simulating.add_to(program)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@program.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the program itself."""


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    given = list(sys.argv[1:] if args is None else args)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not every name fits every terminal; none of them may stop us
            stream.reconfigure(errors="backslashreplace")
    as_json = "--json" in given
    try:
        code = _call(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has gone: nothing is wrong, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        say("Stopped. What was loaded is kept; run it again to go on.", error=True)
        return STOPPED
    except DesirepathError as error:
        _complain(error.as_dict() | getattr(error, "also", {}), str(error), as_json)
        return MISTAKEN if isinstance(error, DefinitionError) else FAILED
    except OSError as error:
        said = f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror or error)
        _complain({"code": "system", "message": said, "hint": "", "facts": {}}, said, as_json)
        return FAILED
    return code


def _call(args: list[str]) -> int:
    """Parse and run. Typer's own runner is for completion alone: it keeps broken pipes and Ctrl-C to itself."""
    if f"_{NAME.upper()}_COMPLETE" in os.environ:
        program(args, prog_name=NAME)
    command = typer.main.get_command(program)
    try:
        with command.make_context(NAME, args) as context:
            command.invoke(context)
    except typer.Exit as done:
        return int(done.exit_code)
    except Exception as error:
        if not _is_misuse(error):
            raise
        return _misused(error, "--json" in args)
    return DONE


def _is_misuse(error: Any) -> bool:
    """Typer's errors about the command line; their classes are not public in every version of it."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def _misused(error: Any, as_json: bool) -> int:
    context, message = getattr(error, "ctx", None), str(error.format_message())
    if type(error).__name__ == "NoArgsIsHelpError":
        if message:
            print(message)
        return MISUSED
    usage = context.get_usage() if context else ""
    hint = f"Say {context.command_path} --help for more." if context else ""
    body = {"code": "usage", "message": message, "hint": hint, "facts": {"usage": usage}}
    _complain(body, "\n".join(part for part in (message, usage, hint) if part), as_json)
    return MISUSED


def _complain(error: dict[str, Any], text: str, as_json: bool) -> None:
    """The error as data on stdout, or as a sentence on stderr."""
    if as_json:
        print_json({"error": error})
    else:
        say(text, "red", error=True)
