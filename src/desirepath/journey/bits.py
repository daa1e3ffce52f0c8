"""What each bit of a trail's `evidence` column means. One int64 per event.

bits  0–15  the event satisfies the `enter` rule of stage s (bit s)
bits 16–31  … the `goal` rule of stage s; for `goal: repeat` the stage's own `enter` rule sets it
bits 32–47  … the `exit` rule of stage s; a journey-wide `exit` sets all stages' bits
bits 48–    who did it, and the marks below
A voided event keeps only its marks: it is neither evidence nor goal.
"""

from __future__ import annotations

MAX_STAGES = 16
ENTER = 0
GOAL = 16
EXIT = 32
BY_CUSTOMER = 1 << 48
BY_BUSINESS = 1 << 49
BY_MACHINE = 1 << 50
DATE_ONLY = 1 << 51
VOIDED = 1 << 52
ACTIVE_START = 1 << 53
ACTIVE_END = 1 << 54
