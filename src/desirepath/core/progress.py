"""How far is a long answer? What works it out tells, whoever asked hears of it, and can stop it there.

In: `tell(...)` in a loop of a measure. Out: a call of what `heard_by` was given; nothing where nobody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Say = Callable[[str, float], None]  # what is being done, and how much of all is done: 0 … 1
_SAY: ContextVar[Say | None] = ContextVar("desirepath_progress", default=None)


@contextmanager
def heard_by(say: Say) -> Iterator[None]:
    """Within, `tell` calls `say`. What `say` raises ends the work."""
    before = _SAY.set(say)
    try:
        yield
    finally:
        _SAY.reset(before)


def tell(step: str, share: float) -> None:
    """Say what is being done, and how much of all is done."""
    say = _SAY.get()
    if say is not None:
        say(step, share)
