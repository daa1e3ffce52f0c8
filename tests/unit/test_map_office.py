"""The map for office programs: a workbook and slides that open, say the map's numbers, and run nothing."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Inches
from python_calamine import CalamineWorkbook

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.journey_map.build import build_map
from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.office.package import steady
from desirepath.journey_map.office.pptx import to_pptx
from desirepath.journey_map.office.slides import HIGH, WIDE, label
from desirepath.journey_map.office.xlsx import to_xlsx
from tests.map_hostile import HOSTILE, with_words, words_first
from tests.map_shop import inputs, with_customers

MAP_PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "map.md").read_text(encoding="utf-8")
WORDS = [*HOSTILE, "{=1+1}", "http://a.example", "internal:x", "_x0041_", "x" * 10_000]


@cache
def shop() -> MapDocument:
    return build_map(inputs())


@cache
def rows(sheet: str) -> list[list[object]]:
    """A sheet as a reader of another maker sees it."""
    return CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(shop()))).get_sheet_by_name(sheet).to_python()


def records(sheet: str) -> list[dict[str, object]]:
    head, *body = rows(sheet)
    return [dict(zip(map(str, head), row, strict=True)) for row in body]


def parts(package: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of an office file, those of the workbooks inside it too."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        assert opened.testzip() is None
        for name in opened.namelist():
            data = opened.read(name)
            if name.endswith(".xlsx"):
                yield from ((f"{name}/{inner}", part) for inner, part in parts(data))
            else:
                yield name, data


def hostile(words: str) -> MapDocument:
    """The words in front of every text that people write, where a formula would begin."""
    return build_map(words_first(replace(inputs(), occupancy=None), words))


@cache
def everything_hostile() -> MapDocument:
    """All of them at once behind every text, ids included."""
    return build_map(with_words(replace(inputs(), occupancy=None), " ".join(HOSTILE)))


def nothing_runs(package: bytes) -> None:
    """Every part is XML that parses, with no formula and no link."""
    for name, data in parts(package):
        if not name.endswith((".xml", ".rels")):
            continue
        root = ET.fromstring(data)
        tags = {e.tag.rsplit("}", 1)[-1] for e in root.iter()}
        assert not tags & {"hlinkClick", "hyperlink", "hyperlinks"}, name
        if "worksheets/" in name:
            assert "f" not in tags, name
        assert 'TargetMode="External"' not in data.decode(), name


# ---- Excel -----------------------------------------------------------------------------------------


def test_the_sheets_are_those_that_the_page_tells() -> None:
    told = MAP_PAGE.split("## Sheets of the workbook")[1].split("\n## ")[0]
    found = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(shop()))).sheet_names
    assert found == re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)


def test_numbers_are_numbers_in_their_unit_with_interval_n_and_basis() -> None:
    rate = next(r for r in records("Numbers") if r["Cell"] == "track.decision.rate")
    measured = shop().cell("track.decision.rate").values[0].measured
    assert isinstance(measured, Estimate)
    assert (rate["Value"], rate["Low"], rate["High"]) == pytest.approx(
        (measured.value, measured.low, measured.high)
    )
    assert (rate["n"], rate["Basis"], rate["Unit"]) == (measured.n, "observed", "share")
    assert rate["As of"] == datetime(2026, 11, 20, 11)  # midnight UTC, in the journey's zone


def test_every_number_of_every_cell_has_a_row_and_a_missing_one_says_why() -> None:
    found = records("Numbers")
    wanted = [(c.id, v) for c in shop().cells() for v in c.values]
    assert [r["Cell"] for r in found] == [id for id, _ in wanted]
    for row, (_, value) in zip(found, wanted, strict=True):
        if isinstance(value.measured, NoEstimate):
            assert row["Value"] == "" and row["Why no value"]
        else:
            assert isinstance(row["Value"], int | float) and row["Why no value"] == ""


def test_money_is_in_units_and_time_in_days() -> None:
    found = {(r["Cell"], r["Measure"]): r for r in records("Numbers")}
    value = shop().cell("metrics.decision.value_per_success").values[0]
    assert isinstance(value.measured, Estimate)
    row = found["metrics.decision.value_per_success", value.label]
    assert (row["Value"], row["Unit"]) == (pytest.approx(value.measured.value / 100), "AUD")
    took = shop().cell("track.decision.rate").value("median")
    assert took is not None and isinstance(took.measured, Estimate)
    row = found["track.decision.rate", took.label]
    assert (row["Value"], row["Unit"]) == (pytest.approx(took.measured.value / 86_400e6), "days")


def test_stages_and_touchpoints_are_tables_of_their_own() -> None:
    assert [r["Stage"] for r in records("Stages")] == [s.label for s in shop().stages]
    met = [c for c in shop().lane("touchpoints").cells if c.value("reach")]
    assert len(records("Touchpoints")) == len(met)


def test_about_tells_every_rule_and_what_is_masked() -> None:
    said = "\n".join(str(field) for row in rows("About") for field in row)
    for cell in shop().cells():
        if cell.contract:
            assert cell.contract.rule in said
    assert "cut short" in said and shop().definition in said


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_no_cell_of_the_workbook_runs_or_links(words: str) -> None:
    made = to_xlsx(hostile(words))
    nothing_runs(made)
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    assert all(book.get_sheet_by_name(name).to_python() for name in book.sheet_names)


def test_a_text_that_a_spreadsheet_would_run_once_edited_is_marked_as_text() -> None:
    made = dict(parts(to_xlsx(build_map(words_first(inputs(), "=1+1")))))
    assert b'quotePrefix="1"' in made["xl/styles.xml"]


# ---- PowerPoint ------------------------------------------------------------------------------------


def test_the_slides_have_titles_numbers_notes_and_stay_on_the_slide() -> None:
    deck = Presentation(io.BytesIO(to_pptx(shop())))
    assert (deck.slide_width, deck.slide_height) == (Inches(WIDE), Inches(HIGH))
    slides = list(deck.slides)
    assert len(slides) >= 4 + len(shop().headlines) + len(shop().stages)
    for number, slide in enumerate(slides, 1):
        assert slide.shapes.title is not None and slide.shapes.title.text_frame.text.strip()
        assert any(s.has_text_frame and s.text_frame.text == str(number) for s in slide.shapes)
        assert slide.notes_slide.notes_text_frame.text.strip()
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + 9525
            assert shape.top + shape.height <= deck.slide_height + 9525, (number, shape.name)


def test_charts_and_tables_are_native_and_have_an_alternative_text() -> None:
    deck = Presentation(io.BytesIO(to_pptx(shop())))
    charts = tables = 0
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.shape_type is None or shape.shape_type.name != "PICTURE"
            if shape.has_chart or shape.has_table:
                charts, tables = charts + shape.has_chart, tables + shape.has_table
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
    assert charts > len(shop().stages) and tables > len(shop().stages)


def test_a_finding_says_its_size_its_interval_and_in_the_notes_how_it_is_counted() -> None:
    deck = Presentation(io.BytesIO(to_pptx(shop())))
    first = shop().headlines[0]
    cell = shop().cell(first.cell)
    assert cell.contract is not None
    slide = next(
        s
        for s in deck.slides
        if s.notes_slide.notes_text_frame.text.startswith(first.sentence)
        and cell.title in s.notes_slide.notes_text_frame.text
    )
    notes = slide.notes_slide.notes_text_frame.text
    assert cell.contract.rule.lower() in notes.lower() and "observed" in notes


def test_gaps_in_the_feelings_stay_gaps() -> None:
    deck = Presentation(io.BytesIO(to_pptx(shop())))
    chart = next(s.chart for s in deck.slides[1].shapes if s.has_chart)
    points = sum(len(list(one.iter_values())) for one in chart.plots[0].series)
    known = [
        c
        for c in shop().lane("emotion").cells
        if c.series in ("reported", "effort") and c.place >= 0 and c.values and c.values[0].known
    ]
    assert points == len(known)
    assert len(chart.plots[0].series) > 2


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_no_part_of_the_slides_runs_or_links(words: str) -> None:
    made = to_pptx(hostile(words))
    nothing_runs(made)
    assert len(Presentation(io.BytesIO(made)).slides) > 4


def test_dark_slides_are_dark() -> None:
    masters = [
        dict(parts(to_pptx(shop(), theme)))["ppt/slideMasters/slideMaster1.xml"]
        for theme in ("light", "dark")
    ]
    assert b"FAF8F4" in masters[0] and b"131817" in masters[1]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-2", "@x", "{=1}", "http://x.example", "mailto:a", "internal:x"]
)
def test_a_label_of_a_chart_is_no_formula_and_no_link_in_its_workbook(text: str) -> None:
    assert label(text) == f"\u2060{text}"
    assert label("Payment, mobile") == "Payment, mobile"


# ---- both ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [to_xlsx, to_pptx])
def test_the_same_map_makes_the_same_file_and_it_says_when_it_was_known(write) -> None:  # type: ignore[no-untyped-def]
    made = write(shop())
    assert made == write(build_map(inputs()))
    core = dict(parts(made))["docProps/core.xml"].decode()
    assert set(re.findall(r'W3CDTF">([^<]*)<', core)) == {"2026-11-20T00:00:00Z"}
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert {entry.date_time[0] for entry in opened.infolist()} == {1980}


def test_a_package_made_again_at_another_time_is_the_same() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for out, year in ((first, 2001), (second, 2020)):
        with zipfile.ZipFile(out, "w") as made:
            entry = zipfile.ZipInfo("docProps/core.xml", (year, 1, 1, 0, 0, 0))
            made.writestr(entry, f'<dcterms:created x="y">{year}</dcterms:created>')
    assert first.getvalue() != second.getvalue()
    assert steady(first.getvalue(), 0) == steady(second.getvalue(), 0)


@pytest.mark.parametrize("write", [to_xlsx, to_pptx])
def test_ids_and_all_other_texts_can_hold_anything(write) -> None:  # type: ignore[no-untyped-def]
    nothing_runs(write(everything_hostile()))


def test_the_smallest_and_the_largest_map() -> None:
    for numbers in ((0, 0), (1, 0), (5, 100_000), (10,) * 10):
        document = build_map(with_customers(*numbers))
        nothing_runs(to_xlsx(document))
        nothing_runs(to_pptx(document))
