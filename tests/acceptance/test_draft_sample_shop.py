"""Ten exports of ten tools, and nobody who describes them: what does `init` make of the sample shop?"""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.app.draft import draft
from desirepath.app.workspace import Workspace
from desirepath.simulate import make_shop


@pytest.mark.slow
def test_the_exports_of_ten_tools_make_one_journey_without_an_edit(tmp_path: Path) -> None:
    make_shop(tmp_path / "sample", customers=1_500, effects=False)
    made = draft(tmp_path / "shop", [tmp_path / "sample" / "exports"])
    shop = Workspace.open(made.folder)
    summary = shop.load()
    rows, rejected = (sum(getattr(one, what) for one in summary.sources) for what in ("rows", "rejected"))
    assert rejected < 0.02 * rows  # the broken records that the shop has on purpose

    kinds = {one.id: sorted(one.common.identifiers) for one in shop.sources.sources}
    # The shop's customer numbers are the web log's user ids; an order's number tells whose the device was.
    assert kinds["web_events"] == ["anonymous_id", "customer_id", "email", "order_id"]
    assert kinds["app_events"] == ["customer_id", "device_id"]
    assert kinds["referrals"] == ["email"]  # of the one who refers; the friend's order is the friend's
    assert [one.id for one in shop.sources.metrics] == ["spend"]

    stages = ["awareness", "consideration", "decision", "retention", "advocacy"]
    assert [stage.id for stage in shop.journey.stages] == stages
    answers = shop.stages()
    assert all(answers[stage].rate.n > 0 for stage in stages)
    decided = answers["decision"].rate
    assert 0.6 < getattr(decided, "value", 0.0) < 0.95  # those who fill a cart and buy
