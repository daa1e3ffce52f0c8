"""Files as nobody meant them: whatever bytes stand there, a load ends with what it could read or with its reason."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.collect.sources import Reading
from desirepath.core.errors import SourceError
from desirepath.sources.files.find import find_files
from desirepath.sources.files.prepare import FileReader
from desirepath.store.events_db import EventStore
from desirepath.store.staging import stage
from tests.loaded import HEAD, Loaded

ROWS = [("2025-01-01", "Page Viewed", f"a{n}", f"u{n}", "1.5") for n in range(8)]
NAMES = HEAD.strip().split(",")


def csv_file() -> bytes:
    return (HEAD + "".join(",".join(row) + "\n" for row in ROWS)).encode()


def jsonl_file() -> bytes:
    return "".join(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in ROWS).encode()


def parquet_file() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({name: [row[n] for row in ROWS] for n, name in enumerate(NAMES)}), out)
    return out.getvalue()


def excel_file() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([NAMES, *ROWS]):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def xes_file() -> bytes:
    events = "".join(
        f'<event><string key="concept:name" value="{r[1]}"/><date key="time:timestamp" value="{r[0]}"/></event>'
        for r in ROWS
    )
    return f'<log><trace><string key="concept:name" value="a1"/>{events}</trace></log>'.encode()


def cjml_file() -> bytes:
    points = "".join(
        f"<actualAction><touchpointID>T{n}</touchpointID><timeStarted>{r[0]}</timeStarted></actualAction>"
        for n, r in enumerate(ROWS)
    )
    actors = '<actors><endUser actorID="Ana"/></actors>'
    return f"<CJML><actualJourney>{actors}<touchpoints>{points}</touchpoints></actualJourney></CJML>".encode()


def zip_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("web.csv", csv_file())
    return out.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "web.csv": (csv_file, "web"),
    "web.csv.gz": (lambda: gzip.compress(csv_file(), mtime=0), "web"),
    "web.zip": (zip_file, "web"),
    "web.jsonl": (jsonl_file, "web"),
    "web.parquet": (parquet_file, "web"),
    "web.xlsx": (excel_file, "web"),
    "web.xes": (xes_file, "xes"),
    "web.cjml": (cjml_file, "cjml"),
}
MAPPINGS = {
    "web": "event: {column: event}\n    time: ts\n    identifiers: {anonymous_id: anon, user_id: user}",
    "xes": 'event: {column: "concept:name"}\n    time: "time:timestamp"\n    identifiers: {id: "case:concept:name"}',
    "cjml": "event: {column: touchpoint}\n    time: time\n    identifiers: {user_id: customer}",
}


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file cut off, with bytes changed, put in, taken out or said twice."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(0, 40))
        how = draw(st.sampled_from(["change", "insert", "remove", "cut", "repeat", "swap"]))
        if how == "change":
            content[at : at + length] = draw(st.binary(min_size=length, max_size=length))
        elif how == "insert":
            content[at:at] = draw(
                st.binary(max_size=40) | st.sampled_from([b"\0", b'"', b"\r", b"\xff\xfe", b"\n" * 30])
            )
        elif how == "remove":
            del content[at : at + length]
        elif how == "cut":
            del content[at:]
        elif how == "repeat":
            content[at:at] = content[at : at + length] * 3
        else:
            content[at : at + length] = content[at : at + length][::-1]
    return bytes(content)


@pytest.mark.parametrize("name", FILES)
def test_a_file_as_it_should_be_is_loaded(tmp_path: Path, name: str) -> None:
    make, kind = FILES[name]
    shop = Loaded(tmp_path, f"sources:\n  web:\n    files: {name}\n    {MAPPINGS[kind]}\n")
    shop.write(name, make())
    assert shop.load().events == len(ROWS)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_as_far_as_it_goes_or_told(tmp_path: Path, name: str) -> None:
    whole = FILES[name][0]()
    (tmp_path / "files").mkdir()
    with EventStore.open(tmp_path / "events.duckdb", write=True, files_from=tmp_path) as store:

        @settings(max_examples=12 if name.endswith("xlsx") else 40)
        @given(damaged(whole))
        def check(content: bytes) -> None:
            path = tmp_path / "files" / name
            path.write_bytes(content)
            reader, reading = FileReader(tmp_path / "loading"), Reading(files=(name,))
            try:
                for found in find_files("web", [name], path.parent):
                    reader.columns(found, reading)
                    part = reader.prepare("web", found, reading, reader.stamp(found, reading))
                    staged = stage(store, part)
                    if not staged.whole:
                        staged = stage(store, reader.carefully(part))
                    assert staged.rows >= 0 and staged.bad >= 0
            except SourceError as error:
                assert error.message
            finally:
                shutil.rmtree(tmp_path / "loading", ignore_errors=True)
            assert store.value("SELECT 1") == 1  # no error has closed it

        check()
