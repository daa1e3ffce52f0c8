"""Texts as programs and people leave them: odd delimiters, marks in the middle, other files under their names."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed
from tests.loaded import HEAD, WEB, Loaded

ROW = "2025-01-01 10:00,Page Viewed,a1,,\n"


def loaded(folder: Path, content: str | bytes, more: str = "") -> Loaded:
    shop = Loaded(folder, WEB + more)
    shop.write("web.csv", content)
    return shop


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^", "~", "\x1f", "\x01", "¦", "§"])
def test_any_delimiter_that_splits_all_records_alike_is_found_and_told(
    tmp_path: Path, delimiter: str
) -> None:
    shop = loaded(
        tmp_path, (HEAD + ROW + '2025-01-02 10:00,"It said ""no""",a2,,1.5\n').replace(",", delimiter)
    )
    summary = shop.load()
    assert shop.column('("id.anonymous_id", value)') == [("a1", None), ("a2", 150)]
    (note,) = summary.sources[0].notes
    assert "its delimiter was guessed" in note


def test_a_comma_and_what_is_declared_need_no_word(tmp_path: Path) -> None:
    assert loaded(tmp_path / "a", HEAD + ROW).load().sources[0].notes == []
    said = loaded(tmp_path / "b", (HEAD + ROW).replace(",", "^"), "    delimiter: ^\n")
    assert said.load().sources[0].notes == []


@pytest.mark.parametrize("first", ["sep=#\n", '"sep=#"\r\n', "SEP=#\n", "\ufeffsep=#\r\n"])
def test_a_first_line_for_excel_names_the_delimiter(tmp_path: Path, first: str) -> None:
    # Nobody would guess this one.
    shop = loaded(tmp_path, first + (HEAD + ROW).replace(",", "#") + "soon#x#a##\n")
    summary = shop.load()
    assert (summary.events, summary.sources[0].notes) == (1, [])
    assert shop.reasons() == [(4, "time_unreadable")]


def test_a_declared_delimiter_wins_over_that_line(tmp_path: Path) -> None:
    shop = loaded(tmp_path, "sep=;\n" + HEAD + ROW, '    delimiter: ","\n')
    assert shop.load().events == 1


def test_files_that_were_put_together_lose_the_marks_between_them(tmp_path: Path) -> None:
    part = (HEAD + ROW).encode("utf-8-sig")
    shop = loaded(tmp_path, part + part.replace(b"a1", "é2".encode()))
    shop.load()
    assert shop.column('"id.anonymous_id"') == ["a1", "é2"]
    assert shop.reasons() == [(3, "time_unreadable")]  # the second header


def test_a_guessed_encoding_is_told_and_a_declared_one_holds(tmp_path: Path) -> None:
    raw = (HEAD + ROW.replace("Page Viewed", "Größe gewählt")).encode("cp1252")
    guessed = loaded(tmp_path / "a", raw)
    assert guessed.load().sources[0].notes == [
        "web.csv: its encoding was guessed: cp1252 (encoding: says it)"
    ]
    said = loaded(tmp_path / "b", raw, "    encoding: windows-1252\n")
    assert said.load().sources[0].notes == []
    assert guessed.column("event") == said.column("event") == ["Größe gewählt"]


def test_a_note_that_many_files_share_is_told_once(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, WEB.replace("web.csv", "'*.csv'"))
    for name in ("a.csv", "b.csv", "c.csv"):
        shop.write(name, (HEAD + ROW).replace(",", ";"))
    (note,) = shop.load().sources[0].notes
    assert note.startswith("a.csv and 2 more: its delimiter was guessed: ;")


def test_lines_of_an_old_mac(tmp_path: Path) -> None:
    shop = loaded(
        tmp_path, (HEAD + ROW + ROW.replace("Viewed", "Größer")).replace("\n", "\r").encode("mac_roman")
    )
    assert shop.load().events == 2
    assert shop.column("event") == ["Page Viewed", "Page Größer"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04....", "a spreadsheet or a zip"),
        (b"\xd0\xcf\x11\xe0....", "format: excel"),
        (gzip.compress(b"a,b\n", mtime=0), "packed with gzip"),
        (b"PAR1....", "format: parquet"),
        (b"%PDF-1.7\n", "a PDF"),
    ],
)
def test_what_only_bears_the_name_of_a_text_is_told_as_what_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(LoadFailed, match=said):
        loaded(tmp_path, content).load()
