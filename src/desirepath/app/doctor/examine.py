"""Every check over one workspace, worst findings first.

In: a workspace open for questions. Out: a Report: the findings, and what was looked at, so that "nothing found" says
something. A check that has no data to look at finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.doctor import events, overlaps, people, rules, sources, stages, times, zones
from desirepath.app.doctor.effects import Again
from desirepath.app.doctor.looking import Looking, many
from desirepath.core.errors import NotFound, nearest
from desirepath.doctor.checks import CHECKS
from desirepath.doctor.finding import Finding, Severity, worst_first

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.refresh import Say

Maker = Callable[[Looking, Again], Iterator[Finding]]
_FAMILIES = (times, zones, people, events, rules, overlaps, stages, sources)
MAKERS: Mapping[str, Maker] = {code: maker for family in _FAMILIES for code, maker in family.MAKERS.items()}


@dataclass(frozen=True, slots=True)
class Report:
    """What doctor found, worst first, and over what it looked."""

    findings: tuple[Finding, ...]
    checks: int
    events: int
    customers: int
    sources: int
    journey: str
    definition: str
    source: str | None = None  # only findings about this one

    def count(self, severity: Severity) -> int:
        """How many findings are so bad."""
        return sum(one.severity is severity for one in self.findings)

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings of one check."""
        return tuple(one for one in self.findings if one.code == code)

    @property
    def sentence(self) -> str:
        """All in one sentence."""
        who = f"{many(self.customers, 'customer')} from {many(self.sources, 'source')}"
        looked = f"{self.checks} checks, {many(self.events, 'event')} of {who}"
        if not self.findings:
            return f"{looked}: nothing found."
        parts = [many(n, one.value) for one in Severity if (n := self.count(one))]
        return f"{looked}: {', '.join(parts)}."

    def as_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "journey": self.journey,
            "definition": self.definition,
            "checks": self.checks,
            "events": self.events,
            "customers": self.customers,
            "sources": self.sources,
            "source": self.source,
            "errors": self.count(Severity.ERROR),
            "warnings": self.count(Severity.WARNING),
            "notes": self.count(Severity.NOTE),
            "findings": self.findings,
        }


def examine(
    asking: Asking, files: Sequence[Path], *, reveal: bool = False, source: str | None = None, say: Say
) -> Report:
    """Make every check. files: journey.yaml and sources.yaml. source: only what is about this source.

    Raises NotFound for a source that is not there.
    """
    names = [*(s.id for s in asking.sources.sources), *(m.id for m in asking.sources.metrics)]
    if source is not None and source not in names:
        raise NotFound(f'there is no source "{source}"', hint=nearest(source, names, "Sources"))
    say("looking at events", 0.0)
    looking = Looking(asking, files, reveal=reveal)
    again = Again(looking)
    found: list[Finding] = []
    for place, check in enumerate(CHECKS):
        say(check.title.lower(), (place + 1) / (len(CHECKS) + 1))
        found.extend(MAKERS[check.code](looking, again))
    if source is not None:
        found = [one for one in found if source in one.subject.split(", ")]
    return Report(
        worst_first(found),
        len(CHECKS),
        looking.events,
        looking.customers,
        len(looking.seen),
        asking.journey.title,
        asking.journey.version,
        source,
    )
