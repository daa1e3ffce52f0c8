"""What a load and the demo say to people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desirepath.cli.output import print_table, say, tame

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
            bar.update(task, description=f"loading {tame(at.source)}", completed=at.share, rate=rate)
        elif at.seconds - said >= _PLAIN_EVERY:
            said = at.seconds
            left = "" if at.seconds_left is None else f", {at.seconds_left:.0f} s left"
            print(f"loading {at.source}: {at.share:.0%}, {rate}{left}", file=sys.stderr)

    return show


def print_summary(summary: LoadSummary, folder: Path, *, finished: bool = True) -> None:
    """What each source brought, and what to do about what it did not."""
    metrics = any(s.metrics for s in summary.sources)
    columns: tuple[str, ...] = ("source", "files", "rows", "new events", "known", "corrected", "set aside")
    rows: list[tuple[object, ...]] = [
        (s.source, s.parts, s.rows, s.events, s.known, s.corrected, s.rejected)
        for s in summary.sources
    ]  # fmt: skip
    if metrics:
        columns = (*columns[:4], "new metrics", *columns[4:])
        rows = [(*row[:4], s.metrics, *row[4:]) for row, s in zip(rows, summary.sources, strict=True)]
    if any(s.rows or s.events or s.corrected for s in summary.sources):
        print_table(columns, rows, right=columns[1:])
        print()
    elif rows:
        files = sum(s.parts for s in summary.sources)
        say(f"Nothing is new: files {files:,}, sources {len(rows):,}.")
    for source in summary.sources:
        for note in source.notes:
            say(f"{source.source}: {note}")
    if summary.removed:
        say(f"No longer in sources.yaml, and so no longer counted: {', '.join(summary.removed)}.")
    if summary.rejected:
        records = "1 record was" if summary.rejected == 1 else f"{summary.rejected:,} records were"
        say(f"{records} set aside. See why: desirepath rejects {folder}")
    rate = (
        f" ({summary.rows / summary.seconds:,.0f} rows a second)" if summary.rows and summary.seconds else ""
    )
    if summary.events:
        events = "1 new event" if summary.events == 1 else f"{summary.events:,} new events"
        say(f"{events} in {summary.seconds:.1f} s{rate}.")
    for placed in summary.placed:
        say(f"{placed.journey}: {placed}" if len(summary.placed) > 1 else str(placed))
    if finished:
        say(f"Next: desirepath map {folder}")


def print_demo(demo: Demo) -> None:
    """What the demo found, in a few lines, and where the map is."""
    say(
        f"{demo.title}: {demo.events:,} events of {demo.customers:,} customers from {demo.sources} sources; "
        f"{demo.rejected:,} bad records set aside."
    )
    for sentence in demo.findings:
        say(f"  {sentence}")
    say(f"The map: {demo.map_path.resolve().as_uri()}", "bold")
    say(f"Look further: desirepath stages {demo.folder} · desirepath rejects {demo.folder}")
