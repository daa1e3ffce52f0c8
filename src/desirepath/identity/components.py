"""Which customers can a new sighting have anything to do with?

In: coded sightings. Out: Components: identifiers that were ever seen together, directly or through others, in
numbers from 0. Links that are refused tie them too, for what is shared or over a limit is judged over all of them;
only blocked values tie nobody. Whoever is in another component is never looked at when one is resolved: the
answer for a component is the same whether it is resolved alone or among all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirepath.identity import kernels
from desirepath.identity.reasons import IdentifierStatus
from desirepath.identity.sightings import Coded, Int32

NONE = -1  # of a blocked identifier, and of a sighting that has nothing else


@dataclass(frozen=True, slots=True)
class Components:
    """The component of each identifier and of each sighting, 0 … count − 1, or NONE."""

    identifier: Int32
    sighting: Int32
    count: int


def components_of(coded: Coded) -> Components:
    """The raw components, before any rule but the blocked values."""
    blocked = coded.identifiers.status == IdentifierStatus.BLOCKED
    parent = np.arange(len(blocked), dtype=np.int32)
    size = np.ones(len(blocked), np.int32)
    kernels.tie(coded.codes, blocked, parent, size)
    identifier, sighting = np.empty(len(blocked), np.int32), np.empty(len(coded.codes), np.int32)
    count = kernels.number_components(coded.codes, blocked, parent, identifier, sighting)
    return Components(identifier, sighting, int(count))
