"""The few words that identity answers with: what became of an identifier, of a link, and why."""

from __future__ import annotations

from enum import IntEnum

NOBODY = -1  # whose a sighting is that carries nothing but blocked values
BY_TIME = -2  # a sighting of a device that is split among people: each of its events has its own customer


class IdentifierStatus(IntEnum):
    """What an identifier is good for."""

    USED = 0
    BLOCKED = 1  # never an identifier: "null", a mailbox that answers nobody
    SHARED = 2  # real, but tied to too many people to say who somebody is

    @property
    def word(self) -> str:
        """'used', 'blocked' or 'shared'."""
        return self.name.lower()


class Strength(IntEnum):
    """How well a link is founded; the lower, the stronger."""

    STRONG = 0  # two known identifiers on one event: a record says that they are one person's
    DIRECT = 1  # a known identifier and a device, an order …
    INDIRECT = 2  # two things: an order on a device

    @property
    def word(self) -> str:
        """'strong', 'direct' or 'indirect'."""
        return self.name.lower()


class LinkStatus(IntEnum):
    """What became of a link."""

    JOINED = 0  # it made one customer of two
    REDUNDANT = 1  # its ends were one customer already
    REFUSED = 2

    @property
    def word(self) -> str:
        """'joined', 'redundant' or 'refused'."""
        return self.name.lower()


class Refusal(IntEnum):
    """Why a link was refused."""

    NONE = 0
    BLOCKED = 1
    SHARED = 2
    TWO_KNOWN = 3
    LIMIT = 4
    APART = 5
    SPLIT = 6

    @property
    def word(self) -> str:
        """'' for a link that was not refused, else a stable word."""
        return "" if self is Refusal.NONE else self.name.lower()


class Blocked(IntEnum):
    """Why a value is no identifier."""

    NO = 0
    WORD = 1
    ZEROS = 2
    PLACEHOLDER = 3
    ANSWERS_NOBODY = 4
    NO_EMAIL = 5
    NO_PHONE = 6
    JOURNEY = 7

    @property
    def word(self) -> str:
        """'' for a value that may be used, else a stable word."""
        return "" if self is Blocked.NO else self.name.lower()


BLOCKED_WORDS = {
    "word": "it stands for a missing value",
    "zeros": "it is all zeros and dashes",
    "placeholder": "it is a placeholder that many records share",
    "answers_nobody": "it is a mailbox that belongs to no customer",
    "no_email": "it is not an e-mail address",
    "no_phone": "it is not a phone number",
    "journey": "journey.yaml blocks it",
}
