"""What of a customer may be shown: all of it on purpose, otherwise nothing that names a person.

In: ids, identifiers, traits, properties, words. Out: the same, masked. One value has one mask within a workspace, so
that two places which show the same e-mail can be told to be the same. The rules are those of `desirepath sql` and of
the map.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from desirepath.app.personal import is_personal
from desirepath.identity.explain import say_identifier
from desirepath.journey_map.text import clean_text, mask_customer, mask_text


@dataclass(frozen=True, slots=True)
class Said:
    """A trait or property as it may be shown. at: when it was told, µs. masked: it is hidden for now."""

    name: str
    value: str
    masked: bool
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Masking:
    """reveal: personal data as they are. salt: of the store; zone: of the journey, for values that are times."""

    reveal: bool
    salt: str
    zone: str

    def customer(self, id: str) -> str:
        """A customer's id."""
        return id if self.reveal else mask_customer(id)

    def value(self, text: str) -> str:
        """Something that names a person, such as an identifier: '•••3fa2'."""
        if self.reveal:
            return clean_text(text)
        digest = blake2b(text.encode("utf-8", "replace"), key=self.salt.encode()[:64], digest_size=2)
        return f"•••{digest.hexdigest()}"

    def words(self, text: str) -> str:
        """What a customer wrote: without e-mail addresses, phone and other long numbers."""
        return clean_text(text) if self.reveal else mask_text(clean_text(text))

    def exclusion(self, text: str) -> str:
        """Why somebody is excluded: the rule may name a person, the event after it is named by its kind and day."""
        rule, colon, event = text.rpartition("): ")
        return f"{self.words(rule)}{colon}{event}" if colon else text

    def said(self, name: str, value: object, at: int | None = None) -> Said:
        """A trait or property, by its bare name."""
        text = self._text(value)
        if self.reveal or not is_personal(name, value):
            return Said(name, clean_text(text), False, at)
        return Said(name, self.value(text), True, at)

    def sentence(self, text: str, named: Iterable[tuple[str, str]]) -> str:
        """A sentence about these identifiers (kind, value): 'email:ana@…' becomes 'email:•••3fa2'."""
        if self.reveal:
            return clean_text(text)
        hidden: Mapping[str, str] = {
            say_identifier(kind, value): say_identifier(kind, self.value(value)) for kind, value in named
        }
        for one in sorted(hidden, key=len, reverse=True):
            text = text.replace(one, hidden[one])
        return clean_text(text)

    def identifier(self, text: str) -> str:
        """'email:ana@…' as 'email:•••3fa2'."""
        kind, _, value = text.partition(":")
        return say_identifier(kind, self.value(value))

    def _text(self, value: object) -> str:
        if isinstance(value, datetime):
            at = value if value.tzinfo else value.replace(tzinfo=UTC)
            return at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return str(value)
