"""The broken promise in the west comes out, asked as anybody would ask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desirepath.app.questions.promises import Promises
from desirepath.app.questions.question import QuestionError
from desirepath.core.errors import NotFound
from desirepath.core.estimate import Estimate, NoEstimate
from desirepath.core.times import DAY
from tests.acceptance.conftest import SampleShop
from tests.commands import cli
from tests.examples import shared_example

pytestmark = pytest.mark.slow


def test_the_promise_broken_in_the_west_is_said_so(sample_shop: SampleShop) -> None:
    truth = sample_shop.truth
    question = Promises(promise="delivered_in_time", by="traits.region", since=truth.depot_opening)
    answer = sample_shop.workspace.ask(question)
    told = {one.group: one for one in answer.result.told}
    west, everybody = told["WA"].kept.kept, told[""].kept
    assert isinstance(west, Estimate)
    assert west.low <= truth.effects["west_kept"].with_it <= west.high
    assert answer.says[1].startswith("Most often broken for WA")
    # Groups are parts of the whole.
    assert sum(one.kept.made for group, one in told.items() if group) == everybody.made
    assert sum(one.kept.due for group, one in told.items() if group) == everybody.due
    # What would be kept for 95 of 100 takes days longer there.
    near, far = told["NSW"].within, told["WA"].within
    assert isinstance(near, Estimate)
    assert isinstance(far, Estimate)
    assert far.low > near.high + 3 * DAY
    assert int(told["WA"].sayable.split()[0]) * DAY >= far.value


def test_what_it_does_to_customers_is_found(sample_shop: SampleShop) -> None:
    answer = sample_shop.workspace.ask(Promises())
    effects = {one.what: one for one in answer.result.effects["delivered_in_time"]}
    for what in ("advancing", "rating", "nps"):
        difference = effects[what].difference
        assert isinstance(difference, Estimate)
        assert difference.high < 0
        assert effects[what].beyond_chance
    assert isinstance(effects["advancing"].value, Estimate)
    assert effects["advancing"].value.low > 0
    # Within one region it is the delay, not those who live there.
    alike = sample_shop.workspace.ask(Promises(promise="delivered_in_time", like="traits.region"))
    rating = next(one for one in alike.result.effects["delivered_in_time"] if one.what == "rating")
    assert isinstance(rating.difference, Estimate)
    assert rating.difference.high < 0


def test_everybody_behind_a_count_can_be_named(sample_shop: SampleShop) -> None:
    workspace = sample_shop.workspace
    answer = workspace.ask(Promises(promise="answered_in_time", by="channel", segment="west"))
    kept = answer.result.told[0].kept
    for what, count in (("made", kept.made), ("waiting", kept.waiting), ("overdue", kept.overdue)):
        customers = answer.members(what).column("customer")
        assert len(set(customers)) == len(customers) <= count
        assert (count == 0) == (not customers)
    all_of_them = set(answer.members("made").column("customer"))
    parts = [
        set(answer.members(name).column("customer")) for name in answer.lists if name.startswith("made ")
    ]
    assert set().union(*parts) == all_of_them
    assert set(answer.members("kept").column("customer")) <= all_of_them
    with workspace.asking() as asking:
        ids = np.array(asking.customer_ids)
        rows = asking.promises
        place = [p.id for p in workspace.journey.promises].index("answered_in_time")
        west = asking.members_at("west", rows.customer, rows.opened)
        assert all_of_them <= set(ids[rows.customer[(rows.promise == place) & west]].tolist())


def test_what_cannot_be_asked_is_refused_with_the_nearest_fix(sample_shop: SampleShop) -> None:
    with pytest.raises(NotFound, match='Did you mean "delivered_in_time"'):
        sample_shop.workspace.ask(Promises(promise="deliverd_in_time"))
    with pytest.raises(QuestionError, match="no share between 0 and 1"):
        Promises(share=95)
    with pytest.raises(QuestionError, match="parts nobody for good"):
        sample_shop.workspace.ask(Promises(like="segment"))


def test_a_journey_without_promises_and_a_workspace_without_events(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_text(
        "journey: Nothing\nstages:\n  awareness: {enter: \"event = 'Seen'\", lapse_after: 30 days}\n"
        "  decision: {enter: \"event = 'Bought'\", lapse_after: 30 days}\n"
        "touchpoints:\n  page: {when: \"event = 'Seen'\"}\n",
        "utf-8",
    )
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  web:\n    files: web.csv\n    time: time\n    event: {column: event}\n"
        "    identifiers: {user_id: user}\n    zone: UTC\n",
        "utf-8",
    )
    (tmp_path / "web.csv").write_text("time,event,user\n", "utf-8")
    assert cli("load", str(tmp_path)).code == 0
    for name in ("promises", "friction"):
        said = cli("ask", name, str(tmp_path))
        assert said.code == 0, said.err
        assert "declares no promise" in said.out or "Nothing could be compared" in said.out
    (tmp_path / "web.csv").write_text("time,event,user\n2026-01-01T10:00:00Z,Seen,ana\n", "utf-8")
    assert cli("load", str(tmp_path)).code == 0
    for name in ("promises", "friction"):
        said = cli("ask", name, str(tmp_path), "--by", "month")
        assert said.code == 0, said.err


@pytest.mark.real_data
def test_a_promised_decision_is_not_held_against_those_who_still_wait_for_it(
    data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Loan applications: once the bank has decided in time, nothing is left to decide, so nothing is compared."""
    answer = shared_example("loans", data_dir, tmp_path_factory).ask(Promises())
    for name in ("first_answer", "decided"):
        advancing = answer.result.effects[name][0]
        assert isinstance(advancing.difference, NoEstimate)
        assert advancing.difference.reason == "on_the_way"
        assert not advancing.beyond_chance
