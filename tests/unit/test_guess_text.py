"""Whatever columns are called, what was guessed of them is what the reader reads."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from desirepath.collect.guess.shapes import ColumnProfile, FileProfile
from desirepath.collect.guess.source import Guessed, GuessedSource, guess
from desirepath.collect.guess.text import skeleton, sources_text
from desirepath.collect.guess.times import Times, Writing
from desirepath.collect.read_sources import read_sources
from desirepath.core.errors import DefinitionError

# Headers as a CSV reader gives them: trimmed, never empty, no two alike.
headers = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=25).map(
    lambda text: text.strip() or "x"
)
MONEY, SENTENCE = ("10.50", "99.00"), ("it is good for my old cat", "never again, I say to you")


def _column(name: str, *values: str, filled: int = 100) -> ColumnProfile:
    distinct = 100 if len(values) > 20 else len(values)
    return ColumnProfile(name, 100, filled, distinct, tuple((v, 1) for v in values), values)


def _time(name: str, form: str | None = None, filled: int = 100) -> ColumnProfile:
    found = Times(Writing(form), filled, datetime(2024, 1, 1), datetime(2024, 6, 1))
    return replace(_column(name, "2024-01-01", filled=filled), times=found)


def _renamed(made: GuessedSource, names: dict[str, str]) -> GuessedSource:
    """The same guesses about a file whose columns have other names."""
    file = replace(made.file, columns=tuple(replace(c, name=names[c.name]) for c in made.file.columns))
    again = guess([replace(file, columns=made.file.columns)]).sources[0]
    return replace(
        again,
        file=file,
        times=replace(again.times, events=tuple(replace(e, time=names[e.time]) for e in again.times.events)),
        identifiers=tuple(replace(i, column=names[i.column]) for i in again.identifiers),
        key=replace(again.key, column=names[again.key.column]) if again.key else None,
        money=replace(again.money, column=names[again.money.column]) if again.money else None,
        text=replace(again.text, column=names[again.text.column]) if again.text else None,
        traits=tuple(names[t] for t in again.traits),
    )


@given(st.lists(headers, min_size=8, max_size=8, unique=True), headers)
def test_any_header_is_read_back_as_it_was(names: list[str], path: str) -> None:
    columns = (
        _column("order_id", *(f"k{n:03}" for n in range(30))),
        _column("email", "a@example.org", "b@example.org"),
        _time("created_at", "%d.%m.%Y"),
        _time("delivered_at"),
        _column("total", *MONEY),
        _column("comment", *SENTENCE),
        _column("country", "AT", "NO"),
        _column("city", "Graz", "Oslo"),
    )
    file = FileProfile("orders", (f"/exports/{path}.csv".replace("$", "S"),), 100, columns)
    plain = [column.name for column in columns]
    source = _renamed(guess([file]).sources[0], dict(zip(plain, names, strict=True)))
    (read,) = read_sources(sources_text(Guessed((source,))), {}).sources
    key, who, created, delivered, total, comment, country, city = names
    assert read.key == (key,)
    assert {kind: one.column for kind, one in read.common.identifiers.items()}["email"] == who
    assert [e.time and e.time.column for e in read.events] == [created, delivered]
    first = read.events[0]
    assert first.value is not None and first.value.column == total
    assert first.text is not None and first.text.column == comment
    assert {one.column for one in read.common.traits.values()} == {country, city}
    assert read.reading.files == file.files


def test_the_skeleton_is_a_file_that_says_what_to_write() -> None:
    text = skeleton()
    try:
        read_sources(text, {})
    except DefinitionError as error:
        assert "names no source" in str(error)
    # Its comments are an example that can be used as it stands.
    lines = text.split("sources:\n", 1)[1].splitlines()
    example = "sources:\n" + "\n".join(line.removeprefix("# ") for line in lines)
    (source,) = read_sources(example, {}).sources
    assert source.key == ("order_id",)


def test_what_a_file_of_another_day_leaves_open_is_said() -> None:
    early = FileProfile(
        "leads", ("leads.csv",), 100, (_column("lead_id", *(f"k{n}" for n in range(30))), _time("date"))
    )
    late = Times(Writing(None), 100, datetime(2024, 1, 1), datetime(2024, 11, 14))
    deals = FileProfile(
        "deals", ("deals.csv",), 100, (early.columns[0], replace(_time("won_date"), times=late))
    )
    text = sources_text(guess([early, deals]))
    assert re.search("# complete_until: 2024-11-14 +# deals goes on until then", text)
