"""XML of records, read element by element and kept as rows: what XES and CJML have in common.

In: the bytes of a file. Out: its elements as they end, and Parquet files of text columns for the rows that somebody
makes of them. None of the file is kept: entities, DTDs and the network are off, and no part of it may be larger than
MOST_HELD.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

from desirepath.collect.raw import MAX_COLUMNS
from desirepath.core.errors import SourceError

MOST_HELD = 16 * 1024 * 1024  # bytes of XML in which no element ends
_PIECE = 64 * 1024  # bytes handed to the parser at once
_ROWS = 50_000  # of one Parquet file


@dataclass(frozen=True, slots=True)
class XmlTable:
    """The rows of a file. files: in order, each with `line` and c0 … of the columns known by then."""

    columns: tuple[str, ...]
    files: tuple[Path, ...]
    rows: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class XmlKind:
    """A format. root: the name of its outermost element; elements: those that are handed on."""

    name: str
    root: str
    elements: tuple[str, ...]


def elements(chunks: Iterable[bytes], kind: XmlKind, name: str) -> Iterator[tuple[bool, Any]]:
    """(has it ended?, element) for each of the format's elements, in their order; the caller clears them.

    name: of the file. Raises SourceError where it is not of this format, or cannot be read within bounds.
    """
    parser: Any = etree.XMLPullParser(
        events=("start", "end"),
        tag=tuple(f"{{*}}{one}" for one in (kind.root, *kind.elements)),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    held, line = 0, 0
    try:
        for piece in _pieces(chunks):
            parser.feed(piece)
            held += len(piece)
            for what, element in parser.read_events():
                line = element.sourceline or line
                if what == "end":
                    held = 0
                if kind_of(element) != kind.root:
                    yield what == "end", element
                elif what == "start":
                    _refuse_declarations(name, kind, element)
            if held > MOST_HELD:
                raise SourceError(
                    f"{name}: after line {line:,} nothing ends within {MOST_HELD // 1024**2} MB of XML.",
                    hint=f"Is it {kind.name}? No part of it may be that large.",
                )
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise _broken(name, kind, error) from error
    if kind_of(root) != kind.root:
        raise SourceError(
            f"{name} is XML, but no {kind.name}: its root is <{kind_of(root)}>, not <{kind.root}>.",
            hint=f"Export it as {kind.name}, or as CSV.",
        )


def kind_of(element: Any) -> str:
    """The name without its namespace: files come with and without one."""
    return str(element.tag).rpartition("}")[2]


def let_go(element: Any) -> None:
    """Forget an element and all that stands before it beside it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


@dataclass(slots=True)
class RowFiles:
    """Rows on their way into Parquet files. Columns may come with any row, in the order in which they are met."""

    folder: Path
    stem: str
    name: str  # of the file that is read, for errors
    rows: int = 0
    _places: dict[str, int] = field(default_factory=dict)
    _files: list[Path] = field(default_factory=list)
    _waiting: list[tuple[tuple[Mapping[str, str], ...], int]] = field(default_factory=list)

    def know(self, columns: Iterable[str], line: int) -> None:
        """Columns that rows may have. Raises SourceError where there are too many."""
        for column in columns:
            if column not in self._places:
                self._places[column] = len(self._places)
        if len(self._places) > MAX_COLUMNS:
            raise SourceError(
                f"{self.name}:{line}: the file has more than {MAX_COLUMNS:,} different attributes.",
                hint="Leave some of them out when you export it.",
            )

    def add(self, line: int, *values: Mapping[str, str]) -> None:
        """A row, of known columns; where several mappings have a value, the first holds."""
        self._waiting.append((values, line))
        self.rows += 1
        if len(self._waiting) >= _ROWS:
            self._write()

    def table(self, notes: Iterable[str]) -> XmlTable:
        """All of it, written."""
        if self._waiting:
            self._write()
        return XmlTable(tuple(self._places), tuple(self._files), self.rows, tuple(notes))

    def _write(self) -> None:
        target = self.folder / f"{self.stem}-{len(self._files)}.parquet"
        columns: dict[str, Any] = {
            f"c{place}": pa.array([_first(values, key) for values, _ in self._waiting], pa.string())
            for key, place in self._places.items()
        }
        columns["line"] = pa.array([line for _, line in self._waiting], pa.int64())
        pq.write_table(pa.table(columns), target, compression="zstd")
        self._files.append(target)
        self._waiting = []


def _first(values: tuple[Mapping[str, str], ...], key: str) -> str | None:
    for one in values:
        if key in one:
            return one[key]
    return None


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


def _refuse_declarations(name: str, kind: XmlKind, element: Any) -> None:
    info = element.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise SourceError(
            f"{name} begins with a DOCTYPE, by which a file can name other files or grow without end.",
            hint=f"{kind.name} needs none: take the <!DOCTYPE …> out of the file.",
        )


def _broken(name: str, kind: XmlKind, error: etree.XMLSyntaxError) -> SourceError:
    line = error.lineno or 0
    place = f"{name}:{line:,}" if line else name
    said = (error.msg or "it is no XML").splitlines()[0]
    if "huge" in said.lower() or "excessive depth" in said.lower() or "amplification" in said.lower():
        hint = "Texts of more than 10 MB, or elements nested more than 256 deep, are not read."
    else:
        hint = f"Is it complete, and exported as {kind.name}? Nothing of it was loaded."
    return SourceError(f"{place}: the XML cannot be read: {said}", hint=hint, line=line)
