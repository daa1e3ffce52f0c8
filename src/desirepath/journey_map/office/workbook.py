"""A workbook that is written cell by cell: numbers as numbers in their unit, days as dates, words as words.

In: values with their unit. Out: the bytes of an xlsx file. A text is never a formula or a link, whatever it
begins with: it is written as a text, and one that a spreadsheet would run once somebody edits it is marked as
text with Excel's own apostrophe. What a sheet cannot hold (an infinite end, a day before 1900) is told in words or
left empty, never made up.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil, isfinite
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from desirepath.core.money import EXPONENTS
from desirepath.core.times import DAY, FOREVER, NEVER, SECOND, from_us
from desirepath.journey_map.document import Scalar, Unit
from desirepath.journey_map.palette import LIGHT
from desirepath.journey_map.text import is_formula

LONGEST = 32_000  # characters; a cell holds 32,767
_TALLEST = 400.0  # points; a row holds 409
_FIRST, _LAST = (round(datetime(y, 1, 2, tzinfo=UTC).timestamp()) * SECOND for y in (1900, 9999))
_NUMBERS = {
    Unit.COUNT: "#,##0",
    Unit.SHARE: "0.0%",
    Unit.POINTS: "+0.0;-0.0;0.0",
    Unit.DURATION: "#,##0.00",
    Unit.MONEY: "#,##0.00",
    Unit.EMOTION: "+0.00;-0.00;0.00",
    Unit.TIMES: "0.00",
    Unit.SCORE: "+0;-0;0",
    Unit.NUMBER: "General",
    Unit.INSTANT: "yyyy-mm-dd hh:mm",
}


def unit_name(unit: Unit, currency: str | None) -> str:
    """The unit that a number of the workbook is in."""
    return {
        Unit.SHARE: "share",
        Unit.POINTS: "percentage points",
        Unit.DURATION: "days",
        Unit.MONEY: currency or "money",
        Unit.EMOTION: "−2 … +2",
        Unit.TIMES: "times",
    }.get(unit, unit.value)


class Book:
    """The workbook: its sheets and styles. zone: that of the journey; dates are local to it, sheets know no other."""

    def __init__(self, title: str, subject: str, made: int, zone: str, currency: str | None) -> None:
        self._file = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._file,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": "Arial", "font_size": 10},
            },
        )
        self.zone, self.currency = zone, currency
        # The same map makes the same file: it was made when it was known.
        created = from_us(min(max(made, _FIRST), _LAST)).replace(tzinfo=None)
        self._book.set_properties(
            {
                "title": title[:250],
                "subject": subject[:250],
                "comments": "Made by Desirepath",
                "created": created,
            }
        )
        self._styles: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._sheets: list[Sheet] = []

    def sheet(self, name: str, widths: Sequence[float]) -> Sheet:
        """A new sheet; widths in characters, one a column."""
        made = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            made.set_column(column, column, width)
        made.hide_gridlines(2)
        made.set_landscape()
        made.set_paper(9)
        made.fit_to_pages(1, 0)
        self._sheets.append(Sheet(self, made, widths))
        return self._sheets[-1]

    def style(self, **properties: Any) -> Format:
        """A style, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._styles:
            self._styles[key] = self._book.add_format({"valign": "top", **properties})
        return self._styles[key]

    def bytes(self) -> bytes:
        """Closes the workbook."""
        for sheet in self._sheets:
            sheet.set_heights()
        self._book.close()
        return self._file.getvalue()


class Sheet:
    """One sheet; rows and columns count from 0."""

    def __init__(self, book: Book, sheet: Worksheet, widths: Sequence[float]) -> None:
        self._book, self.raw, self._widths = book, sheet, widths
        self._lines: dict[int, int] = {}
        self.row = 0

    def text(self, column: int, words: str, *, row: int | None = None, **style: Any) -> None:
        """Words, always as words."""
        if not words:
            return
        cut = words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
        if is_formula(cut):
            style["quote_prefix"] = True
        at = self.row if row is None else row
        self.raw.write_string(at, column, cut, self._book.style(**style))
        if style.get("text_wrap"):
            room = self._widths[column] * 1.05
            lines = sum(max(1, ceil(len(line) / room)) for line in cut.split("\n"))
            self._lines[at] = max(lines, self._lines.get(at, 1))

    def set_heights(self) -> None:
        """Rows as high as their wrapped words: not every program sees to that when it opens a file."""
        for row, lines in self._lines.items():
            if lines > 1:
                self.raw.set_row(row, min(_TALLEST, 13.0 * lines + 3))

    def number(self, column: int, amount: float | None, unit: Unit, **style: Any) -> None:
        """A number in its unit; nothing where there is none."""
        if amount is None or not isfinite(amount):
            return
        form = _NUMBERS.get(unit, "General")
        if unit is Unit.INSTANT:
            self._instant(column, int(amount), form, style)
            return
        if unit is Unit.MONEY:
            exponent = EXPONENTS.get(self._book.currency or "", 2)
            amount /= 10**exponent
            form = "#,##0" if exponent == 0 else form
        amount *= {Unit.POINTS: 100.0, Unit.DURATION: 1 / DAY}.get(unit, 1.0)
        self.raw.write_number(self.row, column, amount, self._book.style(num_format=form, **style))

    def _instant(self, column: int, at: int, form: str, style: dict[str, Any]) -> None:
        if at in (NEVER, FOREVER):
            return
        local = from_us(at, self._book.zone)
        if not _FIRST <= at <= _LAST:
            self.text(column, local.isoformat(" ", "minutes"), **style)
            return
        self.raw.write_datetime(
            self.row,
            column,
            local.replace(tzinfo=None),
            self._book.style(num_format=form, align="left", **style),
        )

    def scalar(self, column: int, value: Scalar, unit: Unit, **style: Any) -> None:
        """Words or a number, as it comes."""
        if isinstance(value, str):
            self.text(column, value, **style)
        elif value is not None:
            self.number(column, value, unit, **style)

    def title(self, words: str, second: str = "") -> None:
        """The heading of the sheet, and a line under it."""
        self.text(0, words, bold=True, font_size=16, font_color=LIGHT["ink"])
        self.raw.set_row(self.row, 24)
        self.row += 1
        if second:
            self.text(0, second, font_color=LIGHT["muted"])
            self.row += 1

    def head(self, names: Sequence[str], *, freeze: bool = True, columns: int = 0, filtered: int = 0) -> None:
        """The names of columns in the next row. filtered: so many rows follow that can be filtered by them."""
        for column, name in enumerate(names):
            self.text(
                column,
                name,
                bold=True,
                text_wrap=True,
                bg_color=LIGHT["tint"],
                font_color=LIGHT["ink"],
                bottom=1,
                bottom_color=LIGHT["edge"],
            )
        if freeze:
            self.raw.freeze_panes(self.row + 1, columns)
            self.raw.repeat_rows(self.row)
        if filtered:
            self.raw.autofilter(self.row, 0, self.row + filtered, len(names) - 1)
        self.row += 1
