"""The sample shop knows whose each identifier is: nobody is joined to anybody else, and names are found."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from desirepath.app.clock import SystemClock
from desirepath.app.identify import Identified, identify
from desirepath.app.load import load
from desirepath.app.workspace import Workspace
from desirepath.simulate.make import make_shop
from desirepath.store.events_db import EventStore


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> tuple[Path, Identified]:
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder, customers=1500, seed=5, effects=False)
    workspace = Workspace.open(folder)
    journey = workspace.journey
    load(
        workspace.hidden,
        workspace.sources,
        zone=journey.time_zone,
        currency=journey.currency,
        clock=SystemClock(),
    )
    with EventStore.open(workspace.hidden / "events.duckdb", write=True) as store:
        return folder, identify(store, journey.identity, account=False, clock=SystemClock())


def test_customers_are_the_people_of_the_shop(shop):
    folder, out = shop
    with (folder / "truth" / "identities.csv").open(encoding="utf-8", newline="") as file:
        truth = {(row["kind"], row["value"]): row["person"] for row in csv.DictReader(file)}
    with EventStore.open(folder / ".desirepath" / "events.duckdb") as store:
        rows = store.rows(
            "SELECT i.kind, i.value, i.customer, c.known FROM identifiers i JOIN customers c USING (customer)"
        )
    people, customers, named = defaultdict(set), defaultdict(set), 0
    for kind, value, customer, known in rows:
        person = truth.get((kind, value))
        if person is not None:
            people[customer].add(person)
            if known:
                customers[person].add(customer)
                named += 1
    assert named > 1000
    # A tablet in the shop, null@null.com and typed-in numbers are among the exports: none joins two people.
    assert max(map(len, people.values())) == 1
    # Who leaves an e-mail address here and a phone number there, and never both, is two: the best that can be known.
    assert sum(len(found) > 1 for found in customers.values()) <= 0.01 * len(customers)
    assert out.shared >= 1
    assert out.blocked >= 1
    assert out.links_refused > 0
