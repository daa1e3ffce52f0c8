"""The folder of exports: files that grow block by block, packed where the name says so.

The same lines make the same bytes: packed files carry neither a name nor a time.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from types import TracebackType
from typing import IO


class Exports:
    """Files open for writing, by name below `folder`. Use in a `with`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, IO[bytes]] = {}
        self._below: list[IO[bytes]] = []
        self.lines: dict[str, int] = {}

    def write(self, name: str, lines: list[bytes], header: bytes = b"") -> None:
        """Appends lines; a new file begins with the header."""
        file = self._open.get(name)
        if file is None:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("wb")
            if name.endswith(".gz"):
                self._below.append(file)
                file = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=3)  # type: ignore[assignment]
            self._open[name] = file
            self.lines[name] = 0
            if header:
                file.write(header + b"\n")
        if lines:
            file.write(b"\n".join(lines) + b"\n")
            self.lines[name] += len(lines)

    def __enter__(self) -> Exports:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (*self._open.values(), *self._below):
            file.close()
