"""The closed vocabularies of the table of words, with the codes that the engine stores for them."""

from __future__ import annotations

from enum import IntEnum, StrEnum

MAIN_JOURNEY = "main"  # the journey of journey.yaml, by name


class By(StrEnum):
    """Who did an event."""

    CUSTOMER = "customer"
    BUSINESS = "business"
    MACHINE = "machine"


class Outcome(IntEnum):
    """How a visit ended. IN_FLIGHT is not yet known: right-censored."""

    IN_FLIGHT = 0
    ADVANCED = 1
    LEFT = 2
    LAPSED = 3

    @property
    def word(self) -> str:
        """The word of the table: 'in_flight', 'advanced', 'left', 'lapsed'."""
        return self.name.lower()


class Track(IntEnum):
    """Which run a visit belongs to: the journey itself, or a repeat cycle after a purchase."""

    JOURNEY = 0
    REPEAT = 1


class Start(IntEnum):
    """How a pass began: the first; by new evidence after an earlier pass; or as a buyer's return."""

    FIRST = 0
    COMEBACK = 1
    RETURN = 2


class Rests(StrEnum):
    """What a cell of the map rests on."""

    OBSERVED = "observed"
    REPORTED = "reported"
    INFERRED = "inferred"
    ASSUMED = "assumed"


STAGES = ("awareness", "consideration", "decision", "retention", "advocacy")
