"""What a database answers as text, the way a file would have it, so that nothing of its type is lost.

A decimal keeps every digit, an instant its offset, a day has no time of day, JSON is JSON. Bytes are text where they
are UTF-8; else they are told as hexadecimal digits after \\x.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum


def as_text(value: object) -> str | None:
    """One cell; None where there is nothing."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value))
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.6f}".rstrip("0").rstrip(".")
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    if isinstance(value, Enum):
        return as_text(value.value)
    return str(value)


def _bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return "\\x" + value.hex()


def is_binary(value: object) -> bool:
    """Are these bytes that are no text?"""
    return isinstance(value, bytes | bytearray | memoryview) and _bytes(bytes(value)).startswith("\\x")
