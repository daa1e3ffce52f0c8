"""What was promised, what was delivered, and what does it do when a promise is broken?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question
from desirepath.core.errors import NotFound, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.core.estimate import Measured
    from desirepath.journey.promises import PromiseRows
    from desirepath.measure.answers import PromiseAnswer
    from desirepath.measure.promises.effects import Effect

LISTED = ("made", "kept", "broken", "waiting", "overdue")


@dataclass(frozen=True, slots=True)
class PromiseTold:
    """One promise, for everybody (group "") or for a group.

    within: the time in which the asked share is delivered, by Kaplan–Meier; sayable: the promise that it would be.
    rest: of a group, its kept share less that of all others, at a level that allows for the number of groups.
    """

    promise: str
    group: str
    kept: PromiseAnswer
    within: Measured
    sayable: str
    rest: Measured | None = None


@dataclass(frozen=True, slots=True)
class PromisesAnswer:
    """What is told of each promise, of everybody first; effects: promise → what a broken one does."""

    told: tuple[PromiseTold, ...]
    effects: dict[str, tuple[Effect, ...]]


class Promises(Question["PromisesAnswer"]):
    """How often each promise is kept, by group, what a broken one does, and the promise that would be kept.

    A promise that is due and still open is broken; whoever still waits has waited at least so long.
    """

    name: ClassVar[str] = "promises"
    about: ClassVar[str] = "How well are promises kept, and what do broken ones do?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop",
        "shop delivered_in_time --by traits.region",
        'shop delivered_in_time --members "broken"',
    )

    promise: str | None = Field(
        default=None,
        description="Which promise, by its id; all of them unless said.",
        json_schema_extra={"argument": True},
    )
    by: str | None = Field(
        default=None,
        description="Each group apart: segment, channel, touchpoint, month, traits.region … when it was promised.",
    )
    like: str | None = Field(
        default=None,
        description="Compare broken with kept promises only where these agree, too, such as traits.region.",
    )
    share: float = Field(
        default=0.95, description="For how many the promise that is looked for should be kept."
    )

    @field_validator("share")
    @classmethod
    def _a_share(cls, share: float) -> float:
        if not 0 < share < 1:
            raise ValueError(f"{share:g} is no share between 0 and 1\nWrite 0.95 for 95 in 100.")
        return share

    def answer(self, asking: Asking) -> Answer[PromisesAnswer]:
        """Kept shares, times and effects; who was let down."""
        told = _Told(self, asking)
        return asking.answered(
            self, told.result, told.contract, tuple(told.says()), told.tables(), told.lists()
        )


def deliveries_known(asking: Asking, rows: PromiseRows, *, most: int | None = None) -> dict[str, int]:
    """Promise id → until when deliveries are known: the earliest end of the sources that have told of any.

    most: never later than this, µs; as_of unless said.
    """
    import numpy as np

    known: dict[str, int] = {}
    source = asking.layers.codes("source") if len(rows) else None
    for place, promise in enumerate(asking.journey.promises):
        closing = rows.closing_event[(rows.promise == place) & (rows.closing_event >= 0)]
        if source is None or not len(closing):
            continue
        at = asking.places(closing)
        code = source.code[at[at >= 0]]
        names = {source.labels[i] for i in np.unique(code[code >= 0])}
        ends = [end.until for end in asking.source_ends if end.source in names]
        known[promise.id] = min([asking.as_of if most is None else most, *ends])
    return known


class _Told:
    """One answer: what it rests on, in words, tables and lists."""

    def __init__(self, question: Promises, asking: Asking) -> None:
        from desirepath.measure.cohort import contract

        self._question, self._asking, self._journey = question, asking, asking.journey
        names = [p.id for p in asking.journey.promises]
        if question.promise is not None and question.promise not in names:
            raise NotFound(
                f'there is no promise "{question.promise}"', hint=nearest(question.promise, names, "Promises")
            )
        self._names = names if question.promise is None else [question.promise]
        self._rows, self._at = self._asked()
        self._known = deliveries_known(asking, self._rows)
        self._groups = self._parted()
        self.contract = contract(
            asking.journey,
            asking.as_of,
            question.about,
            "promises that were due before what we know ends, and not voided before they were due",
            "kept: delivered by the promised instant; due and still open is broken. Broken against kept from the "
            "instant it was due, among promises alike until then: same channel and quarter, as many earlier "
            "promises, as soon after the customer's last action (advancing: same stage, as long after entry, too). "
            "Return: an own event 7 to 90 days later; scores: the first of each kind within 90 days. Beyond chance: "
            "at most 1 in 20 of all that are called so would be so by chance alone. An association, not a cause",
            "Wilson (1927); Kaplan & Meier (1958); Mantel & Haenszel (1959); Benjamini & Hochberg (1995)",
        )
        self.result = PromisesAnswer(tuple(self._tell()), self._effects())

    # ── the measures ─────────────────────────────────────────────────────────────────────────────────────

    def _asked(self) -> tuple[PromiseRows, NDArray[np.int64]]:
        """The promises made to whom and when it is asked about, and the places of their opening events."""
        import numpy as np

        rows, period = self._asking.promises, self._asking.period(self._question.since, self._question.until)
        places = [i for i, p in enumerate(self._journey.promises) if p.id in self._names]
        chosen = np.isin(rows.promise, places) & (rows.opened >= period.start) & (rows.opened < period.end)
        at = self._asking.places(rows.event) if len(rows) else np.empty(0, np.int64)
        chosen &= at >= 0
        if self._question.segment is not None:
            chosen &= np.append(self._asking.layers.segment(self._question.segment), False)[at]
        return rows.where(chosen), at[chosen]

    def _parted(self) -> dict[str, NDArray[np.bool_]]:
        from desirepath.app.questions.breakdown import groups_by, named

        if self._question.by is None:
            return {}
        return named(groups_by(self._asking, self._question.by, self._at))

    def _tell(self) -> Iterator[PromiseTold]:
        everybody = self._of(self._rows)
        groups = [(label, self._of(self._rows.where(mask))) for label, mask in self._groups.items()]
        for name in self._names:
            kept, within, sayable = everybody[name]
            yield PromiseTold(name, "", kept, within, sayable)
            for label, of in groups:
                one, within, sayable = of[name]
                if one.made:
                    rest = _against_the_rest(one, kept, len(groups))
                    yield PromiseTold(name, label, one, within, sayable, rest)

    def _of(self, rows: PromiseRows) -> dict[str, tuple[PromiseAnswer, Measured, str]]:
        from desirepath.measure.promises.kept import promises, would_be_kept

        as_of, known = self._asking.as_of, self._known
        answers = {one.promise: one for one in promises(self._journey, rows, as_of=as_of, known=known)}
        within = would_be_kept(self._journey, rows, as_of=as_of, known=known, share=self._question.share)
        return {name: (answers[name], *within[name]) for name in self._names}

    def _effects(self) -> dict[str, tuple[Effect, ...]]:
        from desirepath.measure.promises.effects import promise_effects

        like, asking = None, self._asking
        if self._question.like is not None:
            from desirepath.app.questions.breakdown import codes_of, groups_by

            like = codes_of(groups_by(asking, self._question.like, self._at), len(self._at))
        return promise_effects(
            self._journey, asking.visits, asking.trails, self._rows, self._at,
            as_of=asking.as_of, known=self._known, scores=asking.scores, like=like,
        )  # fmt: skip

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────

    def says(self) -> Iterator[str]:
        """Each promise, its worst group, and what a broken one does."""
        from desirepath.app.questions.retention_told import in_share

        if not self._names:
            yield "The journey declares no promise: declare one under `promises:` in its file."
        labels = {p.id: p.label for p in self._journey.promises}
        for name in self._names:
            one = next(told for told in self.result.told if (told.promise, told.group) == (name, ""))
            kept = one.kept
            if not kept.made:
                yield f"{labels[name]}: nobody was promised it."
                continue
            open_ones = f"{kept.waiting:,} still wait in time, {kept.overdue:,} beyond it"
            share = f"{100 * self._question.share:g} %"
            would = f" Kept for {share} would be: {one.sayable}." if one.sayable else ""
            yield f"{labels[name]}: kept for {in_share(kept.kept)} of {kept.due:,} that were due; {open_ones}.{would}"
            yield from self._worst(name)
            yield from self._done_by(name)

    def _worst(self, name: str) -> Iterator[str]:
        from desirepath.app.questions.retention_told import in_share
        from desirepath.core.estimate import Estimate

        groups = [
            (one.rest.value, one)
            for one in self.result.told
            if one.promise == name and isinstance(one.rest, Estimate) and one.rest.high < 0
        ]
        if groups:
            gap, one = min(groups, key=lambda pair: pair[0])
            yield (
                f"Most often broken for {one.group}: kept for {in_share(one.kept.kept)}, "
                f"{-100 * gap:.1f} points less often than for all others."
            )

    def _done_by(self, name: str) -> Iterator[str]:
        from desirepath.app.questions.units import in_words
        from desirepath.core.estimate import Estimate

        said = []
        for one in self.result.effects.get(name, ()):
            if not one.beyond_chance or not isinstance(one.difference, Estimate):
                continue
            low, high = (f"{100 * end:+.1f}" for end in (one.difference.low, one.difference.high))
            ends = f"{low} to {high}; n {one.broken:,} and {one.compared:,}"
            what = {"advancing": "success", "return": "coming back"}.get(
                one.what, f"{one.what} (of its scale)"
            )
            worth = ""
            if isinstance(one.lost, Estimate):
                worth = f", about {one.lost.value:,.0f} successes"
                if isinstance(one.value, Estimate):
                    worth += f" worth {in_words(one.value, 'money', self._asking.currency)}"
            said.append(f"{what} {100 * one.difference.value:+.1f} points ({ends}){worth}")
        if said:
            yield (
                f"Where it is broken, against like customers where it was kept: {'; '.join(said)}. Associations, not "
                "causes."
            )

    # ── tables and lists ─────────────────────────────────────────────────────────────────────────────────

    def tables(self) -> dict[str, Table]:
        """Kept shares, times, and effects."""
        from desirepath.app.questions.tables import table_of

        group: dict[str, str | type] = {"group": str} if self._groups else {}
        rule = {"rule": self.contract.rule, "definition": self._journey.version}

        def first(one: PromiseTold) -> tuple[Any, ...]:
            return (one.promise, one.group or "all") if self._groups else (one.promise,)

        kept = [
            (
                *first(one), one.kept.made, one.kept.due, one.kept.kept, one.kept.waiting, one.kept.overdue,
                one.sayable or None,
            )
            for one in self.result.told
        ]  # fmt: skip
        times = [
            (*first(one), *one.kept.took, one.kept.late_by, one.within, one.sayable or None)
            for one in self.result.told
        ]
        effects = [
            (
                name, one.what, one.difference, one.broken, one.compared, one.lost, one.value, one.q, one.beyond_chance,
                "" if one.difference.known else _why(one.difference),
            )
            for name, some in self.result.effects.items()
            for one in some
        ]  # fmt: skip
        counts: dict[str, str | type] = {
            "made": int,
            "due": int,
            "kept": "share",
            "waiting": int,
            "overdue": int,
        }
        waits: dict[str, str | type] = dict.fromkeys(
            ("quarter", "half", "three_quarters", "late_by", "within"), "duration"
        )
        return {
            "kept": table_of("promise", {"promise": str, **group, **counts, "would_be_kept": str}, kept, rule),
            "effects": table_of(
                "promise and effect",
                {
                    "promise": str, "what": str, "difference": "points", "broken": int, "compared": int,
                    "lost": "number", "value": "money", "q": float, "beyond_chance": bool, "why_none": str,
                },
                effects,
                rule,
            ),
            "times": table_of("promise", {"promise": str, **group, **waits, "would_be_kept": str}, times, rule),
        }  # fmt: skip

    def lists(self) -> dict[str, Codes]:
        """ "broken" of the one promise asked about, else "delivered_in_time broken"; a group's name behind it."""
        found: dict[str, Codes] = {}
        for name in self._names:
            before = "" if self._question.promise is not None else f"{name} "
            for what in LISTED:
                found[f"{before}{what}"] = self._behind(name, what, None)
                for label, group in self._groups.items():
                    found[f"{before}{what} {label}"] = self._behind(name, what, group)
        return found

    def _behind(self, name: str, what: str, group: NDArray[np.bool_] | None) -> Codes:
        def codes() -> NDArray[np.int64]:
            import numpy as np

            from desirepath.measure.promises.kept import standing

            place = [p.id for p in self._journey.promises].index(name)
            until = min(self._known.get(name, self._asking.as_of), self._asking.as_of)
            mask = standing(self._rows, place, until)[what]
            return np.unique(self._rows.customer[mask if group is None else mask & group]).astype(np.int64)

        return codes


def _against_the_rest(one: PromiseAnswer, everybody: PromiseAnswer, groups: int) -> Measured:
    """A group's kept share less that of all others; as many comparisons as groups: each is asked to be that surer."""
    from desirepath.core.estimate import Estimate, too_few
    from desirepath.stats.intervals import difference

    mine, every = one.kept, everybody.kept
    if not isinstance(mine, Estimate) or not isinstance(every, Estimate):
        return too_few(mine.n)
    hits, all_hits = round(mine.value * mine.n), round(every.value * every.n)
    level = 1 - 0.05 / max(groups, 1)
    return difference(hits, mine.n, all_hits - hits, every.n - mine.n, as_of=mine.as_of, level=level)


def _why(one: Measured) -> str:
    from desirepath.core.estimate import NoEstimate

    assert isinstance(one, NoEstimate)
    return f"{one.reason}: {one.detail}" if one.detail else one.reason
