"""A stranger's files → desirepath init → load → stages, without an edit in between."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from desirepath.app.draft import Draft, draft
from desirepath.app.kept_versions import versions
from desirepath.app.one_writer import one_writer
from desirepath.app.workspace import Workspace
from desirepath.core.errors import SourceError, WorkspaceBusy, WorkspaceError
from desirepath.core.file_names import JOURNEY, SOURCES
from tests import strangers_files
from tests.strangers_files import write


def drafted(tmp_path: Path, name: str) -> Draft:
    return draft(tmp_path / "shop", strangers_files.ALL[name](tmp_path))


@pytest.mark.parametrize("name", strangers_files.ALL)
def test_the_unedited_draft_loads_every_row_and_places_customers(tmp_path: Path, name: str) -> None:
    made = drafted(tmp_path, name)
    shop = Workspace.open(made.folder)
    summary = shop.load()
    assert [one.reasons for one in summary.sources] == [{}] * len(summary.sources)
    assert shop.visits().to_arrow().num_rows > 0
    assert shop.map().guesses == made.guesses
    marked = re.findall(r"# guess: ", made.sources_text + made.journey_text)
    assert len(made.guesses) == len(marked) == len(shop.journey.guesses) + len(shop.sources.guesses) > 3


def test_orders_alone_are_a_journey_of_coming_again(tmp_path: Path) -> None:
    made = drafted(tmp_path, "orders_only")
    shop = Workspace.open(made.folder)
    (stage,) = shop.journey.stages
    assert (stage.id, stage.goal) == ("retention", "repeat")
    assert stage.lapse_after.days == 60
    (source,) = shop.sources.sources
    assert source.key == ("order_id",)
    assert list(source.common.identifiers) == ["customer_id"]


def test_leads_and_deals_join_and_end_with_the_win(tmp_path: Path) -> None:
    made = drafted(tmp_path, "leads_and_deals")
    shop = Workspace.open(made.folder)
    assert [s.id for s in shop.journey.stages] == ["consideration", "decision"]
    assert shop.journey.kind == "buyer"
    assert "20 of 20 values are in won_deals too" in made.sources_text
    shop.load()
    assert shop.stages()["consideration"].rate.n > 0


def test_a_web_log_has_the_shops_stages_and_its_purchases_are_worth_something(tmp_path: Path) -> None:
    made = drafted(tmp_path, "web_log")
    shop = Workspace.open(made.folder)
    stages = ["awareness", "consideration", "decision", "retention"]
    assert [stage.id for stage in shop.journey.stages] == stages
    assert "epoch_ms" in made.sources_text and "value: revenue" in made.sources_text


def test_a_ticket_is_three_events_of_two_sides(tmp_path: Path) -> None:
    made = drafted(tmp_path, "tickets")
    (source,) = Workspace.open(made.folder).sources.sources
    assert [(e.event and e.event.value, e.by and e.by.value) for e in source.events] == [
        ("Ticket Opened", None),
        ("Ticket Answered", "business"),
        ("Ticket Resolved", "business"),
    ]
    assert (
        "within: 1 day" in made.journey_text
    )  # an example to take up, as a comment: promises are never guessed
    assert Workspace.open(made.folder).journey.promises == ()


def test_scores_keep_their_scale_and_words_are_found(tmp_path: Path) -> None:
    made = drafted(tmp_path, "survey_answers")
    (source,) = Workspace.open(made.folder).sources.sources
    score = source.common.score
    assert score is not None and (score.low, score.high, score.kind) == (0, 10, "nps")
    assert (
        source.common.text is not None and source.common.text.column == "What is the reason for your score?"
    )


def test_german_files_are_read_the_german_way(tmp_path: Path) -> None:
    made = drafted(tmp_path, "german_orders")
    shop = Workspace.open(made.folder)
    shop.load()
    assert '"%d.%m.%Y"' in made.sources_text
    with shop.asking() as asking:
        values = asking.store.rows("SELECT min(value), max(value) FROM events")
    assert values == [(120050, 325950)]  # 1.200,50 € to 3.259,50 €, in cents


def test_american_dates_are_read_the_american_way(tmp_path: Path) -> None:
    assert '"%m/%d/%Y %I:%M %p"' in drafted(tmp_path, "us_dates").sources_text


def test_line_items_are_no_orders_and_a_cancelled_order_is_none_either(tmp_path: Path) -> None:
    made = drafted(tmp_path, "shopify_like")
    shop = Workspace.open(made.folder)
    shop.load()
    with shop.asking() as asking:
        counts = dict(asking.store.rows("SELECT event, count(*) FROM events GROUP BY 1"))
        worth = asking.store.value("SELECT sum(value) FROM events")
    assert counts == {"Order Completed": 40, "Order Paid": 40, "Order Shipped": 35, "Order Cancelled": 5}
    assert worth == sum(65 + n for n in range(40)) * 100  # the amount stands on one of the row's events only
    assert [str(v.key) for v in shop.journey.voided_by] == ["identifiers.order_id"]


def test_lines_of_a_receipt_are_added_up_to_one_order(tmp_path: Path) -> None:
    """Otherwise a receipt of three lines would be three purchases, and look like coming back."""
    made = drafted(tmp_path, "receipts")
    shop = Workspace.open(made.folder)
    shop.load()
    with shop.asking() as asking:
        events, worth = asking.store.rows("SELECT count(*), sum(value) FROM events")[0]
    assert events == 30
    # 2.50 × (1), (1 + 2), (1 + 2 + 3) in turn, ten times
    assert worth == 10 * (250 + 750 + 1500)


def test_lines_that_repeat_the_orders_amount_count_it_once(tmp_path: Path) -> None:
    made = drafted(tmp_path, "order_lines")
    shop = Workspace.open(made.folder)
    shop.load()
    with shop.asking() as asking:
        found = asking.store.rows("SELECT count(*), sum(value) FROM events")
    assert found == [(40, sum(40 + n for n in range(40)) * 100)]


def test_a_stage_column_of_won_and_lost_makes_events_of_its_own(tmp_path: Path) -> None:
    shop = Workspace.open(drafted(tmp_path, "hubspot_deals").folder)
    shop.load()
    with shop.asking() as asking:
        counts = dict(asking.store.rows("SELECT event, count(*) FROM events GROUP BY 1"))
    assert counts == {"Deal Created": 60, "Deal Won": 20, "Deal Lost": 20}
    assert shop.journey.exit is not None and shop.journey.exit.events == {"Deal Lost"}


def test_spend_by_day_is_a_source_of_metrics(tmp_path: Path) -> None:
    shop = Workspace.open(drafted(tmp_path, "with_ads").folder)
    (ads,) = shop.sources.metrics
    assert ads.spend is not None and ads.spend.column == "Spend (EUR)"
    assert ads.currency is not None and ads.currency.value == "EUR"


def test_files_of_several_months_are_one_source_that_takes_in_the_next_month(tmp_path: Path) -> None:
    made = drafted(tmp_path, "several_months")
    assert "files: ../log-*.csv" in made.sources_text


def test_names_that_say_nothing_are_ordered_by_where_they_stand(tmp_path: Path) -> None:
    shop = Workspace.open(drafted(tmp_path, "unknown_names").folder)
    enters = [stage.enter.events for stage in shop.journey.stages]
    assert enters == [{"AAA"}, {"BBB", "CCC"}, {"DDD"}]


# ---- what cannot be drafted ------------------------------------------------------------------------


def test_without_a_time_the_error_names_what_was_looked_at_and_how_to_say_it(tmp_path: Path) -> None:
    people = write(tmp_path / "people.csv", "customer_id,city,spend", [(n, "Graz", n) for n in range(30)])
    with pytest.raises(SourceError) as raised:
        draft(tmp_path / "shop", [people])
    assert "none of its columns has dates or times (customer_id, city, spend)" in str(raised.value)
    assert "time: {column: NAME" in str(raised.value)
    assert not (tmp_path / "shop").exists()


def test_without_anybody_the_error_says_so(tmp_path: Path) -> None:
    rows = [(f"2024-01-{1 + n:02}", "rain" if n % 2 else "sun") for n in range(25)]
    weather = write(tmp_path / "weather.csv", "day,sky", rows)
    with pytest.raises(SourceError, match="no column says who"):
        draft(tmp_path / "shop", [weather])


def test_an_empty_file_and_one_of_headers_only_are_left_out_of_an_otherwise_good_draft(
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    headers = write(tmp_path / "refunds.csv", "order_id,customer_id,refunded_at", [])
    made = draft(tmp_path / "shop", [*strangers_files.orders_only(tmp_path), empty, headers])
    assert len(made.notes) == 2
    assert "empty.csv was left out: it is empty, or" in made.notes[0]
    assert "refunds.csv was left out: it has no rows" in made.notes[1]
    assert "- ../refunds.csv: it has no rows" in made.sources_text


def test_nothing_is_overwritten_unless_forced_and_then_what_stood_there_is_kept(tmp_path: Path) -> None:
    files = strangers_files.orders_only(tmp_path)
    made = draft(tmp_path / "shop", files)
    assert not versions(made.folder, JOURNEY)
    made.journey_path.write_text("journey: Mine\n")
    with pytest.raises(WorkspaceError, match=r"journey\.yaml and sources\.yaml already"):
        draft(made.folder, files)
    assert made.journey_path.read_text() == "journey: Mine\n"
    assert "stages:" in draft(made.folder, files, force=True).journey_path.read_text()
    assert [one.read_text() for one in versions(made.folder, JOURNEY).values()] == ["journey: Mine\n"]
    assert [one.read_text() for one in versions(made.folder, SOURCES).values()] == [made.sources_text]


def test_a_draft_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    files = strangers_files.orders_only(tmp_path)
    made = draft(tmp_path / "shop", files)
    with one_writer(made.folder), pytest.MonkeyPatch.context() as patched:
        patched.setenv("DESIREPATH_WAIT", "0")
        with pytest.raises(WorkspaceBusy):
            draft(made.folder, files, force=True)
    assert made.journey_path.read_text("utf-8") == made.journey_text
    assert made.sources_path.read_text("utf-8") == made.sources_text


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"oders\.csv"):
        draft(tmp_path / "shop", [tmp_path / "oders.csv"])


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    strangers_files.leads_and_deals(exports)
    made = draft(tmp_path / "shop", [exports])
    assert "files: ../exports/leads.csv" in made.sources_text and "won_deals.csv" in made.sources_text


def test_files_of_one_name_in_several_folders_are_told_apart_by_the_folder(tmp_path: Path) -> None:
    for place in ("web", "app"):
        (tmp_path / "exports" / place).mkdir(parents=True)
        for month in ("2024-q3", "2024-q4-again"):
            rows = [(f"u{n}", f"2024-0{1 + n % 9}-11T10:00:00Z", f"opened {place}") for n in range(30)]
            write(tmp_path / "exports" / place / f"events-{month}.csv", "user_id,time,event", rows)
    made = draft(tmp_path / "shop", [tmp_path / "exports"])
    shop = Workspace.open(made.folder)
    assert [(s.id, s.reading.files) for s in shop.sources.sources] == [
        ("app_events", ("../exports/app/events-*.csv",)),
        ("web_events", ("../exports/web/events-*.csv",)),
    ]


def test_a_packed_folder_of_different_tables_has_to_be_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("orders.csv", "order_id,email,date\n1,a@example.org,2024-01-01\n")
        archive.writestr("people.csv", "email,city\na@example.org,Graz\n")
    with pytest.raises(
        SourceError, match=r"all\.zip holds tables of different kinds: orders\.csv, people\.csv"
    ):
        draft(tmp_path / "shop", [tmp_path / "all.zip"])


def test_a_kind_of_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "orders.xlsx").write_bytes(b"PK")
    with pytest.raises(SourceError, match=r"orders\.xlsx"):
        draft(tmp_path / "shop", [tmp_path / "orders.xlsx"])
