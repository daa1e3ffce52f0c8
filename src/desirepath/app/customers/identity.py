"""Why is this one customer? Identifiers, links and merges as identity/explain.py tells them, masked unless shown.

In: an opened build and what somebody asked for. Out: the same explanation, with nothing in it that names a person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desirepath.app.customers.find import find
from desirepath.app.customers.masking import Masking
from desirepath.app.excluded import why_excluded
from desirepath.app.identify import explain_customer
from desirepath.store import identity_ask

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.identity.explain import CustomerExplained, LinkExplained

Named = set[tuple[str, str]]


def identity(asking: Asking, asked: str, *, reveal: bool = False) -> CustomerExplained:
    """Which identifiers make the customer, by which links; what was refused; what changed over time."""
    code, id = find(asking.store, asked)
    told = explain_customer(asking.store, id)
    told = replace(told, excluded=why_excluded(asking.store, asking.journey, code))
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
    return told if reveal else _masked(told, masking, _named(asking, told))


def _named(asking: Asking, told: CustomerExplained) -> Named:
    """Every identifier that the explanation can name."""
    found: Named = {(one.kind, one.value) for one in told.identifiers}
    texts = [text for link in (*told.joined, *told.refused) for text in (link.one, link.other)]
    texts += [text for one in told.decisions for text in (*one.one, *one.other)]
    for text in texts:
        kind, _, value = text.partition(":")
        found.add((kind, value))
    for row in identity_ask.changes_of(asking.store, [str(told.id)]) if told.changes else []:
        found |= {(str(row[f"kind_{end}"]), str(row[f"value_{end}"])) for end in "ab" if row[f"kind_{end}"]}
    return found


def _masked(told: CustomerExplained, masking: Masking, named: Named) -> CustomerExplained:
    def said(text: str) -> str:
        return masking.sentence(text, named)

    def link(one: LinkExplained) -> LinkExplained:
        return replace(
            one,
            one=masking.identifier(one.one),
            other=masking.identifier(one.other),
            because=said(one.because),
            other_customer=one.other_customer and masking.customer(one.other_customer),
        )

    shown = masking.customer(str(told.id))
    return replace(
        told,
        asked=shown,
        named_after=told.named_after and masking.identifier(told.named_after),
        summary=said(told.summary).replace(str(told.id), shown),
        identifiers=tuple(
            replace(one, value=masking.value(one.value), because=said(one.because))
            for one in told.identifiers
        ),
        joined=tuple(link(one) for one in told.joined),
        refused=tuple(link(one) for one in told.refused),
        changes=tuple(
            replace(
                one,
                from_id=masking.customer(one.from_id),
                into_id=masking.customer(one.into_id),
                because=said(one.because),
            )
            for one in told.changes
        ),
        decisions=tuple(
            replace(
                one,
                by=masking.words(one.by),
                one=tuple(masking.identifier(text) for text in one.one),
                other=tuple(masking.identifier(text) for text in one.other),
            )
            for one in told.decisions
        ),
        excluded=told.excluded and masking.exclusion(told.excluded),
    )
