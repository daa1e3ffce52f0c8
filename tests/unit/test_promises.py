"""Which promise was kept by what: the pairing as stories of orders and parcels."""

from __future__ import annotations

import numpy as np

from desirepath.core.times import DAY, FOREVER, NEVER
from desirepath.journey.promises import PromiseRows, concatenate, no_promises, pair_promise

Told = (
    tuple[str, int] | tuple[str, int, int]
)  # "order" or "parcel", its day; the day on which an order was voided


def shop(**customers: list[Told]) -> PromiseRows:
    """Each customer's orders open the promise, parcels close it, first opened first closed. Days from 0."""
    rows = []
    for number, told in enumerate(customers.values()):
        for what, day, *voided in told:
            rows.append((number, day * DAY, what == "parcel", voided[0] * DAY if voided else NEVER))
    rows.sort(key=lambda r: r[:3])
    pair, at, closes, voided_at = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    due = np.where(closes == 1, NEVER, at + 5 * DAY)
    event = np.arange(100, 100 + len(rows))
    return pair_promise(0, pair, pair, event, at, at, due, closes, voided_at)


def days(instants: np.ndarray) -> list[int | str | None]:
    said = {NEVER: None, FOREVER: "for ever"}
    return [said[t] if t in said else t // DAY for t in instants.tolist()]


def test_an_order_and_its_parcel_are_a_promise_kept() -> None:
    rows = shop(ana=[("order", 1), ("parcel", 4)])
    assert (days(rows.opened), days(rows.closed), days(rows.due)) == ([1], [4], [6])
    assert (rows.event.tolist(), rows.closing_event.tolist()) == ([100], [101])
    assert days(rows.wait_ends([None])) == [4]


def test_the_first_parcel_is_that_of_the_first_order() -> None:
    rows = shop(ana=[("order", 1), ("order", 2), ("parcel", 4), ("parcel", 9)])
    assert days(rows.closed) == [4, 9]


def test_a_parcel_never_closes_what_was_ordered_after_it() -> None:
    rows = shop(ana=[("parcel", 1), ("order", 2)])
    assert (days(rows.closed), rows.closing_event.tolist()) == ([None], [-1])


def test_a_parcel_of_the_same_instant_closes_the_order() -> None:
    assert days(shop(ana=[("parcel", 3), ("order", 3)]).closed) == [3]


def test_nobody_receives_the_parcel_of_another() -> None:
    rows = shop(ana=[("order", 1)], ben=[("order", 2), ("parcel", 3)])
    assert days(rows.closed) == [None, 3]
    assert rows.customer.tolist() == [0, 1]


def test_a_cancelled_order_takes_no_parcel_and_its_wait_ends_with_the_cancelling() -> None:
    rows = shop(ana=[("order", 1, 3), ("order", 2), ("parcel", 5)])
    assert days(rows.closed) == [None, 5]
    assert days(rows.voided) == [3, None]
    assert days(rows.wait_ends([None])) == [3, 5]


def test_an_order_cancelled_after_its_parcel_came_was_kept() -> None:
    rows = shop(ana=[("order", 1, 9), ("parcel", 5)])
    assert days(rows.closed) == [5]
    assert days(rows.wait_ends([None])) == [5]


def test_an_open_promise_is_waited_for_without_end_unless_the_journey_says_how_long() -> None:
    rows = shop(ana=[("order", 1)])
    assert days(rows.wait_ends([None])) == ["for ever"]
    assert days(rows.wait_ends([30 * DAY])) == [31]


def test_a_parcel_after_the_customer_gave_up_still_keeps_the_promise() -> None:
    rows = shop(ana=[("order", 1), ("parcel", 90)])
    assert days(rows.closed) == [90]
    assert days(rows.wait_ends([30 * DAY])) == [31]


def test_a_close_known_by_its_day_alone_never_comes_before_its_order() -> None:
    """Delivered on the day of an order made at noon: the day's start is before the order, its end is not."""
    one = np.array([0, 0], np.int64)
    rows = pair_promise(
        0,
        pair=one,
        customer=one,
        event=np.array([1, 2]),
        at=np.array([DAY // 2, DAY - 1]),
        happened=np.array([DAY // 2, 0]),
        due=np.array([NEVER, NEVER]),
        end=np.array([0, 1]),
        voided_at=np.array([NEVER, NEVER]),
    )
    assert rows.closed.tolist() == [DAY // 2]


def test_a_journey_that_promises_nothing_has_no_rows() -> None:
    assert len(no_promises()) == 0
    assert len(concatenate([])) == 0
    assert no_promises().wait_ends([]).tolist() == []


def test_rows_can_be_chosen() -> None:
    rows = shop(ana=[("order", 1), ("parcel", 4)], ben=[("order", 2)])
    assert rows.where(rows.closed == NEVER).customer.tolist() == [1]
