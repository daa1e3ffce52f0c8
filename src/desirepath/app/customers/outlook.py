"""What may come of a customer, and how well that can be told: rhythm, lifetime value, forecasts.

In: the questions overdue, lifetime-value and forecast, answered once for everybody of a build and kept. Out: one
customer's part of each, or why there is none. Nothing is worked out here: the numbers are those of the questions.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from desirepath.app.customers.find import find
from desirepath.app.customers.lists import CustomerRow, rows_of
from desirepath.app.customers.masking import Masking
from desirepath.app.questions import question_class
from desirepath.core.errors import DesirepathError
from desirepath.core.estimate import Estimate, Measured

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.refresh import Say

What = Literal["purchase", "next_stage", "lapse"]
WHAT: tuple[What, ...] = ("purchase", "next_stage", "lapse")
_KEPT = 4  # builds
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Expected:
    """A value told of one customer, with the interval of the model's parameters."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How they buy, days. usual: the gap that the next exceeds half of the time. chance: of so long a silence.

    next_usual: when the next purchase would be usual, µs. at_stake: minor units a year. false: of all alarms, how many
    were false. level: the share of own gaps beyond the alarm.
    """

    gaps: int
    usual: float
    silent: int
    alarm_after: float
    chance: float
    rings: bool
    rings_for: float
    next_usual: int
    at_stake: float
    level: float
    false: Measured


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What is expected of them within `within` days. value: minor units. mean: the same of all buyers."""

    within: int
    alive: Expected
    purchases: Expected
    value: Expected | None
    mean: Measured


@dataclass(frozen=True, slots=True)
class Foretold:
    """Whether something comes within `within` days. plain: the share of everybody to whom it came; better: than that.

    probability: null where they are not asked about, or there is no model. above: the share of the others whose
    probability is lower. agrees: in most tenths the share that came agrees with the forecast, so that figures count.
    """

    what: What
    within: int
    probability: float | None
    plain: float | None
    better: bool
    above: float | None
    agrees: bool
    why: str
    says: list[str]


@dataclass(frozen=True, slots=True)
class CustomerOutlook:
    """One customer's. …_why: in words, where there is nothing. ready: false while nobody has asked for it yet."""

    ready: bool
    rhythm: Rhythm | None = None
    rhythm_why: str = ""
    lifetime: Lifetime | None = None
    lifetime_why: str = ""
    forecasts: tuple[Foretold, ...] = ()


@dataclass(frozen=True, slots=True)
class OverdueList:
    """Whose alarm rings freshly, the most at stake first; note: what is at stake (minor units a year)."""

    ready: bool
    says: str = ""
    customers: tuple[CustomerRow, ...] = ()


@dataclass(frozen=True)
class Everybody:
    """The answers of one build, for all customers. A question that cannot be asked is its reason."""

    overdue: Any
    lifetime: Any
    forecasts: dict[What, Any]


class Outlooks:
    """The answers that were worked out, by build. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Everybody] = OrderedDict()
        self.joining = threading.Lock()
        self.jobs: dict[str, Any] = {}  # build → the job that works it out

    def get(self, build: str) -> Everybody | None:
        """Those of a build, where they are there."""
        with self._lock:
            return self._kept.get(build)

    def work_out(self, asking: Asking, say: Say) -> None:
        """Ask the questions for everybody of this build, one after the other, and keep the answers."""
        steps: list[tuple[str, str, Callable[[], Any]]] = [
            ("overdue", "rhythms", lambda: _asked(asking, "overdue")),
            ("lifetime", "lifetime value", lambda: _asked(asking, "lifetime-value")),
            *((what, f"forecast: {what.replace('_', ' ')}", _forecasting(asking, what)) for what in WHAT),
        ]
        found: dict[str, Any] = {}
        for k, (name, words, ask) in enumerate(steps):
            say(words, k / len(steps))
            found[name] = ask()
        say("keeping them", 1.0)
        with self._lock:
            forecasts = {what: found[what] for what in WHAT}
            self._kept[asking.build.name] = Everybody(found["overdue"], found["lifetime"], forecasts)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def _forecasting(asking: Asking, what: What) -> Callable[[], Any]:
    return lambda: _asked(asking, "forecast", what=what)


def _asked(asking: Asking, name: str, **fields: Any) -> Any:
    """(the question, the answer's result, its sentences), or why it cannot be asked."""
    question = question_class(name)(**fields)
    try:
        answer = question.answer(asking)
    except DesirepathError as error:
        return str(error.message)
    return question, answer.result, answer.says


def outlook(asking: Asking, asked: str, outlooks: Outlooks) -> CustomerOutlook:
    """One customer's part. Raises NotFound."""
    code, _ = find(asking.store, asked)
    every = outlooks.get(asking.build.name)
    if every is None:
        return CustomerOutlook(ready=False)
    rhythm, rhythm_why = _rhythm(every.overdue, code)
    lifetime, lifetime_why = _lifetime(every.lifetime, code)
    forecasts = tuple(_foretold(what, every.forecasts[what], code) for what in WHAT)
    return CustomerOutlook(True, rhythm, rhythm_why, lifetime, lifetime_why, forecasts)


def overdue_list(asking: Asking, outlooks: Outlooks, *, most: int = 8, reveal: bool = False) -> OverdueList:
    """Whose silence became unusual lately, the most at stake first."""
    every = outlooks.get(asking.build.name)
    if every is None:
        return OverdueList(ready=False)
    if isinstance(every.overdue, str):
        return OverdueList(True, every.overdue)
    _, found, says = every.overdue
    one = found.rhythms
    rows = np.flatnonzero(found.fresh)
    rows = rows[np.lexsort((one.customer[rows], -one.at_stake[rows]))][:most]
    notes = {int(one.customer[k]): float(one.at_stake[k]) for k in rows}
    masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
    return OverdueList(True, str(says[0]), tuple(rows_of(asking, list(notes), masking, notes=notes)))


def _place(customers: NDArray[Any], code: int) -> int | None:
    """Where a customer stands among ascending codes."""
    k = int(np.searchsorted(customers, code))
    return k if k < len(customers) and int(customers[k]) == code else None


def _rhythm(told: Any, code: int) -> tuple[Rhythm | None, str]:
    if isinstance(told, str):
        return None, told
    question, found, says = told
    if found.why is not None:
        return None, str(says[0])
    one = found.rhythms
    k = _place(one.customer, code)
    if k is None:
        return (
            None,
            f"They have fewer than {question.gaps + 1} purchases: what is usual for them is not known.",
        )
    return Rhythm(
        gaps=int(one.gaps[k]),
        usual=float(one.usual[k]),
        silent=int(one.silent[k]),
        alarm_after=float(one.alarm_after[k]),
        chance=float(one.chance[k]),
        rings=bool(one.rings[k]),
        rings_for=float(one.rings_for[k]),
        next_usual=round((float(one.last[k]) + float(one.usual[k])) * DAY_US),
        at_stake=float(one.at_stake[k]),
        level=found.level,
        false=found.false,
    ), ""


def _lifetime(told: Any, code: int) -> tuple[Lifetime | None, str]:
    if isinstance(told, str):
        return None, told
    question, found, says = told
    if found.fitted.when is None:
        return None, str(says[0])
    one = found.customers
    k = _place(one.customer, code)
    if k is None:
        return None, "They have not bought yet: only buyers have a lifetime value."

    def part(values: NDArray[np.float64]) -> Expected:
        return Expected(*(float(x) for x in values[:, k]))

    worth = part(one.value) if found.fitted.worth is not None else None
    return Lifetime(
        within=question.within.days,
        alive=part(one.alive),
        purchases=part(one.purchases),
        value=worth,
        mean=found.total.each,
    ), ""


def _foretold(what: What, told: Any, code: int) -> Foretold:
    if isinstance(told, str):
        return Foretold(what, 0, None, None, False, None, False, told, [])
    question, found, says = told
    days, judged = question.within.days, found.judged
    if judged is None:
        return Foretold(what, days, None, None, False, None, False, str(says[0]), list(says))
    k = _place(found.customer, code)
    probability = None if k is None else float(found.probability[k])
    above = None if probability is None else float(np.mean(found.probability < probability))
    known = [b for b in judged.bins if isinstance(b.came, Estimate)]
    off = [b for b in known if not b.came.low <= b.forecast <= b.came.high]
    why = "" if k is not None else _NOT_ASKED[what]
    return Foretold(
        what, days, probability, judged.plain, judged.better, above, len(off) <= 1, why, list(says)
    )


_NOT_ASKED: dict[What, str] = {
    "purchase": "Nothing was known of them at the moment of the forecast.",
    "next_stage": "They are in no stage, or in the last one.",
    "lapse": "They are in no stage now: there is nothing to lapse from.",
}
