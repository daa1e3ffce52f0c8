"""A rule over customers as rows that people fill in, and rows as the rule: both ways, where rows can say it.

In: rows (a trait that is something, something done so often) joined by all or any; or the text of a rule. Out: the
text; or the rows, None for a rule that rows cannot say. A rule is only shown as rows that mean exactly the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from desirepath.collect.expression import SEGMENT, RuleError, parse_rule, quote_text

if TYPE_CHECKING:
    from sqlglot import exp

    from desirepath.journey.definition import Journey, Touchpoint

Join = Literal["all", "any"]
How = Literal["is", "is_not", "more", "at_least", "less", "at_most", "known", "unknown"]
Often = Literal["ever", "never", "at_least", "at_most", "exactly"]
_SIGNS: dict[str, str] = {"more": ">", "at_least": ">=", "less": "<", "at_most": "<="}
_COUNTED = {"at_least": ">=", "at_most": "<=", "exactly": "="}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?")
_WORDS = re.compile(r"""'[^']*'|"[^"]*"|\b(?:AND|OR|IN|NOT|IS|NULL|LIKE|ILIKE|BETWEEN)\b""")
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, slots=True)
class TraitRow:
    """What was last said of the customer. column: "traits.device", "id.email". values: for `is`, any of them.

    numbers: the values are compared as numbers; always so for more, at_least, less, at_most where they are numbers.
    """

    column: str
    how: How = "is"
    values: tuple[str, ...] = ()
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class DidRow:
    """What the customer did, up to then. what: "event:NAME", "touchpoint:ID", or "rule:…", a rule over events."""

    what: str
    often: Often = "ever"
    times: int = 1


Row = TraitRow | DidRow


class NotFilled(RuleError):
    """A row of which something is still missing."""

    code = "rule"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__([(message, hint)])


def rule_of(rows: Sequence[Row], join: Join, journey: Journey) -> str:
    """The rule that these rows say. Raises RuleError for a row that is not filled in, and where there is none."""
    if not rows:
        raise NotFilled("the rule is empty", "Add a condition.")
    return (" and " if join == "all" else " or ").join(row_rule(row, journey) for row in rows)


def row_rule(row: Row, journey: Journey) -> str:
    """The part of the rule that one row says. Raises RuleError."""
    return _trait(row) if isinstance(row, TraitRow) else _did(row, journey)


def _trait(row: TraitRow) -> str:
    if not row.column:
        raise NotFilled("no trait is chosen", "Choose what was said of the customer.")
    group, _, name = row.column.partition(".")
    column = row.column if _NAME.fullmatch(row.column) else f'{group}."{name.replace(chr(34), chr(34) * 2)}"'
    if row.how in ("known", "unknown"):
        return f"{column} is {'not ' if row.how == 'known' else ''}null"
    if not row.values or (row.how in _SIGNS and not row.values[0].strip()):
        raise NotFilled(f"{row.column} is compared with nothing", "Write a value.")
    if row.how in _SIGNS:
        return f"{column} {_SIGNS[row.how]} {_value(row.values[0].strip(), numbers=True)}"
    values = [_value(one, numbers=row.numbers) for one in row.values]
    if len(values) > 1:
        return f"{column} {'not ' if row.how == 'is_not' else ''}in ({', '.join(values)})"
    return f"{column} {'<>' if row.how == 'is_not' else '='} {values[0]}"


def _value(text: str, *, numbers: bool) -> str:
    return text if numbers and _NUMBER.fullmatch(text) else quote_text(text)


def _did(row: DidRow, journey: Journey) -> str:
    kind, _, name = row.what.partition(":")
    if not name.strip():
        raise NotFilled("nothing is chosen that was done", "Choose an event or a touchpoint.")
    if kind == "touchpoint":
        found = next((one for one in journey.touchpoints if one.id == name), None)
        if found is None:
            raise NotFilled(f'there is no touchpoint "{name}"', "Choose another.")
        inner = touchpoint_rule(found)
    else:
        inner = f"event = {quote_text(name)}" if kind == "event" else name
    if row.often in ("ever", "never"):
        return f"{'not ' if row.often == 'never' else ''}ever({inner})"
    return f"count({inner}) {_COUNTED[row.often]} {row.times}"


def touchpoint_rule(one: Touchpoint) -> str:
    """A touchpoint's events, as a rule: an event that an earlier touchpoint takes, too, is among them."""
    if one.by is None:
        return one.when.text
    return f"({one.when.text}) and by = {quote_text(one.by.value)}"


# ── text → rows ──────────────────────────────────────────────────────────────────────────────────────────


def rows_of(text: str, journey: Journey) -> tuple[tuple[Row, ...], Join] | None:
    """The rows that say the same as a rule; None where rows cannot say it. Raises RuleError for what is no rule."""
    from sqlglot import exp

    from desirepath.collect.rules.text import syntax_tree

    rule = parse_rule(text, SEGMENT)
    tree = _bare(syntax_tree(text))
    join: Join = "any" if isinstance(tree, exp.Or) else "all"
    parts = _flat(tree, type(tree)) if isinstance(tree, exp.And | exp.Or) else [tree]
    rows = [_row(part, journey) for part in parts]
    found = tuple(row for row in rows if row is not None)
    if len(found) < len(rows):
        return None
    try:
        again = parse_rule(rule_of(found, join, journey), SEGMENT)
    except RuleError:
        return None
    same = _meaning(again) == _meaning(rule)
    return (found, join) if same else None


def means_the_same(one: str, other: str) -> bool:
    """Whether two rules over customers ask the same, however they are written."""
    try:
        return _meaning(parse_rule(one, SEGMENT)) == _meaning(parse_rule(other, SEGMENT))
    except RuleError:
        return False


def _meaning(rule: Any) -> object:
    """What a rule asks, however it is written."""
    shape = tuple(re.sub(r"[()]", "", one) if isinstance(one, str) else one for one in rule.pieces)
    return shape, [(word, _meaning(inner)) for word, inner in rule.aggregates]


def _bare(tree: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    while isinstance(tree, exp.Paren):
        tree = tree.this
    return tree


def _flat(tree: exp.Expr, kind: type[exp.Expr]) -> list[exp.Expr]:
    """The parts of a and b and c."""
    tree = _bare(tree)
    if not isinstance(tree, kind):
        return [tree]
    return [*_flat(tree.this, kind), *_flat(tree.expression, kind)]


def _row(tree: exp.Expr, journey: Journey) -> Row | None:
    from sqlglot import exp

    tree = _bare(tree)
    denied = isinstance(tree, exp.Not)
    inner = _bare(tree.this) if denied else tree
    called = _called(inner)
    if called is not None and called[0] == "ever":
        return DidRow(_what(called[1], journey), "never" if denied else "ever")
    if isinstance(inner, exp.In):
        return _among(inner, denied)
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
        column = _column(inner.this)
        return TraitRow(column, "known" if denied else "unknown") if column else None
    return None if denied else _compared(inner, journey)


def _compared(tree: exp.Expr, journey: Journey) -> Row | None:
    from sqlglot import exp

    signs: dict[type[exp.Expr], str] = {
        exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=",
    }  # fmt: skip
    sign = signs.get(type(tree))
    if sign is None or not isinstance(tree, exp.Binary):
        return None
    value, called, column = _literal(tree.expression), _called(tree.this), _column(tree.this)
    if value is None:
        return None
    if called is not None and called[0] == "count" and value[1] and value[0].isdigit():
        often: dict[str, tuple[Often, int]] = {
            ">=": ("at_least", 0), ">": ("at_least", 1), "<=": ("at_most", 0), "<": ("at_most", -1),
            "=": ("exactly", 0),
        }  # fmt: skip
        if sign not in often:
            return None
        word, by = often[sign]
        return DidRow(_what(called[1], journey), word, int(value[0]) + by)
    if column is None:
        return None
    how: dict[str, How] = {
        "=": "is", "<>": "is_not", ">": "more", ">=": "at_least", "<": "less", "<=": "at_most",
    }  # fmt: skip
    return TraitRow(column, how[sign], (value[0],), value[1] and sign in ("=", "<>"))


def _among(tree: exp.In, denied: bool) -> Row | None:
    column, values = _column(tree.this), [_literal(one) for one in tree.expressions]
    known = [one for one in values if one is not None]
    if column is None or not known or len(known) < len(values) or len({one[1] for one in known}) > 1:
        return None
    return TraitRow(column, "is_not" if denied else "is", tuple(one[0] for one in known), known[0][1])


def _called(tree: exp.Expr) -> tuple[str, exp.Expr] | None:
    from sqlglot import exp

    if isinstance(tree, exp.Anonymous) and len(tree.expressions) == 1:
        return str(tree.this).lower(), tree.expressions[0]
    return None


def _what(tree: exp.Expr, journey: Journey) -> str:
    from sqlglot import exp

    tree = _bare(tree)
    if isinstance(tree, exp.EQ) and tree.this.sql().lower() == "event":
        literal = _literal(tree.expression)
        if literal is not None and not literal[1]:
            return f"event:{literal[0]}"
    text = tree.sql(dialect="duckdb")
    for one in journey.touchpoints:
        if _plain(touchpoint_rule(one)) == text:
            return f"touchpoint:{one.id}"
    return f"rule:{_WORDS.sub(_small, text)}"


def _small(found: re.Match[str]) -> str:
    return "by" if found[0] == '"by"' else found[0] if found[0][0] in "'\"" else found[0].lower()


def _plain(text: str) -> str:
    from desirepath.collect.rules.text import syntax_tree

    return _bare(syntax_tree(text)).sql(dialect="duckdb")


def _column(tree: exp.Expr) -> str | None:
    from sqlglot import exp

    if not isinstance(tree, exp.Column) or len(tree.parts) < 2:
        return None
    group, *names = [part.name for part in tree.parts]
    aliases = {"trait": "traits", "identifier": "id", "identifiers": "id"}
    return f"{aliases.get(group, group)}.{'.'.join(names)}"


def _literal(tree: exp.Expr) -> tuple[str, bool] | None:
    """A literal's text, and whether it is a number."""
    from sqlglot import exp

    sign = ""
    if isinstance(tree, exp.Neg):
        sign, tree = "-", tree.this
    if not isinstance(tree, exp.Literal) or (sign and tree.is_string):
        return None
    return f"{sign}{tree.this}", not tree.is_string
