"""A preset's mapping on a file of its kind: the entry of sources.yaml, as text with its comments.

In: a recognised preset, the profile of the file, whether another export tells of purchases better. Out: the lines.
What only the file knows is put in: its spelling of the columns, how its times are written, which of its other
columns is the score, the words, the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from desirepath.collect.guess.roles import score_role, text_role
from desirepath.collect.guess.shapes import ColumnProfile, FileProfile, Shape
from desirepath.collect.guess.times import Times
from desirepath.collect.guess.words import slug, unique
from desirepath.collect.guess.yaml import GUESS, one_line, scalar
from desirepath.collect.presets.recognise import Recognised

MOST_QUESTIONS = 40
_LONGEST = 150  # characters; a longer header is prose, and no name for a property
_MARK = re.compile(r"\s+#! (with|without|best|lesser)\b *(.*)$")
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")
_QUESTION = re.compile(r"\{(email|score|text|every) question\}")
_TIME = re.compile(r"\b(time: )(?:\{column: ([^,}\n]+)|([^{,}\n#]+?))(?=\s*(?:[,}]|$|\s#))")


@dataclass(frozen=True)
class Filled:
    """An entry of sources.yaml. text: its lines, ending in a line end. times: of the columns it takes times from."""

    name: str
    text: str
    times: tuple[Times, ...]


def fill(
    found: Recognised, file: FileProfile, name: str, reading: Sequence[str], *, best: bool = True
) -> Filled:
    """The entry for a file. reading: the lines that say where it is and how it is read.

    best: no other export of the workspace tells of purchases better than this one.
    """
    answers = _Answers(found, file)
    lines = [line for line in _meant(found, best) if not _unanswered(line, answers)]
    times: dict[str, Times] = {}
    filled = (_line(line, found, file, answers, times) for line in _without_empty(lines))
    body = [one.rstrip() for several in filled for one in several.splitlines()]
    preset = found.preset
    more = "" if file.exact else "the first "
    span = ""
    if times:  # of the first event; a later time can be a plan, such as an open deal's closing
        own = next(iter(times.values()))
        span = f", {own.first:%Y-%m-%d} to {own.last:%Y-%m-%d}"
    head = [
        f"{scalar(name)}:  # {more}{file.rows:,} rows{span}",
        f"  # The preset {preset.name}: {preset.product}, {preset.about}.",
        f"  # Its layout: {preset.layout}.",
        *(f"  {line}" for line in reading),
    ]
    text = "".join(f"  {line}\n" for line in (*head, *(f"  {line}" for line in (*body, *_until(file)))))
    return Filled(name, text, tuple(times.values()))


def _until(file: FileProfile) -> list[str]:
    """How far the export is complete, where the file's name has a day: only a proposal."""
    found = _DAY.search(file.files[-1].rsplit("/", 1)[-1])
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return []
    said = "the day in the file's name: take the # away if it was exported then"
    return [f"# complete_until: {day}  # {said}"] if day else []


# ---- which lines are meant -------------------------------------------------------------------------


def _meant(found: Recognised, best: bool) -> Iterator[str]:
    """The preset's lines that hold for this file, without their marks."""
    gone: int | None = None  # the depth of a line that went; what stands deeper below it goes too
    for line in found.preset.source.splitlines():
        depth = len(line) - len(line.lstrip())
        if gone is not None and depth > gone and line.strip():
            continue
        gone = None
        mark = _MARK.search(line)
        bare = line[: mark.start()] if mark else line
        if (mark and not _holds(mark[1], mark[2].strip(), found, best)) or _lacks(bare, found):
            gone = depth
            continue
        yield bare


def _holds(mark: str, column: str, found: Recognised, best: bool) -> bool:
    if mark in ("best", "lesser"):
        return best == (mark == "best")
    return (column in found.columns) == (mark == "with")


def _lacks(line: str, found: Recognised) -> bool:
    return any(column not in found.columns for column in columns_named(line, found.preset.columns))


def columns_named(line: str, columns: Sequence[str]) -> list[str]:
    """The columns that a line of a preset names; comments aside."""
    code, _ = _parts(line)
    return [match[0] for match in _names(columns).finditer(_QUESTION.sub("", code))]


def _names(columns: Sequence[str]) -> re.Pattern[str]:
    """Any of the columns, the longest first, so that "Amount Refunded" is not "Amount"."""
    longest = sorted(columns, key=len, reverse=True)
    return re.compile("|".join(rf"(?<![\w.]){re.escape(one)}(?![\w.])(?!: )" for one in longest))


def _parts(line: str) -> tuple[str, str]:
    """A line without its comment, and the comment."""
    place = 0 if line.lstrip().startswith("# ") else line.find(" # ")
    return (line, "") if place < 0 else (line[:place], line[place:])


def _without_empty(lines: Sequence[str]) -> list[str]:
    """Without the keys below which nothing is left."""
    kept: list[str] = []
    for place, line in enumerate(lines):
        code, _ = _parts(line)
        depth = len(line) - len(line.lstrip())
        following = next((one for one in lines[place + 1 :] if _parts(one)[0].strip()), "")
        deeper = len(following) - len(following.lstrip()) > depth
        if not (code.rstrip().endswith(":") and not deeper):
            kept.append(line)
    return kept


# ---- what the file says ----------------------------------------------------------------------------


class _Answers:
    """What is found among the columns that the preset does not know: they are questions."""

    def __init__(self, found: Recognised, file: FileProfile) -> None:
        known = set(found.columns.values())
        asked = [one for one in file.columns if one.name not in known and one.shape is not Shape.EMPTY]
        self.found: dict[str, tuple[str, str]] = {}  # what → the YAML of it, and why
        if not found.preset.asks:
            return
        email = next((one for one in asked if one.shape is Shape.EMAIL), None)
        if email is not None:
            self.found["email"] = scalar(email.name), "addresses"
        private = (Shape.EMAIL, Shape.PHONE)
        questions = [one for one in asked if one.shape not in private and one.shape is not Shape.TIME]
        score = score_role([one for one in questions if one.numbers is not None])
        if score is not None:
            scale = f"low: {score.low}, high: {score.high}, kind: {score.kind}"
            self.found["score"] = f"{{column: {scalar(score.column)}, {scale}}}", score.why
        text = text_role([one for one in questions if score is None or one.name != score.column])
        if text is not None:
            self.found["text"] = scalar(text.column), "sentences"
        used = {one.column for one in (score, text) if one is not None}
        self._every([one for one in questions if one.name not in used])

    def _every(self, questions: Sequence[ColumnProfile]) -> None:
        """The questions that are neither the score nor the words, a line each."""
        taken: set[str] = set()
        few = [one for one in questions if len(one.name) <= _LONGEST][:MOST_QUESTIONS]
        if few:
            lines = [
                f"{scalar(unique(slug(one.name, 'question'), taken))}: {scalar(one.name)}" for one in few
            ]
            self.found["every"] = "\n".join(lines), ""


def _unanswered(line: str, answers: _Answers) -> bool:
    asked = _QUESTION.search(line)
    return asked is not None and asked[1] not in answers.found


def _line(line: str, found: Recognised, file: FileProfile, answers: _Answers, times: dict[str, Times]) -> str:
    """A line with the file's own names and writings; what was guessed is said."""
    code, comment = _parts(line)
    code = _names(found.preset.columns).sub(lambda match: found.columns.get(match[0], match[0]), code)
    whys: list[str] = []

    def answered(match: re.Match[str]) -> str:
        text, why = answers.found[match[1]]
        whys.append(why)
        deeper = "\n" + " " * (len(line) - len(line.lstrip()) + 2)
        return deeper + text.replace("\n", deeper) if match[1] == "every" else text

    def written(match: re.Match[str]) -> str:
        column = (match[2] or match[3]).strip()
        name = column.strip('"')
        known = _times_of(file, name)
        if known is None:
            return match[0]
        times[name] = known
        doubt = known.rival.format if known.rival is not None else None
        if doubt:
            whys.append(f'no day is above 12, so also possible: "{doubt}"')
        if known.writing.format is None or "format:" in code:
            return match[0]
        said = f"{match[1]}{{column: {column}, format: {scalar(known.writing.format)}"
        return said + ("" if match[2] else "}")

    code = _TIME.sub(written, _QUESTION.sub(answered, code))
    why = "; ".join(one for one in whys if one)
    return f"{code.rstrip()}  # {GUESS}{one_line(why)}" if why else code + comment


def _times_of(file: FileProfile, name: str) -> Times | None:
    return next((one.times for one in file.columns if one.name == name), None)


def reading_lines(files: Sequence[str], said: Mapping[str, str]) -> list[str]:
    """`files` and how they are read, as lines of an entry."""
    shown = scalar(files[0]) if len(files) == 1 else "[" + ", ".join(map(scalar, files)) + "]"
    plain = ("header", "header_rows")
    return [
        f"files: {shown}",
        *(f"{key}: {value if key in plain else scalar(value)}" for key, value in said.items()),
    ]
