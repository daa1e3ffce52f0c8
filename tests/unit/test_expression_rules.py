"""Which rules are taken, as what SQL; which are refused, in what words. The pairs stand in tests/golden/rules.

DESIREPATH_GOLDEN=write writes the answers anew; read them before you commit them.
"""

from __future__ import annotations

import os
import pickle  # noqa: TID251 - to see that a rule can go to another process; no file is read
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from desirepath.collect.expression import (
    EVENT,
    ROW,
    SEGMENT,
    Column,
    Kind,
    RuleError,
    Vocabulary,
    as_kind,
    parse_rule,
    parse_scalar,
    quote_name,
    row_of,
)
from desirepath.collect.rules.words import FUNCTIONS

GOLDEN = Path(__file__).parent.parent / "golden" / "rules"
VOCABULARIES = {"event": EVENT, "segment": SEGMENT, "row": ROW}


def answer(text: str, vocabulary: Vocabulary) -> str:
    try:
        rule = parse_rule(text, vocabulary)
    except RuleError as error:
        lines = [f"  ! {message}" + (f"\n    {hint}" if hint else "") for message, hint in error.mistakes]
        return "\n".join(lines)
    return "  = " + rule.sql(lambda one: f"<{one} as {one.kind}>", lambda number: f"<count {number}>")


@pytest.mark.parametrize("name", VOCABULARIES)
def test_rules_are_taken_and_refused_as_written_down(name: str) -> None:
    file = GOLDEN / f"{name}.txt"
    lines = file.read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith(" ")]
    made = "\n".join(f"{rule}\n{answer(rule, VOCABULARIES[name])}" for rule in rules) + "\n"
    if os.environ.get("DESIREPATH_GOLDEN") == "write":
        file.write_text(made)
    assert made == file.read_text()


def ask(rule: str, *rows: dict[str, object], types: dict[str, Kind] | None = None) -> list[bool]:
    """What a rule says of events; a column that a row does not name is missing."""
    parsed = parse_rule(rule)

    def column(one: Column) -> str:
        if str(one) not in names:
            return as_kind("CAST(NULL AS VARCHAR)", "text", one.kind)
        return as_kind(f"e.{quote_name(str(one))}", (types or {}).get(str(one), "text"), one.kind)

    names = sorted({name for row in rows for name in row})
    con = duckdb.connect()
    listed = ", ".join(f"{quote_name(n)} {SQL_TYPES[(types or {}).get(n, 'text')]}" for n in names)
    con.execute(f"CREATE TABLE e (place INTEGER, {listed})")
    for place, row in enumerate(rows):
        con.execute(f"INSERT INTO e VALUES ({'?, ' * len(names)}?)", [place, *(row.get(n) for n in names)])
    after_when = f"CASE WHEN {parsed.condition(column)} THEN TRUE ELSE FALSE END"
    said = con.execute(f"SELECT {parsed.sql(column)}, {after_when} FROM e ORDER BY place").fetchall()
    assert all(rule is condition for rule, condition in said), "a rule and its condition say the same"
    return [rule for rule, _ in said]


SQL_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "time": "TIMESTAMP", "boolean": "BOOLEAN"}


def test_text_that_looks_like_a_number_is_compared_as_one():
    totals = [{"properties.total": total} for total in ("9", "50.01", "100", "lots", "", "nan")]
    assert ask("properties.total > 50", *totals) == [False, True, True, False, False, False]


def test_a_number_is_compared_with_text_as_people_write_it():
    sizes = [{"properties.size": 42.0}, {"properties.size": 42.5}]
    assert ask("properties.size = '42'", *sizes, types={"properties.size": "number"}) == [True, False]
    assert ask("properties.size in ('42.5', 'L')", *sizes, types={"properties.size": "number"}) == [
        False,
        True,
    ]


def test_what_is_missing_satisfies_no_rule_and_no_opposite_of_one():
    one = {"event": "a"}
    assert ask("properties.plan = 'free'", one) == [False]
    assert ask("properties.plan <> 'free'", one) == [False]
    assert ask("not (properties.plan = 'free')", one) == [False]
    assert ask("properties.plan is null", one) == [True]
    assert ask("coalesce(properties.plan, '') <> 'free'", one) == [True]


def test_two_fields_are_compared_as_numbers_where_both_are_else_as_text():
    pairs = [("9", "10"), ("2026-01-09", "2026-01-10"), ("b", "a"), ("9", "x")]
    rows = [{"properties.a": a, "properties.b": b} for a, b in pairs]
    assert ask("properties.a < properties.b", *rows) == [True, True, False, True]
    assert ask("properties.a between properties.a and properties.b", *rows) == [True, True, False, True]


def test_a_time_with_an_offset_is_the_same_instant():
    row = {"properties.at": "2026-01-01T10:00:00+02:00"}
    assert ask("properties.at = timestamp '2026-01-01 08:00'", row) == [True]


def test_a_division_by_nothing_is_missing():
    assert ask("value / score > 0 or value % score > 0", {"value": 1.0, "score": 0.0}) == [False]


def test_yes_and_true_are_true():
    vips = [{"properties.vip": said} for said in ("true", "yes", "1", "no", "maybe", None)]
    assert ask("properties.vip", *vips) == [True, True, True, False, False, False]


def test_a_rule_tells_what_it_reads():
    rule = parse_rule(
        "event in ('A', 'B') and properties.total > 5 and Traits.plan = 'x' and identifiers.email = ''"
    )
    assert rule.columns == {
        Column("", "event"), Column("properties", "total"), Column("traits", "plan"), Column("id", "email"),
    }  # fmt: skip
    assert rule.kinds[Column("properties", "total")] == "number"
    assert rule.kinds[Column("traits", "plan")] == "text"
    assert rule.events == {"A", "B"}


def test_a_column_compared_in_two_ways_is_of_no_one_kind():
    rule = parse_rule("properties.total > 5 or properties.total = ''")
    assert rule.kinds == {Column("properties", "total"): "unknown"}


def test_the_events_inside_a_count_are_told_too():
    rule = parse_rule("count(event = 'Coupon Used') >= 2 and ever(event = 'B')", SEGMENT)
    assert rule.events == {"Coupon Used", "B"}
    assert [word for word, _ in rule.aggregates] == ["count", "ever"]
    assert rule.columns == frozenset()


def test_a_count_needs_somebody_who_counts():
    with pytest.raises(ValueError, match="nothing to count"):
        parse_rule("ever(event = 'A')", SEGMENT).sql(str)


def test_where_the_columns_of_a_row_are_known_others_are_mistakes():
    known = row_of(["Status", "Unit Price"])
    assert parse_rule("status = 'x' and \"unit price\" > 5", known).columns == {
        Column("", "Status"),
        Column("", "Unit Price"),
    }
    with pytest.raises(RuleError, match='unknown column "stauts"'):
        parse_rule("stauts = 'x'", known)


def test_a_scalar_may_be_of_any_kind():
    assert parse_scalar("lower(utm_source)").kind == "text"
    assert parse_scalar("price * quantity").kind == "number"
    assert parse_scalar("coalesce(a, b)").kind == "text"
    assert parse_scalar("a").kind == "unknown"


def test_rules_can_be_kept_compared_and_sent():
    rule = parse_rule("count(event = 'A') > 1 and traits.plan = 'x'", SEGMENT)
    again = pickle.loads(pickle.dumps(rule))
    assert again == rule
    assert hash(again) == hash(rule)


def test_all_mistakes_of_a_rule_are_told_at_once():
    with pytest.raises(RuleError) as caught:
        parse_rule("evnt = 'a' or lowr(text) = 'x' or by = 'staff'")
    assert len(caught.value.mistakes) == 3


def test_sqlglot_is_imported_when_a_rule_is_parsed_and_not_before():
    code = "import sys, desirepath.collect.expression; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_function_says_what_it_does():
    assert all(function.about for function in FUNCTIONS.values())
    allowed = {"text", "number", "whole", "time", "boolean", "same"}
    allowed |= {"pattern", "rewrite", "format", "unit", "path"}
    assert {param for function in FUNCTIONS.values() for param in function.params} <= allowed


def test_a_place_in_json_is_written_as_people_write_it():
    assert "json_extract_string(x, '$[0].\"unit-price\"')" in parse_scalar(
        "json_value(items, '[0].unit-price')"
    ).sql(lambda one: "x")
    with pytest.raises(RuleError, match="is no place in a JSON text"):
        parse_scalar("json_value(items, '$.*')")
    with pytest.raises(RuleError, match="needs its place written out"):
        parse_scalar("json_value(items, lower(x))")


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ('[{"key": "page", "value": {"string_value": "/a", "int_value": null}}]', "/a"),
        ('[{"key": "other", "value": {"int_value": 1}}, {"key": "page", "value": {"int_value": 7}}]', "7"),
        ('[{"name": "page", "value": "é 😀"}]', "é 😀"),
        ('[{"id": "page", "value": null}]', None),
        ('[{"key": "page"}, 3, null]', None),
        ('{"page": 1}', None),
        ("[{", None),
        ("", None),
    ],
)
def test_the_value_of_a_pair_is_found_by_its_name(pairs: str, value: str | None):
    sql = parse_scalar("json_named(params, 'page')").sql(lambda one: "params")
    assert duckdb.execute(f"SELECT {sql} FROM (SELECT ? AS params)", [pairs]).fetchall() == [(value,)]
