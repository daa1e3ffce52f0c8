"""Who is a row about, and which identifiers join one file to another?

In: the identifier columns of each file, and how far their values overlap. Out: the identifiers of each
source, with reasons. Columns of unlike names whose values overlap are one kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from desirepath.collect.guess.ids import IdColumn, Overlap, Overlaps
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile, Shape


@dataclass(frozen=True, slots=True)
class GuessedId:
    """An identifier of a source: its kind, its column, why it is one; `people`: it names customers, not records."""

    kind: str
    column: str
    why: str
    people: bool = True


def same_kinds(
    files: list[FileProfile], ids: list[list[IdColumn]], overlaps: Overlaps
) -> list[list[IdColumn]]:
    """Columns of unlike names that hold the same values are one kind: the known kind's name wins."""
    kinds = {(f.name, one.column): one for f, of in zip(files, ids, strict=True) for one in of}
    shapes = {(f.name, c.name): c.shape for f in files for c in f.columns}
    together = [{one.kind for one in of} for of in ids]
    for (left, right), overlap in overlaps.items():
        a, b = kinds.get(left), kinds.get(right)
        if a is None or b is None or a.kind == b.kind or overlap.both < 5:
            continue
        if overlap.both < 0.9 * min(overlap.left, overlap.right):
            continue
        if "unknown" in (a.cls, b.cls):
            known = a if b.cls == "unknown" else b
            kinds[left] = replace(a, kind=known.kind, cls=known.cls)
            kinds[right] = replace(b, kind=known.kind, cls=known.cls)
        # Running numbers of two systems overlap by accident; and what stands side by side is not the same.
        elif shapes[left] is not Shape.NUMBER and not any({a.kind, b.kind} <= of for of in together):
            keep, drop = sorted((a, b), key=lambda one: (-sum(one.kind in of for of in together), one.kind))
            kinds = {
                at: replace(one, kind=keep.kind, cls=keep.cls) if one.kind == drop.kind else one
                for at, one in kinds.items()
            }
            together = [{keep.kind if kind == drop.kind else kind for kind in of} for of in together]
    return [[kinds[(f.name, one.column)] for one in of] for f, of in zip(files, ids, strict=True)]


def identifiers_of(
    place: int, files: list[FileProfile], ids: list[list[IdColumn]], overlaps: Overlaps, people: bool
) -> tuple[GuessedId, ...]:
    """Who a row of the file is about: people and devices; else what joins it to a file that knows them."""
    file, mine = files[place], ids[place]
    own = [one for one in mine if one.cls in ("person", "device") and file.column(one.column).filled > 0]
    if not people:
        own += [one for one in mine if one.cls == "account"]
    chosen = [
        GuessedId(one.kind, one.column, _who(file.column(one.column), one), one.cls != "device")
        for one in own
    ]
    for one in mine:
        if one.cls not in ("record", "session", "unknown") or any(c.kind == one.kind for c in chosen):
            continue
        for other, of in enumerate(ids):
            theirs = next((theirs for theirs in of if other != place and theirs.kind == one.kind), None)
            if theirs is None:
                continue
            overlap = _overlap(overlaps, (file.name, one.column), (files[other].name, theirs.column))
            # An order's number helps only where one file knows whose it is and the other mostly does not.
            helps = one.cls == "unknown" or _knows(file, mine) != _knows(files[other], of)
            if helps and overlap is not None and overlap.joins:
                chosen.append(
                    GuessedId(one.kind, one.column, f"joins {files[other].name}", one.cls == "unknown")
                )
                break
    if not chosen:
        chosen = _last_resort(file, mine)
    return tuple(replace(one, why=_joined(one, file, files, ids, overlaps)) for one in chosen)


def _knows(file: FileProfile, ids: list[IdColumn]) -> bool:
    """Most rows name a person: a web log mostly names devices."""
    return any(
        one.cls in ("person", "account") and file.column(one.column).share_filled >= 0.5 for one in ids
    )


def _last_resort(file: FileProfile, mine: list[IdColumn]) -> list[GuessedId]:
    """No column names a person: take what repeats, then sessions, then the record itself, then a name."""
    order = {"unknown": 0, "session": 1, "account": 2, "record": 3, "thing": 4}
    usable = [
        one
        for one in mine
        if one.cls in order and not (one.cls == "thing" and not file.column(one.column).unique)
    ]
    # A code with few values names a sort of thing.
    usable = [one for one in usable if one.cls != "unknown" or _many(file.column(one.column))]
    usable.sort(
        key=lambda one: (
            order[one.cls],
            -file.column(one.column).share_filled,
            file.column(one.column).unique,
        )
    )
    if usable and usable[0].cls != "record":
        return [
            GuessedId(
                usable[0].kind, usable[0].column, "no column names a person; this one looks most like it"
            )
        ]
    for column in file.columns:
        if column.words in (("name",), ("author",), ("customer",), ("user",)) and column.distinct > 1:
            return [GuessedId("name", column.name, "no column has ids of people, so the name must do")]
    if usable:
        return [
            GuessedId(
                usable[0].kind,
                usable[0].column,
                "no column names a person, so each record stands alone",
                False,
            )
        ]
    return []


def _many(column: ColumnProfile) -> bool:
    return column.distinct >= min(1_000, 0.05 * column.filled)


def _who(column: ColumnProfile, one: IdColumn) -> str:
    if one.kind in ("email", "phone"):
        return "e-mail addresses" if one.kind == "email" else "telephone numbers"
    each = (
        "each row has its own"
        if column.unique
        else f"{column.distinct:,} different in {column.filled:,} rows"
    )
    return f"named like an id; {each}"


def _overlap(overlaps: Overlaps, one: tuple[str, str], other: tuple[str, str]) -> Overlap | None:
    return overlaps.get((one, other)) or overlaps.get((other, one))


def _joined(
    one: GuessedId, file: FileProfile, files: list[FileProfile], ids: list[list[IdColumn]], overlaps: Overlaps
) -> str:
    """The reason, with how many values stand in another file too: the one that shares the most."""
    found = [
        (overlap.both, other.name, overlap)
        for other, of in zip(files, ids, strict=True)
        for theirs in of
        if other is not file and theirs.kind == one.kind
        if (overlap := _overlap(overlaps, (file.name, one.column), (other.name, theirs.column))) is not None
    ]
    if not found:
        return one.why
    both, name, overlap = max(found, key=lambda pair: (pair[0], pair[1]))
    if not both:
        return f"{one.why}; none of them in {name}: the two do not join"
    return f"{both:,} of {min(overlap.left, overlap.right):,} values are in {name} too, so it joins the two"
