"""What can only be told from the whole of journey.yaml: names that must exist, and what does not fit together.

In: the journey, as far as its parts could be read. Out: problems, at the lines of what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from desirepath.core.definition import Definition
from desirepath.core.yaml_lines import Where
from desirepath.journey.definition import Journey
from desirepath.journey.hours import BusinessTime


def check_whole(reader: Definition, journey: Journey, ids: Sequence[str]) -> None:
    """Refuse what is wrong only beside the rest. journey: as far as it stands; ids: of its stages, as written."""
    _check_stages(reader, journey, ids)
    for touchpoint in journey.touchpoints:
        if touchpoint.stage is not None:
            at: Where = ("touchpoints", touchpoint.id, "stage")
            _stage(reader, touchpoint.stage, ids, at, f'touchpoint "{touchpoint.id}"')
    for promise in journey.promises:
        where: Where = ("promises", promise.id)
        if promise.stage is not None:
            _stage(reader, promise.stage, ids, (*where, "stage"), f'promise "{promise.id}"')
        if promise.within is None and promise.or_by is None:
            hint = "Write within: 5 days, or or_by: properties.promised_at."
            reader.refuse(where, f'promise "{promise.id}" does not say by when', hint)
        timed = isinstance(promise.within, BusinessTime) and promise.within.unit == "hour"
        if timed and not journey.business_hours:
            hint = "Write business_hours: {monday-friday: 09:00-17:00}."
            reader.refuse((*where, "within"), "nobody says when the business is open", hint)
        if promise.or_by is not None:
            _own_column(reader, promise.or_by, ("properties", "traits"), (*where, "or_by"))
        if promise.key is not None:
            _own_column(reader, promise.key, ("properties", "id", "identifiers"), (*where, "key"), short=True)
    for place, voided in enumerate(journey.voided_by):
        listed = ("voided_by", place) in reader.document.lines
        at = ("voided_by", place, "key") if listed else ("voided_by", "key")
        _own_column(reader, voided.key, ("properties", "id", "identifiers"), at, short=True)
    if journey.returns_to is not None:
        _stage(reader, journey.returns_to, ids, ("returns_to",), "returns_to")
    for section in ("stages", "touchpoints", "promises", "segments", "personas"):
        _labels(reader, section, getattr(journey, section))


def _check_stages(reader: Definition, journey: Journey, ids: Sequence[str]) -> None:
    advancing = [stage.id for stage in journey.stages if stage.goal_advances]
    if len(advancing) > 1:
        hint = (
            "One goal is the purchase, and begins the next stage: write goal_advances: false at the others."
        )
        said = f"several stages advance by their goal: {', '.join(advancing)}"
        reader.refuse(("stages", advancing[1]), said, hint)
    for stage in journey.stages:
        where: Where = ("stages", stage.id)
        if stage.id == "journey":
            reader.refuse(where, '"journey" cannot be the id of a stage', "On the map it means the whole.")
        if stage.goal_advances and stage.goal is None:
            hint = "Write its goal, or leave goal_advances out."
            reader.refuse(
                (*where, "goal_advances"), f'stage "{stage.id}" has no goal that could advance', hint
            )
        if stage.after is None or not _stage(
            reader, stage.after, ids, (*where, "after"), f'stage "{stage.id}"'
        ):
            continue
        if ids.index(stage.after) >= ids.index(stage.id):
            said = "itself" if stage.after == stage.id else f'"{stage.after}", which comes later'
            hint = f"Name a stage before it: {', '.join(ids[: ids.index(stage.id)]) or 'there is none'}."
            reader.refuse((*where, "after"), f'stage "{stage.id}" cannot come after {said}', hint)


def _stage(reader: Definition, name: str, ids: Sequence[str], where: Where, inside: str) -> bool:
    return reader.reference(name, ids, "stage", where, inside)


def _own_column(
    reader: Definition, name: str, groups: Sequence[str], where: Where, *, short: bool = False
) -> None:
    """A column named outside a rule: properties.promised_at; short: order_id alone will do."""
    group, point, rest = name.partition(".")
    if (point and rest and group in groups) or (short and not point and re.fullmatch(r"\w[\w -]*", name)):
        return
    hint = f"Write it like {'order_id' if short else 'properties.promised_at'}."
    reader.refuse(where, f'"{name}" is not a field of an event', hint)


def _labels(reader: Definition, section: str, parts: Iterable[Any]) -> None:
    first: dict[str, str] = {}
    for part in parts:
        same = first.setdefault(part.label.casefold(), part.id)
        if same != part.id:
            hint = "On the map nobody could tell them apart: give one of them another label."
            said = f'{section} "{same}" and "{part.id}" have the same label "{part.label}"'
            reader.refuse((section, part.id), said, hint)
