"""Small exports as strangers have them: each function writes one set of files and says where they are.

They are made by rule, not by chance, so that a test can say what must come out.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

DAY = timedelta(days=1)
START = datetime(2024, 1, 3, 9, 30, tzinfo=UTC)


def write(
    path: Path, header: str, rows: Iterable[Sequence[object]], sep: str = ",", encoding: str = "utf-8"
) -> Path:
    """A CSV; a field with the separator, a quote or a line end is quoted."""

    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if any(s in text for s in (sep, '"', "\n")) else text

    lines = [header, *(sep.join(cell(v) for v in row) for row in rows)]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def _hex(number: int) -> str:
    """An id as databases make them."""
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def orders_only(folder: Path) -> list[Path]:
    """40 customers; every second one buys again after 20, 40 and 60 days."""
    rows = []
    for customer in range(40):
        for again in range(4 if customer % 2 else 1):
            when = START + customer * DAY + again * (again + 1) * 10 * DAY
            rows.append(
                (
                    1000 + len(rows),
                    f"C{customer:03}",
                    when.strftime("%Y-%m-%d %H:%M:%S"),
                    f"{20 + customer}.50",
                )
            )
    return [write(folder / "orders.csv", "order_id,customer_id,order_date,total_amount", rows)]


def leads_and_deals(folder: Path) -> list[Path]:
    """60 leads, of which every third is won after 5 to 24 days."""
    leads, deals = [], []
    for n in range(60):
        when = START + n * DAY
        leads.append((_hex(n), when.strftime("%Y-%m-%d"), ("google", "social", "email")[n % 3]))
        if n % 3 == 0:
            won = when + (5 + n % 20) * DAY
            deals.append((_hex(n), won.strftime("%Y-%m-%d %H:%M:%S"), 900 + n))
    return [
        write(folder / "leads.csv", "lead_id,created_date,source", leads),
        write(folder / "won_deals.csv", "lead_id,won_date,deal_value_eur", deals),
    ]


def web_log(folder: Path) -> list[Path]:
    """50 visitors: page views, product views, carts, some purchases; times as milliseconds since 1970."""
    rows = []
    for visitor in range(50):
        names = ["page_view", "view_item", "add_to_cart", "begin_checkout", "purchase"][: 1 + visitor % 5]
        for visit in range(2):
            for step, name in enumerate(names):
                when = START + visitor * DAY + visit * 9 * DAY + step * timedelta(minutes=2)
                amount = "19.90" if name == "purchase" else ""
                rows.append(
                    (int(when.timestamp() * 1000), name, f"anon-{visitor:05}", f"/p/{step}", "mobile", amount)
                )
    return [write(folder / "events.csv", "timestamp,event,anonymousId,url,device,revenue", rows)]


def tickets(folder: Path) -> list[Path]:
    """45 tickets of 30 people, with when they were opened, answered and solved."""
    rows = []
    for n in range(45):
        opened = START + n * DAY
        answered = opened + timedelta(hours=1 + n % 9)
        solved = answered + timedelta(hours=5) if n % 4 else None
        rows.append((
            5000 + n, f"p{n % 30}@example.org", "The parcel is late and nobody answers", opened.isoformat(),
            answered.isoformat(), solved.isoformat() if solved else None, 1 + n % 5, "high" if n % 7 == 0 else "normal",
        ))  # fmt: skip
    header = "ticket_id,requester_email,subject,created_at,first_response_at,solved_at,csat_score,priority"
    return [write(folder / "support_tickets.csv", header, rows)]


def survey_answers(folder: Path) -> list[Path]:
    """30 answers with a score from 0 to 10 and words."""
    rows = [
        (f"r-{n}", f"user{n}@example.org", (START + n * DAY).strftime("%Y-%m-%dT%H:%M:%SZ"), n % 11,
         f"I liked step {n} of it, but the form was much too long for me")
        for n in range(30)
    ]  # fmt: skip
    return [
        write(
            folder / "nps_survey.csv",
            "Response ID,Email,Submitted At,NPS,What is the reason for your score?",
            rows,
        )
    ]


def german_orders(folder: Path) -> list[Path]:
    """Semicolons, dd.mm.yyyy, decimal commas, umlauts in Latin-1."""
    rows = [
        (
            4000 + n,
            100 + n % 20,
            (START + 3 * n * DAY).strftime("%d.%m.%Y"),
            f"{1 + n % 3}.{200 + n},50",
            "Müller & Söhne",
        )
        for n in range(60)
    ]
    header = "Bestellnummer;Kundennummer;Bestelldatum;Gesamtbetrag;Händler"
    return [write(folder / "bestellungen.csv", header, rows, ";", "latin-1")]


def us_dates(folder: Path) -> list[Path]:
    """mm/dd/yyyy with a.m. and p.m."""
    rows = [
        (f"M{n % 25:03}", (START + n * DAY).strftime("%m/%d/%Y %I:%M %p"), f"${10 + n}.00") for n in range(70)
    ]
    return [write(folder / "purchases.csv", "Member ID,Purchase Date,Amount", rows)]


def shopify_like(folder: Path) -> list[Path]:
    """Orders with line items, nearly as Shopify has them: only the first row of an order has its total."""
    header = (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,"
        "Total,Created at,Item quantity,Item name,Cancelled at,Source,Id,Phone"
    )
    rows: list[tuple[object, ...]] = []
    for n in range(40):
        created = START + n * DAY
        said = created.strftime("%Y-%m-%d %H:%M:%S +1000")
        sent = (created + 2 * DAY).strftime("%Y-%m-%d %H:%M:%S +1000") if n % 8 else ""
        gone = (created + DAY).strftime("%Y-%m-%d %H:%M:%S +1000") if n % 8 == 0 else ""
        who, name = f"shopper{n % 25}@example.org", f"#{1001 + n}"
        rows.append(
            (
                name,
                who,
                "paid",
                said,
                "fulfilled",
                sent,
                "AUD",
                50 + n,
                10,
                5,
                65 + n,
                said,
                1,
                "Cup",
                gone,
                "web",
                9000 + n,
                f"+6140000{n:04}",
            )
        )
        if n % 2:
            rows.append((name, who, "", "", "", "", "", "", "", "", "", said, 2, "Plate", "", "", "", ""))
    return [write(folder / "orders_export.csv", header, rows)]


def json_events(folder: Path) -> list[Path]:
    """JSON lines with objects inside, packed."""
    path = folder / "track.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as out:
        for n in range(80):
            name = ("Signed Up", "Trial Started", "Logged In", "Subscription Started")[n % 4]
            when = START + (n // 4) * DAY + (n % 4) * timedelta(hours=30)
            row = {
                "event": name,
                "userId": f"u{n // 4}",
                "timestamp": when.isoformat(),
                "properties": {"plan": "pro", "value": n},
            }
            out.write(json.dumps(row) + "\n")
    return [path]


def strange_headers(folder: Path) -> list[Path]:
    """Names with blanks, quotes, colons and other letters; one twice, one empty."""
    header = '"Order: ""Date""",Customer  No., Total €,注文日,Name,Name,,"a, b # c","no","{x}","it\'s"'
    rows = [
        ((START + n * DAY).strftime("%Y-%m-%d"), 70 + n % 12, 5 + n, "x", "A", "B", "", "q", "yes", "z", "y")
        for n in range(40)
    ]
    return [write(folder / "Sales (2024) final.csv", header, rows)]


def with_ads(folder: Path) -> list[Path]:
    """Orders beside an export of advertising by day."""
    rows = [
        (
            (START + n * DAY).strftime("%Y-%m-%d"),
            "Google Ads",
            f"brand {n % 3}",
            1000 + n,
            50 + n % 9,
            f"{12 + n}.35",
        )
        for n in range(40)
    ]
    return [
        *orders_only(folder),
        write(folder / "ads.csv", "Date,Channel,Campaign,Impressions,Clicks,Spend (EUR)", rows),
    ]


def several_months(folder: Path) -> list[Path]:
    """One log in three files."""
    out = []
    for month in (1, 2, 3):
        rows = [
            (f"2024-0{month}-{1 + n:02}T10:00:00", "Visited" if n % 3 else "Signed up", f"user{n}")
            for n in range(25)
        ]
        out.append(write(folder / f"log-2024-0{month}.csv", "time,action,user_id", rows))
    return out


def hubspot_deals(folder: Path) -> list[Path]:
    """Deals whose stage says whether they were won or lost; the open ones have no close date."""
    rows = []
    for n in range(60):
        made, closed = (START + d * DAY for d in (n, n + 20))
        stage = ("closedwon", "closedlost", "qualifiedtobuy")[n % 3]
        ended = "" if stage == "qualifiedtobuy" else closed.strftime("%Y-%m-%d %H:%M")
        rows.append((n, f"c{n % 30}@example.org", made.strftime("%Y-%m-%d %H:%M"), ended, stage, 1000 + n))
    header = "Record ID,Contact Email,Create Date,Close Date,Deal Stage,Amount"
    return [write(folder / "hubspot-deals.csv", header, rows)]


def receipts(folder: Path) -> list[Path]:
    """30 invoices of one to three lines, each with a price and a quantity; as shops' tills write them."""
    rows = []
    for n in range(30):
        when = (START + n * DAY).strftime("%Y-%m-%d %H:%M")
        for line in range(1 + n % 3):
            rows.append(
                (5000 + n, f"SKU{line}", f"Cup no. {line}", 1 + line, when, "2.50", 100 + n % 12, "France")
            )
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    return [write(folder / "online_retail.csv", header, rows)]


def order_lines(folder: Path) -> list[Path]:
    """Lines of orders, of which each repeats what the order came to."""
    rows = [
        (
            f"A-{n}",
            f"c{n % 15}@example.org",
            (START + n * DAY).strftime("%Y-%m-%d"),
            f"{40 + n}.00",
            f"thing {line}",
        )
        for n in range(40)
        for line in range(1 + n % 2)
    ]
    return [write(folder / "order_items.csv", "order_id,email,order_date,order_total,product_name", rows)]


def unknown_names(folder: Path) -> list[Path]:
    """A log whose names say nothing."""
    rows = [
        (
            f"k{n // 4}",
            "abcd"[n % 4].upper() * 3,
            (START + (n // 4) * DAY + (n % 4) * timedelta(hours=5)).isoformat(),
        )
        for n in range(120)
    ]
    return [write(folder / "export.csv", "member,type,when", rows)]


ALL: dict[str, Callable[[Path], list[Path]]] = {
    make.__name__: make
    for make in (
        orders_only, leads_and_deals, web_log, tickets, survey_answers, german_orders, us_dates, shopify_like,
        json_events, strange_headers, with_ads, several_months, hubspot_deals, receipts, order_lines,
        unknown_names,
    )
}  # fmt: skip
