"""What a journey.yaml and a sources.yaml that are right come out as."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desirepath.collect.expression import parse_rule
from desirepath.collect.read_sources import read_sources
from desirepath.collect.sources import REST, EventFrom, Field, Source, Sources
from desirepath.core.errors import DefinitionError
from desirepath.core.money import EXPONENTS, exponent
from desirepath.core.words import By
from desirepath.core.yaml_lines import read_document
from desirepath.core.zones import zone_problem
from desirepath.journey.definition import Journey, Stage
from desirepath.journey.read import read_journey

SHOP = """
journey: Sample shop
time_zone: Australia/Sydney
currency: aud
stages:
  awareness:     {enter: "channel in ('ads', 'search') or event = 'Page Viewed'", lapse_after: 30 days}
  consideration: {enter: "event in ('Product Viewed', 'FAQ Viewed')", lapse_after: 60 days, horizon: 14 days}
  decision:      {enter: "event in ('Cart Viewed', 'Checkout Started')", goal: "event = 'Order Completed'",
                  lapse_after: 14 days}
  retention:     {enter: "event = 'Order Completed'", goal: repeat, lapse_after: 180 days, label: Comes back}
  advocacy:      {enter: "event = 'Referral Sent'", after: decision, lapse_after: 365 days, exit: }
touchpoints:
  checkout:  {stage: decision, channel: web, when: "event = 'Checkout Started'"}
  parcel:    {stage: retention, channel: mail, when: "event = 'Order Delivered'", by: business,
              backstage: The depot packs.}
  store:     {channel: store}
  help_desk: {channel: phone, support: yes}
  faq:       "event = 'FAQ Viewed'"
promises:
  delivered: {from: "event = 'Order Completed'", to: "event = 'Order Delivered'", within: 1 week 2 days, key: order_id}
segments:
  mobile: "traits.device = 'mobile'"
  fans: {rule: "count(event = 'Order Completed') >= 3", label: Fans, about: Keep coming.}
personas:
  hunter: {segment: "ever(event = 'Coupon Used')", about: Waits for the sale.}
  fan: {segment: fans}
voided_by: {event: Order Cancelled, key: order_id}
active_while: {start: Subscription Started, end: "event = 'Subscription Ended'"}
identity:
  anonymous_past: last_known
  phone_region: AU
  identifiers: {user_id: {known: true, limit: 1}, email: {known: true, blocked: [a@b.c, "/^test/"]}, anonymous_id: }
map:
  motivations:
    journey: A gift that arrives in time
    awareness: [Sees it at a friend's, {text: Reads of it, by: Ana}]
  owners:
    decision: Web team        # guess: nobody said so
  thoughts:
    awareness:
"""


def test_a_journey_comes_out_as_it_is_written():
    shop = read_journey(SHOP)
    assert (shop.title, shop.kind, shop.customer, shop.time_zone, shop.currency) == (
        "Sample shop", "customer", "person", "Australia/Sydney", "AUD",
    )  # fmt: skip
    assert [stage.id for stage in shop.stages] == [
        "awareness",
        "consideration",
        "decision",
        "retention",
        "advocacy",
    ]
    assert [stage.label for stage in shop.stages[2:]] == ["Decision", "Comes back", "Advocacy"]
    decision, retention, advocacy = shop.stages[2:]
    assert decision.goal == parse_rule("event = 'Order Completed'")
    assert retention.goal == "repeat"
    assert (advocacy.goal, advocacy.exit, advocacy.after) == (None, None, "decision")
    assert shop.stages[1].measured_within == timedelta(days=14)
    assert shop.index("retention") == 3


def test_only_the_decision_advances_by_its_goal_unless_the_file_says_otherwise():
    assert [stage.goal_advances for stage in read_journey(SHOP).stages] == [False, False, True, False, False]
    said = SHOP.replace("lapse_after: 14 days}", "lapse_after: 14 days, goal_advances: false}")
    assert not any(stage.goal_advances for stage in read_journey(said).stages)
    aimless = "stages: {decision: {enter: \"event = 'a'\", lapse_after: 1 day}}"
    assert not read_journey(aimless).stages[0].goal_advances


def test_a_touchpoint_without_a_rule_is_all_of_its_channel():
    checkout, parcel, store, help_desk, faq = read_journey(SHOP).touchpoints
    assert (checkout.label, checkout.stage, checkout.channel, checkout.by) == (
        "Checkout",
        "decision",
        "web",
        None,
    )
    assert (parcel.by, parcel.backstage) == (By.BUSINESS, "The depot packs.")
    assert store.when == parse_rule("channel = 'store'")
    assert (help_desk.label, help_desk.support) == ("Help desk", True)
    assert faq.when == parse_rule("event = 'FAQ Viewed'")


def test_promises_segments_personas_and_the_rest():
    shop = read_journey(SHOP)
    assert shop.promises[0].within == timedelta(days=9)
    assert shop.promises[0].opens == parse_rule("event = 'Order Completed'")
    assert [segment.label for segment in shop.segments] == ["Mobile", "Fans"]
    assert shop.personas[1].segment == shop.segments[1].rule
    assert shop.voided_by[0].event == parse_rule("event = 'Order Cancelled'")
    assert shop.active_while is not None
    assert shop.active_while.start == parse_rule("event = 'Subscription Started'")
    assert [one.kind for one in shop.identity.identifiers] == ["user_id", "email", "anonymous_id"]
    assert shop.identity.identifiers[1].model_dump(exclude_unset=True) == {
        "kind": "email", "known": True, "blocked": ("a@b.c", "/^test/"),
    }  # fmt: skip


@pytest.mark.parametrize("nothing", ["none", "null", ""])
def test_a_bound_can_be_lifted_and_that_is_another_definition_than_leaving_it_out(nothing: str) -> None:
    lifted = read_journey(SHOP.replace("limit: 1}", f"limit: {nothing}, shared_after: {nothing}}}"))
    left_out = read_journey(SHOP.replace("known: true, limit: 1}", "known: true}"))
    assert lifted.identity.identifiers[0].model_dump(exclude_unset=True) == {
        "kind": "user_id", "known": True, "limit": None, "shared_after": None,
    }  # fmt: skip
    assert lifted.version not in (left_out.version, read_journey(SHOP).version)


def test_what_people_wrote_keeps_its_author_and_its_line():
    written = read_journey(SHOP).written
    assert [(w.lane, w.stage, w.text, w.by, w.line) for w in written] == [
        ("motivations", None, ("A gift that arrives in time",), "", 35),
        ("motivations", "awareness", ("Sees it at a friend's",), "", 36),
        ("motivations", "awareness", ("Reads of it",), "Ana", 36),
        ("owners", "decision", ("Web team",), "", 38),
    ]


def test_the_map_file_adds_to_what_the_journey_says(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_text(SHOP)
    (tmp_path / "map.yaml").write_text("thoughts:\n  awareness: Is it any good?  # guess: from one review\n")
    shop = read_journey(tmp_path / "journey.yaml", tmp_path / "map.yaml")
    assert (shop.written[-1].lane, shop.written[-1].text) == ("thoughts", ("Is it any good?",))
    assert [guess.rsplit("/", 1)[-1] for guess in shop.guesses] == [
        "journey.yaml:38: nobody said so", "map.yaml:2: from one review",
    ]  # fmt: skip


def test_guesses_are_comments_and_nothing_else():
    text = 'a: "b # guess: no"\n# guess: yes\nc: |\n  # guess: no\nd: x # guess: also\ne: x#guess:no\n'
    assert read_document(text, "f").guesses() == ("f:2: yes", "f:5: also")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("label: Comes back", "label: Stays", True),
        ("Web team", "Shop team", True),
        ("backstage: The depot packs.", "about: x", True),
        ("journey: Sample shop", "journey: Another", True),
        ("channel in ('ads', 'search')", "channel  IN ('ads','search')", True),
        ("lapse_after: 30 days", "lapse_after: 31 days", False),
        ("channel in ('ads', 'search')", "channel in ('ads')", False),
        ("goal: repeat", "goal: \"event = 'x'\"", False),
        ("by: business", "by: machine", False),
        (">= 3", ">= 4", False),
        ("time_zone: Australia/Sydney", "time_zone: Australia/Perth", False),
        ("limit: 1", "limit: 2", False),
        ("within: 1 week 2 days", "within: 1 week", False),
    ],
)
def test_the_version_changes_with_what_changes_a_number(old: str, new: str, same: bool) -> None:
    changed = SHOP.replace(old, new)
    assert changed != SHOP
    assert (read_journey(changed).version == read_journey(SHOP).version) is same


def test_scalars_are_what_they_look_like():
    text = "a: NO\nb: 007\nc: 12:30\nd: 2026-11-20\ne: ~\nf:\ng: null\nh: 'null'\ni: 1e3\nj: [yes, 0x1f]\n"
    assert read_document(text).value == {
        "a": "NO", "b": "007", "c": "12:30", "d": "2026-11-20", "e": None, "f": None, "g": None, "h": "null",
        "i": "1e3", "j": ["yes", "0x1f"],
    }  # fmt: skip


def test_an_alias_stands_for_what_it_names():
    assert read_document("a: &a {b: [c]}\nd: *a\n").value == {"a": {"b": ["c"]}, "d": {"b": ["c"]}}


# ---- sources -------------------------------------------------------------------------------------------

EXPORTS = """
sources:
  web:
    files: [exports/web-*.csv.gz, "${DATA}/more.csv"]
    zone: Australia/Sydney
    time: {column: ts, format: "%d/%m/%Y %H:%M"}
    key: event_id
    by: {column: actor, map: {staff: business, bot: machine}}
    channel: {sql: "coalesce(lower(utm_medium), 'direct')"}
    event: {column: type, map: {purchase: Order Completed}}
    identifiers: {anonymous_id: anon, email: mail}
    value: total
    currency: AUD
    properties: {product: sku}
    traits: [device]
    where: "status <> 'test'"
    score: {column: stars, kind: nps}
    complete_until: 2026-11-20
  orders:
    query: "select * from '${DATA}/orders.csv'"
    identifiers: [customer_id]
    delimiter: tab
    properties: rest
    events:
      - {event: Order Completed, time: created_at, when: "created_at is not null", value: total}
      - {event: Order Delivered, time: delivered_at, by: business}   # guess: nobody orders a parcel
    complete_until: now
metrics:
  ads: {files: ads.csv, day: date, channel: ads, campaign: {column: c}, spend: {column: cost}, currency: AUD}
"""


def exports(text: str = EXPORTS, zone: str | None = None) -> Sources:
    return read_sources(text, {"DATA": "/data"}, zone=zone)


def test_sources_come_out_as_they_are_written():
    web, orders = exports().sources
    assert web.reading.files == ("exports/web-*.csv.gz", "/data/more.csv")
    assert web.key == ("event_id",)
    assert web.common.event == Field(column="type", map={"purchase": "Order Completed"})
    assert web.common.currency == Field(value="AUD")
    assert web.common.value == Field(column="total")
    assert web.common.traits == {"device": Field(column="device")}
    assert web.common.channel is not None and web.common.channel.sql is not None
    assert web.common.score is not None
    assert (web.common.score.low, web.common.score.high) == (0, 10)
    assert orders.reading.query == "select * from '/data/orders.csv'"
    assert orders.reading.delimiter == "\t"
    assert orders.common.identifiers == {"customer_id": Field(column="customer_id")}
    assert list(orders.common.properties) == [REST]
    assert [one.event for one in orders.events] == [
        Field(value="Order Completed"),
        Field(value="Order Delivered"),
    ]
    assert orders.complete_until == "now"
    ads = exports().metrics[0]
    assert (ads.channel, ads.campaign, ads.day.column) == (Field(value="ads"), Field(column="c"), "date")
    assert exports().guesses == ("sources.yaml:26: nobody orders a parcel",)


@pytest.mark.parametrize(
    ("said", "zone", "instant"),
    [
        ("2026-11-20", "UTC", datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("2026-11-20 18:00", "UTC", datetime(2026, 11, 20, 18, tzinfo=UTC)),
        ("2026-11-20T18:00+02:00", "Asia/Tokyo", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("2026-11-20 18:00", "Asia/Tokyo", datetime(2026, 11, 20, 9, tzinfo=UTC)),
    ],
)
def test_a_day_is_complete_until_its_end_and_a_time_is_the_sources_own(
    said: str, zone: str, instant: datetime
) -> None:
    text = EXPORTS.replace("complete_until: now", f"complete_until: {said}")
    until = exports(text, zone).sources[1].complete_until
    assert isinstance(until, datetime)
    assert until.astimezone(UTC) == instant


def test_the_sources_own_zone_wins():
    until = exports(zone="UTC").sources[0].complete_until
    assert isinstance(until, datetime)
    assert until.astimezone(UTC) == datetime(2026, 11, 20, 12, 59, 59, 999_999, tzinfo=UTC)


def test_the_version_of_sources_changes_with_what_changes_an_event():
    assert exports(EXPORTS.replace("# guess", "# Guess")).version == exports().version
    assert exports("# one more line\n" + EXPORTS).version == exports().version
    assert exports(EXPORTS.replace("value: total", "value: net")).version != exports().version


def test_relative_files_start_where_the_file_stands(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(
        "sources: {a: {files: a.csv, time: at, event: A, identifiers: [id]}}"
    )
    assert read_sources(tmp_path / "sources.yaml", {}).folder == str(tmp_path)


@pytest.mark.parametrize(
    "name", ["a.CSV", "a.tsv.gz", "a.jsonl", "a.ndjson.zip", "x/*.parquet", "a.zip", "data/2026-*"]
)
def test_the_kind_of_a_file_is_in_its_name(name: str) -> None:
    assert exports(f"sources: {{a: {{files: '{name}', time: at, event: A, identifiers: [id]}}}}").sources[
        0
    ].reading.files == (name,)


def test_the_shapes_can_be_made_without_a_file():
    stage = Stage(id="decision", label="Decision", enter="event = 'a'", lapse_after="3 days")  # type: ignore[arg-type]
    journey = Journey(title="X", stages=(stage,))
    assert journey.stages[0].lapse_after == timedelta(days=3)
    one = EventFrom(event="Order Completed", time="at")  # type: ignore[arg-type]
    assert one.event == Field(value="Order Completed")
    assert Source.model_fields["most_bad"].default == 0.5


# ---- money and zones -----------------------------------------------------------------------------------


def test_currencies_have_their_decimals():
    assert [exponent(code) for code in ("EUR", "jpy", "KWD", "CLF", None)] == [2, 0, 3, 4, 2]
    with pytest.raises(KeyError):
        exponent("EURO")
    assert len(EXPONENTS) > 160


def test_a_zone_is_found_by_its_city():
    assert zone_problem("Europe/Berlin") is None
    assert zone_problem("Sydney") == 'Did you mean "Australia/Sydney"?'
    assert zone_problem("New York") == 'Did you mean "America/New_York"?'
    for odd in ("", "/etc/passwd", "../UTC", "Europe", "\x00"):
        assert zone_problem(odd)


def test_a_variable_in_braces_is_filled_in_and_one_without_is_text():
    text = "sources: {a: {files: '$DATA/a.csv', time: at, event: A, identifiers: [id]}}"
    assert exports(text).sources[0].reading.files == ("$DATA/a.csv",)
    with pytest.raises(DefinitionError, match="is not set"):
        exports("sources: {a: {files: '${}/a.csv', time: at, event: A, identifiers: [id]}}")
