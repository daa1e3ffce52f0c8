"""YAML for people: quoting only where it is needed, comments in one column, guesses marked.

In: lines with comments. Out: text that the definitions' readers read back to exactly what was meant, whatever
a column is called. A comment that begins with `guess:` is one: the readers collect those for the map.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import yaml

GUESS = "guess: "
WIDTH = 110  # of a line with its comment
_COLUMN = 46  # comments stand here unless the line is longer
_PLAIN = re.compile(r"(?:[^\W\d]|\.?\.?/)[\w .%/*()&+?'€$£-]*|[\d][\w.%/-]*")


def scalar(text: str) -> str:
    """A text as a YAML scalar, also inside [ ] and { }: plain where that means the same.

    >>> scalar("created_at"), scalar("Order ID"), scalar("no"), scalar("event = 'x'"), scalar("a: b")
    ('created_at', 'Order ID', '"no"', '"event = \\'x\\'"', '"a: b"')
    """
    if _PLAIN.fullmatch(text) and text == text.strip() and not text.endswith(":") and " #" not in text:
        try:
            same = yaml.safe_load(text) == text
        except (yaml.YAMLError, ValueError):
            same = False
        if same:
            return text
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in ('"', "\\"):
        return "\\" + sign
    if sign.isprintable() and sign != "\ufeff":
        return sign
    code = ord(sign)
    known = {10: "\\n", 9: "\\t", 13: "\\r", 0: "\\0"}
    return known.get(code) or (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )


def flow_map(entries: Mapping[str, str | Mapping[str, str]]) -> str:
    """{column: ts, format: epoch_ms}; a mapping inside is written the same way."""
    parts = (f"{scalar(k)}: {scalar(v) if isinstance(v, str) else flow_map(v)}" for k, v in entries.items())
    return "{" + ", ".join(parts) + "}"


def flow_list(entries: Iterable[str]) -> str:
    """[country, device]"""
    return "[" + ", ".join(scalar(one) for one in entries) + "]"


def names_map(columns: Sequence[str], name: Mapping[str, str]) -> str:
    """[country] where names and columns are the same, else {country: Land}."""
    if all(name[column] == column for column in columns):
        return flow_list(columns)
    return flow_map({name[column]: column for column in columns})


def one_line(text: str, most: int = 200) -> str:
    """A text for a comment: one line, nothing unprintable, not too long."""
    clean = "".join(sign if sign.isprintable() else " " for sign in text)
    words = " ".join(clean.split())
    return words if len(words) <= most else words[: most - 2].rstrip() + " …"


class Page:
    """Lines of YAML, gathered and then aligned: the comments of a paragraph stand in one column."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str]] = []

    def line(self, depth: int, text: str, comment: str = "") -> None:
        """One line; the comment, if any, ends it."""
        self._lines.append(("  " * depth + text, one_line(comment)))

    def guess(self, depth: int, text: str, why: str) -> None:
        """One line that is a guess, with its reason."""
        self.line(depth, text, GUESS + why)

    def note(self, depth: int, text: str) -> None:
        """A comment on lines of its own, wrapped."""
        indent = "  " * depth + "# "
        line = ""
        for word in one_line(text, 2_000).split():
            if line and len(indent) + len(line) + 1 + len(word) > WIDTH:
                self._lines.append((indent + line, ""))
                line = ""
            line = f"{line} {word}" if line else word
        self._lines.append((indent + line, ""))

    def blank(self) -> None:
        """An empty line; it ends a paragraph."""
        if self._lines and self._lines[-1] != ("", ""):
            self._lines.append(("", ""))

    def text(self) -> str:
        """The whole page."""
        out: list[str] = []
        paragraph: list[tuple[str, str]] = []
        for line in [*self._lines, ("", "")]:
            if line != ("", ""):
                paragraph.append(line)
                continue
            out += _aligned(paragraph)
            out.append("")
            paragraph = []
        return "\n".join(out).rstrip("\n") + "\n"


def _aligned(lines: Sequence[tuple[str, str]]) -> list[str]:
    short = [len(text) for text, comment in lines if comment and len(text) + 2 <= _COLUMN]
    column = max(short, default=0) + 2
    return [
        f"{text:<{max(column, len(text) + 2)}}# {comment}" if comment else text for text, comment in lines
    ]
