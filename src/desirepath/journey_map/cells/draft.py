"""What every lane needs while it is drawn up: names, masking, and answers by stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from desirepath.core.times import SECOND
from desirepath.core.words import Rests
from desirepath.journey.definition import Stage, Touchpoint
from desirepath.journey_map.document import Cell, Drawing, Value
from desirepath.journey_map.inputs import MapInputs
from desirepath.journey_map.text import clean_text, mask_customer, mask_text, slug
from desirepath.measure.answers import Contract, StageAnswer, TouchpointAnswer


def microseconds(span: timedelta) -> int:
    """A timedelta as µs."""
    return round(span.total_seconds() * SECOND)


@dataclass(frozen=True)
class Draft:
    """The inputs with their look-ups. Everything that a customer wrote or is called passes through here."""

    inputs: MapInputs
    _touchpoints: dict[str, Touchpoint] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: MapInputs) -> Draft:
        """A draft over these inputs."""
        return cls(inputs, {t.id: t for t in inputs.journey.touchpoints})

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of the definition, in order."""
        return self.inputs.journey.stages

    def stage(self, id: str) -> StageAnswer | None:
        """The answer about a stage, or None where it was not measured."""
        return next((s for s in self.inputs.stages if s.stage == id), None)

    def touchpoint(self, id: str) -> Touchpoint | None:
        """The definition of a touchpoint."""
        return self._touchpoints.get(id)

    def label(self, touchpoint: str) -> str:
        """A touchpoint's label; its id where the definition does not know it."""
        known = self._touchpoints.get(touchpoint)
        return known.label if known else touchpoint

    def touchpoints(self, stage: str) -> list[TouchpointAnswer]:
        """A stage's touchpoints, those that reach most customers first."""
        here = [t for t in self.inputs.touchpoints if t.stage == stage]
        return sorted(here, key=lambda t: (-t.reach, t.order, t.touchpoint))

    def customer(self, id: str) -> str:
        """A customer's id as it may be shown."""
        return id if self.inputs.reveal else mask_customer(id)

    def words(self, text: str) -> str:
        """What a customer wrote, as it may be shown."""
        plain = clean_text(text)
        return plain if self.inputs.reveal else mask_text(plain)


def cell_id(*parts: str) -> str:
    """'touchpoints.decision.payment': safe in a link."""
    return ".".join(slug(part) for part in parts if part)


def blank(
    lane: str, stage: str, reason: str, *, part: str = "", series: str = "", shown: bool = True
) -> Cell:
    """A cell that says why there is nothing."""
    return Cell(
        id=cell_id(lane, stage, part or "blank"),
        lane=lane,
        stage=stage,
        drawing=Drawing.WORDS,
        rests=None,
        blank=reason,
        series=series,
        shown=shown,
    )


def counted(
    lane: str,
    stage: Stage,
    *parts: str,
    drawing: Drawing,
    contract: Contract | None,
    rests: Rests = Rests.OBSERVED,
    **rest: Any,
) -> Cell:
    """A cell whose numbers were counted by a contract. parts: of its id after lane and stage; rest: as in Cell."""
    return Cell(
        id=cell_id(lane, stage.id, *parts),
        lane=lane,
        stage=stage.id,
        drawing=drawing,
        rests=rests,
        as_of=contract.as_of if contract else None,
        contract=contract,
        **rest,
    )


def known(values: Iterable[Value]) -> tuple[Value, ...]:
    """The values that have a number."""
    return tuple(v for v in values if v.known)
