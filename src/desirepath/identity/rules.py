"""By which identifiers do we know a customer, and how far do we trust each kind?

In: what journey.yaml says of identity, and the kinds that events carry. Out: Rules, the kinds from the
strongest to the weakest, each with its limit. Known kinds name a person (or an account) and always come
before weak ones, which name a thing: a device, an order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from desirepath.core.errors import DefinitionError, Problem
from desirepath.core.file_names import JOURNEY

AnonymousPast = Literal["graph", "last_known", "device_split"]
CustomerIs = Literal["person", "account"]


class Form(StrEnum):
    """How the values of a kind are made alike before they are compared."""

    PLAIN = "plain"  # trimmed, Unicode NFC; upper and lower case differ
    EMAIL = "email"  # trimmed, NFC, lower case
    PHONE = "phone"  # E.164 where the number allows it


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of identifier.

    known: it names a person (an account, where customers are accounts), not a device or an order.
    limit: the most values of this kind that one customer may have; None: any number.
    shared_after: a value tied to more known people than this is shared and links nobody; None: never.
    blocked: values, or /regular expressions/, that are never identifiers; beside the built-in ones.
    """

    name: str
    known: bool = False
    limit: int | None = None
    shared_after: int | None = 5
    blocked: tuple[str, ...] = ()
    form: Form = Form.PLAIN


@dataclass(frozen=True, slots=True)
class Rules:
    """All that decides who is who.

    kinds: from the strongest to the weakest, known ones first.
    anonymous_past: whose the anonymous events of a device are, where several people were known on it.
    phone_region: the country ("AU") of phone numbers written without one.
    unused: kinds that events carry and that make no customers (the account, where customers are persons).
    customer: what a customer is.
    """

    kinds: tuple[Kind, ...]
    anonymous_past: AnonymousPast = "graph"
    phone_region: str | None = None
    unused: tuple[str, ...] = ()
    customer: CustomerIs = "person"

    @property
    def names(self) -> tuple[str, ...]:
        """The kinds' names, strongest first."""
        return tuple(kind.name for kind in self.kinds)

    def kind(self, name: str) -> Kind:
        """One kind by name. Raises KeyError."""
        for kind in self.kinds:
            if kind.name == name:
                return kind
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Apart:
    """A decision: no identifier of one side may be one customer with any of the other side.

    sides: two groups of (kind, value); values made alike.
    """

    number: int
    sides: tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


# Strongest first. A kind that is not here is weak, unlimited, and comes after the named weak ones.
# Limits: an internal id is one a customer (as Segment has it); five addresses or numbers are a person,
# fifty are a mailbox of a company; browsers forget their cookies, so a person has many of those.
_DEFAULTS = (
    Kind("account_id", known=True, limit=1),
    Kind("customer_id", known=True, limit=1),
    Kind("user_id", known=True, limit=1),
    Kind("member_id", known=True, limit=5),
    Kind("loyalty_id", known=True, limit=5),
    Kind("contact_id", known=True, limit=5),
    Kind("lead_id", known=True),
    Kind("email", known=True, limit=5, form=Form.EMAIL),
    Kind("phone", known=True, limit=5, form=Form.PHONE),
    Kind("order_id"),
    Kind("invoice_id"),
    Kind("subscription_id"),
    Kind("booking_id"),
    Kind("ticket_id"),
    Kind("conversation_id"),
    Kind("call_id"),
    Kind("device_id", limit=20),
    Kind("push_token", limit=50),
    Kind("anonymous_id", limit=100),
    Kind("cookie_id", limit=100),
    Kind("session_id"),
)
_ORDER = {kind.name: place for place, kind in enumerate(_DEFAULTS)}
_OTHER_NAMES = {
    "mail": "email", "e_mail": "email", "email_address": "email", "mobile": "phone", "mobile_phone": "phone",
    "phone_number": "phone", "telephone": "phone", "device": "device_id", "company_id": "account_id",
    "organisation_id": "account_id", "organization_id": "account_id", "group_id": "account_id",
    "tenant_id": "account_id", "cookie": "cookie_id", "client_id": "anonymous_id", "visitor_id": "anonymous_id",
    "uid": "user_id", "order": "order_id", "ticket": "ticket_id",
}  # fmt: skip


def default_kind(name: str, customer: CustomerIs = "person") -> Kind:
    """What we take a kind to be, by its name, until the journey says otherwise.

    Where customers are accounts, an account has as many people, addresses and devices as it likes:
    only the account's own id keeps its limit.
    """
    plain = name.lower()
    alias = _OTHER_NAMES.get(plain, plain)
    kind = _DEFAULTS[_ORDER[alias]] if alias in _ORDER else Kind(name)
    if customer == "account" and alias != "account_id":
        kind = replace(kind, limit=None)
    return replace(kind, name=name)


def rules_for(
    present: Iterable[str],
    declared: Mapping[str, Mapping[str, object]] | None = None,
    *,
    customer: CustomerIs = "person",
    anonymous_past: AnonymousPast = "graph",
    phone_region: str | None = None,
) -> Rules:
    """The rules for a workspace.

    present: the kinds that events carry. declared: the kinds that the journey names, strongest first, with
    only those settings (known, limit, shared_after, blocked) that it sets; the rest is by default.
    Where customers are persons, an account's id is no identifier unless declared: it would make one
    customer of a whole firm. Raises DefinitionError for a setting that cannot be meant.
    """
    settings = declared or {}
    kinds = [_declared(name, values, customer) for name, values in settings.items()]
    found = sorted(set(present) - set(settings))
    unused = tuple(n for n in found if customer == "person" and _alias(n) == "account_id")
    rest = sorted((n for n in found if n not in unused), key=_by_default_strength)
    kinds += [default_kind(name, customer) for name in rest]
    # Stable: the journey's order holds among the known and among the weak.
    kinds.sort(key=lambda kind: not kind.known)
    _check(kinds, phone_region)
    region = phone_region.upper() if phone_region else None
    return Rules(tuple(kinds), anonymous_past, region, unused, customer)


def _alias(name: str) -> str:
    return _OTHER_NAMES.get(name.lower(), name.lower())


def _by_default_strength(name: str) -> tuple[int, str]:
    return _ORDER.get(_alias(name), len(_DEFAULTS)), name


def _declared(name: str, values: Mapping[str, object], customer: CustomerIs) -> Kind:
    kind = default_kind(name, customer)
    known = {"known", "limit", "shared_after", "blocked"}
    return replace(kind, **{k: v for k, v in values.items() if k in known})  # type: ignore[arg-type]


def _check(kinds: list[Kind], phone_region: str | None) -> None:
    problems = []
    for kind in kinds:
        for setting in ("limit", "shared_after"):
            number = getattr(kind, setting)
            if number is not None and number < 1:
                problems.append(f"{setting} of {kind.name} is {number}: it must be at least 1")
        for text in kind.blocked:
            if is_pattern(text):
                try:
                    re.compile(text[1:-1])
                except re.error as wrong:
                    problems.append(f"blocked value {text} of {kind.name} is no regular expression: {wrong}")
    if phone_region and not re.fullmatch(r"[A-Za-z]{2}", phone_region):
        problems.append(f'phone_region "{phone_region}" is no country: write two letters, like "AU"')
    if problems:
        raise DefinitionError([Problem(JOURNEY, 0, f"identity: {text}") for text in problems])


def is_pattern(text: str) -> bool:
    """Whether a blocked value is written as a /regular expression/."""
    return len(text) > 2 and text.startswith("/") and text.endswith("/")
