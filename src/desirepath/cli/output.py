"""What a command prints: tables and sentences for people, JSON for programs, progress on stderr.

On a terminal, tables fit its width: cells fold, and where that is too narrow each row becomes a small list. In a
file or a pipe each row is one line, however long.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from unicodedata import category

from desirepath.app.plain import as_plain
from desirepath.core.estimate import Measured
from desirepath.core.times import AT_ONCE, say_duration

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_ENDLESS = 1_000_000  # columns of a file: it has no width to fold to
_GAP = 2  # columns of space after each column of a table
_FOLDED = 24  # columns: a text may be folded to this, and no further


def width_of(stream: Any) -> int | None:
    """The width to print in: the terminal's (None: rich asks), COLUMNS where that is set, else no limit."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    return None if stream.isatty() else _ENDLESS


def console(*, error: bool = False) -> Console:
    """A console on stdout (or stderr). Markup is off: what customers wrote is never read as markup."""
    from rich.console import Console

    class Piped(Console):
        """Lets the program see that its reader has gone."""

        def on_broken_pipe(self) -> None:
            raise

    stream = sys.stderr if error else sys.stdout
    return Piped(file=stream, markup=False, highlight=False, emoji=False, width=width_of(stream))


def say(text: str, style: str | None = None, *, error: bool = False) -> None:
    """A sentence. Control characters in it are shown, not obeyed; lines break where the terminal breaks them."""
    stream = sys.stderr if error else sys.stdout
    lines = "\n".join(tame(line) for line in text.split("\n"))
    if style is None or not stream.isatty():
        print(lines, file=stream)  # rich need not be imported
    else:
        console(error=error).print(lines, style=style, soft_wrap=True)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") not in ("utf8", "")
    json.dump(as_plain(value), sys.stdout, ensure_ascii=plain, indent=2, allow_nan=False)
    sys.stdout.write("\n")


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """A table for people. Control characters in what customers wrote are shown, not obeyed.

    right: the columns of numbers: they stand on the right and are never folded, nor is the first column.
    """
    from rich.cells import cell_len

    cells = [[tame(_text(value)) for value in row] for row in rows]
    columns = [tame(name) for name in columns]
    out = console()
    wide = [max(cell_len(name), *(cell_len(row[i]) for row in cells), 0) for i, name in enumerate(columns)]
    least = [
        w if i == 0 or name in right else min(w, _FOLDED)
        for i, (name, w) in enumerate(zip(columns, wide, strict=True))
    ]
    parts = _in_parts(least, out.width)
    if len(parts) == 1 or (parts and least == wide):
        for place, part in enumerate(parts):
            if place:
                print()
            _print_grid(out, [columns[i] for i in part], [[row[i] for i in part] for row in cells], right)
    else:
        _print_lists(columns, cells, right, out.width)


def _in_parts(widths: Sequence[int], most: int) -> list[list[int]]:
    """Which columns stand side by side: all, or one table under another, each with the first column; [] if none fit."""
    parts: list[list[int]] = [[0]] if len(widths) == 1 else []
    for i in range(1, len(widths)):
        if parts and sum(widths[k] + _GAP for k in (*parts[-1], i)) <= most:
            parts[-1].append(i)
        elif widths[0] + widths[i] + 2 * _GAP <= most:
            parts.append([0, i])
        else:
            return []
    return parts


def _print_grid(
    out: Console, columns: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[str]
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        kept = name == columns[0] or name in right
        table.add_column(
            name,
            justify="right" if name in right else "left",
            overflow="fold",
            no_wrap=kept,
            min_width=None
            if kept
            else min(_FOLDED, max([len(name), *(len(row[columns.index(name)]) for row in cells)])),
        )
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    with out.capture() as drawn:
        out.print(table)
    for line in drawn.get().splitlines():
        print(line.rstrip())


def _print_lists(
    columns: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[str], width: int
) -> None:
    """Each row as a small list under its first cell, for terminals that are too narrow for the table."""
    label = max((len(name) for name in columns[1:]), default=0)
    room = max(_FOLDED, width - label - 4)
    for row in cells:
        print(row[0])
        for name, cell in zip(columns[1:], row[1:], strict=True):
            lines = [cell] if name in right else wrap(cell, room) or [""]
            for place, line in enumerate(lines):
                print(f"  {'' if place else name:<{label}}  {line}".rstrip())


def _text(value: Any) -> str:
    """A cell: numbers with separators, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def tame(text: str) -> str:
    """The text with every control character made visible: a name must not move the cursor."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or category(c) == "Zs" else _escaped(ord(c)) for c in text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def say_share(measured: Measured) -> str:
    """A share with its interval: '39.3 % (38.9–39.7)'; or why there is none."""
    if not measured.known:
        return _why(measured)
    low, high = getattr(measured, "low", 0.0) * 100, getattr(measured, "high", 0.0) * 100
    return f"{getattr(measured, 'value', 0.0) * 100:.1f} % ({low:.1f}–{high:.1f})"


def say_time(measured: Measured) -> str:
    """A duration, or why there is none."""
    if not measured.known:
        return _why(measured)
    value = int(getattr(measured, "value", 0))
    return say_duration(value) if value else AT_ONCE


def _why(measured: Measured) -> str:
    """'– too few (n 3 of 20)': never a zero where there is no answer."""
    reason = str(getattr(measured, "reason", "")).replace("_", " ")
    n, needed = getattr(measured, "n", 0), getattr(measured, "needed", 0)
    return f"– {reason} (n {n} of {needed})" if needed else f"– {reason}"


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Progress | None]:
    """A progress display on stderr, where a person is looking; None where nobody is or `quiet`."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        console=console(error=True),
        transient=True,
    ) as bar:
        yield bar


class Steps:
    """Shows the steps of a long task (app.refresh.Say) on a progress bar; on a plain stderr a line a step.

    What takes less than a second is not worth a line.
    """

    def __init__(self, bar: Progress | None, *, quiet: bool, doing: str = "placing customers") -> None:
        self._bar, self._quiet, self._doing = bar, quiet, doing
        self._task: Any = None
        self._last, self._since = "", time.monotonic()

    def __call__(self, step: str, share: float) -> None:
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task(self._doing, total=1.0, rate="")
            self._bar.update(self._task, description=f"{self._doing}: {step}", completed=share)
        elif not self._quiet and step != self._last and time.monotonic() - self._since > 1:
            print(f"{self._doing}: {step} …", file=sys.stderr)
            self._since = time.monotonic()
        self._last = step
