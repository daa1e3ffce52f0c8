"""Whose clock is a source on? Nights that are days, sources hours apart, times in an hour that clocks skip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from desirepath.app.doctor.effects import Again, effect
from desirepath.app.doctor.looking import Looking
from desirepath.collect.expression import quote_text
from desirepath.core.times import HOUR
from desirepath.doctor import clocks
from desirepath.doctor.finding import Finding, Severity

_PAIRED = 400_000  # events that are paired between sources: a sample of customers beyond it
_BUSY = 300  # events: who has more is not paired (a robot would outweigh everybody)


def time_zone(looking: Looking, again: Again) -> Iterator[Finding]:
    """Customers of a source who are awake when people sleep."""
    local = f"timezone({quote_text(looking.zone)}, timezone('UTC', time))"
    hours: dict[str, list[int]] = {}
    # An automaton has no night; a midnight is a missing time of day.
    # A customer counts once an hour: one who clicks a lot is no more awake than others.
    rows = looking.rows(
        f"SELECT source, hour({local}) AS h, count(DISTINCT (customer, date_trunc('day', {local}))) FROM looked"
        f" WHERE placed AND \"by\" = 'customer' AND NOT date_only AND {local} <> date_trunc('day', "
        f"{local}) GROUP BY ALL"
    )
    for name, hour, count in rows:
        hours.setdefault(str(name), [0] * 24)[int(hour)] += int(count)
    days = {name: clocks.day_of(counts) for name, counts in hours.items()}
    awake = [one for one in days.values() if one.events >= clocks.ENOUGH and not one.at_night]
    for name, day in sorted(days.items()):
        if not day.at_night:
            continue
        usual = max(awake, key=lambda one: one.events).middle if awake else 15.0
        ahead = round((usual - day.middle + 12) % 24 - 12)
        seen = looking.seen[name]
        zone = looking.zone_of(name)
        better = _zone(looking, name, [float(ahead + d) for d in (-2, -1, 0, 1, 2)])
        where = f"l.source = {quote_text(name)} AND l.placed AND NOT l.date_only"
        yield Finding(
            "time_zone",
            Severity.ERROR if awake else Severity.WARNING,
            name,
            f'Customers of "{name}" seem to be awake at night: the middle of their day is {_clock(day.middle)} in '
            f"{looking.zone}" + (f", where other sources have {_clock(usual)}." if awake else "."),
            effect(
                f"All {seen.timed:,} timed events of the source are likely about {abs(ahead)} hours off: "
                "days, waits and "
                "the order among sources are wrong.",
                seen.timed,
                looking.events,
                "events",
                again.shifted(looking.numbers(where), ahead * HOUR),
            ),
            looking.source_line(
                f"zone: {better}" if better else f"zone: one about {abs(ahead)} hours {_side(ahead)} {zone}",
                name,
                "zone",
                about="its times are read in " + zone + "; times that name their own zone stay as they are",
            ),
            {
                "middle_of_day": round(day.middle, 1),
                "usual": round(usual, 1),
                "hours_off": ahead,
                "events": day.events,
            },
            looking.examples(where),
        )


def _clock(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 59):02d}"


def _side(ahead: int) -> str:
    """Later instants are had by reading a text in a zone further west."""
    return "west of" if ahead > 0 else "east of"


def _zone(looking: Looking, name: str, hours: list[float]) -> str | None:
    seen = looking.seen[name]
    candidates = [looking.zone, "UTC", *(one.zone for one in looking.sources.sources if one.zone)]
    return clocks.zone_for(hours, looking.zone_of(name), candidates, seen.early, seen.last)


def sources_shifted(looking: Looking, again: Again) -> Iterator[Finding]:
    """Two sources that tell of the same acts of the same customers, whole hours apart."""
    shifts, agree = {}, dict.fromkeys(looking.seen, 0)
    for (first, second), (slots, customers) in _apart(looking).items():
        found = clocks.peaks(slots)
        moved = clocks.shifted(found, customers)
        if moved:
            shifts[first, second] = moved
        elif found and found[0].hours == 0:
            agree[first] += 1
            agree[second] += 1
    told = set()
    for (first, second), moved in sorted(shifts.items(), key=lambda one: -sum(s.customers for s in one[1])):
        # Who agrees with nobody else is likelier to be wrong; else who is not on the journey's own clock.
        wrong, right = (
            (second, first)
            if _trust(looking, agree, first) >= _trust(looking, agree, second)
            else (first, second)
        )
        if wrong in told:
            continue
        told.add(wrong)
        sign = -1 if wrong == second else 1  # how far the wrong one's times must move
        hours = sorted({sign * one.hours for one in moved}, key=abs)
        yield _shifted(looking, again, wrong, right, hours, sum(one.customers for one in moved))


def _trust(looking: Looking, agree: Mapping[str, int], name: str) -> tuple[int, bool, int]:
    return agree[name], looking.zone_of(name) == looking.zone, looking.seen[name].events


def _shifted(
    looking: Looking, again: Again, wrong: str, right: str, hours: list[float], customers: int
) -> Finding:
    seen = looking.seen[wrong]
    where = f"l.source = {quote_text(wrong)} AND l.placed AND NOT l.date_only"
    better = _zone(looking, wrong, hours)
    said = " or ".join(f"{abs(one):g}" for one in hours)  # winter and summer
    side = "earlier" if hours[0] > 0 else "later"
    zone = looking.zone_of(wrong)
    return Finding(
        "sources_shifted",
        Severity.ERROR,
        wrong,
        f'What "{wrong}" tells comes {said} hours {side} than what "{right}" tells of the same acts: one '
        "of them is read "
        "in the wrong zone.",
        effect(
            f"All {seen.timed:,} timed events of the source stand {said} hours {side} than they should: customers seem "
            "to order before they look, or long after.",
            seen.timed,
            looking.events,
            "events",
            again.shifted(looking.numbers(where), round(hours[0] * HOUR)),
        ),
        looking.source_line(
            f"zone: {better}"
            if better
            else f"zone: one {said} hours {_side(1 if hours[0] > 0 else -1)} {zone}",
            wrong,
            "zone",
            about=f'its times are read in {zone}; or, if "{wrong}" is right, change the zone of "{right}"',
        ),
        {"hours": said, "customers": customers, "other_source": right},
        looking.examples(where),
    )


def _apart(looking: Looking) -> dict[tuple[str, str], tuple[dict[int, int], int]]:
    """For each two sources: how many slots apart acts of one customer are → how many customers; who are in both."""
    total = sum(one.timed for one in looking.seen.values())
    one_in = max(1, -(-total // _PAIRED))
    width, reach = clocks.SLOT * 60_000_000, (clocks.REACH * 60 + 30) // clocks.SLOT
    rows = looking.rows(
        f"WITH acts AS (SELECT DISTINCT customer, source, epoch_us(time) // {width} AS slot FROM looked WHERE placed"
        f" AND NOT date_only AND \"by\" = 'customer' AND customer % {one_in} = 0"
        f" QUALIFY count(*) OVER (PARTITION BY customer) <= {_BUSY}),"
        " pairs AS (SELECT a.source AS one, b.source AS other, a.customer, b.slot - a.slot AS apart FROM "
        "acts a JOIN acts b"
        " ON a.customer = b.customer AND a.source < b.source)"
        " SELECT one, other, apart, count(DISTINCT customer) FROM pairs"
        f" WHERE apart BETWEEN {-reach} AND {reach} GROUP BY ALL"
        " UNION ALL SELECT one, other, NULL, count(DISTINCT customer) FROM pairs GROUP BY ALL"
    )
    found: dict[tuple[str, str], tuple[dict[int, int], int]] = {}
    for first, second, apart, count in rows:
        slots, customers = found.get((str(first), str(second)), ({}, 0))
        if apart is None:
            customers = int(count)
        else:
            slots[int(apart)] = int(count)
        found[str(first), str(second)] = slots, customers
    return found


def skipped_hour(looking: Looking, again: Again) -> Iterator[Finding]:
    """More in the hour after a skipped one than such an hour has: times that do not exist were read an hour later."""
    for seen in looking.seen.values():
        zone = looking.zone_of(seen.source)
        gaps = clocks.skipped_hours(zone, max(seen.early, 0), seen.last)
        if not gaps or seen.timed < clocks.ENOUGH:
            continue
        days = ", ".join(f"DATE '{at:%Y-%m-%d}'" for at, _ in gaps)
        hour = gaps[-1][1]
        local = f"timezone({quote_text(zone)}, timezone('UTC', l.time))"
        own = f"l.source = {quote_text(seen.source)} AND NOT l.date_only"
        after, usual_after, usual_skipped, on_days = looking.rows(
            f"SELECT count(*) FILTER (WHERE day IN ({days}) AND h = {hour + 1}),"
            f" count(*) FILTER (WHERE day NOT IN ({days}) AND h = {hour + 1}),"
            f" count(*) FILTER (WHERE day NOT IN ({days}) AND h = {hour}), count(DISTINCT day)"
            f" FROM (SELECT CAST({local} AS DATE) AS day, hour({local}) AS h FROM looked l WHERE {own})"
        )[0]
        usual = len(gaps) / max(1, on_days - len(gaps))
        if not clocks.gap_is_filled(after, usual_after * usual, usual_skipped * usual):
            continue
        more = round(after - usual_after * usual)
        last = gaps[-1][0]
        begin, end = last + timedelta(hours=1), last + timedelta(hours=2)
        where = f"{own} AND {local} >= TIMESTAMP '{begin}' AND {local} < TIMESTAMP '{end}'"
        yield Finding(
            "skipped_hour",
            Severity.WARNING,
            seen.source,
            f'"{seen.source}" has about {more:,} events in an hour that the clocks of {zone} skip ({hour:02d}:00 to '
            f"{hour + 1:02d}:00 on {last:%Y-%m-%d}): its times are of another zone.",
            effect(
                f"All {seen.timed:,} timed events of the source are likely hours off; these {more:,} were read an hour "
                "later.",
                seen.timed,
                looking.events,
                "events",
                (),
            ),
            looking.source_line(
                "zone: UTC", seen.source, "zone", about=f"or the zone that is meant; now {zone}"
            ),
            {"in_the_gap": more, "expected": round(usual_after * usual), "gaps": len(gaps)},
            looking.examples(where),
        )


MAKERS = {"time_zone": time_zone, "sources_shifted": sources_shifted, "skipped_hour": skipped_hour}
