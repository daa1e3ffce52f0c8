"""Corners of the stage contract, each told as the story of one customer: worked out by hand, not by an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from desirepath.core.times import DAY, FOREVER, HOUR, NEVER, to_us
from desirepath.core.words import Outcome, Track
from desirepath.journey import bits
from desirepath.journey.placing.place import place
from desirepath.journey.placing.plan import Plan
from desirepath.journey.visits import Visits
from desirepath.trail.build import Batch, build_trails
from desirepath.trail.trails import Trails
from tests.twins.placement import placed

# The stages of a small shop.
BROWSE, ORDER, KEEP, SHARE = range(4)


def enter(*stages: int) -> int:
    return sum(1 << (bits.ENTER + s) for s in stages)


def goal(*stages: int) -> int:
    return sum(1 << (bits.GOAL + s) for s in stages)


def leave(stage: int) -> int:
    return 1 << (bits.EXIT + stage)


BOUGHT = goal(ORDER)


def plan(**changes: Any) -> Plan:
    """Four stages; the order advances; ten days to lapse. after: {stage: stage}."""
    after = np.full(4, -1, np.int8)
    for stage, other in changes.pop("after", {}).items():
        after[stage] = other
    kept = {
        "lapse": np.full(4, 10 * DAY),
        "has_goal": np.array([0, 1, 0, 0], np.int8),
        "repeat": np.zeros(4, np.int8),
        "knowledge": np.full(4, FOREVER),
        "advances": ORDER,
        "returns_to": KEEP,
        "zone": "UTC",
    }
    return Plan(after=after, **(kept | changes))


def walked(journey: Plan, *events: tuple[int, int], waits: dict[int, int] | None = None) -> Visits:
    """The visits of one customer. events: (when, bits) in the order of arrival; waits: event → end of its wait."""
    return place(trail_of(events, waits or {}), journey)


def trail_of(events: Sequence[tuple[int, int]], waits: dict[int, int]) -> Trails:
    """The trail of one customer, whose own doing every event is that does not say who did it."""
    who = bits.BY_CUSTOMER | bits.BY_BUSINESS | bits.BY_MACHINE
    places = np.arange(len(events))
    batch = Batch(
        customer=np.zeros(len(events), np.int64),
        arrival=places,
        ts=np.array([t for t, _ in events], np.int64),
        touchpoint=np.zeros(len(events), np.int16),
        channel=np.zeros(len(events), np.int16),
        evidence=np.array([b if b & who else b | bits.BY_CUSTOMER for _, b in events], np.int64),
        value=places,
        event=places,
        waits_until=np.array([waits.get(p, NEVER) for p in places.tolist()], np.int64),
    )
    return build_trails(batch, 1)


def story(visits: Visits, track: Track = Track.JOURNEY) -> list[str]:
    """'stage outcome@day', in order; a skipped row says so."""
    rows = visits.where(visits.track == track)
    said = []
    for i in range(len(rows)):
        outcome = "skipped" if rows.skipped[i] else Outcome(rows.outcome[i]).word
        at = "" if rows.ended[i] == NEVER else f"@{rows.ended[i] / DAY:g}"
        said.append(f"{('browse', 'order', 'keep', 'share')[rows.stage[i]]} {outcome}{at}")
    return said


def local_day(zone: str, day: date) -> int:
    """The first instant of a local day that begins at midnight or, where there is none, an hour later."""
    moment = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    there = moment.astimezone(UTC).astimezone(ZoneInfo(zone))
    return to_us(there if there.date() == day else moment)


def test_the_day_after_one_without_a_midnight_begins_at_its_own_midnight() -> None:
    """Brazil's clocks went from 24:00 to 01:00: that day had 23 hours, and 00:30 the next night is another day."""
    zone = "America/Sao_Paulo"
    day, next_day = (local_day(zone, date(2018, 11, d)) for d in (4, 5))
    assert next_day - day == 23 * HOUR
    ordered = (day, bits.DATE_ONLY | enter(ORDER))
    for late, within in ((next_day - 1, True), (next_day, False), (next_day + HOUR // 2, False)):
        visits = walked(plan(zone=zone), ordered, (late, enter(BROWSE)))
        browsed_first = visits.stage.tolist() == [BROWSE, ORDER] and not visits.skipped[0]
        assert browsed_first == within


def test_a_day_of_twenty_five_hours_is_one_day() -> None:
    zone = "America/New_York"
    day = local_day(zone, date(2024, 11, 3))
    visits = walked(
        plan(zone=zone), (day, bits.DATE_ONLY | enter(ORDER)), (day + 25 * HOUR - 1, enter(BROWSE))
    )
    assert visits.entered.tolist() == [day + 25 * HOUR - 1] * 2
    assert not visits.skipped.any()


def test_among_events_of_one_instant_a_date_only_event_does_not_ask_who_arrived_first() -> None:
    share, browse = (12 * HOUR, enter(SHARE)), (12 * HOUR, enter(BROWSE))
    order = (0, bits.DATE_ONLY | enter(ORDER))
    for events in ((share, browse, order), (order, browse, share)):
        visits = walked(plan(), *events)
        assert visits.stage.tolist() == [BROWSE, ORDER, KEEP, SHARE]
        assert visits.skipped.tolist() == [False, False, True, False]


def test_what_shows_loyalty_in_the_journey_is_browsing_in_a_repeat_cycle() -> None:
    """Looking at a product is evidence of two stages; the repeat track knows only the first of them."""
    look = enter(BROWSE, KEEP)
    visits = walked(plan(after={KEEP: ORDER}), (0, look), (DAY, BOUGHT), (2 * DAY, look), (3 * DAY, BOUGHT))
    assert story(visits) == ["browse advanced@1", "order skipped@1", "keep lapsed@13"]
    assert story(visits, Track.REPEAT) == ["browse advanced@3", "order skipped@3"]


def test_a_purchase_is_the_next_stages_evidence_for_what_comes_after_it() -> None:
    visits = walked(plan(after={SHARE: KEEP}), (0, BOUGHT), (DAY, enter(SHARE)))
    assert story(visits)[-2:] == ["keep advanced@1", "share lapsed@11"]


def test_waiting_for_the_first_order_keeps_the_repeat_cycle_alive_as_well() -> None:
    journey = plan(knowledge=np.full(4, 40 * DAY))
    events = ((0, BOUGHT), (DAY, enter(BROWSE)))
    assert story(walked(journey, *events), Track.REPEAT) == ["browse lapsed@11"]
    assert story(walked(journey, *events, waits={0: 5 * DAY}), Track.REPEAT) == ["browse lapsed@15"]
    assert story(walked(journey, *events, waits={0: FOREVER}), Track.REPEAT) == ["browse in_flight"]


def test_an_exit_beside_the_first_purchase_does_not_end_the_repeat_cycle_that_begins_after_it() -> None:
    """All at one instant: the cart is given up, something is bought, and one looks around again."""
    events = ((0, leave(BROWSE)), (0, BOUGHT), (0, enter(KEEP, BROWSE)))
    assert story(walked(plan(), *events), Track.REPEAT) == ["browse lapsed@10"]


def test_a_subscription_known_to_end_by_its_day_alone_ends_no_earlier_for_a_later_record() -> None:
    """Both ends are the business's: one known by its day alone, so at midday, one at eight in the morning."""
    ends = bits.BY_BUSINESS | bits.ACTIVE_END
    visits = walked(plan(), (0, enter(BROWSE)), (DAY, bits.DATE_ONLY | ends), (DAY + 8 * HOUR, ends))
    assert story(visits) == ["browse lapsed@11.5"]


def test_knowledge_that_ends_at_the_deadline_is_enough_to_know() -> None:
    for known, said in ((10 * DAY, ["browse lapsed@10"]), (10 * DAY - 1, ["browse in_flight"])):
        assert story(walked(plan(knowledge=np.full(4, known)), (0, enter(BROWSE)))) == said


def test_a_customer_of_very_many_passes_has_a_row_for_each() -> None:
    """More rows than the kernel first makes room for: it asks for more."""
    events = [(i * DAY, enter(SHARE) if i % 2 == 0 else leave(SHARE)) for i in range(5_000)]
    visits = walked(plan(), *events)
    stayed = visits.where(~visits.skipped)
    assert len(stayed) == 2_500
    assert set(stayed.outcome.tolist()) == {Outcome.LEFT}
    assert stayed.pass_no.tolist() == list(range(2_500))


def test_a_long_day_of_many_ties_is_put_in_order(seed: int) -> None:
    """Longer than any example that chance would think of: what is sorted in runs comes out as if sorted at once."""
    chance = np.random.default_rng(seed)
    events = [
        (int(t) * HOUR * 6, enter(int(s)) | (bits.DATE_ONLY if t % 4 == 0 and s % 2 else 0))
        for t, s in zip(chance.integers(0, 12, 1_000), chance.integers(0, 4, 1_000), strict=True)
    ]
    journey = plan(lapse=np.full(4, HOUR))
    trails = trail_of(events, {})
    visits, expected = place(trails, journey), placed(trails, journey)
    assert visits.entry_event.tolist() == [row.entry_event for row in expected]
    assert all(a <= b for a, b in pairwise(visits.entered.tolist()))
