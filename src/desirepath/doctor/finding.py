"""What a check found: how bad, what is wrong, the evidence, the effect on the numbers, the line to change.

Every finding has the stable code of its check. Its sentences are for people; its counts are for programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from desirepath.core.times import say_duration


class Severity(StrEnum):
    """How bad. error: numbers are wrong; warning: numbers are likely off; note: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Example:
    """One piece of evidence. What does not apply is None; `customer` is masked unless it was asked for."""

    source: str | None = None
    file: str | None = None
    line: int | None = None  # of the file, where it is known; else `record`
    record: int | None = None
    event: str | None = None
    time: str | None = None
    customer: str | None = None
    what: str | None = None

    def __str__(self) -> str:
        place = f"line {self.line:,}" if self.line else f"record {self.record:,}" if self.record else None
        file = ", ".join(part for part in (self.file, place) if part)
        parts = (self.event, self.time, f"customer {self.customer}" if self.customer else None, self.what)
        said = ", ".join(part for part in parts if part)
        where = file or (f"source {self.source}" if self.source else "")
        return f"{said} ({where})" if said and where else said or where


@dataclass(frozen=True, slots=True)
class Moved:
    """One number as it is, and as it would be without the fault.

    number: rate (0 … 1), median time (µs), entered, in_flight, value. None: there is no number.
    """

    stage: str
    number: str
    now: float | None
    without: float | None

    def __str__(self) -> str:
        return (
            f"{self.stage}: {self.number.replace('_', ' ')} {self._say(self.now)} → {self._say(self.without)}"
        )

    def _say(self, value: float | None) -> str:
        if value is None:
            return "–"
        if self.number == "median time":
            return say_duration(round(value))
        return f"{value * 100:.1f} %" if self.number == "rate" else f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to the numbers. affected of `of` `unit` (events, customers, visits)."""

    text: str
    affected: int = 0
    of: int = 0
    unit: str = "events"
    stages: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def share(self) -> float:
        """How much of all there is."""
        return self.affected / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Fix:
    """The line to change, and what to write there. line 0: the whole file."""

    file: str
    line: int
    write: str
    about: str = ""

    @property
    def place(self) -> str:
        """journey.yaml:12"""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. subject: the source, stage, rule or touchpoint that it is about."""

    code: str
    severity: Severity
    subject: str
    message: str
    effect: Effect
    fix: Fix | None = None
    counts: dict[str, int | float | str] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """By severity, then by how much is touched; ties by code and subject."""
    return tuple(sorted(findings, key=lambda f: (f.severity.rank, -f.effect.share, f.code, f.subject)))


def graded(share: float, error: float, warning: float) -> Severity:
    """The severity of a share, by where errors and warnings begin."""
    return Severity.ERROR if share >= error else Severity.WARNING if share >= warning else Severity.NOTE
