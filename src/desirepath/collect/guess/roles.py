"""Which column says what was paid, where, by whom, and how they felt? Money, channel, by, text, score, traits.

In: the columns of one file that are no times and no identifiers. Out: a Role for each question that a
column answers, with the reason. One question, one column; what came close is named in `also`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desirepath.collect.guess.ids import is_unnamed
from desirepath.collect.guess.shapes import ColumnProfile, Shape
from desirepath.collect.guess.words import (
    BY,
    CHANNEL,
    CURRENCY,
    LOG,
    METRIC,
    MONEY,
    NOT_CHANNEL,
    NOT_MONEY,
    PRIVATE,
    SCORE,
    TEXT,
    THING,
    TRAIT,
    word_set,
    words_of,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A guess for one field: the column, or the literal where `column` is ''. `also`: other columns."""

    column: str
    why: str
    literal: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRole:
    """A column of scores with its scale."""

    column: str
    kind: str
    low: int
    high: int
    why: str


_EVENT_NAMES = {
    "event": 10, "eventname": 10, "ereignis": 10, "evento": 10, "evenement": 10, "gebeurtenis": 10,
    "action": 8, "activity": 8, "aktion": 8, "accion": 8, "aktivitaet": 8, "actividad": 8, "interaction": 8,
    "touchpoint": 8, "concept": 8, "step": 5, "type": 4, "verb": 6, "name": 3, "stage": 3, "status": 2,
}  # fmt: skip
_NOT_EVENT = word_set(
    "id value category label count version properties params url date time timestamp at by of"
)
_BY_WORDS = {
    "customer": word_set(
        "customer client user contact inbound incoming in visitor lead end-user enduser buyer kunde cliente member"
    ),
    "business": word_set(
        "business agent staff outbound outgoing out admin operator company support employee us sales team rep"
    ),
    "machine": word_set("machine system bot automation automatic auto trigger workflow api"),
}
_MONEY_SHAPES = (Shape.NUMBER, Shape.BOOLEAN)


def event_role(columns: Sequence[ColumnProfile], file_words: Sequence[str], *, about: bool) -> Role | None:
    """The column of event names; None where each row is simply one thing.

    about: the file's name says what a row is ('orders'): then only a column called "event" is one.
    """
    log = bool(LOG.intersection(file_words)) or not about
    scored = []
    for column in columns:
        weight = max((_EVENT_NAMES.get(word, 0) for word in column.words), default=0)
        weak = weight < 8
        if (
            not weight
            or column.named(_NOT_EVENT)
            or (weak and (not log or column.named(THING) or len(column.words) > 2))
        ):
            continue
        words = sum(len(v.split()) for v in column.values) / max(1, len(column.values))
        few = column.distinct <= 300 and (column.filled < 20 or column.distinct <= 0.5 * column.filled)
        if (
            column.shape in (Shape.WORDS, Shape.CODE, Shape.TEXT)
            and few
            and words <= 8
            and column.share_filled >= 0.3
        ):
            scored.append((weight + column.share_filled, column))
    if not scored:
        return None
    scored.sort(key=lambda one: -one[0])
    best = scored[0][1]
    others = tuple(column.name for _, column in scored[1:3])
    return Role(best.name, _such(best, "different name"), also=others)


def money_role(columns: Sequence[ColumnProfile]) -> Role | None:
    """The column of what was paid: the most inclusive word that a numeric column's name has."""
    numeric = [
        c for c in columns if c.numbers is not None and c.shape in _MONEY_SHAPES and not c.named(NOT_MONEY)
    ]
    for word in MONEY:
        named = [c for c in numeric if word in c.words or word == "_".join(c.words)]
        if named:
            others = tuple(c.name for c in numeric if c is not named[0] and set(c.words) & set(MONEY))
            return Role(named[0].name, "numbers, and named like an amount", also=others[:2])
    unnamed = [c for c in numeric if is_unnamed(c) and c.numbers is not None and not c.numbers.whole]
    return Role(unnamed[-1].name, "numbers with decimals; the columns have no names") if unnamed else None


def currency_role(columns: Sequence[ColumnProfile], money: ColumnProfile) -> Role | None:
    """Which currency: a column of codes, the amount's name or sign; None where nothing says it."""
    for column in columns:
        if (
            column.named(CURRENCY)
            and all(len(v) == 3 and v.isalpha() for v in column.values)
            and column.values
        ):
            return Role(column.name, "three-letter codes")
    named = {"usd": "USD", "dollar": "USD", "dollars": "USD", "eur": "EUR", "euro": "EUR", "euros": "EUR",
             "gbp": "GBP", "aud": "AUD", "brl": "BRL", "chf": "CHF", "cad": "CAD", "inr": "INR"}  # fmt: skip
    for word in money.words:
        if word in named:
            return Role("", f"from the name {money.name}", literal=named[word])
    if money.numbers is not None and money.numbers.symbol:
        return Role("", "from the sign beside the amounts", literal=money.numbers.symbol)
    if money.numbers is not None and money.numbers.style == "comma":
        return Role("", "nothing names a currency; the decimal commas suggest Europe", literal="EUR")
    return None


def channel_role(columns: Sequence[ColumnProfile]) -> Role | None:
    """The column that says where an event came from; None where no short list of words does."""
    usable = [
        c
        for c in columns
        if c.shape in (Shape.WORDS, Shape.CODE)
        and not c.named(NOT_CHANNEL)
        and c.distinct <= 60
        and (c.filled < 20 or c.distinct <= 0.5 * c.filled)
    ]
    for least in (0.5, 0.2):
        for word in CHANNEL:
            named = [c for c in usable if word in c.words and c.share_filled >= least]
            if named:
                best = named[0]
                others = tuple(c.name for c in usable if c is not best and set(c.words) & set(CHANNEL))
                return Role(best.name, _such(best, "short name"), also=others[:2])
    return None


def by_role(columns: Sequence[ColumnProfile]) -> tuple[Role, dict[str, str]] | None:
    """The column that says who did it, with its values in our words: customer, business, machine."""
    for column in columns:
        if not column.named(BY) or column.distinct > 8 or not column.values:
            continue
        renamed = {}
        for value in column.values:
            who = next((w for w, words in _BY_WORDS.items() if value.strip().lower() in words), None)
            if who is None:
                break
            renamed[value] = who
        else:
            return Role(column.name, "its values say who"), {v: w for v, w in renamed.items() if v != w}
    return None


def text_role(columns: Sequence[ColumnProfile]) -> Role | None:
    """The column of sentences: what somebody said in their own words."""
    texts = [
        c
        for c in columns
        if c.shape is Shape.TEXT and not c.named(frozenset(("url", "agent", "path", "address")))
    ]
    named = [c for c in texts if c.named(TEXT)]
    own = [c for c in named or texts if named or (c.distinct > 0.5 * c.filled and not c.named(THING))]
    if not own:
        return None
    best = max(own, key=lambda c: sum(len(v) for v in c.values) / len(c.values))
    return Role(best.name, "sentences", also=tuple(c.name for c in own if c is not best)[:2])


def score_role(columns: Sequence[ColumnProfile], about: str = "") -> ScoreRole | None:
    """The column of scores, its kind and scale; the values decide the scale.

    about: what the file is about; a score in a file of NPS answers is one of NPS.
    """
    known = about.lower() if about.lower() in SCORE else ""
    for word_kind, words in SCORE.items():
        kind = known or word_kind
        for column in columns:
            numbers = column.numbers
            if (
                numbers is None
                or not column.named(words)
                or column.named(frozenset(("count", "number", "confidence")))
            ):
                continue
            low, high = _scale(kind, numbers.low, numbers.high)
            if numbers.low < low or column.distinct > 101 or (kind != "nps" and numbers.high > high):
                continue
            seen = f"values from {numbers.low:g} to {numbers.high:g}"
            return ScoreRole(column.name, kind, low, high, seen)
    return None


def _scale(kind: str, low: float, high: float) -> tuple[int, int]:
    if kind == "nps":
        return 0, 10
    for top in (5, 7, 10, 100):
        if high <= top:
            return (0 if low < 1 or top == 100 else 1), top
    return 0, 0


def trait_columns(columns: Sequence[ColumnProfile]) -> tuple[str, ...]:
    """Columns that describe the customer rather than the event: country, device, plan …; eight at most."""
    return tuple(
        c.name
        for c in columns
        if c.named(TRAIT)
        and not c.named(PRIVATE)
        and c.shape in (Shape.WORDS, Shape.BOOLEAN, Shape.CODE)
        and 1 < c.distinct <= 60
    )[:8]


_RATES = word_set("rate per avg cpc cpm ctr average")


def metric_columns(columns: Sequence[ColumnProfile]) -> dict[str, str]:
    """impressions, reach, clicks, spend → the column of each."""
    numeric = [c for c in columns if c.numbers is not None and not c.named(_RATES)]
    found: dict[str, str] = {}
    for metric, words in METRIC.items():
        free = [c for c in numeric if c.name not in found.values()]
        named = [c for c in free if c.named(words) or "_".join(c.words) in words]
        if named:
            found[metric] = named[0].name
    return found


def campaign_column(columns: Sequence[ColumnProfile]) -> str:
    """The column of campaigns; '' where there is none."""
    named = [c for c in columns if "campaign" in c.words or "kampagne" in c.words or "campana" in c.words]
    named.sort(key=lambda c: "id" in words_of(c.name))
    return named[0].name if named else ""


def _such(column: ColumnProfile, noun: str) -> str:
    if column.distinct == 1:
        return f"always {_few(column, 1)}"
    return f"{column.distinct:,} {noun}s, such as {_few(column)}"


def _few(column: ColumnProfile, many: int = 2) -> str:
    values = [value for value, _ in column.common if value.strip()][:many]
    return " and ".join(f'"{" ".join(value.split())[:30]}"' for value in values)
