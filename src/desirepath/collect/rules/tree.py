"""A rule as a tree of our own: what kind each part is, and its SQL.

In: nodes that reader.py made of the author's text. `settle` decides what each column is compared as
(`properties.total > 50` makes a number of it) and refuses what cannot be compared; `render` writes SQL in
which nothing but literals, columns and the functions of the whitelist can appear.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desirepath.collect.expression import Column, Kind, conversion, convertible, quote_text
from desirepath.collect.rules.words import CASTS, FUNCTIONS
from desirepath.core.errors import nearest
from desirepath.core.words import By

Piece = str | Column | int

# Plain columns with few values: a rule that asks for another can never hold.
CLOSED = {"by": tuple(str(one) for one in By), "score_kind": ("nps", "csat", "ces", "rating")}

_ARTICLE = {
    "number": "a number",
    "text": "text",
    "time": "a time",
    "boolean": "true or false",
    "unknown": "a value",
}


@dataclass(slots=True)
class Node:
    """One part. `kind` is what it is; 'unknown' still takes the kind of what it is compared with.

    op: column, text, number, truth, null, and, or, not, compare, in, between, like, is_null, is_truth,
        arith, negative, concat, call, cast, case, count.
    value: the column, literal, operator, function name …, by op.
    """

    op: str
    kind: Kind
    value: object = None
    args: list[Node] = field(default_factory=list)


class Settling:
    """Walks a tree, settles kinds and gathers mistakes."""

    def __init__(self, events: bool) -> None:
        """events: the plain columns are those of an event, not of some file's row."""
        self.of_events = events
        self.mistakes: list[tuple[str, str]] = []
        self.events: set[str] = set()

    def refuse(self, message: str, hint: str = "") -> None:
        """Remember a mistake; the walk goes on so that others are found too."""
        self.mistakes.append((message, hint))

    def common(self, nodes: Sequence[Node]) -> Kind:
        """The kind that all of `nodes` take: that of the ones that are sure; else text, by a literal."""
        sure: Kind = "unknown"
        for node in nodes:
            if node.kind != "unknown" and node.op not in ("text", "null", "refused"):
                sure = node.kind
                # A column of a known kind is surer than a number written beside it.
                if node.op == "column":
                    break
        if sure == "unknown" and any(node.op == "text" for node in nodes):
            return "text"
        return sure

    def settle(self, node: Node, want: Kind) -> None:
        """Make `node` of the kind `want` ('unknown': any), or say why it cannot be."""
        if want == node.kind == "unknown" and len(shared(node)) > 1:
            want = "text"  # columns of several types could not share an answer
        if node.op in ("null", "refused"):
            node.kind = want
        if want == "unknown" or node.kind == want:
            self._inside(node, want)
            return
        if node.op == "text":
            self._literal(node, want)
        elif node.kind == "unknown":
            node.kind = want
            self._inside(node, want)
        else:
            self._inside(node, node.kind)
            self._clash(node, want)

    def _inside(self, node: Node, want: Kind) -> None:
        """Settle the parts that share the node's kind: the branches of a case, the arguments of coalesce."""
        for arg in shared(node):
            self.settle(arg, want)

    def _literal(self, node: Node, want: Kind) -> None:
        """Text beside a number, a time or a truth: read it as one."""
        text = str(node.value).strip()
        if want == "time":
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                self.refuse(f"'{text}' is no time", "Write it like '2026-01-31' or '2026-01-31 18:30'.")
                return
            if moment.tzinfo:
                self.refuse(f"'{text}' names a zone", "Write the time without one: the journey's zone holds.")
            node.op, node.value = "moment", moment.replace(tzinfo=None)
        elif want == "number":
            try:
                node.op, node.value = "number", number(text)
            except ValueError:
                self.refuse(f"'{text}' is compared with a number", "Write a number, without quotes.")
        elif want == "boolean":
            if text.lower() not in ("true", "false"):
                self.refuse(f"'{text}' stands where something true or false is needed", self._ask(node))
            node.op, node.value = "truth", text.lower() == "true"
        node.kind = want

    def _ask(self, node: Node) -> str:
        return (
            "Compare it with something: event = 'Order Completed'." if node.op in ("text", "column") else ""
        )

    def _clash(self, node: Node, want: Kind) -> None:
        said = say(node)
        if node.op == "number" and want == "text":
            self.refuse(f"{said} is a number and is compared with text", f"Write '{said}' in quotes.")
        elif want == "boolean":
            self.refuse(f"{said} is {_ARTICLE[node.kind]}, not true or false", self._ask(node))
        else:
            fix = ""
            if node.op == "column" and convertible(node.kind, want):
                fix = f"cast({node.value} as {want}) makes {_ARTICLE[want]} of it."
            elif want == "time":
                fix = "Write it like '2026-01-31' or '2026-01-31 18:30'."
            self.refuse(f"{said} is {_ARTICLE[node.kind]}; {_ARTICLE[want]} is needed", fix)

    def together(self, nodes: Sequence[Node], otherwise: Kind) -> Kind:
        """Settle nodes that are compared with each other, and note the closed words and events among them.

        otherwise: the kind where nothing says what they are.
        """
        kind = self.common(nodes)
        kind = otherwise if kind == "unknown" else kind
        for node in nodes:
            self.settle(node, kind)
        for column in nodes:
            if column.op == "column":
                self._closed(column, [n for n in nodes if n.op == "text"])
        return kind

    def _closed(self, column: Node, literals: Sequence[Node]) -> None:
        named = column.value
        assert isinstance(named, Column)
        if named.group or not self.of_events:
            return
        if named.name == "event" and column.kind == "text":
            self.events.update(str(n.value) for n in literals)
        for literal in literals:
            known = CLOSED.get(named.name) if column.kind == "text" else None
            if known and literal.value not in known:
                self.refuse(
                    f"\"{named.name}\" is never '{literal.value}'", nearest(str(literal.value), known)
                )


def shared(node: Node) -> list[Node]:
    """The parts of a node that have the node's own kind."""
    if node.op == "case":
        return node.args[1::2]
    if node.op == "call":
        function = FUNCTIONS[str(node.value)]
        return [arg for place, arg in enumerate(node.args) if function.param(place) == "same"]
    return []


def say(node: Node) -> str:
    """The part as the author would recognise it."""
    if node.op == "column":
        return f'"{node.value}"'
    if node.op == "text":
        return f"'{node.value}'"
    if node.op in ("call", "count"):
        return f"{node.value if node.op == 'call' else 'count'}(…)"
    if node.op == "number":
        return f"{node.value:g}" if isinstance(node.value, float) else str(node.value)
    return {"and": "a rule", "or": "a rule", "compare": "a comparison", "arith": "a calculation"}.get(
        node.op, f"this {node.op.replace('_', ' ')}"
    )


def number(text: str) -> int | float:
    """A number as written. Raises ValueError for anything else, and for what no double can hold."""
    if re.fullmatch(r"[+-]?\d{1,15}", text):
        return int(text)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
        raise ValueError(text)
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def render(node: Node) -> list[Piece]:
    """The SQL of a settled node."""
    return _RENDER[node.op](node)


def _joined(parts: Sequence[list[Piece]], between: str) -> list[Piece]:
    out: list[Piece] = []
    for place, part in enumerate(parts):
        if place:
            out.append(between)
        out.extend(part)
    return out


def _chain(node: Node) -> list[Piece]:
    return ["(", *_joined([render(a) for a in node.args], f" {node.op.upper()} "), ")"]


def _column(node: Node) -> list[Piece]:
    assert isinstance(node.value, Column)
    return [Column(node.value.group, node.value.name, node.kind)]


def _number(node: Node) -> list[Piece]:
    # As a double: a sum of whole literals must not overflow, and 1/2 is a half.
    value = node.value
    return [f"{value}" if isinstance(value, int) and abs(value) < 1e9 else f"{float(str(value))!r}::DOUBLE"]


def _moment(node: Node) -> list[Piece]:
    assert isinstance(node.value, datetime)
    return [f"TIMESTAMP '{node.value.isoformat(sep=' ')}'"]


_EITHER: tuple[Kind, ...] = ("number", "text")


def _compare(node: Node) -> list[Piece]:
    left, right = node.args
    if left.kind != "unknown" or right.kind != "unknown" or {left.op, right.op} != {"column"}:
        return ["(", *render(left), f" {node.value} ", *render(right), ")"]
    # Nothing says what two bare columns are: numbers where both are, else text (ISO times order as text).
    ways = []
    for kind in _EITHER:
        left.kind = right.kind = kind
        ways.append([*render(left), f" {node.value} ", *render(right)])
    return ["coalesce(", *_joined(ways, ", "), ")"]


def _in(node: Node) -> list[Piece]:
    return ["(", *render(node.args[0]), " IN (", *_joined([render(a) for a in node.args[1:]], ", "), "))"]


def _between(node: Node) -> list[Piece]:
    return [
        "(",
        *_joined([render(node.args[0]), render(node.args[1])], " BETWEEN "),
        " AND ",
        *render(node.args[2]),
        ")",
    ]


def _arith(node: Node) -> list[Piece]:
    left, right = ([*_wrap("CAST(", render(a), " AS DOUBLE)")] for a in node.args)
    if node.value in ("/", "%"):
        right = _wrap("nullif(", right, ", 0)")
    return ["(", *left, f" {node.value} ", *right, ")"]


def _wrap(before: str, inner: list[Piece], after: str) -> list[Piece]:
    return [before, *inner, after]


def _case(node: Node) -> list[Piece]:
    # args: condition, value, condition, value …, and (a true condition) the else.
    out: list[Piece] = ["CASE"]
    for condition, value in zip(node.args[::2], node.args[1::2], strict=True):
        out += [" WHEN ", *render(condition), " THEN ", *render(value)]
    return [*out, " END"]


def fill(template: str, parts: Sequence[list[Piece]]) -> list[Piece]:
    """A template whose {0}, {1} … and {args} are filled with pieces of SQL."""
    out: list[Piece] = []
    for place, text in enumerate(re.split(r"\{(\w+)\}", template)):
        if place % 2 == 0:
            out.append(text)
        else:
            out.extend(_joined(parts, ", ") if text == "args" else parts[int(text)])
    return out


def _cast(node: Node) -> list[Piece]:
    kind, template = CASTS[str(node.value)]
    inner = node.args[0]
    return fill(template, [fill(conversion(inner.kind, kind), [render(inner)])])


def _call(node: Node) -> list[Piece]:
    function = FUNCTIONS[str(node.value)]
    parts = []
    for place, arg in enumerate(node.args):
        part = render(arg)
        if function.param(place) == "number":
            part = _wrap("CAST(", part, " AS DOUBLE)")  # the least BIGINT has no abs(…)
        parts.append(part)
    return fill(function.sql or f"{function.name}({{args}})", parts)


# Typed, so that DuckDB need not guess which of several functions of a name is meant.
_NULL: dict[str, str] = {
    "unknown": "NULL",
    "text": "CAST(NULL AS VARCHAR)",
    "number": "CAST(NULL AS DOUBLE)",
    "time": "CAST(NULL AS TIMESTAMP)",
    "boolean": "CAST(NULL AS BOOLEAN)",
}

_RENDER: dict[str, Callable[[Node], list[Piece]]] = {
    "column": _column,
    "text": lambda n: [quote_text(str(n.value))],
    "number": _number,
    "moment": _moment,
    "truth": lambda n: ["TRUE" if n.value else "FALSE"],
    "null": lambda n: [_NULL[n.kind]],
    "and": _chain,
    "or": _chain,
    "not": lambda n: ["(NOT ", *render(n.args[0]), ")"],
    "compare": _compare,
    "in": _in,
    "between": _between,
    "like": lambda n: ["(", *_joined([render(a) for a in n.args], f" {n.value} "), ")"],
    "is_null": lambda n: ["(", *render(n.args[0]), " IS NULL)"],
    "is_truth": lambda n: ["(", *render(n.args[0]), " IS TRUE)" if n.value else " IS FALSE)"],
    "arith": _arith,
    "negative": lambda n: ["(-", *_wrap("CAST(", render(n.args[0]), " AS DOUBLE)"), ")"],
    "concat": lambda n: ["(", *_joined([render(a) for a in n.args], " || "), ")"],
    "call": _call,
    "cast": _cast,
    "case": _case,
    "count": lambda n: [n.value if isinstance(n.value, int) else 0],
}
