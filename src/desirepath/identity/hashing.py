"""A number for each identifier that is the same in every run, and customer ids made of it.

SipHash-2-4 (Aumasson & Bernstein, 2012) of "kind:value": short inputs in some 20 ns each, against a
microsecond for a digest from Python. The key is fixed, so ids are the same wherever the same data is loaded;
the hash is also the last tie-break of the order of links, so that nobody is favoured by the alphabet.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from desirepath.core.compiled import kernel

UInt64 = NDArray[np.uint64]

_KEY = np.frombuffer(b"desirepath: ids.", "<u8")
_BITS = 60  # twelve characters of five bits
_DIGITS = np.frombuffer(b"0123456789abcdefghjkmnpqrstvwxyz", np.uint8)  # Crockford: no i, l, o, u


@kernel
def _rotated(x, bits):  # type: ignore[no-untyped-def]
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@kernel
def _round(v0, v1, v2, v3):  # type: ignore[no-untyped-def]
    v0 += v1
    v2 += v3
    v1 = _rotated(v1, 13) ^ v0
    v3 = _rotated(v3, 16) ^ v2
    v0 = _rotated(v0, 32)
    v2 += v1
    v0 += v3
    v1 = _rotated(v1, 17) ^ v2
    v3 = _rotated(v3, 21) ^ v0
    v2 = _rotated(v2, 32)
    return v0, v1, v2, v3


@kernel
def _siphash(head, data, start, end, k0, k1):  # type: ignore[no-untyped-def]
    """SipHash-2-4 of the bytes of `head` followed by data[start:end]."""
    v0 = k0 ^ np.uint64(0x736F6D6570736575)
    v1 = k1 ^ np.uint64(0x646F72616E646F6D)
    v2 = k0 ^ np.uint64(0x6C7967656E657261)
    v3 = k1 ^ np.uint64(0x7465646279746573)
    length = len(head) + end - start
    word = np.uint64(0)
    for i in range(length):
        byte = head[i] if i < len(head) else data[start + i - len(head)]
        word |= np.uint64(byte) << np.uint64(8 * (i & 7))
        if i & 7 == 7:
            v3 ^= word
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0 ^= word
            word = np.uint64(0)
    word |= np.uint64(length & 255) << np.uint64(56)
    v3 ^= word
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0 ^= word
    v2 ^= np.uint64(255)
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@kernel
def _hash_all(head, data, offsets, k0, k1, out):  # type: ignore[no-untyped-def]
    for i in range(len(out)):
        out[i] = _siphash(head, data, offsets[i], offsets[i + 1], k0, k1)


def hash_values(kind: str, values: pa.Array, key: UInt64 = _KEY) -> UInt64:
    """The hash of "kind:value" for each value (utf8, none null)."""
    return hash_after(f"{kind}:".encode(), values, key)


def hash_after(head: bytes, values: pa.Array, key: UInt64 = _KEY) -> UInt64:
    """The hash of `head` followed by each value (utf8, none null)."""
    out = np.empty(len(values), np.uint64)
    if len(values):
        offsets, data = string_bytes(values)
        _hash_all(np.frombuffer(head, np.uint8), data, offsets, key[0], key[1], out)
    return out


def string_bytes(values: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Where each value starts and ends, and the bytes of all."""
    wide = values.cast(pa.large_string())
    _, offsets, data = wide.buffers()
    starts = np.frombuffer(offsets, np.int64)[wide.offset : wide.offset + len(wide) + 1]
    return starts, np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)


def customer_numbers(kinds: list[str], kind: NDArray[np.int8], hashes: UInt64, values: pa.Array) -> UInt64:
    """A 60-bit number for each customer, from the hash of the identifier that stands for it; all distinct.

    Two identifiers with one number (one chance in 90,000 among five million) are told apart by hashing the
    later of them again, by kind and value, with a count before it.
    """
    numbers = hashes >> np.uint64(64 - _BITS)
    again = 0
    while len(clash := _repeated(numbers)):
        again += 1
        named = [(int(numbers[i]), kinds[kind[i]], values[int(i)].as_py(), int(i)) for i in clash]
        named.sort()
        for before, this in pairwise(named):
            if before[0] == this[0]:
                head = f"{again}:{this[1]}:".encode()
                numbers[this[3]] = hash_after(head, pa.array([this[2]]))[0] >> np.uint64(64 - _BITS)
    return numbers


def _repeated(numbers: UInt64) -> NDArray[np.int64]:
    """The places of all numbers that occur more than once."""
    order = np.argsort(numbers, kind="stable")
    twice = np.zeros(len(order), np.bool_)
    same = numbers[order][1:] == numbers[order][:-1]
    twice[1:] |= same
    twice[:-1] |= same
    return order[twice]


def customer_ids(numbers: UInt64) -> pa.Array:
    """Numbers as text, "c" and twelve digits of Crockford's base 32: 'c7f3k2m9qx04a'. Text sorts as numbers do."""
    text = np.empty((len(numbers), 13), np.uint8)
    text[:, 0] = ord("c")
    for place in range(12):
        digit = (numbers >> np.uint64(_BITS - 5 * (place + 1))) & np.uint64(31)
        text[:, place + 1] = _DIGITS[digit.astype(np.int64)]
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * 13
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text.tobytes()))
