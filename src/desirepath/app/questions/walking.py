"""What does a question about paths or transitions walk along: which steps, within which walks, of whom?

In: the fields that such questions share. Out: Walked: walks with a code for each step, and what the codes are called.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import Field, field_validator

from desirepath.app.questions.columns import said_in, shown
from desirepath.app.questions.question import Question, QuestionError
from desirepath.core.errors import NotFound, nearest
from desirepath.core.times import parse_duration
from desirepath.journey.bits import BY_CUSTOMER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.steps import Step
    from desirepath.measure.walks.walk import Unit, Walks

A = TypeVar("A")
Per = Literal["session", "visit", "pass", "trail"]
_CAMPAIGNS = ("campaign", "utm_campaign")
OTHER = "(other)"


@dataclass(frozen=True)
class Steps:
    """What each event is as a step. code: −1 where it is none. names: of the codes, as they are asked for; labels: for
    people. home: the place of each one's stage, −1 none."""

    code: NDArray[Any]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    home: NDArray[np.int64]

    @property
    def kinds(self) -> int:
        """How many codes there are."""
        return len(self.names)


@dataclass(frozen=True)
class Walked:
    """The walks that are asked about, and their steps. in_flight: visits left out since their end is not known."""

    walks: Walks
    steps: Steps
    in_flight: int = 0


class WalkQuestion(Question[A]):
    """The fields that paths and transitions share."""

    by: str = Field(
        default="touchpoint",
        description="What a step is: touchpoint, stage, channel, event, or a property such as properties.page.",
    )
    per: Per | None = Field(
        default=None,
        description="What one walk is: a session, a visit (a stay in one stage), a pass (one run through the journey), "
        "or a customer's whole trail.",
    )
    session: str = Field(
        default="30 min",
        description='When a session is over: after so long without an event, and, if named, with the local "day", '
        'with another "campaign": "30 min, day".',
    )
    stage: str | None = Field(default=None, description="Only within visits of this stage.")
    own: bool = Field(
        default=False,
        description="Only steps of the customers themselves, not what the business or machines did.",
    )

    @field_validator("session")
    @classmethod
    def _session_reads(cls, text: str) -> str:
        read_session(text)
        return text

    def unit(self, usual: Unit) -> Unit:
        """What one walk is: as asked, else a visit where a stage is named."""
        if self.stage is None:
            return self.per or usual
        if self.per in ("pass", "trail"):
            raise QuestionError(
                f"a {self.per} is more than one stage",
                hint="Within a stage ask per visit or per session, or leave the stage out.",
                field="per",
            )
        return self.per or "visit"


def read_session(text: str) -> tuple[int | None, bool, bool]:
    """(µs of silence, None for no such rule; a new day begins another; a new campaign does). Raises ValueError."""
    gap, day, campaign = None, False, False
    for part in text.split(","):
        word = part.strip().lower()
        if word == "day":
            day = True
        elif word == "campaign":
            campaign = True
        else:
            try:
                gap = round(parse_duration(word).total_seconds() * 1_000_000)
            except ValueError as error:
                raise ValueError(
                    f'{error}\nOr write "day" or "campaign", or several: "30 min, day".'
                ) from None
    return gap, day, campaign


def walked(
    question: WalkQuestion[Any],
    asking: Asking,
    usual: Unit,
    anchors: tuple[Step, ...] = (),
    before: Literal["lapsed", "left", "lost"] | None = None,
) -> Walked:
    """The walks of a question. anchors: steps that have a code of their own where an event has none.

    before: only visits that ended so; how many are in flight is told.
    """
    import numpy as np

    from desirepath.measure.walks.walk import sessions, whole_trails

    unit = question.unit(usual)
    owned = question.by == "stage" or unit in ("visit", "pass") or question.stage is not None
    steps = _steps(asking, question.by, anchors, asking.owner if owned else None)
    if question.own:
        mine = (asking.trails.evidence & BY_CUSTOMER) != 0
        steps = replace(steps, code=np.where(mine, steps.code, np.int16(-1)))
    trails, visits = asking.trails, asking.visits
    if not owned or (unit in ("session", "trail") and question.stage is None):
        asked = None if question.segment is None else np.asarray(asking.layers.segment(question.segment))
        period = asking.period(question.since, question.until)
        if unit == "trail":
            return Walked(whole_trails(trails, visits, steps.code, asked=asked, period=period), steps)
        gap, starts = _session_rule(question, asking)
        gap = gap if starts is None and gap is not None else -1
        found = sessions(
            trails, visits, steps.code, as_of=asking.as_of, gap=gap, starts=starts, asked=asked, period=period,
            ends=None if starts is not None else _session_ends(asking, gap),
        )  # fmt: skip
        return Walked(found, steps)
    kept, in_flight = _asked_rows(question, asking, unit, before)
    if unit == "pass":  # who and when is asked of the pass, at its first visit
        return Walked(asking.laid_passes.walks(steps.code, kept=kept), steps)
    if unit == "visit":
        return Walked(asking.laid_visits.walks(steps.code, kept=kept), steps, in_flight)
    _, marks = _session_rule(question, asking)
    marks = _marks(question, asking) if marks is None else marks
    return Walked(asking.laid_visits.walks(steps.code, kept=kept, starts=marks), steps, in_flight)


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────


def _steps(asking: Asking, by: str, anchors: tuple[Step, ...], owner: NDArray[np.int64] | None) -> Steps:
    """The code of each event, the commonest kinds by themselves, and of anchors where an event has no other."""
    import numpy as np

    journey, trails = asking.journey, asking.trails
    word = by.strip()
    stages = {s.id: i for i, s in enumerate(journey.stages)}
    if word == "stage":
        assert owner is not None
        code: NDArray[Any] = np.append(asking.visits.stage, np.int8(-1))[owner].astype(np.int16)
        names = tuple(stages)
        labels = tuple(s.label for s in journey.stages)
        home = np.arange(len(names), dtype=np.int64)
    elif word == "touchpoint":
        code, names = trails.touchpoint, tuple(t.id for t in journey.touchpoints)
        labels = tuple(t.label for t in journey.touchpoints)
        home = np.array([stages.get(t.stage or "", -1) for t in journey.touchpoints], np.int64)
    else:
        code, names = _column(asking, word)
        labels, home = names, np.full(len(names), -1, np.int64)
    for anchor in anchors:
        bare = anchor.mask & (code < 0)
        if bare.any():
            code = np.where(bare, np.int16(len(names)), code).astype(code.dtype)
            names, labels, home = (*names, anchor.text.strip()), (*labels, anchor.label), np.append(home, -1)
    return Steps(code, names, labels, home)


def _column(asking: Asking, by: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """A column's codes; the rarest values are one kind where there are very many."""
    import numpy as np

    from desirepath.measure.walks.path_counts import MOST_KINDS, commonest

    try:
        name = asking.layers.column_name(by)
    except NotFound as error:
        known = ["touchpoint", "stage", "channel", "event"]
        close = nearest(by, known, "Steps can be").partition("? ")
        raise QuestionError(
            f'nothing can be a step by "{by}"',
            hint=f"{close[0]}?" if close[1] else error.hint or close[0],
            by=by,
        ) from None
    column = said_in(asking, name, refused="it is no step", hint="Ask by touchpoint or event.")
    most = MOST_KINDS - 4  # anchors have a code, too
    if len(column.labels) <= most:
        return column.code, shown(asking, name, column.labels)
    each = np.bincount(column.code[column.code >= 0], minlength=len(column.labels))
    kept = np.sort(commonest(each, most - 1))
    place = np.full(len(column.labels) + 1, len(kept), np.int32)
    place[kept] = np.arange(len(kept))
    place[-1] = -1  # read by −1
    return place[column.code], (*shown(asking, name, [column.labels[i] for i in kept.tolist()]), OTHER)


# ── walks ────────────────────────────────────────────────────────────────────────────────────────────────


def _session_rule(question: WalkQuestion[Any], asking: Asking) -> tuple[int | None, NDArray[np.bool_] | None]:
    """(µs of silence, where sessions begin); no marks where silence alone says it."""
    gap, day, campaign = read_session(question.session)
    return gap, _marks(question, asking) if day or campaign else None


def _marks(question: WalkQuestion[Any], asking: Asking) -> NDArray[np.bool_]:
    from desirepath.core.times import from_us
    from desirepath.journey.calendar import offset_changes
    from desirepath.trail.sessions import session_starts

    gap, day, campaign = read_session(question.session)
    trails, zone = asking.trails, None
    if day and trails.events:
        first, last = (from_us(int(at)).year for at in (trails.ts.min(), trails.ts.max()))
        zone = offset_changes(asking.journey.time_zone, first, last)
    codes = _campaigns(asking) if campaign else None
    return session_starts(trails.offset, trails.ts, gap=gap, zone=zone, campaign=codes)


def _campaigns(asking: Asking) -> NDArray[np.int32]:
    for word in _CAMPAIGNS:
        try:
            return asking.layers.codes(word).code
        except NotFound:
            continue
    raise QuestionError(
        "no event tells its campaign",
        hint=f'Sessions by campaign need a property "{_CAMPAIGNS[0]}" or "{_CAMPAIGNS[1]}".',
        field="session",
    )


def _session_ends(asking: Asking, gap: int) -> NDArray[np.int8]:
    """How each session ends; the same for every question with this silence, so it is found once for each build."""
    from desirepath.measure.walks.walk import session_ends

    return asking.layers.made(
        f"ends of sessions, {gap}",
        lambda: session_ends(asking.trails, asking.visits, as_of=asking.as_of, gap=gap),
    )


def _asked_rows(
    question: WalkQuestion[Any], asking: Asking, unit: Unit, before: str | None
) -> tuple[NDArray[np.bool_], int]:
    """[visits]: those that are meant; and how many of them are left out since they are in flight."""
    from desirepath.core.words import Outcome, Track
    from desirepath.measure.cohort import asked_visits, lost_visits

    v = asking.visits
    where, period = asking.membership(question.segment), asking.period(question.since, question.until)
    asked = asked_visits(v, where, period, Track.JOURNEY)
    if unit == "pass":
        return asked, 0
    if question.stage is not None:
        names = [s.id for s in asking.journey.stages]
        if question.stage not in names:
            raise QuestionError(
                f'there is no stage "{question.stage}"',
                hint=nearest(question.stage, names, "Stages"),
                field="stage",
            )
        asked &= v.stage == names.index(question.stage)
    if before is None:
        return asked, 0
    open_ones = int((asked & (v.outcome == Outcome.IN_FLIGHT)).sum())
    if before == "lost":
        return asked & lost_visits(v), open_ones
    outcome = Outcome.LAPSED if before == "lapsed" else Outcome.LEFT
    return asked & (v.outcome == outcome), open_ones
