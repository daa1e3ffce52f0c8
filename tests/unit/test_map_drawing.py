"""The drawings: true to their numbers, and legible."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.words import Rests
from desirepath.journey_map import say
from desirepath.journey_map.build import build_map
from desirepath.journey_map.document import Cell, Drawing, Unit, Value
from desirepath.journey_map.drawing.charts import chart
from desirepath.journey_map.drawing.ladder import ladder
from desirepath.journey_map.drawing.lines import curve, height_of, lines
from desirepath.journey_map.drawing.sheet import sheet
from desirepath.journey_map.drawing.track import (
    HEIGHT,
    THICKEST,
    THINNEST,
    thickness,
    track_down,
    track_shape,
)
from desirepath.journey_map.drawing.words import fit, width, wrap
from desirepath.journey_map.html import whisker_of
from desirepath.journey_map.palette import DARK, LIGHT, contrast
from desirepath.journey_map.svg import to_svg
from tests.map_shop import inputs, with_customers

COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


# ---- the track -------------------------------------------------------------------------------------


def test_four_times_the_customers_are_twice_as_thick() -> None:
    assert thickness([40_000, 10_000, 0]) == [THICKEST, THICKEST / 2, 0.0]


@given(COUNTS)
def test_the_track_is_ordered_as_its_customers_are_and_a_customer_never_vanishes(counts: list[int]) -> None:
    thick = thickness(counts)
    for (a, ta), (b, tb) in zip(
        zip(counts, thick, strict=True), zip(counts[1:], thick[1:], strict=True), strict=False
    ):
        assert (a <= b) == (ta <= tb) or min(ta, tb) == THINNEST
    assert all((t >= THINNEST) == (c > 0) for c, t in zip(counts, thick, strict=True))
    assert max(thick) <= THICKEST


@settings(max_examples=25)  # each draws a whole map
@given(COUNTS)
def test_the_track_stays_in_its_room(counts: list[int]) -> None:
    document = build_map(with_customers(*counts))
    shape = track_shape(document.stages)
    for path in (shape.band, shape.skipped, *(s for p in shape.pieces for s in p.strands)):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path)]
        assert all(math.isfinite(n) and -1 <= n <= max(shape.width + 60, HEIGHT) for n in numbers)
    for piece in shape.pieces:
        assert 0 <= piece.top <= piece.bottom <= HEIGHT
        for box in (piece.skipped, piece.in_flight):
            assert box is None or (piece.top - 0.01 <= box.y and box.y + box.height <= piece.bottom + 0.01)


def test_each_piece_of_the_track_that_runs_down_ends_as_wide_as_the_next_begins() -> None:
    pieces = track_down(build_map(inputs()).stages)
    ends = [re.findall(r"95 ([\d.]+) 100H0Z", p.band)[0] for p in pieces]
    begins = [re.findall(r"^M0 0H([\d.]+)V", p.band)[0] for p in pieces]
    assert ends[:-1] == begins[1:]


# ---- the lines -------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 100), min_size=2, max_size=12))
def test_a_line_never_leaves_the_range_of_its_neighbours(ys: list[float]) -> None:
    xs = [float(n) for n in range(len(ys))]
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", curve(xs, ys))]
    for i in range(len(ys) - 1):
        low, high = min(ys[i], ys[i + 1]) - 0.02, max(ys[i], ys[i + 1]) + 0.02
        # Both control points lie within the two ends, so the whole arc does.
        first, second = numbers[2 + 6 * i + 1], numbers[2 + 6 * i + 3]
        assert low <= first <= high and low <= second <= high


def test_delight_is_up_and_nothing_leaves_the_drawing() -> None:
    assert height_of(2) < height_of(0) == 50 < height_of(-2)
    assert height_of(99) > 0 and height_of(-99) < 100


def feeling(stage: str, amount: float) -> Cell:
    measured = Estimate(amount, amount - 0.1, amount + 0.1, 50, "bootstrap", 0)
    return Cell(
        id=f"emotion.{stage}", lane="emotion", stage=stage, drawing=Drawing.LINES, rests=Rests.REPORTED,
        series="reported", values=(Value("emotion", "feeling", Unit.EMOTION, measured),),
    )  # fmt: skip


def test_no_line_runs_through_a_stage_of_which_nothing_is_known() -> None:
    stages = ("one", "two", "three", "four")
    drawn = lines([feeling("one", 1), feeling("two", 0.5), feeling("four", -1)], stages)
    assert [point.x for point in drawn.points] == [50.0, 150.0, 350.0]
    (run,) = drawn.runs
    assert run.line.startswith("M50.00") and "150.00" in run.line and "350.00" not in run.line


# ---- words without a browser -----------------------------------------------------------------------


@given(st.text(max_size=120), st.floats(40, 400), st.integers(1, 4))
def test_wrapped_lines_fit_and_lose_nothing_without_saying_so(text: str, room: float, most: int) -> None:
    lines = wrap(text, 13, room, most)
    assert len(lines) <= most
    assert all(width(line, 13) <= room for line in lines)
    whole = "".join(text.split())
    assert "".join("".join(lines).split()) == whole or lines[-1].endswith("…")


@given(st.text(max_size=80), st.floats(20, 300))
def test_a_fitted_line_fits(text: str, room: float) -> None:
    assert width(fit(text, 12, room), 12) <= max(room, width("…", 12))


@settings(max_examples=25)  # each draws a whole map
@given(COUNTS)
def test_the_sheet_is_as_large_as_what_is_on_it(counts: list[int]) -> None:
    page = sheet(build_map(with_customers(*counts)))
    for word in page.words:
        start = word.x - width(word.text, word.size, word.weight >= 600) if word.anchor == "end" else word.x
        assert start >= 0 and word.x <= page.width and 0 < word.y < page.height
    ET.fromstring(to_svg(build_map(with_customers(*counts))))


# ---- evidence --------------------------------------------------------------------------------------


def test_every_chart_is_drawn_from_its_table_and_keeps_within_its_box() -> None:
    document = build_map(inputs())
    drawn = 0
    for cell in document.cells():
        for exhibit in cell.exhibits:
            made = chart(exhibit, document)
            if made is None:
                continue
            drawn += 1
            for mark in made.marks:
                assert 0 <= mark.x <= made.width and 0 <= mark.y <= made.height
                numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", mark.d)]
                assert all(-1 <= n <= made.width + 1 for n in numbers)
    assert drawn > 20


def test_the_ladder_shows_the_strongest_ways_and_names_their_kind() -> None:
    micro = build_map(inputs()).micro[2]
    made = ladder(micro.steps, micro.flows)
    kinds = {(a.start, a.end): a.kind for a in made.arcs}
    assert kinds[0, 1] == "on" and kinds[1, 0] == "back"
    on, back = (next(a for a in made.arcs if a.kind == k) for k in ("on", "back"))
    assert on.thick > back.thick


def test_visits_that_met_no_touchpoint_are_on_no_way_between_steps() -> None:
    # Refused at once, a visit goes past every step: no line of the drawing is theirs, whatever few steps there are.
    shop = inputs()
    path = replace(shop.paths[0].rows[0], steps=())
    paths = replace(shop.paths[0], rows=(path, *shop.paths[0].rows[1:]))
    micro = build_map(replace(shop, paths=(paths, *shop.paths[1:]))).micro[0]
    assert all((flow.start, flow.end) != (-1, -2) for flow in micro.flows)
    one = replace(
        micro, steps=micro.steps[:1], flows=tuple(f for f in micro.flows if max(f.start, f.end) < 1)
    )
    ladder(one.steps, one.flows)


def test_a_whisker_keeps_open_and_far_ends_on_its_axis() -> None:
    whisker = whisker_of(Value("x", "x", Unit.POINTS, Estimate(0.1, -math.inf, 9.0, 30, "m", 0)))
    assert whisker is not None and (whisker.low, whisker.high, whisker.zero) == (0.0, 100.0, 50.0)
    assert whisker_of(Value("x", "x", Unit.POINTS, NoEstimate("too_few"))) is None


# ---- colours ---------------------------------------------------------------------------------------

WORDS = ("ink", "muted", "teal", "inferred", "effort", "good", "warn", "bad")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card", "tint"])
@pytest.mark.parametrize("colour", WORDS)
def test_words_can_be_read_on_every_ground(theme: dict[str, str], ground: str, colour: str) -> None:
    assert contrast(theme[colour], theme[ground]) >= 4.5, "WCAG 2.2 AA for text"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("colour", ["edge", "track-from", "track-to", "effort", "teal", "inferred"])
def test_shapes_can_be_told_from_the_paper(theme: dict[str, str], colour: str) -> None:
    assert contrast(theme[colour], theme["paper"]) >= 3, "WCAG 2.2 AA for graphics"


def test_the_two_themes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


# ---- numbers in words ------------------------------------------------------------------------------


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 100, "m", 0)


@pytest.mark.parametrize(
    ("measured", "unit", "value", "span"),
    [
        (estimate(0.3934, 0.389, 0.398), Unit.SHARE, "39.3 %", "38.9–39.8 %"),
        (estimate(0.39, 0.30, 0.48), Unit.SHARE, "39 %", "30–48 %"),
        (estimate(-0.231, -0.25, -0.21), Unit.POINTS, "−23 points", "−25 … −21 points"),
        (estimate(0.01, 0.009, 0.012), Unit.POINTS, "+1.0 points", "+0.9 … +1.2 points"),
        (estimate(0.0, -0.06, 0.06), Unit.POINTS, "0 points", "−6 … +6 points"),
        (estimate(-1.13, -1.3, -1.0), Unit.EMOTION, "−1.1", "−1.3 … −1.0"),
        (estimate(3.2 * 86_400e6, 3e0 * 86_400e6, 3.4 * 86_400e6), Unit.DURATION, "3.2 days", "3–3.4 days"),
        (estimate(3600e6, 1800e6, math.inf), Unit.DURATION, "1 hour", "from 30 min"),
        (estimate(8450, 8240, 8660), Unit.MONEY, "AUD 84.50", "AUD 82.40–86.60"),
        (estimate(41, 33, 49), Unit.SCORE, "+41", "+33 … +49"),
    ],
)
def test_a_number_is_said_with_as_many_digits_as_it_is_worth(
    measured: Estimate, unit: Unit, value: str, span: str
) -> None:
    assert say.of(measured, unit, "AUD").replace(say.NBSP, " ") == value
    assert say.span(measured, unit, "AUD").replace(say.NBSP, " ") == span


@pytest.mark.parametrize(
    ("us", "said"),
    [
        (0, "0 s"),
        (48e6, "48 s"),
        (60e6, "1 min"),
        (26 * 60e6, "26 min"),
        (3600e6, "1 hour"),
        (40 * 3600e6, "40 hours"),
        (86_400e6, "1 day"),
        (2 * 86_400e6, "2 days"),
        (365 * 86_400e6, "365 days"),
        (-3600e6, "−1 hour"),
    ],
)
def test_durations_are_said_as_people_say_them(us: float, said: str) -> None:
    assert say.duration(us).replace(say.NBSP, " ") == said


def test_a_time_of_nothing_is_at_once_and_a_difference_of_nothing_is_none() -> None:
    nothing = Estimate(0.0, 0.0, 5e6, 40, "", 0)
    assert say.of(nothing, Unit.DURATION) == "at once"
    assert say.span(nothing, Unit.DURATION).replace(say.NBSP, " ") == "0–5 s"
    assert say.of(Estimate(0.0, -5e6, 5e6, 40, "", 0), Unit.DURATION).replace(say.NBSP, " ") == "0 s"
    assert say.apart(nothing, Unit.DURATION).replace(say.NBSP, " ") == "0 s"
    assert say.of(Estimate(48e6, 0.0, 60e6, 40, "", 0), Unit.DURATION).replace(say.NBSP, " ") == "48 s"


def test_money_knows_currencies_without_cents_and_with_mills() -> None:
    assert say.money(1240, "JPY") == "JPY\xa01,240"
    assert say.money(1240, "KWD") == "KWD\xa01.240"
    assert say.money(3_425_400, "AUD", short=True) == "AUD\xa034.3k"


def test_why_there_is_no_number_is_said_in_words() -> None:
    assert say.missing(NoEstimate("too_few", 11, 20)).replace(say.NBSP, " ") == "too few (n 11 of 20)"
    assert say.missing(NoEstimate("not_declared", detail="the last stage, and it has no goal")) == (
        "the last stage, and it has no goal"
    )
    assert say.missing(NoEstimate("something_new")) == "something new"
