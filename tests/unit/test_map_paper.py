"""The map on paper: PDF and PNG say what the page says, and no sign in what people wrote means anything to them."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from functools import cache

import pytest

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.build import build_map
from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.paper import pdf, png
from desirepath.journey_map.paper.pdf import ROOM, fitting, to_pdf
from desirepath.journey_map.paper.png import to_png
from desirepath.journey_map.report.build import report
from tests.map_hostile import HOSTILE, words_first
from tests.map_shop import inputs, with_customers

TYPST = '#let x = 1\n= Heading\n$a$ \\ * _ @ref <label> [x] `raw` // #panic(1) "#sys'
LONG = "x" * 10_000
# Names of a PDF that do something. A font's name begins with six letters drawn by its own content: URIECO is one.
RUNS = re.compile(rb"/(JavaScript|JS|URI|Launch|EmbeddedFile)(?![A-Za-z])")


@cache
def shop() -> MapDocument:
    return build_map(inputs())


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, px."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return int(width), int(height)


def unpacked(made: bytes) -> bytes:
    """A PDF with its streams unpacked, as far as they are packed with zlib."""
    parts = [made]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", made, re.S):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def pages(made: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", unpacked(made)))


# ---- PNG -------------------------------------------------------------------------------------------


def test_a_picture_is_as_wide_as_asked_for_and_keeps_its_shape() -> None:
    small, large = size(to_png(shop(), width=800)), size(to_png(shop(), width=1600))
    assert (small[0], large[0]) == (800, 1600)
    assert abs(large[1] - 2 * small[1]) <= 2


def test_dark_is_another_picture() -> None:
    assert to_png(shop(), "dark", 600) != to_png(shop(), "light", 600) == to_png(shop(), "auto", 600)


def test_a_picture_never_grows_beyond_what_programs_open(monkeypatch: pytest.MonkeyPatch) -> None:
    assert size(to_png(shop(), width=1))[0] == png.LEAST
    monkeypatch.setattr(png, "MOST_PIXELS", 400_000)
    width, height = size(to_png(shop(), width=5000))
    assert width * height <= 410_000


# ---- PDF -------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_titled_in_a_language_and_has_bookmarks() -> None:
    text = unpacked(to_pdf(shop()))
    for sign in (b"/StructTreeRoot", b"/Marked true", b"/Lang", b"/Outlines", b"/Title", b"/Alt"):
        assert sign in text, sign
    # It says that it keeps to PDF/UA, where every sign has a font: this shop's reviews are in Chinese, too.
    assert b"pdfuaid" in to_pdf(build_map(replace(inputs(), verbatims=())))


def test_the_pdf_carries_its_letters_and_runs_nothing() -> None:
    text = unpacked(to_pdf(shop()))
    assert b"SourceSansPro" in text and b"/FontFile" in text and b"/ToUnicode" in text
    assert not RUNS.search(text)


def test_the_first_page_holds_the_whole_map_and_is_as_large_in_letters_as_it_can_be() -> None:
    for numbers in ((5, 100_000), (1, 0), (10,) * 10):
        sheet = fitting(build_map(with_customers(*numbers)))
        assert sheet.height <= sheet.width * ROOM[1] / ROOM[0]


def test_a_map_with_nothing_in_it_is_a_pdf_too() -> None:
    assert pages(to_pdf(build_map(with_customers(0, 0)))) >= 3


def test_the_pdf_was_made_when_it_was_known_so_that_it_is_the_same_each_time() -> None:
    assert to_pdf(shop()) == to_pdf(shop())
    assert b"D:20261120" in unpacked(to_pdf(shop()))


@pytest.mark.parametrize("words", [*HOSTILE, TYPST, LONG], ids=range(len(HOSTILE) + 2))
def test_what_people_wrote_is_only_words_on_paper(words: str) -> None:
    some = inputs()
    small = replace(some, occupancy=None, stages=tuple(replace(a, curve=None) for a in some.stages))
    made = to_pdf(build_map(words_first(small, words)))
    assert pages(made) < 60
    assert not RUNS.search(unpacked(made))


def test_a_long_word_gets_places_to_break_and_a_long_text_is_cut() -> None:
    broken = pdf._plain({"one": ["y" * 100], "two": "word " * 1000})
    assert isinstance(broken, dict)
    assert max(len(part) for part in broken["one"][0].split("\u200b")) <= 28
    assert len(broken["two"]) <= pdf.LONGEST and broken["two"].endswith("…")


# ---- what both tell --------------------------------------------------------------------------------


def test_nothing_about_certainty_is_lost_on_paper() -> None:
    """Every estimate that the page shows stands in the report with its interval and n."""
    told = report(shop())
    tables = [told.stages, *(t for s in told.by_stage for t in (s.numbers, *s.tables))]
    tables += [f.numbers for f in told.findings if f.numbers]
    said = " | ".join(" ".join(row) for t in tables for row in t.rows)
    said += " | ".join(c.second for s in told.by_stage for lane in s.lanes for c in lane.claims)
    for cell in shop().cells():
        if not cell.values or cell.lane == "frontstage":
            continue
        first = cell.values[0]
        if isinstance(first.measured, Estimate):
            assert say.interval(first, shop().currency) in said, cell.id
            assert say.count(first.measured.n) in said, cell.id


def test_each_rule_is_told_once_and_every_number_names_its_own() -> None:
    told = report(shop())
    keys = [(rule.rule, rule.source) for rule in told.rules]
    assert len(keys) == len(set(keys)) > 0
    used = {t.how for s in told.by_stage for t in (s.numbers, *s.tables)}
    used |= {c.how for s in told.by_stage for lane in s.lanes for c in lane.claims}
    assert used <= set(range(len(told.rules) + 1))
    questions = {c.contract.question for c in shop().cells() if c.contract}
    assert sum(1 + rule.more for rule in told.rules) >= len(questions)


def test_the_report_says_the_period_what_is_masked_and_what_is_left_out() -> None:
    made = build_map(replace(inputs(), cautions=("3 events have a value in another currency.",)))
    facts = report(made).facts
    assert ("Period", say.period(made)) in facts
    assert "cut short" in dict(facts)["Masking"]
    assert ("Left out", "3 events have a value in another currency.") in facts
    open_map = build_map(replace(inputs(), reveal=True))
    assert "Not masked" in dict(report(open_map).facts)["Masking"]
