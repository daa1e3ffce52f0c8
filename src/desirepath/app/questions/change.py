"""Why has a number changed: are the customers others, or did it change among the same kinds of customers?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from desirepath.app.questions.question import Question, QuestionError

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.measure.answers import Contract
    from desirepath.measure.comparison.change import ChangeAnswer, Parted, Term
    from desirepath.measure.comparison.comparables import Measurable, Rows, Side
    from desirepath.measure.comparison.side_rows import SideRows

_TOLD = 3


class Change(Question["ChangeAnswer"]):
    """A change of a rate or mean between two periods or groups, taken apart into mix and rate by a breakdown.

    Mix: the groups' parts of all have changed. Rate: the number itself has, within groups. Both add up to the change.
    """

    name: ClassVar[str] = "change"
    about: ClassVar[str] = "Why has a number changed: by mix or by rate?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop rate:decision traits.device --a period:2025-Q1",
        "shop score:nps channel --since 2025-07-01",
    )

    measure: str = Field(
        description="What has changed: rate:STAGE, value:STAGE, stands:STAGE, ease:STAGE, reach:TOUCHPOINT, "
        "promise:NAME, score:KIND or back:DAYS.",
        json_schema_extra={"argument": True},
    )
    by: str = Field(
        default="channel",
        description="By what to take it apart: channel, touchpoint, segment, persona, or a trait or property.",
        json_schema_extra={"argument": True},
    )
    a: str = Field(
        default="everyone",
        description="The newer side, as for a comparison: period:2026-Q1, segment:mobile, traits.variant=B.",
    )
    b: str | None = Field(
        default=None,
        description="The older side; as long a time just before, where the newer one is a period.",
    )

    def answer(self, asking: Asking) -> Answer[ChangeAnswer]:
        """The whole change and its terms."""
        from desirepath.app.questions.comparison import chosen_measures
        from desirepath.app.questions.sides import read_sides, side_rows
        from desirepath.core.estimate import NoEstimate
        from desirepath.measure.comparison.change import change

        second = self.b if self.b is not None or self.a != "everyone" else "before"
        a, b = read_sides(asking, self.a, second, segment=self.segment, since=self.since, until=self.until)
        rows = side_rows(asking)
        one = self._measure(chosen_measures(rows.measurables, (self.measure,)), rows)
        mine, theirs = rows.rows(one, a), rows.rows(one, b)
        if isinstance(mine, NoEstimate) or isinstance(theirs, NoEstimate):
            why = mine if isinstance(mine, NoEstimate) else theirs
            assert isinstance(why, NoEstimate)
            raise QuestionError(f"{one.label}: {why.detail}", hint="Ask for another measure.", measure=one.id)
        groups, overlap = _parted(asking, self.by, mine, theirs)
        made_by = _contract(asking, one, a, b, self.by)
        found = change(mine, theirs, groups, as_of=asking.as_of, contract=made_by)
        says = _says(found, one, a, b, self.by, asking.currency)
        if overlap:
            says += (f"A customer can be in several {self.by}s: here each counts in the largest of them.",)
        return asking.answered(self, found, made_by, says, {"terms": _table(found, one)}, _lists(found))

    def _measure(self, found: tuple[Measurable, ...], rows: SideRows) -> Measurable:
        """The one measure, which must be a share or a mean of rows."""
        can = [one.id for one in rows.measurables if one.of_rows]
        if len(found) != 1:
            hint = f"One of: {', '.join(one.id for one in found)}."
            raise QuestionError(f'"{self.measure}" are several measures', hint=hint, measure=self.measure)
        if not found[0].of_rows:
            of_stage = [name for name in can if name.endswith(f":{found[0].subject}")]
            raise QuestionError(
                f"{self.measure} is no share or mean of rows: it cannot be taken apart",
                hint=f"Ask for {' or '.join(of_stage or can[:5])}.",
                measure=self.measure,
            )
        return found[0]


def _parted(asking: Asking, by: str, mine: Rows, theirs: Rows) -> tuple[list[Parted], bool]:
    """The groups of both sides' rows together, so that the commonest are those of both; whether they overlapped."""
    import numpy as np

    from desirepath.app.questions.breakdown import groups_by
    from desirepath.measure.comparison.change import Parted

    if by.strip() in ("month", "week", "day"):
        raise QuestionError(
            f"a {by.strip()} says when, not who: two periods have nothing in common by it",
            hint="Break down by channel, a segment, a trait or a property.",
            by=by,
        )
    n, at = len(mine.at), np.concatenate([mine.at, theirs.at])
    found, free = groups_by(asking, by, at), np.ones(len(at), np.bool_)
    groups = []
    for one in found.groups:
        # Of segments that overlap the larger one counts: every row belongs to one group.
        rows = one.rows & free
        free &= ~rows
        groups.append(Parted(one.key, one.label, rows[:n], rows[n:]))
    if free.any():
        groups.append(Parted("(none)", "none told", free[:n], free[n:]))
    return groups, found.overlap


def _contract(asking: Asking, one: Measurable, a: Side, b: Side, by: str) -> Contract:
    from desirepath.measure.cohort import contract

    return contract(
        asking.journey,
        asking.as_of,
        f"{one.label}: why does it differ between {a.label} and {b.label}, by {by}?",
        "the measure's own rows; each is in one group, by the event that it starts from",
        "mix: the change of a group's part of all rows, times how far its number lies from that of all; rate: the "
        "change of its number, times its part; both at the mean of the two sides, so that they add up to the change. "
        "Student's t intervals by the delta method, customers counting once. A group on one side only is mix",
        "Kitagawa (1955); Oaxaca (1973); Blinder (1973); Simpson (1951)",
    )


def _lists(found: ChangeAnswer) -> dict[str, Codes]:
    lists: dict[str, Codes] = {"a": lambda: found.a_customers, "b": lambda: found.b_customers}
    for one in found.terms:
        lists[f"{one.key} a"] = lambda one=one: one.a_customers  # type: ignore[misc]
        lists[f"{one.key} b"] = lambda one=one: one.b_customers  # type: ignore[misc]
    return lists


def _table(found: ChangeAnswer, one: Measurable) -> Table:
    from math import isnan

    from desirepath.app.questions.tables import table_of

    apart = "points" if one.unit == "share" else one.unit
    columns: dict[str, str | type] = {
        "group": str, "label": str, "a_share": "=share", "b_share": "=share", "a": one.unit, "b": one.unit,
        "mix": f"={apart}", "rate": f"={apart}", "mix_within": apart, "rate_within": apart, "moved": apart, "q": float,
        "beyond_chance": bool, "a_customers": int, "b_customers": int,
    }  # fmt: skip
    rows = [
        (
            t.key, t.label, t.a_share, t.b_share, t.a, t.b, t.mix, t.rate, t.mix_within, t.rate_within, t.moved,
            None if isnan(t.q) else t.q, t.beyond_chance, len(t.a_customers), len(t.b_customers),
        )
        for t in found.terms
    ]  # fmt: skip
    contract = {} if found.contract is None else {"rule": found.contract.rule}
    return table_of("group", columns, rows, contract)


def _says(
    found: ChangeAnswer, one: Measurable, a: Side, b: Side, by: str, currency: str | None
) -> tuple[str, ...]:
    from desirepath.app.questions.units import apart_in_words, in_words
    from desirepath.core.estimate import Estimate

    unit = one.unit
    now, then = (in_words(side, unit, currency) for side in (found.a, found.b))
    n = f"n {found.a_n:,} and {found.b_n:,}"
    if not isinstance(found.difference, Estimate):
        why = in_words(found.difference, unit, currency)
        return (f"{one.label}: {now} of {a.label} against {then} of {b.label} ({n}); {why}.",)
    by_of = [apart_in_words(x, unit, currency) for x in (found.difference, found.mix, found.rate)]
    whole, mix, rate = (f"{told} ({ends})" for told, ends in by_of)
    first = f"{one.label}: {now} of {a.label} against {then} of {b.label}, {whole}, {n}: {mix} by mix, {rate} by rate."
    said = [first]
    if found.reversal == "simpson":
        said.append(
            f"Simpson's reversal: every group by {by} that can be judged moved the other way; the mix alone turns "
            "the whole."
        )
    elif found.reversal == "mix":
        said.append("Within groups it moved the other way, taken together; the mix turns the whole.")
    if found.difference.low <= 0 <= found.difference.high:
        said.append("The change itself may be chance: its interval holds 0.")
    for term in [t for t in found.terms if t.mix or t.rate][:_TOLD]:
        said.append(_term(term, unit, currency))
    return tuple(said)


def _term(term: Term, unit: str, currency: str | None) -> str:
    from desirepath.app.questions.units import apart_in_words, in_words

    head = (
        f"{term.label}: {100 * term.a_share:.1f} % of rows against {100 * term.b_share:.1f} % (n {term.a_n:,} and "
        f"{term.b_n:,})"
    )
    mix, ends = apart_in_words(term.mix_within, unit, currency)
    if not term.a_n or not term.b_n:
        return f"{head}: on one side only, so all of it is mix, {mix} ({ends})."
    a, b = (in_words(side, unit, currency) for side in (term.a, term.b))
    beyond = ", beyond chance" if term.beyond_chance else ""
    rate, within = apart_in_words(term.rate_within, unit, currency)
    told = f"rate {rate} ({within})" if within else f"rate {rate}"
    return f"{head}, {a} against {b}{beyond}: mix {mix} ({ends}), {told}."
