"""Rows of exports as bytes: as Python itself would write them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirepath.simulate import render
from desirepath.simulate.seasons import Span

SPAN = Span(date(2026, 1, 1), 18)
MOMENTS = SPAN.start + np.array([0.0, 3_600.5, 86_399.0, 15_000_000.25, 40_000_000.999])


def said(field: render.Bytes) -> list[str]:
    """Fields as the exports have them: without padding."""
    return [text.decode() for text in render.lines(field)]


def test_utc_times_are_those_of_the_instant():
    for moment, text in zip(MOMENTS, said(render.iso_utc(SPAN, MOMENTS)), strict=True):
        expected = float(SPAN.utc(np.array([moment]))[0])
        assert abs(datetime.fromisoformat(text).timestamp() - expected) < 0.001


def test_offsets_say_summer_and_winter():
    winter, summer = said(render.iso_offset(SPAN, MOMENTS[[0, 3]]))
    assert winter.endswith("+10:00")
    assert summer.endswith("+11:00") == (
        datetime.fromisoformat(summer).astimezone(UTC).month in (10, 11, 12, 1, 2, 3)
    )
    for moment, text in zip(MOMENTS, said(render.iso_offset(SPAN, MOMENTS)), strict=True):
        assert datetime.fromisoformat(text).timestamp() == float(SPAN.utc(np.array([moment]))[0]) // 1


def test_local_times_are_the_wall_clocks():
    for moment, plain, turned, day in zip(
        MOMENTS,
        said(render.plain_time(MOMENTS)),
        said(render.day_first_time(MOMENTS)),
        said(render.iso_day(MOMENTS)),
        strict=True,
    ):
        wall = datetime.fromtimestamp(moment, UTC)
        assert plain == wall.strftime("%Y-%m-%d %H:%M:%S")
        assert turned == wall.strftime("%d/%m/%Y %H:%M:%S")
        assert day == wall.strftime("%Y-%m-%d")


def test_what_never_happened_is_an_empty_field():
    never = np.array([np.nan, SPAN.start])
    for form in (render.plain_time, render.day_first, render.day_first_time, render.iso_day):
        assert said(form(never))[0] == ""
        assert said(form(never))[1] != ""
    assert said(render.plain_time(np.array([np.nan]))) == [""]


def test_amounts_have_two_decimals_and_their_sign():
    assert said(render.money(np.array([0, 5, 995, 18900, -450]))) == [
        "0.00",
        "0.05",
        "9.95",
        "189.00",
        "-4.50",
    ]
    assert said(render.money(np.array([123456]), b",")) == ["1234,56"]


def test_ids_are_sixteen_digits_each():
    ids = np.array([0, 1, 2**64 - 1, 0x0123456789ABCDEF], dtype=np.uint64)
    assert said(render.hexadecimal(ids)) == [f"{int(i):016x}" for i in ids]


def test_lines_join_columns_of_many_rows():
    numbers = np.arange(120_001)
    out = render.separated(b";", render.digits(numbers), render.named(["even", "odd"], numbers % 2))
    assert len(out) == 120_001
    assert out[0] == b"0;even" and out[-1] == b"120000;even" and out[50_001] == b"50001;odd"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(TEXTS, min_size=2, max_size=6))
def test_any_text_comes_back_from_its_quotes(texts: list[str]):
    line = ",".join(render.quoted(texts))
    assert list(csv.reader(io.StringIO(line, newline=""), strict=True)) == [texts]
