"""sources.yaml → Sources, with every mistake in it at once.

The grammar stands in docs/reference/sources.md. Paths stay patterns here: whether a file exists is known
when it is loaded.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from desirepath.collect.expression import Rule
from desirepath.collect.read_database import OF_DATABASES, SET_IT, mistakes
from desirepath.collect.sources import EventFrom, Metrics, Reading, Source, Sources
from desirepath.core.definition import Definition, digest
from desirepath.core.file_names import SOURCES
from desirepath.core.yaml_lines import Document, Where, read_document

_ID = re.compile(r"[^\W\d_][\w \-.]*")
_VARIABLE = re.compile(r"\$\{([^}]*)\}|\$(?=\{)")
_EVENT_KEYS = tuple(f for f in EventFrom.model_fields if f != "when")
_SOURCE_KEYS = ("events", "key", "where", "zone", "complete_until", "most_bad")


def read_sources(source: Path | str, variables: Mapping[str, str], *, zone: str | None = None) -> Sources:
    """sources.yaml, given as a file (Path) or as its text (str). Raises DefinitionError with every problem.

    variables: what ${NAME} in `files` and `query` stands for; usually the environment.
    zone: the journey's, in which a `complete_until` without a zone is meant; without it they stay naive.
    """
    file = "" if isinstance(source, Path) else SOURCES
    document = read_document(source, file)
    reader = SourcesReader(document, variables, zone)
    folder = str(source.parent) if isinstance(source, Path) else "."
    sources = reader.read(folder)
    reader.end()
    assert sources is not None
    return sources


class SourcesReader(Definition):
    """One sources.yaml."""

    def __init__(self, document: Document, variables: Mapping[str, str], zone: str | None) -> None:
        super().__init__(document)
        self.variables = variables
        self.journey_zone = zone

    def read(self, folder: str) -> Sources | None:
        """Sources, or None where problems were found."""
        raw = self.mapping(self.document.value, ())
        self.known(raw, (), ("sources", "metrics"))
        sources = [self._source(*one) for one in self._entries(raw, "sources")]
        metrics = [self._metrics(*one) for one in self._entries(raw, "metrics")]
        if not sources and not metrics:
            hint = "Write them below sources:, each with its name, files, time and event."
            self.refuse((), "the file names no source", hint)
        for name in set(self.mapping(raw.get("sources"), ())) & set(self.mapping(raw.get("metrics"), ())):
            self.refuse(
                ("metrics", name), f'"{name}" is the name of a source already', "Give it a name of its own."
            )
        if self.problems:
            return None
        made = Sources(
            sources=tuple(s for s in sources if s), metrics=tuple(m for m in metrics if m),
            folder=folder, guesses=self.document.guesses(),
        )  # fmt: skip
        return made.model_copy(update={"version": sources_version(made)})

    def _entries(self, raw: Mapping[str, Any], section: str) -> list[tuple[str, dict[str, Any], Where]]:
        found = []
        for name, value in self.mapping(raw.get(section), (section,)).items():
            where: Where = (section, name)
            if not _ID.fullmatch(name):
                self.refuse(
                    where, f'"{name}" is no name for a source', "Letters, digits, blank, _, - and point."
                )
            found.append((name, self.mapping(value, where), where))
        return found

    # ---- a source ----------------------------------------------------------------------------------

    def _source(self, name: str, raw: dict[str, Any], where: Where) -> Source | None:
        before = len(self.problems)
        reading_keys = tuple(Reading.model_fields)
        self.known(raw, where, (*reading_keys, *_EVENT_KEYS, *_SOURCE_KEYS))
        reading = self._reading(raw, where)
        common = self.build(EventFrom, _only(raw, _EVENT_KEYS), where)
        events = self._events(raw.get("events"), (*where, "events"))
        rest = {k: v for k, v in _only(raw, _SOURCE_KEYS).items() if k not in ("events", "complete_until")}
        until = self._until(raw, where)
        source = self.build(
            Source, rest, where,
            given={
                "id": name, "reading": reading or Reading(), "common": common or EventFrom(),
                "events": tuple(e for e in events if e), "complete_until": until,
                "line": self.document.line(where),
            },
        )  # fmt: skip
        if source is None or common is None or None in events:
            return None
        self._event_checks(source, raw, where)
        return source if len(self.problems) == before else None

    def _events(self, raw: object, where: Where) -> list[EventFrom | None]:
        if raw is None:
            return []
        if not isinstance(raw, list) or not raw:
            self.refuse(where, "events is a list, each entry beginning with a dash", "- {event: …, time: …}")
            return []
        keys = (*_EVENT_KEYS, "when")
        out: list[EventFrom | None] = []
        for place, value in enumerate(raw):
            at = (*where, place)
            entries = self.mapping(value, at)
            self.known(entries, at, keys)
            out.append(self.build(EventFrom, _only(entries, keys), at))
        return out

    def _event_checks(self, source: Source, raw: Mapping[str, Any], where: Where) -> None:
        """Each event has a name and a time; the literals among its fields can be meant."""
        kinds = source.events or (EventFrom(),)
        for place, one in enumerate(kinds):
            at: Where = (*where, "events", place) if source.events else where
            unknown = self._unknown(raw, source.events and raw["events"][place])
            for field in ("event", "time"):
                if get_close_matches(field, unknown):
                    continue  # there, but misspelt: told as an unknown key
                if getattr(one, field) is None and getattr(source.common, field) is None:
                    example = "event: Order Completed" if field == "event" else "time: created_at"
                    hint = f"For example {example}; {_OTHERWISE[field]}."
                    self.refuse(at, f'"{field}" is missing in {_named(at)}', hint, "missing")
            misspelt = get_close_matches("identifiers", unknown)
            if not one.identifiers and not source.common.identifiers and not misspelt:
                hint = "Who is the customer? For example identifiers: {email: customer_email}."
                self.refuse(at, f'"identifiers" is missing in {_named(at)}', hint, "missing")
        if not 0 <= source.most_bad <= 1:
            self.refuse(
                (*where, "most_bad"), "most_bad is a share between 0 and 1", "0.5 allows half of the rows."
            )

    def _unknown(self, raw: Mapping[str, Any], entry: object) -> list[str]:
        """The keys of a source, and of one entry of its events, that mean nothing."""
        own = [key for key in raw if key not in (*Reading.model_fields, *_EVENT_KEYS, *_SOURCE_KEYS)]
        inner = entry if isinstance(entry, dict) else {}
        return own + [key for key in inner if key not in (*_EVENT_KEYS, "when")]

    # ---- where the rows are ------------------------------------------------------------------------

    def _reading(self, raw: Mapping[str, Any], where: Where) -> Reading | None:
        entries = _only(raw, tuple(Reading.model_fields))
        for key in ("files", "query", "database"):
            if key in entries:
                entries[key] = self._filled(entries[key], (*where, key))
        reading = self.build(Reading, entries, where)
        if reading is None:
            return None
        for key, said, hint in mistakes(reading, raw, _named(where), where[0] == "metrics"):
            self.refuse((*where, key), said, hint)
        database = reading.database is not None or any(key in raw for key in OF_DATABASES)
        nowhere = not reading.files and not reading.query and not database
        if nowhere and not get_close_matches("files", set(raw) - {"files"}):
            self.refuse(
                where,
                f'"files" is missing in {_named(where)}',
                "For example files: exports/orders-*.csv",
                "missing",
            )
        if reading.files and reading.query and reading.database is None:
            self.refuse(
                (*where, "query"), f"both files and query are given in {_named(where)}", "Keep one of them."
            )
        if reading.skip < 0:
            self.refuse((*where, "skip"), "skip is a number of lines", "0 or more.")
        if not 1 <= reading.header_rows <= 5:
            self.refuse((*where, "header_rows"), "header_rows is a number from 1 to 5", "1 is usual.")
        elif reading.header_rows > 1 and (reading.header is False or reading.columns):
            said = "header_rows says how the columns are named, and so does "
            self.refuse((*where, "header_rows"), said + ("columns" if reading.columns else "header: false"))
        if reading.delimiter is not None and len(_delimiter(reading.delimiter)) != 1:
            self.refuse(
                (*where, "delimiter"), f'"{reading.delimiter}" is not one sign', 'For example ";" or tab.'
            )
        elif reading.delimiter is not None:
            reading = reading.model_copy(update={"delimiter": _delimiter(reading.delimiter)})
        if reading.encoding is not None:
            try:
                codecs.lookup(reading.encoding)
            except LookupError:
                said = f'unknown encoding "{reading.encoding}"'
                self.refuse((*where, "encoding"), said, "For example utf-8, windows-1252 or utf-16.")
        for place, pattern in enumerate(reading.files):
            if reading.format is None and not _format_of(pattern):
                hint = "Add format: csv, jsonl, parquet, excel, xes or cjml."
                if not PurePath(pattern).suffix:
                    hint += f" For the files of a folder write {pattern.rstrip('/')}/*.csv."
                self.refuse((*where, "files", place), f'what kind of file is "{pattern}"?', hint)
        return reading

    def _filled(self, value: object, where: Where) -> object:
        """${NAME} replaced by its value."""
        if isinstance(value, list):
            return [self._filled(one, (*where, place)) for place, one in enumerate(value)]
        if not isinstance(value, str):
            return value

        def one(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None or name not in self.variables:
                shown = name or "…"
                example = SET_IT if where[-1] == "database" else "export {}=/path/to/your/data"
                hint = f"Set it before you start: {example.format(shown)}"
                self.refuse(
                    where, f"${{{shown}}} is not set in the environment", hint, "variable", name=shown
                )
                return ""
            return self.variables[name]

        return _VARIABLE.sub(one, value)

    def _until(self, raw: Mapping[str, Any], where: Where) -> datetime | str | None:
        """`now`, an instant, or a day: that day's end, so that the day itself is in."""
        said = raw.get("complete_until")
        if said is None or said == "now":
            return said
        try:
            moment = datetime.fromisoformat(str(said).strip())
        except ValueError:
            hint = "Write a day (2026-11-20), a time (2026-11-20 18:00) or now."
            self.refuse((*where, "complete_until"), f'"{said}" is no time', hint)
            return None
        if re.fullmatch(r"[\d-]{8,10}", str(said).strip()):
            moment += timedelta(days=1) - timedelta(microseconds=1)
        zone = raw.get("zone") if isinstance(raw.get("zone"), str) else self.journey_zone
        if moment.tzinfo or not zone:
            return moment
        try:
            return moment.replace(tzinfo=ZoneInfo(str(zone)))
        except (KeyError, ValueError, OSError):
            return moment  # the zone itself is reported where it stands

    # ---- metrics -----------------------------------------------------------------------------------

    def _metrics(self, name: str, raw: dict[str, Any], where: Where) -> Metrics | None:
        before = len(self.problems)
        reading_keys = tuple(Reading.model_fields)
        fields = tuple(f for f in Metrics.model_fields if f not in ("id", "reading", "line"))
        self.known(raw, where, (*reading_keys, *fields))
        reading = self._reading(raw, where)
        given = {"id": name, "reading": reading or Reading(), "line": self.document.line(where)}
        made = self.build(Metrics, _only(raw, fields), where, given=given)
        if made is None:
            return None
        if made.day.plus is not None:
            self.refuse((*where, "day", "plus"), "a day has no plus", "It is for the times of events.")
        numbers = ("impressions", "reach", "clicks", "spend")
        if all(getattr(made, n) is None for n in numbers):
            self.refuse(
                where, f"{_named(where)} gives no number", f"Name a column for one of {', '.join(numbers)}."
            )
        return made if len(self.problems) == before else None


_OTHERWISE = {
    "event": "a column is written {column: type}",
    "time": "with a format {column: created_at, format: '%d/%m/%Y'}",
}
_ENDINGS = {
    "csv": "csv", "tsv": "csv", "tab": "csv", "txt": "csv", "psv": "csv",
    "jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl", "parquet": "parquet", "pq": "parquet",
    "xlsx": "excel", "xlsm": "excel", "xlsb": "excel", "xls": "excel", "ods": "excel", "xes": "xes", "cjml": "cjml",
}  # fmt: skip
_DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
    "whitespace": " ",
}


def _delimiter(text: str) -> str:
    return _DELIMITERS.get(text.lower(), text)


def _format_of(pattern: str) -> str | None:
    """The kind of a file by its name; an archive's is that of what it holds: exports.csv.gz."""
    name = pattern.lower().rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    for ending in (".gz", ".zip"):
        if name.endswith(ending):
            inner = name.removesuffix(ending).rsplit(".", 1)[-1]
            return _ENDINGS.get(inner, "csv" if ending == ".zip" else None)
    return _ENDINGS.get(name.rsplit(".", 1)[-1]) or ("csv" if name.endswith("*") else None)


def _only(raw: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {k: v for k, v in raw.items() if k in keys}


def _named(where: Where) -> str:
    """sources.web, event 2."""
    return f"{where[0]}.{where[1]}" + (f", event {int(where[3]) + 1}" if len(where) > 3 else "")


def rule_text(value: object) -> str | None:
    """A rule for a digest: what it asks, not how it is spelt."""
    if not isinstance(value, Rule):
        return None
    inner = ",".join(f"{name}({rule_text(rule)})" for name, rule in value.aggregates)
    return "".join(str(piece) for piece in value.pieces) + inner


def sources_version(sources: Sources | BaseModel) -> str:
    """A digest of everything that changes what is loaded."""
    return digest(sources, ("line", "guesses", "version", "folder", "database"), rule_text)
