"""A question as somebody would write it: on the command line, in Python."""

from __future__ import annotations

import shlex
from typing import Any

from desirepath.app.questions.question import Question


def as_command(question: Question[Any], journey: str | None = None, folder: str = "FOLDER") -> str:
    """`desirepath ask funnel FOLDER product_page checkout --within '14 days'`."""
    words, options = ["desirepath", "ask", question.name, folder], []
    for name, value in question.given().items():
        extra = type(question).model_fields[name].json_schema_extra
        if isinstance(extra, dict) and extra.get("argument"):
            words += [str(one) for one in (value if isinstance(value, list) else [value])]
            continue
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            options.append(flag if value else f"--no-{flag[2:]}")
        else:
            for one in value if isinstance(value, list) else [value]:
                options += [flag, str(one)]
    if journey:
        options += ["--journey", journey]
    return shlex.join([*words, *options])


def as_python(question: Question[Any], journey: str | None = None, folder: str = "FOLDER") -> str:
    """Lines that run as they are: the workspace opened, the question asked, its answer printed."""
    fields = ", ".join(f"{name}={value!r}" for name, value in question.given().items())
    opened = f"{folder!r}, {journey!r}" if journey else repr(folder)
    return (
        "import desirepath\n\n"
        f"workspace = desirepath.open({opened})\n"
        f"answer = workspace.ask(desirepath.{type(question).__name__}({fields}))\n"
        "print(answer)\n"
    )
