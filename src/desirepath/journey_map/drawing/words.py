"""How wide words are where nothing can measure them: an estimate on the safe side, and wrapping by it.

The widths are those of DejaVu Sans, the widest face of the font stack, rounded up: whatever face the reader
has, words end before the estimate does.
"""

from __future__ import annotations

import unicodedata

_NARROW = set("ijlI|!'.,:;·‘’` \xa0")
_SLIM = set('ftr()[]{}-/\\"*“”°–')
_BROAD = set("mwMWQOGDHNU%@+=~<>≤≥−×→…—&")
_BOLD = 1.12


def width(text: str, size: float, bold: bool = False) -> float:
    """The width in the unit of `size`, rather too much than too little."""
    total = 0.0
    for sign in text:
        if sign in _NARROW:
            total += 0.36
        elif sign in _SLIM:
            total += 0.46
        elif sign in _BROAD:
            total += 0.99 if sign in "mwMW%@…—" else 0.84
        elif sign.isupper():
            total += 0.74
        elif unicodedata.east_asian_width(sign) in "WF" or ord(sign) > 0x2E80:
            total += 1.05
        elif unicodedata.combining(sign):
            continue
        else:
            total += 0.64
    return total * size * (_BOLD if bold else 1.0)


def fit(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text on one line, cut with an ellipsis where it does not fit."""
    text = _seen(text, size, room)
    if width(text, size, bold) <= room:
        return text
    return text[: _reach(text, size, room - width("…", size, bold), bold)].rstrip() + "…"


def _seen(text: str, size: float, room: float) -> str:
    """The text without what could never be seen: measuring ten thousand signs of which thirty fit takes long."""
    return text[: 64 + 2 * int(room / (0.36 * size))]


def _reach(text: str, size: float, room: float, bold: bool) -> int:
    """How many characters from the start have room."""
    total = 0.0
    for n, sign in enumerate(text):
        total += width(sign, size, bold)
        if total > room:
            return n
    return len(text)


def wrap(text: str, size: float, room: float, most: int = 3, bold: bool = False) -> list[str]:
    """The text in at most `most` lines; the last one is cut where more would follow."""
    lines: list[str] = []
    line = ""
    text = _seen(text, size, room * most)
    words = [piece for word in text.split() for piece in _pieces(word, size, room, bold)]
    for n, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold) <= room:
            line = longer
            continue
        if len(lines) == most - 1:
            return [*lines, fit(" ".join([line, *words[n:]]), size, room, bold)]
        lines.append(line)
        line = word
    return [*lines, line] if line else lines


def _pieces(word: str, size: float, room: float, bold: bool) -> list[str]:
    """A word longer than a line, in pieces that fit one."""
    pieces = []
    while width(word, size, bold) > room and len(word) > 1:
        end = max(1, _reach(word, size, room, bold))
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]
