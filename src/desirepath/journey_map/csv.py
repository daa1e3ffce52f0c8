"""The map as CSV: one row a cell, blank ones too, with what they rest on and how it was counted.

The first number of a cell stands in columns of its own, unrounded; its other numbers stand in words. A text
that a spreadsheet would run as a formula is given a leading apostrophe. Numbers are never changed: a minus
before digits is no formula.
"""

from __future__ import annotations

import csv
import io
from math import isfinite

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import from_us
from desirepath.journey_map import say
from desirepath.journey_map.document import Cell, MapDocument
from desirepath.journey_map.text import harmless

COLUMNS = (
    "cell", "lane", "stage", "rests", "title", "text", "detail", "measure", "unit", "value", "low", "high", "n",
    "level", "method", "why_no_value", "other_numbers", "as_of", "question", "denominator", "rule", "definition",
    "blank", "claim", "verdict", "data_say",
)  # fmt: skip


def to_csv(d: MapDocument) -> str:
    """RFC 4180 with CRLF; open it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for cell in d.cells():
        writer.writerow(_row(cell, d))
    return out.getvalue()


def _row(cell: Cell, d: MapDocument) -> list[str | int | float]:
    first = cell.values[0] if cell.values else None
    number: list[str | int | float] = ["", "", "", "", "", "", "", "", ""]
    if first is not None:
        number[:2] = [harmless(first.label), first.unit.value]
        if isinstance(first.measured, Estimate):
            e = first.measured
            low, high = (end if isfinite(end) else "" for end in (e.low, e.high))
            number[2:8] = [e.value, low, high, e.n, e.level, harmless(e.method)]
        elif isinstance(first.measured, NoEstimate):
            number[5] = first.measured.n
            number[8] = harmless(say.missing(first.measured))
        else:
            number[2] = first.measured
    contract = cell.contract
    return [
        harmless(cell.id),
        harmless(cell.lane),
        harmless(cell.stage),
        cell.rests.value if cell.rests else "",
        harmless(cell.title),
        harmless(" → ".join(cell.chain) or cell.text),
        harmless(cell.detail),
        *number,
        harmless("; ".join(f"{v.label}: {say.sentence(v, d)}" for v in cell.values[1:])),
        from_us(cell.as_of).isoformat() if cell.as_of is not None else "",
        harmless(contract.question) if contract else "",
        harmless(contract.denominator) if contract else "",
        harmless(contract.rule) if contract else "",
        harmless(contract.definition) if contract else "",
        harmless(cell.blank),
        harmless(cell.check.claim) if cell.check else "",
        cell.check.verdict.value if cell.check else "",
        harmless(cell.check.said) if cell.check else "",
    ]
