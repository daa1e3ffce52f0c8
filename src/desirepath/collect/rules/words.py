"""What a rule may call: every allowed function with its arguments, its answer, and its SQL.

This table is the whitelist. A function belongs here if it looks at nothing but its arguments (no file, no
setting, no clock, no chance), cannot make its answer much larger than its arguments, and cannot fail on a
record. docs/reference/rules.md lists it, and a test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from desirepath.collect.expression import Kind

# Kinds of values, and parameters that must be written out: `whole` a number, `pattern` a regular expression,
# `rewrite` its replacement, `format` of strptime, `unit` of time, `path` of a place in a JSON text. `same`: they
# and the answer share a kind.
Param = Literal[
    "text", "number", "whole", "time", "boolean", "same", "pattern", "rewrite", "format", "unit", "path"
]


@dataclass(frozen=True, slots=True)
class Function:
    """`params`: one for each argument; with `many`, the last may be repeated. `least`: how many are needed.

    sql: a template over the arguments, {0}, {1} …; '' is the plain call.
    """

    name: str
    params: tuple[Param, ...]
    answer: Kind | Literal["same"]
    least: int
    many: bool = False
    sql: str = ""
    about: str = ""

    def param(self, place: int) -> Param:
        """What the argument at `place` must be."""
        return self.params[min(place, len(self.params) - 1)]


def _f(
    name: str,
    params: str,
    answer: Kind | Literal["same"],
    about: str,
    *,
    least: int = -1,
    many: bool = False,
    sql: str = "",
) -> Function:
    kinds = cast("tuple[Param, ...]", tuple(params.split()))  # a test calls each of them
    return Function(name, kinds, answer, len(kinds) if least < 0 else least, many, sql, about)


# The pairs of GA4 (key), of OpenTelemetry (key), of Shopify (name), of Zendesk (id). The value of a pair can be an
# object with one of several types filled: {"string_value": null, "int_value": 7} is 7.
# Typed and tried: DuckDB works out what is the same for all records before it asks whether that is JSON at all.
_PAIR = (
    "list_filter(CAST(TRY(json_extract({0}, '$[*]')) AS JSON[]), lambda pair: coalesce("
    "json_extract_string(pair, '$.key'), json_extract_string(pair, '$.name'), json_extract_string(pair, '$.id')"
    ") = {1})[1]"
)
_VALUES = f"CAST(TRY(json_extract_string({_PAIR}, '$.value.*')) AS VARCHAR[])"
_ONE_FILLED = f"list_filter({_VALUES}, lambda one: one IS NOT NULL)[1]"
_NAMED = (
    f"TRY(CASE WHEN json_valid({{0}}) THEN CASE json_type({_PAIR}, '$.value') WHEN 'OBJECT' THEN {_ONE_FILLED} "
    f"ELSE json_extract_string({_PAIR}, '$.value') END END)"
)

_ALL = (
    _f("coalesce", "same", "same", "the first that is not missing", many=True),
    _f("nullif", "same same", "same", "the first, or missing where it equals the second"),
    _f("if", "boolean same same", "same", "the second where the first holds, else the third",
       sql="CASE WHEN {0} THEN {1} ELSE {2} END"),
    _f("greatest", "same", "same", "the largest", many=True),
    _f("least", "same", "same", "the smallest", many=True),
    _f("lower", "text", "text", "in small letters"),
    _f("upper", "text", "text", "in capitals"),
    _f("trim", "text text", "text", "without blanks (or the given characters) at both ends", least=1),
    _f("ltrim", "text text", "text", "without blanks (or the given characters) at the start", least=1),
    _f("rtrim", "text text", "text", "without blanks (or the given characters) at the end", least=1),
    _f("length", "text", "number", "how many characters"),
    _f("substr", "text whole whole", "text", "from a place (1 is the first), and how many", least=2),
    _f("substring", "text whole whole", "text", "as substr", least=2, sql="substr({args})"),
    _f("left", "text whole", "text", "the first so many characters"),
    _f("right", "text whole", "text", "the last so many characters"),
    _f("replace", "text text text", "text", "with every occurrence of the second replaced by the third"),
    _f("concat", "text", "text", "joined; what is missing is left out", many=True),
    _f("contains", "text text", "boolean", "the second stands somewhere in the first"),
    _f("starts_with", "text text", "boolean", "the first begins with the second"),
    _f("ends_with", "text text", "boolean", "the first ends with the second"),
    _f("split_part", "text text whole", "text", "the n-th part between separators"),
    _f("regexp_matches", "text pattern", "boolean", "the regular expression is found in the text"),
    _f("regexp_extract", "text pattern", "text", "what the regular expression finds"),
    _f("regexp_replace", "text pattern rewrite", "text", "with the first find replaced; \\1 is its first group"),
    _f("round", "number whole", "number", "rounded, to so many decimals", least=1),
    _f("abs", "number", "number", "without its sign"),
    _f("floor", "number", "number", "the whole number below"),
    _f("ceil", "number", "number", "the whole number above"),
    _f("ceiling", "number", "number", "as ceil", sql="ceil({0})"),
    _f("year", "time", "number", "1970 …"),
    _f("quarter", "time", "number", "1 … 4"),
    _f("month", "time", "number", "1 … 12"),
    _f("week", "time", "number", "1 … 53, ISO"),
    _f("day", "time", "number", "1 … 31"),
    _f("dayofweek", "time", "number", "0 is Sunday"),
    _f("isodow", "time", "number", "1 is Monday, 7 is Sunday"),
    _f("hour", "time", "number", "0 … 23"),
    _f("minute", "time", "number", "0 … 59"),
    _f("date_part", "unit time", "number", "a part of a time: date_part('hour', time)"),
    _f("date_trunc", "unit time", "time", "the start of its month, week, …"),
    _f("date_diff", "unit time time", "number", "boundaries of the unit crossed from the second to the third"),
    _f("strptime", "text format", "time", "text read by a format such as '%d/%m/%Y'; missing where it is not so",
       sql="try_strptime({args})"),
    _f("strftime", "time format", "text", "a time written in a format"),
    _f("json_value", "text path", "text", "what stands at a place of a JSON text: json_value(items, '[0].name')",
       sql="TRY(CASE WHEN json_valid({0}) THEN json_extract_string({0}, {1}) END)"),
    _f("json_named", "text text", "text", "from a JSON list of pairs, [{key: …, value: …}, …], the value with a name",
       sql=_NAMED),
)  # fmt: skip
FUNCTIONS = {one.name: one for one in _ALL}

# What people try, and what it is called here.
OTHERWISE = {
    "len": "length",
    "strlen": "length",
    "char_length": "length",
    "lcase": "lower",
    "ucase": "upper",
    "ifnull": "coalesce",
    "nvl": "coalesce",
    "isnull": "coalesce",
    "iif": "if",
    "instr": "contains",
    "position": "contains",
    "strpos": "contains",
    "prefix": "starts_with",
    "startswith": "starts_with",
    "suffix": "ends_with",
    "endswith": "ends_with",
    "regexp_like": "regexp_matches",
    "regexp_full_match": "regexp_matches",
    "datediff": "date_diff",
    "datepart": "date_part",
    "extract": "date_part",
    "to_timestamp": "strptime",
    "to_date": "strptime",
    "try_strptime": "strptime",
    "date_format": "strftime",
}
_CLOCKS = (
    "now today current_date current_time current_timestamp current_datetime getdate "
    "get_current_timestamp transaction_timestamp localtime localtimestamp sysdate"
)
CLOCKS = frozenset(_CLOCKS.split())
AGGREGATES = frozenset(("sum", "avg", "min", "max", "median", "mean", "stddev", "first", "last", "list"))

UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")

# cast(… as TYPE): what people write → our kind, and the SQL of the value `{0}`, already of that kind.
CASTS: dict[str, tuple[Kind, str]] = {
    **dict.fromkeys(("text", "varchar", "string", "char"), ("text", "{0}")),
    **dict.fromkeys(
        ("number", "double", "float", "real", "decimal", "numeric"), ("number", "CAST({0} AS DOUBLE)")
    ),
    **dict.fromkeys(("int", "integer", "bigint", "long", "smallint"), ("number", "TRY_CAST({0} AS BIGINT)")),
    **dict.fromkeys(("timestamp", "datetime"), ("time", "{0}")),
    **dict.fromkeys(("boolean", "bool"), ("boolean", "{0}")),
    "date": ("time", "date_trunc('day', {0})"),
}
