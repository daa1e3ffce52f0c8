"""The boxes of the sheet: one lane's cells in one stage, wrapped into the room that there is.

In: cells and a width. Out: a Block of shapes and words from its own top-left corner, and its height.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, Drawing, Lane, MapDocument, Tone
from desirepath.journey_map.drawing.shapes import Shape
from desirepath.journey_map.drawing.words import fit, width, wrap

FEEL = 128.0  # the height of the emotion lines
NARROWEST, GUTTER = 200.0, 16.0  # of cells that stand side by side in one box


@dataclass(frozen=True, slots=True)
class Word:
    """One line of text. `y` is its baseline; anchor: start, end."""

    x: float
    y: float
    text: str
    size: float = 13.0
    role: str = "ink"
    weight: int = 400
    anchor: str = "start"
    italic: bool = False


@dataclass
class Block:
    """Shapes and words of one box, from its own top-left corner, and how high it is."""

    words: list[Word] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    height: float = 0.0

    def say(
        self, text: str, room: float, size: float = 13.0, most: int = 3, x: float = 0.0, **style: object
    ) -> None:
        """Adds wrapped text below what is there."""
        bold = int(str(style.get("weight", 400))) >= 600
        for line in wrap(text, size, room - x, most, bold):
            self.height += size * 1.35
            self.words.append(Word(x, self.height - size * 0.3, line, size, **style))  # type: ignore[arg-type]

    def put(self, other: Block, x: float, y: float) -> None:
        """Places another block's contents at x, y."""
        self.words += [replace(w, x=w.x + x, y=w.y + y) for w in other.words]
        self.shapes += [_moved(s, x, y) for s in other.shapes]


def _moved(shape: Shape, x: float, y: float) -> Shape:
    return replace(shape, x=shape.x + x, y=shape.y + y)


def box(d: MapDocument, lane: Lane, cells: tuple[Cell, ...], room: float) -> Block:
    """One lane's cells in one stage; side by side where there is room for that."""
    if lane.id == "emotion":
        return _feelings(cells, room)
    shown = [c for c in cells if c.shown]
    beside = max(1, int((room + GUTTER) // (NARROWEST + GUTTER)))
    each = (room - GUTTER * (beside - 1)) / beside
    block = Block(height=8)
    _flow(block, [one for c in shown if (one := _cell(d, c, each)).height], beside, each + GUTTER)
    if lane.drawing is Drawing.NUMBERS:
        for line in say.why_none(shown, d.currency):
            block.say(line, room, 11.5, 2, role="muted", italic=True)
    hidden = sum(not c.shown for c in cells) - (lane.id == "touchpoints")
    if lane.id != "actions" and hidden > 0:
        block.say(f"and {hidden} more", room, 11.5, role="muted")
    return block


def _flow(block: Block, made: list[Block], beside: int, step: float) -> None:
    """Places blocks one under another in columns of about one height, in their order from top to bottom."""
    whole = sum(one.height for one in made)
    tops, column = [block.height] * beside, 0
    goal = block.height + whole / beside
    for one in made:
        # A block that would stand more than half below the goal begins the next column.
        if column < beside - 1 and tops[column] > block.height and tops[column] + one.height / 2 > goal:
            column += 1
        block.put(one, column * step, tops[column])
        tops[column] += one.height
    block.height = max(tops)


def _cell(d: MapDocument, cell: Cell, room: float) -> Block:
    """One cell by itself."""
    block = Block()
    if cell.blank:
        block.say(cell.blank, room, 13, 2, role="muted", italic=True)
    elif cell.drawing is Drawing.CARDS:
        _card(block, d, cell, room)
    elif cell.drawing is Drawing.CHAIN:
        block.say(" → ".join(cell.chain) or "no touchpoint", room, 13, 3, weight=500)
        success = cell.value("succeeded")
        words = f", {say.value(success)} succeed" if success and success.known else ""
        block.say(f"observed: {cell.detail}{words}", room, 11.5, 2, role="muted")
    elif cell.drawing is Drawing.BARS:
        _bar(block, d, cell, room)
    elif cell.drawing is Drawing.NUMBERS:
        _metric(block, d, cell, room)
    else:
        written(block, cell, room)
    return block


def _card(block: Block, d: MapDocument, cell: Cell, room: float) -> None:
    y = block.height
    block.shapes.append(Shape("card", cell.tone.value, x=0, y=y, w=room, h=42))
    block.shapes.append(
        Shape("fill", "tint", x=3, y=y + 1, w=max(0.0, (room - 4) * (cell.fill or 0.0)), h=40)
    )
    reach = cell.value("reach")
    number = say.value(reach, d.currency) if reach else ""
    space = room - 20 - width(number, 12.5)
    block.words.append(Word(10, y + 17, fit(cell.title, 13, space, True), 13, weight=600))
    block.words.append(Word(room - 8, y + 17, number, 12.5, "muted", anchor="end"))
    channel = fit(cell.text or "any channel", 11.5, room * 0.4)
    space = room - 42 - width(channel, 11.5)
    tone = cell.tone.value if cell.tone is not Tone.PLAIN else "muted"
    block.words.append(
        Word(10, y + 34, fit(cell.detail, 11.5, space), 11.5, tone, 600 if tone != "muted" else 400)
    )
    block.words.append(Word(room - 8, y + 34, channel, 11.5, "muted", anchor="end"))
    block.shapes.append(Shape("mark", "observed", x=room - 22 - width(channel, 11.5), y=y + 25))
    block.height += 48


def written(block: Block, cell: Cell, room: float) -> None:
    """Adds a claim in words: its mark, the words, and what they rest on."""
    rests = cell.rests.value if cell.rests else ""
    block.shapes.append(Shape("mark", rests, x=0, y=block.height + 4))
    quote = cell.drawing is Drawing.QUOTES
    text = f"“{cell.text}”" if quote else cell.title
    role = cell.tone.value if cell.tone is not Tone.PLAIN else "ink"
    block.say(text, room, 13, 3, x=16, role=role, weight=500, italic=quote)
    block.say(f"{rests}: {cell.detail}" if cell.detail else rests, room, 11.5, 2, x=16, role="muted")
    if cell.check is not None:
        role, weight = ("warn", 600) if cell.drifts else ("muted", 400)
        block.say(cell.check.said, room, 11.5, 5, x=16, role=role, weight=weight)
    block.height += 5


def _bar(block: Block, d: MapDocument, cell: Cell, room: float) -> None:
    block.shapes.append(Shape("mark", "observed", x=0, y=block.height + 4))
    block.say(f"{cell.title} {cell.text}".strip(), room, 13, 2, x=16, weight=500)
    kept = cell.value("kept")
    if kept and isinstance(kept.measured, Estimate):
        y = block.height + 5
        block.shapes.append(Shape("fill", "tint", x=0, y=y, w=room, h=6))
        block.shapes.append(Shape("fill", "teal", x=0, y=y, w=room * (cell.fill or 0.0), h=6))
        low, high = room * kept.measured.low, room * kept.measured.high
        block.shapes.append(Shape("whisker", "ink", x=low, y=y + 3, w=high - low))
        block.height += 14
    words = f"observed: kept {say.value(kept)}" if kept else ""
    span = f" ({say.interval(kept)})" if kept and kept.known else ""
    block.say(words + span, room, 11.5, 2, role="muted")
    block.height += 5


def _metric(block: Block, d: MapDocument, cell: Cell, room: float) -> None:
    value = cell.values[0]
    if not value.known:
        return
    number = say.value(value, d.currency)
    span = say.interval(value, d.currency)
    block.height += 18
    space = room - width(number, 12.5, True) - 8
    block.words.append(Word(0, block.height - 4, fit(cell.title, 12.5, space), 12.5, "muted"))
    block.words.append(Word(room, block.height - 4, number, 12.5, "ink", 600, "end"))
    if span:
        block.height += 15
        block.words.append(Word(room, block.height - 4, fit(span, 11.5, room), 11.5, "muted", anchor="end"))


def _feelings(cells: tuple[Cell, ...], room: float) -> Block:
    """The words under the lines; the lines themselves are drawn over the whole width."""
    block = Block(height=FEEL)
    low = [c for c in cells if c.series and c.tone is Tone.BAD and c.place >= 0]
    worst = min(low, key=lambda c: (c.series != "reported", _feeling(c)), default=None)
    if worst is not None:
        block.say(f"{worst.title} {say.signed(_feeling(worst), 1)}", room, 12, 1, role="bad", weight=600)
    for cell in cells:
        if cell.series == "inferred":
            continue
        if cell.blank:
            block.say(cell.blank, room, 11.5, 2, role="muted", italic=True)
        elif cell.place < 0:
            words = say.value(cell.values[0]) if cell.values else ""
            block.say(f"observed: ease {words}", room, 11.5, 1, role="muted")
        elif cell.detail:
            block.say(f"{cell.title}: {cell.detail}", room, 11.5, 2, role="muted", italic=True)
    return block


def _feeling(cell: Cell) -> float:
    value = cell.value("emotion")
    return value.measured.value if value and isinstance(value.measured, Estimate) else 0.0
