"""Rules as fields of a definition: pydantic takes the author's text (or a Rule) and keeps the Rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BeforeValidator, InstanceOf

from desirepath.collect.expression import (
    EVENT,
    ROW,
    SEGMENT,
    Rule,
    RuleError,
    Vocabulary,
    parse_rule,
    parse_scalar,
    quote_text,
)
from desirepath.core.definition import refused

# A rule has a sign or word of SQL in it; a mere name ("Order Cancelled") has none.
_RULE = re.compile(r"[=<>'(]|\b(i?like|between|regexp\w*|is\s+(not\s+)?null)\b", re.I)
_COUNTS = re.compile(r"\b(count|ever)\s*\(", re.I)


def looks_like_rule(text: str) -> bool:
    """Whether a text has a sign or word of SQL in it; a mere name has none."""
    return _RULE.search(text) is not None


def _reading(
    vocabulary: Vocabulary, parse: Callable[[str, Vocabulary], Rule], word: str = ""
) -> BeforeValidator:
    """word: a text that stands for itself."""

    def read(value: object) -> object:
        if isinstance(value, Rule) or (word and value == word):
            return value
        if not isinstance(value, str):
            raise refused(("a rule is one text", "Write one like \"event = 'Order Completed'\"."))
        try:
            return parse(value, vocabulary)
        except RuleError as error:
            raise refused(*_named(value, error)) from None

    return BeforeValidator(read)


def _named(text: str, error: RuleError) -> tuple[tuple[str, str], ...]:
    """The mistakes; where the text looks like an event's name, how to write the rule for it."""
    if re.fullmatch(r"[A-Z][\w ]*", text.strip()):
        return ((f'"{text}" is no rule', f'For events of that name write "event = {quote_text(text)}".'),)
    return error.mistakes


def _name_or_rule(value: object) -> object:
    if isinstance(value, str) and value.strip() and not looks_like_rule(value):
        return f"event = {quote_text(value.strip())}"
    return value


def _of_either(text: str, vocabulary: Vocabulary) -> Rule:
    """A rule over events where it can be one; over customers where it counts their events."""
    try:
        return parse_rule(text, vocabulary)
    except RuleError:
        if not _COUNTS.search(text):
            raise
        return parse_rule(text, SEGMENT)


EventRule = Annotated[InstanceOf[Rule], _reading(EVENT, parse_rule)]
EventOrSegmentRule = Annotated[InstanceOf[Rule], _reading(EVENT, _of_either)]
"""A rule over events, or one over customers, which then has aggregates: "count(event = 'Page Viewed') > 5000"."""
SegmentRule = Annotated[InstanceOf[Rule], _reading(SEGMENT, parse_rule)]
RowRule = Annotated[InstanceOf[Rule], _reading(ROW, parse_rule)]
RowValue = Annotated[InstanceOf[Rule], _reading(ROW, parse_scalar)]
GoalRule = Annotated[InstanceOf[Rule] | Literal["repeat"], _reading(EVENT, parse_rule, word="repeat")]
EventNamed = Annotated[InstanceOf[Rule], _reading(EVENT, parse_rule), BeforeValidator(_name_or_rule)]
"""An event's name, or a rule: 'Order Cancelled'."""
