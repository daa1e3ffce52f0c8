"""Groups by what customers do: planted kinds come back, a crowd without kinds has none, and it is said why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import DAY, HOUR
from desirepath.journey.placing.place import place
from desirepath.journey.placing.plan import plan_for
from desirepath.measure.comparison.side_rows import SideRows
from desirepath.measure.groups.features import acts_of, learn, own_meetings
from desirepath.measure.groups.features import place as place_of
from desirepath.measure.groups.find import GroupsAnswer, groups
from desirepath.measure.groups.rule import event_counts
from desirepath.measure.groups.stability import adjusted_rand, fullest_valley, jaccards, k_means
from tests.by_hand import START, WORDS, shop_journey, trails_of

SEEN = ("ad", "page", "faq", "cart", "pay", "review")  # what customers go to
FOUR_KINDS = np.array(
    [
        [0.70, 0.25, 0.05, 0.00, 0.00, 0.00],
        [0.05, 0.45, 0.45, 0.05, 0.00, 0.00],
        [0.05, 0.10, 0.00, 0.45, 0.40, 0.00],
        [0.05, 0.15, 0.00, 0.05, 0.05, 0.70],
    ]
)


@dataclass(frozen=True)
class Crowd:
    rows: SideRows
    kind: np.ndarray
    code: np.ndarray

    def groups(self, **asked: object) -> GroupsAnswer:
        return groups(self.rows, event_code=self.code, event_names=list(WORDS), **asked)  # type: ignore[arg-type]

    def found(self, answer: GroupsAnswer) -> tuple[np.ndarray, np.ndarray]:
        """(the kind, the group) of each customer who was grouped."""
        group = np.full(len(self.kind), -1)
        for number, one in enumerate(answer.groups):
            group[one.customers] = number
        return self.kind[group >= 0], group[group >= 0]


def crowd_of(chances: np.ndarray, kind: np.ndarray, seed: int, events: int = 14) -> Crowd:
    """Customers who do what the chances of each say, at any pace. chances: [customers, SEEN]."""
    draw = np.random.default_rng(seed)
    count = np.maximum(draw.poisson(events, len(kind)), 1)
    offset = np.append(0, np.cumsum(count))
    words, ts = [], np.empty(offset[-1], np.int64)
    for c in range(len(kind)):
        words += [SEEN[i] for i in draw.choice(len(SEEN), count[c], p=chances[c])]
        steps = draw.exponential(6 * HOUR, count[c]).astype(np.int64)
        ts[offset[c] : offset[c + 1]] = START + draw.integers(0, 30) * DAY + np.cumsum(steps)
    trails = trails_of(offset.tolist(), ts.tolist(), words, [0] * len(words))
    journey = shop_journey()
    as_of = int(ts.max()) + 400 * DAY
    visits = place(trails, plan_for(journey, {s.id: as_of for s in journey.stages}), threads=1)
    names = {name: i for i, name in enumerate(WORDS)}
    code = np.array([names[word] for word in words], np.int32)
    return Crowd(SideRows(journey, visits, trails, as_of=as_of), kind, code)


def kinds_of(seed: int, n: int = 600) -> Crowd:
    kind = np.random.default_rng(seed).choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    return crowd_of(FOUR_KINDS[kind], kind, seed)


def test_planted_kinds_are_recovered_with_a_rule_for_each():
    crowd = kinds_of(1)
    answer = crowd.groups()
    assert answer.chosen == 4
    assert not answer.forced
    truth, found = crowd.found(answer)
    assert adjusted_rand(truth, found) > 0.9
    assert [g.n for g in answer.groups] == sorted((g.n for g in answer.groups), reverse=True)
    assert all(g.stable and g.name and g.jaccard > 0.9 for g in answer.groups)
    assert len({g.name for g in answer.groups}) == 4
    for group in answer.groups:
        assert group.rule is not None
        assert isinstance(group.rule.precision, Estimate)
        assert isinstance(group.rule.recall, Estimate)
        assert group.rule.precision.value > 0.8
        assert group.rule.recall.value > 0.7
    assert answer.groups[0].face.met[0].touchpoint == "ad"  # the commonest kind lives on ads
    assert sum(g.n for g in answer.groups) == answer.grouped


def test_a_crowd_in_which_all_do_alike_has_no_groups():
    """As busy and as mixed as before, but nobody is of a kind: 8 worlds."""
    for seed in range(8):
        everybody = np.tile(np.array([0.3, 0.3, 0.1, 0.15, 0.1, 0.05]), (300, 1))
        crowd = crowd_of(everybody, np.zeros(300, int), seed, events=10)
        answer = crowd.groups()
        assert answer.chosen == 0, seed
        assert answer.groups == ()
        assert answer.why_none is None
        assert len(answer.tried) > 3


def test_a_continuum_is_cut_by_nobody():
    """Everybody lies somewhere between two kinds: cut in two, it would be found again; there is no valley, though."""
    for seed in range(3):
        part = np.random.default_rng(seed).random(500)[:, None]
        crowd = crowd_of(
            (1 - part) * FOUR_KINDS[0] + part * FOUR_KINDS[2], np.zeros(500, int), seed, events=40
        )
        answer = crowd.groups(blocks=("touchpoints",))
        assert answer.chosen == 0, seed
        two = answer.tried[0]
        assert two.again > 0.8
        assert two.valley > 0.7


def test_a_number_that_was_asked_for_is_shown_and_not_believed():
    everybody = np.tile(np.full(6, 1 / 6), (200, 1))
    answer = crowd_of(everybody, np.zeros(200, int), 3).groups(k=3)
    assert (answer.chosen, answer.forced) == (3, True)
    assert len(answer.groups) == 3
    assert all(not g.stable and g.name == "" and g.rule is None for g in answer.groups)


def test_the_same_data_give_the_same_groups():
    one, other = (kinds_of(5, 300).groups() for _ in range(2))
    assert [g.customers.tolist() for g in one.groups] == [g.customers.tolist() for g in other.groups]
    assert [t.again for t in one.tried] == [t.again for t in other.tried]


def test_too_few_customers_or_meetings_are_told():
    crowd = kinds_of(1, 80)
    answer = crowd.groups()
    assert isinstance(answer.why_none, NoEstimate)
    assert (answer.why_none.reason, answer.why_none.needed) == ("too_few", 100)
    quiet = kinds_of(1, 300).groups(fewest=100)
    assert (quiet.grouped, quiet.quiet) == (0, 300)
    nobody = kinds_of(1, 300).groups(among=np.zeros(300, bool))
    assert (nobody.grouped, nobody.quiet) == (0, 0)


def test_customers_who_all_do_the_same_are_no_groups():
    """One place, cut into nothing: identical trails have no two distinct places."""
    one_thing = np.tile(np.array([1.0, 0, 0, 0, 0, 0]), (150, 1))
    answer = crowd_of(one_thing, np.zeros(150, int), 1).groups(blocks=("touchpoints", "stages"))
    assert answer.chosen == 0
    assert answer.tried == ()


def test_those_outside_the_sample_are_placed_as_if_they_were_in_it():
    crowd = kinds_of(2, 200)
    trails = crowd.rows.trails
    at, count = own_meetings(trails)
    assert count.sum() == len(at)
    who = np.arange(200)
    home = np.array([0, 1, 1, 2, 2, 3, 4, -1])
    space, places = learn(acts_of(trails, at, who), home)
    assert place_of(space, acts_of(trails, at, who)) == pytest.approx(places)
    some = np.array([3, 50, 199])
    assert place_of(space, acts_of(trails, at, some)) == pytest.approx(places[some])


labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30)


@given(labels)
def test_the_rand_index_counts_pairs(pairs: list[tuple[int, int]]):
    one, other = (np.array(x) for x in zip(*pairs, strict=True))
    n, both, mine, theirs = len(one), 0, 0, 0
    for i in range(n):
        for j in range(i):
            both += bool(one[i] == one[j] and other[i] == other[j])
            mine += bool(one[i] == one[j])
            theirs += bool(other[i] == other[j])
    every = n * (n - 1) / 2
    chance, most = mine * theirs / every, (mine + theirs) / 2
    expected = 1.0 if most == chance else (both - chance) / (most - chance)
    assert adjusted_rand(one, other) == pytest.approx(expected)
    assert adjusted_rand(one, one) == pytest.approx(1.0)
    for g, best in enumerate(jaccards(one, other, 4)):
        a = set(np.flatnonzero(one == g).tolist())
        sets = [set(np.flatnonzero(other == h).tolist()) for h in range(4)]
        assert best == pytest.approx(max((len(a & b) / len(a | b) for b in sets if a | b), default=0.0))


def test_a_valley_is_where_few_stand():
    draw = np.random.default_rng(1)
    apart = np.concatenate([draw.normal(-3, 1, (300, 2)), draw.normal(3, 1, (300, 2))])
    cloud = draw.normal(0, 1, (600, 2))
    for points, low, high in ((apart, 0.0, 0.3), (cloud, 1.0, 9.0)):
        label, centre = k_means(points, 2, 0)
        assert low <= fullest_valley(points, label, centre) <= high


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_events_are_counted_by_name(seed: int):
    draw = np.random.default_rng(seed)
    kind = draw.choice(4, 12)
    crowd = crowd_of(FOUR_KINDS[kind], kind, seed, events=4)
    trails = crowd.rows.trails
    who = np.sort(draw.choice(12, 5, replace=False))
    found = event_counts(trails, crowd.code, list(WORDS), who)
    for i, c in enumerate(who.tolist()):
        mine = crowd.code[trails.offset[c] : trails.offset[c + 1]]
        for j, name in enumerate(found.names):
            assert found.count[i, j] == (mine == list(WORDS).index(name)).sum()
