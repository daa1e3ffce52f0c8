"""Which values are never identifiers?

In: distinct values of a kind, already made alike. Out: a reason (Blocked) for each, NO for those that may be
used. The lists are of what software and hurried people write into a field that they cannot fill; each such
value would make one customer of everybody who has it.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from desirepath.identity.normalise import alike
from desirepath.identity.reasons import Blocked
from desirepath.identity.rules import Form, Kind, is_pattern

# fmt: off
_WORDS = pa.array([
    "null", "none", "nil", "nan", "na", "n/a", "#n/a", "#null!", "#ref!", "undefined", "unknown", "unset", "empty",
    "(null)", "(none)", "(unknown)", "<null>", "<na>", "<none>", "\\n", "none none", "[object object]", "string",
    "not set", "(not set)", "not_set", "not provided", "not available", "no email", "noemail", "no_email", "missing",
    "anonymous", "anon", "guest", "test", "testing", "dummy", "sample", "default", "void", "todo", "tbd",
    "-1", "?", "??", "???", ".", "..", "x", "xx", "xxx",
], pa.large_string())
# fmt: on
_ZEROS = r"^[0\-]*$"  # as Segment has it; a UUID of zeros is among them

# The part before the @ says that nobody reads it, or that somebody had to fill the field.
_NO_NAME = r"(?:null|none|nil|n/?a|nan|undefined|unknown|anonymous|anon|no\.?email|no\.?mail|not\.?provided)"
_NO_ANSWER = r"(?:no|do[._-]?not|dont)[._-]?reply|mailer-daemon|postmaster|bounces?"
_PLACEHOLDERS = (
    rf"^{_NO_NAME}@"
    r"|^(?:test|test\d|testing|tester|example|email|e-mail|mail|name|user|username|someone|somebody|you|your"
    r"|your[._-]?(?:e-?)?mail|your[._-]?name|first[._-]?last|john\.?doe|jane\.?doe|a|aa|aaa|abc|asdf|x|xx|xxx)"
    r"@(?:test|tests|example|email|mail|domain|yourdomain|company|abc|a|aa|aaa|x|xx|xxx|asdf)\.[a-z]+$"
    r"|@(?:null|none|undefined|localhost|noemail)(?:\.[a-z]+)?$"
    r"|\.(?:invalid|localhost)$"
)
_EMAIL = r"^[^@\s]+@[^@\s]+$"
_DIGEST = r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$"  # an address that was hashed before it came here
_ONE_DIGIT = r"^\+?(?:0+|1{6,}|2{6,}|3{6,}|4{6,}|5{6,}|6{6,}|7{6,}|8{6,}|9{6,})$"
_COUNTED = r"^\+?(?:0?123456789?0?|9876543210?)$"


def blocked_because(values: pa.Array, kind: Kind, region: str | None = None) -> NDArray[np.int8]:
    """A Blocked code for each value. `values`: distinct, made alike, none null or empty."""
    because = np.zeros(len(values), np.int8)

    def mark(reason: Blocked, hit: pa.Array) -> None:
        because[(because == Blocked.NO) & np.asarray(hit)] = reason

    mark(Blocked.ZEROS, pc.match_substring_regex(values, _ZEROS))
    mark(Blocked.WORD, pc.is_in(pc.utf8_lower(values), _WORDS))
    if kind.form is Form.EMAIL:
        mark(Blocked.PLACEHOLDER, pc.match_substring_regex(values, _PLACEHOLDERS))
        mark(Blocked.ANSWERS_NOBODY, pc.match_substring_regex(values, rf"^(?:{_NO_ANSWER})(?:\+[^@]*)?@"))
        mark(Blocked.NO_EMAIL, pc.invert(pc.match_substring_regex(values, rf"{_EMAIL}|{_DIGEST}")))
    elif kind.form is Form.PHONE:
        mark(Blocked.PLACEHOLDER, pc.match_substring_regex(values, rf"{_ONE_DIGIT}|{_COUNTED}"))
        mark(Blocked.NO_PHONE, pc.invert(pc.match_substring_regex(values, rf"\d.*\d.*\d.*\d.*\d|{_DIGEST}")))
    for text in kind.blocked:
        hit = (
            _matches(values, text[1:-1]) if is_pattern(text) else pc.equal(values, alike(text, kind, region))
        )
        mark(Blocked.JOURNEY, hit)
    return because


def _matches(values: pa.Array, pattern: str) -> pa.Array:
    """Values in which the pattern is found. Arrow's engine is linear; Python's knows more syntax."""
    try:
        return pc.match_substring_regex(values, pattern)
    except pa.ArrowInvalid:
        wanted = re.compile(pattern)
        return pa.array([wanted.search(value) is not None for value in values.to_pylist()], pa.bool_())
