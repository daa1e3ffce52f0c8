"""Doctor as a whole: silent where nothing is wrong, true where something is, documented, masked."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from desirepath.app.doctor.examine import MAKERS, Report
from desirepath.app.workspace import Workspace
from desirepath.core.errors import NotFound
from desirepath.doctor.checks import BY_CODE, CHECKS, THEMES
from desirepath.doctor.finding import Severity
from tests.acceptance.conftest import SampleShop
from tests.commands import cli
from tests.planted import FIRST, clean_shop, the_one

REPO = Path(__file__).resolve().parents[2]
PAGE = (REPO / "docs" / "reference" / "doctor.md").read_text("utf-8")


def test_every_check_is_made_and_documented() -> None:
    assert set(MAKERS) == set(BY_CODE)
    assert len(BY_CODE) == len(CHECKS)
    told = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, re.MULTILINE))
    assert set(told) == set(BY_CODE)
    for check in CHECKS:
        assert check.asks.startswith(told[check.code].rstrip("?"))
    for theme in THEMES:
        assert f"### {theme.capitalize()}\n" in PAGE
    assert f"{len(CHECKS)} checks" in PAGE
    for severity in Severity:
        assert f"| {severity.value} | " in PAGE


def test_a_clean_workspace_says_so_and_what_was_looked_at(tmp_path: Path) -> None:
    shop = clean_shop()
    report = shop.examined(tmp_path)
    assert report.findings == ()
    events = len(shop.web) + 2 * len(shop.orders)
    assert (
        report.sentence
        == f"{len(CHECKS)} checks, {events:,} events of 400 customers from 2 sources: nothing found."
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chance_alone_alarms_nobody(tmp_path: Path, seed: int) -> None:
    assert not clean_shop(seed=seed).examined(tmp_path).findings


def test_a_workspace_without_events_or_customers_is_examined_without_a_fault(tmp_path: Path) -> None:
    shop = clean_shop()
    shop.web, shop.orders = shop.web[:1], shop.orders[:1]
    few = shop.examined(tmp_path / "few")
    assert not [one for one in few.findings if one.code in ("bots", "one_customer", "doubled")]
    shop.web[0] = dict(shop.web[0], device="", email="")
    shop.orders[0] = dict(shop.orders[0], email="", order_no="")
    workspace = shop.say("most_bad", "most_bad") if "most_bad" in shop.sources else shop
    workspace.sources = workspace.sources.replace("    files: ", "    most_bad: 1\n    files: ")
    none = workspace.examined(tmp_path / "none")
    assert none.events == 0
    assert {one.code for one in none.findings} <= {"nobody", "rejects", "empty_source", "not_loaded"}


def test_of_the_sample_shop_only_true_things_are_said(sample_shop: SampleShop) -> None:
    report = sample_shop.workspace.doctor()
    assert report.count(Severity.ERROR) == 0, [one.message for one in report.findings]
    # The export of tickets ends early and says so nowhere; who tracks an order, or sends it back, comes by a mail.
    warnings = {(one.code, one.subject) for one in report.findings if one.severity is Severity.WARNING}
    assert warnings - {("overlap", "tracking"), ("overlap", "returns")} == {("sources_end", "tickets")}
    held = the_one(report, "sources_end")
    assert int(held.counts["visits_held"]) > 0
    assert 5 <= float(held.counts["days"]) <= 15
    notes = {one.code for one in report.findings if one.severity is Severity.NOTE}
    assert notes <= {"identity_coverage", "overlap", "unused_columns", "shared_identifier"}


def test_of_a_robot_let_into_the_sample_shop(own_shop: SampleShop) -> None:
    """The shop excludes its crawler by name; without that line the crawler is found by what it calls itself."""
    folder = Path(own_shop.truth.folder)
    journey = folder / "journey.yaml"
    text = journey.read_text("utf-8")
    journey.write_text(re.sub(r"(?m)^exclude:.*\n(?:[ \t]+.*\n)*", "", text), "utf-8")
    found = [one for one in Workspace.open(folder).doctor().of("bots") if one.subject == "properties.agent"]
    assert len(found) == 1
    assert "CrawlerBot" in found[0].message
    assert found[0].fix is not None
    assert found[0].fix.write.startswith("exclude:")


def _example(name: str, folder: Path, data_dir: Path) -> Report:
    shutil.copytree(REPO / "examples" / name, folder / name)
    workspace = Workspace.open(folder / name, variables={"DESIREPATH_DATA": str(data_dir)})
    workspace.load()
    return workspace.doctor()


@pytest.mark.real_data
def test_of_real_leads_the_late_beginning_of_deals_is_said(tmp_path: Path, data_dir: Path) -> None:
    report = _example("leads", tmp_path, data_dir)
    found = the_one(report, "sources_begin")
    # The first deal is of December 2017, half a year after the first lead: so it is in the published data.
    assert (found.subject, found.counts["begins"]) == ("deals", "2017-12-05")
    assert [one.code for one in report.findings if one.severity is not Severity.NOTE] == ["sources_begin"]


@pytest.mark.real_data
def test_of_real_orders_by_day_nothing_is_wrong(tmp_path: Path, data_dir: Path) -> None:
    report = _example("cdnow", tmp_path, data_dir)
    assert {one.code for one in report.findings} <= {"unused_columns"}


def test_customers_are_masked_unless_it_is_asked_otherwise(tmp_path: Path) -> None:
    shop = clean_shop()
    for i in range(200):
        shop.visit(FIRST + timedelta(hours=10, seconds=90 * i), "Product Viewed", "d1", "robot@mail.example")
    workspace = shop.write(tmp_path)
    workspace.load()
    with workspace.asking() as asking:
        ids = set(asking.customer_ids)
    masked, shown = (str(workspace.doctor(reveal=reveal).as_dict()) for reveal in (False, True))
    assert "robot@" not in masked
    assert not [one for one in ids if one in masked]
    assert [one for one in ids if one in shown]


def test_the_command_prints_each_part_and_the_same_as_json(tmp_path: Path) -> None:
    shop = clean_shop().say("enter: \"event = 'Product Viewed'\"", "enter: \"event = 'Product viewed'\"")
    shop.write(tmp_path).load()
    said = cli("doctor", tmp_path)
    assert said.code == 0
    assert said.out.startswith(
        'error stage_not_entered: The rule enter of stage "consideration" matches nothing'
    )
    for part in ("\n  effect  ", "\n  change  journey.yaml:10: enter: ", "1 error"):
        assert part in said.out
    (first, *_) = cli("doctor", tmp_path, "--json").json["findings"]
    assert (first["code"], first["severity"]) == ("stage_not_entered", "error")
    assert first["fix"] == {
        "file": "journey.yaml", "line": 10, "write": "enter: \"event = 'Product Viewed'\"", "about": "",
    }  # fmt: skip
    narrow = cli("doctor", tmp_path, columns=50).out
    assert max(len(line) for line in narrow.splitlines()) <= 60


def test_an_unknown_source_is_refused_with_the_nearest(tmp_path: Path) -> None:
    workspace = clean_shop().write(tmp_path)
    workspace.load()
    with pytest.raises(NotFound, match="ordres"):
        workspace.doctor(source="ordres")
    assert "orders" in cli("doctor", tmp_path, "--source", "ordres").err


def test_hostile_names_are_looked_at_like_any_other(tmp_path: Path) -> None:
    shop = clean_shop()
    for i in range(120):
        name = ("'; DROP TABLE events; --", '"><script>', "\x1b[31mred", "Ünïcödé 🜁")[i % 4]
        shop.visit(FIRST + timedelta(hours=10 + i), name, f"h'{i}", channel="it's")
    shop.say("when: \"event = 'Ad Clicked'\"", "when: \"event = 'Ad''Clicked'\"")
    report = shop.examined(tmp_path)
    assert the_one(report, "rule_matches_nothing").subject == "ad"
    assert "\x1b" not in cli("doctor", tmp_path).out
