"""Churn, slow and obvious: one period, one visit or pass at a time."""

from __future__ import annotations

from desirepath.core.times import NEVER
from desirepath.core.words import Outcome, Start, Track
from desirepath.measure.retention.churn import COUNTS
from tests.by_hand import Shop


def passes(shop: Shop) -> list[list[int]]:
    """The observed visits of each pass of the journey, in order."""
    found: dict[tuple[int, int], list[int]] = {}
    v = shop.visits
    for i in range(len(v)):
        if v.track[i] == Track.JOURNEY and not v.skipped[i]:
            found.setdefault((int(v.customer[i]), int(v.pass_no[i])), []).append(i)
    return list(found.values())


def spans(shop: Shop) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
    """Visits and passes, each as began, ended, outcome … by name."""
    v, of_visits, of_passes = shop.visits, [], []
    every = passes(shop)
    for k, rows in enumerate(every):
        last = rows[-1]
        until = min(int(v.knowledge[last]), shop.as_of)
        again = k + 1 < len(every) and v.customer[every[k + 1][0]] == v.customer[last]
        for i in rows:
            of_visits.append({
                "customer": int(v.customer[i]), "place": int(v.stage[i]), "began": int(v.entered[i]),
                "ended": int(v.ended[i]), "outcome": int(v.outcome[i]), "start": int(v.start[i]),
                "until": min(int(v.knowledge[i]), shop.as_of), "first": int(i == rows[0]),
                "won_back": int(v.won_back[i]), "back": NEVER,
                "over": int(v.pass_ended[i]), "how": int(v.pass_outcome[i]), "over_until": until,
            })  # fmt: skip
        of_passes.append({
            "customer": int(v.customer[last]), "place": int(v.stage[last]), "began": int(v.entered[rows[0]]),
            "ended": int(v.pass_ended[last]), "outcome": int(v.pass_outcome[last]), "start": int(v.start[last]),
            "until": until, "first": 1, "won_back": int(v.won_back[last]),
            "back": int(v.entered[every[k + 1][0]]) if again else NEVER,
            "over": int(v.pass_ended[last]), "how": int(v.pass_outcome[last]), "over_until": until,
        })  # fmt: skip
    return of_visits, of_passes


def count(rows: list[dict[str, int]], a: int, b: int) -> dict[str, list[int]]:
    """Every count of the period a ≤ t < b, as the customers behind it."""
    found: dict[str, list[int]] = {what: [] for what in COUNTS}
    for s in rows:
        went = s["outcome"] in (Outcome.LEFT, Outcome.LAPSED)
        ended_before = s["ended"] != NEVER and s["ended"] < a
        ends_now = s["ended"] != NEVER and a <= s["ended"] < b
        back_now = s["back"] != NEVER and a <= s["back"] < b
        known = s["until"] >= b - 1
        there = s["began"] < a and not ended_before
        gone = went and ended_before and not (s["back"] != NEVER and s["back"] < a)
        comes = a <= s["began"] < b
        buys = s["won_back"] != NEVER and a <= s["won_back"] < b
        says = {
            "at_start": there, "rated": there and known, "rated_churned": there and known and went and ends_now,
            "entered": comes, "returned": comes and s["first"] and s["start"] != Start.FIRST,
            "won_back": buys and s["first"] and s["start"] == Start.RETURN,
            "advanced": ends_now and s["outcome"] == Outcome.ADVANCED,
            "left": ends_now and s["outcome"] == Outcome.LEFT,
            "lapsed": ends_now and s["outcome"] == Outcome.LAPSED,
            "at_end": s["began"] < b and not (s["ended"] != NEVER and s["ended"] < b),
            "gone": gone, "gone_rated": gone and known, "gone_rated_back": gone and known and back_now,
            "came_back": went and back_now,
        }  # fmt: skip
        for what, yes in says.items():
            if yes:
                found[what].append(s["customer"])
    return found
