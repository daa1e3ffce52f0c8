"""Which files does a source have? Patterns become files, in the order of their names.

In: the patterns of sources.yaml, its folder. Out: FoundFiles; an archive gives one for each member. The name
of a part does not say where the folder stands, so that moving the data changes nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from desirepath.core.errors import SourceError, nearest

Format = Literal["csv", "jsonl", "parquet", "excel", "xes", "cjml"]
_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".psv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".xes": "xes",
    ".cjml": "cjml",
}
_WILD = re.compile(r"[*?\[]")
MAX_MEMBERS = 10_000


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file, or one member of an archive. name: of the part."""

    path: Path
    name: str
    member: str | None = None

    @property
    def inner_name(self) -> str:
        """The name that tells the format: of the member, without .gz."""
        name = PurePosixPath(self.member).name if self.member else self.path.name
        return name[:-3] if name.lower().endswith(".gz") else name

    @property
    def size(self) -> int:
        """Bytes on the disk; an archive's for each of its members."""
        return self.path.stat().st_size


def find_files(source: str, patterns: Sequence[str], folder: Path) -> list[FoundFile]:
    """Every file of a source, by the name of its part. Raises SourceError where a pattern finds none."""
    found: dict[Path, str] = {}
    for pattern in patterns:
        matches = _matches(source, pattern, folder)
        for path, name in matches:
            found.setdefault(path, name)
    files = [one for path, name in found.items() for one in _members(source, path, name)]
    names = [one.name for one in files]
    if len(set(names)) < len(names):
        # Two folders hold a file of the same name: then the folders must be part of it.
        files = [FoundFile(f.path, f"{f.path.parent.name}/{f.name}", f.member) for f in files]
    return sorted(files, key=lambda one: (one.name, str(one.path)))


def format_of(found: FoundFile, declared: Format | None) -> Format:
    """Declared, or told by the name. Raises SourceError where neither says."""
    if declared is not None:
        return declared
    suffix = PurePosixPath(found.inner_name).suffix.lower()
    if suffix in _FORMATS:
        return _FORMATS[suffix]
    raise SourceError(
        f'{found.path.name}: the name does not tell the format ("{suffix}").',
        hint="Say it in sources.yaml, format: csv, jsonl, parquet, excel, xes or cjml.",
        file=str(found.path),
    )


def _matches(source: str, pattern: str, folder: Path) -> list[tuple[Path, str]]:
    """The files of one pattern, each with its name."""
    whole = Path(pattern).expanduser()
    parts = whole.parts
    wild = next((n for n, part in enumerate(parts) if _WILD.search(part)), None)
    if wild is None:
        path = whole if whole.is_absolute() else folder / whole
        if not path.is_file():
            raise _nothing(source, pattern, path)
        return [(path, _name(path, path.parent, folder))]
    base = Path(*parts[:wild]) if wild else Path()
    root = base if base.is_absolute() else folder / base
    inner = str(PurePosixPath(*parts[wild:]))
    files = sorted(path for path in root.glob(inner) if path.is_file() and not path.name.startswith("."))
    if not files:
        raise _nothing(source, pattern, root / inner)
    return [(path, _name(path, root, folder)) for path in files]


def _name(path: Path, root: Path, folder: Path) -> str:
    """A path from the folder of sources.yaml where it is inside, else from where the pattern begins."""
    for start in (folder, root):
        try:
            return path.resolve().relative_to(start.resolve()).as_posix()
        except ValueError:
            continue
    return path.name


def _nothing(source: str, pattern: str, path: Path) -> SourceError:
    """No such file: the error, with the names that are there."""
    try:
        there = sorted(one.name for one in path.parent.iterdir() if one.is_file())
    except OSError:
        there = []
    if path.is_dir():
        return SourceError(
            f'source "{source}": "{pattern}" is a folder.',
            hint=f"For the files in it write {pattern.rstrip('/')}/*.csv (or another ending).",
            source=source,
            pattern=pattern,
        )
    hint = nearest(path.name, there, f"In {path.parent}") or f"The folder {path.parent} has no files."
    return SourceError(
        f'source "{source}": no file matches "{pattern}".', hint=hint, source=source, pattern=pattern
    )


def _members(source: str, path: Path, name: str) -> list[FoundFile]:
    """A file as it is; an archive as its members that hold data."""
    if path.suffix.lower() != ".zip":
        return [FoundFile(path, name)]
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(f'source "{source}": {path.name} is no readable zip archive: {error}') from error
    if len(infos) > MAX_MEMBERS:
        raise SourceError(f'source "{source}": {path.name} has more than {MAX_MEMBERS:,} members.')
    names = sorted(info.filename for info in infos if not info.is_dir() and _is_data(info.filename))
    if not names:
        raise SourceError(
            f'source "{source}": {path.name} holds no data file (CSV, JSON lines, Parquet, Excel, XES).',
            hint=f"It holds: {', '.join(info.filename for info in infos[:10])}",
        )
    return [FoundFile(path, f"{name}/{member}", member) for member in names]


def _is_data(member: str) -> bool:
    parts = PurePosixPath(member).parts
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return not hidden and PurePosixPath(member).suffix.lower() in _FORMATS
