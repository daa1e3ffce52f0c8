"""Awareness without customers: impressions, reach, clicks and spend by day, channel and campaign."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed
from tests.loaded import Loaded

ADS = """
sources: {}
metrics:
  ads:
    files: "ads*.csv"
    day: date
    channel: {column: network, map: {fb: social}}
    campaign: {column: campaign}
    impressions: shown
    clicks: clicks
    spend: cost
"""
HEAD = "date,network,campaign,shown,clicks,cost\n"


def figures(shop: Loaded) -> list[tuple[object, ...]]:
    return shop.ask(
        "SELECT day, channel, campaign, impressions, clicks, spend, currency FROM metrics ORDER BY ALL"
    )


def test_rows_of_one_day_channel_and_campaign_add_up(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ADS)
    shop.write("ads.csv", HEAD + '2025-01-01,fb,Sale,"1,000",10,$12.50\n2025-01-01,fb,Sale,500,5,7.25\n')
    shop.load()
    assert figures(shop) == [(date(2025, 1, 1), "social", "Sale", 1500, 15, 1975, "EUR")]


def test_loading_again_doubles_no_spend(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ADS)
    shop.write("ads.csv", HEAD + "2025-01-01,fb,Sale,1000,10,12\n")
    shop.load()
    shop.write("ads.csv", "2025-01-02,fb,Sale,1000,10,12\n", append=True)
    shop.load()
    shop.load()
    assert [row[5] for row in figures(shop)] == [1200, 1200]


def test_of_exports_that_overlap_the_last_name_holds(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ADS)
    shop.write("ads-1.csv", HEAD + "2025-01-01,fb,Sale,1000,10,12\n2025-01-02,fb,Sale,100,1,1\n")
    shop.write("ads-2.csv", HEAD + "2025-01-02,fb,Sale,1100,11,13\n")
    shop.load()
    assert [(row[0], row[5]) for row in figures(shop)] == [(date(2025, 1, 1), 1200), (date(2025, 1, 2), 1300)]


def test_a_day_is_the_calendars_whatever_the_zone(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ADS, zone="Australia/Sydney")
    shop.write("ads.csv", HEAD + "2025-01-01,fb,Sale,1,1,1\n2025-01-02T20:00:00Z,fb,Sale,1,1,1\n")
    shop.load()
    assert [row[0] for row in figures(shop)] == [date(2025, 1, 1), date(2025, 1, 3)]


def test_bad_rows_are_set_aside_and_mostly_bad_files_refused(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ADS)
    shop.write(
        "ads.csv",
        HEAD
        + "2025-01-01,fb,Sale,1,1,1\n,fb,Sale,1,1,1\n2025-01-03,fb,Sale,many,1,1\n2025-01-04,fb,S,1,1,1\n",
    )
    shop.load()
    assert shop.reasons() == [(3, "day_missing"), (4, "number_unreadable")]
    assert len(figures(shop)) == 2
    shop.write("ads.csv", HEAD + "".join(f"{n}.1.2025,fb,Sale,1,1,1\n" for n in range(1, 25)))
    with pytest.raises(LoadFailed, match=r"its day cannot be read(.|\n)*add format: '%d.%m.%Y'"):
        shop.load()


def test_rows_of_metrics_are_no_events(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, ADS)
    shop.write("ads.csv", HEAD + "2025-01-01,fb,spring,100,5,1.00\n2025-01-02,fb,spring,100,5,1.00\n")
    summary = shop.load()
    assert (summary.events, summary.sources[0].events, summary.sources[0].metrics) == (0, 0, 2)
