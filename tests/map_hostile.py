"""Hostile words in every field of the map's inputs, for the tests of its exports."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from pydantic import BaseModel

from desirepath.collect.expression import Rule
from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.journey_map.inputs import MapInputs

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "\u202eevil\u202c \u2066x\u2069",
    "\x00\x07\x1b[31m\x7f\ud800",
    "]]>--><!--{{ 7*7 }}{% raw %}",
    "=cmd|' /C calc'!A0",
    "a" * 700,
    "title # ; : %%{init: {}}%%\nsection x\n\n# heading\n- item\n| a | b |",
    "[link](javascript:alert(1)) ![img](http://a.example/x.png) `code` http://b.example www.c.example",
    "javascript:alert(1)",
    "+1",
    "\t@x",
    "日本語 العربية 👩‍👩‍👧‍👦 é",
)

# Words of closed vocabularies: they choose a branch, and nobody writes them.
_FIXED = {
    "time_zone",
    "currency",
    "kind",
    "customer",
    "anonymous_past",
    "goal",
    "outcome",
    "method",
    "definition",
}


def with_words(inputs: MapInputs, words: str) -> MapInputs:
    """The same inputs with the words behind every text, ids included (all in the same way, so they still agree)."""
    return _worse(inputs, words)  # type: ignore[no-any-return]


def _worse(thing: Any, words: str) -> Any:
    if isinstance(thing, str) and not isinstance(thing, Enum):
        return thing + words if thing else thing
    if thing is None or isinstance(
        thing, Enum | Rule | Estimate | NoEstimate | np.ndarray | bool | int | float
    ):
        return thing
    if isinstance(thing, tuple):
        return tuple(_worse(part, words) for part in thing)
    if isinstance(thing, dict):
        return {_worse(key, words): _worse(part, words) for key, part in thing.items()}
    if isinstance(thing, BaseModel):
        names = [n for n in type(thing).model_fields if n not in _FIXED]
        return thing.model_copy(update={n: _worse(getattr(thing, n), words) for n in names})
    if is_dataclass(thing) and not isinstance(thing, type):
        names = [f.name for f in fields(thing) if f.name not in _FIXED]
        return replace(thing, **{n: _worse(getattr(thing, n), words) for n in names})
    return thing


def words_first(inputs: MapInputs, words: str) -> MapInputs:
    """The words in front, where a formula, a keyword or a list would begin."""
    journey = inputs.journey
    return replace(
        inputs,
        who=words,
        journey=journey.model_copy(
            update={
                "title": words,
                "guesses": (words,),
                "stages": tuple(
                    s.model_copy(update={"label": words, "about": words}) for s in journey.stages
                ),
                "touchpoints": tuple(
                    t.model_copy(update={"label": words, "backstage": words}) for t in journey.touchpoints
                ),
                "promises": tuple(p.model_copy(update={"label": words}) for p in journey.promises),
                "written": tuple(
                    w.model_copy(update={"text": (words,), "by": words}) for w in journey.written
                ),
            }
        ),
        verbatims=tuple(replace(v, text=words, source=words) for v in inputs.verbatims),
    )
