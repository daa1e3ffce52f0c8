"""`rates:` of journey.yaml → Rates, with every mistake at its line.

currency: EUR
rates:
  USD: 0.92                                      # one dollar is worth 0.92 euro, always
  AUD: {2025-01-01: 0.61, 2025-07-01: 0.58}      # … from that day on, in the journey's time zone
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from desirepath.core.definition import Definition
from desirepath.core.money import EXPONENTS, unknown_currency
from desirepath.core.yaml_lines import Where
from desirepath.journey.money import DECIMALS, MOST, Rate, between_minor_units

SECTION = "rates"


def read_rates(reader: Definition, raw: object, own: object) -> tuple[Rate, ...]:
    """own: what the file says for `currency`. Refuses what cannot be meant; rates in the order of the file."""
    entries = reader.mapping(raw, (SECTION,))
    if entries and not isinstance(own, str):
        hint = "Write currency: EUR above, in the three letters of the currency that sums are in."
        reader.refuse((SECTION,), "rates say nothing without the journey's own currency", hint)
        return ()
    return tuple(rate for code, worth in entries.items() for rate in _of_currency(reader, code, worth, own))


def _of_currency(reader: Definition, code: str, raw: object, own: object) -> Iterator[Rate]:
    at: Where = (SECTION, code)
    currency = code.upper()
    if currency not in EXPONENTS:
        reader.refuse(at, *unknown_currency(code))
        return
    if currency == str(own).upper():
        reader.refuse(at, f"{currency} is the journey's own currency", "Its rate is 1: leave this line out.")
        return
    if not isinstance(raw, dict):
        yield from _rate(reader, at, currency, None, raw, own)
        return
    if not raw:
        reader.refuse(at, f"{currency} has no rate", f"For example {currency}: 0.92.")
    for day, worth in raw.items():
        try:
            since = date.fromisoformat(day)
        except ValueError:
            hint = f"Write {currency}: {{2025-01-01: 0.92, 2025-07-01: 0.9}}: the rate from each day on."
            reader.refuse((*at, day), f'"{day}" is no day', hint)
            continue
        yield from _rate(reader, (*at, day), currency, since, worth, own)


def _rate(
    reader: Definition, at: Where, currency: str, since: date | None, raw: object, own: object
) -> Iterator[Rate]:
    try:
        worth = Decimal(str(raw))
    except InvalidOperation:
        worth = Decimal("NaN")
    if not worth.is_finite() or worth <= 0:
        hint = f"Write how many {str(own).upper()} one {currency} is worth, such as 0.92."
        reader.refuse(at, f'"{raw}" is no rate', hint)
        return
    rate = Rate(currency=currency, since=since, worth=worth)
    if str(own).upper() not in EXPONENTS:
        return  # said at `currency` already
    factor = between_minor_units(rate, str(own).upper())
    if not Decimal(1).scaleb(3 - DECIMALS) <= factor < MOST:
        reader.refuse(at, f"{worth} is too far from 1 for a rate", "Is it the other way round?")
        return
    yield rate
