"""Anything that the library answers, as plain JSON data.

In: dataclasses, arrays, instants, estimates. Out: dicts, lists, texts and numbers that JSON has.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from desirepath.core.times import FOREVER, NEVER


def as_plain(value: Any) -> Any:
    """Anything the library answers as plain JSON data.

    Null stands for NaN, infinities and the instants "never" and "for ever": JSON has none of them. Durations are µs.
    """
    if hasattr(value, "as_dict"):
        return as_plain(value.as_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name.lower()
    if isinstance(value, Mapping):
        return {str(k): as_plain(v) for k, v in value.items()}
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return None if value in (NEVER, FOREVER) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return round(value.total_seconds() * 1e6)
    if hasattr(value, "tolist"):  # NumPy's arrays and numbers; importing it takes a moment
        return _plain_array(value)
    if isinstance(value, Iterable):
        return [as_plain(item) for item in value]
    return str(value)


def _plain_array(values: Any) -> Any:
    """Numbers are looked at together: curves hold thousands of them."""
    kind = values.dtype.kind
    if kind == "b":
        return values.tolist()
    if kind in "iu" and not ((values == NEVER) | (values == FOREVER)).any():
        return values.tolist()
    if kind == "f" and bool(abs(values).max(initial=0.0) < math.inf):  # not so where any is NaN
        return values.tolist()
    return as_plain(values.tolist())
