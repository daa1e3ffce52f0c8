"""Whatever was loaded in whatever order: taking a load back leaves the store as if it had never run."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desirepath.app.load import LoadFailed
from desirepath.app.loads import plan_undo, undo
from tests.loaded import Loaded

SOURCES = """
sources:
  web:
    files: "web-*.csv"
    time: ts
    event: Page Viewed
    identifiers: {anonymous_id: who}
    properties: rest
  deals:
    files: "deals-*.csv"
    key: deal
    time: ts
    identifiers: {user_id: who}
    value: amount
    events:
      - event: Deal Opened
      - {event: Deal Won, time: won, when: "amount <> '3'"}
metrics:
  ads: {files: "ads-*.csv", day: ts, channel: ads, clicks: amount}
"""
OTHERWISE = SOURCES.replace("event: Page Viewed", "event: Page Seen")
WITHOUT = SOURCES[: SOURCES.index("metrics:")]
FILES = ("web-1.csv", "web-2.csv", "deals-1.csv", "deals-2.csv", "ads-1.csv", "ads-2.csv")
HEAD = "deal,ts,who,won,amount\n"
DAYS = ("2025-01-01", "2025-01-02", "soon")

ROW = "a,2025-01-01,p,2025-02-01,1\n"  # of a source with `properties: rest`, it brings columns
rows = st.tuples(st.sampled_from("abc"), st.sampled_from(DAYS), st.sampled_from("pq"), st.integers(1, 4)).map(
    lambda r: f"{r[0]},{r[1]},{r[2]},2025-02-0{r[3]},{r[3]}\n"
)
edits = st.tuples(
    st.sampled_from(FILES),
    st.sampled_from(["grow", "grow", "rewrite", "shrink"]),
    st.lists(rows, min_size=1, max_size=3),
)
steps = st.lists(
    st.tuples(st.lists(edits, max_size=3), st.sampled_from([SOURCES] * 6 + [OTHERWISE, WITHOUT])),
    min_size=2,
    max_size=5,
)
Edit = tuple[str, str, list[str]]


class Shop:
    """Files that change step by step, and a store."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, list[str]] = {name: [] for name in FILES}
        self.loaded = Loaded(folder, SOURCES)

    def change(self, changes: Sequence[Edit], sources: str) -> None:
        for name, what, lines in changes:
            if what == "grow":
                self.files[name] += lines
            elif what == "rewrite":
                self.files[name] = [*lines, *self.files[name][len(lines) :]]
            else:
                self.files[name] = self.files[name][:-1]
        for name, lines in self.files.items():
            self.loaded.write(name, HEAD + "".join(lines))
        self.loaded.say(sources)

    def load(self) -> None:
        try:
            self.loaded.load()
        except LoadFailed as failed:  # a file of which all is bad
            assert "are bad" in str(failed)

    def state(self) -> dict[str, Any]:
        """All that holds: what a load looks at, and what a question is answered from."""
        ask = self.loaded.ask
        return {
            "events": self.loaded.everything(),
            "rejects": ask("SELECT * EXCLUDE (load_no, known_at) FROM rejects ORDER BY ALL"),
            "metrics": ask("SELECT * FROM metrics ORDER BY ALL"),
            "told": ask(
                "SELECT s.name, p.name, t.key, t.digest"
                " FROM told t JOIN parts p USING (part) JOIN sources s USING (source)"
                " WHERE t.replaced_by IS NULL AND p.replaced_by IS NULL ORDER BY ALL"
            ),
            "parts": ask(
                "SELECT s.name, p.name, p.mapping, p.digest, p.size, p.rows FROM parts p JOIN sources s USING (source)"
                " WHERE p.replaced_by IS NULL ORDER BY ALL"
            ),
            "sources": ask("SELECT * EXCLUDE (source) FROM sources WHERE mapping <> '' ORDER BY 1"),
        }  # fmt: skip

    def undo(self, number: int, *, and_later: bool = False) -> tuple[int, ...]:
        with self.loaded.open(write=True) as store:
            return undo(store, number, and_later=and_later, clock=self.loaded.clock).numbers

    def numbers(self) -> list[int]:
        return [
            n for (n,) in self.loaded.ask("SELECT load_no FROM loads WHERE takes_back IS NULL ORDER BY 1")
        ]


def alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    for name in one:
        assert one[name] == other[name], name


@pytest.mark.slow
@settings(max_examples=4)
@given(steps)
@example([([("deals-1.csv", "grow", [ROW])], SOURCES), ([("web-1.csv", "grow", [ROW])], SOURCES)])
def test_taking_the_last_load_back_leaves_what_was_there_before_and_loading_again_brings_it_back(
    story: list[tuple[list[Edit], str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        states = []
        for changes, sources in story:
            shop.change(changes, sources)
            shop.load()
            states.append(shop.state())
        undone = shop.numbers()[-1]
        assert shop.undo(undone) == (undone,)
        alike(shop.state(), states[-2])
        shop.load()
        alike(shop.state(), states[-1])
        # All of them, one after the other: the store is as empty as a new one.
        with shop.loaded.open() as store:
            left = [n for n in shop.numbers() if n != undone and plan_undo(store, n, and_later=True)]
        for number in reversed(left):
            shop.undo(number)
        assert shop.state()["events"] == shop.state()["rejects"] == shop.state()["parts"] == []


@pytest.mark.slow
@settings(max_examples=4)
@given(steps, st.integers(0, 4))
def test_taking_any_load_back_with_what_built_on_it_is_as_if_they_had_never_run(
    story: list[tuple[list[Edit], str]], which: int
) -> None:
    """What remains then differs at most by what the next load finds: both are loaded once more."""
    with tempfile.TemporaryDirectory() as folder:
        shop, other = Shop(Path(folder, "shop")), Shop(Path(folder, "other"))
        for changes, sources in story:
            shop.change(changes, sources)
            shop.load()
        chosen = shop.numbers()[which % len(story)]
        gone = shop.undo(chosen, and_later=True)
        for number, (changes, sources) in enumerate(story, start=1):
            other.change(changes, sources)
            if number not in gone:
                other.load()
        shop.load()
        other.load()
        for name in ("events", "rejects", "metrics"):
            assert shop.state()[name] == other.state()[name], (name, gone)
