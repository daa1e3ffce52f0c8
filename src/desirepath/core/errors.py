"""What can go wrong, said so that the reader can mend it: what, where, and the nearest fix.

Every error has a stable `code` and its facts as fields; the text is made from them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


class DesirepathError(Exception):
    """The root of all errors that a caller can expect. `code` is stable; `hint` is the nearest fix."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def as_dict(self) -> dict[str, object]:
        """The error as data, for `--json` and the API."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "facts": self.facts}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a definition file: where it stands, what is wrong, the nearest fix."""

    file: str
    line: int
    message: str
    hint: str = ""
    code: str = "definition"
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        return place + self.message + (f"\n  {self.hint}" if self.hint else "")


class DefinitionError(DesirepathError):
    """journey.yaml, sources.yaml or map.yaml cannot be used. Carries every problem, not just the first."""

    code = "definition"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems), count=len(self.problems))

    def as_dict(self) -> dict[str, object]:
        """Each problem as data, in the order of files and lines."""
        return {
            "code": self.code,
            "message": f"{len(self.problems)} problem(s) in the definitions",
            "problems": [
                {"file": p.file, "line": p.line, "code": p.code, "message": p.message, "hint": p.hint}
                for p in self.problems
            ],
        }


class WorkspaceError(DesirepathError):
    """The workspace cannot be opened, made or written."""

    code = "workspace"


class WorkspaceBusy(WorkspaceError):
    """Another process is writing this workspace."""

    code = "workspace_busy"


class SourceError(DesirepathError):
    """A source cannot be read, or is mostly bad."""

    code = "source"


class NotFound(DesirepathError):
    """A customer, visit, stage or other thing that was asked for by name is not there."""

    code = "not_found"


def nearest(word: str, known: Iterable[str], label: str = "Known") -> str:
    """A hint that names the nearest known word and lists all of them; '' where nothing is known.

    >>> nearest("considration", ["awareness", "consideration"], "Stages")
    'Did you mean "consideration"? Stages: awareness, consideration.'
    """
    names = list(dict.fromkeys(known))
    if not names:
        return ""
    close = difflib.get_close_matches(word.lower(), [n.lower() for n in names], n=1, cutoff=0.6)
    listing = f"{label}: {', '.join(names[:30])}{' …' if len(names) > 30 else '.'}"
    if close:
        match = next(n for n in names if n.lower() == close[0])
        return f'Did you mean "{match}"? {listing}'
    return listing
