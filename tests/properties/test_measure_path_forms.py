"""Flow, tree and exact paths are the same counts: every sum closes, at every node."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desirepath.measure.walks.path_counts import Shape, count_paths
from desirepath.measure.walks.path_forms import OTHER, flow, tree
from desirepath.measure.walks.walk import Walks
from tests.properties.test_measure_path_counts import GAP, Told, runs
from tests.twins import paths as twin

few = settings(max_examples=60, deadline=None)


def read(drawn: Any, longest: int, backward: bool) -> tuple[Any, Counter[twin.Path]]:
    told = Told(drawn)
    ends = (told.runs % 5).astype("int8")
    walks = Walks("session", told.runs, told.offset, told.ts, told.code, gap=GAP, run_ends=ends)
    found = count_paths(walks, Shape(4, longest, True, backward))
    slow = [twin.path_of(w, longest=longest, collapse=True, backward=backward) for w in told.twins(gap=GAP)]
    return found, Counter(path[0] for path in slow if path)


@few
@given(runs, st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_a_flow_closes_at_every_node(drawn: Any, longest: int, top: int, backward: bool):
    counts, slow = read(drawn, longest, backward)
    found = flow(counts, top)
    first = sum(node.walks for node in found.nodes if node.position == 0)
    assert first == counts.with_path == sum(n for path, n in slow.items() if path)
    came: Counter[tuple[int, int]] = Counter()
    went: Counter[tuple[int, int]] = Counter()
    for link in found.links:
        came[link.position + 1, link.to] += link.walks
        went[link.position, link.code] += link.walks
    for node in found.nodes:
        assert node.walks == node.exits.total
        assert node.exits.went_on == went[node.position, node.code]
        assert node.exits.ended >= node.exits.lapsed + node.exits.left + node.exits.advanced
        if node.position:
            assert node.walks == came[node.position, node.code]
        if node.code != OTHER:
            assert node.walks == sum(
                n for p, n in slow.items() if p[node.position : node.position + 1] == (node.code,)
            )
    for position in range(longest):
        shown = [n for n in found.nodes if n.position == position and n.code != OTHER]
        assert len(shown) <= top
        here = [n for n in found.nodes if n.position == position]
        assert sum(n.walks for n in here) == sum(n for p, n in slow.items() if len(p) > position)


@few
@given(runs, st.integers(1, 5), st.integers(1, 12), st.booleans())
def test_a_tree_closes_at_every_branch(drawn: Any, longest: int, top: int, backward: bool):
    counts, slow = read(drawn, longest, backward)
    found = tree(counts, top)
    prefixes: Counter[twin.Path] = Counter()
    for path, n in slow.items():
        for i in range(1, len(path) + 1):
            prefixes[path[:i]] += n
    assert len(found.branches) == min(top, len(prefixes))
    assert (
        sorted((b.walks for b in found.branches), reverse=True)
        == sorted(prefixes.values(), reverse=True)[:top]
    )
    for i, branch in enumerate(found.branches):
        assert branch.walks == prefixes[branch.steps] == counts.count[branch.first : branch.last].sum()
        assert branch.parent < i
        if branch.parent >= 0:
            assert found.branches[branch.parent].steps == branch.steps[:-1]
        children = sum(b.walks for b in found.branches if b.parent == i)
        assert branch.walks == branch.exits.total
        assert branch.exits.went_on == children + branch.other
    roots = sum(b.walks for b in found.branches if b.parent == -1)
    assert roots + found.other == counts.with_path
