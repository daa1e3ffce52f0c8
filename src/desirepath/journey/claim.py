"""A written claim that the data can check: `promise:delivered >= 95 %`, `rate:decision of a = rate:decision of b`.

In: the text after `holds:` and the journey that it speaks of. Out: a Claim, every name in it known, its value in the
measure's own unit (shares 0 … 1, durations µs, money in minor units). What the data say of it is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

from desirepath.core.errors import DesirepathError, nearest
from desirepath.core.money import exponent
from desirepath.core.times import SECOND, parse_duration

if TYPE_CHECKING:
    from desirepath.journey.definition import Journey

Operator = Literal[">=", ">", "<=", "<", "="]
EVERYONE, REST = "everyone", "rest"
UNITS: dict[str, str] = {
    "rate": "share", "eventual": "share", "time": "duration", "median": "duration", "value": "money",
    "stands": "share", "reach": "share", "lift": "points", "promise": "share", "score": "share", "ease": "ease",
    "back": "share",
}  # fmt: skip
"""The families of the question `comparison` that a claim can name, and the unit of each; of NPS it is a score."""

_SCORES = ("nps", "csat", "ces", "rating")
_BACK_AFTER = ("7", "30", "90")
_SIGNS = {"≥": ">=", "≤": "<=", "==": "="}
_WORD = r"[^\s<>=≥≤]+"
_SHAPE = re.compile(
    rf"(?P<measure>{_WORD})(?:\s+of\s+(?P<of>{_WORD}))?\s*(?P<sign>>=|<=|==|[<>=≥≤])\s*(?P<right>[^<>=≥≤]+)"
)
_OTHER = re.compile(rf"(?P<measure>{_WORD}:{_WORD})(?:\s+of\s+(?P<of>{_WORD}))?")
_NUMBER = re.compile(r"([+\-−]?\d+(?:\.\d+)?)\s*(.*)")
HOW = (
    'Write it like "promise:delivered >= 95 %", "rate:decision of mobile = rate:decision of desktop" or '
    '"rate:decision of mobile = rate:decision of desktop within 3 points".'
)


class ClaimError(DesirepathError):
    """A claim cannot be read, or names what the journey does not have."""

    code = "claim"


@dataclass(frozen=True, slots=True)
class Claim:
    """One of them. of: a segment or persona; None is whomever the map shows.

    value: what the measure is held against; None where that is the same measure of `other` (a segment, a persona,
    everyone, or the rest). within: how far apart two may be and still count as equal; None where nobody said.
    """

    text: str
    measure: str
    of: str | None
    sign: Operator
    value: float | None
    other: str | None = None
    within: float | None = None

    @property
    def unit(self) -> str:
        """Of the measure: share, points, score, money, duration or ease."""
        return unit_of(self.measure)


def unit_of(measure: str) -> str:
    """The unit of a measure by its name."""
    return "score" if measure == "score:nps" else UNITS[measure.partition(":")[0]]


def measures_of(journey: Journey) -> Iterator[tuple[str, str]]:
    """Every measure that a claim about this journey can name, with its words: (rate:decision, 'Decision: success')."""
    last = len(journey.stages) - 1
    for place, stage in enumerate(journey.stages):
        if stage.goal is not None or place != last:
            yield f"rate:{stage.id}", f"{stage.label}: success"
            yield f"eventual:{stage.id}", f"{stage.label}: success, all counted"
            yield f"time:{stage.id}", f"{stage.label}: time without success"
            yield f"median:{stage.id}", f"{stage.label}: median time"
        if stage.goal is not None:
            yield f"value:{stage.id}", f"{stage.label}: worth of a success"
        yield f"stands:{stage.id}", f"{stage.label}: customers who stand there"
        yield f"ease:{stage.id}", f"{stage.label}: ease"
    for one in journey.touchpoints:
        yield f"reach:{one.id}", f"{one.label}: met"
        yield f"lift:{one.id}", f"{one.label}: what it adds to success"
    for promise in journey.promises:
        yield f"promise:{promise.id}", f"Kept: {promise.label}"
    for kind in _SCORES:
        yield f"score:{kind}", kind.upper() if kind != "rating" else "Rating"
    for days in _BACK_AFTER:
        yield f"back:{days}", f"Back {days} to {2 * int(days)} days after the first event"


def suggested_claims(journey: Journey) -> Iterator[tuple[str, str]]:
    """Claims to begin with, one a measure: (promise:delivered >= 80 %, its words); rates of two segments as equal."""
    money = f"> {journey.currency} 100" if journey.currency else "> 100"
    first, second = ([one.id for one in journey.segments] + ["", ""])[:2]
    examples = {
        "share": ">= 80 %", "points": "> 0", "score": ">= 40", "money": money, "duration": "< 3 days",
        "ease": ">= 1",
    }  # fmt: skip
    for measure, label in measures_of(journey):
        yield f"{measure} {examples[unit_of(measure)]}", label
        if second and measure.startswith("rate:"):
            yield f"{measure} of {first} = {measure} of {second}", label


def read_claim(text: str, journey: Journey) -> Claim:
    """The claim that the text makes. Raises ClaimError with what is wrong and the nearest fix."""
    plain = " ".join(text.split())
    found = _SHAPE.fullmatch(plain)
    if found is None:
        raise ClaimError(f'"{plain}" is no claim', hint=HOW)
    measure = _measure(found["measure"], journey)
    of = _side(found["of"], journey, REST)
    sign: Operator = _SIGNS.get(found["sign"], found["sign"])  # type: ignore[assignment]  # those of _SHAPE
    right, tolerance = _within(found["right"].strip())
    other = _OTHER.fullmatch(right)
    if tolerance is not None and sign != "=":
        raise ClaimError(
            f'"within {tolerance}" is only for "="', hint="Write the bound itself, such as >= 92 %."
        )
    unit = unit_of(measure)
    within = None if tolerance is None else _tolerance(tolerance, unit, journey.currency)
    if other is None:
        return Claim(plain, measure, of, sign, _value(right, unit, journey.currency), None, within)
    if other["measure"] != measure:
        hint = f'Write "{measure}" on both sides, each "of" a segment; only like is compared with like.'
        raise ClaimError(f'"{measure}" cannot be held against "{other["measure"]}"', hint=hint)
    against = _side(other["of"], journey) or EVERYONE
    if against == (of or EVERYONE) or (against == REST and of in (None, EVERYONE)):
        raise ClaimError(
            "both sides of the claim are the same customers", hint=f'Name another segment after "of". {HOW}'
        )
    return Claim(plain, measure, of or EVERYONE, sign, None, against, within)


def _measure(name: str, journey: Journey) -> str:
    known = [id for id, _ in measures_of(journey)]
    if name in known:
        return name
    family, _, subject = name.partition(":")
    if family not in UNITS:
        families = [f"{one}:" for one in UNITS]
        hint = nearest(f"{family}:", families, "Measures begin with")
        raise ClaimError(f'there is no measure "{name}"', hint=hint, measure=name)
    subjects = [id for id in known if id.startswith(f"{family}:")]
    # A business's own kind of score is only known to its data; one letter beside a common one is a slip.
    if family == "score" and subject and not get_close_matches(subject, _SCORES):
        return name
    hint = nearest(name, subjects, "Measures") or f"The journey has nothing to measure as {family}."
    raise ClaimError(f'there is no measure "{name}"', hint=hint, measure=name)


def _side(name: str | None, journey: Journey, *without: str) -> str | None:
    if name is None:
        return None
    plain = name.removeprefix("segment:").removeprefix("persona:")
    known = [*(one.id for one in journey.segments), *(one.id for one in journey.personas)]
    if plain in known or (plain in (EVERYONE, REST) and plain not in without):
        return plain
    words = [word for word in (EVERYONE, REST) if word not in without]
    hint = nearest(plain, [*known, *words], "Segments")
    raise ClaimError(f'there is no segment "{plain}"', hint=hint, segment=plain)


def _within(right: str) -> tuple[str, str | None]:
    """'95 % within 2 points' in two."""
    before, word, after = f" {right}".rpartition(" within ")
    return (before.strip(), after.strip()) if word else (right, None)


def _value(text: str, unit: str, currency: str | None) -> float:
    """A value in a measure's unit."""
    amount, rest = _amount(text, unit, currency)
    if unit == "share":
        if rest not in ("", "%") or not 0 <= (amount if rest == "" else amount / 100) <= 1:
            raise _no_value(text, "a share", '"95 %" or 0.95')
        return amount if rest == "" else amount / 100
    if unit == "points":
        return _points(text, amount, rest)
    bounds = {"score": 100.0, "ease": 2.0}
    if unit in bounds and (rest not in ("", "points") or abs(amount) > bounds[unit]):
        raise _no_value(text, "a score" if unit == "score" else "an ease", "40" if unit == "score" else "1.2")
    return amount


def _tolerance(text: str, unit: str, currency: str | None) -> float:
    """How far apart is still equal: of shares it is in points."""
    amount, rest = _amount(text, "points" if unit == "share" else unit, currency)
    found = _points(text, amount, rest) if unit in ("share", "points") else amount
    if found <= 0:
        raise _no_value(text, "a distance", '"3 points"')
    return found


def _points(text: str, amount: float, rest: str) -> float:
    if rest not in ("points", "point", "%") and not (rest == "" and amount == 0):
        raise _no_value(text, "a difference of shares", '"5 points"')
    return amount / 100


def _amount(text: str, unit: str, currency: str | None) -> tuple[float, str]:
    """The number, and what stands behind it; of durations and money, in the engine's unit and nothing."""
    if unit == "duration":
        try:
            return parse_duration(text).total_seconds() * SECOND, ""
        except ValueError:
            raise _no_value(text, "a time", '"3 days" or "4 hours"') from None
    plain = (
        text.removeprefix(currency or "").removesuffix(currency or "").strip() if unit == "money" else text
    )
    found = _NUMBER.fullmatch(plain)
    if found is None or (unit == "money" and found[2]):
        example = f'"{currency or ""} 120"'.replace('" ', '"')
        examples = {"share": '"95 %"', "points": '"5 points"', "money": example}
        raise _no_value(text, "a value of this measure", examples.get(unit, '"1.2"'))
    amount = float(found[1].replace("−", "-"))
    return (amount * 10 ** exponent(currency) if unit == "money" else amount), found[2].strip()


def _no_value(text: str, what: str, example: str) -> ClaimError:
    return ClaimError(
        f'"{text}" is no {what.removeprefix("a ").removeprefix("an ")}', hint=f"Write it like {example}."
    )
