"""What a load and the demo say to people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desirepath.cli.output import console, print_table, tame

if TYPE_CHECKING:
    from rich.progress import Progress

    from desirepath.app.demo import Demo
    from desirepath.app.load import LoadProgress, LoadSummary

_PLAIN_EVERY = 5.0  # seconds between lines where nobody watches a bar


def show_loading(bar: Progress | None, *, quiet: bool) -> Callable[[LoadProgress], None] | None:
    """Shows a load's progress with its rate and time left: a bar for people, now and then a line for logs."""
    if quiet:
        return None
    task: Any = None
    said = 0.0

    def show(at: LoadProgress) -> None:
        nonlocal task, said
        rate = f"{at.bytes_per_second / 1e6:.1f} MB/s"
        if bar is not None:
            if task is None:
                task = bar.add_task("loading", total=1.0, rate=rate)
            bar.update(task, description=f"loading {at.source}", completed=at.share, rate=rate)
        elif at.seconds - said >= _PLAIN_EVERY:
            said = at.seconds
            left = "" if at.seconds_left is None else f", {at.seconds_left:.0f} s left"
            print(f"loading {at.source}: {at.share:.0%}, {rate}{left}", file=sys.stderr)

    return show


def print_summary(summary: LoadSummary, folder: Path) -> None:
    """What each source brought, and what to do about what it did not."""
    columns = ("source", "files", "rows", "new events", "known", "corrected", "set aside")
    rows = [
        (
            s.source,
            s.parts,
            f"{s.rows:,}",
            f"{s.events:,}",
            f"{s.known:,}",
            f"{s.corrected:,}",
            f"{s.rejected:,}",
        )
        for s in summary.sources
    ]
    print_table(columns, rows, right=columns[1:])
    out = console()
    for source in summary.sources:
        for note in source.notes:
            out.print(f"{source.source}: {tame(note)}")
    if summary.removed:
        out.print(f"No longer in sources.yaml, and so no longer counted: {', '.join(summary.removed)}.")
    if summary.rejected:
        out.print(f"{summary.rejected:,} records were set aside. See why: desirepath rejects {folder}")
    rate = summary.rows / summary.seconds if summary.seconds else 0.0
    out.print(f"{summary.events:,} new events in {summary.seconds:.1f} s ({rate:,.0f} rows a second).")
    out.print(f"Next: desirepath map {folder}")


def print_demo(demo: Demo) -> None:
    """What the demo found, in a few lines, and where the map is."""
    out = console()
    out.print(
        f"{demo.title}: {demo.events:,} events of {demo.customers:,} customers from {demo.sources} sources; "
        f"{demo.rejected:,} bad records set aside."
    )
    for sentence in demo.findings:
        out.print(f"  {tame(sentence)}")
    out.print(f"The map: {demo.map_path.resolve().as_uri()}", style="bold")
    out.print(f"Look further: desirepath stages {demo.folder} · desirepath rejects {demo.folder}")
