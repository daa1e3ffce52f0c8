"""Lifetime value of contracts: how often will those that run renew, and what is it worth?

A part of the question lifetime-value (model="contract"), for journeys that say what a contract is (`active_while`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from desirepath.app.questions.question import QuestionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer
    from desirepath.app.questions.lifetime_value import LifetimeValue
    from desirepath.app.results import Table
    from desirepath.core.estimate import Measured
    from desirepath.measure.answers import Contract
    from desirepath.measure.value.contracts import ContractAnswer, Contracts


def contract_value_answer(question: LifetimeValue, asking: Asking) -> Answer[Any]:
    """Contracts, the model, each running one, the look back. Raises QuestionError where there are no contracts."""
    from desirepath.measure.value.contracts import contract_value, contracts

    if asking.journey.active_while is None:
        raise QuestionError(
            "the journey does not say what a contract is",
            hint="Write active_while: {start: …, end: …} in its file, or ask without model=contract.",
            field="model",
        )
    ahead = question.within // question.every
    if ahead < 1:
        raise QuestionError(
            "no renewal comes within so short a time",
            hint="Make `within` at least as long as `every`.",
            field="within",
        )
    every, until = question.every // timedelta(microseconds=1), asking.as_of + 1
    known = _kept(question, asking, contracts(asking.trails, until))
    first = int(known.began.min()) if len(known) else until
    held = question.check // timedelta(microseconds=1) if question.check is not None else (until - first) // 3
    back = until - max(held // every, 1) * every
    found = contract_value(
        known,
        _kept(question, asking, contracts(asking.trails, back)),
        every=every,
        ahead=ahead,
        until=until,
        before_until=back,
        discount=question.discount,
        contract=_contract(question, asking),
    )
    tables = {"renewals": _renewals(found), "customers": _customers(asking, found)}
    lists = {"running": lambda: _once(found.running), "all": lambda: _once(known)}
    says = _says(found, ahead, asking.currency)
    return asking.answered(question, found, found.contract, says, tables, lists)


def _kept(question: LifetimeValue, asking: Asking, all_of: Contracts) -> Contracts:
    """Those asked about: the segment as of the beginning, the period of the beginning."""
    import numpy as np

    keep = np.ones(len(all_of), np.bool_)
    if question.segment is not None:
        keep &= asking.layers.segment(question.segment)[all_of.begin_event]
    period = asking.period(question.since, question.until)
    keep &= (all_of.began >= period.start) & (all_of.began < period.end)
    return all_of.of(keep)


def _contract(question: LifetimeValue, asking: Asking) -> Contract:
    from desirepath.measure.cohort import contract

    every = f"{question.every / timedelta(days=1):,.3g} days"
    return contract(
        asking.journey,
        asking.as_of,
        "Of those under contract, how many renew, and what will they pay?",
        "contracts: from an active start to the next active end; a start within one is its renewal",
        f"a renewal every {every}; a contract that ends at a renewal or before has not renewed; what runs counts for "
        "the renewals that it has seen; shifted beta-geometric by maximum likelihood; a contract pays a period what it "
        "has paid on average so far; intervals hold the doubt of the parameters",
        "Fader & Hardie (2007), (2010); Wilson (1927)",
    )


def _once(found: Contracts) -> NDArray[np.int64]:
    import numpy as np

    return np.unique(found.customer)


def _renewals(found: ContractAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "renewal": int, "came_to_it": int, "renewed": "share", "told": "=share", "still_there": "=share",
    }  # fmt: skip
    rows = [
        (one.number, one.came, one.renewed, _or_none(one.told), _or_none(one.still)) for one in found.renewal
    ]
    return table_of("renewal", columns, rows)


def _or_none(value: float) -> float | None:
    return None if value != value else value


def _customers(asking: Asking, found: ContractAnswer) -> Table:
    import numpy as np

    from desirepath.app.questions.people import people_table

    one = found.running
    columns: dict[str, tuple[object, str]] = {
        "renewed": (found.renewed, "number"),
        "paid": (one.paid, "money"),
    }
    for name, unit in (("renewals", "number"), ("value", "money")):
        for part, values in zip(("", "_low", "_high"), getattr(found, name), strict=True):
            columns[name + part] = (values, unit)
    order = np.lexsort((one.customer, -np.nan_to_num(found.value[0])))
    return people_table(asking, one.customer, columns, order)


def _says(found: ContractAnswer, ahead: int, currency: str | None) -> tuple[str, ...]:
    from desirepath.core.estimate import Estimate

    if not found.contracts:
        return ("There is no contract.",)
    head = f"{len(found.running):,} of {found.contracts:,} contracts run"
    if not isinstance(found.total_renewals, Estimate):
        return (f"{head}; how often they will renew cannot be told: {_why(found.total_renewals)}.",)
    worth = ""
    if isinstance(found.total_value, Estimate):
        from desirepath.app.questions.units import apart_in_words, in_words

        worth = (
            f", worth {in_words(found.total_value, 'money', currency)} "
            f"({apart_in_words(found.total_value, 'money', currency)[1]})"
        )
    says = [
        f"{head}; of the next {ahead} renewals of each, {_number(found.total_renewals)} are expected{worth}."
    ]
    told = found.told_before
    if isinstance(told, Estimate):
        within = "within" if told.low <= found.came_since <= told.high else "not within"
        says.append(
            f"Asked earlier, of {told.n:,} contracts {_number(told)} renewals would have been told; "
            f"{found.came_since:,} came, which is {within} that."
        )
    else:
        says.append(f"The model could not be checked against what came later: {_why(told)}.")
    return tuple(says)


def _number(one: Measured) -> str:
    from desirepath.core.estimate import Estimate

    assert isinstance(one, Estimate)
    return f"{one.value:,.0f} ({one.low:,.0f} … {one.high:,.0f})"


def _why(one: Measured) -> str:
    from desirepath.core.estimate import NoEstimate

    return one.detail or one.reason.replace("_", " ") if isinstance(one, NoEstimate) else ""
