"""Whatever a file holds, looking at it never fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desirepath.collect.guess.ids import pairs_to_compare
from desirepath.collect.guess.naming import by_of_event
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile
from desirepath.collect.guess.source import guess, ids_of
from desirepath.collect.guess.text import sources_text
from desirepath.collect.guess.times import candidates
from desirepath.collect.read_sources import read_sources
from desirepath.journey.draft.stages import role_of

COLUMNS = """order customer id date created_at total price email event type status rating channel note by name
quantity ads clicks"""
words = st.sampled_from(COLUMNS.split())
names = (words | st.lists(words, min_size=2, max_size=3).map(" ".join) | st.text(max_size=12)).map(
    lambda text: text.strip() or "x"
)
values = st.one_of(
    st.text(max_size=20),
    st.text("0123456789.,-:/ +eE€$²٣", min_size=1, max_size=14),
    st.sampled_from(
        ["2024-01-01", "1.2.2024", "1709287200", "a@b.example", "true", "won", "lost", "1,5", "NaN", "inf"]
    ),
).map(str.strip)


@st.composite
def columns(draw: st.DrawFn, rows: int) -> ColumnProfile:
    found = tuple(dict.fromkeys(v for v in draw(st.lists(values, max_size=6)) if v))
    filled = draw(st.integers(len(found), max(rows, len(found)))) if found else 0
    distinct = draw(st.integers(len(found), max(filled, len(found)))) if found else 0
    return ColumnProfile(draw(names), rows, filled, distinct, tuple((v, 1) for v in found), found)


@st.composite
def files(draw: st.DrawFn) -> FileProfile:
    rows = draw(st.integers(0, 500))
    many = draw(st.lists(columns(rows), max_size=8, unique_by=lambda column: column.name))
    return FileProfile(draw(names), (draw(names).replace("$", ""),), rows, tuple(many))


@given(st.lists(values, max_size=8), st.lists(st.sampled_from(["date", "ts", "id"]), max_size=2))
def test_times_are_looked_for_in_anything(found: list[str], name: list[str]) -> None:
    candidates(name, [v for v in found if v])


@given(st.lists(files(), max_size=3, unique_by=lambda file: file.name))
def test_any_files_are_guessed_at_and_what_is_written_is_read(given_files: list[FileProfile]) -> None:
    pairs_to_compare(given_files, ids_of(given_files))
    made = guess(given_files)
    assert len(made.sources) + len(made.metrics) + len(made.left_out) == len(given_files)
    for source in made.sources:
        read_sources(sources_text(made), {})
        assert source.identifiers and source.times.events


@given(st.text(max_size=30))
def test_any_event_has_a_role_and_a_doer(name: str) -> None:
    assert role_of(name) and by_of_event(name) in ("customer", "business", "machine")
