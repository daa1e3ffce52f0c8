"""The pairing of promises done slowly: every closing event looks through all that was ever opened before it."""

from __future__ import annotations

from dataclasses import dataclass

from desirepath.core.times import FOREVER, NEVER


@dataclass
class End:
    """One end of a promise. at: when it counts; happened: what its record says; voided: NEVER for not."""

    pair: int
    at: int
    closes: bool
    happened: int
    event: int
    due: int = NEVER
    voided: int = NEVER


@dataclass
class Made:
    """A promise that was made, and what became of it."""

    event: int
    opened: int
    due: int
    voided: int
    closed: int = NEVER
    closing_event: int = -1


def paired(ends: list[End]) -> list[Made]:
    """First opened, first closed, within each pair. ends: in the order (pair, at, opening before closing)."""
    made: list[tuple[End, Made]] = []
    for end in ends:
        if not end.closes:
            made.append((end, Made(end.event, end.at, end.due, end.voided)))
            continue
        for opening, one in made:
            is_open = opening.pair == end.pair and one.closing_event == -1
            voided_by_now = one.voided != NEVER and one.voided <= end.at
            if is_open and not voided_by_now:
                one.closed, one.closing_event = max(end.happened, one.opened), end.event
                break
    return [one for _, one in made]


def wait_end(one: Made, at_most: int | None) -> int:
    """Until when the promise keeps its customer from lapsing."""
    ends = [instant for instant in (one.closed, one.voided) if instant != NEVER]
    if at_most is not None:
        ends.append(one.opened + at_most)
    return min(ends, default=FOREVER)
