"""When are two written values the same identifier?

In: distinct values of one kind, as sources wrote them. Out: the same number of values, made alike: trimmed,
in Unicode's composed form (NFC); e-mail in lower case; phone numbers in E.164. Dots and tags in the name of
an e-mail address stay: whether they matter is up to the provider, and merging two people is the worse error.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from desirepath.identity.phones import phones_alike
from desirepath.identity.rules import Form, Kind


def make_alike(values: pa.Array, kind: Kind, phone_region: str | None = None) -> pa.Array:
    """The values as they are compared: large_string, as long as `values`, a null stays null."""
    trimmed = pc.utf8_normalize(pc.utf8_trim_whitespace(values.cast(pa.large_string())), form="NFC")
    if kind.form is Form.EMAIL:
        return pc.utf8_lower(trimmed)
    if kind.form is Form.PHONE:
        return phones_alike(trimmed, phone_region)
    return trimmed


def alike(value: str, kind: Kind, phone_region: str | None = None) -> str:
    """One value as it is compared."""
    return str(make_alike(pa.array([value], pa.large_string()), kind, phone_region)[0].as_py())
