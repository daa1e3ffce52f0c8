"""What a command prints: tables and sentences for people, JSON for programs, progress on stderr."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from desirepath.core.estimate import Measured
from desirepath.core.times import say_duration

_WIDE = 200  # columns

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def console(*, error: bool = False) -> Console:
    """A console on stdout (or stderr). Markup is off: what customers wrote is never read as markup."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    # A file or a pipe has no width to fold a table to.
    return Console(stderr=error, markup=False, highlight=False, width=None if stream.isatty() else _WIDE)


def as_plain(value: Any) -> Any:
    """Anything the library answers as plain JSON data. NaN and infinities are null: they are no JSON."""
    if hasattr(value, "as_dict"):
        return as_plain(value.as_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name.lower()
    if isinstance(value, Mapping):
        return {str(k): as_plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return as_plain(value.tolist())
    if isinstance(value, np.generic):
        return as_plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Iterable):
        return [as_plain(item) for item in value]
    return str(value)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    json.dump(as_plain(value), sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "", right: Sequence[str] = ()
) -> None:
    """A table for people. Control characters in what customers wrote are shown, not obeyed."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for name in columns:
        table.add_column(
            name,
            justify="right" if name in right else "left",
            overflow="fold",
            no_wrap=name in (columns[0], *right),
        )
    for row in rows:
        table.add_row(*(Text(tame(str("" if value is None else value))) for value in row))
    console().print(table, soft_wrap=False)


def tame(text: str) -> str:
    """The text with every control character made visible: a name must not move the cursor."""
    return "".join(c if c.isprintable() or c == " " else f"\\x{ord(c):02x}" for c in text)


def say_share(measured: Measured) -> str:
    """A share with its interval: '39.3 % (38.9–39.7)'; or why there is none."""
    if not measured.known:
        return f"– {_why(measured)}"
    low, high = getattr(measured, "low", 0.0) * 100, getattr(measured, "high", 0.0) * 100
    return f"{getattr(measured, 'value', 0.0) * 100:.1f} % ({low:.1f}–{high:.1f})"


def say_time(measured: Measured) -> str:
    """A duration, or why there is none."""
    if not measured.known:
        return f"– {_why(measured)}"
    return say_duration(int(getattr(measured, "value", 0)))


def _why(measured: Measured) -> str:
    return str(getattr(measured, "reason", "")).replace("_", " ")


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Progress | None]:
    """A progress display on stderr, where a person is looking; None where nobody is or `quiet`."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        console=console(error=True),
        transient=True,
    ) as bar:
        yield bar


class Steps:
    """Shows the steps of a refresh (app.refresh.Say) on a progress bar; on a plain stderr a line a step."""

    def __init__(self, bar: Progress | None, *, quiet: bool) -> None:
        self._bar, self._quiet = bar, quiet
        self._task: Any = None if bar is None else bar.add_task("customers and stages", total=1.0, rate="")
        self._last, self._since = "", time.monotonic()

    def __call__(self, step: str, share: float) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=f"placing customers: {step}", completed=share)
        elif not self._quiet and step != self._last and time.monotonic() - self._since > 1:
            print(f"placing customers: {step} …", file=sys.stderr)
            self._since = time.monotonic()
        self._last = step
