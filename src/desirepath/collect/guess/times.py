"""How is a column of times written? Candidates from its values; the choice once each has been tried.

In: sample values. Out: the ways of writing that most of them fit, as strptime formats; `choose` then takes
what each reads of the whole column. Day and month are told apart by numbers above 12; where none is, by
which reading gives the shorter span: a short export is likelier than one that jumps through the year.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desirepath.collect.guess.words import TIME

MOST = 0.9  # a way of writing must fit this share of the values
EPOCHS = {"epoch_s": (9, 10, 1), "epoch_ms": (12, 13, 1_000), "epoch_us": (15, 16, 1_000_000)}
_SOON, _LATE = 631_152_000, 2_208_988_800  # 1990 and 2040: a number outside is hardly a time

_DATES = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", "%d.%m.%y"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "%m/%d/%Y"),
    (r"\d{1,2}/\d{1,2}/\d{2}", "%d/%m/%y"),
    (r"\d{1,2}/\d{1,2}/\d{2}", "%m/%d/%y"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "%m-%d-%Y"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
    (r"\d{1,2} [A-Za-z]{3} \d{4}", "%d %b %Y"),
    (r"\d{1,2} [A-Za-z]{4,9} \d{4}", "%d %B %Y"),
    (r"[A-Za-z]{3} \d{1,2}, \d{4}", "%b %d, %Y"),
    (r"[A-Za-z]{4,9} \d{1,2}, \d{4}", "%B %d, %Y"),
    (r"[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4}", "%a, %d %b %Y"),
    (r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", "%Y%m%d"),
)
_CLOCKS = (
    (r"\d{1,2}:\d{2}", "%H:%M"),
    (r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"\d{1,2}:\d{2}:\d{2}\.\d{1,6}", "%H:%M:%S.%f"),
    (r"\d{1,2}:\d{2} [AaPp][Mm]", "%I:%M %p"),
    (r"\d{1,2}:\d{2}[AaPp][Mm]", "%I:%M%p"),
    (r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]", "%I:%M:%S %p"),
    (r"\d{1,2}:\d{2}:\d{2}[AaPp][Mm]", "%I:%M:%S%p"),
)
_ZONES = (
    (r"", ""),
    (r" [+-]\d{2}:?\d{2}", " %z"),
    (r"[+-]\d{2}:?\d{2}", "%z"),
    (r"Z", "Z"),
    (r" UTC", " UTC"),
)
_WHOLE = (
    (r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d\d:\d\d:\d\d [+-]\d{4} \d{4}", "%a %b %d %H:%M:%S %z %Y"),
    (r"\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}", "%d/%b/%Y:%H:%M:%S %z"),
    (r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[0-2]\d[0-5]\d[0-5]\d", "%Y%m%d%H%M%S"),
)
# What a cast understands without being told a format; a space before the offset it does not.
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<clock>[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?P<zone>Z| UTC|[+-]\d{2}(?::?\d{2})?)?)?"
)
_DIGIT = re.compile(r"\d")
_MIDNIGHT = re.compile(r"(?:[T ,]0{1,2}:00(?::00(?:\.0+)?)?)(?: ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?$")


@dataclass(frozen=True, slots=True)
class Writing:
    """A way of writing times. `format` None is ISO 8601; else strptime, epoch_s, epoch_ms or epoch_us."""

    format: str | None
    zone: bool = False  # the text says its offset
    date_only: bool = False

    @property
    def epoch(self) -> bool:
        """A number since 1970."""
        return self.format in EPOCHS


@dataclass(frozen=True, slots=True)
class Times:
    """What a writing reads of a whole column; `rival` reads as much with day and month swapped."""

    writing: Writing
    read: int  # values that it reads
    first: datetime
    last: datetime
    rival: Writing | None = None


def _writings(value: str) -> set[Writing]:
    """Every way of writing that one value fits."""
    found = {
        Writing(form, zone="%z" in form, date_only=False)
        for pattern, form in _WHOLE
        if re.fullmatch(pattern, value)
    }
    for date, date_form in _DATES:
        if not (day := re.match(date, value)):
            continue
        rest = value[day.end() :]
        if not rest:
            found.add(Writing(date_form, date_only=True))
        between = next((b for b in (", ", " ", "T") if rest.startswith(b)), None)
        if between is None:
            continue
        rest = rest[len(between) :]
        for clock, clock_form in _CLOCKS:
            for zone, zone_form in _ZONES:
                if re.fullmatch(clock + zone, rest):
                    found.add(Writing(f"{date_form}{between}{clock_form}{zone_form}", zone=bool(zone)))
    return found


def candidates(name_words: Sequence[str], values: Sequence[str]) -> list[Writing]:
    """The ways of writing that at least MOST of the values fit; empty: no times.

    name_words: a bare number is a time only where its column is named like one.
    """
    filled = [v.strip() for v in values if _DIGIT.search(v)]
    if not filled or len(filled) < MOST * len(values):
        return []
    needed = MOST * len(filled)
    iso = [found for v in filled if (found := _ISO.fullmatch(v))]
    if len(iso) >= needed:
        timed = [f for f, v in zip(iso, filled, strict=False) if f["clock"] and not _MIDNIGHT.search(v)]
        return [Writing(None, zone=any(f["zone"] for f in iso), date_only=not timed)]
    if filled[0].replace(".", "", 1).isdigit():
        return _numbers(name_words, filled, needed)
    fitting = Counter(writing for value in filled for writing in _writings(value))
    return sorted((w for w, n in fitting.items() if n >= needed), key=lambda w: w.format or "")


def _numbers(name_words: Sequence[str], values: Sequence[str], needed: float) -> list[Writing]:
    """Days as yyyymmdd and seconds since 1970 look like any number: their column's name has to agree."""
    named = bool(TIME.intersection(name_words))
    for pattern, form in (_WHOLE[2], _DATES[-1]):
        if sum(1 for v in values if re.fullmatch(pattern, v)) >= needed and (named or len(values) >= 20):
            return [Writing(form, date_only=form == "%Y%m%d")]
    for form, (short, long, per_second) in EPOCHS.items():
        whole = [v.split(".")[0] for v in values if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", v)]
        likely = [v for v in whole if short <= len(v) <= long and _SOON <= int(v) / per_second <= _LATE]
        if named and len(likely) >= needed:
            return [Writing(form, zone=True)]
    return []


def choose(tried: Sequence[Times], filled: int) -> Times | None:
    """The reading of a column: the most values, then the shorter span; None where too little is read."""
    good = [one for one in tried if one.read >= MOST * filled and one.read > 0]
    if not good:
        return None
    best = max(good, key=lambda one: (one.read, one.first - one.last))
    equals = [one for one in good if one.read == best.read and one is not best]
    if not equals:
        return best
    span, other = best.last - best.first, equals[0].last - equals[0].first
    # Spans alike say nothing: then the day comes first, as in most of the world, but with a.m. and p.m.
    if other < 2 * span:
        american = "%p" in (best.writing.format or "")
        by_custom = [
            one for one in (best, *equals) if (one.writing.format or "").startswith("%m") == american
        ]
        best = by_custom[0] if by_custom else best
        equals = [one for one in (*good,) if one.read == best.read and one is not best]
    return Times(best.writing, best.read, best.first, best.last, equals[0].writing)
