"""Attribution against ChannelAttribution: golden figures, made by tests/golden/oracles/channel_attribution/make.py.

Its own data set is GPL and not part of this project: what it says of it is judged where the file can be had, named by
DESIREPATH_CHANNEL_ATTRIBUTION (the Data.csv that comes with its Python package).
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desirepath.measure.attribution.ask import How, credits_of, wanted_for
from desirepath.measure.attribution.journeys import Tally, Ways, tally
from desirepath.measure.attribution.markov import count_steps, removal, removal_of_order

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "oracles" / "channel_attribution" / "golden.json").read_text(
        "utf-8"
    )
)
THEIR_DATA = os.environ.get("DESIREPATH_CHANNEL_ATTRIBUTION", "")
RULES = ("first", "last", "linear")
MILLS = 1000  # their values have three decimals

Kind = tuple[str, int, float, int]  # path, conversions, their value, journeys without


def spread_out(kinds: Iterable[Kind]) -> tuple[Ways, list[str]]:
    """Every journey by itself, as one customer's."""
    rows = [
        (path.split(" > "), int(won), round(worth * MILLS), int(lost)) for path, won, worth, lost in kinds
    ]
    names = sorted({name for path, *_ in rows for name in path})
    code: list[int] = []
    value: list[int] = []
    offset = [0]
    for path, won, worth, lost in rows:
        codes = [names.index(name) for name in path]
        for i in range(won):
            code += [*codes, -1]
            value += [0] * len(codes) + [worth // won + (i < worth % won)]
            offset.append(len(code))
        for _ in range(lost):
            code += codes
            value += [0] * len(codes)
            offset.append(len(code))
    codes_of = np.array(code, np.int16)
    ways = Ways(
        offset=np.array(offset, np.int64), ts=np.arange(len(code), dtype=np.int64), code=codes_of,
        channels=len(names), convert=codes_of < 0, value=np.array(value, np.int64), collapse=False,
    )  # fmt: skip
    return ways, names


def judge(kinds: Iterable[Kind], theirs: dict[str, Any]) -> None:
    ways, names = spread_out(kinds)
    how = How(models=(*RULES, "markov"))
    found = tally(ways, wanted_for(how, ways.channels))
    credit = credits_of(found, how, ways)
    for place, name in enumerate(names):
        for turn, rule in enumerate(RULES):
            conversions, worth = theirs["rules"][name][2 * turn : 2 * turn + 2]
            assert credit[rule].conversions[place] == pytest.approx(conversions, abs=1e-5)
            # A kind of path is worth so much in all; of one conversion we keep whole thousandths.
            assert credit[rule].value[place] / MILLS == pytest.approx(worth, abs=0.01)
    assert theirs["columns"] == [
        f"{rule}_touch_{what}" for rule in RULES for what in ("conversions", "value")
    ]
    steps_as_theirs(found, names, theirs)
    one = removal(found.links.sum(axis=0))
    removed_as_theirs(one.effect, one.worth_effect, names, theirs["removal of order 1"])
    two = removal_of_order(count_steps(ways, 2, 20), np.ones((1, 20)))[0]
    removed_as_theirs(two.effect, two.worth_effect, names, theirs["removal of order 2"])
    assert two.base == pytest.approx(float(one.base))
    for place, name in enumerate(names):
        near = theirs["markov of order 1"][name]
        assert credit["markov"].conversions[place] == pytest.approx(near[0], rel=0.05, abs=3)


def steps_as_theirs(found: Tally, names: list[str], theirs: dict[str, Any]) -> None:
    """The transition matrix is counted, not simulated: it agrees to the digits that they give."""
    count = found.links.sum(axis=0)[:, : len(names) + 2]
    share = count / count.sum(axis=1, keepdims=True)
    sources, targets = [*names, "(start)"], [*names, "(conversion)", "(null)"]
    for source, target, chance in theirs["transitions"]:
        ours = share[sources.index(source), targets.index(target)]
        assert ours == pytest.approx(chance, abs=1e-6), (source, target)


def removed_as_theirs(effect: Any, worth: Any, names: list[str], theirs: dict[str, list[float]]) -> None:
    """Theirs is simulated: it lies within some thousandths."""
    for place, name in enumerate(names):
        assert effect[place] == pytest.approx(theirs[name][0], abs=0.006), name
        assert worth[place] == pytest.approx(theirs[name][1], abs=0.012), name


def test_made_up_paths_get_the_same_credit():
    judge((tuple(row) for row in GOLDEN["paths"]), GOLDEN["made up"])


@pytest.mark.skipif(not THEIR_DATA, reason="DESIREPATH_CHANNEL_ATTRIBUTION names no Data.csv")
def test_their_own_data_gets_the_same_credit():
    with Path(THEIR_DATA).open(encoding="utf-8", newline="") as file:
        rows = [
            (r["path"], int(r["total_conversions"]), float(r["total_conversion_value"]), int(r["total_null"]))
            for r in csv.DictReader(file, delimiter=";")
        ]
    theirs = GOLDEN["their data"]
    judge(rows, theirs)
    ways, _ = spread_out(rows)
    base = float(removal(tally(ways, wanted_for(How(), ways.channels)).links.sum(axis=0)).base)
    assert base == pytest.approx(theirs["conversions"] / theirs["journeys"])
    assert base == pytest.approx(0.2238451, abs=5e-8)
