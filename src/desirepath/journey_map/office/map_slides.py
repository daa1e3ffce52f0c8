"""The map itself on two slides: the track, the feelings and what stands out; then words, plans and who does what.

Stages are columns, lanes are rows. The track is a shape, the feelings are a native chart over the same columns, the
lanes are native tables.
"""

from __future__ import annotations

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, Drawing, Lane, MapDocument, Unit
from desirepath.journey_map.drawing.track import HEIGHT, track_shape
from desirepath.journey_map.office import charts
from desirepath.journey_map.office.slides import HIGH, SIDE, WIDE, Deck, Slide, cut
from desirepath.journey_map.report.build import claim
from desirepath.journey_map.report.tables import Rules
from desirepath.journey_map.report.told import Report

LABELS = 1.05
_BASIS = "Where nothing else is said, a claim is observed: counted or estimated from what customers did."
_TRACK = 0.85  # the height of the track
_FEEL = 1.05
_FIRST = ("touchpoints", "pain_points", "delights", "promises")
_SKIPPED = {"track", "emotion", "metrics", *_FIRST}


def in_numbers(deck: Deck, d: MapDocument, told: Report) -> None:
    """The first slide of the map."""
    title = d.headlines[0].sentence if d.headlines else f"{d.title}: the journey as it is walked"
    slide = deck.slide(title, size=18, top=0.3, notes=_notes(d, told))
    column = (WIDE - 2 * SIDE - LABELS) / max(1, len(d.stages))
    left = SIDE + LABELS
    y = 1.0
    for n, stage in enumerate(d.stages):
        x = left + n * column
        slide.words(stage.label, x, y, column - 0.1, 0.3, size=13, bold=True, lines=1)
        if d.cell(stage.reach_cell).blank:
            slide.words("Not measured.", x, y + 0.27, column - 0.1, 0.25, size=10, role="muted", italic=True)
            continue
        slide.words(
            f"{say.count(stage.customers)} customers", x, y + 0.27, column - 0.1, 0.25, size=11, lines=1
        )
        slide.words(_rate(d, n), x, y + 0.49, column - 0.1, 0.4, size=9, role="muted", lines=2)
    y += 0.87
    _track(slide, d, left, y, column)
    y += _TRACK
    for n, stage in enumerate(d.stages):
        gone = f"{say.count(stage.lapsed)} fell silent" + (
            f", {say.count(stage.left)} left" if stage.left else ""
        )
        text = f"{gone}\n{say.count(stage.in_flight)} still on the way"
        if not d.cell(stage.lost_cell).blank:
            slide.words(text, left + n * column, y, column - 0.1, 0.35, size=9, role="muted", lines=1)
    y += 0.37
    slide.words("Emotion", SIDE, y + 0.05, LABELS - 0.3, 0.25, size=10, role="muted", bold=True)
    cells = next((lane.cells for lane in d.lanes if lane.id == "emotion"), ())
    if charts.feelings(slide, d, cells, (left, y, column * len(d.stages), _FEEL)):
        for text, share in (("+2", 0.05), ("0", 0.43), ("−2", 0.82)):
            slide.words(text, left - 0.45, y + share * _FEEL, 0.35, 0.2, size=8, role="muted", right=True)
        slide.words("solid: reported\ndotted: ease", SIDE, y + 0.25, LABELS - 0.35, 0.4, size=8, role="muted")
    else:
        slide.words(
            "No scores, and too few meetings to tell how easy they were.",
            left,
            y + 0.1,
            8,
            0.3,
            size=10,
            role="muted",
            italic=True,
        )
    y += _FEEL + 0.05
    lanes = [lane for lane in d.lanes if lane.id in _FIRST]
    _lanes(slide, d, lanes, y, column, lines=4)


def in_words(deck: Deck, d: MapDocument, told: Report) -> None:
    """The second: what is said, wanted, planned, and who does what; lanes without anything are left out."""
    lanes = [lane for lane in d.lanes if lane.id not in _SKIPPED and not lane.nothing]
    if not lanes:
        return
    column = (WIDE - 2 * SIDE - LABELS) / max(1, len(d.stages))
    whole = "\n".join(f"{lane.label}: {c.text} ({c.rests})" for lane in told.whole for c in lane.claims)
    slide = deck.slide(
        f"{d.title}: what is said, done and planned",
        size=18,
        top=0.3,
        notes="\n\n".join(part for part in (whole, _notes(d, told)) if part),
    )
    _lanes(slide, d, lanes, 0.85, column, lines=5)


def _notes(d: MapDocument, told: Report) -> str:
    facts = "\n".join(f"{name}: {what}" for name, what in told.facts)
    reading = "\n".join(f"{name}: {what}." for name, what in told.reading)
    findings = "\n".join(h.sentence for h in d.headlines)
    return "\n\n".join(part for part in (findings, facts, reading) if part)


def _rate(d: MapDocument, n: int) -> str:
    stage = d.stages[n]
    if not isinstance(stage.rate, Estimate):
        return f"success: {say.of(stage.rate, Unit.SHARE)}"
    share = f"{say.of(stage.rate, Unit.SHARE)} ({say.span(stage.rate, Unit.SHARE)})"
    return f"{share} {stage.success} within {say.duration(stage.within)}, n {say.count(stage.rate.n)}"


def _track(slide: Slide, d: MapDocument, left: float, top: float, column: float) -> None:
    """The band as one shape: level within a stage, an even change across each boundary."""
    shape = track_shape(d.stages, 1.0)
    if not shape.band:
        return
    scale = _TRACK / HEIGHT
    upper: list[tuple[float, float]] = [(0.0, shape.pieces[0].top)]
    lower: list[tuple[float, float]] = [(0.0, shape.pieces[0].bottom)]
    for n in range(len(shape.pieces) - 1):
        here, after = shape.pieces[n], shape.pieces[n + 1]
        for step in range(13):
            t = step / 12
            ease = 3 * t * t - 2 * t**3
            x = n + 0.7 + 0.42 * t
            upper.append((x, here.top + (after.top - here.top) * ease))
            lower.append((x, here.bottom + (after.bottom - here.bottom) * ease))
    last = shape.pieces[-1]
    upper.append((float(len(shape.pieces)), last.top))
    lower.append((float(len(shape.pieces)), last.bottom))
    points = [(left + x * column, top + y * scale) for x, y in [*upper, *lower[::-1]]]
    stages = "; ".join(f"{s.label} {say.count(s.customers)}" for s in d.stages)
    slide.shape(points, "track-to", f"The track, as thick as the square root of its customers: {stages}.")


def _lanes(slide: Slide, d: MapDocument, lanes: list[Lane], y: float, column: float, lines: int) -> None:
    """A native table: a row a lane, a column a stage."""
    rules = Rules(())
    rows, roles = [], {}
    for r, lane in enumerate(lanes):
        row = [lane.label]
        for c, stage in enumerate(d.stages):
            cells = [cell for cell in lane.at(stage.id) if cell.shown]
            row.append("; ".join(_short(d, cell, rules).rstrip(".") for cell in cells[:3]) or lane.nothing)
            if all(cell.blank for cell in cells):
                roles[r, c + 1] = "muted"
        roles[r, 0] = "muted"
        rows.append(row)
    room = HIGH - y - 0.85
    size = 9.0
    needed = max((len(cut(text, size, column - 0.1, lines)) for row in rows for text in row[1:]), default=1)
    fits = int((room / max(1, len(rows)) * 72 - 6) / (size * 1.3))
    slide.words(_BASIS, SIDE, HIGH - 0.56, 11, 0.2, size=9, role="muted", lines=1)
    slide.table(
        ["", *(s.label for s in d.stages)],
        rows,
        [LABELS, *[column] * len(d.stages)],
        SIDE,
        y,
        size=size,
        lines=max(1, min(needed, fits)),
        roles=roles,
        alt=f"The lanes of the map by stage: {', '.join(lane.label for lane in lanes)}",
    )


def _short(d: MapDocument, cell: Cell, rules: Rules) -> str:
    """A claim as briefly as it can be said with its size."""
    if cell.blank:
        return cell.blank
    if cell.drawing is Drawing.CARDS:
        reach = cell.value("reach")
        return f"{cell.title} {say.value(reach)}" if reach else cell.title
    if cell.drawing is Drawing.CHAIN:
        return f"{' → '.join(cell.chain) or 'no touchpoint'} ({cell.detail})"
    if cell.drawing is Drawing.BARS:
        kept = cell.value("kept")
        return (
            f"{cell.title}: kept {say.value(kept)}" + (f" ({say.interval(kept)})" if kept.known else "")
            if kept
            else cell.title
        )
    told = claim(d, cell, rules)
    if cell.drawing is Drawing.QUOTES or not cell.values:
        return f"{told.text.rstrip('.')} ({told.rests})"
    return f"{told.text}: {cell.detail}" if cell.detail else told.text
