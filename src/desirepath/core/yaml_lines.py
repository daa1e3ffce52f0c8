"""YAML text → plain values, each with its line; every way in which a file is no YAML, as a Problem.

Every scalar stays the text that was written (the field that takes it says whether it is a number), except
the empty one, `null` and `~`: so a country NO, a code 007 and a time 12:30 are what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from desirepath.core.errors import DefinitionError, Problem

MAX_BYTES = 4 * 2**20
MAX_VALUES = 100_000  # after aliases: ten lines of them can stand for a billion values
MAX_DEPTH = 50

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values and where each stands. `value`: dict, list, str or None, nested."""

    file: str
    value: object
    lines: dict[Where, int] = field(repr=False)
    comments: tuple[tuple[int, str], ...] = ()  # line, text without the #
    problems: tuple[Problem, ...] = ()  # such as a key that is there twice; the rest of the file still counts

    def line(self, where: Where) -> int:
        """The line of the value at `where`, or of the nearest thing around it."""
        for size in range(len(where), 0, -1):
            if where[:size] in self.lines:
                return self.lines[where[:size]]
        return 1

    def guesses(self) -> tuple[str, ...]:
        """What `init` guessed: the comments that say so, each with its place."""
        said = ((line, re.match(r"guess:\s*(.*)", text)) for line, text in self.comments)
        return tuple(f"{self.file}:{line}: {match.group(1)}" for line, match in said if match)


def read_document(source: Path | str, file: str = "") -> Document:
    """A file (Path) or a text (str) as values. Raises DefinitionError where it cannot be read at all."""
    name = file or (str(source) if isinstance(source, Path) else "text")
    text = _file_text(source, name) if isinstance(source, Path) else source
    if len(text) > MAX_BYTES:
        raise _wrong(
            name, 0, "is larger than 4 MB", "A definition is text that people write; data belong elsewhere."
        )
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same grammar, ten times as fast
    # Events and not nodes: PyYAML composes nodes by recursion, and in C a deep file ends the process.
    reader = _Reader(name, yaml.parse(text, Loader=loader))
    try:
        value = reader.document()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _wrong(name, line, "contains a character that YAML does not allow", "Remove it.") from None
    except yaml.MarkedYAMLError as error:
        raise DefinitionError([_unreadable(error, name, text)]) from None
    if value is None and not reader.count:
        raise _wrong(
            name, 1, "is empty", "Start from a template: desirepath init DIR --template online-shop."
        )
    return Document(name, value, reader.lines, tuple(_comments(text, reader.spans)), tuple(reader.problems))


def _wrong(file: str, line: int, message: str, hint: str) -> DefinitionError:
    return DefinitionError([Problem(file, line, message, hint)])


def _file_text(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _wrong(name, 0, "is larger than 4 MB", "A definition is text; data belong elsewhere.")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _wrong(name, 0, "there is no such file", "desirepath init DIR makes one.") from None
    except OSError as error:
        raise _wrong(name, 0, f"cannot be read: {error.strerror}", "") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _wrong(name, line, "is not written in UTF-8", 'Save it as "UTF-8" in your editor.') from None


def _unreadable(error: yaml.MarkedYAMLError, file: str, text: str) -> Problem:
    """A YAML error in words, with the usual cause."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    shown = lines[line - 1] if line <= len(lines) else ""
    said = error.problem or "it cannot be read"
    if "\t" in shown[: len(shown) - len(shown.lstrip())] or "'\\t'" in said:
        return Problem(file, line, "a tab indents this line", "Indent with spaces: two for each level.")
    began = error.context_mark
    at = f" (begun in line {began.line + 1})" if began and began.line + 1 != line else ""
    for pattern, message, hint in _CAUSES:
        if re.search(pattern, said):
            return Problem(
                file, line, message + (at if "closed" in message or "closing" in message else ""), hint
            )
    return Problem(file, line, f"this is no YAML: {said}{at}", _QUOTING)


_QUOTING = (
    "Put text that contains quotes, colons or other signs in double quotes: \"event = 'Order Completed'\"."
)
_CAUSES = (
    (
        "mapping values are not allowed",
        "a colon stands where none can",
        'Text with ": " in it goes in quotes.',
    ),
    ("alphabetic or numeric character", "a word begins with * or &", 'A pattern goes in quotes: "*.csv".'),
    (
        "cannot start any token",
        "text begins with a sign that means something in YAML",
        'Text that begins with %, @ or ` goes in quotes: "%d/%m/%Y".',
    ),
    ("end of stream|unexpected end", "a quote or bracket is opened and not closed before the end", _QUOTING),
    (
        "could not find expected ':'",
        'this line is neither "key: value" nor the continuation of one',
        "Is the colon missing, or the indent of the lines below?",
    ),
    (
        "expected <block end>|did not find expected key|did not find expected '-' indicator",
        "this line does not fit the ones above it",
        "Entries of one level have the same indent; text with quotes in it goes in double quotes.",
    ),
    (
        r"expected ',' or|did not find expected ','",
        "a comma or a closing bracket is missing",
        "Entries in { } and [ ] are separated by commas; text with signs in it goes in quotes.",
    ),
)


class _Reader:
    """From PyYAML's events to values, counting, since aliases multiply them."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.file = file
        self.events = events
        self.lines: dict[Where, int] = {}
        self.spans: list[tuple[tuple[int, int], tuple[int, int]]] = []
        self.problems: list[Problem] = []
        self.count = 0
        self.anchors: dict[
            str, tuple[object, int]
        ] = {}  # what a word after & stands for, and how many values

    def problem(self, event: yaml.Event, message: str, hint: str = "") -> None:
        """A mistake that leaves the rest of the file readable."""
        self.problems.append(Problem(self.file, _line(event), message, hint))

    def document(self) -> object:
        """The value of the one document; None where there is none."""
        value: object = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.problem(event, "a second document begins", 'Remove the line "---".')
                    break
            elif isinstance(event, yaml.NodeEvent):
                value = self.value(event, ())
        return value

    def value(self, event: yaml.Event, where: Where) -> object:
        """The value that begins with `event`; its line is remembered."""
        line = _line(event)
        self.lines.setdefault(where, line)
        before = self.count
        self._count(1, line)
        if len(where) > MAX_DEPTH:
            raise _wrong(self.file, line, "is nested too deeply", f"At most {MAX_DEPTH} levels.")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        tag = getattr(event, "tag", None)
        if tag is not None and (not tag.startswith(_PLAIN_TAG) or "python" in tag):
            shown = tag.replace(_PLAIN_TAG, "!!")
            self.problem(
                event, f'the tag "{shown}" means nothing here', "Remove the word that begins with !."
            )
        value: object
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(where)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = [
                self.value(one, (*where, place))
                for place, one in enumerate(self._until(yaml.SequenceEndEvent))
            ]
        else:
            value = self._scalar(event)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self.anchors[anchor] = (value, self.count - before)
        return value

    def _count(self, more: int, line: int) -> None:
        self.count += more
        if self.count > MAX_VALUES:
            raise _wrong(self.file, line, "aliases make this file endless", "Write out what they stand for.")

    def _alias(self, event: yaml.AliasEvent, line: int) -> object:
        value, size = self.anchors.get(str(event.anchor), (None, 0))
        if not size:
            self.problem(event, f'"*{event.anchor}" stands for nothing', 'A pattern goes in quotes: "*.csv".')
        self._count(size, line)
        return value

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield event

    def _scalar(self, event: yaml.Event) -> str | None:
        start, end = event.start_mark, event.end_mark
        assert start is not None and end is not None
        self.spans.append(((start.line, start.column), (end.line, end.column)))
        text = str(getattr(event, "value", ""))
        return (
            None if not getattr(event, "style", None) and text in ("", "~", "null", "Null", "NULL") else text
        )

    def _mapping(self, where: Where) -> dict[str, object]:
        out: dict[str, object] = {}
        entries = self._until(yaml.MappingEndEvent)
        for key_event in entries:
            here: Where = (*where, "?")
            if isinstance(key_event, yaml.ScalarEvent):
                self._scalar(key_event)
                here = (*where, str(key_event.value))
            else:
                self.problem(key_event, "a key must be a word", _QUOTING)
                self.value(key_event, here)
            key = str(here[-1])
            again = key in out
            if again:
                hint = f"The first one stands in line {self.lines[here]}. Remove or rename one of them."
                self.problem(key_event, f'"{key}" is there twice', hint)
                here = (*here[:-1], f"{key} ")  # so that lines of the second do not mix with the first's
            elif key == "<<" and isinstance(key_event, yaml.ScalarEvent) and not key_event.style:
                self.problem(key_event, 'entries cannot be merged with "<<"', "Write them out.")
            self.lines[here] = _line(key_event)
            value = self.value(next(entries), here)
            if not again and key not in ("<<", "?"):
                out[key] = value
        return out


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


_PLAIN_TAG = "tag:yaml.org,2002:"


def _comments(text: str, spans: list[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[tuple[int, str]]:
    """Each comment with its line: a # at the start or after a blank, outside every scalar."""
    taken: dict[int, list[tuple[float, float]]] = {}
    for (line, column), (last, end) in spans:
        for one in range(line, last + 1):
            begin = column if one == line else 0
            taken.setdefault(one, []).append((begin, end if one == last else float("inf")))
    for number, line_text in enumerate(text.splitlines()):
        for match in re.finditer(r"(?:^|(?<=\s))#", line_text):
            at = match.start()
            if not any(begin <= at < end for begin, end in taken.get(number, ())):
                yield number + 1, line_text[at + 1 :].strip()
                break
