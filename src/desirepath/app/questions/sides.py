"""Who is meant by one side of a comparison?

In: what somebody wrote: `segment:mobile`, `persona:gift_buyer`, `period:2026-Q1`, `traits.variant=B`, a rule over
customers, `everyone`, `rest`, `before`. Out: a Side: whether each customer was of it right after each event, and its
period.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from desirepath.app.personal import impersonal
from desirepath.app.questions.question import QuestionError
from desirepath.collect.expression import RuleError
from desirepath.collect.rule_fields import looks_like_rule
from desirepath.core.errors import NotFound, nearest
from desirepath.core.times import FOREVER, NEVER, TimeRange, from_us
from desirepath.measure.comparison.comparables import Side

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.measure.comparison.side_rows import FunnelOf, SideRows

HOW = (
    "Write segment:NAME, persona:NAME, period:2026-01-01..2026-04-01 (or 2026, 2026-03, 2026-Q1), traits.variant=B, a "
    "rule over customers, everyone, rest or before."
)
_EQUALS = re.compile(r"\s*([A-Za-z_][\w.]*)\s*=\s*([^='\"]+?)\s*")
_CALENDAR = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d\d)))?")


def read_sides(
    asking: Asking, a: str, b: str | None, *, segment: str | None, since: str | None, until: str | None
) -> tuple[Side, Side]:
    """The two sides. b None: the rest, or, where a is a period, as long a time just before it.

    segment, since, until: narrow both sides. Raises QuestionError with the nearest fix.
    """
    if a.strip() in ("rest", "before"):
        raise QuestionError(f'"{a}" can only stand second: it is told by the first side', hint=HOW, a=a)
    within = asking.period(since, until)
    first = _read(asking, a, within)
    second = b if b is not None else "before" if a.strip().startswith("period:") else "rest"
    word = second.strip()
    if word == "rest":
        other = _rest(asking, a, first)
    elif word == "before":
        other = _calendar_before(asking, a, within) or _before(
            asking, first, said=since is not None or a.strip().startswith("period:")
        )
    else:
        other = _read(asking, word, within)
    if segment is not None:
        held = np.append(asking.layers.segment(segment), False)
        first, other = (replace(one, held=one.held & held) for one in (first, other))
    return first, other


def side_rows(asking: Asking, steps: tuple[str, ...] = (), within: str = "14 days") -> SideRows:
    """The rows of any side of this build; of a funnel, too, where steps are given."""
    from desirepath.measure.comparison.side_rows import SideRows

    rows = asking.promises
    return SideRows(
        asking.journey,
        asking.visits,
        asking.trails,
        as_of=asking.as_of,
        promises=rows if len(rows) else None,
        promise_at=asking.places(np.asarray(rows.event)) if len(rows) else None,
        scores=asking.scores if len(asking.scores) else None,
        funnel=_funnel(asking, steps, within) if steps else None,
    )


def _funnel(asking: Asking, steps: tuple[str, ...], within: str) -> FunnelOf:
    """A side's attempts: each customer's first entry in its period, while they were of it."""
    from desirepath.app.questions.funnel import Funnel
    from desirepath.measure.comparison.side_rows import FunnelOf
    from desirepath.measure.funnel import match
    from desirepath.measure.funnel.rows import FunnelRows, rows_of

    if len(steps) < 2:
        raise QuestionError(
            "a funnel to compare needs two steps or more", hint="Add another step.", field="steps"
        )
    asked: dict[str, Any] = {"steps": steps, "within": within}
    events, plan, known = Funnel(**asked).asked(asking)

    def attempts(side: Side) -> FunnelRows:
        of_side = replace(events, entries=side.held[:-1])
        return rows_of(match(of_side, plan, side.period), asking.trails.ts, plan, known)

    return FunnelOf(tuple(plan.labels), attempts)


def _read(asking: Asking, text: str, within: TimeRange) -> Side:
    word = text.strip()
    kind, colon, name = word.partition(":")
    everyone = np.ones(asking.trails.events + 1, np.bool_)
    if word in ("everyone", "all"):
        return Side("everyone", everyone, within)
    if colon and kind == "period":
        period, label = _period(asking, name.strip(), text)
        start, end = max(period.start, within.start), min(period.end, within.end)
        if start >= end:
            raise QuestionError(f"nothing of {label} lies between since and until", hint=HOW, side=text)
        return Side(label, everyone, TimeRange(start, end))
    if colon and kind in ("segment", "persona"):
        return _segment(asking, kind, name.strip(), within)
    labels = _labels(asking, ("segment", "persona"))
    if word in labels:
        return Side(labels[word], np.append(asking.layers.segment(word), False), within)
    equals = _EQUALS.fullmatch(word)
    if equals:
        return _value(asking, equals[1], equals[2], within)
    if looks_like_rule(word):
        try:
            return Side(word, np.append(asking.layers.segment_rule(word), False), within)
        except RuleError as error:
            raise QuestionError(
                f'"{text}" is no rule over customers: {error.message}', hint=error.hint, side=text
            ) from None
    known = [*(f"segment:{n}" for n in labels), "everyone", "rest", "before", *labels]
    close = nearest(word, known, "Sides").partition("? ")
    hint = f"{close[0]}? {HOW}" if close[1] else HOW
    raise QuestionError(f'"{text}" is no side of a comparison', hint=hint, side=text)


def _segment(asking: Asking, kind: str, name: str, within: TimeRange) -> Side:
    labels = _labels(asking, (kind,))
    if name not in labels:
        plural = f"{kind.capitalize()}s"
        hint = (
            nearest(name, labels, plural) or f"The journey declares no {kind}; declare one under `{kind}s:`."
        )
        raise QuestionError(f'there is no {kind} "{name}"', hint=hint, side=f"{kind}:{name}")
    return Side(labels[name], np.append(asking.layers.segment(name), False), within)


def _labels(asking: Asking, kinds: tuple[str, ...]) -> dict[str, str]:
    segments = {s.id: s.label for s in asking.journey.segments} if "segment" in kinds else {}
    return segments | ({p.id: p.label for p in asking.journey.personas} if "persona" in kinds else {})


def _value(asking: Asking, column: str, value: str, within: TimeRange) -> Side:
    """Customers of whom a column says so: a trait as it was last told, anything else as the event itself has it."""
    try:
        name = asking.layers.column_name(column)
    except NotFound as error:
        raise QuestionError(error.message, hint=error.hint, side=f"{column}={value}") from None
    found = asking.layers.said(name) if name.startswith("traits.") else asking.layers.codes(name)
    if value not in found.labels:
        hint = nearest(value, impersonal(name, found.labels), "It has") or "No event tells it."
        raise QuestionError(f'{name} is never "{value}"', hint=hint, side=f"{column}={value}")
    held = np.append(found.code == found.labels.index(value), False)
    return Side(f"{name} = {value}", held, within)


def _period(asking: Asking, name: str, text: str) -> tuple[TimeRange, str]:
    first, dots, last = (part.strip() for part in name.partition(".."))
    if dots and (first or last):
        label = f"{first or 'the beginning'} to {last or 'now'}"
        return asking.period(first or None, last or None), label
    found = _CALENDAR.fullmatch(name)
    if not found or not 1 <= int(found[3] or 1) <= 12 or int(found[1]) < 1:
        raise QuestionError(
            f'"{text}" is no period',
            hint="Write period:2026-01-01..2026-04-01 (the last day is not counted), 2026, 2026-03 or 2026-Q1.",
            side=text,
        )
    year, quarter = int(found[1]), found[2]
    month = 3 * int(quarter) - 2 if quarter else int(found[3] or 1)
    months = 3 if quarter else 1 if found[3] else 12
    begin = date(year, month, 1)
    end = date(year + (month + months - 1) // 12, (month + months - 1) % 12 + 1, 1)
    return asking.period(begin.isoformat(), end.isoformat()), name


def _rest(asking: Asking, text: str, first: Side) -> Side:
    if first.held.all():
        raise QuestionError(
            f'there is no rest beside "{text}"',
            hint="Everybody is on the first side. Compare a period with `before` or with another period.",
            b="rest",
        )
    return Side(f"all others than {first.label}", ~first.held, first.period)


def _calendar_before(asking: Asking, text: str, within: TimeRange) -> Side | None:
    """The month, quarter or year before one that was named as such; None for any other side."""
    kind, _, name = text.strip().partition(":")
    found = _CALENDAR.fullmatch(name.strip())
    if kind != "period" or found is None:
        return None
    year, quarter, month = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if quarter:
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
        return _read(asking, f"period:{year:04}-Q{quarter}", within)
    if month:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        return _read(asking, f"period:{year:04}-{month:02}", within)
    return _read(asking, f"period:{year - 1:04}", within)


def _before(asking: Asking, first: Side, *, said: bool) -> Side:
    """As long a time as the first side's, ending where that begins."""
    if not said or first.period.start == NEVER:
        raise QuestionError(
            "there is no before: the first side has no beginning",
            hint="Give a period (period:2026-Q1) or --since and --until.",
            b="before",
        )
    end = first.period.end if first.period.end != FOREVER else asking.as_of + 1
    length = max(end - first.period.start, 1)
    start = first.period.start - length
    zone = asking.journey.time_zone
    label = f"{_day(start, zone)} to {_day(first.period.start, zone)}"
    return replace(first, label=label, period=TimeRange(start, first.period.start))


def _day(instant: int, zone: str) -> str:
    return from_us(instant, zone).date().isoformat()
