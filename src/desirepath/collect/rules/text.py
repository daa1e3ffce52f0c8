"""Text → syntax tree: sqlglot reads the grammar of DuckDB, without its functions.

What cannot be read is refused here, in words; what can be read and is not allowed, in rules/reader.py.
"""

from __future__ import annotations

import re
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parsers.duckdb import DuckDBParser

from desirepath.collect.expression import MAX_DEPTH, MAX_TEXT, RuleError

_STATEMENTS = frozenset(
    ("select", "insert", "update", "delete", "drop", "create", "with", "copy", "attach", "pragma", "set")
)


class _Parser(DuckDBParser):
    """DuckDB's grammar without its functions: each call stays as it is written."""

    FUNCTIONS: ClassVar = {}
    FUNCTION_PARSERS: ClassVar = {k: DuckDBParser.FUNCTION_PARSERS[k] for k in ("CAST", "TRY_CAST")}
    NO_PAREN_FUNCTIONS: ClassVar = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": DuckDBParser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


def too_deep() -> RuleError:
    """Brackets beyond what the parser can follow."""
    return RuleError([("the rule is nested too deeply", f"At most {MAX_DEPTH} brackets within brackets.")])


def is_sayable(text: str) -> bool:
    """Whether a rule may contain this: a control character, or half a character, in one could not be seen."""
    return not any((ord(c) < 32 and c not in "\t\n\r") or "\ud800" <= c <= "\udfff" for c in text)


def syntax_tree(text: str) -> exp.Expr:
    """The syntax tree of one expression. Raises RuleError where the text is none."""
    if not text.strip():
        raise RuleError([("the rule is empty", "Write one like: event = 'Order Completed'.")])
    if len(text) > MAX_TEXT:
        raise RuleError([(f"the rule has {len(text):,} characters", f"At most {MAX_TEXT:,}.")])
    if not is_sayable(text):
        raise RuleError([("the rule contains a control character", "Remove it.")])
    # Word processors turn quotes; within a text or a name they are meant.
    if re.search("[“”‘’]", re.sub(r"""'[^']*'|"[^"]*\"""", "", text)):
        raise RuleError([("the rule contains curly quotes", "Use straight ones: event = 'Order Completed'.")])
    dialect = DuckDB()
    try:
        tokens = dialect.tokenize(text)
    except SqlglotError:
        odd = [c for c in "'\"" if text.count(c) % 2]
        hint = f"A quote {odd[0]} is opened and not closed." if odd else "Check the quotes."
        raise RuleError([("the rule cannot be read", hint)]) from None
    if any(token.comments for token in tokens):
        raise RuleError([("the rule contains a comment", "Comments go beside it, after a #.")])
    if any(token.token_type.name == "SEMICOLON" for token in tokens):
        raise RuleError([("the rule contains a semicolon", "One expression, and no statement.")])
    if _depth([token.token_type.name for token in tokens]) > MAX_DEPTH:
        raise too_deep()
    try:
        trees = _Parser(dialect=dialect).parse_into(exp.Condition, tokens, text)
    except ParseError as error:
        raise _unreadable(error, text) from None
    except SqlglotError:
        raise RuleError([("the rule cannot be read", "Write one like: event = 'Order Completed'.")]) from None
    tree = trees[0] if len(trees) == 1 else None
    if tree is None:
        raise RuleError([("the rule is not one expression", "Write one like: event = 'Order Completed'.")])
    return tree


def _depth(names: list[str]) -> int:
    deepest = depth = in_a_row = 0
    for name in names:
        depth += name in ("L_PAREN", "L_BRACKET", "L_BRACE", "CASE")
        depth -= name in ("R_PAREN", "R_BRACKET", "R_BRACE", "END")
        in_a_row = in_a_row + 1 if name in ("NOT", "DASH", "PLUS", "TILDE") else 0
        deepest = max(deepest, depth + in_a_row)
    return deepest


def _unreadable(error: ParseError, text: str) -> RuleError:
    facts = error.errors[0] if error.errors else {}
    near = str(facts.get("highlight") or "").strip()
    before = str(facts.get("start_context") or "").strip()
    message = f'the rule cannot be read near "{near}"' if near else "the rule cannot be read"
    word = text.split(maxsplit=1)[0]
    if word.lower() in _STATEMENTS:
        return RuleError([(message, "A rule is one expression, not a statement: event = 'Order Completed'.")])
    hint = f"It can be read up to: {before}" if before else "Write one like: event = 'Order Completed'."
    if near.isidentifier() and not before:
        hint = f'A column named like a word of SQL goes in double quotes: "{near}".'
    return RuleError([(message, hint)])
