"""XES (IEEE 1849), the XML of event logs: one row per event, as Parquet files of text columns.

In: the bytes of a log. Out: a column for each attribute of events (`concept:name`, `time:timestamp` …) and, with
`case:` before its name, for each attribute of traces (`case:concept:name`). The log is read event by event, and
none of it is kept: entities, DTDs and the network are off, and no part of it may be larger than MOST_HELD.

A nested attribute is `parent.child`; a list is one JSON text. The values of <global> are what tools put where
they make an attribute ("UNKNOWN", 1970): they are no facts, so what is missing stays missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

from desirepath.collect.raw import MAX_COLUMNS
from desirepath.core.errors import SourceError

CASE = "case:"
MOST_HELD = 16 * 1024 * 1024  # bytes of XML without the end of an event or a trace
_PIECE = 64 * 1024  # bytes handed to the parser at once
_ROWS = 50_000  # of one Parquet file
_DEPTH = 4  # of nested attributes
_LISTS = ("list", "container")


@dataclass(frozen=True, slots=True)
class XesTable:
    """The rows of a log. files: in order, each with `line` and c0 … of the columns known by then."""

    columns: tuple[str, ...]
    files: tuple[Path, ...]
    rows: int
    notes: tuple[str, ...]


def read_xes(chunks: Iterable[bytes], folder: Path, stem: str, name: str) -> XesTable:
    """Write the events of a log to Parquet files in `folder`. Raises SourceError where it is no readable XES."""
    log = _Log(folder, stem, name)
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=("{*}log", "{*}trace", "{*}event"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    held = 0
    try:
        for piece in _pieces(chunks):
            parser.feed(piece)
            held += len(piece)
            for what, element in parser.read_events():
                if log.meets(what, element):
                    held = 0
            if held > MOST_HELD:
                raise _too_large(name, log.line)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise _broken(name, error) from error
    if _kind(root) != "log":
        raise SourceError(
            f"{name} is XML, but no XES: its root is <{_kind(root)}>, not <log>.",
            hint="Export it as XES, or as CSV.",
        )
    return log.table()


@dataclass(slots=True)
class _Log:
    """What was met of a log so far. line: of the element that was met last."""

    folder: Path
    stem: str
    name: str
    line: int = 0
    rows: int = 0
    empty: int = 0  # traces without events
    places: dict[str, int] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    waiting: list[tuple[dict[str, str], dict[str, str], int]] = field(default_factory=list)
    case: dict[str, str] = field(default_factory=dict)
    events_of_case: int = 0

    def meets(self, what: str, element: Any) -> bool:
        """Take what an element says, and let go of it; False where it only begins."""
        kind = _kind(element)
        self.line = element.sourceline or self.line
        if what == "start":
            if kind == "log":
                _refuse_declarations(self.name, element)
            elif kind == "trace":
                self.case, self.events_of_case = {}, 0
            return False
        if kind == "event":
            self._event(element)
        elif kind == "trace":
            self._add_to_case(element)
            self.empty += not self.events_of_case
            _let_go(element)
            self.case = {}
        return True

    def _event(self, element: Any) -> None:
        parent = element.getparent()
        if parent is not None and _kind(parent) == "trace":
            self._add_to_case(parent)
        own: dict[str, str] = {}
        _take(own, element, "", 0)
        self._know(own)
        self.waiting.append((own, self.case, element.sourceline or self.line))
        self.rows += 1
        self.events_of_case += 1
        _let_go(element)
        if len(self.waiting) >= _ROWS:
            self._write()

    def _add_to_case(self, trace: Any) -> None:
        """The attributes of a trace that stand in it by now."""
        if len(trace):
            _take(self.case, trace, CASE, 0)
            self._know(self.case)

    def _know(self, values: dict[str, str]) -> None:
        for key in values:
            if key not in self.places:
                self.places[key] = len(self.places)
        if len(self.places) > MAX_COLUMNS:
            raise SourceError(
                f"{self.name}:{self.line}: the log has more than {MAX_COLUMNS:,} different attributes.",
                hint="Leave some of them out when you export it.",
            )

    def _write(self) -> None:
        target = self.folder / f"{self.stem}-{len(self.files)}.parquet"
        columns: dict[str, Any] = {
            f"c{place}": pa.array([own.get(key, case.get(key)) for own, case, _ in self.waiting], pa.string())
            for key, place in self.places.items()
        }
        columns["line"] = pa.array([line for *_, line in self.waiting], pa.int64())
        pq.write_table(pa.table(columns), target, compression="zstd")
        self.files.append(target)
        self.waiting = []

    def table(self) -> XesTable:
        """All of it, written."""
        if self.waiting:
            self._write()
        notes = [f"{self.empty:,} cases have no events, and so no rows."] if self.empty else []
        return XesTable(tuple(self.places), tuple(self.files), self.rows, tuple(notes))


def _take(values: dict[str, str], element: Any, above: str, depth: int) -> None:
    """The attributes that stand in an element, as names and texts; the first of a name holds."""
    for one in element:
        kind = _kind(one)
        key = one.get("key")
        if key is None or kind in ("event", "trace"):
            continue
        name = above + key
        if kind in _LISTS:
            values.setdefault(name, json.dumps(_listed(one, depth), ensure_ascii=False))
            continue
        text = one.get("value")
        if text is not None:
            values.setdefault(name, text)
        if len(one) and depth < _DEPTH:
            _take(values, one, name + ".", depth + 1)


def _listed(element: Any, depth: int) -> list[object]:
    """The values of a list, in order; some tools put them into a <values> of their own."""
    found: list[object] = []
    for one in element:
        kind = _kind(one)
        if (kind == "values" or kind in _LISTS) and depth < _DEPTH:
            inner = _listed(one, depth + 1)
            found += inner if kind == "values" else [inner]
        elif (text := one.get("value")) is not None:
            found.append(text)
    return found


def _kind(element: Any) -> str:
    """The name without its namespace; XES comes with and without one."""
    return str(element.tag).rpartition("}")[2]


def _let_go(element: Any) -> None:
    """Forget an element and all that stands before it beside it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


def _refuse_declarations(name: str, element: Any) -> None:
    info = element.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise SourceError(
            f"{name} begins with a DOCTYPE, by which a file can name other files or grow without end.",
            hint="XES needs none: take the <!DOCTYPE …> out of the file.",
        )


def _too_large(name: str, line: int) -> SourceError:
    return SourceError(
        f"{name}: after line {line:,} no event ends within {MOST_HELD // 1024**2} MB of XML.",
        hint="Is it an event log in XES? An event, or what stands between two, may not be that large.",
    )


def _broken(name: str, error: etree.XMLSyntaxError) -> SourceError:
    line = error.lineno or 0
    place = f"{name}:{line:,}" if line else name
    said = (error.msg or "it is no XML").splitlines()[0]
    if "huge" in said.lower() or "excessive depth" in said.lower() or "amplification" in said.lower():
        hint = "Texts of more than 10 MB, or elements nested more than 256 deep, are not read."
    else:
        hint = "Is it complete, and exported as XES? Nothing of it was loaded."
    return SourceError(f"{place}: the XML cannot be read: {said}", hint=hint, line=line)
