"""A template's journey on a stranger's events: which of its events are theirs under another name?

In: the template as a Journey, and the names of the events. Out: a Fit: their name → the template's, the
template's events that nobody supplies, and theirs that it does not know.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from desirepath.collect.expression import Rule
from desirepath.collect.guess.words import words_of
from desirepath.journey.definition import Journey
from desirepath.journey.draft.stages import Plan


@dataclass(frozen=True, slots=True)
class Fit:
    """renamed: a file's event → the template's. missing: only in the template. unknown: only in the files."""

    renamed: dict[str, str]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def found(self) -> int:
        """How many of the template's events the files supply."""
        return len(set(self.renamed.values()))


def fit(journey: Journey, plan: Plan, names: Sequence[str]) -> Fit:
    """Match by words, then by synonyms; the purchase is the purchase whatever it is called."""
    wanted = wanted_events(journey)
    by_words = {_plain(name): name for name in wanted}
    by_meaning = {meaning: name for name in wanted for meaning in _meanings(name)}
    goals = [
        name
        for stage in journey.stages
        if stage.goal_advances and isinstance(stage.goal, Rule)
        for name in sorted(stage.goal.events)
    ]
    renamed: dict[str, str] = {}
    for name in names:
        found = by_words.get(_plain(name)) or next(
            (by_meaning[m] for m in _meanings(name) if m in by_meaning), None
        )
        if found is not None:
            renamed[name] = found
    if goals and plan.goal and not set(goals) & set(renamed.values()):
        renamed[plan.goal] = goals[0]
    return Fit(
        renamed,
        tuple(n for n in wanted if n not in renamed.values()),
        tuple(n for n in names if n not in renamed),
    )


def wanted_events(journey: Journey) -> list[str]:
    """Every event that the journey's rules ask for by name, in the order of the stages, then the rest."""
    rules: list[Rule] = []
    for stage in journey.stages:
        rules += [r for r in (stage.enter, stage.goal, stage.exit) if isinstance(r, Rule)]
    rules += [touchpoint.when for touchpoint in journey.touchpoints]
    rules += [rule for promise in journey.promises for rule in (promise.opens, promise.closes)]
    rules += [journey.exit] if journey.exit else []
    rules += [voided.event for voided in journey.voided_by]
    return list(dict.fromkeys(name for rule in rules for name in sorted(rule.events)))


def _plain(name: str) -> str:
    return " ".join(words_of(name))


@lru_cache(maxsize=1)
def _groups() -> tuple[frozenset[str], ...]:
    raw = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    return tuple(frozenset(_plain(name) for name in group) for group in raw["same"])


def _meanings(name: str) -> tuple[int, ...]:
    """The groups of synonyms that a name is in."""
    plain = _plain(name)
    return tuple(place for place, group in enumerate(_groups()) if plain in group)
