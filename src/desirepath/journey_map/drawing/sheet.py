"""One sheet with the whole macro map, every word in its place: what the SVG export writes.

In: a document. Out: shapes and words in px, with roles instead of colours. Boxes are laid out lane by lane,
each as high as its fullest stage needs; words are wrapped by a width that is on the safe side, so nothing
meets anything whatever the numbers are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import Lane, MapDocument, StageColumn, Unit
from desirepath.journey_map.drawing.boxes import Block, Word, box, written
from desirepath.journey_map.drawing.lines import Lines, lines
from desirepath.journey_map.drawing.shapes import Shape
from desirepath.journey_map.drawing.track import TrackShape, track_shape
from desirepath.journey_map.drawing.words import width

MARGIN = 32.0
LABELS = 118.0
PAD = 12.0
LEAST = 208.0  # of a column
FEELINGS = 116.0  # the height of the emotion lines


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the sheet. `track` and `feel` are drawn in their own coordinates at their own places."""

    width: float
    height: float
    column: float
    left: float
    words: tuple[Word, ...]
    shapes: tuple[Shape, ...]
    track: TrackShape
    track_at: float
    feel: Lines
    feel_at: float | None


def sheet(document: MapDocument, wide: float = 1600.0, *, blank_lanes: bool = True) -> Sheet:
    """The whole macro map on a sheet at least `wide` px wide; without blank lanes where they are told elsewhere."""
    count = max(1, len(document.stages))
    total = max(wide, 2 * MARGIN + LABELS + count * LEAST)
    left, column = MARGIN + LABELS, (total - 2 * MARGIN - LABELS) / count
    page = Block(height=MARGIN)
    _header(page, document, total)
    _stage_heads(page, document, left, column)
    track = track_shape(document.stages, column)
    track_at = page.height
    page.height += track.height + 6
    _losses(page, document, left, column)
    feel = lines(
        next((lane.cells for lane in document.lanes if lane.id == "emotion"), ()),
        [s.id for s in document.stages],
        across=column,
        down=FEELINGS,
    )
    feel_at: float | None = None
    for lane in document.lanes:
        if lane.id == "track" or (lane.nothing and not blank_lanes):
            continue
        page.shapes.append(
            Shape(
                "rule", "dash" if lane.line_above else "line", x=MARGIN, y=page.height, w=total - 2 * MARGIN
            )
        )
        if lane.id == "emotion" and not lane.nothing:
            feel_at = page.height
        page.height += _lane(page, document, lane, left, column, total)
    _footer(page, document, total)
    return Sheet(
        total,
        page.height + MARGIN,
        column,
        left,
        tuple(page.words),
        tuple(page.shapes),
        track,
        track_at,
        feel,
        feel_at,
    )


def _header(page: Block, d: MapDocument, total: float) -> None:
    room = total - 2 * MARGIN
    head = Block()
    head.say(d.title, room, 26, 2, weight=600)
    who = f"{d.kind} journey, {d.who}, {say.period(d)}, known until {say.day(d.as_of, d.time_zone)}"
    head.say(who + (f", definition {d.definition}" if d.definition else ""), room, 13, 2, role="muted")
    for n, line in enumerate(d.headlines):
        head.height += 4
        tone = "ink" if n == 0 else "muted"
        head.say(line.sentence, room, 17 if n == 0 else 14, 2, role=tone, weight=600 if n == 0 else 400)
    if not d.headlines:
        head.say("Nothing stands out beyond chance yet.", room, 15, role="muted")
    page.put(head, MARGIN, page.height)
    page.height += head.height + 22


def _numbers(d: MapDocument, stage: StageColumn, column: float) -> tuple[Block, Block]:
    """The reach on the left and the rate on the right; both from their own left and right edge."""
    reach, rate = Block(), Block()
    if d.cell(stage.reach_cell).blank:
        reach.say("Not measured.", column, 12, role="muted", italic=True)
        return reach, rate
    reach.say(say.count(stage.customers), column, 22, 1, weight=600)
    reach.say("customers", column, 12, role="muted")
    if stage.skipped:
        reach.say(f"{say.count(stage.skipped)} skipped it", column, 12, role="muted")
    room = column - _widest(reach) - 3 * PAD
    if room < 92:
        room = column - 2 * PAD
    if isinstance(stage.rate, Estimate):
        rate.say(say.of(stage.rate, Unit.SHARE), room, 17, 1, weight=600)
        rate.height += 22 * 1.35 - 17 * 1.35
        rate.say(say.span(stage.rate, Unit.SHARE), room, 12, role="muted")
        rate.say(f"{stage.success} within {say.duration(stage.within)}", room, 12, role="muted")
        rate.say(stage.time, room, 12, role="muted")
        rate.say(f"n {say.count(stage.rate.n)}", room, 12, role="muted")
    else:
        rate.say(say.of(stage.rate, Unit.SHARE), room, 12, role="muted", italic=True)
    rate.words = [replace(w, anchor="end") for w in rate.words]
    return reach, rate


def _stage_heads(page: Block, d: MapDocument, left: float, column: float) -> None:
    heads = []
    for stage in d.stages:
        head = Block()
        head.say(stage.label, column - 2 * PAD, 17, 2, weight=600)
        if stage.about:
            head.say(stage.about, column - 2 * PAD, 13, 2, role="muted")
        heads.append(head)
    tall = max((h.height for h in heads), default=0.0)
    for n, head in enumerate(heads):
        page.put(head, left + n * column + PAD, page.height)
    page.height += tall + 8
    pairs = [_numbers(d, stage, column) for stage in d.stages]
    beside = all(_widest(a) + _widest(b) + 3 * PAD <= column for a, b in pairs)
    for n, (reach, rate) in enumerate(pairs):
        x = left + n * column
        page.put(reach, x + PAD, page.height)
        page.put(rate, x + column - PAD, page.height + (0 if beside else _tallest(pairs, 0)))
    page.height += (
        max(_tallest(pairs, 0), _tallest(pairs, 1)) if beside else _tallest(pairs, 0) + _tallest(pairs, 1)
    ) + 8


def _tallest(pairs: list[tuple[Block, Block]], which: int) -> float:
    return max((pair[which].height for pair in pairs), default=0.0)


def _widest(block: Block) -> float:
    return max((width(w.text, w.size, w.weight >= 600) for w in block.words), default=0.0)


def _losses(page: Block, d: MapDocument, left: float, column: float) -> None:
    tall = 0.0
    for n, stage in enumerate(d.stages):
        block = Block()
        if not d.cell(stage.lost_cell).blank:
            gone = f"{say.count(stage.lapsed)} fell silent" + (
                f", {say.count(stage.left)} left" if stage.left else ""
            )
            block.say(gone, column - 2 * PAD, 13, 2)
            block.say(f"{say.count(stage.in_flight)} still here", column - 2 * PAD, 13, 1, role="muted")
        page.put(block, left + n * column + PAD, page.height)
        tall = max(tall, block.height)
    page.height += tall + 12


def _lane(page: Block, d: MapDocument, lane: Lane, left: float, column: float, total: float) -> float:
    label = Block(height=6)
    if lane.line_above:
        label.say(lane.line_above, LABELS - 8, 11, 2, role="muted", italic=True)
    label.say(lane.label, LABELS - 8, 13, 2, role="muted", weight=600)
    page.put(label, MARGIN, page.height)
    if lane.nothing:
        block = Block(height=6)
        block.say(lane.nothing, total - left - MARGIN - 2 * PAD, 13, 2, role="muted", italic=True)
        page.put(block, left + PAD, page.height)
        return max(label.height, block.height) + 10
    top = page.height
    tall = label.height
    whole = Block(height=8)
    for cell in lane.at(""):
        written(whole, cell, total - left - MARGIN - 2 * PAD)
    if lane.at(""):
        page.put(whole, left + PAD, top)
    start = whole.height if lane.at("") else 0.0
    for n, stage in enumerate(d.stages):
        block = box(d, lane, lane.at(stage.id), column - 2 * PAD)
        page.put(block, left + n * column + PAD, top + start)
        tall = max(tall, start + block.height)
    page.shapes += [
        Shape("wall", "line", x=left + n * column, y=top, h=tall + 12) for n in range(len(d.stages))
    ]
    return tall + 12


def _footer(page: Block, d: MapDocument, total: float) -> None:
    room = total - 2 * MARGIN
    foot = Block(height=6)
    foot.say(
        "Thickness: square root of customers. Pale: jumped over the stage. Dots: still here. Solid line: feeling as "
        "reported, with its interval; dotted: ease, from behaviour. Green, amber and red only beyond chance.",
        room,
        11.5,
        3,
        role="muted",
    )
    for caution in d.cautions:
        foot.say(caution, room, 11.5, 2, role="warn")
    for guess in d.guesses:
        foot.say(f"To confirm: {guess}", room, 11.5, 2, role="warn")
    for source in d.sources:
        if source.assumed:
            foot.say(
                f"{source.name}: complete until {say.day(source.complete_until, d.time_zone)}, "
                "assumed from its newest event.",
                room,
                11.5,
                2,
                role="warn",
            )
    if d.excluded:
        foot.say(f"Counted nowhere. {'; '.join(map(str, d.excluded))}.", room, 11.5, 2, role="muted")
    page.shapes.append(Shape("rule", "line", x=MARGIN, y=page.height, w=room))
    page.put(foot, MARGIN, page.height)
    page.height += foot.height
