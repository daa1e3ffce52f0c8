"""Explanations as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desirepath.cli.output import print_table, say

if TYPE_CHECKING:
    from desirepath.app.explain import VisitExplained
    from desirepath.identity.explain import CustomerExplained, LinkExplained


def print_visits(visits: Sequence[VisitExplained]) -> None:
    """Each visit: where, how it ended, why, and the events behind it."""
    for visit in visits:
        track = "" if visit.track == "journey" else " · repeat cycle"
        say(f"{visit.customer} · {visit.stage} · {visit.outcome} · pass {visit.pass_no}{track}", "bold")
        for sentence in visit.because:
            say(f"  {sentence}")
        for event in visit.events:
            where = f"{event.source}: {event.file}, record {event.record:,}"
            say(f"  · {_clock(event.time)}  {event.event}  ({event.by}; {where})", "dim")
    if visits:
        say(f"Times are those of {visits[0].time_zone}. Definition {visits[0].definition}.", "dim")


def _clock(time: str) -> str:
    """'2024-01-31 09:30:00+11:00' → '2024-01-31 09:30:00'; a day stays a day."""
    return time[:19]


def print_customer(found: CustomerExplained) -> None:
    """Who it is, by which identifiers and links; what was refused, and what changed."""
    say(found.summary, "bold")
    if found.excluded:
        say(f"Counts nowhere: {found.excluded}.", "yellow")
    rows = [
        (one.kind, one.value, one.status, one.events, f"{one.first_seen:%Y-%m-%d}", one.because)
        for one in found.identifiers
    ]
    print_table(("kind", "identifier", "status", "events", "first seen", "why"), rows, right=("events",))
    _print_links("Joined by", found.joined, len(found.joined))
    _print_links("Refused", found.refused, found.refused_in_all)
    for change in found.changes:
        say(f"{change.known_at:%Y-%m-%d %H:%M}  {change.change}: {change.because}")
    for decision in found.decisions:
        sides = f"{', '.join(decision.one)} and {', '.join(decision.other)}"
        say(f"{decision.known_at:%Y-%m-%d %H:%M}  kept apart by decision: {sides}")


def _print_links(title: str, links: Sequence[LinkExplained], in_all: int) -> None:
    if not links:
        return
    say(f"{title}:")
    for link in links:
        theirs = f" (customer {link.other_customer})" if link.other_customer else ""
        say(f"  {link.one} — {link.other}{theirs}: {link.because}")
    if in_all > len(links):
        say(f"  … and {in_all - len(links):,} more")
