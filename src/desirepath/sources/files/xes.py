"""XES (IEEE 1849), the XML of event logs: one row per event.

In: the bytes of a log. Out: a column for each attribute of events (`concept:name`, `time:timestamp` …) and, with
`case:` before its name, for each attribute of traces (`case:concept:name`).

A nested attribute is `parent.child`; a list is one JSON text. The values of <global> are what tools put where
they make an attribute ("UNKNOWN", 1970): they are no facts, so what is missing stays missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desirepath.sources.files.xml_rows import RowFiles, XmlKind, XmlTable, elements, kind_of, let_go

CASE = "case:"
_XES = XmlKind("XES", "log", ("trace", "event"))
_DEPTH = 4  # of nested attributes
_LISTS = ("list", "container")


def read_xes(chunks: Iterable[bytes], folder: Path, stem: str, name: str) -> XmlTable:
    """Write the events of a log to Parquet files in `folder`. Raises SourceError where it is no readable XES."""
    log = _Log(RowFiles(folder, stem, name))
    for ended, element in elements(chunks, _XES, name):
        log.meets(ended, element)
    return log.rows.table([f"cases without events, which have no rows: {log.empty:,}"] if log.empty else [])


@dataclass(slots=True)
class _Log:
    """What was met of a log so far. line: of the element that was met last; empty: traces without events."""

    rows: RowFiles
    line: int = 0
    empty: int = 0
    case: dict[str, str] = field(default_factory=dict)
    events_of_case: int = 0

    def meets(self, ended: bool, element: Any) -> None:
        """Take what an element says, and let go of it."""
        kind = kind_of(element)
        self.line = element.sourceline or self.line
        if not ended:
            if kind == "trace":
                self.case, self.events_of_case = {}, 0
        elif kind == "event":
            self._event(element)
        else:
            self._add_to_case(element)
            self.empty += not self.events_of_case
            let_go(element)
            self.case = {}

    def _event(self, element: Any) -> None:
        parent = element.getparent()
        if parent is not None and kind_of(parent) == "trace":
            self._add_to_case(parent)
        own: dict[str, str] = {}
        _take(own, element, "", 0)
        self.rows.know(own, self.line)
        self.rows.add(self.line, own, self.case)
        self.events_of_case += 1
        let_go(element)

    def _add_to_case(self, trace: Any) -> None:
        """The attributes of a trace that stand in it by now."""
        if len(trace):
            _take(self.case, trace, CASE, 0)
            self.rows.know(self.case, self.line)


def _take(values: dict[str, str], element: Any, above: str, depth: int) -> None:
    """The attributes that stand in an element, as names and texts; the first of a name holds."""
    for one in element:
        kind = kind_of(one)
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
        kind = kind_of(one)
        if (kind == "values" or kind in _LISTS) and depth < _DEPTH:
            inner = _listed(one, depth + 1)
            found += inner if kind == "values" else [inner]
        elif (text := one.get("value")) is not None:
            found.append(text)
    return found
