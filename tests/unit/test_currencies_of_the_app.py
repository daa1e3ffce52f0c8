"""The app divides amounts as the library does: by the decimals of ISO 4217, and not by what a browser believes."""

from __future__ import annotations

import re
from pathlib import Path

from desirepath.core.money import EXPONENTS

PAGE = Path(__file__).parents[2] / "ui" / "src" / "format" / "currency.ts"


def test_every_currency_has_the_same_decimals_in_the_app() -> None:
    told = {
        code: int(digits)
        for digits, codes in re.findall(r'\[(\d), "([A-Z ]+)"\]', PAGE.read_text("utf-8"))
        for code in codes.split()
    }
    assert told == {code: digits for code, digits in EXPONENTS.items() if digits != 2}
