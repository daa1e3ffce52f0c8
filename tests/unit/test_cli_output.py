"""What commands print: nothing that customers wrote moves the cursor, and every table can be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from desirepath.cli.output import as_plain, print_json, print_table, say, say_share, say_time, tame
from desirepath.core.estimate import Estimate, NoEstimate, too_few
from desirepath.core.times import FOREVER, NEVER
from desirepath.core.words import Outcome, Rests

BEEP_AND_CLEAR = "\x07\x1b[2J\x1b]0;owned\x07"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ana Müller 安娜 🙂", "Ana Müller 安娜 🙂"),
        (BEEP_AND_CLEAR, "\\x07\\x1b[2J\\x1b]0;owned\\x07"),
        ("two\nlines\r\t", "two\\x0alines\\x0d\\x09"),
        ("right\u202eleft", "right\\u202eleft"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("39,3\u00a0%", "39,3\u00a0%"),  # a space that does not break moves nothing
        ("\x9b31m", "\\x9b31m"),
    ],
)
def test_control_characters_are_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert tame(text) == shown


@given(st.text())
def test_what_is_tame_has_no_control_character_left(text: str) -> None:
    assert all(c.isprintable() or c.isspace() for c in tame(text))
    assert not set(tame(text)) & set("\n\r\t\x1b\x07\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")


@given(st.text(min_size=1))
def test_a_sentence_stays_on_its_lines(text: str) -> None:
    import io
    from contextlib import redirect_stdout

    out = io.StringIO()
    with redirect_stdout(out):
        say(text)
    assert out.getvalue().count("\n") == text.count("\n") + 1


def test_markup_of_customers_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name",), [("[bold red]Ana[/] :smile: [link=http://x.example]x[/link]",)])
    assert "[bold red]Ana[/] :smile: [link=http://x.example]x[/link]" in capsys.readouterr().out


ROWS = [
    ("awareness", 22940, "44.3 % (43.6–45.0)", "a word of the customer " * 9),
    ("安娜", 7, "– too few (n 7 of 20)", None),
]
COLUMNS = ("stage", "customers", "rate", "said")


@pytest.mark.parametrize("width", [10, 30, 45, 60, 80, 120, 400])
def test_a_table_fits_every_terminal_that_its_words_fit(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(COLUMNS, ROWS, right=("customers", "rate"))
    said = capsys.readouterr().out
    for word in ("22,940", "44.3 % (43.6–45.0)", "– too few (n 7 of 20)", "安娜"):
        assert word in said, "numbers and names are never cut"
    assert said.replace("\n", " ").count("customer ") >= 9
    if width >= 60:
        assert max(cell_len(line) for line in said.splitlines()) <= width


def test_where_numbers_do_not_fit_side_by_side_they_stand_in_two_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    print_table(
        ("stage", "entered", "left", "lapsed"),
        [("decision", 12345, 678, 90)],
        right=("entered", "left", "lapsed"),
    )
    said = [line.split() for line in capsys.readouterr().out.splitlines() if line and "─" not in line]
    assert said == [
        ["stage", "entered", "left"],
        ["decision", "12,345", "678"],
        ["stage", "lapsed"],
        ["decision", "90"],
    ]


def test_a_file_gets_one_line_a_row_however_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # processes that share the tests out set it
    print_table(("a", "b"), [("x", "long " * 500)])
    assert len(capsys.readouterr().out.splitlines()) == 3


@dataclass(frozen=True)
class Answer:
    share: float
    when: datetime
    outcome: Outcome


def test_anything_answered_is_plain_json(capsys: pytest.CaptureFixture[str]) -> None:
    answer = {
        "answer": Answer(float("nan"), datetime(2024, 1, 2, tzinfo=UTC), Outcome.LAPSED),
        "rests": Rests.OBSERVED,
        "array": np.array([1.5, np.inf]),
        "number": np.int64(7),
        "flag": np.bool_(True),
        "never": NEVER,
        "forever": np.int64(FOREVER),
        "day": date(2024, 1, 2),
        "took": timedelta(seconds=2),
        "path": Path("a/b"),
        "set": {3},
        "estimate": Estimate(0.5, 0.4, float("inf"), 30, "wilson", 0),
        "none": too_few(3),
    }
    print_json(answer)
    said = json.loads(capsys.readouterr().out)
    assert said["answer"] == {"share": None, "when": "2024-01-02T00:00:00+00:00", "outcome": "lapsed"}
    assert said["rests"] == "observed"
    assert said["array"] == [1.5, None]
    assert (said["number"], said["flag"]) == (7, True)
    assert said["never"] is None
    assert said["forever"] is None
    assert (said["day"], said["took"], said["path"], said["set"]) == ("2024-01-02", 2_000_000, "a/b", [3])
    assert said["estimate"]["high"] is None
    assert said["none"]["value"] is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_as_plain_is_always_json(value: object) -> None:
    json.dumps(as_plain(value), allow_nan=False)


def test_a_missing_answer_is_said_and_is_never_zero() -> None:
    assert say_share(Estimate(0.393, 0.389, 0.397, 900, "wilson", 0)) == "39.3 % (38.9–39.7)"
    assert say_share(too_few(3)) == "– too few (n 3 of 20)"
    assert say_time(NoEstimate("not_reached")) == "– not reached"
    assert say_time(Estimate(90e6, 1.0, 2.0, 50, "order", 0)) == "1.5 min"
