"""The tables of the first version, as its stores have them."""

TABLES = (
    "CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR)",
    """CREATE TABLE sources (
        source INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE, mapping VARCHAR NOT NULL,
        first_columns VARCHAR[], later_columns VARCHAR[] NOT NULL)""",
    """CREATE TABLE parts (
        part INTEGER PRIMARY KEY, source INTEGER NOT NULL, name VARCHAR NOT NULL, mapping VARCHAR NOT NULL,
        digest VARCHAR NOT NULL, size BIGINT NOT NULL, rows BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL,
        load_no INTEGER NOT NULL, look_again TIMESTAMP, replaced_by INTEGER)""",
    """CREATE TABLE loads (
        load_no INTEGER PRIMARY KEY, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP,
        events_added BIGINT, rows_read BIGINT, rows_rejected BIGINT)""",
    """CREATE TABLE event_log (
        event_no BIGINT NOT NULL, part INTEGER NOT NULL, row BIGINT NOT NULL, item SMALLINT NOT NULL,
        key VARCHAR, digest UBIGINT NOT NULL, time TIMESTAMP NOT NULL, date_only BOOLEAN NOT NULL,
        known_at TIMESTAMP NOT NULL, event VARCHAR NOT NULL, channel VARCHAR, "by" VARCHAR NOT NULL,
        value BIGINT, currency VARCHAR, text VARCHAR, score DOUBLE, score_share DOUBLE, score_kind VARCHAR)""",
    "CREATE TABLE superseded (event_no BIGINT NOT NULL, by_load INTEGER NOT NULL, known_at TIMESTAMP NOT NULL)",
    "CREATE TABLE told (part INTEGER NOT NULL, key VARCHAR NOT NULL, digest UBIGINT NOT NULL)",
    """CREATE TABLE rejects (
        load_no INTEGER NOT NULL, source VARCHAR NOT NULL, part VARCHAR NOT NULL, row BIGINT, line BIGINT,
        item SMALLINT NOT NULL, reason VARCHAR NOT NULL, lost VARCHAR NOT NULL, detail VARCHAR, raw VARCHAR,
        known_at TIMESTAMP NOT NULL)""",
    """CREATE TABLE metrics_log (
        part INTEGER NOT NULL, row BIGINT NOT NULL, day DATE NOT NULL, channel VARCHAR, campaign VARCHAR,
        impressions BIGINT, reach BIGINT, clicks BIGINT, spend BIGINT, currency VARCHAR)""",
    """CREATE TABLE identity_decisions (decision INTEGER, side TINYINT, kind VARCHAR, value VARCHAR,
        what VARCHAR, "by" VARCHAR, known_at TIMESTAMP)""",
    """CREATE VIEW parts_in_order AS
        SELECT p.part, s.name AS source, p.name AS part_name,
               CAST(rank() OVER (ORDER BY s.name, p.name) AS INTEGER) AS part_order
        FROM parts p JOIN sources s USING (source) WHERE p.replaced_by IS NULL""",
    """CREATE VIEW events AS
        SELECT l.*, p.source, p.part_order
        FROM event_log l JOIN parts_in_order p USING (part)
        ANTI JOIN superseded x ON l.event_no = x.event_no""",
)
# The views as this version makes them, the tables by copying what a store of this version has.
COPIED = ("sources", "parts", "loads", "event_log", "superseded", "told", "rejects", "metrics_log")
