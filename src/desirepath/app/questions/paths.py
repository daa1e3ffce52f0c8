"""Which ways do customers take: from a step, to it, between two, within a stage, or before they lapse?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from desirepath.app.questions.question import QuestionError
from desirepath.app.questions.walking import WalkQuestion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer
    from desirepath.app.questions.steps import Step
    from desirepath.app.questions.walking import Steps, Walked
    from desirepath.measure.walks.path_answer import PathsFound
    from desirepath.measure.walks.path_counts import Shape

_TOP = {"exact": 10, "flow": 8, "tree": 30}
_MOST = 200
_ANY = "*"


class Paths(WalkQuestion["PathsFound"]):
    """The paths that customers take, every one counted, with an explicit other that closes the sum.

    Forms: the commonest exact paths with what becomes of them; a flow (Sankey) of steps by position; a tree of the
    commonest beginnings. With --ends-at or --before, paths are read backwards from their end.
    """

    name: ClassVar[str] = "paths"
    about: ClassVar[str] = "Which ways do customers take, and where do these end?"
    examples: ClassVar[tuple[str, ...]] = (
        "shop --starts-at product_page",
        "shop --ends-at checkout --form flow",
        "shop --stage decision --before lapsed",
    )

    form: Literal["exact", "flow", "tree"] = Field(
        default="exact",
        description="The commonest exact paths; a flow: steps by position and the links between; or a tree.",
    )
    starts_at: str | None = Field(
        default=None, description="Read from the first time at this step; walks without it have no path."
    )
    ends_at: str | None = Field(
        default=None, description="Read to the first time at this step (after the start, where one is named)."
    )
    before: Literal["lapsed", "left", "lost"] | None = Field(
        default=None,
        description="The last steps of visits of the stage that lapsed, that left, or (lost) either without success.",
    )
    steps: int = Field(default=8, ge=1, le=12, description="How many steps of a path are kept.")
    top: int | None = Field(
        default=None,
        ge=1,
        le=_MOST,
        description="How many paths (10 unless said), steps at each position of a flow (8), branches of a tree (30) "
        "are shown; the rest is other.",
    )
    way: tuple[str, ...] = Field(
        default=(),
        description="Only paths that begin with these steps, as read (backwards: the last one first); * is any.",
    )
    expand: tuple[int, ...] = Field(
        default=(),
        description="Positions of a flow whose other is parted further; each time one is named, by `top` more.",
    )
    repeats: bool = Field(
        default=False, description="Keep steps done several times running, instead of making them one."
    )
    goal: str | None = Field(
        default=None,
        description="What counts as success of a path; the goal of the first stage that has one unless said. Visits "
        "succeed as their stage does.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Paths:
        if self.before is not None:
            if self.stage is None:
                raise ValueError("before needs a stage\nName it: --stage decision.")
            if self.starts_at or self.ends_at or self.per not in (None, "visit"):
                raise ValueError("before is of whole visits\nLeave out starts_at, ends_at and per.")
        if len(self.way) > self.steps:
            raise ValueError(f"way has more than {self.steps} steps\nAsk for more: --steps {len(self.way)}.")
        return self

    @property
    def backward(self) -> bool:
        """Whether paths are read from their end."""
        return self.before is not None or (self.ends_at is not None and self.starts_at is None)

    def answer(self, asking: Asking) -> Answer[PathsFound]:
        """Every walk's path, in the form asked for."""
        from desirepath.app.questions.paths_told import lists, says, tables
        from desirepath.app.questions.steps import read_step
        from desirepath.app.questions.walking import walked
        from desirepath.measure.walks.path_answer import paths_found

        start = None if self.starts_at is None else read_step(asking, self.starts_at)
        end = None if self.ends_at is None else read_step(asking, self.ends_at)
        anchors = tuple(step for step in (start, end) if step is not None)
        goal = self._goal(asking)
        found = walked(self, asking, "session", anchors, self.before)
        answer = paths_found(
            asking.journey,
            asking.visits,
            asking.trails,
            found.walks,
            self._shape(found, start, end),
            as_of=asking.as_of,
            form=self.form,
            top=self.top or _TOP[self.form],
            way=self._way(found.steps),
            expand=tuple(abs(position) - 1 for position in self.expand),
            goal=goal,
            rule=self._rule(),
        )
        names = found.steps
        return asking.answered(
            self,
            answer,
            answer.contract,
            says(
                self,
                answer,
                names,
                found.in_flight,
                (start.label if start else None, end.label if end else None),
            ),
            tables(answer, names, asking.currency),
            lists(answer, names),
        )

    def _shape(self, found: Walked, start: Step | None, end: Step | None) -> Shape:
        from desirepath.measure.walks.path_counts import Shape

        over = found.walks.over_trails
        return Shape(
            found.steps.kinds,
            self.steps,
            not self.repeats,
            self.backward,
            None if start is None else over(start.mask),
            None if end is None else over(end.mask),
        )

    def _way(self, steps: Steps) -> tuple[int, ...]:
        """The codes of the steps that paths must begin with; −1 is any."""
        from desirepath.core.errors import nearest

        for one in self.way:
            if one != _ANY and one not in steps.names:
                raise QuestionError(
                    f'no {self.by} of these walks is "{one}"',
                    hint=nearest(one, steps.names, "Steps"),
                    field="way",
                )
        return tuple(-1 if one == _ANY else steps.names.index(one) for one in self.way)

    def _goal(self, asking: Asking) -> NDArray[np.bool_] | None:
        """Which events are success; None where the journey has no goal and none is named, or nobody asks for it."""
        from desirepath.app.questions.steps import read_step

        if self.goal is not None:
            return read_step(asking, self.goal).mask
        if self.form != "exact" or self.unit("session") == "visit":
            return None
        named = next((s.id for s in asking.journey.stages if s.goal is not None), None)
        return None if named is None else read_step(asking, f"goal:{named}").mask

    def _way_told(self) -> str:
        order = reversed(self.way) if self.backward else self.way
        return " > ".join("any" if one == _ANY else one for one in order)

    def _rule(self) -> str:
        """How paths are read, in words."""
        unit = self.unit("session")
        parts = [f"the {self.by}s of each {unit} in stored order (time, then arrival)"]
        if unit == "session":
            parts.append(f"a session is over after {self.session}")
        if self.starts_at:
            parts.append(f"from the first {self.starts_at}")
        if self.ends_at:
            parts.append(
                f"to the first {self.ends_at}{' after it' if self.starts_at else ', read backwards'}"
            )
        if self.before:
            parts.append(f"backwards from the end of visits that were {self.before}")
        if self.own:
            parts.append("only what customers did themselves")
        if self.way:
            parts.append(f"only those that {'end' if self.backward else 'begin'} so: {self._way_told()}")
        parts.append("repeats kept" if self.repeats else "a step done several times running is one")
        parts.append(f"at most {self.steps} steps, longer paths are marked as going on; the rest is other")
        return "; ".join(parts)
