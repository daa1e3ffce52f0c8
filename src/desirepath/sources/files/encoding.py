"""In which encoding is a text written? A mark at its start, else UTF-8 where it can be, else a guess.

A file with a few broken bytes among good UTF-8 stays UTF-8: its broken records are rejected. One in which no
line beyond ASCII is UTF-8 is in another encoding: likely_encoding.py finds the one that makes words of it.
"""

from __future__ import annotations

import codecs

from desirepath.core.errors import SourceError
from desirepath.sources.files.likely_encoding import likely_encoding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What other kinds of files begin with, and what to do about one that is named like a text.
_NO_TEXT = (
    (b"PK\x03\x04", "a spreadsheet or a zip archive", "Say format: excel, or name it .zip."),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet of old Excel", "Say format: excel."),
    (b"\x1f\x8b", "packed with gzip", "Name it .gz."),
    (b"PAR1", "Parquet", "Say format: parquet."),
    (b"%PDF-", "a PDF", "Export the table itself, as CSV or Excel."),
)
_ENOUGH = 64 * 1024  # bytes looked at


def encoding_of(head: bytes, odd: bytes | None, declared: str | None, name: str) -> str:
    """The Python name of the encoding. odd: bytes around the first that are no UTF-8; None where all are.

    Raises SourceError for a declared encoding that is unknown, and for what is no text at all.
    """
    for begins, what, hint in _NO_TEXT:
        if head.startswith(begins):
            raise SourceError(f"{name} is no text: it is {what}.", hint=hint)
    if declared is not None:
        return known_encoding(declared, name)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if (wide := _wide_without_mark(head[:_ENOUGH])) is not None:
        return wide
    if odd is None:
        return "utf-8"
    lines = [line for line in odd.splitlines() if not line.isascii()]
    good = sum(_is_utf8(line) for line in lines)
    return "utf-8" if good * 2 > len(lines) else likely_encoding(lines)


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


def is_marked(head: bytes) -> bool:
    """Does the text say its encoding, by a mark at its start?"""
    return any(head.startswith(mark) for mark, _ in _MARKS)


def _wide_without_mark(head: bytes) -> str | None:
    """Tables have signs of ASCII (delimiters, digits, line ends) in any language; wide, each comes with zeros."""
    if b"\0" not in head or len(head) < 16:
        return None
    for width, little, big in ((4, "utf-32-le", "utf-32-be"), (2, "utf-16-le", "utf-16-be")):
        whole = len(head) // width
        parts = [head[n : whole * width : width] for n in range(width)]
        # Of each unit: all bytes but the one with the sign are zero.
        plain = [
            sum(
                0 < one < 128 and not any(rest)
                for one, *rest in zip(parts[at], *parts[:at], *parts[at + 1 :], strict=True)
            )
            for at in (0, width - 1)
        ]
        tried: list[tuple[str, int, int]] = [(little, plain[0], plain[1]), (big, plain[1], plain[0])]
        for name, here, there in tried:
            if here > 0.04 * whole and here > 10 * there and _decodes(head[: whole * width], name):
                return name
    return None


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True
