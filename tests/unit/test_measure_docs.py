"""Every measure has its page, and the page names no measure that does not exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import desirepath.measure
from desirepath.measure import (
    attribution,
    change,
    churn,
    comparison,
    contract_value,
    forecast,
    friction,
    funnel,
    groups,
    headline,
    lifetime_value,
    lift,
    occupancy,
    overdue,
    path_answer,
    paths,
    promise_effects,
    promises,
    retention,
    rfm,
    scores,
    stages,
    touchpoints,
    transitions,
    verbatims,
    where_after,
    whole,
)
from desirepath.measure.effort import effort
from desirepath.measure.funnel import others

MEASURES = {
    "stages": stages.stages,
    "members": stages.members,
    "whole": whole.whole,
    "occupancy": occupancy.occupancy,
    "funnel": funnel.funnel,
    "recount": others.recount,
    "retention": retention.retention,
    "churn": churn.churn,
    "where_after": where_after.where_after,
    "touchpoints": touchpoints.touchpoints,
    "lifts": lift.lifts,
    "friction": friction.friction,
    "attribution": attribution.attribution,
    "comparison": comparison.comparison,
    "change": change.change,
    "groups": groups.groups,
    "effort": effort,
    "paths": paths.paths,
    "paths_found": path_answer.paths_found,
    "transitions": transitions.transitions,
    "promises": promises.promises,
    "would_be_kept": promises.would_be_kept,
    "promise_effects": promise_effects.promise_effects,
    "scores": scores.scores,
    "verbatims": verbatims.verbatims,
    "headline": headline.headline,
    "lifetime_value": lifetime_value.lifetime_value,
    "contract_value": contract_value.contract_value,
    "rfm": rfm.rfm,
    "forecast": forecast.forecast,
    "overdue": overdue.overdue,
}
ROOM = Path(desirepath.measure.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "measures.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_says_its_question_denominator_rule_interval_and_source(name: str):
    for part in ("Question", "Denominator", "rule", "Interval", "Source"):
        assert re.search(rf"\*\*[^*]*{part}[^*]*\.\*\*", SECTIONS[name], re.IGNORECASE), part
    assert MEASURES[name].__doc__


def test_the_page_has_no_measure_too_many():
    assert SECTIONS.keys() == MEASURES.keys()


def test_every_reason_for_no_estimate_is_explained():
    reasons = set()
    for path in [*ROOM.glob("*.py"), *(ROOM.parent / "stats").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NoEstimate":
                assert isinstance(node.args[0], ast.Constant)
                reasons.add(node.args[0].value)
    assert reasons - {"not_asked"} <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) | {"too_few"}
