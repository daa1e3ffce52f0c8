"""What a column says of each event, to be told by its values: groups, steps, what gets the credit.

In: the name of a column of the data. Out: its codes, and its values as they may be shown. Nobody is told by a column
that names people: identifiers, and names, addresses, phones (`app/personal.py` is the rule); it is refused. In every
other column a value that reaches a person is masked, and links and texts are without addresses and long numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desirepath.app.customers.masking import Masking
from desirepath.app.personal import names_person, reaches_person, speaks
from desirepath.app.questions.question import QuestionError
from desirepath.journey_map.text import mask_text

if TYPE_CHECKING:
    from desirepath.app.layers import Codes, Int64
    from desirepath.app.opened import Opened


def can_part(name: str) -> bool:
    """Whether a column of the data, by its whole name, can tell groups: a trait or property that names nobody."""
    group, _, bare = name.partition(".")
    return group in ("traits", "properties") and not names_person(bare)


def said_in(opened: Opened, name: str, *, refused: str, hint: str, at: Int64 | None = None) -> Codes:
    """A column by its whole name: a trait as it was last told by then, anything else as the event itself has it.

    Its labels are values as they were stored: what is shown of them goes through `shown`. refused: what it is not
    ("it is no group"). at: of these events only. Raises QuestionError for a column that names people.
    """
    group, _, bare = name.partition(".")
    if group == "id":
        raise QuestionError(f"{name} names customers: {refused}", hint=hint, by=name)
    if bare and names_person(bare):
        raise QuestionError(
            f"{name} names people: {refused}",
            hint=f"{hint} If it names nobody, call it otherwise in sources.yaml.",
            by=name,
        )
    if at is not None:
        return opened.layers.told_at(name, at)
    return opened.layers.said(name) if group == "traits" else opened.layers.codes(name)


def shown(opened: Opened, name: str, values: Sequence[str]) -> tuple[str, ...]:
    """Values of such a column as they may be shown; two different values stay different."""
    group, _, bare = name.partition(".")
    if group not in ("traits", "properties"):
        return tuple(values)
    masking = Masking(False, str(opened.store.meta("store")), opened.journey.time_zone)
    wordy, found = speaks(bare), dict[str, None]()
    for value in values:
        text = value
        if wordy:
            bared = mask_text(value)
            text = value if bared == value else f"{bared} {masking.value(value)}"
        elif reaches_person(value):
            text = masking.value(value)
        one, again = text, 1
        while one in found:  # the masks are short: two values may have one
            again += 1
            one = f"{text} ({again})"
        found[one] = None
    return tuple(found)
