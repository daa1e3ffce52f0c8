"""sources.yaml as data: where data is, and how a row becomes events or metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from desirepath.collect.expression import Rule


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Field(_Part):
    """Where one field of an event comes from: exactly one of column, value, sql. `map` renames values."""

    column: str | None = None
    value: str | None = None
    sql: Rule | None = None  # a whitelisted scalar expression over the row's columns
    map: dict[str, str] = {}


class Time(_Part):
    """A time column. Without a zone in the text, `zone` (else the source's, else the journey's) holds."""

    column: str
    format: str | None = None  # strptime; 'epoch_s', 'epoch_ms', 'epoch_us'; None: ISO 8601, or guessed at load
    zone: str | None = None
    date_only: bool | None = None  # None: where the text has no time of day


class Score(_Part):
    """A number on a scale: a survey answer, a rating."""

    column: Field
    low: float
    high: float
    kind: Literal["nps", "csat", "ces", "rating"] = "rating"


class EventFrom(_Part):
    """One event that a row can become. Unset fields fall back on the source's."""

    event: Field | None = None
    time: Time | None = None
    when: Rule | None = None
    channel: Field | None = None
    by: Field | None = None
    identifiers: dict[str, Field] = {}
    value: Field | None = None
    currency: Field | None = None
    text: Field | None = None
    score: Score | None = None
    properties: dict[str, Field] = {}
    traits: dict[str, Field] = {}


class Reading(_Part):
    """Where the rows are and how the file is written."""

    files: tuple[str, ...] = ()  # paths or patterns, relative to sources.yaml; ${VARIABLES} are filled in
    query: str | None = None  # SQL over files instead: administrators only
    format: Literal["csv", "jsonl", "parquet"] | None = None  # None: from the name
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    columns: tuple[str, ...] = ()  # names for files without a header
    skip: int = 0  # lines before the header


class Source(_Part):
    """One source of events. `events` empty: each row is one event, made from the fields here."""

    id: str
    reading: Reading
    common: EventFrom  # event, time, channel, by, identifiers … of every event of the row
    events: tuple[EventFrom, ...] = ()
    key: tuple[str, ...] = ()  # columns that name a record: a later row with the same key corrects it
    where: Rule | None = None  # rows that are not meant at all
    zone: str | None = None
    complete_until: datetime | Literal["now"] | None = None
    most_bad: float = 0.5  # more rejected rows than this share is an error
    line: int = 0


class Metrics(_Part):
    """Awareness that has no customer: impressions, reach, clicks, spend by day, channel and campaign."""

    id: str
    reading: Reading
    day: Time
    channel: Field
    campaign: Field | None = None
    impressions: Field | None = None
    reach: Field | None = None
    clicks: Field | None = None
    spend: Field | None = None
    currency: Field | None = None
    line: int = 0


class Sources(_Part):
    """The whole of sources.yaml."""

    sources: tuple[Source, ...]
    metrics: tuple[Metrics, ...] = ()
    folder: str = "."  # where relative paths start
    version: str = ""
