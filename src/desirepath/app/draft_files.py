"""The files that somebody named, as profiles: found, put together where they are alike, read, counted."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desirepath.app.refresh import Say, quiet
from desirepath.app.uploads import ENDINGS
from desirepath.collect.expression import quote_text
from desirepath.collect.guess.shapes import FileProfile
from desirepath.collect.guess.times import candidates
from desirepath.collect.guess.words import LOG, slug, unique, words_of
from desirepath.collect.presets.catalogue import Preset
from desirepath.collect.presets.recognise import recognise
from desirepath.collect.raw import RawPart
from desirepath.collect.sources import Reading
from desirepath.core.errors import SourceError
from desirepath.sources.files.find import FoundFile, find_files, format_of
from desirepath.sources.files.prepare import FileReader
from desirepath.sources.files.unpack import head_text
from desirepath.store.profile import Profiler

_ALIKE = 0.95  # of the lines must fall into the same number of parts for blanks to be what separates them
_NUMBER = re.compile(r"[-+]?[\d.,]+")


@dataclass
class _Group:
    """Files with the same columns and names that differ by numbers: one source."""

    stem: str
    reading: Reading
    said: tuple[tuple[str, str], ...]  # what sources.yaml must say of the reading
    columns: tuple[str, ...] | None
    found: list[FoundFile] = field(default_factory=list)


def take_files(
    profiler: Profiler,
    target: Path,
    files: Sequence[Path],
    temporary: Path,
    preset: Preset | None = None,
    say: Say = quiet,
    taken: Collection[str] = (),
) -> list[FileProfile]:
    """A profile of each file, or of each set of files alike. Raises SourceError where one cannot be read.

    preset: what the files are, where somebody says so. say: which is looked at. taken: names that sources have already.
    """
    reader = FileReader(temporary)
    found = [one for path in _expanded(files) for one in find_files("init", [str(path)], Path.cwd())]
    groups = _grouped(reader, found, preset)
    folders = [path.resolve() for path in files if path.is_dir()]
    profiles = []
    for place, (name, group) in enumerate(zip(_names(groups, folders, taken), groups, strict=True)):
        say(f"looking at {group.found[0].path.name}", place / len(groups))
        parts = [
            reader.prepare(name, found, group.reading, reader.stamp(found, group.reading))
            for found in group.found
        ]
        shown = _shown(target, group.found)
        plainly = _read_plainly(group, parts)
        profiles.append(profiler.take(name, parts, reader.carefully, shown, group.said, plainly))
    return profiles


def unreadable(files: Sequence[Path], temporary: Path) -> dict[Path, SourceError]:
    """The files of which not even the columns can be read, and why."""
    reader, wrong = FileReader(temporary), {}
    for path in files:
        try:
            for found in find_files("init", [str(path)], Path.cwd()):
                for reading, _ in _readings(reader, found):
                    reader.columns(found, reading)
        except SourceError as error:
            wrong[path] = error
    return wrong


def _read_plainly(group: _Group, parts: Sequence[RawPart]) -> str:
    """SQL that reads the files of a group as they are; '' where DuckDB alone would read something else."""
    found = group.found[0]
    if found.member is not None or group.said:
        return ""
    kind = format_of(found, None)
    if kind == "parquet":
        return "read_parquet({})"
    # What was written anew as UTF-8, or has columns without names of their own, plain SQL does not see so.
    own = [name.lower() for name in group.columns or ()]
    renamed = any(re.fullmatch(r"column_\d+|.*_\d+", name) for name in own) or len(set(own)) < len(own)
    otherwise = any(_otherwise(one, part) for one, part in zip(group.found, parts, strict=True))
    if kind != "csv" or renamed or otherwise:
        return ""
    delimiter = quote_text(parts[0].delimiter)
    return (
        f"read_csv({{}}, all_varchar = true, header = true, delim = {delimiter}, quote = '\"', escape = '\"')"
    )


def _otherwise(found: FoundFile, part: RawPart) -> bool:
    """Is the text read otherwise than plain SQL would: written anew, record by record, from a later line on?"""
    packed = found.path.suffix.lower() == ".gz"
    own = Path(found.inner_name).suffix if packed else None
    rewritten = part.path != found.path and (own is None or part.path is None or part.path.suffix != own)
    return part.has_line or rewritten or part.first_line != 2


def _expanded(files: Sequence[Path]) -> list[Path]:
    """A folder stands for the data files in it, at any depth."""
    out: list[Path] = []
    for path in files:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and _is_data(p.relative_to(path)))
            if not inside:
                raise SourceError(
                    f"{path} holds no data files.", hint=f"Known endings: {', '.join(ENDINGS)}."
                )
            out += inside
        else:
            out.append(path)
    return list(dict.fromkeys(path.resolve() for path in out))


def _is_data(path: Path) -> bool:
    """Hidden files and folders, such as a workspace's stores, are nobody's exports."""
    return path.suffix.lower() in ENDINGS and not any(part.startswith(".") for part in path.parts)


def _grouped(reader: FileReader, found: Sequence[FoundFile], preset: Preset | None) -> list[_Group]:
    groups: dict[object, _Group] = {}
    for one, reading, said in [(file, *how) for file in found for how in _readings(reader, file)]:
        columns = reader.columns(one, reading)
        rows = _header_rows(columns, preset)
        if rows > 1:
            reading = reading.model_copy(update={"header_rows": rows})
            said = (*said, ("header_rows", str(rows)))
            columns = reader.columns(one, reading)
        stem = _stem(Path(one.inner_name) if not one.member else one.path)
        if reading.sheet is not None:
            stem = str(reading.sheet)
        place = (one.path.parent, stem, columns, said, format_of(one, None)) if not one.member else one.path
        group = groups.setdefault(place, _Group(stem, reading, said, columns))
        if one.member and group.columns != columns:
            raise SourceError(
                f"{one.path.name} holds tables of different kinds: {group.found[0].member}, {one.member}.",
                hint="Unpack it and name the files that it holds.",
            )
        group.found.append(one)
    return list(groups.values())


def _header_rows(columns: tuple[str, ...] | None, preset: Preset | None) -> int:
    """How many rows the header has: more than one only where a preset says so of such columns."""
    if preset is None and columns is not None and (known := recognise(columns)) is not None:
        preset = known.preset
    return preset.header if preset is not None and columns is not None else 1


def _stem(path: Path) -> str:
    """events-2024-q1.csv → events; orders_export (2).csv → orders"""
    bare = path.name
    while (suffix := Path(bare).suffix.lower()) in ENDINGS:
        bare = bare[: -len(suffix)]
    return _ENDING.sub("", bare) or bare or "source"


_ENDING = re.compile(
    r"(?:[\s_.-]*(?:\d[\d_.-]*|\(\d+\))|[\s_.-]+(?:q[1-4]|h[12]|v\d+|again|copy|final|new|part|exports?|dump))+$",
    re.I,
)


def _names(groups: Sequence[_Group], named: Sequence[Path], there: Collection[str] = ()) -> list[str]:
    """A name for each group: its stem, with its folder where the stem alone says too little.

    named: the folders that were named; files right in them need no folder's name. there: names that are not free.
    """
    stems = [group.stem for group in groups]
    taken: set[str] = set(there)
    names = []
    for group in groups:
        folder = group.found[0].path.parent
        inside = any(folder != one and folder.is_relative_to(one) for one in named)
        vague = bool(LOG.intersection(words_of(group.stem))) and inside
        stem = f"{folder.name}_{group.stem}" if vague or stems.count(group.stem) > 1 else group.stem
        name = unique(stem, taken)
        while slug(name, "source") in there:  # sources are called by it
            name = unique(stem, taken)
        names.append(name)
    return names


def _readings(reader: FileReader, found: FoundFile) -> list[tuple[Reading, tuple[tuple[str, str], ...]]]:
    """How a file can be read: in one way, but a workbook once for each sheet that holds anything."""
    if format_of(found, None) != "excel":
        return [_reading(found)]
    sheets = reader.sheets(found)
    if len(sheets) < 2:
        return [(Reading(), ())]
    return [(Reading(sheet=sheet), (("sheet", sheet),)) for sheet in sheets]


def _reading(found: FoundFile) -> tuple[Reading, tuple[tuple[str, str], ...]]:
    """What must be said about how a text is written: blanks between the columns, no header."""
    if format_of(found, None) != "csv":
        return Reading(), ()
    said: list[tuple[str, str]] = []
    lines = [line for line in head_text(found, None).splitlines()[:200] if line.strip()]
    cells = lines[0] if lines else ""
    if lines and not any(sign in "".join(lines[:20]) for sign in ",;\t|"):
        widths = [len(line.split()) for line in lines[:-1] or lines]
        usual = max(set(widths), key=widths.count)
        if usual >= 2 and widths.count(usual) >= _ALIKE * len(widths):
            said.append(("delimiter", "space"))
    first = [c.strip().strip('"') for c in re.split(r"\s+" if said else r"[,;\t|]", cells.strip())]
    # A row of names has no numbers, dates or addresses in it.
    data = [c for c in first if _NUMBER.fullmatch(c) or "@" in c or candidates((), [c])]
    if len(first) > 1 and len(data) >= 2 and len(lines) > 1:
        said.append(("header", "false"))
    keys = dict(said)
    return Reading(delimiter=keys.get("delimiter"), header=False if "header" in keys else None), tuple(said)


def _shown(target: Path, found: Sequence[FoundFile]) -> tuple[str, ...]:
    """Paths as sources.yaml shall have them: a pattern where it fits exactly these files."""
    paths = list(dict.fromkeys(one.path for one in found))
    if len(paths) > 1 and len({path.parent for path in paths}) == 1:
        stem = _stem(paths[0])
        after = {path.name[len(stem) : len(stem) + 1] for path in paths}
        ending = "".join(
            paths[0].suffixes[-2:] if paths[0].suffix.lower() == ".gz" else paths[0].suffixes[-1:]
        )
        pattern = (
            stem + (after.pop() if after <= {"-", "_", ".", " "} and len(after) == 1 else "") + "*" + ending
        )
        if not re.search(r"[*?\[]", stem) and sorted(paths[0].parent.glob(pattern)) == sorted(paths):
            return (_path(target, paths[0].parent / pattern),)
    return tuple(_path(target, path) for path in paths)


def _path(target: Path, path: Path) -> str:
    """Relative to the workspace where it is inside it or beside it, else absolute. $ and patterns are no magic here."""
    base = target.resolve()
    for start, dots in ((base, ""), (base.parent, "../")):
        if path.is_relative_to(start) and start != Path(start.anchor):
            return dots + path.relative_to(start).as_posix()
    return path.as_posix()
