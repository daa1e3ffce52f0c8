"""What `init` guessed and nobody confirmed, as people can read it: the line with its reason.

In: the guesses as the readers of the definitions list them, "path:line: reason". Out: "sources.yaml:9:
`time: created_at` (the only column of times)".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_GUESS = re.compile(r"(?P<path>.*?):(?P<line>\d+): (?P<why>.*)", re.DOTALL)
_MARK = re.compile(r"\s+# guess: ")


def readable(guesses: Iterable[str], texts: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Each guess with what its line says. texts: of files by name, where they are not (yet) on the disk."""
    files: dict[str, list[str]] = {name: text.splitlines() for name, text in (texts or {}).items()}
    return tuple(_readable(one, files) for one in guesses)


def _readable(guess: str, files: dict[str, list[str]]) -> str:
    found = _GUESS.fullmatch(guess)
    if found is None:
        return guess
    path = found["path"]
    if path not in files:
        try:
            files[path] = Path(path).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            files[path] = []
    number = int(found["line"])
    line = files[path][number - 1] if number <= len(files[path]) else ""
    said = _MARK.split(line, maxsplit=1)[0].strip().removeprefix("- ")
    place = f"{Path(path).name}:{number}"
    return f"{place}: `{said}` ({found['why']})" if said else f"{place}: {found['why']}"
