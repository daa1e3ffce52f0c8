"""Which values does a rule ask for, and which value that exists was meant?

In: a parsed rule; the values that events really have. Out: pairs of column and value; the nearest real one. A rule
that asks for a name that never comes is false, and silently so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from desirepath.collect.expression import Column, Rule

_ASKED = re.compile(r" (?:= |IN \()((?:'(?:[^']|'')*'(?:, )?)+)")
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_CLOSE = 0.72  # of difflib: one letter in four may differ


def asked_values(rule: Rule) -> tuple[tuple[Column, str], ...]:
    """The values that a rule asks a column for by = or IN, count(…)s included, in the order of the text.

    >>> from desirepath.collect.expression import parse_rule
    >>> asked_values(parse_rule("channel in ('ads', 'social')"))[1]
    (Column(group='', name='channel', kind='text'), 'social')
    """
    return tuple(dict.fromkeys(_asked(rule)))


def _asked(rule: Rule) -> Iterator[tuple[Column, str]]:
    for before, after in zip(rule.pieces, rule.pieces[1:], strict=False):
        if isinstance(before, Column) and isinstance(after, str) and (found := _ASKED.match(after)):
            yield from ((before, one.replace("''", "'")) for one in _LITERAL.findall(found[1]))
    for _, inner in rule.aggregates:
        yield from _asked(inner)


def columns_of(rule: Rule) -> frozenset[Column]:
    """Every column that a rule reads, those of count(…) and ever(…) included."""
    inner = (columns_of(one) for _, one in rule.aggregates)
    return rule.columns.union(*inner)


def meant(value: str, known: Iterable[str]) -> str | None:
    """The real value that is likeliest meant: alike but for case and signs, else the nearest; None if none is near."""
    names = [name for name in known if name != value]
    plain = _plain(value)
    same = [name for name in names if _plain(name) == plain]
    if same:
        return same[0]
    by_plain = {_plain(name): name for name in reversed(names)}
    close = difflib.get_close_matches(plain, by_plain, n=1, cutoff=_CLOSE)
    return by_plain[close[0]] if close else None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def rewritten(text: str, wrong: str, right: str) -> str:
    """A rule's text with one value replaced by another."""
    quoted = [one.replace("'", "''") for one in (wrong, right)]
    return text.replace(f"'{quoted[0]}'", f"'{quoted[1]}'")


def nearest_names(value: str, known: Sequence[str], most: int = 5) -> str:
    """What to tell of the names that exist: the nearest, or the commonest (`known` in that order)."""
    close = meant(value, known)
    listing = ", ".join(f"'{name}'" for name in known[:most])
    more = f" and {len(known) - most:,} more" if len(known) > most else ""
    if close is not None:
        return f"did you mean '{close}'?"
    return f"there are {listing}{more}" if known else "there are none"
