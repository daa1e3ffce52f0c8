"""Text → Rule. sqlglot reads the grammar; only what is named here gets through.

Functions are unnamed calls to the parser (its own table would rewrite them), so that the whitelist of
words.py alone decides. What sqlglot understands and we do not allow ends in `_refuse`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from desirepath.collect.directives import check_format, check_path, check_pattern, json_path
from desirepath.collect.expression import (
    EVENT,
    MAX_TEXT,
    NEVER_NULL,
    Column,
    Kind,
    Rule,
    RuleError,
    Vocabulary,
    convertible,
)
from desirepath.collect.rules.refusals import REFUSALS, clock, column_hint, unknown_function
from desirepath.collect.rules.text import syntax_tree, too_deep
from desirepath.collect.rules.tree import Node, Settling, number, render, say
from desirepath.collect.rules.words import CASTS, CLOCKS, FUNCTIONS, UNITS
from desirepath.core.errors import nearest

_ANY = 10_000
_MANY = 100  # operators in a row of + − * / ||: DuckDB recurses over them


def read(text: str, vocabulary: Vocabulary, *, boolean: bool) -> Rule:
    """Parse, check and render. Raises RuleError with all mistakes."""
    try:
        return Reader(vocabulary).rule(text, syntax_tree(text), boolean)
    except RecursionError:
        raise too_deep() from None


class Reader:
    """Turns a syntax tree into our nodes, refusing whatever is not allowed."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.settling = Settling(events=vocabulary.plain == EVENT.plain)
        self.aggregates: list[tuple[str, Rule]] = []

    def rule(self, text: str, tree: exp.Expr, boolean: bool) -> Rule:
        """The Rule of a whole tree. Raises RuleError."""
        node = self.node(tree)
        self.settling.settle(node, "boolean" if boolean else "unknown")
        if self.settling.mistakes:
            raise RuleError(list(dict.fromkeys(self.settling.mistakes)))
        pieces = render(node)
        if boolean:
            pieces = [NEVER_NULL[0], *pieces, NEVER_NULL[1]]
        return Rule(
            text=text.strip(),
            columns=frozenset(p for p in pieces if isinstance(p, Column)),
            aggregates=tuple(self.aggregates),
            kind="boolean" if boolean else node.kind,
            events=frozenset(self.settling.events).union(*(r.events for _, r in self.aggregates)),
            pieces=_merged(pieces),
        )

    def node(self, tree: exp.Expr) -> Node:
        """One part and all below it."""
        return _READ.get(type(tree), Reader._refuse)(self, tree)

    def _no(self, message: str, hint: str = "") -> Node:
        self.settling.refuse(message, hint)
        return Node("refused", "unknown")  # takes any kind, so that one mistake is told once

    def _as(self, tree: exp.Expr, kind: Kind) -> Node:
        node = self.node(tree)
        self.settling.settle(node, kind)
        return node

    # ---- what is refused, and what would be right --------------------------------------------------

    def _refuse(self, tree: exp.Expr) -> Node:
        for types, message, hint in REFUSALS:
            if isinstance(tree, types):
                return self._no(message, hint)
        written = tree.sql(dialect="duckdb")
        shown = written if len(written) <= 60 else written[:57] + "…"
        return self._no(f"this is not allowed in a rule: {shown}", "See docs/reference/rules.md for what is.")

    # ---- names -------------------------------------------------------------------------------------

    def _column(self, tree: exp.Expr) -> Node:
        names: list[exp.Identifier] = []
        at: Any = tree
        while isinstance(at, exp.Dot):  # more than four names in a row
            names.insert(0, at.expression)
            at = at.this
        if not isinstance(at, exp.Column) or not all(isinstance(n, exp.Identifier) for n in names):
            return self._refuse(tree)
        if isinstance(at.this, exp.Star):
            return self._no('a rule names its columns; "*" is none', "Name the column.")
        parts = [part.name for part in at.parts] + [name.name for name in names]
        if len(parts) == 1:
            return self._plain(parts[0], quoted=bool(at.this.args.get("quoted")))
        return self._grouped(parts[0], ".".join(parts[1:]))

    def _plain(self, name: str, *, quoted: bool) -> Node:
        plain = self.vocabulary.plain
        if plain is None:
            return Node("column", "unknown", Column("", name))
        for known, kind in plain:
            if known.lower() == name.lower():
                return Node("column", kind, Column("", known))
        if name.lower() in CLOCKS:
            return self._no(*clock(name))
        return self._no(f'unknown column "{name}"', column_hint(name, quoted, self.vocabulary))

    def _grouped(self, group: str, name: str) -> Node:
        canonical = dict(self.vocabulary.aliases).get(group.lower(), group.lower())
        for known, kind in self.vocabulary.groups:
            if known == canonical:
                return Node("column", kind, Column(known, name))
        if self.vocabulary.counts and canonical == "properties":
            hint = f"A segment is about customers: write ever({group}.{name} = …) or use a trait."
            return self._no(f'a segment cannot read "{group}.{name}"', hint)
        if self.vocabulary.plain is None and not self.vocabulary.groups:
            return Node("column", "unknown", Column("", f"{group}.{name}"))
        known_groups = [g for g, _ in self.vocabulary.groups]
        return self._no(f'unknown column "{group}.{name}"', nearest(group, known_groups, "Groups"))

    # ---- literals ----------------------------------------------------------------------------------

    def _literal(self, tree: exp.Expr) -> Node:
        if tree.is_string:
            return Node("text", "text", tree.name)
        try:
            return Node("number", "number", number(tree.name))
        except ValueError:
            return self._no(f"{tree.name} is not a number that a rule can hold")

    def _cast(self, tree: exp.Expr) -> Node:
        word = tree.args["to"].sql(dialect="duckdb").lower().split("(")[0]
        word = word if word in CASTS else str(tree.args["to"].this).rsplit(".", 1)[-1].lower()
        if isinstance(tree.args["to"].this, exp.Expr):  # a type of the database's own
            word = tree.args["to"].this.name.lower()
        if word not in CASTS or tree.args.get("format"):
            kinds = ("text", "number", "integer", "boolean", "date", "timestamp")
            return self._no(f'a rule cannot make a "{word}"', nearest(word, kinds, "Types"))
        kind = CASTS[word][0]
        node = self.node(tree.this)
        # A column whose kind nobody knows is read as the kind asked for: the caller knows what it is.
        self.settling.settle(node, kind if node.kind == "unknown" or node.op == "text" else node.kind)
        if node.op not in ("null", "refused") and not convertible(node.kind, kind):
            return self._no(f"{say(node)} cannot become {'text' if kind == 'text' else f'a {kind}'}")
        return Node("cast", kind, word, [node])

    # ---- operators ---------------------------------------------------------------------------------

    def _chain(self, tree: exp.Expr) -> Node:
        op, parts = type(tree), []
        at: exp.Expr = tree
        while isinstance(at, op):  # a long row of `or` leans left; walking down it needs no stack
            parts.append(at.expression)
            at = at.this
        parts.append(at)
        args = [self._as(part, "boolean") for part in reversed(parts)]
        return Node("and" if op is exp.And else "or", "boolean", None, args)

    def _not(self, tree: exp.Expr) -> Node:
        return Node("not", "boolean", None, [self._as(tree.this, "boolean")])

    def _compare(self, tree: exp.Expr) -> Node:
        args = [self.node(tree.this), self.node(tree.expression)]
        if any(arg.op == "refused" for arg in args):
            return Node("refused", "unknown")
        if any(isinstance(side, exp.Null) for side in (tree.this, tree.expression)):
            return self._no("nothing equals null", 'Write "is null" or "is not null".')
        if any(isinstance(side, _COMPARISONS) for side in (tree.this, tree.expression)):
            return self._no("two comparisons in a row", "Write a > 1 and a < 3, or a between 1 and 3.")
        self.settling.together(args, "unknown" if {arg.op for arg in args} == {"column"} else "text")
        return Node("compare", "boolean", _OPERATORS[type(tree)], args)

    def _in(self, tree: exp.Expr) -> Node:
        if any(tree.args.get(part) for part in ("query", "unnest", "field")) or not tree.expressions:
            return self._no('"in" needs a list', "Write one like: channel in ('ads', 'social').")
        args = [self.node(tree.this), *(self.node(e) for e in tree.expressions)]
        self.settling.together(args, "text")
        return Node("in", "boolean", None, args)

    def _between(self, tree: exp.Expr) -> Node:
        if tree.args.get("symmetric"):
            return self._refuse(tree)
        args = [self.node(tree.args[part]) for part in ("this", "low", "high")]
        if self.settling.common(args) == "unknown":
            return self._between_unknown(tree)
        self.settling.together(args, "unknown")
        return Node("between", "boolean", None, args)

    def _between_unknown(self, tree: exp.Expr) -> Node:
        """Columns of which nothing is known: two comparisons, each of which finds out."""
        pairs = [(">=", tree.args["low"]), ("<=", tree.args["high"])]
        parts = [(operator, [self.node(tree.this), self.node(bound)]) for operator, bound in pairs]
        for _, sides in parts:
            self.settling.together(sides, "unknown" if {side.op for side in sides} == {"column"} else "text")
        return Node("and", "boolean", None, [Node("compare", "boolean", op, sides) for op, sides in parts])

    def _like(self, tree: exp.Expr) -> Node:
        args = [self._as(tree.this, "text"), self._as(tree.expression, "text")]
        like = Node("like", "boolean", "ILIKE" if isinstance(tree, exp.ILike) else "LIKE", args)
        return Node("not", "boolean", None, [like]) if tree.args.get("negate") else like

    def _is(self, tree: exp.Expr) -> Node:
        if isinstance(tree.expression, exp.Null):
            return Node("is_null", "boolean", None, [self._as(tree.this, "unknown")])
        if isinstance(tree.expression, exp.Boolean):
            return Node("is_truth", "boolean", bool(tree.expression.this), [self._as(tree.this, "boolean")])
        return self._refuse(tree)

    def _arith(self, tree: exp.Expr) -> Node:
        return self._row(tree, "arith", "number", {**_ARITHMETIC})

    def _join(self, tree: exp.Expr) -> Node:
        return self._row(tree, "concat", "text", {exp.DPipe: "||"})

    def _row(self, tree: exp.Expr, op: str, kind: Kind, operators: dict[type[exp.Expr], str]) -> Node:
        steps: list[tuple[str, exp.Expr]] = []
        at = tree
        while type(at) in operators:
            steps.append((operators[type(at)], at.expression))
            at = at.this
        if len(steps) > _MANY:
            return self._no(f"{len(steps)} operators in a row", f"At most {_MANY}.")
        parts = [self.node(at), *(self.node(part) for _, part in reversed(steps))]
        if any(part.op == "refused" for part in parts):
            return Node("refused", "unknown")
        if op == "arith" and any(part.kind == "time" for part in parts):
            return self._no("times are not added or subtracted", "Use date_diff('day', a, b) > 3.")
        for part in parts:
            self.settling.settle(part, kind)
        node = parts[0]
        for (operator, _), part in zip(reversed(steps), parts[1:], strict=True):
            node = Node(op, kind, operator, [node, part])
        return node

    def _negative(self, tree: exp.Expr) -> Node:
        node = self._as(tree.this, "number")
        if node.op == "number" and isinstance(node.value, int | float):
            return Node("number", "number", -node.value)
        return Node("negative", "number", None, [node])

    def _case(self, tree: exp.Expr) -> Node:
        pairs: list[Node] = []
        for branch in tree.args["ifs"]:
            if tree.this is not None:  # case x when 1 …: each is a comparison
                sides = [self.node(tree.this), self.node(branch.this)]
                self.settling.together(sides, "text")
                pairs.append(Node("compare", "boolean", "=", sides))
            else:
                pairs.append(self._as(branch.this, "boolean"))
            pairs.append(self.node(branch.args["true"]))
        if tree.args.get("default") is not None:
            pairs += [Node("truth", "boolean", True), self.node(tree.args["default"])]
        return self._like_its_parts(Node("case", "unknown", None, pairs), pairs[1::2])

    def _like_its_parts(self, node: Node, parts: list[Node]) -> Node:
        node.kind = self.settling.common(parts)
        if node.kind == "unknown":
            return node
        for part in parts:
            self.settling.settle(part, node.kind)
        return node

    # ---- calls -------------------------------------------------------------------------------------

    def _call(self, tree: exp.Expr) -> Node:
        written = tree.this if isinstance(tree.this, str) else tree.name
        name = written.lower()
        if self.vocabulary.counts and name in ("count", "ever"):
            return self._count(name, tree)
        function = FUNCTIONS.get(name)
        if function is None:
            return self._no(*unknown_function(written))
        given = tree.expressions
        most = _ANY if function.many else len(function.params)
        if not function.least <= len(given) <= most:
            exact = " or ".join(dict.fromkeys((str(function.least), str(most))))
            needs = f"{function.least} or more" if function.many else exact
            called = f"{name}({', '.join(function.params)}{', …' if function.many else ''})"
            return self._no(f"{name}(…) has {len(given)} arguments and takes {needs}", f"Write {called}.")
        args = [self._argument(function.param(place), arg, name) for place, arg in enumerate(given)]
        node = Node("call", "unknown" if function.answer == "same" else function.answer, name, args)
        same = [arg for place, arg in enumerate(args) if function.param(place) == "same"]
        return self._like_its_parts(node, same) if function.answer == "same" else node

    def _argument(self, param: str, tree: exp.Expr, name: str) -> Node:
        if param == "same":
            return self.node(tree)
        if param in ("text", "number", "time", "boolean"):
            return self._as(tree, param)  # type: ignore[arg-type]  # narrowed by the line above
        if param == "whole":
            node = self.node(tree)
            # DuckDB 2.0 fails inside when it finds out late that such a number is missing.
            if node.op == "number" and isinstance(node.value, int) and abs(node.value) <= MAX_TEXT:
                return node
            return self._no(f"{name}(…) needs a whole number, written out")
        if not (isinstance(tree, exp.Literal) and tree.is_string):
            return self._no(f"{name}(…) needs its {_WRITTEN_OUT[param]} written out in quotes")
        if param == "unit" and tree.name.lower() not in UNITS:
            return self._no(f"'{tree.name}' is no unit of time", nearest(tree.name, UNITS, "Units"))
        wrong = ""
        if param == "format":
            wrong = check_format(tree.name)
        elif param == "pattern":
            wrong = check_pattern(tree.name)
        elif param == "rewrite" and tree.parent is not None:
            wrong = check_pattern(tree.parent.expressions[1].name, tree.name)
        elif param == "path":
            wrong = check_path(tree.name)
        if wrong:
            return self._no(wrong)
        if param == "path":
            return Node("text", "text", json_path(tree.name))
        return Node("text", "text", tree.name.lower() if param == "unit" else tree.name)

    def _count(self, name: str, tree: exp.Expr) -> Node:
        if len(tree.expressions) != 1 or isinstance(tree.expressions[0], exp.Star):
            return self._no(f"{name}(…) takes one rule over events", f"Write {name}(event = 'Coupon Used').")
        inner = tree.expressions[0]
        try:
            rule = Reader(EVENT).rule(inner.sql(dialect="duckdb"), inner, True)
        except RuleError as error:
            self.settling.mistakes.extend(error.mistakes)
            return Node("refused", "unknown")
        self.aggregates.append((name, rule))
        return Node("count", "number" if name == "count" else "boolean", len(self.aggregates) - 1)


def _merged(pieces: list[str | Column | int]) -> tuple[str | Column | int, ...]:
    """Neighbouring texts in one."""
    out: list[str | Column | int] = []
    for piece in pieces:
        if isinstance(piece, str) and out and isinstance(out[-1], str):
            out[-1] += piece
        else:
            out.append(piece)
    return tuple(out)


_WRITTEN_OUT = {
    "unit": "unit of time",
    "pattern": "regular expression",
    "rewrite": "replacement",
    "format": "format",
    "path": "place",
}
_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_COMPARISONS = tuple(_OPERATORS)
_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}

_READ: dict[type[exp.Expr], Callable[[Reader, Any], Node]] = {
    exp.Paren: lambda reader, tree: reader.node(tree.this),
    exp.Column: Reader._column,
    exp.Dot: Reader._column,
    exp.Literal: Reader._literal,
    exp.Boolean: lambda reader, tree: Node("truth", "boolean", bool(tree.this)),
    exp.Null: lambda reader, tree: Node("null", "unknown"),
    exp.Cast: Reader._cast,
    exp.TryCast: Reader._cast,
    exp.And: Reader._chain,
    exp.Or: Reader._chain,
    exp.Not: Reader._not,
    **dict.fromkeys(_COMPARISONS, Reader._compare),
    exp.In: Reader._in,
    exp.Between: Reader._between,
    exp.Like: Reader._like,
    exp.ILike: Reader._like,
    exp.Is: Reader._is,
    **dict.fromkeys(_ARITHMETIC, Reader._arith),
    exp.DPipe: Reader._join,
    exp.Neg: Reader._negative,
    exp.Case: Reader._case,
    exp.Anonymous: Reader._call,
}
