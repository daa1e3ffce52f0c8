"""Rows of exports as bytes, made of whole columns at a time.

In: arrays. Out: NumPy byte strings (dtype S), and rows of them side by side. Fields are laid into one matrix
of bytes, padded with NUL, and the padding falls out at the end: a million rows take a second or two.
No field may hold a NUL, which no text of the model does.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desirepath.simulate.chance import Flags, Floats, Ids, Ints
from desirepath.simulate.seasons import DAY, Span

Bytes = NDArray[np.bytes_]
_CHUNK = 50_000  # rows laid out at once: about 15 MB


@cache
def _hex_pairs() -> Bytes:
    return np.array([b"%04x" % number for number in range(65536)], dtype="S4")


@cache
def _clock() -> Bytes:
    return np.array([b"%02d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60) for s in range(86400)], dtype="S8")


@cache
def _thousandths() -> Bytes:
    return np.array([b".%03dZ" % number for number in range(1000)], dtype="S5")


@cache
def _two_digits() -> Bytes:
    return np.array([b"%02d" % number for number in range(100)], dtype="S2")


def glue(*parts: Bytes | bytes) -> Bytes:
    """Fields side by side as one field."""
    matrix = _laid_out(parts)
    return np.ascontiguousarray(matrix).view(f"S{matrix.shape[1]}").reshape(-1)


def _laid_out(parts: tuple[Bytes | bytes, ...], rows: slice | None = None) -> NDArray[np.uint8]:
    arrays = [p for p in parts if not isinstance(p, bytes)]
    size = len(arrays[0][rows] if rows else arrays[0])
    widths = [len(p) if isinstance(p, bytes) else p.dtype.itemsize for p in parts]
    matrix = np.empty((size, sum(widths)), dtype=np.uint8)
    at = 0
    for part, width in zip(parts, widths, strict=True):
        if isinstance(part, bytes):
            matrix[:, at : at + width] = np.frombuffer(part, dtype=np.uint8)
        else:
            own = np.ascontiguousarray(part[rows] if rows else part)
            matrix[:, at : at + width] = own.view(np.uint8).reshape(size, width)
        at += width
    return matrix


def lines(*parts: Bytes | bytes) -> list[bytes]:
    """One line for each row: the parts side by side; give separators as bytes, without the line's end."""
    arrays = [p for p in parts if not isinstance(p, bytes)]
    out: list[bytes] = []
    for start in range(0, len(arrays[0]), _CHUNK):
        flat = _laid_out((*parts, b"\n"), slice(start, start + _CHUNK)).reshape(-1)
        out += flat[flat != 0].tobytes().split(b"\n")[:-1]
    return out


def separated(separator: bytes, *columns: Bytes) -> list[bytes]:
    """Lines of columns with a separator between them."""
    parts: list[Bytes | bytes] = []
    for column in columns:
        parts += [separator, column]
    return lines(*parts[1:])


# ---- fields ----------------------------------------------------------------------------------------


def named(names: tuple[str, ...] | list[str], codes: Ints, encoding: str = "utf-8") -> Bytes:
    """The name of each code; nothing for −1."""
    return np.array([*(n.encode(encoding) for n in names), b""])[codes]


def only(rows: Flags, field: Bytes) -> Bytes:
    """The field where it is meant, else nothing."""
    return np.where(rows, field, b"")


def digits(numbers: NDArray[Any]) -> Bytes:
    """Whole numbers."""
    return numbers.astype(np.int64).astype("S20")


def hexadecimal(ids: Ids) -> Bytes:
    """Sixteen digits for each id."""
    quarter = np.ascontiguousarray(ids.astype(">u8")).view(">u2").reshape(-1, 4)
    table = _hex_pairs()
    return glue(*(table[quarter[:, place]] for place in range(4)))


def money(cents: NDArray[Any], point: bytes = b".") -> Bytes:
    """Amounts in minor units as decimal numbers; a minus sign where less than zero."""
    whole = np.abs(cents.astype(np.int64))
    sign = np.where(cents < 0, b"-", b"")
    return glue(sign, digits(whole // 100), point, _two_digits()[whole % 100])


def _parts(seconds: Floats) -> tuple[Bytes, Bytes, Flags]:
    """The day (ISO) and the time of day of each moment, and which moments there are."""
    there = ~np.isnan(seconds)
    whole = np.where(there, seconds, 0.0)
    day = np.floor(whole / DAY).astype(np.int64)
    # Rounding to milliseconds is the caller's; here a second is what has begun.
    second = (whole - day * DAY).astype(np.int64)
    known = day[there]
    if not len(known):
        return np.full(len(seconds), b"", dtype="S10"), _clock()[second], there
    first = known.min()
    table = np.datetime_as_string(np.arange(first, known.max() + 1).astype("M8[D]")).astype("S10")
    return table[np.where(there, day - first, 0)], _clock()[second], there


def iso_utc(span: Span, wall: Floats) -> Bytes:
    """2025-03-14T02:11:05.123Z"""
    moments = np.floor(span.utc(wall) * 1000 + 0.01).astype(np.int64)
    day, clock, _ = _parts((moments // 1000).astype(np.float64))
    return glue(day, b"T", clock, _thousandths()[moments % 1000])


def epoch_ms(span: Span, wall: Floats) -> Bytes:
    """1741918265123"""
    return digits(np.floor(span.utc(wall) * 1000 + 0.01))


def epoch_s(span: Span, wall: Floats) -> Bytes:
    """1741918265"""
    return digits(np.floor(span.utc(wall)))


def plain_time(wall: Floats) -> Bytes:
    """2025-03-14 13:11:05, on the shop's clock; nothing where there is no moment."""
    day, clock, there = _parts(wall)
    return only(there, glue(day, b" ", clock))


def iso_day(wall: Floats) -> Bytes:
    """2025-03-14"""
    day, _, there = _parts(wall)
    return only(there, day)


def _turned(day: Bytes, between: bytes) -> Bytes:
    matrix = np.ascontiguousarray(day).view(np.uint8).reshape(len(day), 10)
    dash = np.full((len(day), 1), between[0], dtype=np.uint8)
    turned = np.hstack([matrix[:, 8:10], dash, matrix[:, 5:7], dash, matrix[:, 0:4]])
    return np.ascontiguousarray(turned).view("S10").reshape(-1)


def day_first(wall: Floats, between: bytes = b"/") -> Bytes:
    """14/03/2025"""
    day, _, there = _parts(wall)
    return only(there, _turned(day, between))


def day_first_time(wall: Floats) -> Bytes:
    """14/03/2025 13:11:05, on the shop's clock"""
    day, clock, there = _parts(wall)
    return only(there, glue(_turned(day, b"/"), b" ", clock))


def iso_offset(span: Span, wall: Floats) -> Bytes:
    """2025-03-14T13:11:05+11:00; nothing where there is no moment."""
    day, clock, there = _parts(wall)
    ahead = np.rint((wall - span.utc(wall)) / 3600)
    return only(there, glue(day, b"T", clock, np.where(ahead == 11, b"+11:00", b"+10:00")))


def quoted(texts: list[str], separator: str = ",") -> list[str]:
    """CSV fields: in quotes where they need them, inner quotes doubled."""
    special = (separator, '"', "\n", "\r")
    return ['"' + t.replace('"', '""') + '"' if any(c in t for c in special) else t for t in texts]
