"""Stages and promises against what customers do: never entered, always jumped over, silences, ends that never come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from desirepath.app.doctor.effects import Again, effect
from desirepath.app.doctor.looking import Looking, have, many, share
from desirepath.app.doctor.rule_list import rules_of
from desirepath.app.doctor.rules import nothing_matched
from desirepath.core.times import DAY, HOUR, NEVER, say_duration
from desirepath.core.words import Outcome, Track
from desirepath.doctor.finding import Effect, Finding, Severity
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.journey.to_sql import promise_ends_sql
from desirepath.measure.meetings import visit_of_events

Int64 = NDArray[np.int64]
_HUMAN = (1, 2, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 540, 730)  # days that people would say
_ENOUGH = 50
_CAME_BACK = 0.25  # share of the silences that ended which may be longer than lapse_after
_SKIPPED = 0.9


def stage_not_entered(looking: Looking, again: Again) -> Iterator[Finding]:
    """A stage without visits: its rule matches nothing, or what it matches always counts for another stage."""
    v, rules = looking.asking.visits, rules_of(looking)
    if not looking.customers:
        return
    for place, stage in enumerate(looking.journey.stages):
        here = v.stage == place
        if bool((here & ~v.skipped).any()):
            continue
        number = next(i for i, one in enumerate(rules.named) if one.where == ("stages", stage.id, "enter"))
        matched = rules.matched(number)
        if not matched:
            yield nothing_matched(looking, rules.named[number], "stage_not_entered")
            continue
        jumped = len(np.unique(v.customer[here]))
        after = f', or none of them comes after the goal of "{stage.after}"' if stage.after else ""
        yield Finding(
            "stage_not_entered",
            Severity.ERROR,
            stage.id,
            f'Nobody enters stage "{stage.id}", though {many(matched, "event")} '
            f"{'matches' if matched == 1 else 'match'} its "
            f"rule: they always count for a later stage{after}.",
            Effect(
                f"It has no rate; {many(jumped, 'customer')} of {looking.customers:,} jump over it.",
                jumped,
                looking.customers,
                "customers",
                (stage.id,),
            ),
            looking.journey_line(
                "enter: …", "stages", stage.id, "enter", about="ask for events of this stage alone"
            ),
            {"matched": matched, "skipped": jumped},
        )


def stage_skipped(looking: Looking, again: Again) -> Iterator[Finding]:
    """A stage that nearly everybody who gets so far jumps over."""
    v = looking.asking.visits
    for place, stage in enumerate(looking.journey.stages):
        here = (v.stage == place) & (v.track == Track.JOURNEY)
        reached, jumped = int(here.sum()), int((here & v.skipped).sum())
        if reached < 20 or jumped == reached or jumped < _SKIPPED * reached:
            continue
        yield Finding(
            "stage_skipped",
            Severity.WARNING,
            stage.id,
            f'{jumped:,} of {reached:,} visits that reach "{stage.id}" ({share(jumped, reached)}) jump over it.',
            Effect(
                f"Its rate and times rest on the other {reached - jumped:,} alone, who are likely not typical.",
                jumped,
                reached,
                "visits",
                (stage.id,),
            ),
            looking.journey_line(
                "enter: …",
                "stages",
                stage.id,
                "enter",
                about="add the events that show it, or leave the stage out",
            ),
            {"skipped": jumped, "reached": reached},
        )


def lapse_after(looking: Looking, again: Again) -> Iterator[Finding]:
    """A `lapse_after` that calls people lost who are soon back, or that waits far longer than anybody is silent."""
    silences = _silences(looking)
    span = _span(looking)
    for place, stage in enumerate(looking.journey.stages):
        lapse = stage.lapse_after // timedelta(microseconds=1)
        ended = silences[place]
        found = _too_short(looking, again, place, lapse, ended, span) or _too_long(
            looking, again, place, lapse, ended, span
        )
        if found is not None:
            yield found


def _too_short(
    looking: Looking, again: Again, place: int, lapse: int, ended: Int64, span: int
) -> Finding | None:
    stage, longer = looking.journey.stages[place], int((ended > lapse).sum())
    if longer < _ENOUGH or longer < _CAME_BACK * len(ended):
        return None
    better = _human(min(float(np.quantile(ended, 0.95)), span / 2), above=lapse)
    if better is None or better * DAY > span:
        return None
    return Finding(
        "lapse_after",
        Severity.WARNING,
        stage.id,
        f'"{stage.id}" lapses after {say_duration(stage.lapse_after)}, but {longer:,} of {len(ended):,} silences that '
        f"ended there ({share(longer, len(ended))}) were longer: lapse_after is short.",
        effect(
            "Who was silent so long and came back counts as lost, and then as a new pass.",
            longer,
            len(ended),
            "silences",
            again.with_lapse(place, better * DAY),
        ),
        looking.journey_line(
            f"lapse_after: {better} days",
            "stages",
            stage.id,
            "lapse_after",
            about="95 % of those who were silent and came back did so within it, or it is half of what the data cover",
        ),
        {"silences": len(ended), "longer": longer, "lapse_after_days": lapse / DAY, "proposed_days": better},
    )


def _too_long(
    looking: Looking, again: Again, place: int, lapse: int, ended: Int64, span: int
) -> Finding | None:
    stage, v = looking.journey.stages[place], looking.asking.visits
    if len(ended) < 2 * _ENOUGH or span < 2 * lapse:
        return None
    better = _human(1.5 * float(np.quantile(ended, 0.99)), above=0)
    if better is None or 3 * better * DAY > lapse:
        return None
    open_ = (v.stage == place) & (v.outcome == Outcome.IN_FLIGHT) & ~v.skipped & (v.track == Track.JOURNEY)
    silent = int((open_ & (v.active + better * DAY < v.knowledge)).sum())
    if not silent:
        return None
    return Finding(
        "lapse_after",
        Severity.NOTE,
        stage.id,
        f'"{stage.id}" lapses after {say_duration(stage.lapse_after)}, but of {len(ended):,} silences '
        "that ended there, "
        f"99 % did so within {say_duration(int(np.quantile(ended, 0.99)))}.",
        effect(
            f"{many(silent, 'visit')} of {int(open_.sum()):,} in flight {have(silent)} likely lapsed "
            "already, and recent visits are too young to rate.",
            silent,
            int(open_.sum()),
            "visits",
            again.with_lapse(place, better * DAY),
        ),
        looking.journey_line(f"lapse_after: {better} days", "stages", stage.id, "lapse_after"),
        {"silences": len(ended), "lapse_after_days": lapse / DAY, "proposed_days": better, "silent": silent},
    )


def _human(us: float, above: int) -> int | None:
    """Days that people would say, at least so many µs and more than `above`."""
    return next((days for days in _HUMAN if days * DAY >= us and days * DAY > above), None)


def _silences(looking: Looking) -> list[Int64]:
    """For each stage: how long customers were silent there before they did something again (µs); short ones apart."""
    trails, v = looking.asking.trails, looking.asking.visits
    stages = looking.journey.stages
    own = np.flatnonzero((np.asarray(trails.evidence) & BY_CUSTOMER) != 0)
    if len(own) < 2:
        return [np.empty(0, np.int64) for _ in stages]
    customer = np.repeat(np.arange(trails.customers), np.diff(trails.offset))[own]
    owner = visit_of_events(v, trails)[own]
    ts = np.asarray(trails.ts)[own]
    again = customer[1:] == customer[:-1]
    gap, where = (ts[1:] - ts[:-1])[again], owner[:-1][again]
    at = np.where(where >= 0, v.stage[np.maximum(where, 0)], -1)
    found = []
    for place, stage in enumerate(stages):
        lapse = stage.lapse_after // timedelta(microseconds=1)
        # Clicks within a sitting are no silence.
        found.append(gap[(at == place) & (gap >= min(DAY, max(HOUR, lapse // 30)))])
    return found


def _span(looking: Looking) -> int:
    return max((s.last for s in looking.seen.values()), default=0) - min(
        (s.early for s in looking.seen.values()), default=0
    )


def promise_ends(looking: Looking, again: Again) -> Iterator[Finding]:
    """Promises whose end never comes for the ones that were made, or comes before its start."""
    rows, rules = looking.asking.promises, rules_of(looking)
    for place, promise in enumerate(looking.journey.promises):
        mine = rows.promise == place
        made, kept = int(mine.sum()), int((mine & (rows.closed != NEVER)).sum())
        ends = sum(rules.sources_of("promises", promise.id, "to").values())
        if made < 5 or not ends:
            continue  # a rule that matches nothing is told apart
        key_gone = promise.key is not None and looking.columns.key(promise.key).startswith("CAST(NULL")
        pairs, before = _backwards(looking, place)
        if kept and before < 0.2 * max(1, pairs) and not key_gone:
            continue
        if key_gone:
            what = f'its key "{promise.key}" is in no source, so starts and ends are paired in order of time'
        elif before >= 0.2 * max(1, pairs) and before:
            what = f"its end comes before its start for {before:,} of {pairs:,}"
        else:
            what = f"it was made {made:,} times and its end came {ends:,} times, but never for the same " + (
                promise.key or "customer"
            )
        yield Finding(
            "promise_ends",
            Severity.ERROR if not kept else Severity.WARNING,
            promise.id,
            f'Promise "{promise.id}": {what}.',
            Effect(
                f"{kept:,} of {made:,} have an end ({share(kept, made)}): the others count as broken, and "
                "keep customers "
                "from lapsing.",
                made - kept,
                made,
                "promises",
                (promise.stage,) if promise.stage else (),
            ),
            looking.journey_line(
                "key: …" if key_gone or not before else "from: … and to: …, the other way round",
                "promises",
                promise.id,
                *(("key",) if key_gone or not before else ()),
                about="a column that start and end share; without one, the first made is the first kept",
            ),
            {"made": made, "with_end": kept, "ends": ends, "pairs": pairs, "end_before_start": before},
        )


def _backwards(looking: Looking, place: int) -> tuple[int, int]:
    """Pairs (of one key, or customer) that have both ends; of these, those whose every end comes before every start."""
    sql = promise_ends_sql(looking.journey.promises[place], looking.columns, has_voided=False)
    pairs, before = looking.rows(
        "SELECT count(*), count(*) FILTER (WHERE last_end < first_start) FROM (SELECT"
        ' max(moment) FILTER (WHERE "end" = 1) AS last_end, min(moment) FILTER (WHERE "end" = 0) AS first_start'
        f" FROM ({sql}) GROUP BY pair) WHERE last_end IS NOT NULL AND first_start IS NOT NULL"
    )[0]
    return int(pairs), int(before)


MAKERS = {
    "stage_not_entered": stage_not_entered,
    "stage_skipped": stage_skipped,
    "lapse_after": lapse_after,
    "promise_ends": promise_ends,
}
