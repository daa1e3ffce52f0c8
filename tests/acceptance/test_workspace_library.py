"""The library's face: quick to import, typed answers, and every way out of them."""

from __future__ import annotations

import builtins
import importlib.util
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow as pa
import pytest

import desirepath
from desirepath.app.results import ArrowRows, MissingExtra, Table
from desirepath.app.workspace import Workspace
from desirepath.core.errors import NotFound, WorkspaceError
from desirepath.journey_map.document import MapDocument
from desirepath.testing import FixedClock, journeys_for
from tests.commands import small_shop

SLOW = {
    "duckdb", "jinja2", "llvmlite", "numba", "numpy", "pandas", "phonenumbers", "polars", "pyarrow", "pydantic", "rich",
    "scipy", "sqlglot", "typer", "yaml",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace.open(
        small_shop(tmp_path_factory.mktemp("library") / "shop", 90), clock=FixedClock()
    )
    workspace.load()
    return workspace


# ── importing ────────────────────────────────────────────────────────────────────────────────────────────


def imported(code: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in run.stdout.split()}


def test_importing_imports_nothing_that_is_slow() -> None:
    assert not imported("import desirepath; desirepath.DesirepathError; dir(desirepath)") & SLOW


def test_the_command_line_starts_without_the_engine() -> None:
    quick = {"typer"}  # parses the command, and no more
    assert not imported("import desirepath.cli.program as p; p.run(['--version'])") & SLOW - quick


def test_everything_that_is_promised_is_there() -> None:
    for name in desirepath.__all__:
        assert getattr(desirepath, name) is not None
    assert set(dir(desirepath)) == set(desirepath.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = desirepath.nonsense  # type: ignore[attr-defined]


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────


def test_stages_are_typed_answers_and_a_table(shop: Workspace) -> None:
    stages = shop.stages()
    assert stages["decision"].entered == stages.table.column("entered")[2]
    assert [one.stage for one in stages] == ["awareness", "consideration", "decision", "retention"]
    assert len(stages) == 4
    with pytest.raises(NotFound, match='Did you mean "decision"'):
        stages["decison"]
    frame = stages.to_pandas()
    assert frame.loc[frame["stage"] == "decision", "rate_n"].item() == stages["decision"].rate.n
    assert stages.to_polars()["entered"].sum() == frame["entered"].sum()
    schema = stages.to_arrow().schema
    assert schema.field("rate").type == pa.float64()
    assert b"decision" in schema.metadata


def test_visits_have_words_and_times_in_the_zone_of_the_journey(shop: Workspace) -> None:
    visits = shop.visits()
    frame = visits.to_pandas()
    assert len(visits) == len(frame) == visits.to_polars().height == visits.to_arrow().num_rows > 200
    assert set(frame["outcome"]) <= {"advanced", "left", "lapsed", "in_flight", "skipped"}
    assert str(frame["entered"].dtype) == "datetime64[us, UTC]"
    counts = frame[frame["track"] == "journey"].groupby(["stage", "outcome"]).size()
    for one in shop.stages():
        assert counts.get((one.stage, "lapsed"), 0) == one.lapsed
        assert counts.get((one.stage, "skipped"), 0) == one.skipped


def test_a_zone_is_kept_in_every_form() -> None:
    from desirepath.testing.journeys import SHOP

    there = journeys_for(
        SHOP.replace("time_zone: UTC", "time_zone: Australia/Sydney"), ana=["day 1 20:00 Ad Clicked"]
    )
    visits = there.workspace.visits()
    (row,) = visits.to_dicts()
    assert row["entered"].isoformat() == "2024-01-02T07:00:00+11:00"
    assert str(visits.to_arrow().schema.field("entered").type) == "timestamp[us, tz=Australia/Sydney]"
    assert visits.to_pandas()["entered"].iloc[0].isoformat() == "2024-01-02T07:00:00+11:00"
    assert visits.to_polars()["entered"][0].isoformat() == "2024-01-02T07:00:00+11:00"


def test_a_table_is_its_rows_however_it_is_kept() -> None:
    rows = [("a", 1, None), ("b", 2, 0.5), ("c", 3, 1.5)]
    kept = Table(("x", "y", "z"), rows, "thing")
    arrow = Table.of_arrow(kept.to_arrow(), "thing", {})
    assert isinstance(arrow.rows, ArrowRows)
    for one in (kept, arrow):
        assert list(one.rows) == rows
        assert one.to_dicts() == [dict(zip("xyz", row, strict=True)) for row in rows]
        assert (one.rows[0], one.rows[-1], list(one.rows[1:]), list(one.rows[::2]), list(one.rows[5:])) == (
            rows[0], rows[-1], rows[1:], rows[::2], [],
        )  # fmt: skip
        assert one.column("y") == [1, 2, 3]
        assert one.to_arrow().schema.metadata == {b"grain": b"thing"}
        with pytest.raises(KeyError, match="columns: x, y, z"):
            one.column("w")
        with pytest.raises(IndexError):
            one.rows[3]


def test_an_empty_table_has_the_types_of_a_full_one() -> None:
    kinds = {"name": str, "count": int, "share": float, "when": datetime, "known": bool}
    full = Table(tuple(kinds), [("a", 1, 0.5, datetime(2024, 1, 1, tzinfo=UTC), True)], "thing", {}, kinds)
    empty = Table(tuple(kinds), [], "thing", {}, kinds)
    types = [str(field.type) for field in full.to_arrow().schema]
    assert types == ["string", "int64", "double", "timestamp[us, tz=UTC]", "bool"]
    assert [str(field.type) for field in empty.to_arrow().schema] == [*types[:3], "timestamp[us]", "bool"]


@pytest.mark.parametrize(("name", "method"), [("pandas", "to_pandas"), ("polars", "to_polars")])
def test_a_library_that_is_missing_is_named_with_how_to_get_it(
    name: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda asked, *more: None if asked == name else real(asked, *more)
    )
    with pytest.raises(MissingExtra, match=rf"pip install 'desirepath\[{name}\]'"):
        getattr(Table(("x",), [(1,)], "thing"), method)()


# ── notebooks ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notebook_shows_rows_and_never_obeys_them() -> None:
    evil = "<script>alert(1)</script>"
    shown = Table((evil, "b"), [(evil, None)] * 60, evil)._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 52
    assert "<td></td>" in shown, "nothing is shown for nothing"
    assert "10 more rows" in shown


def test_a_notebook_shows_the_map_as_a_picture(shop: Workspace) -> None:
    drawn = shop.map()
    shown = drawn._repr_html_()
    assert shown.startswith('<img alt="Journey map: A shop"')
    assert "data:image/svg+xml;base64," in shown
    assert "<svg" not in shown
    assert "<table" in shop.stages()._repr_html_()
    assert repr(shop) == f"Workspace({str(shop.folder)!r}: A shop)"


# ── the map ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_map_is_data_and_writes_itself(shop: Workspace, tmp_path: Path) -> None:
    drawn = shop.map(segment="keen", since="2024-02-01")
    assert isinstance(drawn, MapDocument)
    assert drawn.lane("touchpoints").label
    assert drawn.write(tmp_path / "deep" / "map.md") == tmp_path / "deep" / "map.md"
    assert (tmp_path / "deep" / "map.md").read_text("utf-8") == drawn.to("md")
    drawn.write(tmp_path / "map", format="json")
    assert json.loads((tmp_path / "map").read_text("utf-8"))["schema"] == "desirepath.map/1"
    assert drawn.write(tmp_path / "page").read_text("utf-8").lower().startswith("<!doctype html>")
    with pytest.raises(NotFound, match='cannot be written as "docx"'):
        drawn.write(tmp_path / "map.docx")
    with pytest.raises(NotFound, match='Did you mean "html"'):
        drawn.to("htlm")
    with pytest.raises(WorkspaceError, match="Cannot write"):
        drawn.write(tmp_path / "page" / "below-a-file.md")


# ── workspaces ───────────────────────────────────────────────────────────────────────────────────────────


def test_from_files_to_answers_in_python(tmp_path: Path) -> None:
    exports = small_shop(tmp_path / "exports")
    made = desirepath.init(tmp_path / "mine", [exports / "visits.csv", exports / "orders.csv"])
    assert made.guesses
    mine = desirepath.open(tmp_path / "mine")
    assert mine.load().events > 0
    assert len(mine.stages()) > 0
    with pytest.raises(desirepath.WorkspaceError, match="--force"):
        desirepath.init(tmp_path / "mine", [exports / "orders.csv"])


def test_several_questions_share_one_reading(shop: Workspace) -> None:
    with shop.asking() as asking:
        everybody, keen = asking.stages(), asking.stages(segment="keen")
        members = asking.members("awareness", "entered", segment="keen")
    assert keen["awareness"].entered == len(members) <= everybody["awareness"].entered
    assert members.grain == "visit"
    assert len(shop.customers_in("awareness", "customers")) == everybody["awareness"].customers


def test_refused_arguments_are_errors_of_ours(shop: Workspace) -> None:
    for wrong in (
        lambda: shop.stages(segment="nobody"),
        lambda: shop.stages(since="soon"),
        lambda: shop.stages(since="2024-02-01", until="2024-01-01"),
        lambda: shop.customers_in("nowhere"),
        lambda: shop.customers_in("decision", "nothing"),
        lambda: shop.explain_customer("nobody"),
        lambda: shop.explain_visits("nobody"),
        lambda: shop.rejects(source="nowhere"),
        lambda: shop.load(only=["nowhere"]),
    ):
        with pytest.raises(desirepath.DesirepathError) as told:
            wrong()
        assert told.value.code not in ("error", "")
        assert told.value.as_dict()["message"]


def test_pandas_polars_and_arrow_agree(shop: Workspace) -> None:
    table = shop.stages()
    pandas_, polars_, arrow = table.to_pandas(), table.to_polars(), table.to_arrow()
    assert isinstance(pandas_, pandas.DataFrame)
    assert isinstance(polars_, polars.DataFrame)
    for name in arrow.column_names:
        ours: list[Any] = arrow[name].to_pylist()
        assert polars_[name].to_list() == ours
        theirs = [
            None if one is None or (isinstance(one, float) and np.isnan(one)) else one
            for one in pandas_[name]
        ]
        assert theirs == ours
    assert builtins.open is not desirepath.open
