"""What may be shown of rows as they came, before anybody knows what is in them.

Nothing that names a customer is shown unless somebody asks for it on purpose; what is left still shows the form of a
value, so that a wrong date or a missing column can be seen.
"""

from __future__ import annotations

import re

from desirepath.journey_map.text import clean_text, mask_text

_SIGNS = 2  # of an identifier, that may be seen


def mask_cell(value: str) -> str:
    """A cell of a column that names nobody: without e-mail addresses and long numbers."""
    return mask_text(clean_text(value))


def mask_identifier(value: str) -> str:
    """The beginning of an identifier, which finds nobody, and its form.

    >>> mask_identifier("ana@example.com"), mask_identifier("C1043")
    ('an…@…', 'C1…')
    """
    plain = clean_text(value)
    return plain[: min(_SIGNS, len(plain) // 2)] + ("…@…" if "@" in plain else "…")


def mask_named(text: str) -> str:
    """`kind:value` with the value masked."""
    kind, colon, value = text.partition(":")
    return f"{kind}:{mask_identifier(value)}" if colon else mask_identifier(text)


def mask_record(raw: str) -> str:
    """A whole record: which signs stand where, and no letter or digit as it is.

    >>> mask_record('7,"Ana","ana@example.com",31/31/2024')
    '0,"xxx","xxx@xxxxxxx.xxx",00/00/0000'
    """
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", clean_text(raw)))
