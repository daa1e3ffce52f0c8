"""What stands in the event store: its tables, in the order in which they are made.

Events only grow. A corrected record leaves its old events in event_log and names them in `superseded`; a
source whose mapping changed is read anew as new parts and the old parts are marked as replaced. A load that is
taken back (undo.py) leaves its events, too, superseded by the number of its undoing: whatever came, went or came
back since a number of `loads` is to be found by that number. The view
`events` shows what holds now, and `source` and `part_order` beside it: arrival, the tie-break of the stored
order, is (part_order, row, item) and never the order of loading.

All this is everybody's. What is derived for each journey stands beside it: see identity_db.py, journey_spaces.py.
"""

from __future__ import annotations

VERSION = 3  # of this schema; an older store is brought to it (migrations.py), a newer one is refused

TABLES = (
    # meta: one row per fact about the store itself
    "CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR)",
    # sources: one row per source ever loaded; first_columns: those of its first part; later_columns: those seen since
    """CREATE TABLE sources (
        source INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE, mapping VARCHAR NOT NULL,
        first_columns VARCHAR[], later_columns VARCHAR[] NOT NULL)""",
    # parts: one row per file (or query) of a source and mapping; a grown file keeps its row
    """CREATE TABLE parts (
        part INTEGER PRIMARY KEY, source INTEGER NOT NULL, name VARCHAR NOT NULL, mapping VARCHAR NOT NULL,
        digest VARCHAR NOT NULL, size BIGINT NOT NULL, rows BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL,
        load_no INTEGER NOT NULL, look_again TIMESTAMP, replaced_by INTEGER, cursor VARCHAR, held_again INTEGER)""",
    # loads: one row per run of `load`, and one per load that was taken back: its own number, and whom it took back
    """CREATE TABLE loads (
        load_no INTEGER PRIMARY KEY, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP,
        events_added BIGINT, rows_read BIGINT, rows_rejected BIGINT, takes_back INTEGER, taken_back_by INTEGER)""",
    # readings: one row per part that a load read; part: NULL where it was too bad. What it brought, its events'
    # numbers (half-open), and how the part then was: parts has the last reading that was not taken back
    """CREATE TABLE readings (
        load_no INTEGER NOT NULL, source INTEGER NOT NULL, name VARCHAR NOT NULL, part INTEGER,
        mapping VARCHAR NOT NULL, digest VARCHAR NOT NULL, size BIGINT NOT NULL, rows BIGINT NOT NULL,
        loaded_at TIMESTAMP NOT NULL, look_again TIMESTAMP, cursor VARCHAR, rows_read BIGINT NOT NULL,
        events BIGINT NOT NULL, known BIGINT NOT NULL, corrected BIGINT NOT NULL, rejected BIGINT NOT NULL,
        changed BOOLEAN NOT NULL, first_no BIGINT NOT NULL, next_no BIGINT NOT NULL, undone_by INTEGER)""",
    # source_readings: one row per source that a load looked at, with what the load changed of it; finished: no error
    """CREATE TABLE source_readings (
        load_no INTEGER NOT NULL, source INTEGER NOT NULL, mapping_before VARCHAR, first_before VARCHAR[],
        later_before VARCHAR[], finished BOOLEAN NOT NULL)""",
    # event_log: one row per event ever loaded; wide columns "id.…", "properties.…", "traits.…" are added
    """CREATE TABLE event_log (
        event_no BIGINT NOT NULL, part INTEGER NOT NULL, row BIGINT NOT NULL, item SMALLINT NOT NULL,
        key VARCHAR, digest UBIGINT NOT NULL, time TIMESTAMP NOT NULL, date_only BOOLEAN NOT NULL,
        known_at TIMESTAMP NOT NULL, event VARCHAR NOT NULL, channel VARCHAR, "by" VARCHAR NOT NULL,
        value BIGINT, currency VARCHAR, text VARCHAR, score DOUBLE, score_share DOUBLE, score_kind VARCHAR)""",
    # superseded: one row per event that a later version of its record took the place of
    "CREATE TABLE superseded (event_no BIGINT NOT NULL, by_load INTEGER NOT NULL, known_at TIMESTAMP NOT NULL)",
    # held_again: one row per event that holds again, because the load that superseded it was taken back
    "CREATE TABLE held_again (event_no BIGINT NOT NULL, by_load INTEGER NOT NULL)",
    # told: what each part said of each record of a source with a key; replaced_by: the load by which that changed
    """CREATE TABLE told (
        part INTEGER NOT NULL, key VARCHAR NOT NULL, digest UBIGINT NOT NULL, load_no INTEGER, replaced_by INTEGER)""",
    # reject_log: one row per bad record (or field) of a part; line where it is known; replaced_by as in told
    """CREATE TABLE reject_log (
        load_no INTEGER NOT NULL, source VARCHAR NOT NULL, part VARCHAR NOT NULL, row BIGINT, line BIGINT,
        item SMALLINT NOT NULL, reason VARCHAR NOT NULL, lost VARCHAR NOT NULL, detail VARCHAR, raw VARCHAR,
        known_at TIMESTAMP NOT NULL, replaced_by INTEGER)""",
    # metrics_log: one row per row of a metrics source; replaced_by as in told
    """CREATE TABLE metrics_log (
        part INTEGER NOT NULL, row BIGINT NOT NULL, day DATE NOT NULL, channel VARCHAR, campaign VARCHAR,
        impressions BIGINT, reach BIGINT, clicks BIGINT, spend BIGINT, currency VARCHAR, load_no INTEGER,
        replaced_by INTEGER)""",
)

VIEWS = (
    # parts_in_order: one row per part that holds; part_order ranks them by source and part name
    """CREATE VIEW parts_in_order AS
        SELECT p.part, s.name AS source, p.name AS part_name,
               CAST(rank() OVER (ORDER BY s.name, p.name) AS INTEGER) AS part_order
        FROM parts p JOIN sources s USING (source) WHERE p.replaced_by IS NULL""",
    # events: one row per event that holds
    """CREATE VIEW events AS
        SELECT l.*, p.source, p.part_order
        FROM event_log l JOIN parts_in_order p USING (part)
        ANTI JOIN superseded x ON l.event_no = x.event_no""",
    # rejects: one row per bad record (or field) of the latest reading of a part
    """CREATE VIEW rejects AS SELECT * EXCLUDE (replaced_by) FROM reject_log WHERE replaced_by IS NULL""",
    # metrics: one row per source, day, channel, campaign and currency; of parts that overlap the last name holds
    """CREATE VIEW metrics AS
        WITH sums AS (
            SELECT p.source, p.part_order, m.day, m.channel, m.campaign, m.currency,
                   CAST(sum(m.impressions) AS BIGINT) AS impressions, CAST(sum(m.reach) AS BIGINT) AS reach,
                   CAST(sum(m.clicks) AS BIGINT) AS clicks, CAST(sum(m.spend) AS BIGINT) AS spend
            FROM metrics_log m JOIN parts_in_order p USING (part) WHERE m.replaced_by IS NULL GROUP BY ALL)
        SELECT source, day, channel, campaign, impressions, reach, clicks, spend, currency FROM sums
        QUALIFY part_order = max(part_order) OVER (PARTITION BY source, day, channel, campaign)""",
)
