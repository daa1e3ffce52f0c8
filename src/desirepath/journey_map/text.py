"""What may be shown of the words and names of customers, and how hostile text is made harmless.

mask_text hides what names a person; clean_text removes what no file format can carry or what would turn
the reading direction of the text around it. Escaping is the business of each export.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import blake2b
from typing import TypeVar, cast

import numpy as np

Thing = TypeVar("Thing")

# C0 and C1 controls but tab and newline, which no XML may carry or no reader sees; and what has no glyph.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ufff9-\ufffb]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Embeddings, overrides and isolates reach beyond the quote; the marks LRM and RLM do not, and stay.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")

_RUNNABLE = tuple("=+-@\t\r\n＝＋－＠")

_URL = re.compile(r"(?i)\b((?:https?|ftp)://)(?:[^\s/@?#]*@)?([^\s?#]*)([?#]\S*)?")
# It begins where a word does: tried at every letter of a long word, the time would grow with its square.
_EMAIL = re.compile(r"(?<![^\s@＠<>()\[\],;:\"'])[^\s@＠<>()\[\],;:\"']+[@＠](?:[\w-]+[.．])+[\w-]*\w")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_DIGITS = re.compile(r"(?<![\w,])[+(#]*\d(?:[ \t\xa0().\-/]{0,2}\d)+(?!\w)")
_DATE = re.compile(r"(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{2,4}|\d{4}\s?-\s?\d{4})")
_CODE = re.compile(r"\b(?=\w*\d{5})\w{6,}\b")


def clean_text(text: str) -> str:
    """The same words without control characters, bidirectional overrides and lone surrogates."""
    plain = _BREAKS.sub("\n", text)
    plain = _CONTROLS.sub("\ufffd", plain)
    return _BIDI.sub("", _SURROGATES.sub("\ufffd", plain))


def mask_text(text: str) -> str:
    """Words with e-mail addresses, phone and other long numbers, and what follows `?` in links taken out.

    >>> mask_text("Call me on +61 2 9374 4000 or ana@example.com")
    'Call me on [number] or [e-mail]'
    >>> mask_text("see https://shop.example/cart?user=77&t=abc, since 2024-11-20")
    'see https://shop.example/cart?… since 2024-11-20'
    """
    plain = _URL.sub(lambda m: m[1] + m[2] + ("?…" if m[3] else ""), text)
    plain = _EMAIL.sub("[e-mail]", plain)
    plain = _IBAN.sub("[number]", plain)
    plain = _DIGITS.sub(_mask_digits, plain)
    return _CODE.sub("[number]", plain)


def _mask_digits(found: re.Match[str]) -> str:
    run = found[0]
    if _DATE.fullmatch(run):
        return run
    digits = sum(c.isdigit() for c in run)
    return "[number]" if digits >= (6 if run.strip("+(#").isdigit() else 7) else run


def is_formula(text: str) -> bool:
    """Would a spreadsheet run it? Source: OWASP, CSV injection."""
    return text.startswith(_RUNNABLE)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before one that it would."""
    return f"'{text}" if is_formula(text) else text


def mask_customer(id: str) -> str:
    """A customer's id cut so short that it finds nobody, yet tells examples apart: 'c7f3…'.

    Ids that Desirepath did not make could be a name or an address: only a digest of them is shown.
    """
    if re.fullmatch(r"c[a-z0-9]{8,}", id) and any(c.isdigit() for c in id):
        return f"{id[:4]}…"
    digest = blake2b(id.encode("utf-8", "replace"), digest_size=2).hexdigest()
    return f"c{digest}…"


def slug(text: str) -> str:
    """A name that is safe in a link, an HTML id and a file: lower-case ASCII letters, digits, _ and -."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")
    if plain and len(plain) <= 60 and plain == text.lower():
        return plain
    # Names that differ only in what was taken out must stay apart.
    tail = blake2b(text.encode("utf-8", "replace"), digest_size=3).hexdigest()
    return f"{plain[:40]}-{tail}" if plain else f"x-{tail}"


def cleaned(thing: Thing) -> Thing:
    """The same document with every text in it clean. Walks frozen dataclasses, tuples and dicts."""
    return cast(Thing, _cleaned(thing))


def _cleaned(thing: object) -> object:
    if isinstance(thing, Enum) or thing is None or isinstance(thing, bool | int | float | np.ndarray):
        return thing
    if isinstance(thing, str):
        return clean_text(thing)
    if isinstance(thing, tuple):
        return tuple(_cleaned(part) for part in thing)
    if isinstance(thing, dict):
        return {_cleaned(key): _cleaned(part) for key, part in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return type(thing)(**{f.name: _cleaned(getattr(thing, f.name)) for f in fields(thing)})
    return thing


def shorten(text: str, most: int) -> str:
    """At most `most` characters, cut at a word where one ends near, with an ellipsis."""
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain
    cut = plain[: most - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > most * 0.6 else cut).rstrip(" ,;.:–-") + "…"
