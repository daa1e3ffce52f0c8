"""Columns of text that stay where Arrow has them: a million of them are no million Python objects.

In: an Arrow array. Out: a Sequence of str that makes one when it is asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


class Texts(Sequence[str]):
    """Texts of an Arrow array; null is ''. Few distinct ones (kinds, sources) should come dictionary-encoded."""

    def __init__(self, column: pa.Array | pa.ChunkedArray) -> None:
        import pyarrow as pa

        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        self._codes: np.ndarray[tuple[int], np.dtype[np.int64]] | None = None
        self._names: list[str] = []
        if isinstance(whole, pa.DictionaryArray):
            self._names = [*whole.dictionary.to_pylist(), ""]
            self._codes = whole.indices.cast("int64").fill_null(len(self._names) - 1).to_numpy()
        self._texts = whole

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        if self._codes is not None:
            return self._names[int(self._codes[at])]
        text: str | None = self._texts[int(at)].as_py()
        return text or ""
