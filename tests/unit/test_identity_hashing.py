"""Ids that are the same in every run, and never two customers' at once."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa

from desirepath.identity import hashing
from desirepath.identity.hashing import customer_ids, customer_numbers, hash_after, hash_values

# The first vectors of the authors' reference implementation (vectors_sip64 in vectors.h of github.com/veorq/SipHash):
# key 00 01 … 0f, messages of 0, 1, 2 … bytes 00 01 02 ….
VECTORS = {
    0: 0x726FDB47DD0E0E31,
    1: 0x74F839C593DC67FD,
    7: 0xAB0200F58B01D137,
    8: 0x93F5F5799A932462,
    15: 0xA129CA6149BE45E5,
}


def test_the_hash_is_siphash_2_4():
    key = np.frombuffer(bytes(range(16)), "<u8")
    for length, expected in VECTORS.items():
        message = bytes(range(length))
        assert hash_after(b"", pa.array([message.decode()]), key)[0] == expected
        # Split anywhere, the head and the value make one message.
        assert hash_after(message[:3], pa.array([message[3:].decode()]), key)[0] == expected


def test_slices_and_empty_columns_are_hashed_too():
    values = pa.array(["a", "bb", "ccc"])
    assert hash_values("k", values.slice(1)).tolist() == hash_values("k", values).tolist()[1:]
    assert len(hash_values("k", values.slice(3))) == 0
    assert hash_values("k", values)[0] != hash_values("l", values)[0]


def test_ids_sort_as_their_numbers_do():
    numbers = np.sort(np.frombuffer(hashlib.sha256(b"x" * 999).digest() * 20, "<u8") >> np.uint64(4))
    ids = customer_ids(numbers).to_pylist()
    assert ids == sorted(ids)
    assert all(len(one) == 13 and one[0] == "c" for one in ids)
    assert customer_ids(np.array([0, 2**60 - 1], np.uint64)).to_pylist() == ["c000000000000", "czzzzzzzzzzzz"]


def test_an_id_never_changes():
    found = customer_ids(hash_values("user_id", pa.array(["u1"])) >> np.uint64(4))
    assert found.to_pylist() == ["cbkm9dx6rbcpj"]


def test_two_identifiers_with_one_number_are_told_apart_whatever_their_order(monkeypatch):
    monkeypatch.setattr(hashing, "_BITS", 5)  # 32 numbers for 20 customers: they must collide
    values = [f"u{n}" for n in range(20)]
    kinds = np.zeros(20, np.int8)
    found = []
    for order in (values, values[::-1]):
        column = pa.array(order)
        numbers = customer_numbers(["user_id"], kinds, hash_values("user_id", column), column)
        assert len(set(numbers.tolist())) == 20
        found.append(dict(zip(order, numbers.tolist(), strict=True)))
    assert found[0] == found[1]
