"""Which identifiers are there, and on which sightings?

In: sightings, one row for each distinct combination of identifiers seen together on events: a text column a
kind, `first_seen` and `last_seen` (µs UTC), `events`. Out: Coded: the identifiers as numbers, and the
sightings as rows of such numbers. Neither depends on the order of the sightings.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from desirepath.core.times import FOREVER, NEVER
from desirepath.identity import kernels
from desirepath.identity.blocked import blocked_because
from desirepath.identity.hashing import UInt64, hash_values
from desirepath.identity.normalise import make_alike
from desirepath.identity.reasons import IdentifierStatus
from desirepath.identity.rules import Kind, Rules

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
_N = TypeVar("_N", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Grain: identifier; sorted by (kind, hash). Arrays of equal length; a code is a place in them.

    kind: int8, index in the rules' kinds. value: large_string, made alike. hash: of "kind:value".
    first_seen, last_seen: µs UTC. events: how many events carry it. status: IdentifierStatus.
    blocked_because: reasons.Blocked. people: known people (or stronger known values) that it is tied to, as
    far as they were counted: 0 where they are few enough to make no difference.
    """

    kind: Int8
    value: pa.Array
    hash: UInt64
    first_seen: Int64
    last_seen: Int64
    events: Int64
    status: Int8
    blocked_because: Int8
    people: Int32

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def usable(self) -> Bools:
        """Neither blocked nor shared: it may link."""
        used: Bools = self.status == IdentifierStatus.USED
        return used


@dataclass(frozen=True, slots=True)
class Coded:
    """Sightings as codes.

    codes: int32 [sightings, kinds], −1 where the kind is missing. first_seen, last_seen, events: of sightings.
    spelling_of, spelling: how sources wrote identifiers where that differs from their value.
    """

    identifiers: Identifiers
    codes: Int32
    first_seen: Int64
    last_seen: Int64
    events: Int64
    spelling_of: Int32
    spelling: pa.Array


def code_sightings(sightings: pa.Table, rules: Rules) -> Coded:
    """Number the identifiers and rewrite the sightings with the numbers."""
    codes = np.full((sightings.num_rows, len(rules.kinds)), -1, np.int32)
    values: list[pa.Array] = []
    hashes: list[UInt64] = []
    because: list[Int8] = []
    kinds: list[Int8] = []
    spelling_of: list[Int32] = []
    spellings: list[pa.Array] = []
    count = 0
    present = [kind.name in sightings.column_names for kind in rules.kinds]
    # Columns are independent, and Arrow, NumPy and the kernels let go of the interpreter while they work.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        coding = [
            pool.submit(_code_column, sightings.column(kind.name), kind, rules.phone_region)
            if there
            else None
            for kind, there in zip(rules.kinds, present, strict=True)
        ]
    for place, (kind, coded) in enumerate(zip(rules.kinds, coding, strict=True)):
        if coded is None:
            continue
        code, column = coded.result()
        codes[:, place] = np.where(code >= 0, code + count, -1)
        values.append(column.value)
        hashes.append(column.hash)
        because.append(blocked_because(column.value, kind, rules.phone_region))
        kinds.append(np.full(len(column.value), place, np.int8))
        spelling_of.append((column.spelling_of + count).astype(np.int32))
        spellings.append(column.spelling)
        count += len(column.value)
    first, last, events = (_int64(sightings.column(n)) for n in ("first_seen", "last_seen", "events"))
    blocked = _joined(because, np.int8)
    to_first, to_last, to_events = np.full(count, FOREVER), np.full(count, NEVER), np.zeros(count, np.int64)
    kernels.seen(codes, first, last, events, to_first, to_last, to_events)
    status = np.where(blocked > 0, IdentifierStatus.BLOCKED, IdentifierStatus.USED).astype(np.int8)
    identifiers = Identifiers(
        _joined(kinds, np.int8), _texts(values), _joined(hashes, np.uint64), to_first, to_last, to_events,
        status, blocked, np.zeros(count, np.int32),
    )  # fmt: skip
    return Coded(identifiers, codes, first, last, events, _joined(spelling_of, np.int32), _texts(spellings))


@dataclass(frozen=True, slots=True)
class _Column:
    value: pa.Array  # distinct, sorted by hash
    hash: UInt64
    spelling_of: Int32
    spelling: pa.Array


def _code_column(raw: pa.ChunkedArray, kind: Kind, region: str | None) -> tuple[Int32, _Column]:
    """The distinct values of a column, and for each row the place of its value; −1 where null or blank."""
    # Wide offsets first: the chunks of a long column do not fit into one with narrow ones.
    encoded = raw.cast(pa.large_string()).combine_chunks().dictionary_encode()
    written = encoded.dictionary
    value = make_alike(written, kind, region)
    full = np.flatnonzero(np.asarray(pc.greater(pc.utf8_length(value), 0)))
    if len(full) < len(value):
        value, written = value.take(pa.array(full)), written.take(pa.array(full))
    hashes = hash_values(kind.name, value)
    order, new = _distinct(hashes, value)
    code_of_full = np.empty(len(full), np.int32)
    code_of_full[order] = np.cumsum(new, dtype=np.int32) - 1
    code_of_written = np.full(len(encoded.dictionary) + 1, -1, np.int32)  # the last one stands for null
    code_of_written[full] = code_of_full
    stands, spelled = order[new], np.flatnonzero(np.asarray(pc.not_equal(written, value)))
    column = _Column(
        value.take(pa.array(stands)), hashes[stands], code_of_full[spelled], written.take(pa.array(spelled))
    )
    return code_of_written[np.asarray(pc.fill_null(encoded.indices, len(encoded.dictionary)))], column


def _distinct(hashes: UInt64, value: pa.Array) -> tuple[Int64, Bools]:
    """An order by (hash, value), and where in it a new value begins."""
    order = np.argsort(hashes, kind="stable")
    same = np.flatnonzero(hashes[order][1:] == hashes[order][:-1])
    new = np.ones(len(order), np.bool_)
    equal = np.asarray(pc.equal(value.take(pa.array(order[same])), value.take(pa.array(order[same + 1]))))
    if equal.all():
        new[same + 1] = False
        return order, new
    # Two values with one hash: their text decides the order among them.
    rank = np.asarray(pc.rank(value, tiebreaker="dense"))
    order = np.lexsort((rank, hashes))
    new[1:] = rank[order][1:] != rank[order][:-1]
    return order, new


def _int64(column: pa.ChunkedArray) -> Int64:
    # Of one chunk Arrow gives what cannot be written, of several a copy: kernels are compiled for each kind of array.
    values = np.ascontiguousarray(column.cast(pa.int64()).to_numpy()).view()
    values.flags.writeable = False
    return values


def _joined(parts: list[NDArray[_N]], kind: type[_N]) -> NDArray[_N]:
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _texts(parts: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())
