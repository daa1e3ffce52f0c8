"""What has moved since the baseline, by more than chance and more than was allowed?

In: two baselines, the earlier and the present one, and the limits. Out: a Drift for each number that moved too far,
each source or event that fell silent, each name that nobody knew. A share has moved too far when the change, less
the uncertainty of both, is more than the limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from desirepath.doctor.baseline import Baseline, Beat, Number

MISSED = 10.0  # events that ought to have come: none of ten by chance happens once in 20,000
_MEDIAN = 0.25  # of itself: a median that moved by less is as it was


@dataclass(frozen=True, slots=True)
class Limits:
    """points: how far a share may move, in points of a hundred. unknown: share of new events with unknown names, %."""

    points: float = 5.0
    unknown: float = 1.0


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that moved. kind: stable. before, now: shares 0 … 1, seconds, or events; None: there is none."""

    kind: str
    subject: str
    message: str
    before: float | None
    now: float | None


def drifts(before: Baseline, now: Baseline, limits: Limits) -> tuple[Drift, ...]:
    """Everything that moved too far, numbers first."""
    return (
        *_shares(before, now, limits),
        *_medians(before, now),
        *_silences(before, now),
        *_unknown(before, now, limits),
    )


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────

_SHARES = {
    "rates": ("rate", "The rate of {}"),
    "reached": ("reached", "The share of customers who reach {}"),
    "kept": ("promise", "The share of promises kept of {}"),
    "rejects": ("rejects", "The share of records set aside of {}"),
}


def _shares(before: Baseline, now: Baseline, limits: Limits) -> Iterator[Drift]:
    for field, (kind, words) in _SHARES.items():
        old: Mapping[str, Number] = getattr(before, field)
        new: Mapping[str, Number] = getattr(now, field)
        for name in sorted(old):
            what = words.format(f'"{name}"')
            if name not in new:
                # What has no number any more: too few, or gone from the definition.
                yield Drift(
                    kind,
                    name,
                    f"{what} was {_per_cent(old[name])} and has no number now.",
                    old[name].value,
                    None,
                )
            elif moved_too_far(old[name], new[name], limits.points / 100):
                if field == "rejects" and new[name].value < old[name].value:
                    continue  # fewer are no harm
                points = 100 * (new[name].value - old[name].value)
                said = (
                    f"{what} was {_per_cent(old[name])} and is {_per_cent(new[name])}: {points:+.1f} points"
                )
                beyond = 100 * _beyond(old[name], new[name])
                yield Drift(
                    kind, name, f"{said}, {beyond:.1f} beyond chance ({limits.points:g} are allowed).",
                    old[name].value, new[name].value,
                )  # fmt: skip


def _beyond(old: Number, new: Number) -> float:
    """By how much a number moved beyond the uncertainty of both: of each, the side that faces the other.

    Source: Zou & Donner (2008), the method of variance estimates recovery, for intervals that need not be even.
    """
    below, above = (old, new) if old.value <= new.value else (new, old)
    return max(0.0, above.value - below.value - math.hypot(below.high - below.value, above.value - above.low))


def moved_too_far(old: Number, new: Number, limit: float) -> bool:
    """Whether a number moved by more than the limit and the uncertainty together."""
    return _beyond(old, new) > limit


def _medians(before: Baseline, now: Baseline) -> Iterator[Drift]:
    for stage in sorted(before.medians):
        old, new = before.medians[stage], now.medians.get(stage)
        if new is None or not moved_too_far(old, new, _MEDIAN * old.value):
            continue
        message = f'The median time of "{stage}" was {_time(old.value)} and is {_time(new.value)}.'
        yield Drift("median", stage, message, old.value, new.value)


def _per_cent(one: Number) -> str:
    return f"{100 * one.value:.1f} %"


def _time(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} s"


# ── events ───────────────────────────────────────────────────────────────────────────────────────────────


def _silences(before: Baseline, now: Baseline) -> Iterator[Drift]:
    """Sources and events that ought to have come again and did not."""
    latest_old, latest = _latest(before), _latest(now)
    for name, old in sorted(before.sources.items()):
        new = now.sources.get(name)
        if new is None:
            yield Drift(
                "source", name, f'Source "{name}" is gone: it had {old.events:,} events.', old.events, None
            )
            continue
        if missed(old, new, latest_old, latest):
            message = f'Source "{name}" stopped: its newest event is of {new.last}, and the others go on to {latest}.'
            yield Drift("source", name, message, old.per_day, 0.0)
            continue
        for event, beat in sorted(before.events.get(name, {}).items()):
            there = now.events.get(name, {}).get(event)
            if there is None:
                if beat.events >= MISSED:
                    message = f"'{event}' of \"{name}\" has vanished: there were {beat.events:,}."
                    yield Drift("event", f"{name}: {event}", message, beat.events, None)
            elif missed(beat, there, before.sources[name].last, new.last):
                message = f"'{event}' of \"{name}\" came last on {there.last}; it came {beat.per_day:,.1f} times a day."
                yield Drift("event", f"{name}: {event}", message, beat.per_day, 0.0)


def missed(old: Beat, new: Beat, latest_old: str, latest: str) -> bool:
    """Whether what came so often before has been silent for longer than chance, and for longer than it was then."""
    silent_then, silent = _days(old.last, latest_old), _days(new.last, latest)
    return silent > max(1, silent_then) and (silent - silent_then) * old.per_day >= MISSED


def _latest(of: Baseline) -> str:
    return max((beat.last for beat in of.sources.values()), default="")


def _days(first: str, last: str) -> int:
    if not first or not last:
        return 0
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _unknown(before: Baseline, now: Baseline, limits: Limits) -> Iterator[Drift]:
    """Names that the baseline does not know, in sources that it does."""
    for name in sorted(set(before.sources) & set(now.sources)):
        known = before.events.get(name, {})
        new = {event: beat.events for event, beat in now.events.get(name, {}).items() if event not in known}
        grown = now.sources[name].events - before.sources[name].events
        total = grown if grown > 0 else now.sources[name].events
        for event, count in sorted(new.items()):
            if total and 100 * count / total > limits.unknown:
                part = 100 * min(1.0, count / total)
                message = f"'{event}' of \"{name}\" is new: {count:,} events, {part:.1f} % of those that came since."
                yield Drift("unknown_event", f"{name}: {event}", message, 0.0, count)
