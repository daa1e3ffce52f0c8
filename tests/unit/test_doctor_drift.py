"""Drift between two baselines: shares beyond chance, silences, names. And a baseline as a file."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desirepath.doctor.baseline import Baseline, Beat, Number, read_baseline
from desirepath.doctor.drift import Limits, drifts, missed, moved_too_far
from desirepath.stats.intervals import wilson

LIMITS = Limits()


def share(hits: int, n: int) -> Number:
    low, high = wilson(hits, n)
    return Number(hits / n, low, high, n)


def base(**changes: object) -> Baseline:
    plain = Baseline(
        journey="A shop", definition="d1", as_of="2024-06-30", customers=1000,
        rates={"decision": share(500, 1000)}, medians={"decision": Number(3600.0, 3400.0, 3800.0, 900)},
        reached={"decision": share(900, 1000)}, kept={"sent": share(95, 100)}, rejects={"web": share(2, 1000)},
        sources={"web": Beat(1000, 10.0, "2024-06-30"), "orders": Beat(500, 5.0, "2024-06-30")},
        events={
            "web": {"Ad Clicked": Beat(1000, 10.0, "2024-06-30")}, "orders": {"Order": Beat(500, 5.0, "2024-06-30")},
        },
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def kinds(before: Baseline, now: Baseline, limits: Limits = LIMITS) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in drifts(before, now, limits)]


def test_the_same_numbers_drift_nowhere() -> None:
    assert kinds(base(), base()) == []


def test_a_share_moves_too_far_only_beyond_what_chance_explains() -> None:
    many, few = base(rates={"decision": share(500, 1000)}), base(rates={"decision": share(20, 40)})
    assert kinds(many, base(rates={"decision": share(400, 1000)})) == [("rate", "decision")]
    assert kinds(few, base(rates={"decision": share(16, 40)})) == []
    assert kinds(many, base(rates={"decision": share(400, 1000)}), Limits(points=10)) == []
    assert kinds(many, base(rates={"decision": share(540, 1000)})) == [], (
        "four points, of which five are allowed"
    )


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0, 0.5))
def test_drift_knows_no_direction_and_a_wider_limit_finds_no_more(a: int, b: int, limit: float) -> None:
    one, other = share(a, 200), share(b, 200)
    assert moved_too_far(one, other, limit) == moved_too_far(other, one, limit)
    assert not moved_too_far(one, one, 0.0)
    if moved_too_far(one, other, limit):
        assert moved_too_far(one, other, limit / 2)
        assert abs(a - b) / 200 > limit


def test_a_number_that_is_gone_is_told_and_a_new_one_is_not() -> None:
    assert kinds(base(), base(kept={})) == [("promise", "sent")]
    assert kinds(base(kept={}), base()) == []


def test_more_records_set_aside_drift_and_fewer_do_not() -> None:
    more = base(rejects={"web": share(200, 1000)})
    assert kinds(base(), more) == [("rejects", "web")]
    assert kinds(more, base()) == []


def test_a_median_that_doubled() -> None:
    slow = base(medians={"decision": Number(7200.0, 7000.0, 7400.0, 900)})
    (found,) = drifts(base(), slow, LIMITS)
    assert found.message == 'The median time of "decision" was 1 hours and is 2 hours.'


def test_a_source_that_stopped_and_one_that_is_gone() -> None:
    web = Beat(2000, 10.0, "2024-09-30")
    later = base(sources={"web": web, "orders": Beat(500, 5.0, "2024-06-30")})
    later = replace(later, events={"web": {"Ad Clicked": web}, "orders": base().events["orders"]})
    assert kinds(base(), later) == [("source", "orders")]
    gone = base(sources={"web": Beat(1000, 10.0, "2024-06-30")}, events={"web": base().events["web"]})
    assert kinds(base(), gone) == [("source", "orders")]


def test_silence_counts_against_how_often_it_came_and_how_late_it_was_then() -> None:
    often, seldom = Beat(1000, 10.0, "2024-06-30"), Beat(10, 0.1, "2024-06-30")
    assert missed(often, often, "2024-06-30", "2024-07-03")
    assert not missed(often, often, "2024-06-30", "2024-07-01"), "a day is a pause"
    assert not missed(seldom, seldom, "2024-06-30", "2024-08-30"), "six in two months may all be missing"
    assert not missed(often, Beat(1100, 10.0, "2024-07-10"), "2024-07-30", "2024-08-05"), "as late as ever"


def test_names_that_vanish_and_names_that_nobody_knew() -> None:
    renamed = base(events={**base().events, "web": {"ad_clicked": Beat(1000, 10.0, "2024-06-30")}})
    assert kinds(base(), renamed) == [("event", "web: Ad Clicked"), ("unknown_event", "web: ad_clicked")]
    grown = {"Ad Clicked": Beat(1990, 10.0, "2024-07-30"), "Test": Beat(10, 1.0, "2024-07-30")}
    sources = {"web": Beat(2000, 10.0, "2024-07-30"), "orders": Beat(700, 5.0, "2024-07-30")}
    now = base(sources=sources, events={"web": grown, "orders": {"Order": Beat(700, 5.0, "2024-07-30")}})
    assert kinds(base(), now) == [], "ten of a thousand new ones are one in a hundred"
    assert kinds(base(), now, Limits(unknown=0.5)) == [("unknown_event", "web: Test")]


def test_a_baseline_reads_as_it_was_written_a_number_a_line() -> None:
    text = base().text()
    assert read_baseline(text, "b.json") == base()
    assert text.count("\n") > 60
    assert text == base().text()
