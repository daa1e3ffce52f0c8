"""What is an event called, and who does it?

In: a time column of a file that is about something, or the name of an event in a log. Out: names as people
would say them ("Order Delivered"), and the doer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desirepath.collect.guess.shapes import ColumnProfile, FileProfile
from desirepath.collect.guess.words import BEGINS, Subject, subject_of, title, verb_of, word_set, words_of


@dataclass(frozen=True, slots=True)
class GuessedEvent:
    """One event of a row. `name` '' where a column names it; `when` is a rule over the row's columns."""

    name: str
    time: str  # the column
    why: str
    by: str = "customer"
    when: str = ""


def main_event(file: FileProfile, subject: Subject | None, paid: bool) -> tuple[str, str]:
    """The name of a file's main event, and why."""
    if subject is not None:
        return subject.event, f'from the file\'s name "{file.name}"'
    name = title(file.name)
    if paid:
        return "Order Completed", "each row has an amount" + (f'; also possible: "{name}"' if name else "")
    return (name or "Event"), f'from the file\'s name "{file.name}"'


class Naming:
    """What the time columns of one file are called as events."""

    def __init__(
        self, file: FileProfile, subject: Subject | None, happened: Sequence[ColumnProfile], paid: bool
    ) -> None:
        self.label = subject.label if subject else "Order" if paid else title(file.name) or "Event"
        self.main, self.why = main_event(file, subject, paid)
        self.by = subject.by if subject else "customer"
        self.refers = subject is not None and subject.label in ("Referral", "Invite")
        verbs = [verb_of(column.words) for column in happened]
        self.main_has_a_column = any(verb and self.main.endswith(f" {verb.name}") for verb in verbs)
        self.begins = any(
            verb is None or BEGINS & set(c.words) for verb, c in zip(verbs, happened, strict=True)
        )

    def event(self, column: ColumnProfile) -> GuessedEvent:
        """The event of one column."""
        words, verb = set(column.words), verb_of(column.words)
        named = "from the column's name"
        main = GuessedEvent(self.main, column.name, self.why, self.by)
        if self.refers and words & _CONVERTS:
            return GuessedEvent(f"{self.label} Converted", column.name, named, "business")
        if verb is not None and self.main.endswith(f" {verb.name}"):
            return main
        if verb is not None and not (words & BEGINS and verb.name in ("Closed", "Paid", "Left")):
            # Shops that only say when an order was paid mean the order.
            if verb.name == "Paid" and not self.begins:
                return main
            about = subject_of(tuple(word for word in column.words if word not in verb.words))
            whose = about.label if about and not about.person else self.label
            return GuessedEvent(_joined(whose, verb.name), column.name, named, verb.by)
        if not self.main_has_a_column:
            return main
        # The main event has its own column, so this one is what came before it: a survey sent, an order placed.
        if words & _SENT:
            return GuessedEvent(f"{self.label} Sent", column.name, named, "business")
        began = "Placed" if self.main.endswith(" Completed") else "Created"
        return GuessedEvent(f"{self.label} {began}", column.name, named, self.by)


_CONVERTS = word_set("ordered order purchased bought joined converted accepted friend signup registered")
_SENT = word_set("sent send invited mailed")


def bare_names(values: Sequence[str], subject: Subject | None) -> dict[str, str]:
    """Names of a log that only make sense with what it is about: an e-mail log's "opened" → "Email Opened"."""
    if subject is None or not values or len(values) > 12:
        return {}
    words = [words_of(value) for value in values]
    if any(len(one) != 1 or not one[0].isalpha() for one in words):
        return {}
    done = {value: _PARTICIPLES.get(one[0], one[0]) for value, one in zip(values, words, strict=True)}
    verbs = [
        value
        for value, word in done.items()
        if word.endswith("ed") or word in ("sent", "won", "lost", "left")
    ]
    if len(verbs) < 0.6 * len(values):
        return {}
    return {value: f"{subject.label} {word.capitalize()}" for value, word in done.items()}


_PARTICIPLES = {
    "send": "sent", "sent": "sent", "open": "opened", "click": "clicked", "bounce": "bounced", "deliver": "delivered",
    "unsubscribe": "unsubscribed", "create": "created", "close": "closed", "resolve": "resolved", "reply": "replied",
}  # fmt: skip


def _joined(label: str, verb: str) -> str:
    """'Trial' + 'Trial Started' → 'Trial Started'."""
    return verb if verb.split()[0] == label or " " in verb else f"{label} {verb}"


def by_of_event(name: str) -> str:
    """Who does an event, by its name: customers, unless it says what a business or a machine does.

    >>> by_of_event("Order Delivered"), by_of_event("email_opened"), by_of_event("Invite Sent")
    ('business', 'machine', 'customer')
    """
    words = words_of(name)
    if _MAIL.intersection(words):
        if {"opened", "open", "delivered", "bounced", "deferred", "dropped"}.intersection(words):
            return "machine"  # mail programs open mail by themselves
        if {"sent", "send"}.intersection(words):
            return "business"
    if {"sent", "charged", "reminded"}.intersection(words) and _PAPERS.intersection(words):
        return "business"
    # Nouns such as "delivery" also stand in what customers do: only participles count here.
    done = [
        w
        for w in words
        if w.endswith(("ed", "ado", "ada")) or (w.startswith("ge") and w.endswith(("t", "en")))
    ]
    verb = verb_of(tuple(done))
    return verb.by if verb is not None else "customer"


_MAIL = word_set("email emails mail newsletter sms push notification message")
_PAPERS = word_set("invoice proposal quote contract reminder renewal subscription survey newsletter offer")
