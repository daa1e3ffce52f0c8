"""What may be shown of rows as they came, before anybody knows what is in them.

Nothing that names a customer is shown unless somebody asks for it on purpose: identifiers, and columns that are called
as personal ones are, have the masks that customers have elsewhere. What is left still shows the form of a value, so
that a wrong date or a missing column can be seen.
"""

from __future__ import annotations

import re
import secrets

from desirepath.app.customers.masking import Masking
from desirepath.app.serving import Serving
from desirepath.core.errors import DesirepathError
from desirepath.journey_map.text import clean_text, mask_text

_OURS = secrets.token_hex(16)  # the salt as long as there is no store
_PATIENCE = 2.0  # seconds
_QUOTED = re.compile(r'((?:, for example| like) ")(.*)("(?=$|: ))', re.M)  # as loading_problems.py says it


def mask_cell(value: str) -> str:
    """A cell of a column that names nobody: without e-mail addresses and long numbers."""
    return mask_text(clean_text(value))


def masking_of(serving: Serving, reveal: bool) -> Masking:
    """The masks of this workspace: one value looks the same here and on the page of a customer."""
    return Masking(reveal, _salt(serving), "UTC")


def _salt(serving: Serving) -> str:
    try:
        with serving.reading(patience=_PATIENCE) as found, found.derived.store(write=False) as store:
            return str(store.meta("store"))
    except DesirepathError:  # nothing was loaded yet, or somebody writes
        return _OURS


def mask_quoted(message: str) -> str:
    """Why a source was not loaded, with the values that it quotes from records masked as cells.

    >>> mask_quoted('  7 × its time cannot be read, for example "ana@example.com"')
    '  7 × its time cannot be read, for example "[e-mail]"'
    """
    return _QUOTED.sub(lambda found: found[1] + mask_cell(found[2]) + found[3], message)


def mask_record(raw: str) -> str:
    """A whole record: which signs stand where, and no letter or digit as it is.

    >>> mask_record('7,"Ana","ana@example.com",31/31/2024')
    '0,"xxx","xxx@xxxxxxx.xxx",00/00/0000'
    """
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", clean_text(raw)))
