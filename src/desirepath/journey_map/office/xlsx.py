"""The map as an Excel workbook: what the page shows, as cells to sort, filter and count on.

In: a MapDocument. Out: the bytes of an xlsx file. Sheets: Map, Numbers, Findings, Stages, Touchpoints, Words,
Evidence, About.
"""

from __future__ import annotations

from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.office import sheets
from desirepath.journey_map.office.workbook import Book
from desirepath.journey_map.report.build import report, subtitle
from desirepath.journey_map.report.tables import Rules


def to_xlsx(document: MapDocument) -> bytes:
    """The workbook."""
    d = document
    book = Book(f"{d.title}: journey map", subtitle(d), d.as_of, d.time_zone, d.currency)
    rules = Rules(d.cells())
    sheets.the_map(book, d)
    sheets.numbers(book, d, rules)
    sheets.findings(book, d, rules)
    sheets.stages(book, d)
    sheets.touchpoints(book, d)
    sheets.words(book, d)
    sheets.evidence(book, d)
    sheets.about(book, report(d))
    return book.bytes()
