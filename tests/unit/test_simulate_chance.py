"""Luck depends on the seed, on who and on what for, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from desirepath.simulate.chance import Chance, child

PEOPLE = np.arange(20_000, dtype=np.int64)


def test_nobodys_luck_depends_on_who_else_is_there():
    chance = Chance(7)
    everybody = chance.ids(PEOPLE)
    some = chance.ids(PEOPLE[500:600])
    assert (everybody[500:600] == some).all()
    assert (chance.share(everybody, "rain")[500:600] == chance.share(some, "rain")).all()


def test_another_seed_another_name_another_turn_is_other_luck():
    ids = Chance(7).ids(PEOPLE)
    draws = [
        Chance(7).share(ids, "rain"),
        Chance(8).share(ids, "rain"),
        Chance(7).share(ids, "wind"),
        Chance(7).share(ids, "rain", 1),
    ]
    for one in range(4):
        for other in range(one):
            assert abs(np.corrcoef(draws[one], draws[other])[0, 1]) < 0.03


def test_a_higher_chance_only_adds():
    chance = Chance(7)
    ids = chance.ids(PEOPLE)
    seldom, often = chance.happens(ids, "coupon", 0.2), chance.happens(ids, "coupon", 0.5)
    assert not (seldom & ~often).any()
    assert often.mean() == pytest.approx(0.5, abs=0.02)


def test_shares_are_even_and_never_an_end():
    chance = Chance(7)
    share = chance.share(chance.ids(PEOPLE), "anything")
    assert share.min() > 0 and share.max() < 1
    counts, _ = np.histogram(share, bins=20, range=(0, 1))
    assert abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_waits_have_the_median_asked_for():
    chance = Chance(7)
    wait = chance.wait(chance.ids(PEOPLE), "parcel", 3.0, 0.5)
    assert np.median(wait) == pytest.approx(3.0, rel=0.03)
    assert np.log(wait).std() == pytest.approx(0.5, rel=0.03)


def test_weights_are_kept_for_all_and_for_each():
    chance = Chance(7)
    ids = chance.ids(PEOPLE)
    for_all = np.bincount(chance.pick(ids, "kind", [1, 3]), minlength=2) / len(ids)
    assert for_all[1] == pytest.approx(0.75, abs=0.02)
    rows = np.where((PEOPLE % 2 == 0)[:, None], [[1.0, 0.0]], [[0.0, 1.0]])
    assert (chance.pick(ids, "kind", rows) == PEOPLE % 2).all()


def test_counts_stop_at_the_most():
    chance = Chance(7)
    count = chance.count(chance.ids(PEOPLE), "visits", 0.5, 3)
    assert count.max() == 3
    assert (count >= 1).mean() == pytest.approx(0.5, abs=0.02)
    assert (count >= 2).mean() == pytest.approx(0.25, abs=0.02)


def test_children_of_one_parent_and_of_others_all_differ():
    ids = Chance(7).ids(PEOPLE)
    family = np.concatenate([ids, *(child(ids, number) for number in range(5)), child(ids, PEOPLE % 5 + 5)])
    assert len(np.unique(family)) == len(family)
