"""`rates:` of journey.yaml: what may be said, and what an amount is then worth, judged by exact decimals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.core.errors import DefinitionError
from desirepath.core.money import EXPONENTS
from desirepath.journey.definition import Journey
from desirepath.journey.money import Rate, minor_units_sql, worth_sql
from desirepath.journey.read import read_journey

STAGES = "stages:\n  decision: {enter: \"event = 'Order Completed'\", lapse_after: 14 days}\n"


def journey(text: str) -> Journey:
    return read_journey(f"journey: A shop\n{text}\n{STAGES}")


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        journey(text)
    return [str(one) for one in caught.value.problems]


def test_a_rate_holds_always_or_from_each_day_on() -> None:
    read = journey("currency: eur\nrates:\n  usd: 0.92\n  AUD: {2025-01-01: 0.61, 2025-07-01: 0.58}")
    assert [(r.currency, r.since, r.worth) for r in read.rates] == [
        ("USD", None, Decimal("0.92")),
        ("AUD", date(2025, 1, 1), Decimal("0.61")),
        ("AUD", date(2025, 7, 1), Decimal("0.58")),
    ]


def test_another_rate_makes_another_version() -> None:
    first, second = (journey(f"currency: EUR\nrates: {{USD: {worth}}}") for worth in ("0.92", "0.93"))
    assert first.version != second.version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rates: {USD: 0.92}", "without the journey's own currency"),
        ("currency: EUR\nrates: {UDS: 0.92}", 'unknown currency "UDS"'),
        ("currency: EUR\nrates: {EUR: 1}", "EUR is the journey's own currency"),
        ("currency: EUR\nrates: {USD: 0}", '"0" is no rate'),
        ("currency: EUR\nrates: {USD: -1}", '"-1" is no rate'),
        ("currency: EUR\nrates: {USD: .nan}", '".nan" is no rate'),
        ("currency: EUR\nrates: {USD: a lot}", '"a lot" is no rate'),
        ("currency: EUR\nrates: {USD: {}}", "USD has no rate"),
        ("currency: EUR\nrates: {USD: {July: 0.9}}", '"July" is no day'),
        ("currency: EUR\nrates: {USD: 1e12}", "too far from 1"),
        ("currency: EUR\nrates: [USD]", 'must be entries of the form "name: …"'),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    (problem,) = problems(text)
    assert said in problem
    line = 2 if text.startswith("rates") else 3
    assert problem.startswith(f"journey.yaml:{line}:")


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
CODES = ("EUR", "USD", "JPY", "KWD", "CLF")
RATES = st.dictionaries(
    st.sampled_from(CODES),
    st.dictionaries(st.none() | DAYS, st.decimals("0.001", "2000", places=6), min_size=1, max_size=3),
)


def worth_twin(
    amount: int, code: str, moment: datetime, own: str, rates: list[Rate], zone: str
) -> int | None:
    if code == own:
        return amount
    day = moment.astimezone(ZoneInfo(zone)).date()
    holding = [r for r in rates if r.currency == code and (r.since or date.min) <= day]
    if not holding:
        return None
    worth = max(holding, key=lambda r: r.since or date.min).worth
    exact = Decimal(amount).scaleb(-EXPONENTS[code]) * worth
    return int(exact.scaleb(EXPONENTS[own]).quantize(Decimal(1), ROUND_HALF_UP))


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(CODES),
    st.datetimes(datetime(2019, 1, 1), datetime(2031, 1, 1)),
    st.sampled_from(CODES),
    RATES,
    st.sampled_from(("UTC", "Australia/Sydney", "America/New_York")),
)
def test_an_amount_is_worth_what_exact_decimals_say(
    amount: int, code: str, at: datetime, own: str, declared: dict[str, dict[date | None, Decimal]], zone: str
) -> None:
    rates = [
        Rate(currency=c, since=d, worth=w) for c, by in declared.items() if c != own for d, w in by.items()
    ]
    moment = at.replace(tzinfo=UTC)
    sql = worth_sql("v", "c", "t", own=own, rates=rates, zone=zone)
    asked = f"SELECT {sql} FROM (SELECT ?::BIGINT AS v, ? AS c, ?::TIMESTAMP AS t)"
    (found,) = duckdb.execute(asked, [amount, code, at]).fetchone() or (None,)
    assert found == worth_twin(amount, code, moment, own, rates, zone)


def test_the_day_of_a_rate_begins_where_the_journey_is() -> None:
    rates = [Rate(currency="USD", since=date(2025, 7, 1), worth=Decimal("1.5"))]
    begins = datetime(2025, 6, 30, 14)  # midnight in Sydney
    sql = worth_sql("100", "'USD'", "t", own="AUD", rates=rates, zone="Australia/Sydney")
    for at, worth in ((begins - timedelta(seconds=1), None), (begins, 150)):
        assert duckdb.execute(f"SELECT {sql} FROM (SELECT ?::TIMESTAMP AS t)", [at]).fetchone() == (worth,)


def test_an_amount_too_large_to_hold_is_worth_nothing_that_can_be_said() -> None:
    rates = [Rate(currency="USD", worth=Decimal(900_000))]
    sql = worth_sql("9223372036854775807", "'USD'", "now()", own="EUR", rates=rates, zone="UTC")
    assert duckdb.execute(f"SELECT {sql}").fetchone() == (None,)


@pytest.mark.parametrize(("code", "units"), [("EUR", 100), ("JPY", 1), ("KWD", 1000), ("CLF", 10_000)])
def test_each_currency_has_its_own_minor_units(code: str, units: int) -> None:
    assert duckdb.execute(f"SELECT {minor_units_sql('?')}", [code] * 3).fetchone() == (units,)
