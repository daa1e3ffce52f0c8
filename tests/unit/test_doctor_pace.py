"""Is that a person? Robots and people, as instants."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.times import DAY, HOUR, SECOND
from desirepath.doctor.pace import AGENTS, FEWEST, inhuman

START = 19_700 * DAY


def at(*seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.unique(START + np.array([round(s * SECOND) for s in seconds], np.int64))


def test_pauses_that_are_all_alike_are_a_scripts() -> None:
    assert "pauses of 90 s, all alike" in inhuman(at(*(90 * i for i in range(200))))
    # A stop now and then does not hide it.
    assert inhuman(at(*(90 * i + 5_000 * (i // 50) for i in range(200))))


def test_hundreds_of_acts_within_an_hour_are_no_persons() -> None:
    draw = np.random.default_rng(1)
    assert "within an hour" in inhuman(at(*np.cumsum(draw.exponential(6, 700))))


def test_nobody_is_up_day_and_night_for_days() -> None:
    draw = np.random.default_rng(2)
    assert "of 24 hours" in inhuman(at(*np.cumsum(draw.exponential(1_200, 400))))


@given(st.integers(0, 2**32 - 1))
def test_people_who_come_often_and_read_much_are_people(seed: int) -> None:
    """Sessions by day, of clicks as far apart as people click."""
    draw = np.random.default_rng(seed)
    starts = np.sort(draw.choice(200, 40, replace=False)) * 86_400 + draw.uniform(8, 22, 40) * 3_600
    clicks = np.concatenate([start + np.cumsum(draw.lognormal(3.2, 1.0, 25)) for start in starts])
    assert inhuman(at(*clicks)) == ""


def test_few_acts_are_never_judged() -> None:
    assert inhuman(at(*(10 * i for i in range(FEWEST - 1)))) == ""
    assert inhuman(np.empty(0, np.int64)) == ""
    batch = np.full(500, START, np.int64)  # sent by a phone under one timestamp
    assert inhuman(np.unique(batch)) == ""
    assert inhuman(np.arange(70, dtype=np.int64) * HOUR * 30 + START) != "", "a clock, once in thirty hours"


@pytest.mark.parametrize(
    "agent",
    ["Googlebot/2.1", "CrawlerBot/2.1", "HeadlessChrome/120", "python-requests/2.31", "curl/8.5", "a spider"],
)
def test_programs_that_say_what_they_are(agent: str) -> None:
    assert re.search(AGENTS, agent)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)",
        "Firefox/128",
        "StoreTablet",
        "Cubot X18",
        "Robotics Browser",
    ],
)
def test_browsers_of_people(agent: str) -> None:
    assert not re.search(AGENTS, agent)
