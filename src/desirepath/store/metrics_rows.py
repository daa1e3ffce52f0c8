"""One part of a metrics source becomes rows by day, channel and campaign.

A part's rows take the place of those of its earlier reading. Days are the calendar's of the journey's zone:
a day is written as a day, and only a text with a time of day is moved into the zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desirepath.collect.cell_sql import CellSql
from desirepath.collect.expression import quote_text
from desirepath.collect.raw import RawColumns, RawPart
from desirepath.collect.row_sql import Context
from desirepath.collect.sources import Field, Metrics
from desirepath.collect.time_sql import from_utc, time_sql
from desirepath.collect.value_sql import Style, currency_sql, minor_sql, value_sql
from desirepath.store.events_db import EventStore
from desirepath.store.ledger import Brought, Place, Run, note_failure, note_part
from desirepath.store.look import currency_codes, value_style
from desirepath.store.part_load import PartOutcome, is_too_bad, note_empty, reasons_of
from desirepath.store.reject_rows import KEPT_OF_A_FAILURE, write_rejects
from desirepath.store.staging import Staged
from desirepath.store.versions import replace_rows

_COUNTS = ("impressions", "reach", "clicks")
_MOST_BAD = 0.5


@dataclass(frozen=True, slots=True)
class MetricsLoad:
    """Loads the parts of one metrics source in one run."""

    store: EventStore
    run: Run
    metrics: Metrics
    place: Place
    context: Context

    def load(self, staged: Staged, columns: RawColumns) -> PartOutcome:
        """Check and insert what stands in `raw`."""
        store = self.store
        if not columns.names:
            note_empty(store, self.run, self.place, staged)
            return PartOutcome(0)
        store.execute(f"CREATE OR REPLACE TEMP TABLE days AS {self._parsed(columns)}")
        store.execute(
            "CREATE OR REPLACE TEMP TABLE bad AS SELECT row, 0::SMALLINT AS item, reason, 'event' AS lost, detail"
            " FROM (SELECT row, CASE WHEN day_text IS NULL THEN 'day_missing' WHEN day IS NULL THEN 'day_unreadable'"
            " WHEN currency_text IS NOT NULL AND currency IS NULL THEN 'currency_unknown'"
            " WHEN unread IS NOT NULL THEN 'number_unreadable' END AS reason,"
            " coalesce(unread, CASE WHEN day IS NULL THEN day_text END, currency_text) AS detail FROM days)"
            " WHERE reason IS NOT NULL"
        )
        bad_rows = int(store.value("SELECT count(*) FROM bad"))
        bad = bad_rows + staged.bad
        read = staged.rows + staged.bad
        if is_too_bad(bad, read, _MOST_BAD):
            with store.transaction():
                changed = write_rejects(store, self.run, staged, columns, bad_rows, KEPT_OF_A_FAILURE)
                note_failure(
                    store, self.run, self.place, staged.part, Brought(read, rejected=bad, changed=changed > 0)
                )
            return PartOutcome(read, rejected=bad, too_bad=True, reasons=reasons_of(store))
        with store.transaction():
            at = self.place.make_way(store, self.run, staged.part.name)
            changed = self._write(at.number, staged.part)
            changed += write_rejects(store, self.run, staged, columns, bad_rows)
            good = staged.rows - bad_rows
            brought = Brought(read, rejected=bad, changed=changed > 0)
            note_part(store, self.run, self.place, at, staged.part, brought)
            if changed:
                store.events_changed()
        return PartOutcome(read, good, rejected=bad, reasons=reasons_of(store) if bad else None)

    def _write(self, part: int, read: RawPart) -> int:
        """Put the good days in the place of the part's earlier ones; how many rows came or went."""
        columns = (
            "part",
            "row",
            "day",
            "channel",
            "campaign",
            "impressions",
            "reach",
            "clicks",
            "spend",
            "currency",
        )
        fresh = (
            f"SELECT {part} AS part, {read.rows_before} + row + 1 AS row, day, channel, campaign, impressions, reach,"
            " clicks, spend, CASE WHEN spend IS NOT NULL THEN currency END AS currency"
            " FROM days ANTI JOIN bad USING (row) ORDER BY row"
        )
        return replace_rows(self.store, self.run.load_no, "metrics_log", columns, f"part = {part}", fresh)

    def _parsed(self, columns: RawColumns) -> str:
        """SQL of days: row, day, channel, campaign, the numbers, and the first number that cannot be read."""
        metrics, cell = self.metrics, CellSql(columns)
        zone = metrics.day.zone or self.context.zone
        time = time_sql("day_text", metrics.day, self.context.zone)
        day = f"CAST({from_utc(time.instant, zone)} AS DATE)"
        currency_text = f"upper({cell.text(metrics.currency)})"
        codes = currency_codes(self.store, currency_text) if metrics.currency else ()
        currency, known = currency_sql(metrics.currency, codes, self.context.currency)
        texts = {name: cell.number(getattr(metrics, name)) for name in (*_COUNTS, "spend")}
        numbers = {
            name: value_sql(f"{name}_text", self._style(getattr(metrics, name), text)).number
            for name, text in texts.items()
        }
        return f"""
WITH cells AS (
  SELECT rowid AS row, {columns.text(metrics.day.column)} AS day_text, {cell.text(metrics.channel)} AS channel,
    {cell.text(metrics.campaign)} AS campaign, {currency_text} AS currency_text,
    {", ".join(f"{text} AS {name}_text" for name, text in texts.items())}
  FROM raw),
numbers AS (
  SELECT *, {day} AS day, {currency} AS currency,
    {", ".join(f"{number} AS {name}_number" for name, number in numbers.items())}
  FROM cells)
SELECT *, {", ".join(f"TRY_CAST({name}_number AS BIGINT) AS {name}" for name in _COUNTS)},
  {minor_sql("spend_number", "currency", known)} AS spend,
  coalesce({_unread((*_COUNTS, "spend"))}) AS unread
FROM numbers"""

    def _style(self, field: Field | None, text: str) -> Style:
        return "plain" if field is None else value_style(self.store, text)


def _unread(names: Sequence[str]) -> str:
    """Texts that are there and are no number."""
    return ", ".join(
        f"CASE WHEN {name}_text IS NOT NULL AND {name}_number IS NULL THEN {quote_text(name + ' ')} || {name}_text END"
        for name in names
    )
