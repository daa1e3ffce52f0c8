"""What are a file's bytes? One pass: digest, lines, and whether they are UTF-8.

The lines are counted because DuckDB can lose some in silence (a quote that is never closed, a line that is
longer than its buffer); the store compares.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20


@dataclass(slots=True)
class Scan:
    """The bytes of one file. lines: line feeds, and one more for a last line without."""

    size: int = 0
    digest: str = ""
    feeds: int = 0
    returns: int = 0
    ends_in_feed: bool = True
    has_nul: bool = False
    inner_mark: bool = False  # a mark of UTF-8 behind the start: files were put together
    is_utf8: bool = True
    odd: bytes = b""  # where it is not: the bytes around the first place that is no UTF-8

    @property
    def lines(self) -> int:
        """Physical lines."""
        feeds = self.feeds or self.returns
        return feeds + (self.size > 0 and not self.ends_in_feed)


def scan_file(path: Path, text: bool = True) -> Scan:
    """Read a file once. text: look at lines and encoding too. Raises OSError."""
    with path.open("rb") as file:
        return scan_chunks(iter(lambda: file.read(CHUNK), b""), text)


def scan_chunks(chunks: Iterable[bytes], text: bool = True) -> Scan:
    """The same over bytes that come from elsewhere."""
    found, hashed = Scan(), hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b""
    for chunk in chunks:
        found.size += len(chunk)
        hashed.update(chunk)
        if text:
            found.feeds += chunk.count(b"\n")
            found.returns += chunk.count(b"\r")
            found.has_nul = found.has_nul or b"\0" in chunk
            if found.is_utf8 and not _decodes(decoder, chunk):
                found.is_utf8, found.odd = False, last[-CHUNK:] + chunk
            place = (last[-2:] + chunk).find(codecs.BOM_UTF8, 0 if last else 1)
            found.inner_mark = found.inner_mark or place >= 0
            last = chunk
    if last:
        found.ends_in_feed = last.endswith(b"\n" if found.feeds else b"\r")
    found.digest = hashed.hexdigest()
    return found


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    if chunk.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True
