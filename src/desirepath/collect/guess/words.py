"""What do the names of files and columns say? Words of several languages, and the ideas behind them.

In: a name as someone typed it ("Order ID", "bestelldatum", "createdAt"). Out: its words, and which idea
(a customer, a record, money, a channel …) they name. The words stand in words.toml. Nothing here
looks at values.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BREAK = re.compile(r"[\W_]+")

Words = frozenset[str]


def word_set(text: str) -> Words:
    """Words with blanks between them, as a set."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Subject:
    """What a file or a row is about. `event` is the name of its main event; `by` who does it."""

    label: str
    event: str
    words: Words
    channel: str = ""
    by: str = "customer"
    person: bool = False  # a row is a customer, not a thing that a customer made


@dataclass(frozen=True, slots=True)
class Verb:
    """What happened at a time column ('Delivered') and who did it."""

    name: str
    by: str
    words: Words


_TABLE: dict[str, Any] = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


def _columns(idea: str) -> Words:
    return frozenset(_TABLE["columns"][idea].split())


TIME, ID, PERSON, RECORD = (_columns(idea) for idea in ("time", "id", "person", "record"))
THING, ACCOUNT, LOG, BEGINS = (_columns(idea) for idea in ("thing", "account", "log", "begins"))
CURRENCY, TEXT, BY, TRAIT = (_columns(idea) for idea in ("currency", "text", "by", "trait"))
PRIVATE, PROMISED = _columns("private"), _columns("promised")
NOT_MONEY, NOT_CHANNEL = _columns("not_money"), _columns("not_channel")
MONEY: tuple[str, ...] = tuple(_TABLE["columns"]["money"].split())  # the first that a file has wins
CHANNEL: tuple[str, ...] = tuple(_TABLE["columns"]["channel"].split())
PLACES: dict[str, Words] = {place: frozenset(words.split()) for place, words in _TABLE["place"].items()}
SCORE: dict[str, Words] = {kind: frozenset(words.split()) for kind, words in _TABLE["score"].items()}
METRIC: dict[str, Words] = {kind: frozenset(words.split()) for kind, words in _TABLE["metric"].items()}
NEVER_A_TIME: dict[str, Words] = {
    why: frozenset(words.split()) for why, words in _TABLE["never_a_time"].items()
}
VERBS = tuple(Verb(one["name"], one["by"], frozenset(one["words"].split())) for one in _TABLE["verb"])
SUBJECTS = tuple(Subject(**{**one, "words": frozenset(one["words"].split())}) for one in _TABLE["subject"])

# Halves of words that people write together: "orderdate", "kundennummer".
_STEMS = frozenset().union(
    *(s.words for s in SUBJECTS), *(v.words for v in VERBS), PERSON, RECORD, THING, BEGINS, LOG
)
_STEMS |= word_set("kauf web crm liefer bestell rechnungs kunden auftrags create update geburts artikel")
_ENDS = ("datum", "nummer", "date", "time", "name", "type", "stamp", "nr", "id", "at", "no")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters without accents.

    >>> words_of("createdAt"), words_of("Order ID"), words_of("userid"), words_of("Währung")
    (('created', 'at'), ('order', 'id'), ('user', 'id'), ('waehrung',))
    """
    german = name.translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue", 0xC4: "Ae", 0xD6: "Oe", 0xDC: "Ue"})
    plain = "".join(c for c in unicodedata.normalize("NFKD", german) if not unicodedata.combining(c))
    words: list[str] = []
    for part in _BREAK.split(_CAMEL.sub(" ", plain)):
        if part:
            words.extend(_halves(part.casefold()))
    return tuple(words)


def _halves(word: str) -> tuple[str, ...]:
    """'orderdate' → order, date: only where the first half is a known word and the whole is not."""
    if word not in _STEMS and word not in TIME:
        for end in _ENDS:
            if word.endswith(end) and word[: -len(end)] in _STEMS:
                return (word[: -len(end)], end)
    return (word,)


def subject_of(words: tuple[str, ...]) -> Subject | None:
    """What the words are about: the last one that names a subject ('closed_deals' → Deal)."""
    for word in reversed(words):
        for subject in SUBJECTS:
            if word in subject.words:
                return subject
    return None


def verb_of(words: tuple[str, ...]) -> Verb | None:
    """What happened at a time column; None where the words name nothing special."""
    return next((verb for verb in VERBS if verb.words.intersection(words)), None)


def slug(text: str, fallback: str = "item") -> str:
    """A name for YAML and rules: small letters, digits and _; begins with a letter.

    >>> slug("Order Completed"), slug("2024 Leads!"), slug("注文")
    ('order_completed', 'n2024_leads', 'item')
    """
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", plain).lower()).strip("_")[:40].strip("_")
    if not word:
        return fallback
    return word if word[0].isalpha() else f"n{word}"


def unique(name: str, taken: set[str]) -> str:
    """The name, or name_2, name_3 …: the first that is free; it is taken then."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free)
    return free


def title(text: str) -> str:
    """A file's or column's name as an event's name.

    >>> title("gym_visits"), title("loyaltyScans")
    ('Gym Visit', 'Loyalty Scan')
    """
    words = [w for w in _BREAK.split(_CAMEL.sub(" ", text)) if w and not w.isdigit()]
    if (
        words
        and len(words[-1]) > 3
        and words[-1].lower().endswith("s")
        and not words[-1].lower().endswith("ss")
    ):
        last = words[-1]
        words[-1] = last[:-3] + "y" if last.lower().endswith("ies") else last[:-1]
    return " ".join(w if w.isupper() else w[:1].upper() + w[1:].lower() for w in words)
