"""The stages' page: every answer, by the groups of a breakdown, and the customers behind each count."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from desirepath.app.questions.paths import Paths
from tests.sample_shop import SampleShop

STAGES = "/api/v1/stages"


def of(told: dict[str, Any], stage: str) -> dict[str, Any]:
    return next(one for one in told["stages"] if one["stage"] == stage)


def group(told: dict[str, Any], key: str, stage: str) -> dict[str, Any]:
    return of(next(one for one in told["groups"] if one["key"] == key), stage)


def test_the_stages_are_those_of_the_library(shop_client: TestClient, sample_shop: SampleShop) -> None:
    told = shop_client.get(STAGES).json()
    known = sample_shop.workspace.stages()["decision"]
    mine = of(told, "decision")
    assert (mine["entered"], mine["succeeded"], mine["lapsed"]) == (
        known.entered,
        known.succeeded,
        known.lapsed,
    )
    assert mine["rate"]["value"] == pytest.approx(known.rate.value)  # type: ignore[union-attr]
    assert mine["entered"] == mine["advanced"] + mine["left"] + mine["lapsed"] + mine["in_flight"]
    assert len(mine["curve"]["time"]) == len(mine["curve"]["low"])
    assert mine["repeat"]["entered"] > 0
    assert told["groups"] == []


def test_a_group_has_the_numbers_that_its_segment_would_have(shop_client: TestClient) -> None:
    parted = shop_client.get(STAGES, params={"by": "segment"}).json()
    alone = shop_client.get(STAGES, params={"segment": "mobile"}).json()
    assert parted["overlap"]
    for stage in ("awareness", "decision", "retention"):
        one, other = group(parted, "mobile", stage), of(alone, stage)
        for name in ("customers", "entered", "succeeded", "lapsed", "in_flight", "returns", "rate"):
            assert one[name] == other[name], (stage, name)


def test_groups_that_do_not_overlap_add_up(shop_client: TestClient) -> None:
    told = shop_client.get(STAGES, params={"by": "traits.device", "stage": "decision"}).json()
    assert sum(of(one, "decision")["entered"] for one in told["groups"]) == of(told, "decision")["entered"]
    assert all(len(one["stages"]) == 1 for one in told["groups"])
    assert group(told, "mobile", "decision")["curve"] is not None


def test_who_is_behind_a_count_is_as_many_as_the_count(shop_client: TestClient) -> None:
    told = shop_client.get(STAGES, params={"by": "traits.device"}).json()
    asked = {"count": "customers", "by": "traits.device", "group": "mobile"}
    members = shop_client.get(f"{STAGES}/decision/customers", params=asked).json()
    assert members["total"] == group(told, "mobile", "decision")["customers"]
    assert len(members["customers"]) == 100
    assert members["customers"][0]["shown"] != members["customers"][0]["id"]
    whole = shop_client.get(f"{STAGES}/journey/customers", params={"count": "lapsed"}).json()
    assert 0 < whole["total"] <= told["whole"]["lapsed"]
    again = shop_client.get(f"{STAGES}/repeat:decision/customers", params={"count": "lapsed"}).json()
    assert 0 < again["total"] <= of(told, "decision")["repeat"]["lapsed"]


def test_the_list_behind_a_count_comes_by_pages_with_where_customers_are(shop_client: TestClient) -> None:
    asked = {"count": "lapsed", "by": "traits.device", "group": "mobile"}
    members = shop_client.get(f"{STAGES}/decision/customers", params=asked).json()
    first = shop_client.get(f"{STAGES}/decision/customers", params={**asked, "most": 50}).json()
    then = shop_client.get(f"{STAGES}/decision/customers", params={**asked, "most": 50, "start": 50}).json()
    assert first["total"] == then["total"] == members["total"]
    ids = [one["id"] for one in (*first["customers"], *then["customers"])]
    assert ids == [one["id"] for one in members["customers"][:100]]
    assert all(one["shown"] != one["id"] for one in first["customers"])
    best = shop_client.get(f"{STAGES}/decision/customers", params={**asked, "order": "value"}).json()
    values = [one["value"] for one in best["customers"]]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("?stage=decison&by=channel", "decision"),
        ("?by=devise", "device"),
        ("/decison/customers?count=lapsed", "decision"),
        ("/decision/customers?count=lapsd", "lapsed"),
        ("/journey/customers?count=lapsd", "lapsed"),
        ("/decision/customers?count=lapsed&by=traits.device&group=mobil", "mobile"),
    ],
)
def test_what_does_not_exist_is_told_with_the_nearest(shop_client: TestClient, path: str, hint: str) -> None:
    said = shop_client.get(STAGES + path)
    assert said.status_code in (400, 404)
    assert hint in said.json()["hint"]


# ── paths that are walked ────────────────────────────────────────────────────────────────────────────────


def test_a_walk_keeps_only_those_who_went_the_same_way(sample_shop: SampleShop) -> None:
    ask = sample_shop.workspace.ask
    start = ask(Paths(starts_at="product_page", per="pass", form="flow")).table.to_dicts()
    on = next(one for one in start if one["position"] == 2)
    way = ("*", on["step"])
    walked = ask(Paths(starts_at="product_page", per="pass", form="flow", way=way))
    nodes = walked.table.to_dicts()
    assert nodes[0]["walks"] == nodes[1]["walks"] == on["walks"] == walked.result.total
    listed = ask(Paths(starts_at="product_page", per="pass", way=way))
    assert sum(one["walks"] for one in listed.table.to_dicts()) == on["walks"]
    assert len(listed.members("all")) <= on["walks"]


def test_other_is_parted_at_the_position_named_and_sums_close(sample_shop: SampleShop) -> None:
    def at(position: int, **more: Any) -> list[dict[str, Any]]:
        asked = Paths(starts_at="cart", per="pass", form="flow", top=3, steps=4, **more)
        return [
            one for one in sample_shop.workspace.ask(asked).table.to_dicts() if one["position"] == position
        ]

    before, after = at(3), at(3, expand=(3, 3))
    assert (len(before), len(after)) == (4, 10)
    assert at(2) == at(2, expand=(3, 3))
    assert sum(one["walks"] for one in before) == sum(one["walks"] for one in after)


def test_a_way_that_nobody_goes_is_told_and_one_that_cannot_be_is_refused(shop_client: TestClient) -> None:
    asked = {"way": ["order", "faq"], "stage": "awareness", "form": "exact"}
    said = shop_client.post("/api/v1/ask/paths", json=asked).json()
    assert "none went this way" in said["says"][0]
    said = shop_client.post("/api/v1/ask/paths", json={"way": ["ordr"]})
    assert (said.status_code, said.json()["code"]) == (400, "question")
    assert "order" in said.json()["hint"]
