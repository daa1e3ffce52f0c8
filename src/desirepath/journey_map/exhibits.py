"""The tables behind the cells: outcomes, curves, intervals side by side, quotes, members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

import numpy as np

from desirepath.core.estimate import Estimate, Measured
from desirepath.journey_map.cells.draft import Draft
from desirepath.journey_map.document import Chart, Column, Exhibit, Scalar, Unit
from desirepath.journey_map.inputs import MemberList
from desirepath.measure.answers import Curve, OccupancyAnswer, StageAnswer, Verbatim

MOST_POINTS = 40  # of a drawn curve: more cannot be seen, and every one is carried in the file
MOST_QUOTES = 40
MOST_MEMBERS = 12


def ends(measured: Measured) -> tuple[Scalar, Scalar, Scalar]:
    """(value, low, high), or three blanks."""
    if isinstance(measured, Estimate):
        return measured.value, _finite(measured.low), _finite(measured.high)
    return None, None, None


def _finite(end: float) -> float | None:
    return end if isfinite(end) else None


def outcomes(answer: StageAnswer) -> Exhibit:
    """How the observed visits ended; the rows add up to those entered."""
    rows = (
        ("went on", answer.advanced),
        ("left, and said so", answer.left),
        ("fell silent", answer.lapsed),
        ("still here", answer.in_flight),
    )
    return Exhibit(
        title="How visits ended",
        columns=(Column("outcome", "Outcome"), Column("visits", "Visits", Unit.COUNT)),
        rows=rows,
        chart=Chart.BARS,
        note=(
            f"{answer.entered:,} visits were seen to enter; {answer.succeeded:,} of them succeeded, "
            f"however they ended. {answer.skipped:,} more jumped over the stage and were never seen in it."
        ),
    )


def _thin(length: int) -> list[int]:
    if length <= MOST_POINTS:
        return list(range(length))
    return sorted(set(np.linspace(0, length - 1, MOST_POINTS).round().astype(int).tolist()))


def curve(one: Curve) -> Exhibit | None:
    """The Aalen–Johansen curve as a table, thinned to what can be seen."""
    if len(one.time) == 0:
        return None
    rows = tuple(
        (
            int(one.time[i]),
            float(one.succeeded[i]),
            float(one.low[i]),
            float(one.high[i]),
            float(one.left[i]),
            float(one.lapsed[i]),
            int(one.at_risk[i]),
        )
        for i in _thin(len(one.time))
    )
    return Exhibit(
        title="Since entering: how soon they succeed, leave or fall silent",
        columns=(
            Column("time", "Time since entry", Unit.DURATION),
            Column("succeeded", "Succeeded", Unit.SHARE),
            Column("low", "low", Unit.SHARE),
            Column("high", "high", Unit.SHARE),
            Column("left", "Left", Unit.SHARE),
            Column("lapsed", "Fell silent", Unit.SHARE),
            Column("at_risk", "Still open", Unit.COUNT),
        ),
        rows=rows,
        chart=Chart.CURVE,
        note="Aalen–Johansen: those still on the way are neither counted as lost nor as won.",
    )


def occupancy(answer: OccupancyAnswer, stage: str) -> Exhibit | None:
    """Customers in one stage over time."""
    if stage not in answer.stages or len(answer.at) == 0:
        return None
    counts = answer.count[:, answer.stages.index(stage)]
    return Exhibit(
        title="Customers in the stage over time",
        columns=(Column("time", "At", Unit.INSTANT), Column("customers", "Customers", Unit.COUNT)),
        rows=tuple((int(answer.at[i]), int(counts[i])) for i in _thin(len(answer.at))),
        chart=Chart.LINE,
        note=(
            "The newest counts may still fall: some of these customers may have gone without our knowing yet."
            if answer.known_until < int(answer.at[-1])
            else ""
        ),
    )


def whiskers(
    title: str, label: str, unit: Unit, rows: Iterable[tuple[str, Measured]], note: str = ""
) -> Exhibit:
    """Estimates with their intervals, side by side. Those without a number say None."""
    table = []
    for name, measured in rows:
        table.append((name, *ends(measured), measured.n))
    return Exhibit(
        title=title,
        columns=(
            Column("label", label),
            Column("value", "Value", unit),
            Column("low", "low", unit),
            Column("high", "high", unit),
            Column("n", "n", Unit.COUNT),
        ),
        rows=tuple(table),
        chart=Chart.WHISKERS,
        note=note,
    )


def table(
    title: str, columns: Sequence[Column], rows: Iterable[tuple[Scalar, ...]], note: str = ""
) -> Exhibit:
    """A plain table."""
    return Exhibit(title, tuple(columns), tuple(rows), Chart.TABLE, note)


def quotes(verbatims: Sequence[Verbatim], total: int, draft: Draft) -> Exhibit:
    """What customers wrote, newest first, masked."""
    shown = verbatims[:MOST_QUOTES]
    rows = tuple(
        (draft.words(v.text), v.at, v.channel, v.source, v.score_share, v.score_kind or "", v.event_no)
        for v in shown
    )
    return Exhibit(
        title="In their own words",
        columns=(
            Column("text", "Words"),
            Column("at", "When", Unit.INSTANT),
            Column("channel", "Channel"),
            Column("source", "Source"),
            Column("score", "Score on its scale", Unit.SHARE),
            Column("kind", "Kind"),
            Column("event", "Event", Unit.TEXT),
        ),
        rows=tuple((*r[:6], str(r[6])) for r in rows),
        chart=Chart.QUOTES,
        note=f"The newest {len(shown):,} of {total:,}.",
    )


def members(title: str, lists: Iterable[tuple[str, MemberList]], draft: Draft) -> Exhibit | None:
    """Who is behind a count: how many, and a few of them, masked. None where no list was given."""
    rows = []
    for label, one in lists:
        sample = ", ".join(draft.customer(id) for id in one.sample[:MOST_MEMBERS])
        more = one.count - min(len(one.sample), MOST_MEMBERS)
        rows.append((label, one.count, sample + (f" and {more:,} more" if sample and more > 0 else "")))
    if not rows:
        return None
    return Exhibit(
        title=title,
        columns=(
            Column("who", "Who"),
            Column("customers", "Customers", Unit.COUNT),
            Column("sample", "Some of them"),
        ),
        rows=tuple(rows),
        note="Ids are cut short." if not draft.inputs.reveal else "",
    )


def present(*exhibits: Exhibit | None) -> tuple[Exhibit, ...]:
    """Those that there are."""
    return tuple(e for e in exhibits if e is not None)
