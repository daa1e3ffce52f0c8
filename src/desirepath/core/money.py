"""Currencies, and how many decimals each has: amounts are whole minor units inside (cents, yen, fils).

The codes are those in use of ISO 4217.
"""

from __future__ import annotations

from desirepath.core.errors import nearest

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG
YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"

EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}


def exponent(code: str | None) -> int:
    """Decimals between a currency's major and minor unit; 2 where no currency is named.

    Raises KeyError for a code that is none.
    """
    return 2 if code is None else EXPONENTS[code.upper()]


def unknown_currency(code: str, more: str = "") -> tuple[str, str]:
    """What to say of a code that is none: message and hint."""
    # Codes begin with their country's letters, so a near one shares those.
    alike = [one for one in EXPONENTS if one[:2] == code.upper()[:2]] or EXPONENTS
    close = nearest(code.upper(), alike).partition("?")
    hint = f"{close[0]}?" if close[1] else 'Write its three letters: "EUR".'
    return f'unknown currency "{code}"', f"{hint} {more}".strip()
