"""What the data say of the claims that people wrote on the map.

In: a journey's written texts, and answers that the map has anyway. Out: each claim judged, once. Only measures that a
claim names are asked for, and those that the map shows are taken from there, so that nobody reads two intervals of one
number. A claim that names nobody is about whom the map shows; one that does is about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from desirepath.app.questions.question import QuestionError
from desirepath.app.questions.sides import read_sides, side_rows
from desirepath.core.estimate import Measured, NoEstimate
from desirepath.journey.claim import EVERYONE, REST, Claim, measures_of
from desirepath.measure.cohort import contract
from desirepath.measure.comparison.ask import comparison, measured_on
from desirepath.measure.comparison.claims import JudgedClaim, verdict

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.journey.definition import Journey
    from desirepath.measure.answers import Contract, PromiseAnswer, StageAnswer
    from desirepath.measure.comparison.comparables import Side
    from desirepath.measure.comparison.side_rows import SideRows

Shown = dict[tuple[str, str | None], tuple[Measured, "Contract"]]
"""What the map shows already: (measure, of whom) → the number and how it was counted."""


def claims_of(journey: Journey) -> tuple[Claim, ...]:
    """Every claim that somebody wrote, each once."""
    found = {c.text: c for written in journey.written for c in written.holds if c is not None}
    return tuple(found.values())


def shown_numbers(stages: Mapping[str, StageAnswer], promised: tuple[PromiseAnswer, ...]) -> Shown:
    """The numbers of a map that a claim could name."""
    found: Shown = {}
    for stage, one in stages.items():
        found[f"rate:{stage}", None] = (one.rate, one.contract)
        found[f"median:{stage}", None] = (one.time_quartiles[1], one.contract)
    for kept in promised:
        if kept.contract is not None:
            found[f"promise:{kept.promise}", None] = (kept.kept, kept.contract)
    return found


def judged_claims(
    asking: Asking,
    *,
    segment: str | None = None,
    since: str | None = None,
    until: str | None = None,
    shown: Shown | None = None,
) -> dict[str, JudgedClaim]:
    """Each claim by its text. segment, since, until: of whom and when the map is."""
    claims = claims_of(asking.journey)
    if not claims:
        return {}
    judge = _Judge(asking, segment, since, until, shown or {})
    return {claim.text: judge.judged_or_why(claim) for claim in claims}


class _Judge:
    """One map's claims; its rows are made when the first claim needs them."""

    def __init__(
        self, asking: Asking, segment: str | None, since: str | None, until: str | None, shown: Shown
    ) -> None:
        self.asking, self.segment, self.since, self.until, self.shown = asking, segment, since, until, shown
        self.labels = dict(measures_of(asking.journey))
        self._rows: SideRows | None = None

    def judged_or_why(self, claim: Claim) -> JudgedClaim:
        """The same; one that cannot be asked of these data (nobody is the rest) cannot be told."""
        try:
            return self.judged(claim)
        except QuestionError as error:
            none = NoEstimate("no_data", detail=error.message)
            label = self.labels.get(claim.measure, claim.measure)
            return JudgedClaim(
                claim, verdict(claim, none), label, none, EVERYONE, self._counted(claim, label)
            )

    def judged(self, claim: Claim) -> JudgedClaim:
        """What the data say of it."""
        label = self.labels.get(claim.measure, claim.measure)
        known = self.shown.get((claim.measure, None)) if claim.of is None else None
        if claim.other is None and known is not None:
            measured, counted = known
            return JudgedClaim(
                claim, verdict(claim, measured), label, measured, self._who(self.segment), counted
            )
        rows = self._rows = self._rows or side_rows(self.asking)
        a, b = self._sides(claim)
        one = next((m for m in rows.measurables if m.id == claim.measure), None)
        if one is None or claim.other is None:
            nothing = NoEstimate("no_data", detail="nothing of it is in the data")
            single = nothing if one is None else measured_on(rows, one, a)
            label = label if one is None else one.label
            counted = self._counted(claim, label)
            return JudgedClaim(claim, verdict(claim, single), label, single, a.label, counted)
        answer = comparison(rows, a, b, (one,))
        (row,) = answer.rows
        return JudgedClaim(
            claim, verdict(claim, row.difference), one.label, row.a, a.label, self._compared(claim, answer.contract),
            row.b, row.difference, b.label,
        )  # fmt: skip

    def _sides(self, claim: Claim) -> tuple[Side, Side]:
        named = claim.of or self.segment or EVERYONE
        other = None if claim.other == REST else self._side(claim.other or named)
        return read_sides(
            self.asking, self._side(named), other, segment=None, since=self.since, until=self.until
        )

    def _side(self, name: str) -> str:
        """A name as read_sides takes it; a segment or persona of any name, such as one called `before`."""
        personas = (one.id for one in self.asking.journey.personas)
        return name if name == EVERYONE else f"{'persona' if name in personas else 'segment'}:{name}"

    def _who(self, name: str | None) -> str:
        journey = self.asking.journey
        labels = {s.id: s.label for s in journey.segments} | {p.id: p.label for p in journey.personas}
        return labels.get(name or "", EVERYONE)

    def _compared(self, claim: Claim, found: Contract) -> Contract:
        """How two sides were compared: one claim is asked, so nothing allows for many."""
        rule = (
            "the first side less the second; each side's 95 % interval joined into the difference's (MOVER), customers "
            "on both sides counting once. A claim holds where the whole interval is on its side, and drifts where it "
            f"is on the other. A difference is no cause, unless a lot decided who is where. Written: {claim.text}"
        )
        return replace(
            found, rule=rule, source="Newcombe (1998); Zou & Donner (2008); Royston & Parmar (2013)"
        )

    def _counted(self, claim: Claim, label: str) -> Contract:
        return contract(
            self.asking.journey,
            self.asking.as_of,
            f"{label}: what is it?",
            "what the measure counts: visits whose horizon is known, promises due, answers given; of those who "
            "belonged to the group when the visit was entered (the promise made)",
            "the number of the question comparison, with its 95 % interval, customers counting once; held against "
            f"what was written: {claim.text}",
        )
