"""Kinds of events that are not yet in the journey, over HTTP: offered, drafted as a text, tried, saved, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desirepath.app.workspace import Workspace
from desirepath.testing import FixedClock
from tests.commands import JOURNEY, small_shop
from tests.web.conftest import client_of

API = "/api/v1"
OFFER, DRAFT = f"{API}/touchpoints/offer", f"{API}/touchpoints/draft"
TICKETS = "".join(
    f"Ticket Opened,2024-{i % 6 + 1:02d}-{i % 28 + 1:02d}T12:00:00Z,d{i},,email,ask ana{i}@mail.example\n"
    for i in range(0, 30, 3)
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    """The app on a loaded shop with tickets of which its journey says nothing; it may be changed."""
    folder = small_shop(tmp_path / "shop", 60, extra_visits=TICKETS)
    Workspace.open(folder, clock=FixedClock()).load()
    with client_of(folder) as client:
        yield client, folder


def test_from_the_offer_to_a_touchpoint_of_the_journey_and_back(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    (ticket,) = client.get(OFFER).json()["kinds"]
    assert (ticket["event"], ticket["events"], ticket["customers"]) == ("Ticket Opened", 10, 10)
    assert (ticket["id"], ticket["stage"]) == ("ticket_opened", "retention")
    chosen = {"chosen": [{"event": "Ticket Opened", "stage": "decision"}]}
    made = client.post(DRAFT, json=chosen).json()
    assert made["name"] == "journey.yaml"
    assert (folder / "journey.yaml").read_text("utf-8") == JOURNEY  # nothing is written yet
    job = client.post(f"{API}/rules/{made['name']}/preview", json={"text": made["text"]}).json()
    client.get(f"{API}/jobs/{job['id']}/events")  # which last until it has ended
    preview = client.get(f"{API}/rules/previews/{job['id']}").json()
    assert (preview["same"], preview["moved"]) == (False, 0)  # a touchpoint is no evidence
    saved = client.put(
        f"{API}/rules/{made['name']}", json={"text": made["text"], "stamp": made["stamp"]}
    ).json()
    assert "ticket_opened" in [one["id"] for one in client.get(f"{API}/workspace").json()["touchpoints"]]
    assert client.get(OFFER).json() == {"kinds": [], "more": 0, "more_events": 0}
    (version,) = saved["kept"]
    assert client.get(f"{API}/rules/journey.yaml/kept/{version}").json()["text"] == JOURNEY
    # Saved over what somebody else has written meanwhile, it would be lost: it is refused.
    again = client.put(f"{API}/rules/{made['name']}", json={"text": made["text"], "stamp": made["stamp"]})
    assert (again.status_code, again.json()["code"]) == (409, "file_changed")


def test_an_example_is_masked_until_somebody_asks(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    masked = client.get(OFFER).json()["kinds"][0]["example"]
    assert "mail.example" not in masked["text"] + masked["shown"]
    shown = client.get(OFFER, params={"reveal": True}).json()["kinds"][0]["example"]
    assert "@mail.example" in shown["text"]
    assert shown["shown"] == shown["customer"]


def test_what_cannot_be_drafted_says_why(shop: tuple[TestClient, Path]) -> None:
    client, _ = shop
    unknown = client.post(DRAFT, json={"chosen": [{"event": "Ticket Open"}]})
    assert unknown.status_code == 404
    assert "Ticket Opened" in unknown.json()["hint"]
    assert client.post(DRAFT, json={"chosen": []}).status_code == 422
    assert client.get(OFFER, params={"journey": "buyer"}).status_code == 404


def test_a_further_journey_has_its_own_offer_and_its_own_file(shop: tuple[TestClient, Path]) -> None:
    client, folder = shop
    (folder / "buyer.journey.yaml").write_text(
        "journey: Buyers\nkind: buyer\nstages:\n"
        "  looking: {enter: \"event = 'Product Viewed'\", lapse_after: 30 days}\n"
        "  buying: {enter: \"event = 'Cart Viewed'\", goal: \"event = 'Order Completed'\", lapse_after: 14 days}\n",
        "utf-8",
    )
    buyer = {"journey": "buyer"}
    offered = client.get(OFFER, params=buyer).json()["kinds"]
    assert {one["event"] for one in offered} == {"Ad Clicked", "Ticket Opened"}
    made = client.post(
        DRAFT, params=buyer, json={"chosen": [{"event": "Ad Clicked", "stage": "looking"}]}
    ).json()
    assert made["name"] == "buyer.journey.yaml"
    assert made["text"].endswith(
        "touchpoints:\n  ad_clicked: {stage: looking, channel: ads, when: \"event = 'Ad Clicked'\"}\n"
    )
    assert client.get(OFFER).json()["kinds"][0]["event"] == "Ticket Opened"  # the main journey is another one
