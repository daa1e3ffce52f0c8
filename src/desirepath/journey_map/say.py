"""Numbers in words: 39.3 %, −23 points, 3.2 days, AUD 1,240, and why there is none.

As many digits are shown as the interval is worth: where it is wide, decimals would pretend.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.core.money import EXPONENTS
from desirepath.core.times import AT_ONCE, FOREVER, NEVER, SECOND, from_us
from desirepath.journey_map.document import Cell, MapDocument, Scalar, Unit, Value

NBSP = "\xa0"
MINUS = "\u2212"
FLAG = "\u2691"  # before a written text of which the data say otherwise

_REASONS = {
    "too_few": "too few",
    "no_data": "no data",
    "not_reached": "fewer than that got there",
    "not_known_yet": "not known yet",
    "no_variation": "nothing to compare",
}


def count(number: float) -> str:
    """48,210."""
    return f"{number:,.0f}".replace("-", MINUS)


def compact(number: float) -> str:
    """48.2k, for where space is short."""
    for size, sign in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{sign}".replace("-", MINUS)
    return f"{number:.3g}".replace("-", MINUS)


def decimals(low: float, high: float, most: int = 1) -> int:
    """How many decimals an interval of that width (on the scale shown) is worth."""
    width = abs(high - low)
    if width >= 4:
        return 0
    return 1 if width >= 0.2 or most < 2 else 2


def signed(number: float, digits: int = 0) -> str:
    """+12, −23, 0: with a true minus."""
    text = f"{number:+,.{digits}f}".replace("-", MINUS)
    return text[1:] if float(f"{number:.{digits}f}") == 0 else text


def duration(us: float) -> str:
    """3.2 days, 26 min, 48 s, 1 hour."""
    seconds = us / SECOND
    sign = MINUS if seconds < 0 else ""
    seconds = abs(seconds)
    for size, name, plural in ((86400, "day", "days"), (3600, "hour", "hours"), (60, "min", "min")):
        if seconds >= size * (2 if size == 86400 else 1) or (size == 86400 and seconds == 86400):
            amount = f"{seconds / size:.1f}" if seconds / size < 10 else f"{seconds / size:,.0f}"
            amount = amount.removesuffix(".0")
            return f"{sign}{amount}{NBSP}{name if amount == '1' else plural}"
    return f"{sign}{seconds:.2g}{NBSP}s" if seconds < 10 else f"{sign}{seconds:.0f}{NBSP}s"


def money(minor: float, currency: str | None, short: bool = False) -> str:
    """AUD 1,240 or AUD 12.40, from minor units."""
    exponent = EXPONENTS.get(currency or "", 2)
    major = minor / 10**exponent
    if short and abs(major) >= 10_000:
        text = compact(major)
    else:
        text = f"{major:,.{exponent if abs(major) < 1000 else 0}f}".replace("-", MINUS)
    return f"{currency}{NBSP}{text}" if currency else text


def day(instant: int | None, zone: str) -> str:
    """20 Nov 2026, in the journey's time zone; '' where there is none."""
    if instant is None or instant in (NEVER, FOREVER):
        return ""
    local = from_us(instant, zone)
    return f"{local.day}{NBSP}{local:%b}{NBSP}{local.year}"


def moment(instant: int | None, zone: str) -> str:
    """20 Nov 2026, 14:05."""
    if instant is None or instant in (NEVER, FOREVER):
        return ""
    return f"{day(instant, zone)}, {from_us(instant, zone):%H:%M}"


def period(document: MapDocument) -> str:
    """When the visits were entered: 'all time', 'entered 1 Jan 2026 – 31 Mar 2026', both days in it."""
    start = day(document.since, document.time_zone)
    # The end is the first instant that is not in it; people name the last day that is.
    end = day(None if document.until is None else document.until - 1, document.time_zone)
    if start and end:
        return f"entered {start} – {end}"
    return f"entered since {start}" if start else f"entered until {end}" if end else "all time"


def missing(none: NoEstimate) -> str:
    """Why there is no number: 'too few (n 11 of 20)'."""
    words = _REASONS.get(none.reason, none.reason.replace("_", " "))
    if none.reason == "too_few":
        return f"too few (n{NBSP}{count(none.n)} of {count(none.needed)})" if none.needed else words
    if none.reason == "not_reached":
        return words
    return none.detail or words


def number(amount: float, unit: Unit, currency: str | None = None, digits: int | None = None) -> str:
    """One amount in its unit. `digits`: decimals on the scale shown, where the unit leaves a choice."""
    if unit is Unit.SHARE:
        return f"{amount * 100:.{1 if digits is None else digits}f}{NBSP}%".replace("-", MINUS)
    if unit is Unit.POINTS:
        text = signed(amount * 100, digits or 0)
        return f"{text}{NBSP}{'point' if text in ('+1', MINUS + '1') else 'points'}"
    if unit is Unit.DURATION:
        return duration(amount)
    if unit is Unit.MONEY:
        return money(amount, currency)
    if unit is Unit.EMOTION:
        return signed(amount, 1 if digits is None else digits)
    if unit is Unit.SCORE:
        return signed(amount, digits or 0)
    if unit is Unit.TIMES:
        return f"{amount:.{1 if digits is None else digits}f}"
    if unit is Unit.COUNT:
        return count(amount)
    return f"{amount:.3g}".replace("-", MINUS)


_SCALE = {Unit.SHARE: 100.0, Unit.POINTS: 100.0}


def _digits(estimate: Estimate, unit: Unit) -> int | None:
    if unit in (Unit.SHARE, Unit.POINTS):
        return decimals(estimate.low * 100, estimate.high * 100)
    return None


def _span_digits(estimate: Estimate, unit: Unit) -> int | None:
    """A narrow interval needs one digit more, so that its ends and the value between them can be told apart."""
    if unit in (Unit.EMOTION, Unit.TIMES) and estimate.high - estimate.low < 0.2:
        return 2
    return _digits(estimate, unit)


def value(one: Value, currency: str | None = None) -> str:
    """The number of a value, or why there is none."""
    if isinstance(one.measured, NoEstimate):
        return missing(one.measured)
    if isinstance(one.measured, int):
        return number(one.measured, one.unit, currency)
    if one.unit is Unit.DURATION and at_once(one.measured):
        return AT_ONCE
    return number(one.measured.value, one.unit, currency, _span_digits(one.measured, one.unit))


def at_once(measured: Measured) -> bool:
    """Whether a time was measured and is none: not '0 s', which reads as a fault. A difference may be below zero."""
    return isinstance(measured, Estimate) and measured.value == 0 and measured.low >= 0


def apart(measured: Measured, unit: Unit, currency: str | None = None) -> str:
    """A difference of two numbers, or why there is none. Of two times that are the same it is 0 s, not 'at once'."""
    if isinstance(measured, Estimate) and unit is Unit.DURATION:
        return duration(measured.value)
    return of(measured, unit, currency)


def interval(one: Value, currency: str | None = None) -> str:
    """38.9–39.7 %, or '' where there is none."""
    if not isinstance(one.measured, Estimate):
        return ""
    return span(one.measured, one.unit, currency)


def span(estimate: Measured, unit: Unit, currency: str | None = None) -> str:
    """The interval in words, its unit once; '' where there is none. A dash between signs would mislead."""
    if not isinstance(estimate, Estimate):
        return ""
    digits = _span_digits(estimate, unit)
    if not (isfinite(estimate.low) and isfinite(estimate.high)):
        return _open(estimate, unit, currency, digits)
    low, high = (number(end, unit, currency, digits) for end in (estimate.low, estimate.high))
    if unit in (Unit.SHARE, Unit.POINTS) or (
        unit is Unit.DURATION and low.split(NBSP)[1:] == high.split(NBSP)[1:]
    ):
        low = low.split(NBSP)[0]
    elif unit is Unit.MONEY and currency:
        high = high.split(NBSP, 1)[-1]
    dash = "–" if not {low[:1], high[:1]} & {"+", MINUS} else " … "
    return f"{low}{dash}{high}"


def _open(estimate: Estimate, unit: Unit, currency: str | None, digits: int | None) -> str:
    """An interval without an end: 'from 9 days'."""
    if isfinite(estimate.low):
        return f"from {number(estimate.low, unit, currency, digits)}"
    if isfinite(estimate.high):
        return f"up to {number(estimate.high, unit, currency, digits)}"
    return "no bounds"


def of(measured: Measured, unit: Unit, currency: str | None = None) -> str:
    """A measured number without its interval, or why there is none."""
    return value(Value("", "", unit, measured), currency)


def scalar(amount: Scalar, unit: Unit, document: MapDocument) -> str:
    """One field of an exhibit's table."""
    if amount is None or (isinstance(amount, float) and not isfinite(amount)):
        return "–"
    if isinstance(amount, str):
        return amount
    if unit is Unit.INSTANT:
        return moment(int(amount), document.time_zone)
    if unit is Unit.DURATION and amount == 0:
        return AT_ONCE
    return number(amount, unit, document.currency)


def sentence(one: Value, document: MapDocument) -> str:
    """'39.3 % (38.9–39.7 %, n 31,204)': for exports that are only words."""
    text = value(one, document.currency)
    if isinstance(one.measured, Estimate):
        return f"{text} ({interval(one, document.currency)}, n{NBSP}{count(one.measured.n)})"
    return text


def detail(cell: Cell) -> str:
    """What stands below a cell's words: its own second line, and what the data say of a claim."""
    return "; ".join(part for part in (cell.detail, cell.check.said if cell.check else "") if part)


def drift(document: MapDocument) -> str:
    """'Of 3 written claims the data say otherwise.'; '' where of none."""
    count = len(document.drifting())
    if not count:
        return ""
    return f"Of {count} {'thing' if count == 1 else 'things'} written on this map the data say otherwise."


def why_none(cells: Iterable[Cell], currency: str | None) -> list[str]:
    """The cells whose first number is missing, gathered under the reason: 'No data: won back, at stake'."""
    reasons: dict[str, list[str]] = {}
    for cell in cells:
        if cell.values and not cell.values[0].known:
            reasons.setdefault(value(cell.values[0], currency), []).append(cell.title)
    return [f"{reason[:1].upper()}{reason[1:]}: {', '.join(titles)}" for reason, titles in reasons.items()]
