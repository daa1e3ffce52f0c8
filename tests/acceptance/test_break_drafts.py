"""Exports that once broke the unedited draft: each must load, and place those whom it names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from desirepath.app.draft import draft
from desirepath.app.workspace import Workspace
from tests.strangers_files import START, write

STEPS = ("session_start", "view_item", "begin_checkout", "purchase")


def ga4(folder: Path, *, cookies: bool) -> Path:
    """60 visitors; every fourth buys, and only then is the customer and the order named."""
    rows: list[tuple[object, ...]] = []
    for visitor in range(60):
        for step, name in enumerate(STEPS[: 1 + visitor % 4]):
            when = START + visitor * timedelta(days=1) + step * timedelta(minutes=3)
            bought = name == "purchase"
            rows.append(
                (
                    when.strftime("%Y%m%d"),
                    int(when.timestamp() * 1_000_000),
                    name,
                    f"{10_000_000 + visitor}.{1_700_000_000 + visitor}" if cookies else "",
                    f"U{visitor:03}" if bought else "",
                    f"T{visitor:05}" if bought else "",
                    "49.90" if bought else "",
                )
            )
    header = "event_date,event_timestamp,event_name,user_pseudo_id,user_id,transaction_id,purchase_revenue"
    return write(folder / "ga4.csv", header, rows)


def test_a_web_log_keeps_the_rows_without_an_order_number(tmp_path: Path) -> None:
    """An order's number on the purchases only does not make the other events its line items."""
    made = draft(tmp_path / "shop", [ga4(tmp_path, cookies=True)])
    shop = Workspace.open(made.folder)
    assert shop.load().events == 15 * (1 + 2 + 3 + 4)
    assert shop.stages()["awareness"].entered == 60
    assert "line items" not in made.sources_text


def test_a_cookie_of_two_numbers_is_an_id_and_no_decimal(tmp_path: Path) -> None:
    made = draft(tmp_path / "shop", [ga4(tmp_path, cookies=True)])
    (source,) = Workspace.open(made.folder).sources.sources
    assert set(source.common.identifiers) == {"anonymous_id", "user_id"}


def test_a_log_that_mostly_names_nobody_loads_what_it_names_and_says_so(tmp_path: Path) -> None:
    made = draft(tmp_path / "shop", [ga4(tmp_path, cookies=False)])
    shop = Workspace.open(made.folder)
    assert shop.load().events == 15
    assert any("15 of 150 rows say who" in guess for guess in made.guesses)


def test_an_event_name_that_no_rule_can_hold_is_left_out_of_the_rules_only(tmp_path: Path) -> None:
    rows = [
        (
            f"u{n % 30}",
            ("signup", "\x1b[31mred", "order")[n % 3],
            (START + n * timedelta(hours=1)).isoformat(),
        )
        for n in range(150)
    ]
    made = draft(tmp_path / "shop", [write(tmp_path / "log.csv", "user_id,event,time", rows)])
    shop = Workspace.open(made.folder)
    assert shop.load().events == 150
    assert any("1 of 3 event names contain control characters" in note for note in made.notes)
    assert "red" not in made.journey_text


def test_a_list_of_visits_with_a_few_purchases_is_not_a_list_of_purchases(tmp_path: Path) -> None:
    rows = [
        (
            f"v{n % 90}",
            (START + n * timedelta(hours=1)).isoformat(),
            *((f"O{n}", "30.00") if n % 9 == 0 else ("", "")),
        )
        for n in range(270)
    ]
    made = draft(
        tmp_path / "shop", [write(tmp_path / "walkins.csv", "visitor_id,started_at,order_id,revenue", rows)]
    )
    assert "Order Completed" not in made.sources_text
    assert Workspace.open(made.folder).load().events == 270
