"""How each person can be reached: names, addresses, numbers. None belongs to anybody.

E-mail domains end in .example, which no one can own (RFC 2606); telephone numbers come from the ranges that
Australia's ACMA keeps free for fiction; names are put together at random.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from desirepath.simulate.chance import Chance, Flags
from desirepath.simulate.people import People
from desirepath.simulate.render import Bytes, digits, glue, named

FIRST = (
    "Mia", "Noah", "Zoë", "Liam", "Chloé", "Oliver", "Isla", "Jack", "Amélie", "Lucas", "Ruby", "Henry", "Nina",
    "Leo", "Søren", "Grace", "José", "Hannah", "Mateo", "Priya", "Arjun", "Mei", "Minh", "Yuki", "Aroha", "Kiri",
    "Fatima", "Omar", "Renée", "Björn", "Elena", "Dimitri", "Saoirse", "Finn", "Tala", "Kofi", "Ines", "Jürgen",
    "Anya", "Ravi",
)  # fmt: skip
LAST = (
    "Novak", "Müller", "Nguyen", "Walsh", "O'Brien", "Costa", "Lindström", "Papas", "Rossi", "Kaur", "Tran",
    "Fraser", "Dubois", "Ortega", "Peña", "Silva", "Haddad", "Ito", "Kowalski", "Ngata", "Mensah", "Petrov",
    "Larsen", "Wells", "Brandt", "Keane", "Moreau", "Vega", "Tan", "Byrne",
)  # fmt: skip
DOMAINS = ("@mail.example", "@post.example", "@inbox.example", "@wetterpost.example", "@letters.example")
# The beginnings of the numbers kept for fiction; four digits follow each.
_FICTION = (
    "0255500000",
    "0370100000",
    "0755500000",
    "0870100000",
    "0270100000",
    "0355500000",
    "0770100000",
    "0855500000",
)
FICTIONAL_NUMBERS = 10_000 * len(_FICTION)


def _plain(name: str) -> str:
    """A name as it stands in an address: ASCII, small, no marks."""
    spread = unicodedata.normalize("NFKD", name.replace("ø", "o")).encode("ascii", "ignore").decode()
    return "".join(c for c in spread.lower() if c.isalpha())


class Contacts:
    """One field per person of `people`, as bytes.

    email: lower case. account: the customer number. first, last: windows-1252. phone: as digits from 0;
    '' for none. handle: on social media.
    """

    def __init__(self, chance: Chance, people: People) -> None:
        self.chance = chance
        self.people = people
        first = chance.pick(people.ids, "first name", [1.0] * len(FIRST))
        last = chance.pick(people.ids, "last name", [1.0] * len(LAST))
        domain = chance.pick(people.ids, "mailbox", [5.0, 3.0, 3.0, 1.0, 1.0])
        number = digits(people.number)
        self.first = named(FIRST, first, "cp1252")
        self.last = named(LAST, last, "cp1252")
        slug = glue(named([_plain(n) for n in FIRST], first), b".", named([_plain(n) for n in LAST], last))
        self.email = _tight(glue(slug, number, named(DOMAINS, domain)))
        self.account = _tight(glue(b"C", digits(people.number + 100_000)))
        self.handle = _tight(glue(b"@", named([_plain(n) for n in FIRST], first), b"_", number))
        # Whose address and number stand in some export: others are no identifiers of theirs.
        self.wrote_email = np.zeros(len(people), dtype=bool)
        self.wrote_phone = np.zeros(len(people), dtype=bool)
        self.has_phone = people.has_phone & (people.number < FICTIONAL_NUMBERS)
        start = np.array([int(n) for n in _FICTION], dtype=np.int64)
        whole = start[people.number // 10_000 % len(_FICTION)] + people.number % 10_000
        self.phone = _tight(np.where(self.has_phone, glue(b"0", digits(whole)), b""))

    def typed_email(self, rows: np.ndarray[tuple[int], np.dtype[np.int64]], what: str) -> Bytes:
        """The address as people type it: some in capitals, some with a capital first."""
        email = self.email[rows]
        luck = self.chance.share(self.people.ids[rows], "typing " + what)
        shout = np.char.upper(email)
        tall = np.char.capitalize(email)
        return np.where(luck < 0.03, shout, np.where(luck < 0.11, tall, email))

    def written_phone(self, rows: np.ndarray[tuple[int], np.dtype[np.int64]], what: str) -> Bytes:
        """The number as people write it: with or without spaces, brackets and the country's code."""
        matrix = np.zeros((len(rows), 10), dtype=np.uint8)
        there = self.has_phone[rows]
        flat = _tight(self.phone[rows][there])
        if len(flat):
            matrix[there] = np.ascontiguousarray(flat.astype("S10")).view(np.uint8).reshape(-1, 10)
        area, front, back = (_field(matrix[:, a:b]) for a, b in ((1, 2), (2, 6), (6, 10)))
        forms = (
            glue(b"0", area, front, back),
            glue(b"(0", area, b") ", front, b" ", back),
            glue(b"+61 ", area, b" ", front, b" ", back),
            glue(b"+61", area, front, back),
            glue(b"0", area, b" ", front, b" ", back),
        )
        form = self.chance.pick(self.people.ids[rows], "writing " + what, [3.0, 2.0, 2.0, 2.0, 1.0])
        out = np.select([form == place for place in range(len(forms))], forms, b"")
        return np.where(there, out, b"")

    def international(self, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Bytes:
        """The number as E.164."""
        return np.array([b"+61" + number[1:] for number in self.phone[rows].tolist()], dtype="S13")

    def knows_handle(self) -> Flags:
        """Whose social handle stands in the CRM."""
        return self.chance.happens(self.people.ids, "handle on file", 0.4)


def _field(matrix: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Bytes:
    return np.ascontiguousarray(matrix).view(f"S{matrix.shape[1]}").reshape(-1)


def _tight(field: Bytes) -> Bytes:
    """The same strings without NULs inside: needed where they are compared or typed again."""
    raw = [s.replace(b"\0", b"") for s in field.tolist()]
    return np.array(raw, dtype="S") if raw else np.empty(0, dtype="S1")
