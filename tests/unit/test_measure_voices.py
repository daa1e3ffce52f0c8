"""Stories about scores and verbatims: whose they are, what they say, what is shown."""

from __future__ import annotations

import numpy as np
import pytest

from desirepath.core.estimate import NoEstimate
from desirepath.measure.answers import ScoreAnswer
from desirepath.measure.inputs import ScoreRows, TextRows, no_scores, no_texts
from desirepath.measure.scores import scores
from desirepath.measure.verbatims import verbatims
from tests.by_hand import CHANNELS, Shop, walked
from tests.unit.test_measure_stages import many, some


def scored(shop: Shop, *given: tuple[str, int, float], kind: str = "nps") -> tuple[ScoreAnswer, ...]:
    at = np.array([shop.at(who, number) for who, number, _ in given], np.int64)
    rows = ScoreRows(at, np.array([share for *_, share in given]), [kind] * len(given))
    return scores(shop.journey, shop.visits, shop.trails, rows, as_of=shop.as_of)


def only(found: tuple[ScoreAnswer, ...], stage: str, touchpoint: str | None = None) -> ScoreAnswer:
    return next(a for a in found if (a.stage, a.touchpoint) == (stage, touchpoint))


def test_nine_and_ten_promote_and_six_detracts():
    shop = walked(many(40, "0 page, 1 look"), 30)
    answers = [(f"c{i}", 1, (10, 9, 8, 6)[i % 4] / 10) for i in range(40)]
    nps = only(scored(shop, *answers), "consideration")
    assert (some(nps.value).value, some(nps.value).n) == (25.0, 40)  # two promoters, one detractor of four
    assert -100 <= some(nps.value).low < 25 < some(nps.value).high <= 100
    assert some(nps.emotion).value == pytest.approx(4 * 0.825 - 2)
    assert nps.histogram == ((0.6, 10), (0.8, 10), (0.9, 10), (1.0, 10))


def test_a_net_score_of_zero_is_an_answer_and_few_answers_are_none():
    shop = walked(many(40, "0 page, 1 look"), 30)
    even = only(scored(shop, *[(f"c{i}", 1, float(i % 2)) for i in range(40)]), "consideration")
    assert some(even.value).value == 0.0
    few = only(scored(shop, *[(f"c{i}", 1, 1.0) for i in range(19)]), "consideration")
    assert few.value == NoEstimate("too_few", 19, 20, "n 19 of 20")
    assert few.histogram == ((1.0, 19),)


def test_four_and_five_of_five_are_content():
    shop = walked(many(40, "0 page, 1 look"), 30)
    answers = [(f"c{i}", 1, (0.0, 0.5, 0.75, 1.0)[i % 4]) for i in range(40)]
    assert some(only(scored(shop, *answers, kind="csat"), "consideration").value).value == 0.5
    assert some(only(scored(shop, *answers, kind="ces"), "consideration").value).value == pytest.approx(
        0.5625
    )


def test_all_delighted_stays_within_the_scale():
    shop = walked(many(40, "0 page, 1 look"), 30)
    answers = [(f"c{i}", 1, 1.0 - 0.05 * (i % 2)) for i in range(40)]
    assert some(only(scored(shop, *answers), "consideration").emotion).high <= 2


def test_a_score_belongs_to_the_last_touchpoint_before_it_in_the_same_pass():
    shop = walked(
        many(20, "0 page, 1 order 9, 4 parcel, 6 look")  # answered two days after the parcel
        | many(20, "0 page, 100 look, 200 ad, 201 look", "b")  # the page was in a pass that lapsed
        | many(20, "0 page, 1 faq", "d"),  # scored in the very event
        300,
    )
    found = scored(
        shop,
        *[(f"c{i}", 3, 0.5) for i in range(20)],
        *[(f"b{i}", 3, 0.5) for i in range(20)],
        *[(f"d{i}", 1, 0.5) for i in range(20)],
    )
    assert {(a.stage, a.touchpoint) for a in found if a.touchpoint} == {
        ("retention", "parcel"), ("awareness", "ad"), ("consideration", "faq"),
    }  # fmt: skip


def test_a_score_outside_any_visit_is_in_no_stage():
    shop = walked(many(20, "0 look, 1 page"), 300)
    assert scored(shop, *[(f"c{i}", 0, 0.5) for i in range(20)]) == ()
    assert scores(shop.journey, shop.visits, shop.trails, no_scores(), as_of=shop.as_of) == ()


# ── verbatims ────────────────────────────────────────────────────────────────────────────────────────────


def said(shop: Shop, *texts: tuple[str, int, str, float | None], per_stage: int = 3):
    at = np.array([shop.at(who, number) for who, number, *_ in texts], np.int64)
    rows = TextRows(at, [t[2] for t in texts], ["reviews"] * len(texts))
    kept = [i for i, t in enumerate(texts) if t[3] is not None]
    given = ScoreRows(at[kept], np.array([texts[i][3] for i in kept], float), ["rating"] * len(kept))
    return verbatims(
        shop.journey, shop.visits, shop.trails, rows, as_of=shop.as_of, scores=given, channels=CHANNELS,
        per_stage=per_stage,
    )  # fmt: skip


PEOPLE = {f"p{i}": f"{i} page, {i}.5 look" for i in range(6)}


def test_the_newest_the_lowest_and_the_highest_as_they_are():
    shop = walked(PEOPLE, 30)
    found = said(
        shop,
        ("p0", 1, "Awful — twice!", 0.0), ("p1", 1, "fine", 0.5), ("p2", 1, "<b>Great</b> 😀", 1.0),
        ("p3", 1, "good", 0.75), ("p5", 1, "just looking", None),
    )  # fmt: skip
    assert [v.text for v in found.chosen] == ["just looking", "<b>Great</b> 😀", "Awful — twice!"]
    assert found.counts == {"consideration": 5}
    newest = found.chosen[0]
    assert (newest.stage, newest.channel, newest.source, newest.score_share) == (
        "consideration",
        "web",
        "reviews",
        None,
    )
    assert found.chosen[2].score_share == 0.0
    assert newest.event_no == int(shop.trails.event[shop.at("p5", 1)])


def test_the_same_words_are_shown_once_and_silence_never():
    shop = walked(PEOPLE, 30)
    found = said(
        shop, ("p0", 1, "Too  slow", 0.1), ("p1", 1, "too slow ", 0.2), ("p2", 1, "  ", None), per_stage=9
    )
    assert [v.text for v in found.chosen] == ["too slow "]  # the newest of them, as it was written
    assert found.counts == {"consideration": 1}


def test_the_choice_does_not_depend_on_the_order_of_the_rows():
    shop = walked(PEOPLE, 30)
    texts = [(f"p{i}", 1, f"text {i}", i / 5) for i in range(6)]
    assert said(shop, *texts).chosen == said(shop, *reversed(texts)).chosen


def test_nobody_said_anything():
    shop = walked(PEOPLE, 30)
    found = verbatims(shop.journey, shop.visits, shop.trails, no_texts(), as_of=shop.as_of)
    assert (found.chosen, found.counts) == ((), {})
