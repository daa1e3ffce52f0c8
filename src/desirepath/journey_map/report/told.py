"""What a paper or a slide says beside the drawing: finished sentences and tables, no numbers to round.

Grain of a Told: one claim of the map. `how`: which of the report's rules its number was counted by, from 1;
0 where somebody wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass

from desirepath.journey_map.document import Exhibit, Headline, StageColumn, Tone


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts. `right` says which columns hold numbers, and stand on the right. how: its rule."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    note: str = ""
    how: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of counting, told once: the first question that it answers, how many more, over whom, and the rule."""

    question: str
    more: int
    over: tuple[str, ...]
    rule: str
    source: str

    @property
    def sentences(self) -> str:
        """Everything but the question, as sentences."""
        alike = f"And {self.more:,} question{'s' if self.more > 1 else ''} alike. " if self.more else ""
        source = f" After {self.source}." if self.source else ""
        return f"{alike}Over {'; '.join(self.over)}. {self.rule[:1].upper()}{self.rule[1:]}.{source}"


@dataclass(frozen=True, slots=True)
class Told:
    """One claim in words. second: what stands under it, such as the number, its interval and n."""

    text: str
    second: str
    rests: str
    tone: Tone = Tone.PLAIN
    how: int = 0


@dataclass(frozen=True, slots=True)
class LaneTold:
    """A lane's claims about one stage, or about the whole journey."""

    label: str
    claims: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class FindingTold:
    """One of the map's findings with all that it rests on. exhibits: the tables behind it, as data."""

    headline: Headline
    where: str
    rests: str
    numbers: Table | None
    tables: tuple[Table, ...]
    exhibits: tuple[Exhibit, ...]
    question: str
    rule: str
    how: int


@dataclass(frozen=True, slots=True)
class StageTold:
    """One stage: its numbers, its tables, and what is said about it. curve: how soon visits succeed, as data."""

    stage: StageColumn
    numbers: Table
    tables: tuple[Table, ...]
    lanes: tuple[LaneTold, ...]
    curve: Exhibit | None
    lifts: Exhibit | None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. `facts`: what the map is of, as pairs of a name and a text."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[FindingTold, ...]
    stages: Table
    by_stage: tuple[StageTold, ...]
    whole: tuple[LaneTold, ...]
    blank: tuple[tuple[str, str], ...]
    guesses: tuple[str, ...]
    sources: Table | None
    reading: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
