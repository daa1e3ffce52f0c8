"""Laws of loading: nothing stops it, nothing is lost, and in how many steps it was loaded does not matter."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.loaded import WEB, Loaded

FEW = settings(max_examples=15)
COLUMNS = ("ts", "event", "anon", "user", "amount", "note")
ANY = WEB + "    text: note\n    most_bad: 1\n"


@contextmanager
def a_shop(sources: str) -> Iterator[Loaded]:
    with tempfile.TemporaryDirectory() as folder:
        yield Loaded(Path(folder), sources)


def as_csv(rows: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> str:
    out = io.StringIO()
    # All quoted: Python would leave a lone carriage return bare, and that may well be the end of a line.
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


# Whatever may stand in an export; U+0000 to U+FFFF without the halves of pairs, which are no text.
NASTY = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["infinity", "nan", "epoch", "1e999", "-", "'", '"', '""', "\\", "\n", "\r\n", "a\rb", "  ", "\t", "NULL",
     "294247-01-10", "9" * 40, "0x10", "1_000", "💶 12", "ﷺ", "{", "[1", "$", "%", "c0", "row", "';--"]
)  # fmt: skip
TIMES = st.sampled_from(["2025-01-01", "2025-01-01 10:00", "2025-01-01T10:00:00+02:00", "soon"]) | NASTY


@FEW
@given(st.lists(st.tuples(TIMES, NASTY, NASTY, NASTY, NASTY, NASTY), max_size=6))
def test_nothing_that_can_stand_in_a_file_stops_a_load_and_every_row_is_somewhere(
    rows: list[tuple[str, ...]],
) -> None:
    with a_shop(ANY) as shop:
        shop.write("web.csv", as_csv(rows))
        summary = shop.load()
        kept = shop.ask("SELECT count(*) FROM events")[0][0]
        lost = [one for one in shop.rejects() if one.lost == "event"]
        assert summary.rows == len(rows)
        assert kept + len(lost) == len(rows)
        assert shop.load().events == 0


ROW = st.tuples(
    st.sampled_from(["2025-01-01 10:00", "2025-01-01 11:00", "2025-01-02"]),
    st.sampled_from(["Page Viewed", "Order Completed"]),
    st.sampled_from(["a1", "a2"]),
    st.just(""),
    st.sampled_from(["", "5", "7"]),
    st.just(""),
)


@FEW
@given(st.lists(ROW, min_size=1, max_size=12), st.lists(st.integers(0, 12), max_size=3))
def test_a_file_that_grows_step_by_step_ends_where_one_load_does(
    rows: list[tuple[str, ...]], steps: list[int]
) -> None:
    with a_shop(ANY) as at_once, a_shop(ANY) as in_steps:
        at_once.write("web.csv", as_csv(rows))
        at_once.load()
        for step in [*sorted(steps), len(rows)]:
            in_steps.write("web.csv", as_csv(rows[:step]))
            in_steps.load()
        assert in_steps.everything() == at_once.everything()


@FEW
@given(st.lists(ROW, min_size=1, max_size=8), st.data())
def test_exports_that_overlap_hold_each_row_as_often_as_the_fullest_has_it(
    rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    exports = data.draw(st.lists(st.lists(st.sampled_from(rows), max_size=8), min_size=1, max_size=3))
    with a_shop(ANY.replace("web.csv", "'*.csv'")) as shop:
        for number, export in enumerate(exports):
            shop.write(f"{number}.csv", as_csv(export))
        shop.load()
        found = shop.ask("SELECT count(*) FROM events")[0][0]
        assert found == sum(max(export.count(row) for export in exports) for row in set(rows))
        assert shop.load().events == 0


KEYED = """
sources:
  deals:
    files: deals.csv
    key: deal
    time: ts
    event: {column: state}
    identifiers: {user_id: user}
"""
VERSION = st.tuples(
    st.sampled_from(["d1", "d2", "d3"]),
    st.sampled_from(["open", "won", "lost"]),
    st.sampled_from(["u1", "u2"]),
)


@FEW
@given(st.lists(st.lists(VERSION, max_size=5), min_size=1, max_size=4))
def test_of_every_record_the_version_that_was_told_last_holds(
    exports: list[list[tuple[str, str, str]]],
) -> None:
    with a_shop(KEYED) as shop:
        told: dict[str, tuple[str, str]] = {}
        for export in exports:
            rows = [(deal, "2025-01-01", state, user) for deal, state, user in export]
            shop.write("deals.csv", as_csv(rows, ("deal", "ts", "state", "user")))
            shop.load()
            told |= {deal: (state, user) for deal, state, user in export}
        held = {deal: (state, user) for deal, state, user in shop.column('(key, event, "id.user_id")')}
        assert held == told
        assert len(shop.column("key")) == len(told)
