"""Who the customers are: events of nobody, values that stand for many, one with everything, machines, coverage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from desirepath.app.doctor.effects import Again, effect
from desirepath.app.doctor.looking import Looking, be, have, many, s, share
from desirepath.collect.expression import quote_name, quote_text
from desirepath.core.words import Outcome, Track
from desirepath.doctor.finding import Effect, Example, Finding, Severity, graded
from desirepath.doctor.pace import AGENTS, Suspect, suspects
from desirepath.stats.intervals import wilson

_NOBODY = 0.01  # share of a source's events: below it, hardly any number moves
_LARGE = 0.1  # share of all events that no one customer has
_MANY_TIMES = 50  # … and so many times what the usual one has
_MANY_WEAK = 50  # devices of one customer
_NAMES = 5  # values named one by one


def nobody(looking: Looking, again: Again) -> Iterator[Finding]:
    """Events that name no customer: set aside when loaded, or with identifiers that are nobody's."""
    rejected = dict(
        looking.rows(
            "SELECT source, count(*) FROM rejects WHERE reason = 'no_identifier' GROUP BY source ORDER BY source"
        )
    )
    for name in sorted({*looking.seen, *rejected}):
        seen = looking.seen.get(name)
        gone, lost = int(rejected.get(name, 0)), seen.nobody if seen else 0
        held = (seen.events if seen else 0) + gone
        if gone + lost < max(1, _NOBODY * held):
            continue
        what = " and ".join(
            part
            for part in (
                f"{gone:,} have no identifier at all" if gone else "",
                f"{lost:,} only identifiers that stand for nobody or for many" if lost else "",
            )
            if part
        )
        source = looking.source(str(name))
        kinds = (
            sorted({kind for one in (source.common, *source.events) for kind in one.identifiers})
            if source
            else []
        )
        examples = looking.examples(f"l.source = {quote_text(name)} AND l.customer IS NULL") if lost else ()
        if gone and not examples:
            examples = _rejected(looking, name)
        yield Finding(
            "nobody",
            graded((gone + lost) / held, 0.3, 0.02),
            str(name),
            f'{many(gone + lost, "event")} of "{name}" ({share(gone + lost, held)}) {be(gone + lost)} '
            f"nobody's: {what}.",
            Effect(
                f"{many(gone + lost, 'event')} of {held:,} of the source {be(gone + lost)} in no stage "
                "and no rate.",
                gone + lost,
                held,
                "events",
            ),
            looking.source_line(
                "identifiers: {…}",
                str(name),
                "identifiers",
                about=f"now {', '.join(kinds) or 'none'}: add a column that names a person, a device or an order",
            ),
            {"without_identifier": gone, "unusable": lost, "events": held},
            examples,
        )


def _rejected(looking: Looking, name: str) -> tuple[Example, ...]:
    rows = looking.rows(
        "SELECT part, line, row FROM rejects WHERE reason = 'no_identifier' AND source = "
        f"{quote_text(name)} ORDER BY part, coalesce(line, row) LIMIT 3"
    )
    return tuple(Example(name, str(part), line, record) for part, line, record in rows)


def shared_identifier(looking: Looking, again: Again) -> Iterator[Finding]:
    """Values that stand for many: those that are kept from linking already, and those that link too much."""
    rows = looking.rows(
        "SELECT kind, value, status, coalesce(blocked_because, ''), events, coalesce(people, 0) FROM identifiers"
        " WHERE status <> 'used' AND customer IS NULL AND events >= 5 ORDER BY events DESC, kind, value LIMIT 200"
    )
    total = sum(int(row[4]) for row in rows)
    if rows and total >= 0.001 * looking.events:
        worst = rows[0]
        examples = tuple(
            Example(
                what=f"{kind} {looking.identifier(value)}: {many(events, 'event')}"
                + (f" of {people:,} people" if people else "")
            )
            for kind, value, _, _, events, people in rows[:_NAMES]
        )
        yield Finding(
            "shared_identifier",
            graded(total / looking.events, 0.2, 0.02),
            str(worst[0]),
            f"{many(len(rows), 'identifier')} stand{s(len(rows))} for nobody or for many people, on "
            f"{many(total, 'event')}; {'it links' if len(rows) == 1 else 'they link'} nobody.",
            Effect(
                f"Where nothing else says who it was, these events ({share(total, looking.events)} of "
                "all) are nobody's "
                "or stay with a device.",
                total,
                looking.events,
                "events",
            ),
            looking.journey_line(
                f"{worst[0]}: {{blocked: […]}}, or shared_after: N",
                "identity",
                "identifiers",
                str(worst[0]),
                about="only if they are handled wrongly; better: leave the field empty in the export",
            ),
            {"values": len(rows), "events": total},
            examples,
        )
    yield from _too_many_devices(looking, again)


def _too_many_devices(looking: Looking, again: Again) -> Iterator[Finding]:
    """A customer with more identifiers of one kind than a person has, held together by one value."""
    rows = looking.rows(
        "SELECT i.customer, i.kind, count(*) AS n FROM identifiers i JOIN identity_kinds k USING (kind) "
        "WHERE i.customer"
        " IS NOT NULL AND i.kind NOT IN ('session_id', 'order_id', 'invoice_id', 'ticket_id') GROUP BY "
        "ALL HAVING n >= "
        f"{_MANY_WEAK} ORDER BY n DESC LIMIT 20"
    )
    for customer, kind, count in rows:
        value = looking.rows(
            "SELECT i.kind, i.value, i.events FROM identifiers i JOIN identity_kinds k USING (kind)"
            f" WHERE i.customer = {int(customer)} ORDER BY i.events DESC, k.place LIMIT 1"
        )[0]
        events = int(looking.store.value(f"SELECT events FROM customers WHERE customer = {int(customer)}"))
        yield Finding(
            "shared_identifier",
            Severity.WARNING,
            f"{value[0]}:{looking.identifier(value[1])}",
            f"One customer has {count:,} different values of {kind}: {value[0]} "
            f"{looking.identifier(value[1])} ties them "
            "together, and likely stands for many people.",
            effect(
                f"{many(events, 'event')} ({share(events, looking.events)}) of perhaps {count:,} people count as one "
                "customer's.",
                events,
                looking.events,
                "events",
                again.without_customers(np.array([customer])),
            ),
            looking.journey_line(
                f"{value[0]}: {{blocked: [{value[1] if looking.identifier(value[1]) == value[1] else 'the value'}]}}",
                "identity",
                "identifiers",
                str(value[0]),
                about="if it is nobody's own",
            ),
            {"values": int(count), "events": events},
            looking.examples(f"l.customer = {int(customer)}", "l.time"),
        )


def one_customer(looking: Looking, again: Again) -> Iterator[Finding]:
    """One with a large share of all events."""
    lengths = np.diff(looking.asking.trails.offset)
    have = lengths[lengths > 0]
    if len(have) < 5:
        return
    largest = int(lengths.argmax())
    events, all_events = int(lengths[largest]), int(have.sum())
    usual = float(np.median(have))
    if events < 50 or events < _LARGE * all_events or events < _MANY_TIMES * usual:
        return
    counts = looking.rows(
        f"SELECT source, event, count(*) FROM looked WHERE customer = {largest} GROUP BY ALL ORDER BY 3 DESC LIMIT 1"
    )[0]
    held = looking.rows(
        "SELECT kind, value, events FROM identifiers i JOIN identity_kinds k USING (kind) WHERE i.customer ="
        f" {largest} ORDER BY i.events DESC, k.place LIMIT 1"
    )
    kind, value = (str(held[0][0]), str(held[0][1])) if held else ("id", "")
    shown = looking.identifier(value)
    yield Finding(
        "one_customer",
        Severity.ERROR if events >= 0.5 * all_events else Severity.WARNING,
        looking.customer(largest),
        f"One customer ({kind} {shown}) has {events:,} of {all_events:,} events "
        f"({share(events, all_events)}); the usual "
        f"one has {usual:,.0f}.",
        effect(
            "Whatever is counted in events (touchpoints, repeats, value) is mostly theirs; as a customer "
            "they are one of "
            f"{len(have):,}.",
            events,
            all_events,
            "events",
            again.without_customers(np.array([largest])),
        ),
        looking.journey_line(
            f"exclude: \"id.{kind} = '{value if shown == value else '…'}'\"",
            "exclude",
            about="if it is a test, a robot or the shop itself; or blocked: under identity, if it stands for many",
        ),
        {
            "events": events,
            "of": all_events,
            "usual": usual,
            "mostly": f"{counts[1]} of {counts[0]} ({counts[2]:,})",
        },
        looking.examples(f"l.customer = {largest}", "l.time"),
    )


def bots(looking: Looking, again: Again) -> Iterator[Finding]:
    """Those who act as no person can, and those whose user agent says that they are a program."""
    agents = _by_agent(looking)
    told = {int(code) for codes, _, _ in agents.values() for code in codes}
    found = [one for one in suspects(looking.asking.trails) if one.customer not in told]
    found.sort(key=lambda one: -one.events)
    if found:
        yield _machines(looking, again, found)
    for column, (codes, events, sample) in agents.items():
        yield Finding(
            "bots",
            graded(events / looking.events, 0.2, 0.005),
            column,
            f"{many(len(codes), 'customer')} {have(len(codes))} a {column} that names a program: {sample}.",
            effect(
                f"{_they(len(codes))} {share(len(codes), looking.customers)} of customers and "
                f"{share(events, looking.events)} of events, seen as people who never go on.",
                events,
                looking.events,
                "events",
                again.without_customers(codes),
            ),
            looking.journey_line(
                f"exclude: \"regexp_matches({column}, '(?i)bot|crawl|spider|headless')\"", "exclude"
            ),
            {"customers": len(codes), "events": events},
            looking.examples(f"l.customer = {int(codes[0])}", "l.time"),
        )


def _they(count: int) -> str:
    return "It is" if count == 1 else "They are"


def _machines(looking: Looking, again: Again, found: list[Suspect]) -> Finding:
    codes = np.array([one.customer for one in found])
    events = sum(one.events for one in found)
    worst = found[0]
    held = looking.rows(
        "SELECT kind, value FROM identifiers i JOIN identity_kinds k USING (kind) WHERE i.customer ="
        f" {worst.customer} ORDER BY i.events DESC, k.place LIMIT 1"
    )
    kind, value = held[0] if held else ("anonymous_id", "")
    shown = value if looking.identifier(value) == value else "…"
    return Finding(
        "bots",
        graded(events / looking.events, 0.2, 0.005),
        looking.customer(worst.customer),
        f"{many(len(found), 'customer')} act{s(len(found))} as no person can: {worst.why}.",
        effect(
            f"{_they(len(found))} {share(len(found), looking.customers)} of customers and "
            f"{share(events, looking.events)} of events.",
            events,
            looking.events,
            "events",
            again.without_customers(codes),
        ),
        looking.journey_line(
            f"exclude: \"id.{kind} = '{shown}'\"",
            "exclude",
            about="or a rule over a property that all of them share",
        ),
        {"customers": len(found), "events": events},
        tuple(
            Example(customer=looking.customer(one.customer), what=f"{many(one.events, 'event')}: {one.why}")
            for one in found[:3]
        ),
    )


def _by_agent(looking: Looking) -> dict[str, tuple[Any, int, str]]:
    """Column → (customers who are still counted, their events, an example) for every column that says "agent"."""
    found: dict[str, tuple[Any, int, str]] = {}
    for column, kind in looking.asking.columns.items():
        if (
            kind != "VARCHAR"
            or not column.startswith(("properties.", "traits."))
            or "agent" not in column.lower()
        ):
            continue
        table = looking.table(
            f"SELECT l.customer, min(e.{quote_name(column)}) AS said FROM looked l JOIN event_log e"
            f" ON e.event_no = l.event_no WHERE l.placed AND regexp_matches(e.{quote_name(column)}, "
            f"{quote_text(AGENTS)})"
            " GROUP BY l.customer ORDER BY l.customer"
        )
        if table.num_rows:
            codes = table["customer"].to_numpy()
            lengths = np.diff(looking.asking.trails.offset)
            found[column] = codes, int(lengths[codes].sum()), looking.said(str(table["said"][0])[:60])
    return found


def identity_coverage(looking: Looking, again: Again) -> Iterator[Finding]:
    """A stage of anonymous customers before one of known ones: those who go on are not recognised."""
    known = np.asarray(
        looking.table("SELECT known FROM customers ORDER BY customer")["known"].to_numpy(
            zero_copy_only=False
        ),
        bool,
    )
    v = looking.asking.visits
    asked = (v.track == Track.JOURNEY) & ~v.skipped
    rows: list[tuple[str, int, int, int, int]] = []
    for place, stage in enumerate(looking.journey.stages):
        here = asked & (v.stage == place)
        who = known[v.customer[here]]
        on = np.asarray(v.outcome[here]) == Outcome.ADVANCED
        rows.append((stage.id, len(who), int(who.sum()), int((on & who).sum()), int((on & ~who).sum())))
    for before, after in pairwise(rows):
        name, entered, named, on_named, on_others = before
        if entered < 50 or after[1] < 20:
            continue
        share_here, share_next = named / entered, after[2] / after[1]
        others = entered - named
        if share_here > 0.5 or share_next < share_here + 0.3 or not others or not named:
            continue
        if wilson(on_others, others)[1] >= wilson(on_named, named)[0]:
            continue  # the anonymous go on like the known: they are recognised
        yield Finding(
            "identity_coverage",
            Severity.NOTE,
            name,
            f"Only {share(named, entered)} of the visits to {name} are of known customers, but "
            f"{share(after[2], after[1])} of those to {after[0]}: not everybody who goes on is recognised.",
            Effect(
                f"{share(on_others, others)} of anonymous visits advance, {share(on_named, named)} of known ones; the "
                f"rate of {name} lies between, and too low.",
                others,
                entered,
                "visits",
                (name,),
            ),
            looking.source_line(
                "identifiers: {anonymous_id: …, email: …}",
                _least_known(looking),
                "identifiers",
                about="events at which both are known (sign-in, order page, newsletter) link a device to a person",
            ),
            {
                "visits": entered,
                "known": named,
                **{f"known_share_{r[0]}": round(r[2] / r[1], 3) for r in rows if r[1]},
            },
        )


def _least_known(looking: Looking) -> str:
    """The source with most events of anonymous customers."""
    found = looking.rows(
        "SELECT l.source FROM looked l JOIN customers c ON c.customer = l.customer WHERE NOT c.known"
        " GROUP BY l.source ORDER BY count(*) DESC, l.source LIMIT 1"
    )
    return str(found[0][0]) if found else next(iter(looking.seen))


MAKERS = {
    "nobody": nobody,
    "shared_identifier": shared_identifier,
    "one_customer": one_customer,
    "bots": bots,
    "identity_coverage": identity_coverage,
}
