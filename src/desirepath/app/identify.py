"""Who is who: resolve the identifiers of all events into customers; explain, undo and look up.

The use cases of identity. Events are read as sightings, resolved as a whole, and written back; what changed
since the last time is logged with the time at which it became known.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desirepath.app.results import Table
from desirepath.core.errors import DesirepathError, NotFound, nearest
from desirepath.core.times import Clock, to_us
from desirepath.identity.explain import (
    ChangeExplained,
    CustomerExplained,
    DecisionExplained,
    IdentifierExplained,
    LinkExplained,
    say_identifier,
    why_change,
    why_identifier,
    why_link,
)
from desirepath.identity.normalise import alike
from desirepath.identity.rules import Apart, Rules, rules_for
from desirepath.store import identity_ask, identity_log
from desirepath.store.event_changes import changed_events, forget_changes
from desirepath.store.events_db import EventStore
from desirepath.store.identity_db import (
    SIGHTINGS,
    forget,
    kinds_present,
    read_sightings,
    rules_used,
    write_resolution,
)
from desirepath.store.identity_part import (
    begin_part,
    forget_part,
    keep_before,
    note_resolved,
    resolved_by,
    write_part,
)

if TYPE_CHECKING:
    from desirepath.journey.definition import Identity

_CHANGES = ("known_at", "change", "from_id", "into_id", "identifiers", "because")


class IdentityError(DesirepathError):
    """What was asked of identity cannot be done."""

    code = "identity"


@dataclass(frozen=True, slots=True)
class Identified:
    """What came out. unused: kinds of identifiers that make no customers; changes: since the last refresh.

    partly: only what was touched was resolved again.
    """

    customers: int
    known: int
    identifiers: int
    blocked: int
    shared: int
    links_refused: int
    events_of_nobody: int
    changes: int
    unused: tuple[str, ...]
    partly: bool = False


def rules_of(store: EventStore, identity: Identity, *, account: bool) -> Rules:
    """The rules that a journey and the kinds in the events make together."""
    declared = {
        one.kind: {name: getattr(one, name) for name in one.model_fields_set - {"kind"}}
        for one in identity.identifiers
    }
    return rules_for(
        kinds_present(store),
        declared,
        customer="account" if account else "person",
        anonymous_past=identity.anonymous_past,
        phone_region=identity.phone_region,
    )


def identify(
    store: EventStore, identity: Identity, *, account: bool, clock: Clock, whole: bool = True
) -> Identified:
    """Resolve the identifiers of events and write customers, identifiers, links and whose each event is.

    whole: all are resolved and written anew. Otherwise, where the rules are those of the last time, only what has
    to do with events that came or went, and with decisions that changed; the answer is the same. The temporary
    tables that tell what has changed stay until `forget_identify`. The store must be open for writing.
    Raises DefinitionError where the journey's settings cannot be meant.
    """
    rules = rules_of(store, identity, account=account)
    now = to_us(clock.now())
    decisions = identity_log.decisions(store, rules.customer)
    stamp = _stamp(rules)
    with store.transaction():
        changes = None if whole else _resolve_part(store, rules, decisions, stamp, now)
        partly = changes is not None
        if changes is None:
            changes = _resolve_whole(store, rules, decisions, stamp, now)
    forget(store)
    return _summary(store, rules, changes, partly)


def forget_identify(store: EventStore) -> None:
    """Drop what `identify` has told of what changed."""
    forget_part(store)
    forget_changes(store)


def _stamp(rules: Rules) -> str:
    """Names the rules, and whatever else decides how sightings are made and keyed."""
    return hashlib.sha256(f"{rules!r} {SIGHTINGS}".encode()).hexdigest()[:24]


def _resolve_whole(store: EventStore, rules: Rules, decisions: list[Apart], stamp: str, now: int) -> int:
    """All anew; how many customers changed."""
    # Numba takes a moment to import: only those who resolve wait for it.
    from desirepath.identity.components import components_of
    from desirepath.identity.resolve import resolve

    sightings = read_sightings(store, rules)
    answer = resolve(sightings.table, rules, decisions)
    identity_log.prepare(store)
    write_resolution(store, sightings, answer, components_of(answer.coded), now)
    note_resolved(store, stamp, sightings.key_sql, decisions)
    return identity_log.record_changes(store, now)


def _resolve_part(
    store: EventStore, rules: Rules, decisions: list[Apart], stamp: str, now: int
) -> int | None:
    """What was touched anew; how many customers changed. None where all must be resolved."""
    from desirepath.identity.components import components_of
    from desirepath.identity.resolve import resolve

    by = resolved_by(store, stamp)
    if by is None or changed_events(store) is None:
        return None
    key_sql, stood = by
    decided = identity_log.members_of(store, {*stood} ^ {one.number for one in decisions})
    sightings = begin_part(store, rules, key_sql, decided)
    if sightings is None:
        return None
    answer = resolve(sightings.table, rules, decisions)
    keep_before(store)
    if not write_part(store, sightings, answer, components_of(answer.coded), now):
        return None
    note_resolved(store, stamp, key_sql, decisions)
    return identity_log.record_changes(store, now)


def _summary(store: EventStore, rules: Rules, changes: int, partly: bool) -> Identified:
    of_rows = "SELECT count(*), count(*) FILTER (status = 'blocked'), count(*) FILTER (status = 'shared')"
    identifiers, blocked, shared = store.rows(f"{of_rows} FROM identifier_rows")[0]
    customers, known = store.rows("SELECT count(*), count(*) FILTER (known) FROM customers")[0]
    nobody = "SELECT count(*) - (SELECT count(holder) FROM event_holders) FROM events"
    return Identified(
        customers=int(customers),
        known=int(known),
        identifiers=int(identifiers),
        blocked=int(blocked),
        shared=int(shared),
        links_refused=int(store.value("SELECT count(*) FROM links WHERE status = 'refused'")),
        events_of_nobody=int(store.value(nobody)),
        changes=changes,
        unused=rules.unused,
        partly=partly,
    )


# ── looking up ───────────────────────────────────────────────────────────────────────────────────────────


def find_customer(store: EventStore, asked: str) -> tuple[int, str]:
    """The code and the id of a customer. asked: an id, an earlier id, an identifier, or 'kind:identifier'.

    Raises NotFound where nobody answers to it, or several do.
    """
    customer, _ = _look_up(store, rules_used(store), asked)
    if customer is None:
        row = _look_up(store, rules_used(store), asked)[1][0]
        why = why_identifier(row, rules_used(store), None)
        raise NotFound(f'"{asked}" makes no customer: {why}', asked=asked)
    return int(customer["customer"]), str(customer["id"])


def _look_up(
    store: EventStore, rules: Rules, asked: str
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The customer, and the identifiers that the text named; or (None, identifiers that are nobody's)."""
    text = asked.strip()
    found = identity_ask.customer_by_id(store, text)
    if found is not None:
        return found, []
    named = identity_ask.identifiers_named(store, readings(rules, text))
    customers = {row["customer"] for row in named if row["customer"] is not None}
    if len(customers) > 1:
        choices = ", ".join(say_identifier(row["kind"], row["value"]) for row in named)
        raise NotFound(
            f'"{asked}" is several customers\' identifier', hint=f"Say which: {choices}.", asked=asked
        )
    if customers:
        (code,) = customers
        id_ = store.value("SELECT id FROM customers WHERE customer = ?", [code])
        return identity_ask.customer_by_id(store, str(id_)), named
    if named:
        return None, named
    later = identity_ask.later_id(store, text)
    if later is not None:
        return identity_ask.customer_by_id(store, later), []
    kind = text.partition(":")[0]
    hint = nearest(kind, rules.names, "Kinds of identifiers") if ":" in text else _hint(rules)
    raise NotFound(f'no customer has the id or identifier "{asked}"', hint=hint, asked=asked)


def _hint(rules: Rules) -> str:
    return f"Give a customer's id or an identifier of one of these kinds: {', '.join(rules.names) or 'none'}."


def readings(rules: Rules, text: str) -> list[tuple[str, str]]:
    """What a text may mean: (kind, value made alike), and as it stands."""
    name, colon, rest = text.partition(":")
    if colon and name in rules.names:
        return [(name, alike(rest, rules.kind(name), rules.phone_region)), (name, rest)]
    both = [(kind.name, alike(text, kind, rules.phone_region)) for kind in rules.kinds]
    return [*both, *((kind.name, text) for kind in rules.kinds)]


def explain_customer(store: EventStore, asked: str) -> CustomerExplained:
    """Which identifiers make this customer, by which links; what was refused and why; what changed over time.

    asked: as for find_customer. An identifier that makes no customer is explained too. Raises NotFound.
    """
    rules = rules_used(store)
    customer, named = _look_up(store, rules, asked)
    rows = identity_ask.identifiers_of(store, customer["customer"]) if customer else named
    sources = identity_ask.sources_of(store, rows)
    main = customer["named_after"] if customer else None
    identifiers = tuple(_identifier(row, rules, main, sources) for row in rows)
    joined = identity_ask.links_of(store, rows, refused=False) if customer else []
    refused = identity_ask.links_of(store, rows, refused=True)
    of = {row["identifier"]: say_identifier(row["kind"], row["value"]) for row in rows}
    return CustomerExplained(
        asked=asked,
        id=customer["id"] if customer else None,
        known=bool(customer and customer["known"]),
        named_after=of.get(main) if main is not None else None,
        first_seen=customer["first_seen"] if customer else None,
        last_seen=customer["last_seen"] if customer else None,
        events=int(customer["events"]) if customer else 0,
        summary=_say(customer, identifiers),
        identifiers=identifiers,
        joined=tuple(_link(row, rules, of.values()) for row in joined),
        refused=tuple(_link(row, rules, of.values()) for row in refused),
        refused_in_all=identity_ask.count_refused(store, rows),
        changes=tuple(map(_change, identity_ask.changes_of(store, [customer["id"]]) if customer else ())),
        decisions=explain_decisions(store, set(of.values())),
    )


def _say(customer: dict[str, Any] | None, identifiers: tuple[IdentifierExplained, ...]) -> str:
    if customer is None:
        first = identifiers[0]
        return f"{say_identifier(first.kind, first.value)} makes no customer: {first.because}."
    kinds = "known" if customer["known"] else "anonymous"
    n, events = len(identifiers), customer["events"]
    return (
        f"{customer['id']} is {kinds}: {n} identifier{'s' if n != 1 else ''}, {events:,} event"
        f"{'s' if events != 1 else ''} from {customer['first_seen']:%Y-%m-%d} to {customer['last_seen']:%Y-%m-%d}."
    )


def _identifier(
    row: dict[str, Any], rules: Rules, main: int | None, sources: dict[int, list[tuple[str, int]]]
) -> IdentifierExplained:
    return IdentifierExplained(
        row["kind"], row["value"], row["status"], why_identifier(row, rules, main), row["first_seen"],
        row["last_seen"], row["events"], tuple(sources.get(row["identifier"], ())),
    )  # fmt: skip


def _link(row: dict[str, Any], rules: Rules, own: Any) -> LinkExplained:
    """Told from this customer's side: its own identifier first."""
    near, far = ("a", "b") if say_identifier(row["kind_a"], row["value_a"]) in own else ("b", "a")
    one, other = (say_identifier(row[f"kind_{end}"], row[f"value_{end}"]) for end in (near, far))
    theirs = row[f"id_{far}"] if row[f"customer_{far}"] != row[f"customer_{near}"] else None
    return LinkExplained(
        one, other, row["strength"], row["first_seen"], row["events"], row["status"], row["why"],
        why_link(row, rules), theirs,
    )  # fmt: skip


def _change(row: dict[str, Any]) -> ChangeExplained:
    return ChangeExplained(
        row["known_at"], row["change"], row["from_id"], row["into_id"], row["identifiers"], why_change(row)
    )


def explain_decisions(store: EventStore, own: set[str] | None = None) -> tuple[DecisionExplained, ...]:
    """What people decided to keep apart, and stands. own: only what is about any of these identifiers."""
    customer = rules_used(store).customer
    told = {number: (by, when) for number, by, when in identity_log.decision_rows(store, customer)}
    found = []
    for one in identity_log.decisions(store, customer):
        sides = [tuple(say_identifier(*member) for member in side) for side in one.sides]
        if own is None or own & {*sides[0], *sides[1]}:
            found.append(DecisionExplained(one.number, *told[one.number], sides[0], sides[1]))
    return tuple(found)


def explain_changes(store: EventStore) -> tuple[ChangeExplained, ...]:
    """Every change between customers, the latest first."""
    return tuple(_change(row) for row in identity_ask.all_changes(store))


def merges(store: EventStore) -> Table:
    """Every change between customers, the latest first: grain change."""
    told = [tuple(getattr(one, name) for name in _CHANGES) for one in explain_changes(store)]
    return Table(_CHANGES, told, "change")


# ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────


def keep_apart(store: EventStore, first: str, second: str, *, clock: Clock, by: str = "") -> int:
    """Decide that two identifiers ('kind:value') are never one customer's; the decision's number.

    It holds from the next refresh on. Raises NotFound for an identifier that no event carries.
    """
    rules = rules_used(store)
    one, other = _named(store, rules, first), _named(store, rules, second)
    if one == other:
        raise IdentityError(f"{first} and {second} are the same identifier")
    with store.transaction():
        return identity_log.decide_apart(store, ([one], [other]), rules.customer, by, to_us(clock.now()))


def undo_merge(store: EventStore, from_id: str, *, clock: Clock, by: str = "") -> int:
    """Take back that customer `from_id` went into another: their identifiers are kept apart from now on.

    It holds from the next refresh on; the earlier customers come back, with their ids. Returns the
    decision's number. Raises NotFound where no customer of that id ever went into another.
    """
    into = store.value(
        "SELECT into_id FROM identity_changes WHERE from_id = ? AND change IN ('merged', 'renamed')"
        " ORDER BY known_at DESC LIMIT 1",
        [from_id],
    )
    if into is None:
        raise NotFound(f"no merge is known of customer {from_id}", hint="See desirepath identity merges.")
    sides = identity_log.sides_of_merge(store, from_id, str(into))
    with store.transaction():
        return identity_log.decide_apart(store, sides, rules_used(store).customer, by, to_us(clock.now()))


def withdraw(store: EventStore, first: str, second: str, *, clock: Clock, by: str = "") -> list[int]:
    """Take back every decision that keeps two identifiers apart; their numbers. Raises NotFound for none."""
    rules = rules_used(store)
    one, other = _named(store, rules, first), _named(store, rules, second)
    numbers = [
        decision.number
        for decision in identity_log.decisions(store, rules.customer)
        for left, right in (decision.sides, decision.sides[::-1])
        if one in left and other in right
    ]
    if not numbers:
        raise NotFound(f"nobody decided to keep {first} and {second} apart")
    with store.transaction():
        for number in numbers:
            identity_log.withdraw(store, number, by, to_us(clock.now()))
    return numbers


def _named(store: EventStore, rules: Rules, text: str) -> tuple[str, str]:
    name, colon, _ = text.partition(":")
    if not colon or name not in rules.names:
        raise NotFound(
            f'"{text}" names no identifier', hint=f"Write KIND:VALUE. {nearest(name, rules.names, 'Kinds')}"
        )
    found = identity_ask.identifiers_named(store, readings(rules, text))
    if not found:
        raise NotFound(f"no event carries {text}")
    return str(found[0]["kind"]), str(found[0]["value"])
