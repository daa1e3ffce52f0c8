"""`desirepath check` in CI: what fails, what is chance, and what each failure says."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from desirepath.app.checking import baseline_of
from desirepath.app.workspace import Workspace
from desirepath.core.errors import WorkspaceError
from desirepath.doctor.baseline import read_baseline
from tests.commands import cli
from tests.planted import FIRST, Shop, clean_shop


def loaded(shop: Shop, folder: Path) -> Workspace:
    workspace = shop.write(folder)
    workspace.load()
    return workspace


def later(shop: Shop, folder: Path) -> Workspace:
    """The same folder with other files, loaded again from nothing."""
    shop.write(folder)
    for name in ("events.duckdb", "events.duckdb.wal"):
        (folder / ".desirepath" / name).unlink(missing_ok=True)
    return loaded(shop, folder)


def test_without_data_only_the_definitions_are_checked(tmp_path: Path) -> None:
    clean_shop().write(tmp_path)
    said = cli("check", tmp_path)
    assert said.code == 0
    assert said.out.startswith("The definitions are right (main). Nothing is loaded")
    assert cli("check", tmp_path, "--json").json["loaded"] is False
    refused = cli("check", tmp_path, "--save", tmp_path / "b.json")
    assert refused.code == 1
    assert "Nothing is loaded" in refused.err
    assert not (tmp_path / "b.json").exists()


def test_a_broken_definition_fails_with_its_line_even_of_another_journey(tmp_path: Path) -> None:
    clean_shop().write(tmp_path)
    text = (tmp_path / "journey.yaml").read_text("utf-8")
    (tmp_path / "buyer.journey.yaml").write_text(
        "stages:\n  a: {enter: \"event = 'A'\", lapse: 3 days}\n", "utf-8"
    )
    other = cli("check", tmp_path)
    assert other.code == 3
    assert "buyer.journey.yaml:2" in other.err
    (tmp_path / "buyer.journey.yaml").unlink()
    (tmp_path / "journey.yaml").write_text(text.replace("stage: awareness", "stage: awarenes"), "utf-8")
    said = cli("check", tmp_path, "--json")
    assert said.code == 3
    assert said.json["error"]["problems"][0]["line"] > 1


def test_errors_of_doctor_fail_and_warnings_only_when_strict(tmp_path: Path) -> None:
    warned = clean_shop().say("    when: \"event = 'Cart Viewed'\"", "    when: \"event = 'Basket'\"")
    loaded(warned, tmp_path / "warned")
    assert cli("check", tmp_path / "warned").code == 0
    strict = cli("check", tmp_path / "warned", "--strict")
    assert strict.code == 1
    assert "warning rule_matches_nothing: journey.yaml:" in strict.out
    wrong = clean_shop().say("    zone: Australia/Sydney", "    zone: UTC")
    loaded(wrong, tmp_path / "wrong")
    said = cli("check", tmp_path / "wrong")
    assert said.code == 1
    assert "error sources_shifted: sources.yaml:13" in said.out
    assert said.out.splitlines()[-1].startswith("Failed: 1 of doctor's findings.")


def test_a_baseline_is_the_same_again_and_reads_as_it_was_written(tmp_path: Path) -> None:
    workspace = loaded(clean_shop(), tmp_path)
    file = tmp_path / "baseline.json"
    assert cli("check", tmp_path, "--save", file).out.endswith(f"Wrote {file}.\n")
    with workspace.asking() as asking:
        now = baseline_of(asking)
    assert read_baseline(file.read_text("utf-8"), "b") == now
    assert now.customers == 400
    assert now.reached["awareness"].value == 1.0
    assert now.sources["orders"].events == 2 * 179
    passed = cli("check", tmp_path, "--against", file, "--drift", "0.1")
    assert passed.code == 0
    assert "Nothing moved too far" in passed.out


def test_a_rate_that_fell_by_more_than_allowed_fails_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    loaded(clean_shop(1200), tmp_path / "shop").check(save=file)
    fewer = clean_shop(1200)
    kept = {row["order_no"] for i, row in enumerate(fewer.orders) if i % 3}
    fewer.orders = [row for row in fewer.orders if row["order_no"] in kept]
    done = later(fewer, tmp_path / "shop").check(against=file, drift=5.0)
    assert not done.passed
    assert not done.definition_changed
    moved = {one.subject: one for one in done.drift if one.kind == "rate"}
    assert "decision" in moved
    before, now = moved["decision"].before, moved["decision"].now
    assert before is not None and now is not None
    assert now < before - 0.1
    said = cli("check", tmp_path / "shop", "--against", file)
    assert said.code == 1
    assert 'drift rate: The rate of "decision" was' in said.out
    assert cli("check", tmp_path / "shop", "--against", file, "--drift", "60").code == 0


def test_chance_is_no_drift(tmp_path: Path) -> None:
    """Another two hundred customers of the same shop: every number is a little different."""
    file = tmp_path / "baseline.json"
    loaded(clean_shop(300, seed=1), tmp_path / "shop").check(save=file)
    done = later(clean_shop(300, seed=2), tmp_path / "shop").check(against=file, drift=2.0)
    assert done.drift == ()


def test_a_source_or_an_event_that_stopped_fails(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    half = clean_shop()
    cut = (FIRST + timedelta(days=60)).isoformat()
    half.web = [row for row in half.web if row["time"] < cut]
    half.orders = [row for row in half.orders if row["paid_at"].replace(" ", "T") < cut]
    loaded(half, tmp_path / "shop").check(save=file)
    stopped = clean_shop()
    stopped.orders = list(half.orders)
    stopped.web = [row for row in stopped.web if row["time"] < cut or row["event"] != "Cart Viewed"]
    stopped.web = [
        row for row in stopped.web if row["time"] < "2024-11-27"
    ]  # second orders go on after all else
    done = later(stopped, tmp_path / "shop").check(against=file, drift=100.0)
    assert {(one.kind, one.subject) for one in done.drift} == {
        ("source", "orders"),
        ("event", "web: Cart Viewed"),
    }
    assert "the others go on to 2024-1" in done.drift[0].message


def test_an_event_that_vanished_and_one_that_nobody_knew(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    loaded(clean_shop(), tmp_path / "shop").check(save=file)
    renamed = clean_shop()
    for row in renamed.web:
        row["event"] = row["event"].replace("Order Page Viewed", "Thanks Page Viewed")
    done = later(renamed, tmp_path / "shop").check(against=file, drift=100.0)
    assert {(one.kind, one.subject) for one in done.drift} == {
        ("event", "web: Order Page Viewed"), ("unknown_event", "web: Thanks Page Viewed"),
    }  # fmt: skip
    few = later(renamed, tmp_path / "shop").check(against=file, drift=100.0, unknown=50.0)
    assert {one.kind for one in few.drift} == {"event"}


def test_more_records_set_aside_fail_and_fewer_do_not(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    bad = clean_shop()
    for row in bad.orders[::8]:
        row["paid_at"] = "soon"
    loaded(clean_shop(), tmp_path / "shop").check(save=file)
    worse = later(bad, tmp_path / "shop").check(against=file)
    assert [one.subject for one in worse.drift if one.kind == "rejects"] == ["orders"]
    file = tmp_path / "bad.json"
    assert later(bad, tmp_path / "shop").check(save=file).saved
    better = later(clean_shop(), tmp_path / "shop").check(against=file)
    assert not [one for one in better.drift if one.kind == "rejects"]


def test_a_baseline_is_not_overwritten_by_what_failed(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    loaded(clean_shop(), tmp_path / "shop").check(save=file)
    before = file.read_bytes()
    gone = clean_shop()
    gone.orders = gone.orders[:5]
    assert not later(gone, tmp_path / "shop").check(against=file, save=file).passed
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"baseline": 9}', '{"baseline": 1, "rates": 3}', "\x00", '{"baseline": 1}']
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    clean_shop().write(tmp_path)
    file = tmp_path / "b.json"
    file.write_text(text, "utf-8")
    said = cli("check", tmp_path, "--against", file, "--json")
    assert said.code == 1
    assert said.json["error"]["code"] == "baseline"
    assert cli("check", tmp_path, "--against", tmp_path / "none.json").code == 1


def test_a_definition_that_changed_is_told_beside_what_moved(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    workspace = loaded(clean_shop(), tmp_path)
    workspace.check(save=file)
    text = (tmp_path / "journey.yaml").read_text("utf-8")
    large = text.replace(
        "goal: \"event = 'Order Completed'\"", "goal: \"event = 'Order Completed' and value > 120\""
    )
    (tmp_path / "journey.yaml").write_text(large, "utf-8")
    done = Workspace.open(tmp_path).check(against=file)
    assert done.definition_changed
    assert "decision" in [one.subject for one in done.drift if one.kind == "rate"]
    assert "The definition has changed" in cli("check", tmp_path, "--against", file).out


def test_nothing_to_compare_is_an_error_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    loaded(clean_shop(), tmp_path / "a").check(save=file)
    empty = clean_shop().write(tmp_path / "b")
    with pytest.raises(WorkspaceError, match="Nothing is loaded"):
        empty.check(against=file)
    assert json.loads(file.read_text("utf-8"))["baseline"] == 1
