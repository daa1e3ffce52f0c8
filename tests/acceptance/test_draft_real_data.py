"""What `init` makes of files that nobody on this project made."""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.app.draft import draft
from desirepath.app.workspace import Workspace
from desirepath.core.errors import SourceError

pytestmark = pytest.mark.real_data


def test_sellers_leads_become_a_buyers_journey(data_dir: Path, tmp_path: Path) -> None:
    folder = data_dir / "olist-leads"
    made = draft(tmp_path / "leads", [folder / "leads.csv.gz", folder / "closed_deals.csv.gz"])
    assert "842 of 842 values are in closed_deals too" in made.sources_text
    assert (
        "# complete_until: 2018-11-14" in made.sources_text
    )  # the deals go on for months after the last lead
    leads = Workspace.open(made.folder)
    assert leads.journey.kind == "buyer"
    summary = leads.load()
    assert {one.source: (one.events, one.rejected) for one in summary.sources} == {
        "leads": (8000, 0),
        "closed_deals": (842, 0),
    }
    with leads.asking() as asking:
        assert asking.store.value("SELECT count(*) FROM customers") == 8000
        assert asking.store.value("SELECT count(*) FROM events WHERE channel = 'unknown'") == 1099
    decision = leads.stages()["decision"]
    assert decision.rate.n > 0


def test_orders_in_a_table_of_blanks_become_a_journey_of_coming_again(data_dir: Path, tmp_path: Path) -> None:
    made = draft(tmp_path / "cdnow", [data_dir / "cdnow" / "master.txt.gz"])
    assert "delimiter: space" in made.sources_text and '"%Y%m%d"' in made.sources_text
    shop = Workspace.open(made.folder)
    (source,) = shop.load().sources
    assert (source.events, source.rejected) == (69_659, 0)
    with shop.asking() as asking:
        assert asking.store.value("SELECT count(*) FROM customers") == 23_570


def test_a_table_without_a_header_is_told_by_its_values(data_dir: Path, tmp_path: Path) -> None:
    made = draft(tmp_path / "cdnow", [data_dir / "cdnow" / "sample.txt.gz"])
    shop = Workspace.open(made.folder)
    (source,) = shop.load().sources
    assert (source.events, source.rejected) == (6_919, 0)
    with shop.asking() as asking:
        assert asking.store.value("SELECT count(*) FROM customers") == 2_357


def test_tweets_are_mentions_with_words(data_dir: Path, tmp_path: Path) -> None:
    made = draft(tmp_path / "air", [data_dir / "airline-tweets" / "tweets.csv.gz"])
    air = Workspace.open(made.folder)
    (source,) = air.load().sources
    # 36 exact doubles are one record, and so are rows that repeat a tweet_id.
    assert (source.rows, source.events, source.rejected) == (14_640, 14_485, 0)
    (read,) = air.sources.sources
    assert read.common.text is not None and read.common.text.column == "text"
    assert read.common.channel is not None and read.common.channel.value == "social"


def test_an_experiment_without_times_is_refused_with_what_was_looked_for(
    data_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as raised:
        draft(tmp_path / "x", [data_dir / "email-experiment" / "hillstrom.csv.gz"])
    assert "none of its columns has dates or times (recency, history_segment" in str(raised.value)
