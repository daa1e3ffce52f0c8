"""Every measure has its page, and the page names no measure that does not exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import desirepath.measure
from desirepath.measure.attribution.ask import attribution
from desirepath.measure.comparison.ask import comparison
from desirepath.measure.comparison.change import change
from desirepath.measure.effort import effort
from desirepath.measure.forecast.ask import forecast
from desirepath.measure.friction.rank import friction
from desirepath.measure.funnel import funnel
from desirepath.measure.funnel.others import recount
from desirepath.measure.groups.find import groups
from desirepath.measure.headline import headline
from desirepath.measure.lift.ask import lifts
from desirepath.measure.occupancy.counts import occupancy
from desirepath.measure.occupancy.where_after import where_after
from desirepath.measure.paths import paths
from desirepath.measure.promises.effects import promise_effects
from desirepath.measure.promises.kept import promises, would_be_kept
from desirepath.measure.retention.ask import retention
from desirepath.measure.retention.churn import churn
from desirepath.measure.scores import scores
from desirepath.measure.stages import members, stages
from desirepath.measure.touchpoints import touchpoints
from desirepath.measure.value.contracts import contract_value
from desirepath.measure.value.lifetime import lifetime_value
from desirepath.measure.value.overdue import overdue
from desirepath.measure.value.rfm import rfm
from desirepath.measure.verbatims import verbatims
from desirepath.measure.walks.path_answer import paths_found
from desirepath.measure.walks.transitions import transitions
from desirepath.measure.whole import whole

MEASURES = {
    one.__name__: one
    for one in (
        attribution, change, churn, comparison, contract_value, effort, forecast, friction, funnel, groups, headline,
        lifetime_value, lifts, members, occupancy, overdue, paths, paths_found, promise_effects, promises, recount,
        retention, rfm, scores, stages, touchpoints, transitions, verbatims, where_after, whole, would_be_kept,
    )
}  # fmt: skip
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
    for path in [*ROOM.rglob("*.py"), *(ROOM.parent / "stats").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NoEstimate":
                assert isinstance(node.args[0], ast.Constant)
                reasons.add(node.args[0].value)
    assert reasons - {"not_asked"} <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) | {"too_few"}
