"""Times that cannot be: default dates, wrong units, the future, clocks that run ahead, days without a time of day."""

from __future__ import annotations

from collections.abc import Iterator

from desirepath.app.doctor.effects import Again, effect
from desirepath.app.doctor.looking import Looking, SourceSeen, be, have, many, s, share
from desirepath.collect.expression import quote_name
from desirepath.collect.expression import quote_text as _text
from desirepath.core.times import DAY, SECOND
from desirepath.doctor.finding import Example, Finding, Severity, graded

# Days that software writes for "no date": the beginnings of its calendars, and what people type.
DEFAULT_DAYS = (
    "1970-01-01", "1970-01-02", "1980-01-01", "1990-01-01", "1999-12-31", "2000-01-01", "2001-01-01", "2038-01-19",
    "2099-12-31", "2100-01-01",
)  # fmt: skip
_REJECTED_DEFAULTS = ("0000-", "0001-", "1753-01-01", "1899-12-3", "1900-01-", "9999-12-31", "1969-12-31")
_FEBRUARY = 31 * DAY
_AHEAD = 5 * 60 * SECOND  # clocks of good computers differ by less
_MIDNIGHT = 0.2  # share of events at exactly midnight that no day has
_SENT = (
    "sent_at",
    "sentat",
    "sent at",
    "received_at",
    "receivedat",
    "uploaded_at",
    "server_time",
    "_received_at",
)


def epoch_unit(looking: Looking, again: Again) -> Iterator[Finding]:
    """Seconds since 1970 read as milliseconds (or those as microseconds) all lie in January 1970."""
    for seen in looking.seen.values():
        if seen.middle >= _FEBRUARY or seen.first < 0:
            continue
        source = looking.source(seen.source)
        time = source.common.time if source else None
        written = {"epoch_ms": "epoch_s", "epoch_us": "epoch_ms"}.get(
            (time.format if time else None) or "", "epoch_s"
        )
        where = f"l.source = {_text(seen.source)} AND epoch_us(l.time) < {_FEBRUARY}"
        numbers = looking.numbers(f"{where} AND l.placed")
        yield Finding(
            "epoch_unit",
            Severity.ERROR,
            seen.source,
            f'Nearly all {seen.events:,} events of "{seen.source}" lie in January 1970: their seconds are read as a '
            "smaller unit.",
            effect(
                f"{many(seen.events, 'event')} stand decades before all others, so their customers seem to have begun "
                "then and lapsed.",
                seen.events,
                looking.events,
                "events",
                again.without_events(numbers),
            ),
            looking.time_line(
                f"time: {{column: {time.column if time else '…'}, format: {written}}}", seen.source
            ),
            {"events": seen.events},
            looking.examples(where),
        )


def default_date(looking: Looking, again: Again) -> Iterator[Finding]:
    """Events on days that mean "no date", far from the rest of their source."""
    days = ", ".join(f"DATE '{day}'" for day in DEFAULT_DAYS)
    local = f"CAST(timezone({_text(looking.zone)}, timezone('UTC', l.time)) AS DATE)"
    rows = looking.rows(
        f"SELECT source, day, count(*) FROM (SELECT source, {local} AS day, time FROM looked l) l"
        f" WHERE day IN ({days}) GROUP BY ALL ORDER BY ALL"
    )
    for name, day, count in rows:
        seen = looking.seen[str(name)]
        at = f"{day:%Y-%m-%d}"
        if seen.middle < _FEBRUARY or _near(looking, seen, at):
            continue
        where = f"l.source = {_text(seen.source)} AND {local} = DATE '{at}'"
        numbers = looking.numbers(f"{where} AND l.placed")
        yield Finding(
            "default_date",
            graded(count / seen.events, 0.05, 0.0),
            seen.source,
            f'{many(count, "event")} of "{seen.source}" {be(count)} on {at}, a day that stands for '
            '"no date".',
            effect(
                f"{many(count, 'event')} of {seen.events:,} of the source ({share(count, seen.events)}) "
                "come long before "
                "their customers were there: those seem to have begun then.",
                count,
                seen.events,
                "events",
                again.without_events(numbers),
            ),
            looking.source_line(
                f"where: \"{_time_column(looking, seen.source)} not like '{at}%'\"",
                seen.source,
                about="leave the rows out, or have the true dates exported",
            ),
            {"events": count, "day": at},
            looking.examples(where),
        )
    yield from _rejected_defaults(looking)


def _near(looking: Looking, seen: SourceSeen, day: str) -> bool:
    """Whether the source has other events around that day: then it is a day like any other."""
    near = looking.store.value(
        f"SELECT count(*) FROM looked l WHERE l.source = {_text(seen.source)} AND l.time BETWEEN"
        f" TIMESTAMP '{day}' - INTERVAL 60 DAY AND TIMESTAMP '{day}' + INTERVAL 60 DAY"
        f" AND abs(epoch_us(l.time) - epoch_us(TIMESTAMP '{day}')) > {2 * DAY}"
    )
    return bool(near)


def _rejected_defaults(looking: Looking) -> Iterator[Finding]:
    """Default dates before 1970 or after 2261 have been set aside when they were loaded."""
    like = " OR ".join(f"detail LIKE '{start}%'" for start in _REJECTED_DEFAULTS)
    rows = looking.rows(
        "SELECT source, count(*), min(detail), min(part), min(line), min(row) FROM rejects"
        f" WHERE reason IN ('time_out_of_range', 'time_unreadable', 'time_in_future') AND ({like})"
        " GROUP BY source ORDER BY source"
    )
    for name, count, detail, part, line, record in rows:
        held = looking.seen[name].events if name in looking.seen else 0
        yield Finding(
            "default_date",
            graded(count / (count + held), 0.2, 0.01),
            str(name),
            f'{many(count, "record")} of "{name}" {have(count)} the time "{detail}", which stands for '
            '"no date"; they were set aside.',
            effect(
                f"{many(count, 'event')} {be(count)} in no count: {share(count, count + held)} of the "
                "source.",
                count,
                count + held,
                "events",
                (),
            ),
            looking.source_line(
                f"when: \"{_time_column(looking, str(name))} > '1970'\"",
                str(name),
                about="if a row without this date simply lacks the event; nothing, if the dates are wrong",
            ),
            {"records": count, "time": str(detail)},
            (Example(str(name), str(part), line, record, what=f'time "{detail}"'),),
        )


def future(looking: Looking, again: Again) -> Iterator[Finding]:
    """Later than the moment at which they were read: set aside if more than a day, kept if less."""
    counts = {
        str(name): (int(n), part, line, record, detail)
        for name, n, part, line, record, detail in looking.rows(
            "SELECT source, count(*), min(part), min(line), min(row), max(detail) FROM rejects"
            " WHERE reason = 'time_in_future' GROUP BY source"
        )
    }
    ahead = {
        str(name): int(n)
        for name, n in looking.rows(
            "SELECT source, count(*) FROM looked WHERE NOT date_only"
            f" AND epoch_us(time) > epoch_us(known_at) + {_AHEAD} GROUP BY source"
        )
    }
    for name in sorted({*counts, *ahead}):
        gone, kept = counts.get(name, (0,))[0], ahead.get(name, 0)
        held = looking.seen[name].events if name in looking.seen else 0
        examples = looking.examples(
            f"l.source = {_text(name)} AND NOT l.date_only AND epoch_us(l.time) > epoch_us(l.known_at) + {_AHEAD}"
        )
        if gone:
            _, part, line, record, detail = counts[name]
            examples = (Example(name, part, line, record, what=f'time "{detail}"'), *examples)[:3]
        total = gone + kept
        what = f"{gone:,} of them more than a day, and set aside" if gone else "by less than a day"
        yield Finding(
            "future",
            graded(total / (gone + held), 0.1, 0.005),
            name,
            f'{many(total, "event")} of "{name}" {be(total)} later than the moment at which it was '
            f"loaded: {what}.",
            effect(
                f"{many(gone, 'event')} {be(gone)} in no count; {kept:,} stretch what is known beyond today.",
                total,
                gone + held,
                "events",
                (),
            ),
            looking.source_line(
                "zone: the zone of its times",
                name,
                about="if they are only hours ahead; planned dates are no events: leave them out",
            ),
            {"set_aside": gone, "kept": kept},
            examples,
        )


def clock_skew(looking: Looking, again: Again) -> Iterator[Finding]:
    """Events that happened after they were sent, where a property says when they were sent."""
    for column, kind in looking.asking.columns.items():
        bare = column.removeprefix("properties.").lower()
        if not column.startswith("properties.") or bare not in _SENT or not kind.startswith("TIMESTAMP"):
            continue
        sent = f"e.{quote_name(column)}"
        rows = looking.rows(
            f"SELECT l.source, count(*), count(*) FILTER (WHERE l.time > {sent} + INTERVAL 5 MINUTE),"
            f" median(epoch_us(l.time) - epoch_us({sent})) FILTER (WHERE l.time > {sent} + INTERVAL 5 MINUTE)"
            f" FROM looked l JOIN event_log e ON e.event_no = l.event_no WHERE {sent} IS NOT NULL AND NOT l.date_only"
            " GROUP BY ALL ORDER BY ALL"
        )
        for name, count, late, typical in rows:
            if late < max(5, 0.002 * count):
                continue
            picked = (
                f"l.source = {_text(str(name))} AND l.event_no IN (SELECT e.event_no FROM event_log e JOIN looked x"
                f" ON x.event_no = e.event_no WHERE x.time > {sent} + INTERVAL 5 MINUTE)"
            )
            numbers = looking.numbers(f"{picked} AND l.placed")
            hours = typical / (3600 * SECOND)
            yield Finding(
                "clock_skew",
                graded(late / count, 0.2, 0.01),
                str(name),
                f'{late:,} of {count:,} events of "{name}" happened after they were sent ({bare}), typically '
                f"{hours:.1f} hours: a clock runs ahead.",
                effect(
                    f"{share(late, count)} of the source's events stand too late, so orders and waits around them are "
                    "wrong.",
                    late,
                    count,
                    "events",
                    again.shifted(numbers, -round(typical)),
                ),
                looking.time_line(
                    f"time: {bare}", str(name), about="if the sending clock can be trusted more"
                ),
                {"late": late, "with_sent": count, "typical_hours": round(hours, 2)},
                looking.examples(picked),
            )


def no_time_of_day(looking: Looking, again: Again) -> Iterator[Finding]:
    """Many events at exactly midnight in a source whose times are taken as instants."""
    for seen in looking.seen.values():
        if seen.timed < 20:
            continue
        own = f"l.source = {_text(seen.source)} AND NOT l.date_only"
        zone = looking.zone_of(seen.source)
        found = []
        # Businesses send things at whole hours, and an hour of theirs is midnight in UTC.
        asked = {zone: own, "UTC": own if zone == "UTC" else f"{own} AND l.\"by\" = 'customer'"}
        for one, which in asked.items():
            local = f"timezone({_text(one)}, timezone('UTC', l.time))"
            where = f"{which} AND {local} = date_trunc('day', {local})"
            count = int(looking.store.value(f"SELECT count(*) FROM looked l WHERE {where}") or 0)
            found.append((count, local, where))
        count, local, where = max(found, key=lambda one: one[0])
        if count < max(20, _MIDNIGHT * seen.timed):
            continue
        beside = int(
            looking.store.value(
                f"SELECT count(*) FROM (SELECT l.event_no, l.customer, {local} AS day FROM looked l WHERE {where}"
                " AND l.placed) m WHERE EXISTS (SELECT 1 FROM looked l WHERE l.customer = m.customer AND "
                "NOT l.date_only"
                f" AND {local} > m.day AND {local} < m.day + INTERVAL 1 DAY)"
            )
            or 0
        )
        if not beside and count == seen.timed and len(looking.seen) == 1:
            continue  # nothing stands beside them: the order of days is all that anybody asks
        yield Finding(
            "no_time_of_day",
            Severity.WARNING if beside >= 0.05 * count else Severity.NOTE,
            seen.source,
            f'{count:,} of {seen.timed:,} events of "{seen.source}" ({share(count, seen.timed)}) stand at exactly '
            "midnight: of these only the day is known.",
            effect(
                f"{many(beside, 'event')} of them come{s(beside)} before all that the same customer "
                "did that day, true or not; as a date they would tie with all of it.",
                beside,
                count,
                "events",
                (),
            ),
            looking.time_line(
                f"time: {{column: {_time_column(looking, seen.source)}, date_only: true}}", seen.source
            ),
            {"at_midnight": count, "timed": seen.timed, "beside_others": beside},
            looking.examples(where),
        )


def _time_column(looking: Looking, name: str) -> str:
    source = looking.source(name)
    if source is None:
        return "time"
    own = [source.common, *source.events]
    return next((one.time.column for one in own if one.time is not None), "time")


MAKERS = {
    "epoch_unit": epoch_unit,
    "default_date": default_date,
    "future": future,
    "clock_skew": clock_skew,
    "no_time_of_day": no_time_of_day,
}
