"""Which events does a step of a question mean?

In: what somebody wrote: a touchpoint's id, a stage's, an event's name, a rule over events. Out: a Step, which knows its
events as a mask over the trails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.app.questions.question import QuestionError
from desirepath.collect.expression import RuleError, parse_rule, quote_text
from desirepath.collect.rule_fields import looks_like_rule
from desirepath.core.errors import nearest
from desirepath.journey.bits import ENTER, GOAL
from desirepath.trail.spread import in_cache

if TYPE_CHECKING:
    from desirepath.app.opened import Opened

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """One step. text: as it was written. label: for people. touchpoint: its code, −1 where it is something else."""

    text: str
    label: str
    touchpoint: int
    _events: Callable[[], Mask]

    @property
    def mask(self) -> Mask:
        """[events]: which events are it."""
        return self._events()


def read_steps(opened: Opened, texts: Iterable[str]) -> tuple[Step, ...]:
    """The steps that these texts mean. Raises QuestionError with the nearest fix.

    In this order: a touchpoint's id; a stage's id (its evidence; `goal:decision` for its goal); an event's name; a rule
    over events ("event = 'Order Completed' and value > 50").
    """
    return tuple(read_step(opened, text) for text in texts)


def read_step(opened: Opened, text: str) -> Step:
    """One of them."""
    journey, clean = opened.journey, text.strip()
    codes = {t.id: i for i, t in enumerate(journey.touchpoints)}
    stages = {s.id: i for i, s in enumerate(journey.stages)}
    kind, colon, name = clean.partition(":")
    if clean in codes:
        return _touchpoint(opened, text, codes[clean])
    if colon and kind in ("touchpoint", "stage", "goal", "event") and name.strip():
        return _named(opened, text, kind, name.strip(), codes, stages)
    if clean in stages:
        return _stage(opened, text, stages[clean], goal=False)
    if not looks_like_rule(clean):
        return _event(opened, text, clean, [*codes, *stages, *opened.event_names])
    try:
        rule = parse_rule(clean)
    except RuleError as error:
        raise QuestionError(
            f"the step {text!r} is no rule: {error.message}", hint=error.hint, step=text
        ) from None
    return Step(text, clean, -1, lambda: opened.layers.rule(rule))


def _named(
    opened: Opened, text: str, kind: str, name: str, codes: dict[str, int], stages: dict[str, int]
) -> Step:
    if kind == "event":
        return _event(opened, text, name, opened.event_names)
    known = codes if kind == "touchpoint" else stages
    if name not in known:
        word = "touchpoint" if kind == "touchpoint" else "stage"
        raise QuestionError(
            f'there is no {word} "{name}"', hint=nearest(name, known, f"{word.capitalize()}s"), step=text
        )
    if kind == "touchpoint":
        return _touchpoint(opened, text, codes[name])
    return _stage(opened, text, stages[name], goal=kind == "goal")


def _touchpoint(opened: Opened, text: str, code: int) -> Step:
    return Step(text, opened.journey.touchpoints[code].label, code, lambda: opened.trails.touchpoint == code)


def _stage(opened: Opened, text: str, place: int, *, goal: bool) -> Step:
    stage = opened.journey.stages[place]
    if goal and stage.goal is None:
        with_goal = [s.id for s in opened.journey.stages if s.goal is not None]
        raise QuestionError(
            f'stage "{stage.id}" has no goal',
            hint=f"Stages with a goal: {', '.join(with_goal) or 'none'}.",
            step=text,
        )
    bit = 1 << ((GOAL if goal else ENTER) + place)
    label = f"the goal of {stage.label}" if goal else stage.label
    return Step(text, label, -1, lambda: _with(opened.trails.evidence, bit))


def _with(evidence: NDArray[np.int64], bit: int) -> Mask:
    """[events]: whose evidence has the bit."""
    found = np.empty(len(evidence), np.bool_)
    for some in in_cache(0, len(evidence)):
        np.not_equal(evidence[some] & bit, 0, out=found[some])
    return found


def _event(opened: Opened, text: str, name: str, known: Iterable[str]) -> Step:
    if name not in opened.event_names:
        raise QuestionError(
            f'there is no touchpoint, stage or event "{name}"', hint=nearest(name, known, "Steps"), step=text
        )
    return Step(text, name, -1, lambda: opened.layers.rule(f"event = {quote_text(name)}"))
