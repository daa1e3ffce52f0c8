"""How much memory and disk may the event store's database take, and how long may it be waited for?

In: the machine, its control group, the disk, three settings of the environment. Out: DuckDB's words for both limits:
half of what there is, unless somebody says; and seconds. What does not fit the memory is written beside the store;
what fits neither is an error, never a full disk.
"""

from __future__ import annotations

import math
import os
import re
import shutil
from functools import cache
from pathlib import Path

from desirepath.core.errors import WorkspaceError

WAIT = 10.0  # seconds that another program may hold the store before that is an error
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])i?B?", re.I)
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_LEAST = 512 * 2**20  # with less than that no load of any size is pleasant
_GROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_limit() -> str:
    """The most memory for the database: DESIREPATH_MEMORY, or half of the machine's or of its control group's.

    Raises WorkspaceError where the setting is no size.
    """
    return _written(
        _said("DESIREPATH_MEMORY", os.environ.get("DESIREPATH_MEMORY")) or max(_LEAST, _memory() // 2)
    )


def spill_limit(folder: Path) -> str:
    """The most disk that may be filled with what does not fit the memory: DESIREPATH_SPILL, or half of what is free.

    The same for the life of the process: all connections to a database must agree. Raises WorkspaceError as above.
    """
    return _written(
        _said("DESIREPATH_SPILL", os.environ.get("DESIREPATH_SPILL")) or _half_of_disk(folder.resolve())
    )


def waiting() -> float:
    """For how many seconds to wait for another program that has the store open: DESIREPATH_WAIT, or ten.

    Raises WorkspaceError where the setting is no number.
    """
    text = os.environ.get("DESIREPATH_WAIT") or str(WAIT)
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if math.isnan(found):  # nothing is ever later than that
        raise WorkspaceError(
            f'DESIREPATH_WAIT is "{text}", which is no number.',
            hint="Write seconds, like DESIREPATH_WAIT=30.",
        )
    return found


def _said(name: str, text: str | None) -> int | None:
    """The bytes that a setting says; None where it is not set."""
    if not text:
        return None
    found = _SIZE.fullmatch(text.strip())
    if not found or float(found[1]) == 0:
        raise WorkspaceError(
            f'{name} is "{text}", which is no size.', hint=f"Write it like {name}=4GB or {name}=800MB."
        )
    return int(float(found[1]) * _UNITS[found[2].upper()])


def _written(size: int) -> str:
    return f"{max(1, size // 2**20)}MiB"


def _memory() -> int:
    """Bytes that this process may hope for: a container's share, where it has one."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not every system says
        found = 8 * 2**30
    for path in _GROUPS:
        try:
            found = min(found, int(path.read_text("ascii")))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return found


@cache
def _half_of_disk(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return max(_LEAST, shutil.disk_usage(folder).free // 2)
