"""Texts that Arrow keeps are read like any list of texts."""

from __future__ import annotations

import pyarrow as pa
import pytest

from desirepath.app.texts import Texts

TOLD = ["b", "a", None, "b"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(TOLD),
        pa.array(TOLD).dictionary_encode(),
        pa.chunked_array([TOLD[:1], TOLD[1:]]),
        pa.chunked_array([TOLD[:1], TOLD[1:]]).dictionary_encode(),
        pa.array(["x", *TOLD]).slice(1),
    ],
)
def test_texts_are_read_one_by_one_or_in_a_row(column: pa.Array) -> None:
    texts = Texts(column)
    assert list(texts) == ["b", "a", "", "b"]
    assert (len(texts), texts[1], texts[-1], texts[1:3]) == (4, "a", "b", ["a", ""])
    with pytest.raises(IndexError):
        texts[4]


def test_no_texts_are_no_texts() -> None:
    assert list(Texts(pa.array([], pa.string()))) == []
    assert list(Texts(pa.array([], pa.string()).dictionary_encode())) == []
