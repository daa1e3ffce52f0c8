"""What the kernel works on: a visit's row, a customer's state, a journey's rules, as records.

Records, since compiled code passes them by address; an array handed to a function is counted in and out of use,
which takes longer than most events do.
"""

from __future__ import annotations

import numpy as np

from desirepath.journey.bits import MAX_STAGES

# The columns of Visits, by their names and with their types.
VISIT = np.dtype(
    [
        ("customer", np.int32),
        ("track", np.int8),
        ("pass_no", np.int32),
        ("start", np.int8),
        ("stage", np.int8),
        ("skipped", np.bool_),
        ("entered", np.int64),
        ("entry_event", np.int64),
        ("ended", np.int64),
        ("end_event", np.int64),
        ("outcome", np.int8),
        ("next_stage", np.int8),
        ("succeeded", np.int64),
        ("success_event", np.int64),
        ("knowledge", np.int64),
        ("deadline", np.int64),
        ("active", np.int64),
        ("pass_ended", np.int64),
        ("pass_outcome", np.int8),
        ("won_back", np.int64),
    ],
    align=True,
)

# A customer on a track. Stages in bit sets: bit s.
STATE = np.dtype(
    [
        ("customer", np.int64),
        ("stage", np.int64),  # of the current visit, −1 outside a pass
        ("bought", np.int64),
        ("reached", np.int64),  # bit set: the goal, or without a goal the evidence, was ever reached
        ("matched", np.int64),  # bit set: `repeat` stages whose enter rule was ever matched
        ("entry_clock", np.int64),
        ("activity", np.int64),
        ("wait", np.int64),
        ("is_active", np.int64),
        ("active_end", np.int64),
        ("passes", np.int64),
        ("start", np.int64),  # of the current pass, as are the next two
        ("won_back", np.int64),
        ("pass_row", np.int64),  # its first row
        ("visit_row", np.int64),  # the current visit's row
        ("row", np.int64),  # the next free row
    ]
)

# What one track knows of a journey: on the repeat track, as though later stages did not exist. −1: none.
RULES = np.dtype(
    [
        ("track", np.int64),
        ("stages", np.int64),
        ("advances", np.int64),
        ("returns_to", np.int64),
        ("with_goal", np.int64),  # bit set
        ("repeats", np.int64),  # bit set
        ("after", np.int64, (MAX_STAGES,)),
        ("lapse", np.int64, (MAX_STAGES,)),
        ("knowledge", np.int64, (MAX_STAGES,)),
    ]
)
