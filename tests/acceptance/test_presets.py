"""The export of a known tool → desirepath init → load → map, without an edit in between.

The fixtures are invented people in the true column layouts; every number below was counted in them by hand.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desirepath.app.draft import draft
from desirepath.app.workspace import Workspace
from desirepath.collect.presets.catalogue import presets
from desirepath.core.errors import NotFound, SourceError, WorkspaceError
from tests.commands import cli

FIXTURES = Path(__file__).parents[1] / "fixtures" / "presets"


@dataclass(frozen=True)
class Expected:
    """What a fixture holds. worth: currency → minor units; rejects: (line, reason); entered: stage → customers."""

    events: dict[str, int]
    customers: int
    entered: dict[str, int]
    worth: dict[str, int] = field(default_factory=dict)
    rejects: tuple[tuple[int, str], ...] = ()


TICKETS = {"Ticket Opened": 5, "Ticket Answered": 4, "Ticket Resolved": 3, "Support Rated": 2}
EXPECTED = {
    # Ten orders on fourteen rows; a test order is not meant, one has no time.
    "shopify-orders": Expected(
        {"Order Completed": 8, "Order Shipped": 5, "Order Cancelled": 1},
        6,
        {"retention": 5},  # the cancelled order is no evidence
        {"EUR": 24189, "GBP": 2500, "USD": 7000},
        ((16, "time_missing"),),
    ),
    "ga4-events": Expected(
        {
            "Page Viewed": 4,
            "Site First Visited": 1,
            "Product List Viewed": 1,
            "Product Viewed": 3,
            "Product Added": 2,
            "Checkout Started": 2,
            "Payment Info Entered": 1,
            "Order Completed": 2,
            "Order Refunded": 1,
            "Logged In": 1,
            "Product Shared": 1,
            "size_guide_opened": 1,
        },
        3,  # two of the four browsers are one person's, who logged in on both
        {"awareness": 3, "consideration": 3, "decision": 2, "retention": 2, "advocacy": 1},
        {"EUR": 5629, "GBP": 1950},
        ((6, "not_json"), (26, "time_unreadable")),
    ),
    "hubspot-contacts": Expected(
        {
            "Contact Created": 5,
            "Lead Created": 4,
            "Lead Qualified by Marketing": 1,
            "Lead Qualified by Sales": 1,
            "Opportunity Opened": 2,
            "Customer Won": 1,
        },
        5,
        {"awareness": 5, "consideration": 4, "decision": 2},
        rejects=((8, "time_missing"),),
    ),
    "hubspot-deals": Expected(
        {"Deal Created": 6, "Deal Won": 3, "Deal Lost": 1},
        5,
        {"decision": 5},
        {"EUR": 220075, "USD": 30000},
        ((9, "time_missing"),),
    ),
    "zendesk-tickets": Expected(TICKETS, 4, {"retention": 4}, rejects=((9, "time_missing"),)),
    "zendesk-tickets-json": Expected(
        {"Ticket Opened": 4, "Ticket Answered": 3, "Ticket Resolved": 3, "Support Rated": 2},
        4,
        {"retention": 4},
        rejects=((6, "not_json"),),
    ),
    "stripe-payments": Expected(
        {"Payment Succeeded": 7, "Payment Failed": 1, "Payment Refunded": 2},
        5,
        {"retention": 5},
        {"EUR": 20889, "GBP": 2500, "JPY": 5000},
        ((13, "time_missing"),),
    ),
    "typeform-answers": Expected(
        {"Survey Started": 5, "Survey Answered": 4},
        5,
        {"retention": 5},
        rejects=((8, "key_missing"), (8, "key_missing")),  # of both events of the row
    ),
    "delighted-responses": Expected(
        {"NPS Answered": 3, "CSAT Answered": 1, "CES Answered": 1, "Survey Answered": 1},
        5,
        {"retention": 5},
        rejects=((7, "score_off_scale"), (9, "time_missing")),
    ),
    "surveymonkey-answers": Expected(
        {"Survey Started": 5, "Survey Answered": 4}, 4, {"retention": 4}, rejects=((9, "time_missing"),)
    ),
    "reviews": Expected(
        {"Review Posted": 4, "Review Reply Posted": 1},
        4,
        {"advocacy": 2},  # who gave four stars or five
        rejects=((7, "no_identifier"), (8, "score_off_scale")),
    ),
}


def loaded(folder: Path, *exports: Path) -> Workspace:
    """Init, load: no edit."""
    draft(folder, exports)
    shop = Workspace.open(folder)
    shop.load()
    return shop


def counted(shop: Workspace, sql: str) -> dict[str, int]:
    with shop.asking() as asking:
        return {str(name): int(n) for name, n in asking.store.rows(sql)}


def entered(shop: Workspace) -> dict[str, int]:
    """Customers with a visit to each stage."""
    visits = shop.visits()
    pairs = set(zip(visits.column("stage"), visits.column("customer"), strict=True))
    return {stage.id: n for stage in shop.journey.stages if (n := sum(s == stage.id for s, _ in pairs))}


def customers(shop: Workspace) -> int:
    with shop.asking() as asking:
        return int(asking.store.value("SELECT count(*) FROM customers"))


EVENTS = "SELECT event, count(*) FROM events GROUP BY 1"
WORTH = "SELECT currency, sum(value) FROM events WHERE value IS NOT NULL GROUP BY 1"


def test_every_preset_has_a_fixture_and_numbers():
    assert {path.name for path in FIXTURES.iterdir()} == set(presets()) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_export_is_a_map_without_an_edit(tmp_path: Path, name: str) -> None:
    expected = EXPECTED[name]
    shop = loaded(tmp_path / "shop", FIXTURES / name)
    assert f"# The preset {name}: " in (tmp_path / "shop" / "sources.yaml").read_text("utf-8")
    rejects = shop.rejects()
    assert tuple(zip(rejects.column("line"), rejects.column("reason"), strict=True)) == expected.rejects
    assert counted(shop, EVENTS) == expected.events
    assert counted(shop, WORTH) == expected.worth
    assert customers(shop) == expected.customers
    assert entered(shop) == expected.entered
    page = shop.map().to("html")
    assert all(stage in page for stage in expected.entered)
    assert shop.load().events == 0, "the same export again adds nothing"


def test_exports_of_ten_tools_are_one_workspace(tmp_path: Path) -> None:
    """Customers are joined by address, by telephone and by the order's number; no purchase is worth twice as much."""
    names = [name for name in EXPECTED if name != "zendesk-tickets-json"]  # the same tickets again
    made = draft(tmp_path / "shop", [FIXTURES / name for name in names])
    shop = Workspace.open(tmp_path / "shop")
    shop.load()
    assert len(shop.sources.sources) == len(names)
    assert sum(counted(shop, EVENTS).values()) == sum(
        sum(one.events.values()) for name, one in EXPECTED.items() if name in names
    )
    assert counted(shop, WORTH) == EXPECTED["shopify-orders"].worth
    assert counted(shop, EVENTS)["Purchase Tracked"] == 2
    # Ana, Bo, Chloé and Dev; whoever is known to one tool only: a browser, two payments, two contacts, a deal,
    # three answers or tickets; and the telephone number of an order and of an answer, written in two ways.
    assert customers(shop) == 14
    ana = shop.explain_customer("ana.lind@mail.example")
    kinds = {one.kind for one in ana.identifiers}
    assert kinds >= {
        "hubspot_contact_id",
        "stripe_customer_id",
        "zendesk_requester_id",
        "anonymous_id",
        "user_id",
    }
    assert shop.explain_customer("anonymous_id:111.222").id == ana.id
    assert shop.explain_customer("phone:+49 151 12345678").id == shop.explain_customer("order_id:1007").id
    stages = {stage.id: stage for stage in shop.journey.stages}
    assert list(stages) == ["awareness", "consideration", "decision", "retention", "advocacy"]
    assert str(stages["decision"].goal and stages["decision"].goal.text) == "event = 'Order Completed'"
    assert entered(shop)["retention"] == EXPECTED["shopify-orders"].entered["retention"]
    assert any("taken from shopify-orders only" in note for note in made.notes)
    assert "within: 24 hours" in made.journey_text and shop.journey.promises == ()
    assert shop.map().to("html")


def test_a_later_export_corrects_the_earlier(tmp_path: Path) -> None:
    """What was open is paid, sent or cancelled in the next export; nothing is counted twice."""
    export = tmp_path / "orders_export_1.csv"
    shutil.copy(FIXTURES / "shopify-orders" / "orders_export_1.csv", export)
    shop = loaded(tmp_path / "shop", export)
    text = export.read_text("utf-8")
    last = "#1009,bo.okafor@mail.example,pending"
    assert last in text
    export.write_text(text.replace(last, last.replace("pending", "paid")), "utf-8")
    summary = shop.load()
    assert [one.corrected for one in summary.sources] == [1]
    assert counted(shop, EVENTS) == EXPECTED["shopify-orders"].events


def test_a_renamed_column_is_guessed_and_the_nearest_preset_named(tmp_path: Path) -> None:
    text = (FIXTURES / "shopify-orders" / "orders_export_1.csv").read_text("utf-8")
    german = tmp_path / "bestellungen.csv"
    german.write_text(text.replace("Created at", "Erstellt am", 1).replace("Total,", "Gesamt,", 1), "utf-8")
    made = draft(tmp_path / "shop", [german])
    assert "preset" not in made.sources_text
    (note,) = [note for note in made.notes if "nearly" in note]
    assert "the preset shopify-orders" in note and '"Created at", "Total"' in note
    with pytest.raises(
        SourceError, match='has no "Created at" and "Total", which the preset "shopify-orders"'
    ):
        draft(tmp_path / "other", [german], preset="shopify-orders")


def test_a_preset_can_be_forced_and_must_exist(tmp_path: Path) -> None:
    export = FIXTURES / "reviews" / "judgeme-reviews.csv"
    assert "preset reviews" in draft(tmp_path / "a", [export], preset="reviews").sources_text
    with pytest.raises(NotFound, match='there is no preset "review"'):
        draft(tmp_path / "b", [export], preset="review")
    with pytest.raises(WorkspaceError, match="A preset is for files"):
        draft(tmp_path / "c", preset="reviews")


def test_an_export_saved_anew_by_a_spreadsheet_is_still_the_export(tmp_path: Path) -> None:
    text = (FIXTURES / "shopify-orders" / "orders_export_1.csv").read_text("utf-8")
    saved = io.StringIO(newline="")
    csv.writer(saved, delimiter=";").writerows(csv.reader(io.StringIO(text)))
    (tmp_path / "orders.csv").write_bytes(saved.getvalue().encode("utf-16"))
    shop = loaded(tmp_path / "shop", tmp_path / "orders.csv")
    assert counted(shop, EVENTS) == EXPECTED["shopify-orders"].events
    assert counted(shop, WORTH) == EXPECTED["shopify-orders"].worth


def test_questions_can_be_called_anything(tmp_path: Path) -> None:
    text = (FIXTURES / "typeform-answers" / "responses-MaDeUp01.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    rows[0][1:4] = ['How likely: "very" {to} #recommend, \\ us?\nreally', "#! best {text question}", "yes"]
    with (tmp_path / "form.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    shop = loaded(tmp_path / "shop", tmp_path / "form.csv")
    assert counted(shop, EVENTS) == EXPECTED["typeform-answers"].events
    with shop.asking() as asking:
        told = asking.store.rows(
            'SELECT score, text IS NOT NULL, "properties.yes" FROM events WHERE score IS NOT NULL ORDER BY time'
        )
    assert told == [(9, True, "Poster"), (2, True, "Lamp"), (7, True, "Mug"), (10, False, "Candle")]


def test_a_preset_without_rows_says_so(tmp_path: Path) -> None:
    head = (FIXTURES / "reviews" / "judgeme-reviews.csv").read_text("utf-8").splitlines()[0]
    empty = tmp_path / "reviews.csv"
    empty.write_text(head + "\n", "utf-8")
    with pytest.raises(SourceError, match="it has no rows"):
        draft(tmp_path / "a", [empty])
    with pytest.raises(SourceError, match="no row is an event by the preset reviews"):
        draft(tmp_path / "b", [empty], preset="reviews")


def test_the_day_in_a_files_name_is_proposed_as_the_end_of_knowledge(tmp_path: Path) -> None:
    made = draft(tmp_path / "a", [FIXTURES / "hubspot-contacts"])
    assert "    # complete_until: 2025-06-30  # the day in the file's name" in made.sources_text
    until = made.sources_text.replace("    # complete_until: 2025-06-30", "    complete_until: 2025-06-30")
    made.sources_path.write_text(until, "utf-8")
    assert Workspace.open(made.folder).sources.sources[0].complete_until is not None
    assert "complete_until" not in draft(tmp_path / "b", [FIXTURES / "reviews"]).sources_text


def test_presets_and_other_files_make_one_workspace(tmp_path: Path) -> None:
    visits = tmp_path / "visits.csv"
    rows = "".join(f"2025-03-{day:02} 10:00,mail{day}@x.example,Page Viewed\n" for day in range(1, 21))
    visits.write_text(
        "time,email,event\n2025-03-01 09:00,ana.lind@mail.example,Page Viewed\n" + rows, "utf-8"
    )
    shop = loaded(tmp_path / "shop", FIXTURES / "shopify-orders", visits)
    assert sorted(source.id for source in shop.sources.sources) == ["shopify_orders", "visits"]
    assert customers(shop) == EXPECTED["shopify-orders"].customers + 20
    assert [stage.id for stage in shop.journey.stages] == ["decision", "retention"]


def test_a_template_takes_the_events_of_presets(tmp_path: Path) -> None:
    made = draft(tmp_path / "shop", [FIXTURES / "hubspot-deals"], template="b2b-leads")
    shop = Workspace.open(tmp_path / "shop")
    shop.load()
    assert counted(shop, EVENTS)["Deal Won"] == 3
    assert "Deal Lost" in made.journey_text
    made = draft(tmp_path / "pay", [FIXTURES / "stripe-payments"], template="online-shop")
    assert "event: Order Completed" in made.sources_text, (
        "the purchase is the purchase, whatever it is called"
    )


def test_the_parquet_of_bigquery_is_the_same_as_its_json(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = (FIXTURES / "ga4-events" / "events_20250303.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines if line.endswith("}") and '"soon"' not in line]
    for one in records:
        one["event_timestamp"] = int(one["event_timestamp"])
        for pair in one["event_params"]:
            typed = {"string_value": None, "int_value": None, "float_value": None, "double_value": None}
            pair["value"] = typed | pair["value"]
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "events_20250303.parquet")
    shop = loaded(tmp_path / "shop", tmp_path / "events_20250303.parquet")
    assert len(shop.rejects().column("line")) == 0
    assert counted(shop, EVENTS) == EXPECTED["ga4-events"].events
    assert counted(shop, WORTH) == EXPECTED["ga4-events"].worth
    channels = counted(shop, "SELECT channel, count(*) FROM events GROUP BY 1")
    assert channels == {"ads": 2, "social": 1, "email": 1, "search": 1, "web": 15}


def test_the_command_lists_them_and_shows_one(tmp_path: Path) -> None:
    listed = cli("presets")
    assert listed.code == 0 and all(name in listed.out for name in presets())
    told = cli("presets", "--json").json["presets"]
    assert [one["name"] for one in told] == list(presets())
    shown = cli("presets", "zendesk-tickets").out
    assert "First reply time in minutes" in shown and "source: |" in shown
    assert cli("presets", "zendesk").code == 1
    said = cli("init", str(tmp_path / "shop"), str(FIXTURES / "reviews"), "--preset", "reviews")
    assert said.code == 0 and "the preset reviews (Judge.me" in said.out
