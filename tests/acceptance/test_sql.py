"""Analysts ask in SQL: the tables agree with the measures, nothing can be changed, and nobody is given away."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from desirepath.app.workspace import Workspace
from desirepath.core.errors import DesirepathError, NotFound
from desirepath.journey_map.text import harmless
from desirepath.store.analyst_sql import SqlError
from tests.commands import cli, small_shop

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "sql.md"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_shop(
        tmp_path_factory.mktemp("sql") / "shop",
        extra_visits='Seen,2024-03-01T10:00:00Z,d-9,"=cmd()@evil.example",web,=HYPERLINK("x")\n',
    )
    Workspace.open(folder).load()
    return folder


@pytest.fixture
def workspace(shop: Path) -> Workspace:
    return Workspace.open(shop)


def ask(workspace: Workspace, query: str, **asked: bool) -> list[tuple[object, ...]]:
    return list(workspace.sql(query, **asked).rows)


def test_the_visits_are_those_of_the_measures(workspace: Workspace) -> None:
    counted = {
        stage: (entered, lapsed)
        for stage, entered, lapsed in ask(
            workspace,
            "SELECT stage, count(*) FILTER (outcome <> 'skipped'), count(*) FILTER (outcome = 'lapsed')"
            " FROM visits WHERE track = 'journey' GROUP BY stage",
        )
    }
    measured = {one.stage: (one.entered, one.lapsed) for one in workspace.stages() if one.entered}
    assert counted == measured


def test_values_customers_and_events_add_up(workspace: Workspace) -> None:
    with workspace.asking() as asking:
        minor, events = int(asking.trails.value.sum()), asking.trails.events
        customers = asking.customers_with_events
    assert ask(workspace, "SELECT CAST(sum(value) * 100 AS BIGINT) FROM events") == [(minor,)]
    assert ask(
        workspace, "SELECT CAST(sum(value) * 100 AS BIGINT), sum(events), count(*) FROM customers"
    ) == [(minor, events, customers)]
    assert ask(workspace, "SELECT count(*) FROM events WHERE customer IS NOT NULL") == [(events,)]


def test_a_promise_is_kept_broken_or_not_known_yet(workspace: Workspace) -> None:
    found = dict(ask(workspace, "SELECT kept, count(*) FROM promises GROUP BY kept"))
    (cell,) = [one for one in workspace.map().cells() if one.id.startswith("promises.") and one.values]
    numbers = {value.name: value.measured for value in cell.values}
    assert numbers["made"] == sum(found.values())
    assert numbers["due"] == sum(n for kept, n in found.items() if kept is not None)


@pytest.mark.parametrize(
    "query",
    [
        "FROM event_log",
        "FROM main.events",
        "FROM placed_rows",
        "WITH meta AS (SELECT 1) FROM meta",
        "SELECT (SELECT max(value) FROM meta)",
        "FROM query('FROM meta')",
        "FROM query_table('meta')",
        "FROM duckdb_settings()",
        "FROM read_csv('/etc/passwd')",
        "FROM '/etc/passwd'",
        "SHOW TABLES",
        "DESCRIBE meta",
        "SELECT 1; SELECT 2",
        "DELETE FROM events",
        "DROP TABLE meta",
        "COPY events TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "SET memory_limit = '1TB'",
        "PRAGMA database_list",
        "SELECT",
        "",
        "\0",
        "SELECT nothing_like_this FROM visits",
        "SELECT '" + "(" * 20_000,
    ],
)
def test_what_is_no_question_to_these_tables_is_refused(workspace: Workspace, query: str) -> None:
    with pytest.raises(DesirepathError) as caught:
        workspace.sql(query)
    assert caught.value.code == "sql"
    assert caught.value.message and "\n" not in caught.value.message


def test_a_wrong_name_is_told_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(SqlError, match="visit") as caught:
        workspace.sql("FROM visit")
    assert 'Did you mean "visits"?' in caught.value.hint


def test_names_of_its_own_and_functions_of_rows_are_allowed(workspace: Workspace) -> None:
    query = "WITH first AS (SELECT customer, min(entered) AS at FROM visits GROUP BY 1) SELECT count(*) FROM first"
    assert ask(workspace, query)[0][0]
    assert ask(workspace, "SELECT count(*) FROM range(5)") == [(5,)]


def test_who_it_is_stays_masked_unless_it_is_revealed(workspace: Workspace) -> None:
    everything = " UNION ALL ".join(
        f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM {name}" for name in ("identifiers",)
    )
    columns = 'SELECT "id.email", text FROM events WHERE text IS NOT NULL OR "id.email" IS NOT NULL'
    for query in (everything, columns):
        masked, bare = str(ask(workspace, query)), str(ask(workspace, query, reveal=True))
        assert "@mail.example" in bare
        assert "@" not in masked and "HYPERLINK" not in masked
    counts = "SELECT count(DISTINCT value) FROM identifiers"
    assert ask(workspace, counts) == ask(workspace, counts, reveal=True)


def test_what_customers_wrote_is_masked_in_properties_too(shop: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(shop, tmp_path / "shop", ignore=shutil.ignore_patterns(".desirepath")))
    sources = (other / "sources.yaml").read_text("utf-8")
    told = sources.replace("text: note", "properties: {ticket_comment: note, colour: channel}")
    (other / "sources.yaml").write_text(told, "utf-8")
    Workspace.open(other).load()
    wanted = 'SELECT "properties.ticket_comment" AS said, "properties.colour" FROM events'
    query = f"{wanted} WHERE said IS NOT NULL"
    masked, bare = ask(Workspace.open(other), query), ask(Workspace.open(other), query, reveal=True)
    assert "so many steps" in str(bare)
    assert all(str(comment).startswith("masked-") for comment, _ in masked)
    assert [colour for _, colour in masked] == [colour for _, colour in bare]


def test_an_address_under_any_name_is_masked(tmp_path: Path) -> None:
    folder = small_shop(tmp_path / "shop")
    rows = (
        "event,time,device,email,channel,note,contact,size\nSeen,2024-03-01T10:00:00Z,d-9,,web,,{contact},M\n"
    )
    for contact, shown in (("ana@mail.example", False), ("+61 2 9374 4000", False), ("by the window", True)):
        (folder / "visits.csv").write_text(rows.format(contact=contact), "utf-8")
        text = (folder / "sources.yaml").read_text("utf-8")
        if "properties: rest" not in text:
            text = text.replace("    text: note\n", "    text: note\n    properties: rest\n")
            (folder / "sources.yaml").write_text(text, "utf-8")
        opened = Workspace.open(folder)
        opened.load()
        query = 'SELECT "properties.contact", "properties.size" FROM events WHERE "properties.contact" IS NOT NULL'
        assert (contact in str(ask(opened, query))) is shown
        assert contact in str(ask(opened, query, reveal=True))
        assert "'M'" in str(ask(opened, query))


def test_another_workspace_masks_otherwise(shop: Path, tmp_path: Path, workspace: Workspace) -> None:
    other = Path(shutil.copytree(shop, tmp_path / "shop", ignore=shutil.ignore_patterns(".desirepath")))
    Workspace.open(other).load()
    query = "SELECT value FROM identifiers ORDER BY value"
    assert ask(workspace, query, reveal=True) == ask(Workspace.open(other), query, reveal=True)
    assert not set(ask(workspace, query)) & set(ask(Workspace.open(other), query))


def test_every_table_and_column_is_told(workspace: Workspace) -> None:
    page = PAGE.read_text("utf-8")
    for view in workspace.views():
        section = page.partition(
            f"## {view.name}" if f"## {view.name}" in page else "## stages, touchpoints"
        )[2]
        section = section.partition("\n## ")[0]
        told = [name for name, _ in view.columns if "." not in name and f"`{name}`" not in section]
        assert not told, f"{view.name}: {told} are not in {PAGE.name}"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_an_answer_becomes_a_file(shop: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / "out" / f"events.{ending}"
    query = "SELECT event, customer, value, text FROM events ORDER BY event_no"
    told = cli("sql", shop, query, "-o", target, "--reveal", "--json")
    rows = json.loads(told.out)["rows"]
    expected = ask(Workspace.open(shop), query, reveal=True)
    assert len(expected) == rows
    if ending == "parquet":
        assert [tuple(row.values()) for row in pq.read_table(target).to_pylist()] == expected
    elif ending == "jsonl":
        assert [json.loads(line)["event"] for line in target.read_text("utf-8").splitlines()] == [
            row[0] for row in expected
        ]
    else:
        with target.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.DictReader(file))
        assert [row["text"] for row in found] == [harmless(str(row[3] or "")) for row in expected]
        assert "'=HYPERLINK" in target.read_text("utf-8-sig")


def test_an_ending_that_nobody_knows_is_told(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be written"):
        workspace.sql("FROM stages").write(tmp_path / "stages.xls")
    assert not list(tmp_path.iterdir())


def test_the_command_lists_the_tables_and_prints_answers(shop: Path) -> None:
    listed = cli("sql", shop)
    assert "visits (a row: visit)" in listed.out
    asked = cli("sql", shop, "SELECT stage, label FROM stages ORDER BY place")
    assert asked.code == 0 and "retention" in asked.out
    wrong = cli("sql", shop, "FROM nothing")
    assert wrong.code == 1 and "there is no table" in wrong.err


@pytest.mark.parametrize(
    "query",
    [
        "SELECT customers.stage, visits.stage FROM customers JOIN visits USING (customer) LIMIT 1",
        "SELECT c.customer FROM customers AS c WHERE EXISTS (FROM visits v WHERE v.customer = c.customer)",
        "SELECT customer, row_number() OVER (PARTITION BY customer ORDER BY time) AS n FROM events QUALIFY n = 1",
        "FROM visits SELECT stage, count(*) FILTER (WHERE outcome = 'lapsed') GROUP BY ALL ORDER BY ALL",
        "SELECT * EXCLUDE (text) REPLACE (upper(event) AS event) FROM events LIMIT 3",
        "SELECT list_transform([1, 2], lambda x: x + 1), {'a': 1}.a, [x FOR x IN range(3)], CAST('1' AS INTEGER)",
        "SELECT date_trunc('month', time) AS m, quantile_cont(value, 0.5) FROM events GROUP BY m ORDER BY m",
        "SELECT e.event, v.stage FROM events e ASOF JOIN visits v ON e.customer = v.customer AND e.time >= v.entered",
        "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t",
        "SELECT stage FROM visits UNION SELECT stage FROM stages EXCEPT SELECT 'x'",
        "DESCRIBE visits",
        "SUMMARIZE customers",
        'SELECT "id.email" FROM events WHERE "id.email" IS NOT NULL LIMIT 1',
    ],
)
def test_the_sql_of_analysts_is_understood(workspace: Workspace, query: str) -> None:
    assert len(workspace.sql(query)) > 0


def test_rows_come_in_the_order_that_was_asked_for(workspace: Workspace) -> None:
    times = workspace.sql("SELECT time FROM events ORDER BY time DESC").column("time")
    assert times == sorted(times, reverse=True)
