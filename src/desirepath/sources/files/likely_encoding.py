"""Which encoding makes these bytes look most like words? For texts that are no UTF-8 and carry no mark.

In: lines with bytes beyond ASCII. Out: the Python name of the likeliest encoding. Each candidate reads the lines; each
sign beyond ASCII that comes out is judged by where it stands. A letter of the right script among letters of the same
script speaks for the candidate; a capital inside a word (LefŠvre), a sign in the middle of one (K”ln), a change of
script (MЃller), a rare ideogram speak against it. Of equals the first wins: what business software writes most.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from functools import lru_cache

_WEST = "äöüÄÖÜßéèêëàâçîïôùûœæÉÈÀÇÊñáíóúüÑÁÍÓÚãÃåøæÅØÆìòÌÒ"
_EAST = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíýčďěňřšťúůžÁÉÍÝČĎĚŇŘŠŤÚŮŽőűöüäŐŰÖÜÄßâîşÂÎŞ"
_TURKISH = "çğıöşüÇĞİÖŞÜâî"
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчієї"
_GREEK = "αοιετσνηυρπκμλςίόέάήύώ"
# Encoding → letters that are common in what is written in it; other scripts than Latin have theirs above. Without õ and
# ă, which are each other's ő and ã.
_CANDIDATES: dict[str, str] = {
    "cp1252": _WEST, "iso8859-15": _WEST, "cp1250": _EAST, "iso8859-2": _EAST, "cp1254": _TURKISH, "cp1257": "",
    "cp1251": "", "koi8-r": "", "cp866": "", "cp1253": "", "cp1255": "", "cp1256": "", "cp874": "",
    "mac_roman": _WEST, "cp850": _WEST,
    "cp932": "", "euc_jp": "", "cp949": "", "gb18030": "", "big5": "",
}  # fmt: skip
# First bytes of the ideograms (or syllables) that everybody uses, in the encodings of more than one byte.
_EVERYDAY = {"cp932": (0x88, 0x97), "euc_jp": (0xB0, 0xCF), "cp949": (0xB0, 0xC8), "gb18030": (0xB0, 0xD7),
             "big5": (0xA4, 0xC6)}  # fmt: skip
_JAPANESE = ("cp932", "euc_jp")
_COMMON_SIGNS = frozenset("€–—“”„«»…°’‘©®™£·×²³º¿¡•§ \u3000、。「」・ー（）！？")
_SCRIPTS = (
    (0x00C0, 0x024F, "latin"), (0x0370, 0x03FF, "greek"), (0x0400, 0x04FF, "cyrillic"), (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"), (0x0E00, 0x0E7F, "thai"), (0x1E00, 0x1EFF, "latin"), (0x3040, 0x30FF, "kana"),
    (0x3400, 0x9FFF, "han"), (0xAC00, 0xD7A3, "hangul"), (0xFF61, 0xFF9F, "narrow"),
)  # fmt: skip
_ENOUGH = 20_000  # bytes
_UNREADABLE = -2.0


def likely_encoding(lines: Sequence[bytes]) -> str:
    """The likeliest encoding of lines that are no UTF-8; cp1252 where there is nothing to tell by."""
    some: list[bytes] = []
    size = 0
    for line in lines:
        if size > _ENOUGH:
            break
        some.append(line[:_ENOUGH])
        size += len(line)
    scores = {name: _score(some, name) for name in _CANDIDATES}
    return max(scores, key=lambda name: round(scores[name], 3))


def _score(lines: Iterable[bytes], encoding: str) -> float:
    """The mean over the signs beyond ASCII; about 1 for words of a language, below 0 for rubbish."""
    total, signs, kana = 0.0, 0, False
    for line in lines:
        try:
            text = codecs.decode(line, encoding)
        except UnicodeDecodeError:
            many = sum(byte > 127 for byte in line)
            total, signs = total + _UNREADABLE * many, signs + many
            continue
        for place, sign in enumerate(text):
            if sign > "\x7f":
                before = text[place - 1] if place else " "
                after = text[place + 1] if place + 1 < len(text) else " "
                total += _judged(sign, before, after, encoding)
                signs += 1
                kana = kana or script(sign) == "kana"
    mean = total / signs if signs else 0.0
    # Nobody writes Japanese without kana for long.
    return mean * 0.9 if encoding in _JAPANESE and not kana and mean > 0 else mean


def _judged(sign: str, before: str, after: str, encoding: str) -> float:
    kind = script(sign)
    if kind in ("han", "hangul", "kana"):
        return _ideogram(sign, kind, before, after, encoding)
    if kind == "narrow" or encoding in _EVERYDAY:
        return 0.5 if sign in _COMMON_SIGNS or 0xFF01 <= ord(sign) <= 0xFF5E else -0.5
    if not kind:
        inside = before.isalpha() and after.isalpha()
        if sign in _COMMON_SIGNS:
            return 0.3 if not inside or sign == "’" else -1.0
        return -1.0 if inside or not sign.isprintable() else -0.3
    if any(other.isalpha() and script(other) != kind for other in (before, after)):
        return -1.0
    if sign.isupper() and before.islower():
        return -1.0
    if kind == "latin" and before > "\x7f" and after > "\x7f" and before.isalpha() and after.isalpha():
        return 0.0  # hardly any word has three letters with accents in a row
    if kind == "latin":
        return 1.0 if sign in _CANDIDATES[encoding] else 0.3
    often = {"cyrillic": _CYRILLIC, "greek": _GREEK}.get(kind)
    if often is None:
        return 0.95
    return (1.0 if sign.lower() in often else 0.6) * (0.9 if sign.isupper() else 1.0)


def _ideogram(sign: str, kind: str, before: str, after: str, encoding: str) -> float:
    """A sign of China, Japan or Korea. Alone between Latin letters it is a letter with an accent, misread."""
    if encoding not in _EVERYDAY or (script(before) == "latin" and script(after) == "latin"):
        return -1.0
    if kind == "kana":
        return 1.0 if encoding in _JAPANESE else 0.2
    if (kind == "hangul") != (encoding == "cp949"):
        return 0.3
    raw = sign.encode(encoding, "replace")
    low, high = _EVERYDAY[encoding]
    everyday = len(raw) == 2 and low <= raw[0] <= high and (encoding != "gb18030" or raw[1] >= 0xA1)
    rare = encoding == "gb18030" and (len(raw) != 2 or raw[1] < 0xA1)
    return 1.0 if everyday else -1.0 if rare else 0.3


@lru_cache(maxsize=4096)
def script(sign: str) -> str:
    """The script of a letter; '' of anything else."""
    if not sign.isalpha():
        # Vowels of Thai, Hebrew and Arabic are marks, no letters.
        return next((name for low, high, name in _SCRIPTS[3:6] if low <= ord(sign) <= high), "")
    if sign <= "\x7f":
        return "latin"
    return next((name for low, high, name in _SCRIPTS if low <= ord(sign) <= high), "")
