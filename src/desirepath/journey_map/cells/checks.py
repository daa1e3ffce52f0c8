"""What the data say of what people wrote: the verdict in words, with the numbers that it rests on."""

from __future__ import annotations

import re

from desirepath.core.estimate import Estimate, Measured
from desirepath.journey.claim import EVERYONE, Claim
from desirepath.journey_map import say
from desirepath.journey_map.cells.draft import Draft, cell_id
from desirepath.journey_map.document import Check, Unit, Value
from desirepath.measure.comparison.claims import JudgedClaim, Verdict

_SAID = {
    Verdict.HOLDS: "the data agree",
    Verdict.DRIFT: "the data say otherwise",
    Verdict.UNKNOWN: "the data cannot tell",
}
_UNITS = {
    "share": Unit.SHARE,
    "points": Unit.POINTS,
    "score": Unit.SCORE,
    "money": Unit.MONEY,
    "duration": Unit.DURATION,
    "ease": Unit.EMOTION,
}
_SIGNS = {">=": "≥", "<=": "≤"}
_SEEN = {"promise": "promises", "reach": "touchpoints", "lift": "touchpoints"}


def checked(draft: Draft, text: str) -> Check | None:
    """The check of a claim, by its text; None where it was not asked."""
    judged = draft.inputs.claims.get(text)
    if judged is None:
        return None
    claim = judged.claim
    sides = "" if claim.of in (None, EVERYONE) and claim.other is None else claim.of or EVERYONE
    return Check(
        claim=text,
        verdict=judged.verdict,
        said=said_of(judged, draft.inputs.journey.currency),
        values=_values(judged),
        contract=judged.contract,
        see=_see(draft, claim.measure) if claim.of is None else "",
        a=sides,
        b=(claim.other or "rest") if sides else "",
        measure=claim.measure,
    )


def said_of(judged: JudgedClaim, currency: str | None) -> str:
    """'the data say otherwise: 87.6 % (86.7–88.5 %), n 4,897; claimed ≥ 95 %'."""
    return f"{_SAID[judged.verdict]}: {_told(judged, currency)}"


def _told(judged: JudgedClaim, money: str | None) -> str:
    unit = _UNITS[judged.claim.unit]
    if judged.difference is None or judged.other is None:
        told = _with_interval(judged.measured, unit, money)
        who = "" if judged.of == EVERYONE or not judged.measured.known else f", {judged.of}"
        return f"{told}{who}; claimed {_bound(judged.claim)}"
    if not isinstance(judged.difference, Estimate):
        return f"{judged.of} against {judged.against}: {say.of(judged.difference, unit, money)}"
    mine, theirs = (say.of(one, unit, money) for one in (judged.measured, judged.other))
    each = f"{mine} ({judged.of}) against {theirs} ({judged.against})"
    apart = Unit.POINTS if unit is Unit.SHARE else unit
    ends = say.span(judged.difference, apart, money)
    counts = f"n{say.NBSP}{say.count(judged.measured.n)} and {say.count(judged.other.n)}"
    return f"{each}, {say.apart(judged.difference, apart, money)} ({ends}), {counts}"


def _bound(claim: Claim) -> str:
    """'≥ 95 %', as it was written."""
    return f"{_SIGNS.get(claim.sign, claim.sign)} {re.split('[<>=≥≤]+', claim.text, maxsplit=1)[1].strip()}"


def _with_interval(measured: Measured, unit: Unit, currency: str | None) -> str:
    told = say.of(measured, unit, currency)
    if not isinstance(measured, Estimate):
        return told
    return f"{told} ({say.span(measured, unit, currency)}), n{say.NBSP}{say.count(measured.n)}"


def _values(judged: JudgedClaim) -> tuple[Value, ...]:
    unit = _UNITS[judged.claim.unit]
    if judged.difference is None or judged.other is None:
        who = "" if judged.of == EVERYONE else f", {judged.of}"
        return (Value("measured", f"{judged.label}{who}", unit, judged.measured),)
    apart = Unit.POINTS if unit is Unit.SHARE else unit
    return (
        Value("difference", f"{judged.label}: difference", apart, judged.difference),
        Value("measured", judged.of, unit, judged.measured),
        Value("other", judged.against, unit, judged.other),
    )


def _see(draft: Draft, measure: str) -> str:
    """The cell that shows the same number. build_map drops a link that leads nowhere."""
    family, _, subject = measure.partition(":")
    if family == "rate":
        return cell_id("track", subject, "rate")
    journey = draft.inputs.journey
    things = journey.promises if family == "promise" else journey.touchpoints if family in _SEEN else ()
    stage = next((one.stage for one in things if one.id == subject), None)
    return cell_id(_SEEN[family], stage, subject) if stage else ""
