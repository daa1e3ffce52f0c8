"""Numbers of any measure in words: a share as percent, a difference of shares as points, a wait as days.

In: an estimate and the unit that a measure has. Out: words, with a true minus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desirepath.core.estimate import Estimate, Measured

if TYPE_CHECKING:
    from desirepath.journey_map.document import Unit


def in_words(one: Measured, unit: str, currency: str | None) -> str:
    """One number, or why there is none."""
    from desirepath.journey_map.say import of

    return of(one, _unit(unit), currency).replace("\xa0", " ")


def apart_in_words(one: Measured, unit: str, currency: str | None) -> tuple[str, str]:
    """(a difference with its sign, its interval); why there is none, and nothing."""
    from desirepath.journey_map.document import Unit
    from desirepath.journey_map.say import MINUS, apart, span

    kind = Unit.POINTS if unit in ("share", "points") else _unit(unit)
    told, ends = (
        text.replace("\xa0", " ") for text in (apart(one, kind, currency), span(one, kind, currency))
    )
    if isinstance(one, Estimate) and one.value > 0 and told[:1] not in ("+", MINUS):
        told = f"+{told}"
    return told, ends


def _unit(unit: str) -> Unit:
    from desirepath.journey_map.document import Unit

    return {
        "share": Unit.SHARE,
        "points": Unit.POINTS,
        "score": Unit.SCORE,
        "money": Unit.MONEY,
        "duration": Unit.DURATION,
        "ease": Unit.EMOTION,
    }[unit]
