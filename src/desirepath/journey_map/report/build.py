"""From a map to its report: the same claims, laid out to be read from the first page to the last.

In: a MapDocument. Out: a Report. Only two things are left to the page and the workbook: single customers'
trails, and the rows of long tables beyond their first.
"""

from __future__ import annotations

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import (
    Cell,
    Chart,
    Drawing,
    Exhibit,
    Headline,
    Lane,
    MapDocument,
    StageColumn,
)
from desirepath.journey_map.report import tables
from desirepath.journey_map.report.tables import Rules
from desirepath.journey_map.report.told import FindingTold, LaneTold, Report, Rule, StageTold, Table, Told

_IN_TABLES = {"track", "metrics", "touchpoints", "emotion", "promises"}

READING = (
    ("Observed", "counted or estimated from what customers did"),
    ("Reported", "what customers said: scores, and their own words"),
    ("Inferred", "read by a model"),
    ("Assumed", "somebody wrote it; no data stands behind it"),
    (
        "Intervals",
        "95 % unless said otherwise, with n, the number of observations that a number rests on. Below 20 observations "
        "nothing is drawn, and the place says so: a missing number is never zero",
    ),
    (
        "Green, amber, red",
        "only beyond chance: a difference that survives the control of false discoveries over all touchpoints, or an "
        "interval of ease or feeling that lies wholly on one side of zero",
    ),
    (
        "The track",
        "as thick as the square root of its customers: four times as thick is sixteen times as many. Pale and hatched: "
        "jumped over the stage. Dots: still on the way. Strands below: lost",
    ),
    (
        "Associations",
        "those who met a touchpoint are compared with like customers who had come as far and had not met it; what "
        "differs between them need not be the cause",
    ),
)


def report(d: MapDocument) -> Report:
    """The whole report."""
    rules = Rules(d.cells())
    return Report(
        title=d.title,
        subtitle=subtitle(d),
        facts=facts(d),
        findings=tuple(_finding(d, h, rules) for h in d.headlines),
        stages=tables.overview(d),
        by_stage=tuple(_stage(d, s, rules) for s in d.stages),
        whole=_lanes(d, "", rules),
        blank=tuple((lane.label, lane.nothing) for lane in d.lanes if lane.nothing),
        guesses=d.guesses,
        sources=_sources(d),
        reading=READING,
        rules=rules.told(),
    )


def subtitle(d: MapDocument) -> str:
    """'Customer journey of Everyone, all time': what the map is of."""
    kind = f"{d.kind[:1].upper()}{d.kind[1:]} journey"
    return f"{kind}, {d.who}, {say.period(d)}"


def facts(d: MapDocument) -> tuple[tuple[str, str], ...]:
    """What the map is of and how far it knows, as pairs."""
    masked = (
        "Customers' ids are cut short, and in their words what names a person is taken out."
        if d.masked
        else "Not masked: this shows ids and words of customers as they are. Share it only with those who may see them."
    )
    found = [
        ("Journey", f"{d.kind[:1].upper()}{d.kind[1:]} journey"),
        ("Who", d.who),
        ("Period", say.period(d)),
        ("Known until", f"{say.moment(d.as_of, d.time_zone)} ({d.time_zone})"),
        ("Definition", d.definition or "none"),
        ("Currency", d.currency or "none"),
        ("Masking", masked),
    ]
    found += [("Left out", caution) for caution in d.cautions]
    found += [("Counted nowhere", str(one)) for one in d.excluded]
    return tuple(found)


def _finding(d: MapDocument, headline: Headline, rules: Rules) -> FindingTold:
    if not headline.cell:
        return FindingTold(headline, "", "", None, (), (), "", "", 0)
    cell = d.cell(headline.cell)
    how = rules.number(cell.contract)
    lane = next(lane.label for lane in d.lanes if lane.id == cell.lane)
    stage = next((s.label for s in d.stages if s.id == cell.stage), "")
    values = cell.values
    if cell.lane == "track":  # the loss of a stage is told as a share: its rate belongs to it
        values = (
            *(v for s in d.stages if s.id == cell.stage for v in d.cell(s.rate_cell).values[:1]),
            *values,
        )
    # Who the customers are is a matter for the page: a paper travels further.
    shown = tuple(e for e in cell.exhibits if e.rows and not e.links and e.title != "Who they are")
    if cell.lane == "touchpoints" and (beside := _lifts(d.lane("touchpoints").at(cell.stage))):
        shown += (beside,)
    return FindingTold(
        headline=headline,
        where=", ".join(part for part in (lane, stage, cell.title) if part),
        rests=cell.rests.value if cell.rests else "",
        numbers=tables.numbers("What it rests on", [(v.label, v, how) for v in dict.fromkeys(values)], d),
        tables=tuple(tables.of_exhibit(e, d) for e in shown if e.chart is not Chart.CURVE),
        exhibits=shown,
        question=cell.contract.question if cell.contract else "",
        rule=_counted(cell),
        how=how,
    )


def _counted(cell: Cell) -> str:
    """Over whom and by which rule, as sentences."""
    one = cell.contract
    return Rule("", 0, (one.denominator,), one.rule, one.source).sentences if one else ""


def _stage(d: MapDocument, stage: StageColumn, rules: Rules) -> StageTold:
    at = {lane.id: lane.at(stage.id) for lane in d.lanes}
    made = (
        tables.touchpoints(d, at.get("touchpoints", ()), rules),
        tables.feelings(d, at.get("emotion", ()), rules),
        tables.promises(d, at.get("promises", ()), rules),
        tables.paths(d, at.get("actions", ()), rules),
    )
    every = [exhibit for cells in at.values() for cell in cells for exhibit in cell.exhibits]
    return StageTold(
        stage=stage,
        numbers=tables.of_stage(d, stage, rules),
        tables=tuple(table for table in made if table is not None),
        lanes=_lanes(d, stage.id, rules),
        curve=next((e for e in every if e.chart is Chart.CURVE), None),
        lifts=_lifts(at.get("touchpoints", ())),
    )


def _lifts(cells: tuple[Cell, ...]) -> Exhibit | None:
    """Who goes further and who less far, where any touchpoint has an answer."""
    for cell in cells:
        for exhibit in cell.exhibits:
            if exhibit.chart is Chart.WHISKERS and any(row[1] is not None for row in exhibit.rows):
                return exhibit
    return None


def _lanes(d: MapDocument, stage: str, rules: Rules) -> tuple[LaneTold, ...]:
    """What is told in words: every lane that is no table, where it says something about the stage."""
    found = []
    for lane in d.lanes:
        told = [claim(d, c, rules) for c in lane.at(stage) if not c.blank and _worded(lane, c)]
        if told:
            found.append(LaneTold(lane.label, tuple(told)))
    return tuple(found)


def _worded(lane: Lane, cell: Cell) -> bool:
    return lane.id not in _IN_TABLES and cell.drawing is not Drawing.CHAIN


def claim(d: MapDocument, cell: Cell, rules: Rules) -> Told:
    """One claim in words, its first number with interval and n."""
    rests = cell.rests.value if cell.rests else ""
    how = rules.number(cell.contract)
    if cell.drawing is Drawing.QUOTES:
        return Told(f"“{cell.text}”", cell.detail, rests, cell.tone, how)
    first = cell.values[0] if cell.values else None
    second = say.detail(cell)
    if first is not None and isinstance(first.measured, Estimate):
        span = f"{say.interval(first, d.currency)}, n{say.NBSP}{say.count(first.measured.n)}"
        second = f"{second} ({span})" if second else f"{say.value(first, d.currency)} ({span})"
    return Told(f"{say.FLAG} {cell.title}" if cell.drifts else cell.title, second, rests, cell.tone, how)


def _sources(d: MapDocument) -> Table | None:
    if not d.sources:
        return None
    return Table(
        "Until when the sources are complete",
        ("Source", "Events", "Complete until", ""),
        tuple(
            (
                s.name,
                say.count(s.events) if s.events else "",
                say.day(s.complete_until, d.time_zone) or "not known",
                "assumed: its newest event" if s.assumed else "declared",
            )
            for s in d.sources
        ),
        (False, True, False, False),
    )
