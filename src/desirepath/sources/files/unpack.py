"""From what is on the disk to plain UTF-8 that can be read at once: unpacked, transcoded, within bounds.

A file that is so already stays where it is; all else becomes a file in the load's own temporary folder. An
archive that would grow beyond all reason is refused while it grows, whatever it says of itself.
"""

from __future__ import annotations

import codecs
import errno
import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from desirepath.core.errors import SourceError
from desirepath.sources.files.encoding import encoding_of
from desirepath.sources.files.find import FoundFile
from desirepath.sources.files.scan import CHUNK, Scan, scan_chunks

HEAD = 256 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far an archive may unpack. ratio counts from `ratio_from` bytes on: small files may be all alike."""

    largest: int = 50 * 1024**3
    ratio: int = 300
    ratio_from: int = 256 * 1024**2
    leave_free: int = 1024**3
    sheet: int = 4 * 1024**3  # bytes that a spreadsheet may unpack to
    sheet_memory: int = 4 * 1024**3  # bytes that opening one may take


@contextmanager
def open_bytes(found: FoundFile) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a file or member, as a stream. Raises SourceError where they cannot be had."""
    try:
        if found.member is not None:
            with zipfile.ZipFile(found.path) as archive, archive.open(found.member) as inner:
                yield inner
        elif found.path.suffix.lower() == ".gz":
            with gzip.open(found.path, "rb") as unzipped:
                yield unzipped  # type: ignore[misc]  # GzipFile reads like any other
        else:
            with found.path.open("rb") as plain:
                yield plain
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise SourceError(
            f"{found.name} cannot be unpacked: {str(error) or 'it ends too early'}.", file=str(found.path)
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise SourceError(f"{found.name} cannot be unpacked: {error}.", hint="Unpack it yourself.") from error
    except (ValueError, OSError) as error:
        # A directory of the archive that points outside of it; what a disk says of itself is no fault of the file.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise SourceError(
            f"{found.name} cannot be unpacked: the archive is damaged.",
            hint="Export it again.",
            file=str(found.path),
        ) from error


def is_packed(found: FoundFile) -> bool:
    """Do the bytes have to be unpacked first?"""
    return found.member is not None or found.path.suffix.lower() == ".gz"


def read_head(found: FoundFile, size: int = HEAD) -> bytes:
    """The first unpacked bytes."""
    with open_bytes(found) as stream:
        return stream.read(size)


def unpack(found: FoundFile, target: Path, bounds: Bounds, text: bool) -> Scan:
    """Write the unpacked bytes to `target` and look at them. Raises SourceError beyond the bounds."""
    with open_bytes(found) as stream, target.open("wb") as out:
        return scan_chunks(_written(bounded(stream, found, bounds, target.parent), out), text)


def _written(chunks: Iterator[bytes], out: IO[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        out.write(chunk)
        yield chunk


def bounded(stream: IO[bytes], found: FoundFile, bounds: Bounds, folder: Path) -> Iterator[bytes]:
    """The unpacked bytes, chunk by chunk. Raises SourceError where they outgrow the bounds, or `folder`'s disk."""
    packed, read = max(1, found.size), 0
    while chunk := stream.read(CHUNK):
        read += len(chunk)
        too_large = read > bounds.largest
        if too_large or (read > bounds.ratio_from and read > packed * bounds.ratio):
            raise SourceError(
                f"{found.name} was not unpacked: it grows beyond {read // 1024**2:,} MB"
                f" from {packed // 1024:,} kB.",
                hint="If that is right, unpack it yourself and name the unpacked file.",
                file=str(found.path),
            )
        if read % (64 * CHUNK) < CHUNK and shutil.disk_usage(folder).free < bounds.leave_free:
            raise SourceError(f"There is not enough disk space to unpack {found.name}.", file=str(found.path))
        yield chunk


def transcode(path: Path, target: Path, encoding: str, declared: bool, name: str) -> Scan:
    """Write a text anew as UTF-8 and look at it. A guessed encoding may leave signs that cannot be read.

    Raises SourceError where a declared encoding does not fit.
    """
    errors = "strict" if declared else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file, target.open("wb") as out:
            while True:
                chunk = file.read(CHUNK)
                # Marks are no part of the text, wherever files were put together.
                text = decoder.decode(chunk, final=not chunk).replace("\ufeff", "").encode("utf-8")
                out.write(text)
                if text:
                    yield text
                if not chunk:
                    return

    try:
        return scan_chunks(chunks())
    except UnicodeError as error:
        raise SourceError(
            f'{name} is not written in "{encoding}": {error}.',
            hint="Leave `encoding` out of sources.yaml to have it guessed.",
        ) from error


def head_text(found: FoundFile, declared: str | None) -> str:
    """The first characters of a text, decoded as the whole would be."""
    head = read_head(found)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
        odd = None
    except UnicodeDecodeError:
        odd = head
    encoding = encoding_of(head, odd, declared, found.name)
    return codecs.getincrementaldecoder(encoding)("replace").decode(head)
