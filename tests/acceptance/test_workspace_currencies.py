"""A shop that sells in several currencies: sums in its own, by the rates that it declares."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock

JOURNEY = """
journey: A shop
currency: EUR
{rates}
stages:
  decision:  {{enter: "event = 'Cart'", goal: "event = 'Order'", lapse_after: 14 days}}
  retention: {{enter: "event = 'Order'", goal: repeat, lapse_after: 90 days}}
touchpoints:
  large: {{when: "event = 'Order' and value >= 100"}}
"""
SOURCES = """
sources:
  orders:
    files: orders.csv
    event: Order
    time: at
    identifiers: {user_id: who}
    value: total
    currency: {column: currency}
metrics:
  ads: {files: ads.csv, day: day, channel: ads, spend: spend, currency: {column: currency}}
"""
ORDERS = """at,who,total,currency
2025-02-01T10:00:00Z,ana,100.00,EUR
2025-02-01T10:00:00Z,ben,100.00,USD
2025-08-01T10:00:00Z,cy,200.01,USD
2025-02-01T10:00:00Z,dee,15000,JPY
2025-02-01T10:00:00Z,eve,7.50,CHF
"""
ADS = "day,spend,currency\n2025-02-01,10,EUR\n2025-02-02,10,USD\n2025-02-03,10,CHF\n"
RATES = "rates: {USD: {2025-01-01: 0.9, 2025-07-01: 0.5}, JPY: 0.006}"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in (("sources.yaml", SOURCES), ("orders.csv", ORDERS), ("ads.csv", ADS)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def opened(shop: Path, rates: str) -> Workspace:
    (shop / "journey.yaml").write_text(JOURNEY.format(rates=rates), "utf-8")
    return Workspace.open(shop, clock=FixedClock(datetime(2025, 9, 1, tzinfo=UTC)))


def test_values_are_converted_at_the_rate_of_their_day(shop: Path) -> None:
    workspace = opened(shop, RATES)
    workspace.load()
    with workspace.asking() as asking:
        # ana 100, ben 100 × 0.9, cy 200.01 × 0.5 (half a cent away from zero), dee 15,000 × 0.006; eve has no rate
        assert sorted(asking.trails.value.tolist()) == [0, 9000, 9000, 10000, 10001]
        assert asking.stages().asked.other_currencies == 1
        assert asking.metrics.spend.tolist() == [1000, 900, 0]
        large = np.asarray(asking.trails.touchpoint) == 0
        assert sorted(asking.trails.value[large].tolist()) == [10000, 10001]


def test_a_rate_that_is_declared_later_holds_for_what_was_loaded(shop: Path) -> None:
    workspace = opened(shop, "")
    workspace.load()
    with workspace.asking() as asking:
        assert asking.stages().asked.other_currencies == 4
        assert int(asking.trails.value.sum()) == 10000
    with opened(shop, RATES).asking() as asking:
        assert not asking.unread
        assert int(asking.trails.value.sum()) == 38001
