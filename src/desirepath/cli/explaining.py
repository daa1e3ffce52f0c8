"""Explanations as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desirepath.cli.output import console, print_table, tame

if TYPE_CHECKING:
    from desirepath.app.explain import VisitExplained


def print_visits(visits: Sequence[VisitExplained]) -> None:
    """Each visit: where, how it ended, why, and the events behind it."""
    out = console()
    for visit in visits:
        track = "" if visit.track == "journey" else " · repeat cycle"
        out.print(
            f"{tame(visit.customer)} · {visit.stage} · {visit.outcome} · pass {visit.pass_no}{track}", style="bold"
        )
        for sentence in visit.because:
            out.print(f"  {tame(sentence)}")
        for event in visit.events:
            where = f"{event.source}: {event.file}, record {event.record}"
            out.print(tame(f"  · {event.time}  {event.event}  ({event.by}; {where})"), style="dim")
    if visits:
        out.print(f"Definition {visits[0].definition}.", style="dim")


__all__ = ["print_table", "print_visits"]
