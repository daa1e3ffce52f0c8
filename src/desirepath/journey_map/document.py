"""The map as data: what every export draws, and nothing that an export has to work out again.

Grain of a cell: one claim about one stage in one lane, resting on one class of evidence. Several cells may
stand in the same lane and stage; classes are never mixed within one. Whatever a cell says, its `exhibits`
hold the tables behind it; a chart is only ever a drawing of such a table, so the two cannot differ.
Instants and durations are int64 µs, money is in minor units, shares are 0 … 1, emotion is −2 … +2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desirepath.core.estimate import Measured, NoEstimate
from desirepath.core.words import Rests
from desirepath.journey.exclusions import Excluded
from desirepath.measure.answers import Contract
from desirepath.measure.comparison.claims import Verdict

SCHEMA = "desirepath.map/1"

Scalar = str | int | float | None


class Unit(StrEnum):
    """What a number counts; the exports say it in words and signs."""

    COUNT = "count"
    SHARE = "share"  # 0 … 1
    POINTS = "points"  # a difference of two shares, −1 … 1
    DURATION = "duration"  # µs
    INSTANT = "instant"  # µs since 1970, UTC
    MONEY = "money"  # minor units
    EMOTION = "emotion"  # −2 … +2
    TIMES = "times"  # a mean count
    SCORE = "score"  # a kind's own unit, such as −100 … 100
    NUMBER = "number"
    TEXT = "text"


class Tone(StrEnum):
    """Good and bad are said only of what is beyond chance; everything else is plain."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Drawing(StrEnum):
    """The natural drawing of a lane."""

    TRACK = "track"
    CARDS = "cards"
    LINES = "lines"
    CHAIN = "chain"
    QUOTES = "quotes"
    WORDS = "words"
    BARS = "bars"
    NUMBERS = "numbers"


class Chart(StrEnum):
    """How an exhibit's table is drawn; a plain TABLE is not."""

    TABLE = "table"
    CURVE = "curve"  # columns: time, value, low, high, then further lines
    BARS = "bars"  # columns: label, count
    WHISKERS = "whiskers"  # columns: label, value, low, high
    LINE = "line"  # columns: time, count
    QUOTES = "quotes"  # columns: text, then what is known of it


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a cell. `measured` is an int where it is an exact count: it has no interval."""

    name: str
    label: str
    unit: Unit
    measured: Measured | int
    tone: Tone = Tone.PLAIN

    @property
    def known(self) -> bool:
        """There is a number to show."""
        return not isinstance(self.measured, NoEstimate)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an exhibit's table."""

    name: str
    label: str
    unit: Unit = Unit.TEXT


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table of evidence, and how to draw it. `links` names a trail for a row, or '' where there is none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    chart: Chart = Chart.TABLE
    note: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """What the data say of a written claim: it holds, it drifts (they say otherwise), or that cannot be told.

    claim: as it was written after `holds:`. said: the verdict in words, with value, interval and n. see: the cell that
    shows the same number, or ''. a, b, measure: what to ask of the question `comparison` for more; '' where it has no
    two sides.
    """

    claim: str
    verdict: Verdict
    said: str
    values: tuple[Value, ...]
    contract: Contract
    see: str = ""
    a: str = ""
    b: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One claim. Blank cells carry the reason in `blank` and nothing else.

    id: stable within a definition; made of lane, stage and subject.
    title, text, detail: what it is about; its words (a quote, a path, what somebody wrote); a second line.
    contract: the exact semantics behind its numbers; None where somebody wrote it.
    series: emotion only: reported, inferred or effort. place: 0 … 1, where in the stage it is drawn.
    fill: 0 … 1, how much of a card or bar is filled; None where nothing is.
    chain: the steps of a path. shown: on the macro map; the others open from it.
    stage: '' where the claim is about the whole journey. check: of a written cell, what the data say of it.
    """

    id: str
    lane: str
    stage: str
    drawing: Drawing
    rests: Rests | None
    title: str = ""
    text: str = ""
    detail: str = ""
    values: tuple[Value, ...] = ()
    tone: Tone = Tone.PLAIN
    as_of: int | None = None
    contract: Contract | None = None
    exhibits: tuple[Exhibit, ...] = ()
    blank: str = ""
    series: str = ""
    place: float = 0.5
    fill: float | None = None
    chain: tuple[str, ...] = ()
    shown: bool = True
    check: Check | None = None

    @property
    def drifts(self) -> bool:
        """The data say otherwise than what is written here."""
        return self.check is not None and self.check.verdict is Verdict.DRIFT

    def value(self, name: str) -> Value | None:
        """The value of that name, or None."""
        return next((v for v in self.values if v.name == name), None)


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the map. `nothing` says why the whole lane is blank, else it is ''."""

    id: str
    label: str
    about: str
    drawing: Drawing
    cells: tuple[Cell, ...]
    nothing: str = ""
    note: str = ""  # what is missing from the whole lane, and why
    line_above: str = ""  # a line of the service blueprint that runs above this lane

    def at(self, stage: str) -> tuple[Cell, ...]:
        """The cells in one stage's column."""
        return tuple(c for c in self.cells if c.stage == stage)


@dataclass(frozen=True, slots=True)
class StageColumn:
    """One column of the map and its piece of the track. Counts are visits; `customers` are customers."""

    id: str
    label: str
    about: str
    customers: int
    skipped: int
    left: int
    lapsed: int
    lost: int
    in_flight: int
    rate: Measured
    success: str  # what succeeding means here: "go on", "reach the goal", "come again"
    within: int  # the horizon, µs
    time: str  # "half in 3.2 days", or why there is none
    reach_cell: str
    rate_cell: str
    lost_cell: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a stage's micro map: a touchpoint in its typical place."""

    touchpoint: str
    label: str
    channel: str
    reach: int
    share: Measured
    wait: Measured
    ease: Measured
    last_seen: int
    cell: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Flow:
    """Visits that went from one step straight to another; −1 is the visit's start, −2 its end."""

    start: int
    end: int
    visits: int


@dataclass(frozen=True, slots=True)
class StageMap:
    """The micro map of one stage: its steps, the way between them, real paths, and masked examples."""

    stage: str
    steps: tuple[Step, ...]
    flows: tuple[Flow, ...]
    flow_note: str
    paths: tuple[str, ...]  # cell ids, commonest first
    trails: tuple[str, ...]
    blank: str = ""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One event of an example trail. `gap` is the time since the one before, µs; 0 for the first."""

    at: int
    gap: int
    event: str
    touchpoint: str
    channel: str
    stage: str
    by: str
    value: int
    text: str
    number: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """One real customer's events, masked. `visible` says which stage's example it is, and how it ended."""

    id: str
    customer: str
    stage: str
    path: str  # the cell id of the path that it walks, or ''
    outcome: str
    lines: tuple[TrailLine, ...]
    more: int = 0  # events beyond those shown


@dataclass(frozen=True, slots=True)
class Headline:
    """What matters most, with its size: `before` + **strong** + `after`. `cell` opens its evidence."""

    before: str
    strong: str
    after: str
    tone: Tone = Tone.PLAIN
    cell: str = ""

    @property
    def sentence(self) -> str:
        """The whole sentence as plain text."""
        return f"{self.before}{self.strong}{self.after}"


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Until when a source is complete. `assumed`: not declared, so its newest event stands in."""

    name: str
    complete_until: int | None
    assumed: bool
    events: int = 0


@dataclass(frozen=True, slots=True)
class MapDocument:
    """The whole map. `as_of`, `since` and `until` are µs UTC, shown in `time_zone`.

    Every text in it is clean (text.cleaned): build_map sees to that once, and every export relies on it.
    """

    title: str
    kind: str
    who: str
    since: int | None
    until: int | None
    as_of: int
    time_zone: str
    currency: str | None
    definition: str
    headlines: tuple[Headline, ...]
    stages: tuple[StageColumn, ...]
    lanes: tuple[Lane, ...]
    micro: tuple[StageMap, ...]
    trails: tuple[Trail, ...]
    guesses: tuple[str, ...]
    sources: tuple[SourceNote, ...]
    masked: bool
    excluded: tuple[Excluded, ...] = ()
    cautions: tuple[str, ...] = ()  # what is left out of the numbers, in sentences

    def cells(self) -> tuple[Cell, ...]:
        """Every cell of every lane, in the order of lanes."""
        return tuple(cell for lane in self.lanes for cell in lane.cells)

    def drifting(self) -> tuple[Cell, ...]:
        """The written cells of which the data say otherwise."""
        return tuple(cell for cell in self.cells() if cell.drifts)

    def cell(self, id: str) -> Cell:
        """The cell of that id. Raises KeyError."""
        for one in self.cells():
            if one.id == id:
                return one
        raise KeyError(id)

    def lane(self, id: str) -> Lane:
        """The lane of that id. Raises KeyError."""
        for one in self.lanes:
            if one.id == id:
                return one
        raise KeyError(id)
