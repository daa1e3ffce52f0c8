"""Which rows of `raw` are new to their source? The answer stands in the temporary table `news`.

Without a record key: a row is known by its content (its digest) and its occurrence in its file, so a grown
file adds only what was added, exports that overlap do not double, and rows that are alike in one file stay
apart. With a key: the last sound row of a key in a part is its version there; it is news where this part did
not say it before and where it differs from what holds. The earlier version is superseded, its place kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from desirepath.collect.raw import RawPart
from desirepath.collect.row_sql import RowSql
from desirepath.store.events_db import EventStore
from desirepath.store.ledger import PartNumber, Place, Run
from desirepath.store.versions import replace_rows


def start_news(store: EventStore, digest: str) -> None:
    """The digest of every row, once for all events of a row. `known_rows` collects rows that some item knows."""
    store.execute(f"CREATE OR REPLACE TEMP TABLE digests AS SELECT rowid AS row, {digest} AS digest FROM raw")
    store.execute("CREATE OR REPLACE TEMP TABLE known_rows (row BIGINT)")


# news: grain: row that brings an event of this item · only for sources without a key
# The few rows of the part are the side that is hashed, the many of the log the side that streams by.
_NEW_ROWS = """
CREATE OR REPLACE TEMP TABLE news AS
WITH known AS (
  SELECT digest, count(*) AS n FROM event_log SEMI JOIN digests USING (digest)
  WHERE item = {item} AND {counts} GROUP BY digest),
more AS (
  SELECT d.digest FROM digests d JOIN known k USING (digest) GROUP BY d.digest, k.n HAVING count(*) > k.n),
surplus AS (
  SELECT row, digest FROM (
    SELECT d.row, d.digest, k.n, row_number() OVER (PARTITION BY d.digest ORDER BY d.row) AS occurrence
    FROM digests d JOIN known k USING (digest) WHERE d.digest IN (SELECT digest FROM more))
  WHERE occurrence > n)
SELECT row, digest FROM digests ANTI JOIN known USING (digest) UNION ALL SELECT row, digest FROM surplus"""


def new_rows(store: EventStore, item: int, place: Place) -> None:
    """Fill `news` for one event of the row."""
    store.execute(_NEW_ROWS.format(item=item, counts=place.counts()))
    store.execute("INSERT INTO known_rows SELECT row FROM digests ANTI JOIN news USING (row)")


def known_rows(store: EventStore) -> int:
    """How many rows added nothing, or not all they could, because they were known."""
    return int(store.value("SELECT count(DISTINCT row) FROM known_rows"))


# versions: grain: key of the part · the last row with it that makes a sound event, or rightly none
_VERSIONS = """
CREATE OR REPLACE TEMP TABLE versions AS
WITH rows AS (
  SELECT rowid AS row, {key} AS key, {digest} AS digest, {items} AS items FROM raw WHERE {meant}),
lost AS (SELECT row, count(DISTINCT item) AS items FROM bad WHERE lost = 'event' GROUP BY row)
SELECT key, max(row) AS row, min(row) AS first_row, arg_max(digest, row) AS digest
FROM rows r LEFT JOIN lost l USING (row)
WHERE key IS NOT NULL AND (l.items IS NULL OR l.items < r.items) GROUP BY key"""

# news: grain: key whose version is new · at_part, at_row: the place of its first version
_NEW_VERSIONS = """
CREATE OR REPLACE TEMP TABLE news AS
WITH of_source AS (
  SELECT l.key, l.digest, l.event_no, l.part, l.row, x.event_no IS NULL AS holds
  FROM event_log l SEMI JOIN versions v ON l.key = v.key LEFT JOIN superseded x ON x.event_no = l.event_no
  WHERE {counts}),
first_place AS (
  SELECT key, arg_min(part, event_no) AS at_part, arg_min(row, event_no) AS at_row FROM of_source GROUP BY key),
holding AS (SELECT key, any_value(digest) AS digest FROM of_source WHERE holds GROUP BY key)
SELECT v.row, v.key AS news_key, v.digest, coalesce(f.at_part, {part}) AS at_part,
  coalesce(f.at_row, {before} + v.first_row + 1) AS at_row, h.key IS NOT NULL AS corrects
FROM versions v LEFT JOIN told t ON t.part = {part} AND t.key = v.key AND t.digest = v.digest AND t.replaced_by IS NULL
LEFT JOIN holding h ON h.key = v.key LEFT JOIN first_place f ON f.key = v.key
WHERE t.key IS NULL AND h.digest IS DISTINCT FROM v.digest"""

_SUPERSEDE = """
INSERT INTO superseded
SELECT l.event_no, {load_no}, TIMESTAMP '{known_at}'
FROM event_log l JOIN news n ON l.key = n.news_key
WHERE n.corrects AND {counts} AND l.event_no NOT IN (SELECT event_no FROM superseded)"""


@dataclass(frozen=True, slots=True)
class Versions:
    """What a part tells of its records: how many were known, how many it corrects, and whether it told so before."""

    known: int
    corrected: int
    changed: bool


def new_versions(
    store: EventStore, run: Run, rows: RowSql, digest: str, at: PartNumber, place: Place, part: RawPart
) -> Versions:
    """Fill `news` for a source with a key and supersede what it corrects."""
    items = " + ".join(f"CAST({cells.rule} AS INTEGER)" for cells in rows.cells)
    store.execute(_VERSIONS.format(key=rows.key(), digest=digest, items=items, meant=rows.meant))
    counts = place.counts("l")
    store.execute(_NEW_VERSIONS.format(counts=counts, part=at.number, before=part.rows_before))
    new, corrected = store.rows("SELECT count(*), count(*) FILTER (corrects) FROM news")[0]
    if corrected:
        store.execute(_SUPERSEDE.format(load_no=run.load_no, known_at=run.known_at, counts=counts))
    scope = f"part = {at.number}"
    if part.adds:  # it speaks of these records only
        scope += " AND key IN (SELECT key FROM versions)"
    fresh = f"SELECT {at.number} AS part, key, digest FROM versions"
    changed = replace_rows(store, run.load_no, "told", ("part", "key", "digest"), scope, fresh)
    versions = int(store.value("SELECT count(*) FROM versions"))
    return Versions(versions - int(new), int(corrected), changed > 0)
