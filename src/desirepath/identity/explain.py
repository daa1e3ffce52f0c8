"""Why is this one customer, and why not that one too? In plain words.

Shapes of the answer, and the sentences. Nothing is decided here: the facts are those that resolving kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from desirepath.identity.reasons import BLOCKED_WORDS
from desirepath.identity.rules import Rules


@dataclass(frozen=True, slots=True)
class IdentifierExplained:
    """One identifier. status: used, blocked, shared. because: a sentence. sources: (source, events)."""

    kind: str
    value: str
    status: str
    because: str
    first_seen: datetime
    last_seen: datetime
    events: int
    sources: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LinkExplained:
    """Two identifiers that were seen together; `other_customer`: whose the far one is, where it is another's."""

    one: str
    other: str
    strength: str
    first_seen: datetime
    events: int
    status: str
    why: str | None
    because: str
    other_customer: str | None


@dataclass(frozen=True, slots=True)
class ChangeExplained:
    """What became of a customer between two refreshes. change: merged, renamed, split, moved."""

    known_at: datetime
    change: str
    from_id: str
    into_id: str
    identifiers: int
    because: str


@dataclass(frozen=True, slots=True)
class DecisionExplained:
    """Somebody decided to keep these identifiers apart."""

    number: int
    by: str
    known_at: datetime
    one: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomerExplained:
    """The whole answer. id is None where what was asked for is an identifier that makes no customer.

    refused: the first links that were refused, in their order; refused_in_all: how many there are.
    excluded: as what, by which rule and event, where the customer counts nowhere.
    """

    asked: str
    id: str | None
    known: bool
    named_after: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    events: int
    summary: str
    identifiers: tuple[IdentifierExplained, ...]
    joined: tuple[LinkExplained, ...]
    refused: tuple[LinkExplained, ...]
    refused_in_all: int
    changes: tuple[ChangeExplained, ...]
    decisions: tuple[DecisionExplained, ...]
    excluded: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def say_identifier(kind: str, value: str) -> str:
    """'email:ana@shop.com', as one may type it."""
    return f"{kind}:{value}"


def why_identifier(row: Mapping[str, Any], rules: Rules, named_after: int | None) -> str:
    """Why an identifier is (not) part of a customer. row: of `identifiers`."""
    if row["status"] == "blocked":
        return f"never an identifier: {BLOCKED_WORDS[row['blocked_because']]}"
    kind = rules.kind(row["kind"])
    if row["status"] == "shared":
        return f"shared: seen with {row['people']} known people, more than {kind.shared_after}, so it links nobody"
    if row["customer"] is None:
        return "every event that carries it is another customer's, by a stronger identifier"
    if row["identifier"] == named_after:
        return "the customer is named after it"
    named = "names the customer" if kind.known else "a thing, not a name"
    if row["people"] > 1 and not kind.known:
        return f"{named}; seen with {row['people']} known people, {_past(rules)}"
    return named


def _past(rules: Rules) -> str:
    return {
        "graph": "it went to the first of them",
        "last_known": "it went to the last of them",
        "device_split": "its anonymous events go to whoever was known on it last before",
    }[rules.anonymous_past]


_STRENGTH = {
    "strong": "both name the customer and stood on one event",
    "direct": "one names the customer, and both stood on one event",
    "indirect": "neither names a customer, but both stood on one event",
}


def why_link(row: Mapping[str, Any], rules: Rules) -> str:
    """Why a link joined, or was refused. row: of identity_ask.links_of."""
    if row["status"] != "refused":
        return _STRENGTH[row["strength"]]
    why = row["why"]
    if why in ("blocked", "shared"):
        end = "a" if row["status_a"] == why else "b"
        name = say_identifier(row[f"kind_{end}"], row[f"value_{end}"])
        if why == "blocked":
            return f"{name} is never an identifier: {BLOCKED_WORDS[row[f'because_{end}']]}"
        return f"{name} is shared by {row[f'people_{end}']} known people, so it links nobody"
    if why == "limit":
        most = rules.kind(row["detail"]).limit
        return f"together they would have more than {most} {row['detail']} (the limit for one customer)"
    if why == "two_known":
        return "each is tied to another known person, and a device or an order never joins two"
    if why == "apart":
        return "somebody decided to keep them apart"
    return "the device is split among several people: what happened on it follows the time"


def why_change(row: Mapping[str, Any]) -> str:
    """Why customers became one or were divided. row: of identity_changes."""
    if row["kind_a"] is None:
        return {
            "merged": "their identifiers were seen together",
            "renamed": "an identifier that is stronger, or was seen earlier, came to be known",
            "split": "what tied them no longer holds",
            "moved": "a stronger or earlier link ties them elsewhere",
        }[row["change"]]
    one = say_identifier(row["kind_a"], row["value_a"])
    other = say_identifier(row["kind_b"], row["value_b"])
    if row["status"] == "refused":
        reason = {
            "apart": "somebody decided to keep them apart",
            "limit": "the customer would exceed a limit",
            "two_known": "each is tied to another known person",
            "shared": "one of them turned out to be shared",
            "blocked": "one of them is blocked",
            "split": "the device is split among several people",
        }[row["why"]]
        return f"the link of {one} and {other} does not hold: {reason}"
    return f"{one} and {other} were seen together"
