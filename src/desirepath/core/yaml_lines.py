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
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _wrong(name, line, "contains a character that YAML does not allow", "Remove it.") from None
    except yaml.MarkedYAMLError as error:
        raise DefinitionError([_unreadable(error, name, text)]) from None
    except RecursionError:
        raise _wrong(name, 0, "is nested too deeply", f"At most {MAX_DEPTH} levels.") from None
    if root is None:
        raise _wrong(
            name, 1, "is empty", "Start from a template: desirepath init DIR --template online-shop."
        )
    walk = _Walk(name)
    value = walk.value(root, ())
    return Document(name, value, walk.lines, tuple(_comments(text, walk.spans)), tuple(walk.problems))


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
    for pattern, message, hint in _CAUSES:
        if re.search(pattern, said):
            return Problem(file, line, message, hint)
    began = error.context_mark
    at = f" (begun in line {began.line + 1})" if began and began.line + 1 != line else ""
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
    ("undefined alias", "a word begins with *", 'A pattern goes in quotes: "*.csv".'),
    ("cannot start any token", "text begins with a sign that means something in YAML", _QUOTING),
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
    ("expected a single document", "a second document begins", 'Remove the line "---".'),
)


class _Walk:
    """From PyYAML's nodes to values, counting, since aliases multiply them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Where, int] = {}
        self.spans: list[tuple[tuple[int, int], tuple[int, int]]] = []
        self.problems: list[Problem] = []
        self.count = 0
        self.open: set[int] = set()

    def problem(self, node: yaml.Node, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, message, hint))

    def value(self, node: yaml.Node, where: Where) -> object:
        """The value of a node; its line is remembered."""
        self.count += 1
        if self.count > MAX_VALUES or id(node) in self.open:
            raise DefinitionError(
                [Problem(self.file, node.start_mark.line + 1, "aliases make this file endless")]
            )
        if len(where) > MAX_DEPTH:
            raise _wrong(
                self.file, node.start_mark.line + 1, "is nested too deeply", f"At most {MAX_DEPTH} levels."
            )
        self.lines.setdefault(where, node.start_mark.line + 1)
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self.problem(
                node, f'the tag "{node.tag}" means nothing here', "Remove the word that begins with !."
            )
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, where)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(one, (*where, place)) for place, one in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self.open.discard(id(node))

    def _scalar(self, node: yaml.Node) -> str | None:
        start, end = node.start_mark, node.end_mark
        self.spans.append(((start.line, start.column), (end.line, end.column)))
        text = str(node.value)
        return (
            None if not getattr(node, "style", None) and text in ("", "~", "null", "Null", "NULL") else text
        )

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, object]:
        out: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problem(key_node, "a key must be a word", _QUOTING)
                continue
            key = str(key_node.value)
            if key == "<<" and key_node.tag.endswith(":merge"):
                self.problem(key_node, 'entries cannot be merged with "<<"', "Write them out.")
                continue
            here = (*where, key)
            if key in out:
                first = self.lines[here]
                hint = f"The first one stands in line {first}. Remove or rename one of them."
                self.problem(key_node, f'"{key}" is there twice', hint)
                continue
            self._scalar(key_node)
            self.lines[here] = key_node.start_mark.line + 1
            out[key] = self.value(value_node, here)
        return out


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
