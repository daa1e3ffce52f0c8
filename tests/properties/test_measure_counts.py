"""Counts, members, meetings and paths against slow twins, over shops in which anything happens in any order."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate
from desirepath.core.times import DAY, NEVER, TimeRange
from desirepath.core.words import Track
from desirepath.journey.bits import BY_CUSTOMER
from desirepath.measure.effort import Fate, effort, fates
from desirepath.measure.meetings import meetings, visit_of_events
from desirepath.measure.occupancy.counts import occupancy
from desirepath.measure.paths import paths
from desirepath.measure.stages import COUNTS, members, stages
from desirepath.measure.touchpoints import touchpoints
from tests.by_hand import CHANNELS, START, Shop, random_shop
from tests.twins import measures as twin

seeds = st.integers(0, 10_000)
few = settings(max_examples=25)


def horizon(shop: Shop, stage: int) -> int:
    return shop.journey.stages[stage].measured_within // timedelta(microseconds=1)


@few
@given(seeds)
def test_every_count_is_what_counting_one_by_one_gives(seed: int):
    shop = random_shop(seed, 30)
    answers = stages(shop.journey, shop.visits, as_of=shop.as_of, trails=shop.trails)
    for place, answer in enumerate(answers.values()):
        slow = twin.counts(shop, place, horizon(shop, place))
        assert {k: getattr(answer, k) for k in slow if hasattr(answer, k)} == {
            k: n for k, n in slow.items() if hasattr(answer, k)
        }
        again = twin.counts(shop, place, horizon(shop, place), Track.REPEAT)
        assert (answer.repeat is not None) == (again["reached"] > 0)
        if answer.repeat is not None:
            assert (answer.repeat.entered, answer.repeat.lost) == (again["entered"], again["lost"])
            assert (answer.repeat.rated, answer.repeat.rated_succeeded) == (
                again["rated"],
                again["rated_succeeded"],
            )


@few
@given(seeds, st.booleans(), st.booleans())
def test_who_is_counted_can_be_named(seed: int, some: bool, early: bool):
    shop = random_shop(seed, 30)
    where = np.arange(len(shop.visits)) % 3 > 0 if some else None
    period = TimeRange(NEVER, START + 100 * DAY) if early else TimeRange()
    asked = {"as_of": shop.as_of, "where": where, "period": period}
    answers = stages(shop.journey, shop.visits, **asked)
    for stage, answer in answers.items():
        for what in COUNTS:
            found = members(shop.journey, shop.visits, stage, what, **asked)
            if hasattr(answer, what):
                assert len(found) == getattr(answer, what), what
            assert (shop.visits.customer[found.rows] == found.customer).all()
        assert answer.entered == answer.advanced + answer.left + answer.lapsed + answer.in_flight
        assert answer.entered == answer.rated + answer.too_young
        assert answer.succeeded + answer.lost <= answer.entered


@few
@given(seeds)
def test_parts_of_the_customers_add_up_to_all(seed: int):
    shop = random_shop(seed, 30)
    half = np.asarray(shop.visits.customer % 2 == 0)
    whole, one, other = (
        stages(shop.journey, shop.visits, as_of=shop.as_of, where=where) for where in (None, half, ~half)
    )
    for stage, answer in whole.items():
        for what in ("customers", "entered", "succeeded", "lost", "rated", "rated_succeeded", "returns"):
            assert getattr(answer, what) == getattr(one[stage], what) + getattr(other[stage], what)


@few
@given(seeds)
def test_each_event_is_in_the_visit_in_which_it_happened(seed: int):
    shop = random_shop(seed, 20)
    assert visit_of_events(shop.visits, shop.trails).tolist() == twin.visit_of(shop)


@few
@given(seeds)
def test_paths_and_other_add_up_to_all_visits(seed: int):
    shop = random_shop(seed, 40)
    owner = twin.visit_of(shop)
    answers = paths(shop.journey, shop.visits, shop.trails, as_of=shop.as_of, top=3)
    entered = stages(shop.journey, shop.visits, as_of=shop.as_of)
    code = {t.id: i for i, t in enumerate(shop.journey.touchpoints)}
    for place, answer in enumerate(answers):
        mine = [i for i in twin.rows(shop, place) if not shop.visits.skipped[i]]
        slow = Counter(twin.path_of(shop, i, owner)[:12] for i in mine)
        assert answer.total == len(mine) == entered[answer.stage].entered
        assert answer.total == answer.other + sum(row.visits for row in answer.rows)
        assert len(slow) == len(answer.rows) + answer.other_kinds
        for row in answer.rows:
            assert slow[tuple(code[s] for s in row.steps)] == row.visits == len(row.members)
        shown = [row.visits for row in answer.rows]
        assert shown == sorted(slow.values(), reverse=True)[: len(shown)]


@few
@given(seeds)
def test_each_meeting_has_one_fate_and_the_shares_add_up(seed: int):
    shop = random_shop(seed, 40)
    owner = visit_of_events(shop.visits, shop.trails)
    found = fates(shop.journey, shop.visits, meetings(shop.visits, shop.trails, owner))
    own = [p for p in found.met.at.tolist() if twin.is_own(shop, p)]
    assert len(own) == len(found.met)
    support = [t.support for t in shop.journey.touchpoints]
    home = [shop.journey.index(t.stage or "") for t in shop.journey.touchpoints]
    v, codes = shop.visits, shop.trails.touchpoint
    times = Counter((owner[p], int(codes[p])) for p in own if v.succeeded[owner[p]] != NEVER)
    usual = {
        (place, code): sum(
            2 * (n > 1) - 1 for (i, c), n in times.items() if c == code and v.stage[i] == place
        )
        > 0
        for place in range(len(shop.journey.stages))
        for code in range(len(home))
    }
    for k, p in enumerate(found.met.at.tolist()):
        visit = owner[p]
        later = [q for q in own if owner[q] == visit and q > p]
        fate = Fate(int(found.fate[k]))
        if not later:
            lost = v.outcome[visit] in (2, 3) and v.succeeded[visit] == NEVER
            still = v.outcome[visit] == 0 and v.succeeded[visit] == NEVER
            assert fate == (Fate.FELL_SILENT if lost else Fate.NOT_YET_KNOWN if still else Fate.SMOOTH)
            continue
        following = codes[min(later)]
        if following == codes[p]:
            assert fate == (Fate.SMOOTH if usual[v.stage[visit], codes[p]] else Fate.REPEATED)
        elif support[following]:
            assert fate == Fate.ASKED_FOR_HELP
        else:
            back = home[following] < v.stage[visit] <= 2  # until the purchase
            assert fate == (Fate.WENT_BACK if back else Fate.SMOOTH)
    for answer in effort(shop.journey, shop.visits, shop.trails, as_of=shop.as_of):
        hard = answer.repeated + answer.went_back + answer.asked_for_help + answer.fell_silent
        if isinstance(answer.ease, Estimate):
            assert answer.ease.value == pytest.approx(2 - 4 * hard)


@few
@given(seeds)
def test_touchpoints_count_what_counting_one_by_one_gives(seed: int):
    shop = random_shop(seed, 40)
    owner, v, t = twin.visit_of(shop), shop.visits, shop.trails
    answers = touchpoints(shop.journey, v, t, as_of=shop.as_of, channels=CHANNELS)
    meetings_of: dict[tuple[int, int], list[int]] = {}
    for p in range(t.events):
        if owner[p] >= 0 and t.touchpoint[p] >= 0:
            meetings_of.setdefault((int(v.stage[owner[p]]), int(t.touchpoint[p])), []).append(p)
    assert len(answers) == len(meetings_of)
    code = {one.id: i for i, one in enumerate(shop.journey.touchpoints)}
    for answer in answers:
        mine = meetings_of[shop.journey.index(answer.stage), code[answer.touchpoint]]
        assert answer.meetings == len(mine)
        assert answer.visits == len({owner[p] for p in mine})
        assert answer.reach == len({int(v.customer[owner[p]]) for p in mine})
        assert answer.value == sum(int(t.value[p]) for p in mine)
    lost = {
        i for i in range(len(v)) if v.outcome[i] in (2, 3) and v.succeeded[i] == NEVER and not v.skipped[i]
    }
    ends = {}
    for p in range(t.events):
        if owner[p] in lost and t.touchpoint[p] >= 0 and t.evidence[p] & BY_CUSTOMER:
            ends[owner[p]] = p
    assert sum(answer.last_seen for answer in answers) == len(ends)


@few
@given(seeds, st.sampled_from(["day", "week", "month"]))
def test_at_every_instant_each_customer_is_in_one_stage_at_most(seed: int, step: str):
    shop = random_shop(seed, 30)
    v = shop.visits
    answer = occupancy(shop.journey, v, as_of=shop.as_of, step=step)
    assert (answer.count.sum(axis=1) <= shop.trails.customers).all()
    for at, row in zip(
        answer.at.tolist()[:: max(1, len(answer.at) // 5)],
        answer.count[:: max(1, len(answer.at) // 5)],
        strict=True,
    ):
        for place in range(len(shop.journey.stages)):
            there = [
                i for i in twin.rows(shop, place)
                if not v.skipped[i] and v.entered[i] <= at and (v.ended[i] == NEVER or v.ended[i] > at)
            ]  # fmt: skip
            assert row[place] == len(there)
