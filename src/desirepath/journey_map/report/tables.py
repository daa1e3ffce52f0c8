"""The tables of a report: a stage's numbers, touchpoints, feelings, paths and promises, every one with its certainty.

In: a document. Out: tables of texts, made by the same words as every other export. A number that is missing
says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.journey_map import say
from desirepath.journey_map.document import (
    Cell,
    Exhibit,
    MapDocument,
    StageColumn,
    Tone,
    Unit,
    Value,
)
from desirepath.journey_map.report.told import Rule, Table
from desirepath.measure.answers import Contract

MOST_ROWS = (
    14  # of a table behind a finding: what follows says less, and stands in the page and in the workbook
)


class Rules:
    """The ways of counting of a map, each told once and called by its number, from 1, in the order of the lanes.

    Many cells ask the same of different things: a rule is told by the first of their questions.
    """

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._contracts: dict[tuple[str, str], list[Contract]] = {}
        for cell in cells:
            if cell.contract is not None:
                self._contracts.setdefault(self._key(cell.contract), []).append(cell.contract)
        self._numbers = {key: n + 1 for n, key in enumerate(self._contracts)}

    @staticmethod
    def _key(one: Contract) -> tuple[str, str]:
        return one.rule, one.source

    def number(self, one: Contract | None) -> int:
        """Its number; 0 for none."""
        return 0 if one is None else self._numbers.get(self._key(one), 0)

    def told(self) -> tuple[Rule, ...]:
        """All of them, in order."""
        return tuple(
            Rule(
                found[0].question,
                len({c.question for c in found}) - 1,
                tuple(dict.fromkeys(c.denominator for c in found)),
                *key,
            )
            for key, found in self._contracts.items()
        )


def method(measured: object) -> str:
    """How the interval was made: '95 %, wilson'; '' where there is none."""
    if not isinstance(measured, Estimate):
        return ""
    return f"{measured.level * 100:.0f}{say.NBSP}%, {measured.method}"


def n_of(measured: object) -> str:
    """The n of a measured number; '' of an exact count."""
    return say.count(measured.n) if isinstance(measured, Estimate | NoEstimate) and measured.n else ""


def numbers(title: str, rows: Iterable[tuple[str, Value, int]], d: MapDocument, note: str = "") -> Table:
    """Values one under another, with interval, n and method; and by which rule each, where they differ in it."""
    made = list(rows)
    rules = {how for _, _, how in made}
    head = ("", "Number", "Interval", "n", "Interval by")
    alike = len(rules) < 2
    return Table(
        title,
        head if alike else (*head, "Rule"),
        tuple(
            (
                label,
                say.value(v, d.currency),
                say.interval(v, d.currency),
                n_of(v.measured),
                method(v.measured),
                *(() if alike else (f"[{how}]" if how else "",)),
            )
            for label, v, how in made
        ),
        (False, True, True, True, False) + (() if alike else (True,)),
        note,
        rules.pop() if len(rules) == 1 else 0,
    )


def of_stage(d: MapDocument, stage: StageColumn, rules: Rules) -> Table:
    """Everything that is counted about a stage as a whole: its track, then its metrics."""
    rows: list[tuple[str, Value, int]] = []
    missing: list[Cell] = []
    for lane in d.lanes:
        if lane.id not in ("track", "metrics"):
            continue
        for cell in lane.at(stage.id):
            how = rules.number(cell.contract)
            if lane.id == "metrics" and (not cell.values or not cell.values[0].known):
                missing.append(cell)
            else:
                rows += [(v.label, v, how) for v in cell.values]
    seen: dict[str, tuple[str, Value, int]] = {}
    for row in rows:
        seen.setdefault(row[0], row)
    return numbers("In numbers", seen.values(), d, "; ".join(say.why_none(missing, d.currency)))


def overview(d: MapDocument) -> Table:
    """One row a stage: the track."""
    return Table(
        "The stages in numbers",
        (
            "Stage",
            "Customers",
            "Jumped over it",
            "Succeed",
            "95 % interval",
            "n",
            "How soon",
            "Fell silent",
            "Left",
            "Still on the way",
        ),
        tuple(_overview_row(s) for s in d.stages),
        (False, True, True, True, True, True, False, True, True, True),
        "Rates are over visits that are old enough to be judged, so nobody who is still on the way counts as lost.",
    )


def _overview_row(s: StageColumn) -> tuple[str, ...]:
    rate = s.rate
    known = isinstance(rate, Estimate)
    success = f"{say.of(rate, Unit.SHARE)} {s.success} within {say.duration(s.within)}"
    return (
        s.label,
        say.count(s.customers),
        say.count(s.skipped),
        success if known else say.of(rate, Unit.SHARE),
        say.span(rate, Unit.SHARE),
        say.count(rate.n) if known else "",
        s.time,
        say.count(s.lapsed),
        say.count(s.left),
        say.count(s.in_flight),
    )


def touchpoints(d: MapDocument, cells: Sequence[Cell], rules: Rules) -> Table | None:
    """All touchpoints of a stage."""
    found = [c for c in cells if not c.blank and c.value("reach") is not None]
    if not found:
        return None
    return Table(
        "Touchpoints",
        (
            "Touchpoint",
            "Channel",
            "Customers",
            "Going on, against like customers",
            "n",
            "Times a visit",
            "Then waits",
            "Ease, −2 … +2",
            "Lost here",
        ),
        tuple(_touchpoint(d, c) for c in found),
        (False, False, True, True, True, True, True, True, True),
        "Against customers who had come as far and had not met it: an association, which need not be the cause. "
        "A plus or minus is marked where it is beyond chance over all touchpoints.",
        rules.number(found[0].contract),
    )


def _touchpoint(d: MapDocument, cell: Cell) -> tuple[str, ...]:
    def told(name: str, spanned: bool = False) -> str:
        one = cell.value(name)
        if one is None:
            return ""
        span = say.interval(one, d.currency) if spanned else ""
        return say.value(one, d.currency) + (f" ({span})" if span else "")

    difference = cell.value("difference")
    mark = {Tone.GOOD: " ▲", Tone.BAD: " ▼"}.get(cell.tone, "")
    return (
        cell.title,
        cell.text,
        told("reach"),
        told("difference", spanned=True) + mark,
        n_of(difference.measured) if difference and difference.known else "",
        told("repeats"),
        told("wait"),
        told("ease", spanned=True),
        told("last_seen"),
    )


def feelings(d: MapDocument, cells: Sequence[Cell], rules: Rules) -> Table | None:
    """The points of the emotion lines in a stage, those without a number too."""
    found = [c for c in cells if c.series and not c.blank]
    if not found:
        return None
    rows = []
    for cell in found:
        value = cell.values[0]
        rows.append(
            (
                cell.title if cell.place >= 0 else f"The whole of {cell.title}",
                f"{cell.rests.value if cell.rests else ''}: {cell.text}",
                say.value(value),
                say.interval(value),
                n_of(value.measured) if value.known else "",
                method(value.measured),
                f"[{how}]" if (how := rules.number(cell.contract)) else "",
            )
        )
    return Table(
        "Feelings, from −2 to +2",
        ("", "Which", "Feeling", "Interval", "n", "Interval by", "Rule"),
        tuple(rows),
        (False, False, True, True, True, False, True),
    )


def paths(d: MapDocument, cells: Sequence[Cell], rules: Rules) -> Table | None:
    """The commonest real ways through a stage."""
    found = [c for c in cells if c.value("visits") is not None]
    if not found:
        return None
    rows = []
    for cell in found:
        visits, succeeded, time = (cell.value(name) for name in ("visits", "succeeded", "time"))
        rows.append(
            (
                " → ".join(cell.chain) or "no touchpoint",
                say.value(visits) if visits else "",
                cell.detail,
                say.value(succeeded) if succeeded else "",
                say.interval(succeeded) if succeeded else "",
                say.value(time) if time else "",
            )
        )
    return Table(
        "The commonest real paths",
        ("Path", "Visits", "Share", "Succeeded", "Interval", "Median time"),
        tuple(rows),
        (False, True, True, True, True, True),
        "",
        rules.number(found[0].contract),
    )


def promises(d: MapDocument, cells: Sequence[Cell], rules: Rules) -> Table | None:
    """Promises against what was delivered."""
    found = [c for c in cells if c.value("kept") is not None]
    if not found:
        return None
    rows = []
    for cell in found:
        kept = cell.value("kept")
        assert kept is not None
        others = [cell.value(name) for name in ("took", "late_by", "waiting", "overdue")]
        rows.append(
            (
                f"{cell.title} {cell.text}".strip(),
                say.value(kept),
                say.interval(kept),
                n_of(kept.measured),
                *(say.value(v, d.currency) if v else "" for v in others),
            )
        )
    return Table(
        "Promises",
        ("Promise", "Kept", "Interval", "n", "Half in", "Late by (median)", "Open, in time", "Overdue"),
        tuple(rows),
        (False, True, True, True, True, True, True, True),
        "",
        rules.number(found[0].contract),
    )


def of_exhibit(exhibit: Exhibit, d: MapDocument, most: int = MOST_ROWS) -> Table:
    """The table behind a cell, in words, shortened to its first rows."""
    rows = tuple(
        tuple(say.scalar(v, c.unit, d) for v, c in zip(row, exhibit.columns, strict=True))
        for row in exhibit.rows[:most]
    )
    more = len(exhibit.rows) - len(rows)
    note = " ".join(part for part in (exhibit.note, f"And {more} more." if more > 0 else "") if part)
    return Table(
        exhibit.title,
        tuple(c.label for c in exhibit.columns),
        rows,
        tuple(c.unit is not Unit.TEXT for c in exhibit.columns),
        note,
    )
