"""How many customers go through these steps, where do they stop, and who is still on the way?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from desirepath.app.questions.question import Question, QuestionError
from desirepath.core.errors import nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer
    from desirepath.app.questions.steps import Step
    from desirepath.measure.funnel import Exclusion, FunnelEvents, FunnelPlan, Matches, Window
    from desirepath.measure.funnel.answers import FunnelAnswer
    from desirepath.measure.funnel.others import Recount

_SESSIONS = re.compile(r"(?:(\d+)\s+)?sessions?", re.I)
_DAYS = re.compile(r"(?:(\d+)\s+)?(?:local|calendar)\s+days?", re.I)
_BETWEEN = re.compile(r"(.+?)\s+between\s+(.+?)\s+and\s+(.+)", re.I | re.S)
_WITHIN = 'Write it like "14 days", "30 minutes", "1 session" or "2 local days".'


class Funnel(Question["FunnelAnswer"]):
    """Customers go through steps within a window: how many reach each, where they stop, how long they take.

    A step is a touchpoint, a stage, an event or a rule over events. Whose window is still open is in flight, and lost
    to no rate.
    """

    name: ClassVar[str] = "funnel"
    about: ClassVar[str] = "How many go through these steps, and where do they stop?"
    examples: ClassVar[tuple[str, ...]] = (
        'shop product_page cart order --within "14 days"',
        "shop cart checkout order --by device --every month",
        'shop cart order --exclude "faq between cart and order"',
        "shop product_page cart order --as-counted-by mixpanel",
    )

    steps: tuple[str, ...] = Field(
        description="The steps in order: touchpoints, stages, events or rules over events.",
        json_schema_extra={"argument": True},
    )
    within: str = Field(
        default="14 days",
        description='How long they may take from the entry on: a time ("14 days"), "1 session", "2 local days".',
    )
    order: Literal["ordered", "strict", "exact", "any"] = Field(
        default="ordered",
        description="ordered: other events may lie between; strict: no other step of the funnel may; exact: no other "
        "event may; any: all steps in any order.",
    )
    optional: tuple[str, ...] = Field(default=(), description="Which of the steps need not be done.")
    exclude: tuple[str, ...] = Field(
        default=(), description='What breaks an attempt: a step ("faq"), or "faq between cart and checkout".'
    )
    hold: str | None = Field(
        default=None,
        description="A property that all steps must share with the entry, such as properties.order_id.",
    )
    reentry: Literal["first_entry", "best_entry", "all_entries"] = Field(
        default="first_entry",
        description="Which entries count: each customer's first, the one that came furthest, or all.",
    )
    by: str | None = Field(
        default=None, description="Break down by this: channel, segment, persona, or such as traits.device."
    )
    by_at: str = Field(
        default="first",
        description="Where a breakdown looks: first (the entry), last (the furthest step), or a step.",
    )
    every: Literal["day", "week", "month"] | None = Field(
        default=None, description="Also by the day, week or month of entry."
    )
    session_gap: str = Field(default="30 minutes", description="How long a silence ends a session.")
    as_counted_by: Literal["amplitude", "clickhouse", "mixpanel", "posthog"] | None = Field(
        default=None, description="Also count as this tool does, and list the customers who differ, and why."
    )

    @field_validator("steps")
    @classmethod
    def _some(cls, steps: tuple[str, ...]) -> tuple[str, ...]:
        if not steps:
            raise ValueError(
                "a funnel needs at least one step\nName a touchpoint, a stage, an event or a rule."
            )
        return steps

    @field_validator("within")
    @classmethod
    def _window(cls, within: str) -> str:
        read_window(within)
        return within

    @field_validator("session_gap")
    @classmethod
    def _gap(cls, gap: str) -> str:
        _microseconds(gap)
        return gap

    def answer(self, asking: Asking) -> Answer[FunnelAnswer]:
        """Every step, the groups, the trend; and, where asked for, the same as others count it."""
        from desirepath.app.questions import funnel_told as told
        from desirepath.measure.funnel import match, trend
        from desirepath.measure.funnel.ask import answer_of
        from desirepath.measure.funnel.rows import rows_of

        events, plan = self._asked(asking)
        period = asking.period(self.since, self.until)
        known, source = self._known(asking, events)
        found = match(events, plan, period)
        ts, as_of, version = asking.trails.ts, asking.as_of, asking.journey.version
        result = answer_of(found, ts, plan, as_of=as_of, known=known, definition=version)
        names = told.names_of(self.steps)
        says, tables = told.says(result, names, source, asking), told.tables(result)
        lists = told.lists(rows_of(found, ts, plan, known), plan, names)
        if self.by is not None:
            from desirepath.app.questions.breakdown import groups_by

            groups = groups_by(asking, self.by, self._looked_at(found, plan))
            parts = [
                (
                    one.label,
                    answer_of(
                        found,
                        ts,
                        plan,
                        as_of=as_of,
                        known=known,
                        definition=version,
                        those=one.rows,
                        brief=True,
                    ),
                )
                for one in groups.groups
            ]
            tables |= told.group_tables(parts)
            says += told.group_says(parts, groups.overlap, self.by)
        if self.every is not None:
            tables["trend"] = told.trend_table(
                trend(result, ts, self.every, asking.journey.time_zone), asking.journey.time_zone
            )
        if self.as_counted_by is not None:
            other = self._recounted(asking, events, plan)
            tables |= told.recount_tables(other, result, asking)
            says += told.recount_says(other)
            lists["counted otherwise"] = lambda: other.customer
        return asking.answered(self, result, result.contract, says, tables, lists)

    def asked(self, asking: Asking) -> tuple[FunnelEvents, FunnelPlan, int]:
        """(the events, the rules, until when steps are known): for questions that match the same steps."""
        events, plan = self._asked(asking)
        return events, plan, self._known(asking, events)[0]

    # ── what is asked ────────────────────────────────────────────────────────────────────────────────────

    def _asked(self, asking: Asking) -> tuple[FunnelEvents, FunnelPlan]:
        from desirepath.app.questions.steps import read_steps
        from desirepath.measure.funnel import FunnelEvents, FunnelPlan, PlanError, StepCodes

        steps = read_steps(asking, self.steps)
        excluded, exclusions = self._exclusions(asking)
        codes = tuple(step.touchpoint for step in steps)
        entries = None if self.segment is None else asking.layers.segment(self.segment)
        trails = asking.trails
        try:
            plan = FunnelPlan(
                tuple(step.label for step in steps),
                read_window(self.within),
                order=self.order,
                reentry=self.reentry,
                optional=self._optional(),
                exclusions=exclusions,
                held=self.hold or "",
            )
        except PlanError as error:
            raise QuestionError(str(error), hint=error.hint) from None
        events = FunnelEvents(
            trails.offset,
            trails.ts,
            StepCodes(trails.touchpoint, codes) if min(codes) >= 0 else [step.mask for step in steps],
            [step.mask for step in excluded],
            evidence=trails.evidence if asking.dated else None,
            held=None if self.hold is None else asking.layers.codes(self.hold).code,
            entries=entries,
            zone=asking.journey.time_zone,
            gap=_microseconds(self.session_gap),
        )
        return events, plan

    def _place(self, text: str, what: str) -> int:
        """The place of a step of this funnel, by its text or its number from 1."""
        clean = text.strip()
        texts = [step.strip() for step in self.steps]
        if clean in texts:
            return texts.index(clean)
        if clean.isdigit() and 1 <= int(clean) <= len(texts):
            return int(clean) - 1
        raise QuestionError(
            f'{what}: "{clean}" is no step of this funnel',
            hint=nearest(clean, texts, "Its steps"),
            step=clean,
        )

    def _optional(self) -> tuple[bool, ...]:
        places = {self._place(text, "optional") for text in self.optional}
        return tuple(place in places for place in range(len(self.steps)))

    def _exclusions(self, asking: Asking) -> tuple[list[Step], tuple[Exclusion, ...]]:
        from desirepath.app.questions.steps import read_step
        from desirepath.measure.funnel import Exclusion

        steps, exclusions = [], []
        for text in self.exclude:
            parts = _BETWEEN.fullmatch(text.strip())
            after, before = 0, -1
            if parts is not None and not self._is_step(asking, text):
                text = parts.group(1)
                after, before = (self._place(parts.group(i), "exclude") for i in (2, 3))
            step = read_step(asking, text)
            steps.append(step)
            exclusions.append(Exclusion(after, before, step.label))
        return steps, tuple(exclusions)

    def _is_step(self, asking: Asking, text: str) -> bool:
        """Whether all of a text is a step: a rule can have the word "between", too."""
        from desirepath.app.questions.steps import read_step

        try:
            read_step(asking, text)
        except QuestionError:
            return False
        return True

    def _looked_at(self, found: Matches, plan: FunnelPlan) -> NDArray[np.int64]:
        """[attempts]: the event that a breakdown looks at; the entry of those who have not come to the step."""
        import numpy as np

        if self.by_at == "first":
            return found.entry
        if self.by_at == "last":
            return found.last
        place = self._place(self.by_at, "by_at")
        if place not in plan.required:
            raise QuestionError(
                f'by_at: "{self.by_at}" is optional', hint="Look at a step that all who pass have done."
            )
        level = plan.required.index(place)
        at, there = found.entry.copy(), np.flatnonzero(found.reached > level)
        at[there] = found.at(level, there)
        return at

    # ── what is known ────────────────────────────────────────────────────────────────────────────────────

    def _known(self, asking: Asking, events: FunnelEvents) -> tuple[int, str]:
        """Until when steps are known, and the source that says so: the earliest of those that hold later steps."""
        from desirepath.measure.funnel.events import any_of

        column = asking.layers.codes("source")
        names = column.seen(lambda part: any_of(events, part, after=1 if len(events.steps) > 1 else 0))
        ends = [(end.until, end.source) for end in asking.source_ends if end.source in names or not names]
        until, source = min(ends, default=(asking.as_of, ""))
        return min(until, asking.as_of), source

    def _recounted(self, asking: Asking, events: FunnelEvents, plan: FunnelPlan) -> Recount:
        from dataclasses import replace

        from desirepath.measure.funnel import PlanError
        from desirepath.measure.funnel.others import recount
        from desirepath.trail.spread import customers_of

        assert self.as_counted_by is not None
        if events.entries is not None:
            events = replace(events, who=customers_of(events.offset, events.entries))
        try:
            return recount(events, plan, self.as_counted_by, asking.period(self.since, self.until))
        except PlanError as error:
            raise QuestionError(str(error), hint=error.hint, field="as_counted_by") from None


def read_window(text: str) -> Window:
    """'14 days', '1 session', '2 local days' → a Window. Raises ValueError: what is wrong, a line break, the fix."""
    from desirepath.measure.funnel.plan import PlanError, Window

    clean = text.strip()
    for kind, found in (("sessions", _SESSIONS.fullmatch(clean)), ("days", _DAYS.fullmatch(clean))):
        if found is not None:
            try:
                return Window("sessions" if kind == "sessions" else "days", int(found.group(1) or 1))
            except PlanError as error:
                raise ValueError(f"{error}\n{error.hint}") from None
    return Window("time", _microseconds(clean))


def _microseconds(text: str) -> int:
    from datetime import timedelta

    from desirepath.core.times import parse_duration
    from desirepath.measure.funnel.plan import LONGEST

    try:
        length = parse_duration(text)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        fix = _WITHIN if "longer" not in message else f"{hint[:1].upper()}{hint[1:]}."
        raise ValueError(f"{message}\n{fix}") from None
    return min(length // timedelta(microseconds=1), LONGEST)
