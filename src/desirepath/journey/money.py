"""What is an amount in another currency worth in the journey's? By the rates that journey.yaml declares.

In: an amount in minor units, its currency and its instant, as SQL. Out: SQL of minor units of the journey's
currency, NULL where no rate says what it is worth: an amount without a rate is left out and counted, never
added as if it were the journey's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from desirepath.collect.expression import quote_text
from desirepath.core.money import EXPONENTS, exponent

# Of a rate between minor units. With an amount of 19 digits the product is DuckDB's widest decimal: exact.
DIGITS, DECIMALS = 18, 12
MOST = 10 ** (DIGITS - DECIMALS)


class Rate(BaseModel):
    """One unit of `currency` is worth `worth` units of the journey's, from the day `since` on (None: always)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str
    since: date | None = None
    worth: Decimal


def between_minor_units(rate: Rate, own: str) -> Decimal:
    """How many minor units of `own` one minor unit of the rate's currency is worth."""
    return rate.worth.scaleb(exponent(own) - exponent(rate.currency))


def worth_sql(
    value: str, code: str, moment: str, *, own: str | None, rates: Iterable[Rate], zone: str
) -> str:
    """Minor units of `own`, half away from zero; NULL where nothing says what the amount is worth.

    value, code, moment: SQL of the amount (BIGINT minor units), its currency, and its instant (TIMESTAMP, UTC).
    own: None where events have one currency at most and the journey names none: amounts stand as they are.
    """
    if own is None:
        return value
    cases = [f"WHEN {quote_text(own)} THEN {value}"]
    for currency, dated in groupby(sorted(rates, key=_place), key=lambda rate: rate.currency):
        factor = _factor_sql(list(dated), moment, own, zone)
        exact = f"round(CAST({value} AS DECIMAL(19, 0)) * {factor})"
        cases.append(f"WHEN {quote_text(currency)} THEN TRY_CAST({exact} AS BIGINT)")
    return f"(CASE {code} {' '.join(cases)} END)"


def _place(rate: Rate) -> tuple[str, date]:
    return rate.currency, rate.since or date.min


def _factor_sql(dated: list[Rate], moment: str, own: str, zone: str) -> str:
    """The rate in force at `moment`; NULL before the first."""
    whens = []
    for rate in reversed(dated):  # the latest first
        factor = f"CAST('{between_minor_units(rate, own):f}' AS DECIMAL({DIGITS}, {DECIMALS}))"
        if rate.since is None:
            whens.append(f"ELSE {factor}")
        else:
            start = datetime.combine(rate.since, time(), ZoneInfo(zone)).astimezone(UTC)
            whens.append(f"WHEN {moment} >= TIMESTAMP '{start:%Y-%m-%d %H:%M:%S}' THEN {factor}")
    if whens[0].startswith("ELSE"):
        return whens[0].removeprefix("ELSE ")
    return f"(CASE {' '.join(whens)} END)"


def minor_units_sql(code: str) -> str:
    """How many minor units make one unit of the currency, as SQL of a decimal; of an unknown one, 100."""
    usual = exponent(None)
    whens = []
    for digits in sorted(set(EXPONENTS.values()) - {usual}):
        named = ", ".join(quote_text(one) for one, places in EXPONENTS.items() if places == digits)
        whens.append(f"WHEN {code} IN ({named}) THEN {10**digits}.0")
    return f"(CASE {' '.join(whens)} ELSE {10**usual}.0 END)"
