"""How is a CSV written? Its delimiter, its header, and where its records begin.

In: the first characters. Out: a Dialect. The delimiter is the one that splits the most records into the same
number of fields, more than one; a file of one column has a comma that never comes.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from desirepath.collect.raw import MAX_COLUMNS
from desirepath.collect.sources import Reading
from desirepath.core.errors import SourceError

DELIMITERS = (",", ";", "\t", "|")
# Tried where none of those splits anything; each must split nearly all records alike.
_ODD = ("\x1f", "\x1e", "\x01", "^", "~", "¦", "§", "¬", "¤", "†")
_ALIKE = 0.95
_SAID = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # as Excel writes it, above the header
SPACES = " "  # runs of blanks: tables of fixed width
_NAMES = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": SPACES,
    "whitespace": SPACES,
}
_LOOK = 200  # records


@dataclass(frozen=True, slots=True)
class Dialect:
    """delimiter; columns in order; before: physical lines before the first record; escape: of a quote in quotes.

    said: the file itself names its delimiter.
    """

    delimiter: str
    columns: tuple[str, ...]
    before: int
    escape: str = '"'
    said: bool = False


def dialect_of(head: str, reading: Reading, name: str, whole: bool = False) -> Dialect:
    """The dialect of a text that begins with `head`; `whole`: there is no more of it. Raises SourceError."""
    lines = head.removeprefix("\ufeff").splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines.pop()  # it may be cut off
    start = reading.skip
    while start < len(lines) and not lines[start].strip():
        start += 1
    said = _SAID.fullmatch(lines[start]) if start < len(lines) else None
    body = lines[start + 1 :] if said else lines[start:]
    start += bool(said)
    delimiter = _declared(reading.delimiter, name) or (said.group(1) if said else guess_delimiter(body))
    if not body:
        return Dialect(delimiter, tuple(reading.columns), start, said=said is not None)
    first, height = _first_record(body, delimiter)
    if reading.header_rows > 1:
        first, height = _stacked(body, delimiter, reading.header_rows)
    has_header = reading.header if reading.header is not None else not reading.columns
    names = column_names(
        reading.columns or (first if has_header else [f"column_{n + 1}" for n in range(len(first))])
    )
    if len(names) > MAX_COLUMNS:
        raise SourceError(
            f"{name} has {len(names):,} columns; at most {MAX_COLUMNS:,} can be read.",
            hint="Is the delimiter right? Name it in sources.yaml.",
        )
    before = start + (height if has_header else 0)
    return Dialect(delimiter, names, before, guess_escape(body, delimiter), said is not None)


def guess_escape(lines: Sequence[str], delimiter: str) -> str:
    """A quote inside quotes is doubled, or comes after a backslash where that splits more records alike."""
    if delimiter == SPACES or not any('\\"' in line for line in lines):
        return '"'
    doubled, escaped = _alike(_records(lines, delimiter)), _alike(_records(lines, delimiter, "\\"))
    return "\\" if escaped > doubled else '"'


def _alike(records: Iterator[list[str]]) -> tuple[float, int]:
    """The share of records that have as many fields as most have; how many that is."""
    counts = [len(fields) for fields in islice(records, _LOOK) if fields]
    if not counts:
        return 0.0, 0
    width, alike = Counter(counts).most_common(1)[0]
    return alike / len(counts), width


def guess_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that splits the most records alike; ',' where none splits any."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        score = _alike(_records(lines, delimiter))
        if score[1] > 1 and score > best_score:
            best, best_score = delimiter, score
    if best_score[1] > 1:
        return best
    for delimiter in _ODD:
        share, width = _alike(_records(lines, delimiter))
        if width > 1 and share >= _ALIKE and len(lines) > 1:
            return delimiter
    return best


def split_spaces(line: str) -> list[str]:
    """A line of a table whose columns are apart by blanks."""
    return line.split()


def _declared(text: str | None, name: str) -> str | None:
    if text is None:
        return None
    delimiter = _NAMES.get(text.lower(), text)
    if len(delimiter) != 1:
        raise SourceError(
            f'{name}: the delimiter "{text}" is not one character.', hint=f"Known names: {', '.join(_NAMES)}."
        )
    return delimiter


def _records(lines: Sequence[str], delimiter: str, escape: str = '"') -> Iterator[list[str]]:
    if escape == '"':
        return csv.reader(iter(lines), delimiter=delimiter)
    return csv.reader(iter(lines), delimiter=delimiter, escapechar=escape, doublequote=False)


def _first_record(lines: Sequence[str], delimiter: str) -> tuple[list[str], int]:
    """The first record and how many physical lines it takes."""
    if delimiter == SPACES:
        return split_spaces(lines[0]), 1
    reader = csv.reader(iter(lines), delimiter=delimiter)
    try:
        first = next(reader)
    except (csv.Error, StopIteration):
        return lines[0].rstrip("\r\n").split(delimiter), 1
    return first, reader.line_num


def _stacked(lines: Sequence[str], delimiter: str, rows: int) -> tuple[list[str], int]:
    """The names that several rows make together, and how many physical lines those take."""
    records, taken = [], 0
    for _ in range(rows):
        if taken >= len(lines):
            break
        record, height = _first_record(lines[taken:], delimiter)
        records.append(record)
        taken += height
    return stacked_names(records), taken


def stacked_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of columns of a header of several rows: what stands above each other, joined.

    A cell that spans several columns is written in the first of them only.

    >>> stacked_names([["Id", "Which do you use?", ""], ["", "Phone", "E-mail"]])
    ['Id', 'Which do you use? - Phone', 'Which do you use? - E-mail']
    """
    names = []
    for place in range(max(map(len, rows), default=0)):
        column = [row[place].strip() if place < len(row) else "" for row in rows]
        if not column[0] and any(column):
            before = [cell.strip() for cell in rows[0][:place] if cell.strip()]
            column[0] = before[-1] if before else ""
        names.append(" - ".join(cell for cell in column if cell))
    return names


def column_names(given: Sequence[str]) -> tuple[str, ...]:
    """Trimmed names; one without gets a number, one that comes again too."""
    names: list[str] = []
    taken: set[str] = set()
    for place, one in enumerate(given):
        name = base = one.strip() or f"column_{place + 1}"
        again = 2
        while name in taken:
            name, again = f"{base}_{again}", again + 1
        taken.add(name)
        names.append(name)
    return tuple(names)
