"""Files that somebody drops on the app: taken in piece by piece, whole or not at all, and never more than is allowed.

In: a name, as a browser tells it, and bytes. Out: the file, in the workspace's folder `data`, from where sources.yaml
reads it. While it comes in it stands among the hidden stores; what a killed process left there goes with the next one.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from desirepath.app.derived import HIDDEN
from desirepath.core.errors import DesirepathError, NotFound, nearest

DATA = "data"  # the folder of dropped files
MOST_BYTES = 2 * 1024**3  # of a file
MOST_FILES = 200
ENDINGS = (
    ".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".pq",
    ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xes", ".cjml", ".gz", ".zip",
)  # fmt: skip
_LEAVE_FREE = 512 * 1024**2  # bytes of the disk, for the stores
_UNSAFE = re.compile(r"[^\w .,()+@&=-]+")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LONGEST = 120
_PLACING = threading.Lock()  # of two who drop one name at once, the second is told


class UploadRefused(DesirepathError):
    """A file cannot be taken in: its name, its size, or how many there are already."""

    code = "upload"


class UploadTooLarge(UploadRefused):
    """It is larger than a file may be, or than the disk has room for."""

    code = "too_large"


class UploadThere(UploadRefused):
    """A file of that name is there already."""

    code = "upload_there"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file in the folder of dropped files."""

    name: str
    bytes: int
    changed: datetime


def safe_name(told: str) -> str:
    """A name that is one file's in our own folder, whatever was told. Raises UploadRefused where it is no data file.

    >>> safe_name("../../etc/Orders [2024]*.CSV")
    'Orders _2024_.CSV'
    """
    last = PurePosixPath(unicodedata.normalize("NFC", told).replace("\\", "/")).name
    plain = _UNSAFE.sub("_", last).strip(" .")
    stem, ending = _split(plain)
    if ending.lower() not in ENDINGS or not stem.strip("_ ."):
        raise UploadRefused(
            f'"{last[:_LONGEST]}" is no file that can be read.',
            hint=f"Known endings: {', '.join(ENDINGS)}.",
            name=last[:_LONGEST],
        )
    while len((stem + ending).encode()) > _LONGEST:
        stem = stem[:-1]
    stem = stem.lstrip(" .-")
    return f"_{stem}{ending}" if _DEVICE.fullmatch(stem) or not stem else stem + ending


def _split(name: str) -> tuple[str, str]:
    """orders.csv → orders, .csv"""
    at = name.rfind(".")
    return (name[:at], name[at:]) if at > 0 else (name, "")


def uploads(folder: Path) -> list[Uploaded]:
    """The dropped files, by name."""
    found = []
    for path in sorted((folder / DATA).glob("*")):
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() in ENDINGS:
            told = path.stat()
            found.append(Uploaded(path.name, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC)))
    return found


class Incoming:
    """One file on its way in."""

    def __init__(self, file: IO[bytes], room: int) -> None:
        self._file, self._room, self.bytes = file, room, 0

    def add(self, piece: bytes) -> None:
        """The next bytes of it. Raises UploadTooLarge where they are more than there may be."""
        self.bytes += len(piece)
        within(self.bytes, self._room)
        self._file.write(piece)


def within(size: int, room: int) -> None:
    """Raises UploadTooLarge for a file of that size. room: bytes that the disk can give."""
    if size > MOST_BYTES:
        raise UploadTooLarge(
            f"A file that is dropped here has at most {MOST_BYTES // 1024**3} GB.",
            hint="Put larger ones into the workspace's folder, and name them in sources.yaml: there is no limit then.",
            most=MOST_BYTES,
        )
    if size > room:
        raise UploadTooLarge(
            "The disk has no room for this file.", hint="Free some space, then drop it again."
        )


@contextmanager
def taking(folder: Path, told: str, *, size: int | None = None, replace: bool = False) -> Iterator[Incoming]:
    """Take a file in: it stands in its place when the block ends, and nothing does where the block fails.

    size: as it was announced. replace: a file of that name may be there; it is until the new one is whole.
    Raises UploadRefused.
    """
    name = safe_name(told)
    _target(folder, name, replace)
    waiting = folder / HIDDEN / "incoming"
    waiting.mkdir(parents=True, exist_ok=True)
    room = shutil.disk_usage(waiting).free - _LEAVE_FREE
    within(size or 0, room)
    _sweep(waiting)
    part = waiting / f"{os.getpid()}.{secrets.token_hex(6)}"
    try:
        with part.open("xb") as file:
            yield Incoming(file, room)
            file.flush()
            os.fsync(file.fileno())
        (folder / DATA).mkdir(exist_ok=True)
        with _PLACING:  # it may have come in for minutes: somebody else may have dropped that name meanwhile
            part.replace(_target(folder, name, replace))
    finally:
        part.unlink(missing_ok=True)


def _target(folder: Path, name: str, replace: bool) -> Path:
    """Where a file of that name goes. Raises UploadThere, and UploadRefused where there are too many."""
    there = uploads(folder)
    taken = next((one.name for one in there if one.name.casefold() == name.casefold()), None)
    if taken is not None and not replace:
        raise UploadThere(
            f"There is a file {taken} already.", hint="Replace it, or give yours another name.", name=taken
        )
    if taken is None and len(there) >= MOST_FILES:
        raise UploadRefused(
            f"There are {MOST_FILES} files already.",
            hint="Remove some, or put them together in one archive (.zip).",
        )
    return folder / DATA / (taken or name)


def _sweep(waiting: Path) -> None:
    """Remove what processes that are gone have left."""
    for old in waiting.iterdir():
        owner = old.name.partition(".")[0]
        if owner.isdigit() and not _lives(int(owner)):
            with suppress(PermissionError):  # on Windows: somebody writes it at the moment
                old.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if os.name == "nt":  # there signal 0 is Ctrl-C
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove_upload(folder: Path, name: str) -> None:
    """Remove a dropped file. What was loaded from it stays loaded. Raises NotFound."""
    names = [one.name for one in uploads(folder)]
    if name not in names:
        raise NotFound(f'there is no file "{name[:_LONGEST]}"', hint=nearest(name, names, "Files"))
    (folder / DATA / name).unlink()


def paths_of(folder: Path, names: list[str]) -> list[Path]:
    """Where these dropped files stand. Raises NotFound for one that is not there."""
    there = [one.name for one in uploads(folder)]
    for name in names:
        if name not in there:
            raise NotFound(f'there is no file "{name[:_LONGEST]}"', hint=nearest(name, there, "Files"))
    return [folder / DATA / name for name in names]
