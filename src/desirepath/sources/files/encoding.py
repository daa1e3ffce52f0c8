"""In which encoding is a text written? A mark at its start, else UTF-8 where it can be, else a guess.

A file with a few broken bytes among good UTF-8 stays UTF-8: its broken records are rejected. One in which no
line beyond ASCII is UTF-8 is in another encoding, and charset-normalizer says which.
"""

from __future__ import annotations

import codecs

from desirepath.core.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What business software writes; of equals the first wins.
_CANDIDATES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
]
_ENOUGH = 200_000


def encoding_of(head: bytes, odd: bytes | None, declared: str | None, name: str) -> str:
    """The Python name of the encoding. odd: bytes around the first that are no UTF-8; None where all are.

    Raises SourceError for a declared encoding that is unknown.
    """
    if declared is not None:
        return known_encoding(declared, name)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if (wide := _utf16_without_mark(head)) is not None:
        return wide
    if odd is None:
        return "utf-8"
    lines = [line for line in odd.splitlines() if not line.isascii()]
    good = sum(_is_utf8(line) for line in lines)
    return "utf-8" if good * 2 > len(lines) else _guess(b"\n".join(lines)[:_ENOUGH])


def known_encoding(declared: str, name: str) -> str:
    """A declared encoding, latin-1 being read as windows-1252 as browsers do. Raises SourceError."""
    try:
        found = codecs.lookup(declared).name
    except LookupError as error:
        raise SourceError(
            f'{name}: the encoding "{declared}" is unknown.', hint="Common ones: utf-8, windows-1252, utf-16."
        ) from error
    return "cp1252" if found == "iso8859-1" else found


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(head: bytes) -> str | None:
    """Western text in UTF-16 has a NUL in every second place."""
    half = len(head) // 2
    if half < 8:
        return None
    if head[1::2].count(0) > half * 0.8 and head[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if head[0::2].count(0) > half * 0.8 and head[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # seldom needed

    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None else "cp1252"
