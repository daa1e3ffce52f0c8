"""Slides, and what can be laid on them: words, tables, native charts, each to be edited in PowerPoint.

Lengths are inches on a slide of WIDE × HIGH. Letters are Arial, which every machine has or has a twin of. Words are
cut before they would leave their box; whoever cuts says the whole in the notes. Every chart, table and picture has
an alternative text; every slide has a title and a number.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml.ns import qn
from pptx.util import Inches, Length, Pt

from desirepath.core.times import from_us
from desirepath.journey_map.drawing.words import fit, wrap
from desirepath.journey_map.office.package import steady

WIDE, HIGH = 13.333, 7.5
SIDE = 0.5
FACE = "Arial"
_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's table without lines or fills
_TITLE_ONLY = 5
_ARIAL = 1.18  # how much wider the widths of drawing.words are than Arial's
_LINK = re.compile(r"(?i)[a-z]+:")


def inches(*lengths: float) -> tuple[Length, ...]:
    """Lengths as python-pptx takes them."""
    return tuple(Inches(one) for one in lengths)


def cut(text: str, size: float, room: float, lines: int, bold: bool = False) -> list[str]:
    """Words in at most so many lines of `room` inches, in Arial of `size` points."""
    return wrap(text, size, room * 72 * _ARIAL, lines, bold)


def label(text: str, most: int = 32) -> str:
    """A label of a chart. Its workbook would run a formula or make a link: a word joiner, unseen, stands before."""
    short = fit(" ".join(text.split()), 1.0, most * 0.6)
    return f"\u2060{short}" if not short[:1].isalnum() or _LINK.match(short) else short


def colour(code: str) -> RGBColor:
    """#rrggbb as python-pptx takes it."""
    made: RGBColor = RGBColor.from_string(code.lstrip("#").upper())
    return made


class Deck:
    """The presentation. colours: of the palette. foot: a line at the foot of every slide."""

    def __init__(self, title: str, subject: str, colours: dict[str, str], foot: str) -> None:
        self.colours, self._foot = colours, foot
        self._deck = Presentation()
        self._widen()
        self._paint()
        props = self._deck.core_properties
        props.title, props.subject, props.author = title[:250], subject[:250], "Desirepath"
        props.last_modified_by, props.keywords = "Desirepath", "journey map"

    def _widen(self) -> None:
        """The library's own template is 4 : 3: its places are stretched to 16 : 9, unused layouts go."""
        before = int(self._deck.slide_width or Inches(10))
        self._deck.slide_width, self._deck.slide_height = Inches(WIDE), Inches(HIGH)
        master = self._deck.slide_master
        layouts = master.slide_layouts
        for n in reversed(range(len(layouts))):
            if n != _TITLE_ONLY:
                layouts.remove(layouts[n])
        for shape in [*master.shapes, *layouts[0].shapes]:
            if shape._element.find(".//" + qn("a:xfrm")) is not None:
                shape.left, shape.width = (
                    round(x * Inches(WIDE) / before) for x in (shape.left, shape.width)
                )

    def _paint(self) -> None:
        master = self._deck.slide_master
        fill = master.background.fill
        fill.solid()
        fill.fore_color.rgb = self.rgb("paper")
        theme = master.part.part_related_by(RT.THEME)
        text = theme.blob.decode()
        text = re.sub(r'(<a:latin typeface=")Calibri[^"]*"', rf'\g<1>{FACE}"', text)
        for n, name in enumerate(("track-to", "teal", "bad", "good", "inferred", "warn")):
            colour = self.colours[name].lstrip("#").upper()
            text = re.sub(rf"(<a:accent{n + 1}><a:srgbClr val=\")[0-9A-F]{{6}}", rf"\g<1>{colour}", text)
        theme._blob = text.encode()

    def rgb(self, role: str) -> RGBColor:
        """A colour of the palette."""
        return colour(self.colours[role])

    def slide(self, title: str, *, size: float = 24, top: float = 0.35, notes: str = "") -> Slide:
        """A new slide with its title, foot and number; notes: what the speaker reads."""
        made = Slide(self, self._deck.slides.add_slide(self._deck.slide_layouts[0]))
        made.set_title(title, size, top)
        made.foot(self._foot, len(self._deck.slides))
        if notes:
            made.raw.notes_slide.notes_text_frame.text = notes[:60_000]
        return made

    def bytes(self, made: int) -> bytes:
        """The file, made at an instant (µs)."""
        at = from_us(made).replace(tzinfo=None)
        self._deck.core_properties.created = self._deck.core_properties.modified = at
        self._deck.core_properties.revision = 1
        out = io.BytesIO()
        self._deck.save(out)
        return steady(out.getvalue(), made)


class Slide:
    """One slide."""

    def __init__(self, deck: Deck, raw: Any) -> None:
        self.deck, self.raw = deck, raw

    def set_title(self, text: str, size: float, top: float) -> None:
        """The title, on at most two lines."""
        box = self.raw.shapes.title
        box.left, box.top, box.width, box.height = inches(SIDE, top, WIDE - 2 * SIDE, size / 72 * 2.6)
        frame = box.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        self._margins(frame)
        short = " ".join(cut(text, size, WIDE - 2 * SIDE, 2, True))
        frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        self._write(frame.paragraphs[0], short, size, "ink", bold=True)

    def foot(self, text: str, number: int) -> None:
        """What the slide is of, and its number, at its foot."""
        self.words(text, SIDE, HIGH - 0.36, 11, 0.25, size=9, role="muted", lines=1)
        self.words(str(number), WIDE - SIDE - 1, HIGH - 0.36, 1, 0.25, size=9, role="muted", right=True)

    def words(
        self,
        text: str,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        size: float = 12,
        role: str = "ink",
        bold: bool = False,
        italic: bool = False,
        right: bool = False,
        lines: int = 0,
    ) -> None:
        """A box of words, a paragraph a line; lines: of a paragraph at most, cut where more would follow."""
        frame = self.raw.shapes.add_textbox(*inches(x, y, w, h)).text_frame
        frame.word_wrap = True
        self._margins(frame)
        for n, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
            short = " ".join(cut(line, size, w, lines, bold)) if lines else line
            paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            self._write(paragraph, short, size, role, bold=bold, italic=italic)

    @staticmethod
    def _margins(frame: Any) -> None:
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0

    def _write(
        self, paragraph: Any, text: str, size: float, role: str, *, bold: bool = False, italic: bool = False
    ) -> None:
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.italic, run.font.name = Pt(size), bold, italic, FACE
        run.font.color.rgb = self.deck.rgb(role)

    def shape(self, points: Sequence[tuple[float, float]], role: str, alt: str) -> None:
        """A closed shape through points."""
        start, *rest = [(round(Inches(x)), round(Inches(y))) for x, y in points]
        builder = self.raw.shapes.build_freeform(*start, scale=1.0)
        builder.add_line_segments(rest, close=True)
        made = builder.convert_to_shape()
        made.fill.solid()
        made.fill.fore_color.rgb = self.deck.rgb(role)
        made.line.fill.background()
        made.shadow.inherit = False
        self.describe(made, alt)

    def rule(self, x: float, y: float, w: float, h: float, role: str = "line") -> None:
        """A thin line, across or down."""
        made = self.raw.shapes.add_connector(1, *inches(x, y, x + w, y + h))
        made.line.color.rgb = self.deck.rgb(role)
        made.line.width = Pt(0.75)

    @staticmethod
    def describe(shape: Any, alt: str) -> None:
        """The alternative text."""
        shape._element.xpath(".//p:cNvPr")[0].set("descr", alt[:1000])

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        x: float,
        y: float,
        *,
        right: Sequence[bool] = (),
        size: float = 10,
        lines: int = 1,
        roles: dict[tuple[int, int], str] | None = None,
        alt: str = "",
    ) -> float:
        """A native table; the height that it takes. Its cells hold `lines` lines. roles: colours by (row, column)."""
        high = (size * 1.3 * lines + 6) / 72
        tall = max(
            (len(cut(name, size, w - 0.1, 2, True)) for name, w in zip(columns, widths, strict=True)),
            default=1,
        )
        head = (size * 1.3 * max(1, tall) + 6) / 72
        total = head + high * len(rows)
        frame = self.raw.shapes.add_table(len(rows) + 1, len(columns), *inches(x, y, sum(widths), total))
        self.describe(frame, alt or "Table: " + ", ".join(columns))
        table = frame.table
        table._tbl.tblPr.find(qn("a:tableStyleId")).text = _PLAIN_TABLE
        table.horz_banding = False
        for n, width in enumerate(widths):
            table.columns[n].width = Inches(width)
        for r, row in enumerate([columns, *rows]):
            table.rows[r].height = Inches(head if r == 0 else high)
            for c, text in enumerate(row):
                role = "muted" if r == 0 else (roles or {}).get((r - 1, c), "ink")
                numeric = bool(right) and right[c]
                self._cell(
                    table.cell(r, c), text, widths[c], size, tall if r == 0 else lines, role, numeric, r == 0
                )
        return total

    def _cell(
        self, cell: Any, text: str, wide: float, size: float, lines: int, role: str, right: bool, head: bool
    ) -> None:
        cell.margin_left = cell.margin_right = Inches(0.05)
        cell.margin_top = cell.margin_bottom = Inches(0.03)
        cell.vertical_anchor = MSO_ANCHOR.TOP
        paragraphs = text.split("\n")
        for n, part in enumerate(paragraphs[: max(1, lines)]):
            paragraph = cell.text_frame.paragraphs[0] if n == 0 else cell.text_frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            each = max(1, lines // len(paragraphs))
            short = " ".join(cut(part, size, wide - 0.1, each, head))
            # An empty paragraph would be as high as the template's own letters.
            self._write(paragraph, short or "\xa0", size, role if n == 0 else "muted", bold=head)
        border = etree.SubElement(cell._tc.get_or_add_tcPr(), qn("a:lnB"), w="9525" if head else "6350")
        fill = etree.SubElement(border, qn("a:solidFill"))
        colour = self.deck.colours["edge" if head else "line"]
        etree.SubElement(fill, qn("a:srgbClr"), val=colour.lstrip("#").upper())

    def chart(
        self, kind: XL_CHART_TYPE, data: CategoryChartData | XyChartData, place: Sequence[float], alt: str
    ) -> Any:
        """A native chart at (x, y, w, h); quiet until it is dressed."""
        frame = self.raw.shapes.add_chart(kind, *inches(*place), data)
        self.describe(frame, alt)
        chart = frame.chart
        chart.has_legend = False
        chart.has_title = False
        chart.font.size, chart.font.name = Pt(9), FACE
        chart.font.color.rgb = self.deck.rgb("muted")
        return chart
