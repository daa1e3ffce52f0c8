"""How real exports go wrong: doubled lines, broken lines, and what is counted of each.

In: the good lines of a file. Out: the lines as exported. Broken lines are spoilt copies of good ones, beside
them: no good record is lost, so that what must be loaded and what must be rejected can both be counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from desirepath.simulate.chance import Chance

Spoiler = Callable[[bytes], bytes]


@dataclass
class Tally:
    """What the exports hold, by source: good records, events by name, and each kind of dirt.

    doubled: lines that stand twice. broken: source → kind → lines that no loader can use.
    """

    records: Counter[str] = field(default_factory=Counter)
    events: dict[str, Counter[str]] = field(default_factory=dict)
    doubled: Counter[str] = field(default_factory=Counter)
    broken: dict[str, Counter[str]] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def event(self, source: str, name: str, count: int) -> None:
        """So many events of this name are to be found in the source."""
        if count:
            self.events.setdefault(source, Counter())[name] += count

    def spoilt(self, source: str, kind: str, count: int) -> None:
        """So many lines of the source are broken in this way."""
        if count:
            self.broken.setdefault(source, Counter())[kind] += count


def exported(
    chance: Chance,
    tally: Tally,
    source: str,
    lines: list[bytes],
    salt: int,
    spoilers: Mapping[str, Spoiler],
    doubles: float = 0.004,
    breaks: float = 0.0008,
) -> list[bytes]:
    """The lines with some doubled and, for each kind of spoiler, some spoilt copies among them.

    salt tells files and blocks apart; doubles and breaks are shares of the lines (breaks: of each kind).
    """
    numbers = chance.ids(np.arange(len(lines), dtype=np.int64) + (salt << 36) + (1 << 60))
    extra: list[tuple[int, bytes]] = []
    for at in np.flatnonzero(chance.happens(numbers, "doubled " + source, doubles)).tolist():
        extra.append((at, lines[at]))
        tally.doubled[source] += 1
    for kind, spoil in spoilers.items():
        rows = np.flatnonzero(chance.happens(numbers, f"{kind} {source}", breaks)).tolist()
        extra += [(at, spoil(lines[at])) for at in rows]
        tally.spoilt(source, kind, len(rows))
    tally.records[source] += len(lines)
    return _woven(lines, sorted(extra, key=lambda one: one[0]))


def _woven(lines: list[bytes], extra: Sequence[tuple[int, bytes]]) -> list[bytes]:
    """Each extra line right before the line that it is a copy of: the good one has the last word."""
    out: list[bytes] = []
    start = 0
    for at, line in extra:
        out += lines[start:at]
        out.append(line)
        start = at
    return out + lines[start:]


# ---- ways to break a line ----------------------------------------------------------------------------


def blanked(separator: bytes, *places: int) -> Spoiler:
    """A line without the fields at these places. For lines without quotes."""

    def spoil(line: bytes) -> bytes:
        fields = line.split(separator)
        return separator.join(b"" if place in places else f for place, f in enumerate(fields))

    return spoil


def replaced(separator: bytes, place: int, by: bytes, without: tuple[int, ...] = ()) -> Spoiler:
    """A line with another field at one place, and nothing at others. For lines without quotes before it."""

    def spoil(line: bytes) -> bytes:
        fields = [b"" if at in without else f for at, f in enumerate(line.split(separator))]
        fields[place] = by
        return separator.join(fields)

    return spoil


def cut(line: bytes) -> bytes:
    """The first half of a line: the export was stopped."""
    return line[: len(line) // 2]


def longer(separator: bytes) -> Spoiler:
    """A line with fields too many."""
    return lambda line: line + separator + b"x" + separator + b"y"


def foreign_bytes(separator: bytes, place: int) -> Spoiler:
    """Bytes that are no UTF-8 in one field."""
    return replaced(separator, place, b"caf\xe9 \xff\xfe")


def swapped(old: bytes, new: bytes) -> Spoiler:
    """A line with one text replaced by another; for JSON lines."""
    return lambda line: line.replace(old, new, 1)
