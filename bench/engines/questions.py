"""What each question of `./run bench` asks, exactly: every engine answers this, or says that it cannot.

In all of them a customer's events stand in the order (ts, event); weeks are those of UTC and begin on Monday. What is
asked is the crowd of `desirepath simulate`: 60 touchpoints, 8 channels, five stages whose evidence are the lowest five
bits of `evidence`, at most one of them on an event; 8 of them is an order. Of a customer no two events that are
evidence of different stages fall on one instant (every run looks): how engines order ties of steps changes nothing.

funnel       Five steps, the evidence of the five stages in their order. A customer's entry is their first evidence of
             the first stage; each next step is the first event of its kind that comes after the step before, and at
             most WINDOW after the entry.
             Rows: channel of the entry, then how many customers came to step 1, 2, 3, 4, 5.
best funnel  The same, but any evidence of the first stage may be the entry, and each customer's best one counts: what
             ClickHouse calls windowFunnel. Rows: one, how many customers came to step 1, 2, 3, 4, 5.
paths        Sessions of a customer: an event more than SESSION after the one before begins another. A path is the
             session's touchpoints, of equal neighbours one, cut after STEPS of them; one that goes on is another path
             than one that ends there. Rows: the TOP commonest as (the path's number, how many sessions), those with
             the lower number first where equally many; last, how many different paths there are, and sessions.
long paths   The same, but a session ends after LONG without an event: of ten events instead of one.
transitions  Every event and the customer's next. Rows: touchpoint, next touchpoint, how often, and the median of the
             time between in µs: of an even number the lower of the two in the middle.
attribution  A journey is the channels of a customer's events before their first order; of those who never order, of
             all their events. Rows: channel, then the orders credited to it by the first touch, by the last touch, in
             equal parts, by position (40 % to the first and to the last, 20 % to those between; of two touches half
             each), and by its removal effect in a Markov chain of first order.
retention    Cohorts by the week of the customer's first event. Rows: week, then how many of them had an event in the
             same week, in the next, … in the last of WEEKS.
friction     A landmark contrast. Of customers whose first evidence of consideration was at t, whose first order, if
             any, came after t + LANDMARK, and of whom we know t + LANDMARK + AFTER (it is no later than the last
             event of all): who met a touchpoint in t … t + LANDMARK, both ends included, and who ordered by
             t + LANDMARK + AFTER? Rows: touchpoint, how many met it, how many of them ordered; and, as touchpoint −1,
             all of them. (What `desirepath ask friction` does is far more, and timed beside as "friction, whole".)

Only the standard library and NumPy: this runs in the environments of all engines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from worker import Report

SECOND = 1_000_000
DAY = 86_400 * SECOND
WEEK = 7 * DAY
MONDAY = 4 * DAY  # the first of the epoch
WINDOW = 14 * DAY
SESSION, LONG = 30 * 60 * SECOND, WEEK
LANDMARK, AFTER = 7 * DAY, 30 * DAY
STEPS, TOP, WEEKS = 8, 20, 13
STAGES, CHANNELS, TOUCHPOINTS = 5, 8, 60
EVIDENCE, ENTRY, CONSIDERATION, ORDER = 31, 1, 2, 8  # bits of `evidence`
# A path's number: digits touchpoint + 1, the first touchpoint the highest; twice that, and 1 more where it goes on. So
# numbers are in the order of the touchpoints, and a path comes before one that goes on from it.
DIGITS = tuple(2 * (TOUCHPOINTS + 1) ** k for k in reversed(range(STEPS)))
START, WON, LOST = (
    CHANNELS,
    CHANNELS,
    CHANNELS + 1,
)  # of the links of a Markov chain: the last row, the last columns

QUESTIONS = (
    "funnel",
    "best funnel",
    "paths",
    "long paths",
    "transitions",
    "attribution",
    "retention",
    "friction",
)
Answer = dict[str, object]


def said(rows: Iterable[Sequence[float]]) -> Answer:
    """Rows of whole numbers as what engines are compared by: short, and yet telling where something is wrong."""
    whole = [[round(x) for x in row] for row in rows]
    text = json.dumps(whole, separators=(",", ":"))
    sums = [sum(column) for column in zip(*whole, strict=False)]
    return {
        "rows": len(whole),
        "sums": sums,
        "digest": hashlib.blake2b(text.encode(), digest_size=12).hexdigest(),
    }


def of_transitions(rows: Sequence[Sequence[float]], *, waits: bool = True) -> Answer:
    """rows: touchpoint, next, how often, median; in order. waits: whether the medians are as they should be."""
    counts = {"counts": said(row[:3] for row in rows)}
    return counts | ({"waits": said(rows)} if waits else {})


def of_paths(top: Iterable[tuple[int, int]], different: int, sessions: int) -> Answer:
    """top: (number, sessions), at least the TOP commonest with all that tie with the last of them, in any order."""
    best = sorted(top, key=lambda row: (-row[1], row[0]))[:TOP]
    return said([*best, (different, sessions)])


def of_weeks(rows: Iterable[tuple[int, int, int]]) -> Answer:
    """rows: (week of the cohort, how many weeks after, customers), in any order; those of nobody may be missing."""
    cohorts: dict[int, list[int]] = {}
    for week, after, customers in rows:
        cohorts.setdefault(week, [0] * WEEKS)[after] = customers
    return said([week, *counts] for week, counts in sorted(cohorts.items()))


def of_credit(rules: Sequence[Sequence[float]], links: NDArray[np.int64]) -> list[list[float]]:
    """rules: channel → orders, by first, last, equal parts, position. links: as removal_effects. Not rounded."""
    return [[float(x) for x in rule] for rule in (*rules, removal_effects(links))]


def removal_effects(links: NDArray[np.int64]) -> NDArray[np.float64]:
    """Orders credited to each channel: in proportion to how much likelier an order is with it than without.

    links [CHANNELS + 1, CHANNELS + 2]: steps from a channel (START: from the start) to each channel, WON, LOST.
    """
    steps = links.astype(float)
    share = steps / np.maximum(steps.sum(axis=1, keepdims=True), 1)
    inner, won = share[:CHANNELS, :CHANNELS], share[:CHANNELS, WON]

    def likely(without: int | None) -> float:
        keep = [c for c in range(CHANNELS) if c != without]
        reach = np.linalg.solve(np.eye(len(keep)) - inner[np.ix_(keep, keep)], won[keep])
        return float(share[START, keep] @ reach)

    whole = likely(None)
    lost = np.array([1 - likely(c) / whole for c in range(CHANNELS)])
    credited: NDArray[np.float64] = lost / lost.sum() * steps[:, WON].sum()
    return credited


def ask(report: Report, ways: Mapping[str, Sequence[Callable[[], object]]], runs: int) -> None:
    """Every question in turn, each way of it once before it is timed; one that fails is told, the others go on."""
    failed: dict[str, str] = report.notes.setdefault("failed", {})  # type: ignore[assignment]
    for question, several in ways.items():
        try:
            report.best_of(question, several, runs)
        except Exception as error:  # whatever an engine raises: its table says so
            failed[question] = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
