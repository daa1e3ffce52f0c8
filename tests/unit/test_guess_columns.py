"""What columns are, by their names and values: shapes, identifiers, roles, events."""

from __future__ import annotations

from datetime import datetime

import pytest

from desirepath.collect.guess.events import sql_name
from desirepath.collect.guess.ids import Overlap, id_columns, pairs_to_compare
from desirepath.collect.guess.naming import by_of_event
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile, Numbers, Shape, numbers_of
from desirepath.collect.guess.source import LeftOut, guess, ids_of
from desirepath.collect.guess.times import Times, Writing
from desirepath.collect.guess.words import slug, subject_of, title, words_of


def column(
    name: str, *values: str, rows: int = 100, distinct: int | None = None, filled: int | None = None
) -> ColumnProfile:
    """A column whose rows repeat `values`."""
    return ColumnProfile(
        name,
        rows,
        rows if filled is None else filled,
        len(set(values)) if distinct is None else distinct,
        tuple((v, max(1, rows // len(values))) for v in dict.fromkeys(values)),
        values,
    )


def times(name: str, first: str = "2024-01-01", last: str = "2024-06-30", filled: int = 100) -> ColumnProfile:
    found = Times(Writing(None), filled, datetime.fromisoformat(first), datetime.fromisoformat(last))
    return ColumnProfile(name, 100, filled, filled, ((first, 1), (last, 1)), (first, last), found)


def ids(name: str, rows: int = 100, distinct: int = 100) -> ColumnProfile:
    return column(name, *(f"k{n:04}" for n in range(30)), rows=rows, distinct=distinct)


def file(name: str, *columns: ColumnProfile) -> FileProfile:
    return FileProfile(name, (f"{name}.csv",), 100, columns)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("createdAt", ("created", "at")),
        ("Order ID", ("order", "id")),
        ("orderdate", ("order", "date")),
        ("UTM_Source", ("utm", "source")),
        ("Kundennummer", ("kunden", "nummer")),
        ("Währung", ("waehrung",)),
        ("Création", ("creation",)),
        ("", ()),
    ],
)
def test_the_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_what_a_file_is_about() -> None:
    about = {
        name: subject_of(words_of(name)) for name in ("closed_deals", "orders_export", "Bestellungen", "xyz")
    }
    assert [s and s.event for s in about.values()] == [
        "Deal Created",
        "Order Completed",
        "Order Completed",
        None,
    ]
    assert title("gym_visits") == "Gym Visit" and slug("注文") == "item"


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (("12.50", "3"), Numbers("plain", 3, 12.5, False)),
        (("1,234.50", "3"), Numbers("thousands", 3, 1234.5, False)),
        (("1.234,50", "12,00"), Numbers("comma", 12, 1234.5, False)),
        (("$12.00", "$3.00"), Numbers("plain", 3, 12, True, "USD")),
        (("12,00 €", "3,50 €"), Numbers("comma", 3.5, 12, False, "EUR")),
    ],
)
def test_how_numbers_are_written(values: tuple[str, ...], numbers: Numbers) -> None:
    assert numbers_of(values) == numbers


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (("a@x.org", "b.c@y.example"), Shape.EMAIL),
        (("https://x.example/a", "/p/2"), Shape.URL),
        (("0b8e3a52-7c1d-4f6a-9e2b-5d8c7a6b4f3e",), Shape.UUID),
        (("5420aad7fec3549a85876ba1c529bd84", "a555fb36b9368110ede0f043dfc3b9a0"), Shape.HEX),
        (("true", "false"), Shape.BOOLEAN),
        (("+61 400 000 001", "+61400000002"), Shape.PHONE),
        (("I liked it very much", "it was far too long"), Shape.TEXT),
        (("red", "dark blue"), Shape.WORDS),
        (("", "N/A", "null"), Shape.EMPTY),
    ],
)
def test_what_values_look_like(values: tuple[str, ...], shape: Shape) -> None:
    assert column("x", *values).shape is shape


@pytest.mark.parametrize(
    ("name", "kind", "cls"),
    [
        ("customer_id", "customer_id", "person"),
        ("Kundennummer", "customer_id", "person"),
        ("userId", "user_id", "person"),
        ("user_pseudo_id", "anonymous_id", "device"),
        ("device_id", "device_id", "device"),
        ("ga_session_id", "session_id", "session"),
        ("mql_id", "lead_id", "person"),
        ("Company ID", "account_id", "account"),
        ("order_id", "order_id", "record"),
        ("order_customer_id", "customer_id", "person"),
        ("lead_owner_id", "lead_owner_id", "thing"),
        ("friend_order_no", "friend_order_no", "thing"),
        ("product_id", "product_id", "thing"),
        ("gizmo_id", "gizmo_id", "unknown"),
    ],
)
def test_whom_an_id_names(name: str, kind: str, cls: str) -> None:
    (found,) = id_columns(file("export", ids(name)), None)
    assert (found.kind, found.cls) == (kind, cls)


def test_a_column_of_few_codes_is_no_id() -> None:
    assert id_columns(file("export", column("status_code", "A1", "B2", rows=500)), None) == []


def test_a_customers_id_is_no_record_key_even_where_each_row_has_its_own() -> None:
    made = guess([file("leads", ids("lead_id"), times("created_at"))])
    assert made.sources[0].key is None and made.sources[0].identifiers[0].kind == "lead_id"
    made = guess([file("orders", ids("order_id"), ids("customer_id", distinct=60), times("created_at"))])
    assert made.sources[0].key is not None and made.sources[0].key.column == "order_id"


def test_times_that_are_no_events_are_left_aside_with_the_reason() -> None:
    made = guess([
        file(
            "orders", ids("order_id"), ids("customer_id", distinct=50), times("created_at"), times("updated_at"),
            times("estimated_delivery_date"), times("date_of_birth"), times("delivered_at", filled=80),
        )
    ])  # fmt: skip
    (source,) = made.sources
    assert [(e.name, e.time, e.by) for e in source.times.events] == [
        ("Order Completed", "created_at", "customer"),
        ("Order Delivered", "delivered_at", "business"),
    ]
    assert {name for name, _ in source.times.ignored} == {
        "updated_at",
        "estimated_delivery_date",
        "date_of_birth",
    }
    assert source.times.promised == "estimated_delivery_date"
    assert source.times.events[1].when == "delivered_at is not null"


def test_two_columns_that_would_be_one_event_are_one_event() -> None:
    made = guess([file("leads", ids("lead_id"), times("created_at"), times("created_on", filled=40))])
    assert [e.time for e in made.sources[0].times.events] == ["created_at"]


def test_an_order_that_only_says_when_it_was_paid_was_ordered_then() -> None:
    made = guess([file("orders", ids("order_id"), ids("customer_id", distinct=50), times("paid_at"))])
    assert [e.name for e in made.sources[0].times.events] == ["Order Completed"]


def test_a_status_of_cancelled_makes_another_event() -> None:
    status = column("status", "paid", "shipped", "cancelled")
    made = guess([file("orders", ids("order_id"), ids("customer_id", distinct=50), times("date"), status)])
    assert [(e.name, e.when) for e in made.sources[0].times.events] == [
        ("Order Completed", "status is null or not (status = 'cancelled')"),
        ("Order Cancelled", "status = 'cancelled'"),
    ]


def test_an_order_number_joins_a_file_that_knows_no_customer() -> None:
    orders = file("orders", ids("order_id"), ids("customer_id", distinct=50), times("created_at"))
    parcels = file("deliveries", ids("order_id"), times("delivered_at"))
    overlap = {(("orders", "order_id"), ("deliveries", "order_id")): Overlap(100, 100, 100)}
    made = guess([orders, parcels], overlap)
    assert [[i.kind for i in s.identifiers] for s in made.sources] == [
        ["customer_id", "order_id"],
        ["order_id"],
    ]


def test_ids_of_unlike_names_that_are_the_same_values_are_one_kind() -> None:
    shop = file("orders", ids("order_id"), ids("customer_id", distinct=60), times("created_at"))
    other = file("visits", ids("card", distinct=80), ids("gizmo_id", distinct=50), times("date"))
    overlap = {(("orders", "customer_id"), ("visits", "gizmo_id")): Overlap(60, 50, 50)}
    made = guess([shop, other], overlap)
    assert "customer_id" in [i.kind for i in made.sources[1].identifiers]


def test_accounts_are_the_customers_only_where_nobody_else_is_named() -> None:
    firms = file("deals", ids("deal_id"), ids("account_id", distinct=70), times("won_date"))
    assert guess([firms]).customer == "account"
    people = file("calls", ids("contact_id", distinct=70), ids("account_id", distinct=40), times("date"))
    made = guess([people])
    assert made.customer == "person" and [i.kind for i in made.sources[0].identifiers] == ["contact_id"]


def test_scores_are_no_amounts_and_amounts_no_scores() -> None:
    made = guess([
        file("reviews", ids("review_id"), ids("customer_id", distinct=60), times("date"),
             column("rating", "1", "3", "5"), column("price", "10.50", "12.00", "99.00"),
             column("text", "it is good for my old cat", "never again, I say to you"))
    ])  # fmt: skip
    (source,) = made.sources
    assert source.score is not None and (source.score.column, source.score.low, source.score.high) == (
        "rating",
        1,
        5,
    )
    assert source.money is not None and source.money.column == "price"
    assert source.text is not None and source.text.column == "text"


def test_the_most_inclusive_amount_is_taken() -> None:
    amounts = [
        column(n, "10.50", "12.00", "99.00")
        for n in ("subtotal", "tax", "total_price", "price", "discount_amount")
    ]
    made = guess([file("orders", ids("order_id"), ids("customer_id", distinct=50), times("date"), *amounts)])
    assert made.sources[0].money is not None and made.sources[0].money.column == "total_price"


def test_the_origin_of_a_row_is_its_channel_but_a_referrer_url_is_not() -> None:
    origin = column("origin", "paid search", "social", "email")
    url = column("source_url", "https://a.example", "https://b.example")
    made = guess([file("leads", ids("lead_id"), times("date"), url, origin)])
    assert made.sources[0].channel is not None and made.sources[0].channel.column == "origin"


def test_who_did_it() -> None:
    names = ("Order Delivered", "email_opened", "Email Sent", "Invite Sent", "Page Viewed")
    assert [by_of_event(n) for n in names] == ["business", "machine", "business", "customer", "customer"]
    side = column("direction", "inbound", "outbound")
    made = guess([file("calls", ids("call_id"), ids("customer_id", distinct=50), times("date"), side)])
    assert made.sources[0].by is not None
    assert made.sources[0].by_map == {"inbound": "customer", "outbound": "business"}


def test_a_file_without_time_or_without_rows_is_left_out() -> None:
    made = guess(
        [
            file("people", ids("customer_id"), column("city", "Graz", "Wien")),
            FileProfile("x", ("x.csv",), 0, ()),
        ]
    )
    assert made.sources == () and [type(one) for one in made.left_out] == [LeftOut, LeftOut]


def test_names_in_rules_are_quoted_only_where_they_must_be() -> None:
    assert [sql_name(n) for n in ("total", "Total", "order", "Close Date", 'a"b')] == [
        "total", "Total", '"order"', '"Close Date"', '"a""b"',
    ]  # fmt: skip


def test_a_log_of_bare_verbs_takes_the_name_of_what_it_is_about() -> None:
    names = column("type", "sent", "opened", "clicked", rows=900)
    (source,) = guess([file("email_log", names, column("to", "a@x.org", "b@x.org"), times("ts"))]).sources
    assert source.event_map == {"sent": "Email Sent", "opened": "Email Opened", "clicked": "Email Clicked"}


def test_a_survey_that_was_sent_and_one_that_was_answered() -> None:
    survey = file(
        "nps",
        column("email", "a@x.org"),
        times("sent_at"),
        times("answered_at", filled=30),
        column("score", "0", "9"),
    )
    (source,) = guess([survey]).sources
    assert [(e.name, e.by) for e in source.times.events] == [
        ("NPS Answered", "customer"),
        ("NPS Sent", "business"),
    ]
    assert source.score is not None and (source.score.kind, source.score.high) == ("nps", 10)


def test_a_referral_is_the_one_who_refers_and_converts_when_the_friend_orders() -> None:
    people = (column("referrer_email", "a@x.org"), column("friend_email", "b@x.org"))
    (source,) = guess(
        [file("referrals", *people, times("sent_at"), times("friend_ordered_at", filled=9))]
    ).sources
    assert [(i.kind, i.column) for i in source.identifiers] == [("email", "referrer_email")]
    assert [e.name for e in source.times.events] == ["Referral Sent", "Referral Converted"]


def test_the_advertisement_of_the_first_page_is_the_channel_where_it_is_known() -> None:
    pages = column("page", "/a", "/b", "/c")
    medium = column("utm_medium", "cpc", "organic", filled=20)
    (source,) = guess([file("web_events", ids("anonymous_id"), times("time"), pages, medium)]).sources
    assert source.channel is not None and (source.channel.column, source.channel.literal) == (
        "utm_medium",
        "web",
    )


def test_a_currency_that_one_file_says_holds_for_another_that_does_not() -> None:
    orders = file(
        "orders",
        ids("order_id"),
        ids("customer_id", distinct=50),
        times("date"),
        column("total", "1.50", "2.25"),
    )
    ads = file("ads", times("day"), column("campaign", "a", "b"), column("Spend AUD", "1.50", "2.25"))
    (source,) = guess([orders, ads]).sources
    assert source.currency is not None and (source.currency.literal, source.currency.why) == (
        "AUD",
        "as in ads",
    )


def test_customers_of_one_file_may_be_the_users_of_another() -> None:
    orders = file(
        "orders", ids("customer_id", distinct=60), times("created_at"), column("total", "1.5", "2.5")
    )
    pages = file(
        "web_events", ids("user_id", distinct=50), times("time"), column("event", "seen", "left", rows=900)
    )
    files = [orders, pages]
    pair = (("orders", "customer_id"), ("web_events", "user_id"))
    assert pair in pairs_to_compare(files, ids_of(files))
    made = guess(files, {pair: Overlap(60, 50, 48)})
    assert [[i.kind for i in s.identifiers] for s in made.sources] == [["customer_id"], ["customer_id"]]
    apart = guess(files, {pair: Overlap(60, 50, 9)})
    assert [[i.kind for i in s.identifiers] for s in apart.sources] == [["customer_id"], ["user_id"]]


def test_the_order_number_on_the_last_page_tells_whose_the_device_was() -> None:
    orders = file("orders", ids("order_id"), column("email", "a@x.org"), times("created_at"))
    pages = file("web_events", ids("anonymous_id", distinct=40), ids("order_no", distinct=30), times("time"))
    made = guess(
        [orders, pages], {(("orders", "order_id"), ("web_events", "order_no")): Overlap(100, 30, 30)}
    )
    assert [[i.kind for i in s.identifiers] for s in made.sources] == [
        ["email", "order_id"],
        ["anonymous_id", "order_id"],
    ]
