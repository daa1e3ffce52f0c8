"""The pairing of promises and its slow twin agree; a promise is kept once, by one event, after it was made."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import NEVER
from desirepath.journey.promises import PromiseRows, concatenate, pair_promise
from tests.twins.promises import End, Made, paired, wait_end


@st.composite
def promise_ends(draw: st.DrawFn) -> list[End]:
    """Few pairs and few instants, so that ends tie and queue; in the order in which the store gives them."""
    instants = st.integers(0, 8)
    ends = []
    for event in range(draw(st.integers(0, 14))):
        at, closes = draw(instants), draw(st.booleans())
        happened = max(0, at - draw(st.sampled_from([0, 0, 0, 3]))) if closes else at
        voided = NEVER if closes else draw(st.sampled_from([NEVER, NEVER, at, at + 1, at + 3]))
        due = NEVER if closes else draw(st.sampled_from([NEVER, at + 2]))
        ends.append(End(draw(st.integers(0, 2)), at, closes, happened, event, due, voided))
    return sorted(ends, key=lambda e: (e.pair, e.at, e.closes, e.event))


def pair(ends: list[End], promise: int = 0) -> PromiseRows:
    """The engine's answer; a customer has the number of the pair."""

    def column(name: str) -> np.ndarray:
        return np.array([getattr(end, name) for end in ends], np.int64)

    return pair_promise(
        promise,
        column("pair"),
        column("pair"),
        column("event"),
        column("at"),
        column("happened"),
        column("due"),
        column("closes"),
        column("voided"),
    )


def as_made(rows: PromiseRows) -> list[Made]:
    names = ("event", "opened", "due", "voided", "closed", "closing_event")
    return [Made(*values) for values in zip(*(getattr(rows, name).tolist() for name in names), strict=True)]


@given(promise_ends())
def test_the_pairing_and_its_slow_twin_agree(ends: list[End]) -> None:
    rows = pair(ends)
    assert as_made(rows) == paired(ends)
    assert rows.customer.tolist() == [end.pair for end in ends if not end.closes]


@given(promise_ends(), st.sampled_from([None, 0, 2, 100]))
def test_waiting_ends_when_it_is_kept_or_voided_or_given_up(ends: list[End], at_most: int | None) -> None:
    expected = [wait_end(one, at_most) for one in paired(ends)]
    assert pair(ends).wait_ends([at_most]).tolist() == expected


@given(promise_ends())
def test_a_promise_is_kept_once_by_one_event_within_its_pair_and_after_it_was_made(ends: list[End]) -> None:
    made = [one for one in as_made(pair(ends)) if one.closing_event >= 0]
    assert len({one.closing_event for one in made}) == len(made)
    by_event = {end.event: end for end in ends}
    for one in made:
        opening, closing = by_event[one.event], by_event[one.closing_event]
        assert opening.pair == closing.pair
        assert opening.at <= closing.at
        assert one.closed >= one.opened
        assert one.voided == NEVER or one.voided > closing.at


@given(promise_ends())
def test_nothing_waits_for_an_end_that_another_could_have_had(ends: list[End]) -> None:
    """A closing event without a promise found none open: all made before it were closed before it or voided by then."""
    made = as_made(pair(ends))
    used = {one.closing_event for one in made}
    by_event = {end.event: (place, end) for place, end in enumerate(ends)}
    for place, end in enumerate(ends):
        if not end.closes or end.event in used:
            continue
        for one in made:
            opened_at, opening = by_event[one.event]
            if opening.pair != end.pair or opened_at > place:
                continue
            closed_before = one.closing_event >= 0 and by_event[one.closing_event][0] < place
            assert closed_before or (one.voided != NEVER and one.voided <= end.at)


@given(promise_ends(), promise_ends())
def test_several_promises_keep_their_rows_and_their_limits(one: list[End], other: list[End]) -> None:
    first, second = pair(one, 0), pair(other, 1)
    rows = concatenate([first, second])
    assert rows.promise.tolist() == [0] * len(first) + [1] * len(second)
    assert rows.wait_ends([None, 2]).tolist() == [
        *first.wait_ends([None]).tolist(),
        *second.wait_ends([None, 2]).tolist(),
    ]
