"""Journeys written to a file: which format its name asks for, and whose journeys.

In: an opened build and a path. Out: the file, as a whole or not at all, and how many journeys are in it.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from desirepath.app.identify import find_customer
from desirepath.app.logs.cases import Case, cases
from desirepath.app.logs.cjml import write_cjml
from desirepath.app.logs.xes import write_xes
from desirepath.app.whole_files import replaced
from desirepath.core.errors import NotFound, nearest

if TYPE_CHECKING:
    from desirepath.app.opened import Opened
    from desirepath.app.refresh import Say

FORMATS = {"xes": write_xes, "cjml": write_cjml}
_ENDINGS = {".xes": "xes", ".cjml": "cjml", ".xml": "cjml"}


def write_journeys(
    opened: Opened,
    path: Path,
    *,
    format: str | None = None,
    customers: Sequence[str] = (),
    reveal: bool = False,
    say: Say | None = None,
) -> int:
    """Write the journeys of all customers, or of those named (an id, or any identifier); how many there are.

    A name that ends in .gz is compressed. Raises NotFound for a format or a customer that nobody knows,
    WorkspaceError where the file cannot be written.
    """
    write = FORMATS[_known(format) if format else _format_of(path)]
    wanted = [find_customer(opened.store, name)[0] for name in customers] or None
    chosen = cases(opened, wanted, reveal=reveal)
    if say is not None:
        chosen = _told(chosen, len(wanted or ()) or opened.customers_with_events, say)
    with replaced(path) as beside, _opened(beside, packed=path.suffix.lower() == ".gz") as out:
        return write(out, opened.journey, chosen)


def _known(format: str) -> str:
    if format not in FORMATS:
        hint = nearest(format, FORMATS, "Formats")
        raise NotFound(f'journeys cannot be written as "{format}"', hint=hint, format=format)
    return format


def _format_of(path: Path) -> str:
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    found = _ENDINGS.get(name.suffix.lower())
    if found is None:
        hint = nearest(name.suffix.lower(), _ENDINGS, "Endings")
        raise NotFound(f'journeys cannot be written as "{path.name}"', hint=hint, format=name.suffix)
    return found


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    with path.open("wb") as plain:
        if not packed:
            yield plain
            return
        # Without a name and a time in it, the same journeys make the same bytes.
        with gzip.GzipFile("", "wb", 6, plain, mtime=0) as out:
            yield out  # type: ignore[misc]  # a file of bytes, whatever its stubs say


def _told(chosen: Iterable[Case], total: int, say: Callable[[str, float], None]) -> Iterator[Case]:
    for count, case in enumerate(chosen):
        if count % 1000 == 0:
            say("journeys", count / max(1, total))
        yield case
