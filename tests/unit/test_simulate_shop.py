"""The sample shop as a folder of exports: repeatable, readable, counted, and nobody's data."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from desirepath.simulate import Truth, make_shop, read_truth
from desirepath.simulate import make as shop_maker
from desirepath.simulate.chance import Chance
from desirepath.simulate.contacts import DOMAINS, FICTIONAL_NUMBERS, Contacts
from desirepath.simulate.export_web import COLLECTED
from desirepath.simulate.pages import NAMES
from desirepath.simulate.people import draw_people
from desirepath.simulate.seasons import Span

SIZE = 900


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return make_shop(tmp_path_factory.mktemp("shop"), customers=SIZE, seed=11)


def exports(truth: Truth) -> Path:
    return Path(truth.folder) / "exports"


def digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def rows(path: Path, delimiter: str = ",", encoding: str = "utf-8-sig") -> Iterator[dict[str, str]]:
    """The rows of a CSV that have as many fields as its header."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = raw.decode(encoding, errors="replace").split("\n")
    reader = csv.DictReader((line + "\n" for line in lines if line), delimiter=delimiter)
    for row in reader:
        if None not in row and None not in row.values():
            yield row


def json_rows(path: Path) -> Iterator[dict[str, object]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


# ---- the same again --------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_anywhere(shop: Truth, tmp_path: Path):
    make_shop(tmp_path / "again", customers=SIZE, seed=11)
    assert digest(tmp_path / "again") == digest(Path(shop.folder))


def test_another_seed_gives_another_shop(shop: Truth, tmp_path: Path):
    make_shop(tmp_path / "other", customers=SIZE, seed=12, effects=False)
    ours, theirs = digest(exports(shop)), digest(tmp_path / "other" / "exports")
    assert not set(ours.values()) & set(theirs.values())


def test_a_shop_is_the_same_whatever_the_size_of_its_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = make_shop(tmp_path / "whole", customers=SIZE, seed=11, effects=False)
    monkeypatch.setattr(shop_maker, "BLOCK", 250)
    parts = make_shop(tmp_path / "parts", customers=SIZE, seed=11, effects=False)
    assert parts.orders == whole.orders
    assert parts.friends == whole.friends
    # The crawler and the staff come by the block; customers and their deeds do not.
    assert parts.events["nps"] == whole.events["nps"]
    assert parts.events["referrals"] == whole.events["referrals"]
    assert parts.events["web"]["Checkout Started"] > 0
    assert parts.events["web"]["Payment Submitted"] == whole.events["web"]["Payment Submitted"]


def test_the_truth_is_read_back_as_it_was(shop: Truth):
    assert read_truth(shop.folder) == shop


def test_a_span_that_the_model_does_not_cover_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="six months"):
        make_shop(tmp_path, customers=10, months=3)
    with pytest.raises(ValueError, match="first of a month"):
        make_shop(tmp_path, customers=10, until=date(2026, 1, 2))


def test_a_new_shop_takes_the_place_of_an_old_one_and_of_nothing_else(tmp_path: Path):
    make_shop(tmp_path / "shop", customers=60, months=8, effects=False)
    make_shop(tmp_path / "shop", customers=60, months=6, effects=False)
    fresh = make_shop(tmp_path / "fresh", customers=60, months=6, effects=False)
    assert digest(tmp_path / "shop") == digest(Path(fresh.folder))
    (tmp_path / "theirs" / "exports").mkdir(parents=True)
    (tmp_path / "theirs" / "exports" / "orders.csv").write_text("id\n1\n")
    with pytest.raises(FileExistsError, match="something else"):
        make_shop(tmp_path / "theirs", customers=60)
    assert (tmp_path / "theirs" / "exports" / "orders.csv").exists()


def test_the_exports_end_when_they_are_told_to(tmp_path: Path):
    truth = make_shop(tmp_path, customers=300, seed=3, until=date(2025, 3, 1), months=8, effects=False)
    files = sorted(p.name for p in (exports(truth) / "web").iterdir())
    assert files[0] == "events-2024-07.csv.gz" and files[-1] == "events-2025-02.csv.gz"
    assert "complete_until: 2025-02-28" in (tmp_path / "sources.yaml").read_text()
    last = max(
        r["time"] for r in rows(exports(truth) / "web" / "events-2025-02.csv.gz") if r["time"] < "2025-13"
    )
    assert last < "2025-02-28T13:00:00"  # midnight in Sydney


# ---- what is written, against what the truth counts ------------------------------------------------------


def test_the_web_log_holds_each_event_that_the_truth_counts_once(shop: Truth):
    names = dict(zip(NAMES, COLLECTED, strict=True))
    seen: dict[str, str] = {}
    lines = 0
    for path in sorted((exports(shop) / "web").iterdir()):
        lines += gzip.decompress(path.read_bytes()).count(b"\n") - 1
        for row in rows(path):
            has_id = row["anonymous_id"] or row["user_id"] or row["email"] or row["order_no"]
            if has_id and row["time"] < "2025-13" and "\ufffd" not in row["page"] and row["agent"]:
                seen[row["message_id"]] = names[row["event"]]
    assert Counter(seen.values()) == shop.events["web"]
    again = shop.notes["web lines exported again"]
    assert lines == shop.records["web"] + shop.doubled["web"] + sum(shop.broken["web"].values()) + again


def test_the_order_book_holds_each_event_that_the_truth_counts_once(shop: Truth):
    seen: Counter[str] = Counter()
    known = set()
    for path in sorted((exports(shop) / "orders").iterdir()):
        for row in rows(path):
            if row["Order no"] in known or row["Placed"].startswith("31/02") or not row["Gift"]:
                continue
            known.add(row["Order no"])
            seen["Order Placed"] += row["Placed"] != row["Paid"]
            seen["Order Completed"] += bool(row["Paid"])
            seen["Order Shipped"] += bool(row["Shipped"])
            seen["Order Delivered"] += bool(row["Delivered"] and row["Shipped"])
            seen["Goods Handed Over"] += bool(row["Delivered"] and not row["Shipped"])
            seen["Order Cancelled"] += bool(row["Cancelled"])
            seen["Order Refunded"] += bool(row["Refunded"])
    assert seen == shop.events["orders"]
    assert shop.orders + shop.notes["test orders"] == seen["Order Completed"]


def test_the_app_and_the_mails_hold_each_event_that_the_truth_counts_once(shop: Truth):
    app = {
        r["messageId"]
        for p in (exports(shop) / "app").iterdir()
        for r in json_rows(p)
        if "xx" not in str(r["timestamp"])
    }
    assert len(app) == sum(shop.events["app"].values())
    mails = {
        (r["mail_id"], r["type"])
        for r in json_rows(exports(shop) / "email" / "log.jsonl")
        if r["ts"] != "soon"
    }
    assert len(mails) == sum(shop.events["email"].values())


def test_contacts_are_windows_1252_and_days_first(shop: Truth):
    path = exports(shop) / "crm" / "contacts.csv"
    with pytest.raises(UnicodeDecodeError):
        path.read_bytes().decode("utf-8")
    contacts = list(rows(path, ";", "cp1252"))
    assert len({r["Email"].lower() for r in contacts}) == shop.events["crm"]["Contact Created"]
    assert any("ë" in r["FirstName"] or "ü" in r["LastName"] for r in contacts)
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4}", r["Joined"]) for r in contacts)


def test_tickets_come_in_two_exports_and_the_later_one_knows_more(shop: Truth):
    early = {
        r["ticket_no"]: r
        for r in rows(exports(shop) / "support" / "tickets.csv")
        if r["opened"] != "yesterday"
    }
    later = {r["ticket_no"]: r for r in rows(Path(shop.folder) / "later" / "support" / "tickets.csv")}
    early = {number: row for number, row in early.items() if row["opened"]}
    assert set(early) < set(later)
    assert max(r["opened"] for r in early.values()) < "2025-12-23"
    changed = [n for n, row in early.items() if row != later[n]]
    assert all(not early[n]["resolved"] for n in changed)
    assert len(early) == shop.events["tickets"]["Ticket Opened"]


def test_spend_is_that_of_the_truth(shop: Truth):
    spent: Counter[str] = Counter()
    for row in rows(exports(shop) / "ads" / "spend.csv", ";"):
        spent[row["Network"]] += round(float(row["Spend AUD"].replace(",", ".")) * 100)
        assert int(row["Reach"]) <= int(row["Impressions"])
    assert spent == shop.spend


# ---- nobody's data ---------------------------------------------------------------------------------------


def test_addresses_lie_in_domains_that_nobody_can_own(shop: Truth):
    found = set()
    for path in exports(shop).rglob("*"):
        if path.is_file():
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found |= set(re.findall(rb"[\w.+]+@([\w-]+\.[\w.]+)", raw.lower()))
    allowed = {d[1:].encode() for d in DOMAINS} | {b"sampleshop.example", b"null.com"}
    # A line that was cut off may end within a domain.
    assert not [one for one in found if not any(whole.startswith(one) for whole in allowed)]


def test_numbers_are_those_that_acma_keeps_for_fiction(shop: Truth):
    kept = re.compile(r"\+61(2|3|7|8)(5550|7010)\d{4}")
    phones = [value for kind, value, _ in shop.identities() if kind == "phone"]
    assert phones and all(kept.fullmatch(value) for value in phones)


def test_in_a_large_shop_those_beyond_the_fictional_numbers_have_none():
    chance, span = Chance(11), Span(date(2026, 1, 1), 18)
    people = draw_people(chance, span, np.arange(FICTIONAL_NUMBERS, FICTIONAL_NUMBERS + 50, dtype=np.int64))
    contacts = Contacts(chance, people)
    assert not contacts.has_phone.any()
    assert set(contacts.written_phone(np.arange(50), "order").tolist()) == {b""}
    assert len(contacts.international(np.arange(0))) == 0


# ---- who is who ------------------------------------------------------------------------------------------


def test_every_identifier_belongs_to_one_person(shop: Truth):
    owner: dict[tuple[str, str], int] = {}
    for kind, value, person in shop.identities():
        assert owner.setdefault((kind, value), person) == person
    people = set(owner.values())
    assert len(people) > 0.95 * SIZE
    assert max(people) < SIZE + shop.friends


def test_orders_stand_under_the_person_who_has_their_address(shop: Truth):
    owner = {(kind, value): person for kind, value, person in shop.identities()}
    checked = 0
    for path in (exports(shop) / "orders").iterdir():
        for row in rows(path):
            email = row["Email"].lower()
            if row["Order no"].startswith("R") and email != "null@null.com" and row["Gift"]:
                assert owner["order_id", row["Order no"]] == owner["email", email]
                checked += 1
    assert checked > 100


def test_the_tablet_in_the_store_belongs_to_nobody_and_many_log_in_there(shop: Truth):
    owners = {value for kind, value, _ in shop.identities() if kind == "anonymous_id"}
    users: dict[str, set[str]] = {}
    for path in (exports(shop) / "web").iterdir():
        for row in rows(path):
            if row["device"] == "tablet" and row["user_id"]:
                users.setdefault(row["anonymous_id"], set()).add(row["user_id"])
    assert users and not set(users) & owners
    assert max(map(len, users.values())) > 5
