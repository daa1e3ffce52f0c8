"""What differs between two groups of customers, two periods or two arms, and what of it beyond chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from desirepath.app.questions.question import Question, QuestionError
from desirepath.core.errors import nearest

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.measure.comparison.ask import Compared, ComparisonAnswer
    from desirepath.measure.comparison.comparables import Measurable

_TOLD = 5  # differences told in sentences; the table has all


class Comparison(Question["ComparisonAnswer"]):
    """Any measure on two sides: the difference with its interval, and which differences are beyond chance.

    A side is segment:NAME, persona:NAME, period:2026-Q1 (or 2026-01-01..2026-04-01), COLUMN=VALUE (an arm of a test:
    traits.variant=B), a rule over customers, or everyone. The second can also be `rest` or `before`.
    """

    name: ClassVar[str] = "comparison"
    about: ClassVar[str] = "What differs beyond chance between two sides?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop segment:mobile segment:desktop",
        "shop period:2025-Q3 --measures rate",
        "shop traits.plan=paid traits.plan=free",
    )

    a: str = Field(description="The first side.", json_schema_extra={"argument": True})
    b: str | None = Field(
        default=None,
        description="The second side; the rest unless said, or, of a period, as long a time just before it.",
        json_schema_extra={"argument": True},
    )
    measures: tuple[str, ...] = Field(
        default=("all",),
        description="What is compared: all, a family (rate, eventual, time, median, value, stands, reach, lift, "
        "promise, score, ease, back), or one measure such as rate:decision or reach:checkout.",
    )
    steps: tuple[str, ...] = Field(
        default=(),
        description="The steps of a funnel, whose conversions are compared, too (measures: funnel).",
    )
    within: str = Field(
        default="14 days", description="How long the funnel's steps may take from its entry on."
    )
    overlap: Literal["keep", "remove"] = Field(
        default="keep",
        description="Customers on both sides: kept (their likeness is allowed for), or removed from both.",
    )

    def answer(self, asking: Asking) -> Answer[ComparisonAnswer]:
        """Both sides, every measure, the differences."""
        from desirepath.app.questions.sides import read_sides, side_rows
        from desirepath.measure.comparison.ask import comparison

        a, b = read_sides(asking, self.a, self.b, segment=self.segment, since=self.since, until=self.until)
        rows = side_rows(asking, self.steps, self.within)
        measures = chosen_measures(rows.measurables, self.measures)
        found = comparison(rows, a, b, measures, apart_only=self.overlap == "remove")
        says = _says(found, asking.currency, self.overlap)
        return asking.answered(
            self, found, found.contract, says, {"differences": _table(found)}, _lists(found)
        )


def chosen_measures(all_of: tuple[Measurable, ...], asked: tuple[str, ...]) -> tuple[Measurable, ...]:
    """The measures that these names mean. Raises QuestionError with the nearest one."""
    from desirepath.measure.comparison.comparables import FAMILIES, chosen

    if "all" in asked:
        return all_of
    if not asked:
        raise QuestionError(
            "nothing is to be compared", hint=f"Families: {', '.join(FAMILIES)}.", field="measures"
        )
    try:
        return chosen(all_of, asked)
    except KeyError as error:
        name = str(error.args[0])
        if name in FAMILIES:
            raise QuestionError(
                f'there is nothing to compare as "{name}"',
                hint="Give the funnel's steps." if name == "funnel" else f"It is the {FAMILIES[name]}.",
                measure=name,
            ) from None
        family = name.partition(":")[0]
        of_family = [one.id for one in all_of if one.family == family]
        hint = nearest(name, of_family or [*FAMILIES, *(one.id for one in all_of)], "Measures")
        raise QuestionError(f'there is no measure "{name}"', hint=hint, measure=name) from None


def _lists(found: ComparisonAnswer) -> dict[str, Codes]:
    """The customers of both sides, and of each measure on each side."""
    lists: dict[str, Codes] = {"a": lambda: found.a_customers, "b": lambda: found.b_customers}
    for one in found.rows:
        lists[f"{one.measure.id} a"] = lambda one=one: one.a_customers  # type: ignore[misc]
        lists[f"{one.measure.id} b"] = lambda one=one: one.b_customers  # type: ignore[misc]
    return lists


def _table(found: ComparisonAnswer) -> Table:
    from math import isnan

    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "measure": str, "what": str, "unit": str, "beyond_chance": bool, "difference": "@unit apart", "a": "@unit",
        "b": "@unit", "a_customers": int, "b_customers": int, "p": float, "q": float, "why_none": str,
    }  # fmt: skip
    rows = [
        (
            one.measure.id, one.measure.label, one.measure.unit, one.beyond_chance, one.difference, one.a, one.b,
            len(one.a_customers), len(one.b_customers), None if isnan(one.p) else one.p,
            None if isnan(one.q) else one.q, None if one.difference.known else why_none(one),
        )
        for one in found.rows
    ]  # fmt: skip
    contract = {"rule": found.contract.rule, "a": found.a, "b": found.b}
    return table_of("measure", columns, rows, contract)


def why_none(one: Compared) -> str:
    """Why there is no difference."""
    from desirepath.core.estimate import NoEstimate
    from desirepath.journey_map.say import missing

    return missing(one.difference) if isinstance(one.difference, NoEstimate) else ""


def _says(found: ComparisonAnswer, currency: str | None, overlap: str) -> tuple[str, ...]:
    a, b = f"{found.a} ({len(found.a_customers):,} customers)", f"{found.b} ({len(found.b_customers):,})"
    if not found.compared:
        nothing = "Nothing can be compared between"
        return (f"{nothing} {a} and {b}: {_why_nothing(found)}.", *_both(found, overlap))
    beyond = found.beyond
    count = f"{found.compared:,} measure{'s' if found.compared != 1 else ''}"
    if not beyond:
        first = f"Of {count}, none differs beyond chance between {a} and {b}."
        nearest_one = next(one for one in found.rows if one.difference.known)
        return (f"{first} The surest: {_told(nearest_one, currency)}.", *_both(found, overlap))
    verb = "differs" if len(beyond) == 1 else "differ"
    first = f"{len(beyond):,} of {count} {verb} beyond chance between {a} and {b}. First: {_told(beyond[0], currency)}."
    rest = tuple(f"{_told(one, currency)}." for one in beyond[1:_TOLD])
    return (first, *rest, *_both(found, overlap))


def _why_nothing(found: ComparisonAnswer) -> str:
    if not len(found.a_customers) or not len(found.b_customers):
        empty = found.a if not len(found.a_customers) else found.b
        return f"no customer is on the side of {empty}"
    return why_none(found.rows[0]) if found.rows else "no measure was asked for"


def _both(found: ComparisonAnswer, overlap: str) -> tuple[str, ...]:
    if not found.both:
        return ()
    who = f"{found.both:,} customer{'s are' if found.both != 1 else ' is'} on both sides"
    done = "counted on neither" if overlap == "remove" else "their likeness is allowed for in the intervals"
    return (f"{who} at one time or another: {done}.",)


def _told(one: Compared, currency: str | None) -> str:
    """'Decision: success: 74.6 % against 84.5 %, −9.9 points (−12.2 … −7.6; n 2,436 and 2,096)'."""
    from desirepath.app.questions.units import apart_in_words, in_words

    a, b = (in_words(side, one.measure.unit, currency) for side in (one.a, one.b))
    apart, ends = apart_in_words(one.difference, one.measure.unit, currency)
    return f"{one.measure.label}: {a} against {b}, {apart} ({ends}; n {one.a_n:,} and {one.b_n:,})"
