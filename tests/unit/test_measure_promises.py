"""Stories about promised against delivered."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.estimate import NoEstimate
from desirepath.core.times import DAY, NEVER
from desirepath.journey.definition import Promise
from desirepath.journey.hours import BusinessTime
from desirepath.journey.promises import PromiseRows, no_promises
from desirepath.measure.answers import PromiseAnswer
from desirepath.measure.promises.kept import promises, standing, would_be_kept
from tests.by_hand import day, rule, shop_journey
from tests.unit.test_measure_stages import some

JOURNEY = shop_journey(
    promises=(
        Promise(id="in_time", label="Delivered in 5 days", stage="retention", opens=rule(), closes=rule(),
                within=timedelta(days=5)),
    )
)  # fmt: skip


def orders(*rows: tuple[float, float | None, float | None], due: float = 5) -> PromiseRows:
    """(ordered on day, delivered on day, cancelled on day)."""

    def instants(values: list[float | None]) -> np.ndarray:
        return np.array([NEVER if v is None else day(v) for v in values], np.int64)

    n = len(rows)
    opened = instants([r[0] for r in rows])
    return PromiseRows(
        promise=np.zeros(n, np.int16), customer=np.arange(n, dtype=np.int32), event=np.arange(n, dtype=np.int64),
        opened=opened, due=opened + round(due * DAY), closed=instants([r[1] for r in rows]),
        closing_event=np.full(n, -1, np.int64), voided=instants([r[2] for r in rows]),
    )  # fmt: skip


def answered(rows: PromiseRows, until: float, **more: object) -> PromiseAnswer:
    return promises(JOURNEY, rows, as_of=day(until), **more)[0]


def test_in_time_is_until_the_very_instant():
    answer = answered(orders(*[(0, 5, None)] * 20, *[(0, 5.1, None)] * 20), 100)
    kept = some(answer.kept)
    assert (kept.value, kept.n, answer.due) == (0.5, 40, 40)


def test_open_and_due_is_broken_and_open_and_not_due_is_neither():
    answer = answered(orders(*[(0, 3, None)] * 30, *[(0, None, None)] * 10, *[(98, None, None)] * 7), 100)
    assert (some(answer.kept).value, answer.due) == (0.75, 40)
    assert (answer.waiting, answer.overdue, answer.made) == (7, 10, 47)


def test_a_promise_kept_early_counts_once_it_was_due_like_all_of_its_day():
    # Of two orders of yesterday, one was delivered at once: counting it now would count only the quick ones.
    answer = answered(orders(*[(0, 3, None)] * 20, (99, 99.5, None), (99, None, None)), 100)
    assert answer.due == 20


def test_a_cancelled_order_is_no_broken_promise_unless_it_was_late_already():
    answer = answered(orders(*[(0, 3, None)] * 20, *[(0, None, 2)] * 50, *[(0, None, 30)] * 20), 100)
    assert (some(answer.kept).value, answer.made) == (0.5, 40)
    assert (answer.waiting, answer.overdue) == (0, 0)  # nobody waits for what was cancelled


def test_who_still_waits_has_waited_at_least_so_long():
    answer = answered(orders(*[(0, 2, None)] * 20, *[(0, 8, None)] * 10, *[(0, None, None)] * 30), 100)
    first, middle, third = answer.took
    assert (some(first).value, some(middle).value) == (2 * DAY, 8 * DAY)
    assert third == NoEstimate("not_reached", 60, detail="50.0% by the end")


def test_how_late_the_late_ones_are():
    answer = answered(orders(*[(0, 3, None)] * 50, *[(0, 7, None)] * 30, *[(0, 9, None)] * 9), 100)
    late = some(answer.late_by)
    assert (late.value, late.n) == (2 * DAY, 39)
    assert answered(orders(*[(0, 3, None)] * 50), 100).late_by == NoEstimate(
        "no_data", detail="none was late"
    )


def test_what_was_delivered_after_we_stopped_knowing_is_not_known():
    rows = orders(*[(0, 3, None)] * 20, *[(0, 50, None)] * 20)
    answer = answered(rows, 100, known={"in_time": day(20)})
    assert (answer.overdue, answer.due) == (20, 40)
    assert answer.took[2] == NoEstimate("not_reached", 40, detail="50.0% by the end")


def test_one_region_can_be_told_from_the_others():
    rows = orders(*[(0, 3, None)] * 30, *[(0, 9, None)] * 30)
    west = rows.customer >= 30
    by = answered(rows, 100, segments={"west": west, "east": ~west, "few": rows.customer < 3}).by_segment
    assert (some(by["west"]).value, some(by["east"]).value) == (0.0, 1.0)
    assert by["few"] == NoEstimate("too_few", 3, 20, "n 3 of 20")


def test_nothing_promised_for_an_order_is_no_promise():
    rows = orders(*[(0, 3, None)] * 25)
    rows.due[:5] = NEVER
    assert answered(rows, 100).made == 20


def test_a_promise_nobody_was_ever_made():
    answer = answered(no_promises(), 100)
    assert (answer.made, answer.due) == (0, 0)
    assert answer.kept == NoEstimate("too_few", 0, 20, "n 0 of 20")


@pytest.mark.parametrize("known", [3, 10, 60])
def test_made_is_kept_or_broken_or_not_due_yet(known: float):
    draw = np.random.default_rng(4)
    stories = [
        (
            float(s),
            None if draw.random() < 0.2 else float(s + draw.exponential(5)),
            None if draw.random() < 0.9 else s + 4,
        )
        for s in draw.random(300) * 50
    ]
    rows = orders(*stories)
    answer = answered(rows, known)
    not_due = int(((rows.due > day(known)) & (rows.opened <= day(known)) & (rows.voided == NEVER)).sum())
    voided = (rows.voided != NEVER) & (rows.opened <= day(known)) & (rows.due > day(known))
    closed_first = voided & (rows.closed != NEVER) & (rows.closed < rows.voided)
    assert answer.made == answer.due + not_due + int(closed_first.sum())


HOURS = 1 / 24


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (41 * HOURS / 60, "45 minutes"),
        (45 * HOURS / 60, "45 minutes"),
        (HOURS, "60 minutes"),
        (3.2 * HOURS, "4 hours"),
        (46.5 * HOURS, "47 hours"),
        (2, "48 hours"),
        (2.1, "3 days"),
        (7, "7 days"),
        (0, "5 minutes"),
    ],
)
def test_the_promise_that_would_be_kept_can_be_said_and_is_never_too_short(days: float, said: str):
    quick, slow = [(0, days / 2, None)] * 30, [(0, days, None)] * 70
    within, sayable = would_be_kept(JOURNEY, orders(*quick, *slow), as_of=day(100))["in_time"]
    assert some(within).value == pytest.approx(days * DAY, abs=1)
    assert sayable == said


def test_where_too_many_still_wait_nothing_can_be_promised():
    rows = orders(*[(0, 2, None)] * 90, *[(0, None, None)] * 10)
    within, sayable = would_be_kept(JOURNEY, rows, as_of=day(100))["in_time"]
    assert (within, sayable) == (NoEstimate("not_reached", 100, detail="90.0% by the end"), "")
    within, sayable = would_be_kept(JOURNEY, rows, as_of=day(100), share=0.9)["in_time"]
    assert (some(within).value, sayable) == (2 * DAY, "48 hours")


def test_in_business_hours_the_weekend_does_not_count():
    within = BusinessTime(amount=4, unit="hour")
    promise = JOURNEY.promises[0].model_copy(update={"within": within})
    journey = shop_journey(promises=(promise,))
    friday, monday = 1 + 20 * HOURS, 4 + 2 * HOURS  # the first day is a Thursday
    rows = orders(*[(friday, monday, None)] * 40)
    found, sayable = would_be_kept(journey, rows, as_of=day(100))["in_time"]
    assert (some(found).value, sayable) == (pytest.approx(DAY / 4, abs=2), "6 business hours")


@given(st.integers(0, 10_000), st.floats(0, 40))
def test_every_promise_stands_in_one_place(seed: int, until: float):
    draw = np.random.default_rng(seed)
    told = [
        (float(start), None if open_ else float(start + took), float(start + gone) if undone else None)
        for start, took, gone, open_, undone in zip(
            draw.integers(0, 30, 50), draw.integers(0, 12, 50), draw.integers(0, 12, 50),
            draw.random(50) < 0.3, draw.random(50) < 0.2, strict=True,
        )
    ]  # fmt: skip
    found = standing(orders(*told), 0, day(until))
    not_due = found["made"] & ~found["due"]
    assert (found["kept"] ^ found["broken"] ^ not_due == found["made"]).all()
    assert not (found["kept"] & found["broken"]).any()
    assert (found["overdue"] <= found["broken"]).all()
    assert (found["waiting"] <= not_due).all()
