"""Whatever stands in a rule, it is refused with a reason, or it is harmless SQL that never fails on a record."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desirepath.collect.expression import (
    EVENT,
    ROW,
    Column,
    Kind,
    Rule,
    RuleError,
    Vocabulary,
    as_kind,
    parse_rule,
    parse_scalar,
    quote_name,
)
from desirepath.collect.rules.words import FUNCTIONS

# Every name of a column that rules below can read → its type in the table and some values that have hurt people.
TEXTS = [
    "",
    "x",
    "it's",
    '"',
    "%",
    "\\",
    "5",
    "-0",
    "nan",
    "inf",
    "1e999",
    "2026-02-30",
    "2026-01-01",
    "é",
    "true",
    '{"a": [{"b": 1}]}',
    '[{"key": "x", "value": {"s": null, "i": 3}}, {"name": "é", "value": "5"}, 7]',
    '[{"key": "x"',
]
TYPES: dict[str, tuple[Kind, str]] = {
    "event": ("text", "VARCHAR"),
    "channel": ("text", "VARCHAR"),
    "by": ("text", "VARCHAR"),
    "value": ("number", "DOUBLE"),
    "currency": ("text", "VARCHAR"),
    "text": ("text", "VARCHAR"),
    "score": ("number", "DOUBLE"),
    "score_share": ("number", "DOUBLE"),
    "score_kind": ("text", "VARCHAR"),
    "source": ("text", "VARCHAR"),
    "time": ("time", "TIMESTAMP"),
    "properties.total": ("text", "VARCHAR"),
    "properties.n": ("number", "BIGINT"),
    "properties.vip": ("boolean", "BOOLEAN"),
    "properties.paid_at": ("time", "TIMESTAMP"),
    "traits.age": ("number", "DOUBLE"),
    "id.email": ("text", "VARCHAR"),
}
VALUES = {
    "VARCHAR": [None, *TEXTS],
    "DOUBLE": [None, 0.0, -1.5, 1e308, float("inf"), float("nan"), 42.0],
    "BIGINT": [None, 0, -1, 2**63 - 1, -(2**63), 42],
    "BOOLEAN": [None, True, False],
    "TIMESTAMP": [None, "1970-01-01", "2026-11-20 23:59:59.999999", "9999-12-31", "0001-01-01"],
}


@pytest.fixture(scope="module")
def lab() -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked database with one table of unpleasant rows, and one that no rule may reach."""
    con = duckdb.connect()
    columns = ", ".join(f"{quote_name(name)} {kind}" for name, (_, kind) in TYPES.items())
    con.execute(f"CREATE TABLE e ({columns})")
    con.execute("CREATE TABLE secret AS SELECT 1 AS password")
    for row in range(20):
        values = [
            VALUES[k][(row * 5 + place) % len(VALUES[k])] for place, (_, k) in enumerate(TYPES.values())
        ]
        con.execute(f"INSERT INTO e VALUES ({', '.join('?' * len(values))})", values)
    con.execute("SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true")
    yield con
    con.close()


def column(one: Column) -> str:
    kind, _ = TYPES.get(str(one), ("text", ""))
    sql = f"e.{quote_name(str(one))}" if str(one) in TYPES else "CAST(NULL AS VARCHAR)"
    return as_kind(sql, kind, one.kind)


# What DuckDB calls the operators that a rule is written with; and what as_kind needs.
OPERATORS = {
    "+",
    "-",
    "*",
    "/",
    "%",
    "||",
    "~~",
    "!~~",
    "~~*",
    "!~~*",
    "timezone",
    "try_strptime",
    "list_value",
}
# What the functions on JSON are made of; no rule can name these, nor a lambda of its own.
JSON = {"json_valid", "json_type", "json_extract", "json_extract_string", "list_filter", "array_extract"}


def called(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[set[str], list[str], set[str]]:
    """Functions, tables and kinds of expression in a query, as DuckDB itself reads it."""
    row = con.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    assert row is not None
    tree = json.loads(row[0])
    assert not tree["error"], (sql, tree)
    functions: set[str] = set()
    tables: list[str] = []
    classes: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("class") == "FUNCTION":
                functions.add(node["function_name"])
            if node.get("type") in ("BASE_TABLE", "TABLE_FUNCTION"):
                tables.append(node.get("table_name", "?"))
            classes.add(str(node.get("class")))
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(tree)
    assert len(tree["statements"]) == 1, sql
    return functions, tables, classes


def judge(
    con: duckdb.DuckDBPyConnection, text: str, vocabulary: Vocabulary, *, boolean: bool = True
) -> Rule | None:
    """Refused in words, or harmless."""
    try:
        rule = parse_rule(text, vocabulary) if boolean else parse_scalar(text, vocabulary)
    except RuleError as error:
        assert error.mistakes
        assert all(message and "\n" not in message[:1] for message, _ in error.mistakes)
        return None
    sql = f"SELECT {rule.sql(column)} AS answer FROM e"
    functions, tables, classes = called(con, sql)
    assert tables == ["e"]
    of_json = "json_" in text
    allowed = {*FUNCTIONS, *OPERATORS, *(JSON if of_json else ())}
    assert functions <= allowed, functions - allowed
    never = {"SUBQUERY", "WINDOW", "STAR", "LAMBDA", "PARAMETER", "DEFAULT", "POSITIONAL_REFERENCE"}
    assert not classes & (never - {"LAMBDA"} if of_json else never)
    answers = [row[0] for row in con.execute(sql).fetchall()]  # binds, and fails on no row
    assert len(answers) == 20
    if boolean:
        assert set(answers) <= {True, False}
    return rule


names = st.sampled_from([*TYPES, "identifiers.email", 'properties."a b"', "properties.x.y.z", "nonsense"])
literals = st.one_of(
    st.sampled_from(TEXTS).map(lambda t: "'" + t.replace("'", "''") + "'"),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.sampled_from(
        ["true", "false", "null", "'2026-01-01 10:00'", "'day'", "'%Y-%m-%d'", "'(a)(b)?'", "'\\1'"]
    ),
)
TYPE_NAMES = ["text", "number", "integer", "boolean", "date", "timestamp", "decimal(10,2)"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions from expressions, sensible or not."""
    two, three = st.tuples(inner, inner), st.tuples(inner, inner, inner)
    operators = [
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "||",
        "and",
        "or",
        "like",
        "ilike",
        "not like",
    ]
    return st.one_of(
        st.tuples(two, st.sampled_from(operators)).map(lambda t: f"({t[0][0]} {t[1]} {t[0][1]})"),
        three.map(lambda t: f"{t[0]} between {t[1]} and {t[2]}"),
        three.map(lambda t: f"{t[0]} in ({t[1]}, {t[2]})"),
        three.map(lambda t: f"case when {t[0]} then {t[1]} else {t[2]} end"),
        three.map(lambda t: f"case {t[0]} when {t[1]} then {t[2]} end"),
        inner.map(lambda t: f"{t} is not null"),
        inner.map(lambda t: f"({t}) is true"),
        inner.map(lambda t: f"not {t}"),
        inner.map(lambda t: f"- {t}"),
        st.tuples(inner, st.sampled_from(TYPE_NAMES)).map(lambda t: f"cast({t[0]} as {t[1]})"),
        st.tuples(st.sampled_from([*FUNCTIONS]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda t: f"{t[0]}({', '.join(t[1])})"
        ),
    )


expressions = st.recursive(st.one_of(names, literals), grown, max_leaves=8)


@given(text=expressions)
@example("1e308 * 1e308 > 0")
@example("substr(event, -99999999999999) = 'x'")
@example("round(value, 99999999999) > 1")
@example("regexp_matches(text, '(?=a)')")
@example("regexp_replace(text, '(a)', '\\2') = 'x'")
@example("strftime(time, '%Q') = 'x'")
@example("properties.n * properties.n * properties.n > 0")
@example("date_diff('day', time, cast(text as timestamp)) > 0")
@example("properties.total > properties.paid_at")
@example("coalesce(properties.vip, properties.total) = properties.n")
@example("json_value(text, 'a[0].b') = '1' or json_named(text, 'x') > 2")
@example("json_value(text, '$.a') = '1'")
def test_an_expression_is_refused_or_harmless(lab: duckdb.DuckDBPyConnection, text: str) -> None:
    judge(lab, text, EVENT)
    judge(lab, text, EVENT, boolean=False)


@given(
    function=st.sampled_from([*FUNCTIONS.values()]),
    args=st.lists(st.one_of(names, literals), min_size=1, max_size=3),
)
def test_every_function_can_be_called_and_fails_on_nothing(
    lab: duckdb.DuckDBPyConnection, function, args
) -> None:
    judge(lab, f"{function.name}({', '.join(args)}) is not null", EVENT)


WRITTEN_OUT = {
    "whole": "2",
    "pattern": "'(a)(b)?'",
    "rewrite": "'\\\\1'",
    "format": "'%Y-%m-%d'",
    "path": "'a[0].b'",
}
LEAVES: dict[str, list[str]] = {
    "text": ["event", "text", "id.email", "properties.total", "traits.plan", "'a'", "'it''s'", "''"],
    "number": ["value", "score", "properties.total", "properties.n", "traits.age", "0", "-1.5", "1e300"],
    "time": ["time", "properties.paid_at", "properties.total", "timestamp '2026-01-31 10:00'"],
    "boolean": ["properties.vip", "true", "event = 'a'", "value > 5", "text is null"],
}


@st.composite
def sensible(draw: st.DrawFn, kind: str, depth: int = 3) -> str:
    """An expression of one kind, made as the reference says that one may be."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(LEAVES[kind]))

    def some(of: str) -> str:
        return draw(sensible(of, depth - 1))

    def argument(param: str) -> str:
        if param == "unit":
            return draw(st.sampled_from(["'day'", "'month'", "'hour'"]))
        fixed = WRITTEN_OUT.get(param)
        return fixed or some(
            {
                "same": kind,
            }.get(param, param)
        )

    if kind == "boolean" and draw(st.booleans()):
        of = draw(st.sampled_from(["text", "number", "time"]))
        form = draw(
            st.sampled_from(
                ["({} = {})", "({} <= {})", "({} in ({}, {}))", "({} between {} and {})", "({} is null)"]
            )
        )
        return form.format(*(some(of) for _ in range(form.count("{}"))))
    if draw(st.integers(0, 4)) == 0:
        forms = {
            "number": ["({} + {})", "({} / {})", "({} % {})", "(- {})"],
            "text": ["({} || {})"],
            "boolean": ["({} and {})", "(not {})"],
            "time": ["date_trunc('month', {})"],
        }[kind]
        form = draw(st.sampled_from(forms))
        return form.format(*(some(kind) for _ in range(form.count("{}"))))
    fitting = [f for f in FUNCTIONS.values() if f.answer in (kind, "same")]
    function = draw(st.sampled_from(fitting))
    count = draw(st.integers(function.least, len(function.params) + (2 if function.many else 0)))
    return f"{function.name}({', '.join(argument(function.param(place)) for place in range(count))})"


@given(text=sensible("boolean"))
def test_a_rule_made_as_the_reference_says_is_taken_and_fails_on_nothing(lab, text: str) -> None:
    assert judge(lab, text, EVENT), text


@given(data=st.data(), kind=st.sampled_from(["text", "number", "time"]))
def test_so_is_an_expression_of_any_kind(
    lab: duckdb.DuckDBPyConnection, data: st.DataObject, kind: str
) -> None:
    text = data.draw(sensible(kind))
    assert judge(lab, text, EVENT, boolean=False), text


SOUP = [
    *[
        "event",
        "value",
        "properties.x",
        "e",
        "secret",
        "password",
        "rowid",
        '"',
        "'",
        "''",
        "`",
        "$1",
        "?",
        ":a",
        "@a",
    ],
    *[
        "=",
        "==",
        "<>",
        "!=",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        "--",
        "/*",
        "*/",
        "*",
        "||",
        "&&",
        "::",
        "->",
        ":=",
    ],
    *[
        "select",
        "from",
        "where",
        "union",
        "in",
        "and",
        "or",
        "not",
        "exists",
        "case",
        "when",
        "then",
        "else",
        "end",
    ],
    *[
        "is",
        "null",
        "like",
        "escape",
        "between",
        "interval",
        "cast",
        "as",
        "varchar",
        "over",
        "filter",
        "collate",
        "lambda",
    ],
    *[
        "read_csv('/etc/passwd')",
        "getenv('HOME')",
        "current_setting('x')",
        "columns(*)",
        "count(*)",
        "query('x')",
        "now()",
    ],
    *[
        "1",
        "0x1",
        "1e9",
        "1_0",
        "'a'",
        "e'\\''",
        "$$a$$",
        "x'41'",
        "#1",
        "\\",
        "\n",
        "\t",
        "\x00",
        "“",
        "’",
        "𝕏",
        "\ufeff",
    ],
]


@given(text=st.lists(st.sampled_from(SOUP), max_size=12).map(" ".join))
@example("1 = 1) union select password from secret --")
@example("(select password from secret) = 1")
@example("event = '' or exists (from secret)")
@example("event = 'a'; drop table e")
@example("e.event = 'a'")
@example("secret.password = 1")
@example("event in (from secret)")
@example("columns('.*') is not null")
@example("event = 'a' -- ' or 1 = 1")
@example("read_text('/etc/passwd') = 'x'")
@example("main.lower(event) = 'x'")
@example("event.lower() = 'x'")
@example("[x for x in range(9)] is null")
@example("getvariable('x') = 1")
def test_a_soup_of_sql_is_refused_or_harmless(lab: duckdb.DuckDBPyConnection, text: str) -> None:
    judge(lab, text, EVENT)
    judge(lab, text, ROW)


@given(text=st.text(max_size=60))
@example("'")
@example("event = '\\'")
@example("ﬁ = 1")
def test_any_text_at_all_is_refused_or_harmless(lab: duckdb.DuckDBPyConnection, text: str) -> None:
    judge(lab, text, EVENT)
    judge(lab, text, ROW)


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
@example("' or 1 = 1 --")
@example("\\' or 1 = 1 --")
@example("{0}")
@example("\ue000")
def test_a_literal_arrives_as_it_is_written_and_nowhere_else(
    lab: duckdb.DuckDBPyConnection, text: str
) -> None:
    if any(ord(c) < 32 and c not in "\t\n\r" for c in text):
        return
    literal = "'" + text.replace("'", "''") + "'"
    value = lab.execute(f"SELECT {parse_scalar(literal).sql(column)}").fetchone()
    assert value == (text,)
    rule = parse_rule(f"event = {literal}")
    assert rule.events == {text}
    assert lab.execute(f"SELECT {rule.sql(lambda one: '?')}", [text]).fetchone() == (True,)


@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20))
@example('a" = 1 or "b')
@example("x'y")
def test_a_name_in_double_quotes_is_only_a_name(lab: duckdb.DuckDBPyConnection, name: str) -> None:
    rule = parse_rule(f"{quote_name(name)} = 'x'", ROW)
    assert rule.columns == {Column("", name)}
    assert called(lab, f"SELECT {rule.sql(lambda one: quote_name(one.name))} FROM e")[1] == ["e"]


@given(have=st.sampled_from([*TYPES]), want=st.sampled_from(["number", "text", "time", "boolean", "unknown"]))
def test_any_value_can_be_asked_for_as_any_kind(
    lab: duckdb.DuckDBPyConnection, have: str, want: Kind
) -> None:
    sql = column(
        Column(have.split(".")[0], have.split(".")[1], want) if "." in have else Column("", have, want)
    )
    assert len(lab.execute(f"SELECT {sql} FROM e").fetchall()) == 20


@given(
    depth=st.integers(1, 400),
    form=st.sampled_from(
        ["({})", "lower({})", "not {}", "- {}", "case when {} then 1 end", "coalesce({}, 1)", "{} + 1"]
    ),
)
@example(400, "({})")
@example(99, "{} + 1")
def test_depth_is_bounded_before_it_can_hurt(lab: duckdb.DuckDBPyConnection, depth: int, form: str) -> None:
    text = "value"
    for _ in range(depth):
        text = form.format(text)
    judge(lab, text, EVENT)
    judge(lab, text, EVENT, boolean=False)


def test_a_long_rule_is_fine_and_one_that_is_too_long_is_not(lab: duckdb.DuckDBPyConnection) -> None:
    many = " or ".join(f"event = 'Event {number}'" for number in range(400))
    assert judge(lab, many, EVENT)
    with pytest.raises(RuleError, match="characters"):
        parse_rule(f"{many} or {many}")
