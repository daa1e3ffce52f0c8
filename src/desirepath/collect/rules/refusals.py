"""What people write in rules and may not, and what would be right instead."""

from __future__ import annotations

import difflib

from sqlglot import exp

from desirepath.collect.expression import EVENT, Vocabulary
from desirepath.collect.rules.words import AGGREGATES, CLOCKS, FUNCTIONS, OTHERWISE
from desirepath.core.errors import nearest

REFUSALS: tuple[tuple[tuple[type[exp.Expr], ...], str, str], ...] = (
    ((exp.Query, exp.Exists, exp.Subquery), "a rule cannot contain a query", "It sees one event at a time."),
    ((exp.Placeholder, exp.Parameter), "a rule has no parameters", "Write the value out."),
    ((exp.Star,), '"*" is not allowed in a rule', "Name the column."),
    ((exp.Window, exp.Filter), "a rule sees one event, not a window of them", "Segments can count: count(…) >= 2."),
    ((exp.Interval,), "a rule does not calculate with intervals", "Use date_diff('day', a, b) > 3."),
    ((exp.RegexpLike, exp.RegexpFullMatch), '"~" is not allowed in a rule', "Use regexp_matches(text, 'pattern')."),
    ((exp.Escape,), '"escape" is not allowed in a rule', "Use contains(…), starts_with(…) or regexp_matches(…)."),
    ((exp.ArrayOverlaps,), '"&&" is not allowed in a rule', 'Write "and".'),
    ((exp.NullSafeNEQ, exp.NullSafeEQ), '"is distinct from" is not allowed in a rule', "Use coalesce(a, '') <> b."),
    ((exp.Bracket, exp.JSONExtract), "brackets and arrows are not allowed in a rule",
     "A nested field is a name with dots: properties.address.city."),
    ((exp.Distinct, exp.Order), "a rule sees one event at a time", "Drop the distinct or order by."),
    ((exp.AtTimeZone,), '"at time zone" is not allowed in a rule', "Times are in the journey's zone already."),
    ((exp.Concat,), "two texts in a row", "A quote within text is written twice: 'it''s'."),
)  # fmt: skip


def clock(name: str) -> tuple[str, str]:
    """now(), current_date …"""
    return (
        f"a rule cannot ask for the present ({name.lower()})",
        "It must mean the same whenever it is asked.",
    )


def unknown_function(written: str) -> tuple[str, str]:
    """Message and hint for a function that is not on the list."""
    name = written.lower()
    if name in CLOCKS:
        return clock(name)
    if name in ("count", "ever") or name in AGGREGATES:
        said = f"{written}(…) counts over many events; this rule is about one"
        return said, "count(…) and ever(…) belong into segments and personas."
    listed = "All functions stand in docs/reference/rules.md."
    if name in OTHERWISE:
        return f'unknown function "{written}"', f"Use {OTHERWISE[name]}(…)."
    close = difflib.get_close_matches(name, FUNCTIONS, n=1, cutoff=0.7)
    return f'unknown function "{written}"', f"Did you mean {close[0]}(…)? {listed}" if close else listed


def column_hint(name: str, quoted: bool, vocabulary: Vocabulary) -> str:
    """What an unknown column without a group was perhaps meant to be."""
    if quoted:
        return "Text goes in single quotes: '" + name.replace("'", "''") + "'."
    if vocabulary.counts and any(name.lower() == known for known, _ in EVENT.plain or ()):
        column = name.lower()
        return f"A segment is about customers: write ever({column} = …) or count({column} = …) >= 2."
    groups = [f"{group}.{name}" for group, _ in vocabulary.groups if group != "id"]
    hint = nearest(name, [known for known, _ in vocabulary.plain or ()], "Columns")
    return f"{hint} A field of your own is {' or '.join(groups)}.".strip() if groups else hint
