"""A test reads as a story: customers and what they did, in words, become a loaded workspace.

>>> shop = journeys_for(
...     until="day 100", ana=["day 1 09:00 Ad Clicked", "10:00 Product Viewed", "11:00 Order Completed"]
... )
>>> shop.path("ana")
['awareness advanced', 'consideration advanced', 'decision skipped', 'retention in_flight']

Nothing is faked: the story is written to files, loaded, resolved and placed like anybody's data.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from desirepath.app.workspace import Workspace
from desirepath.core.file_names import JOURNEY, SOURCES
from desirepath.testing.clock import FixedClock

FIRST_DAY = date(2024, 1, 1)  # "day 1"

SHOP = """
journey: A shop
time_zone: UTC
currency: EUR
stages:
  awareness:     {enter: "event in ('Ad Clicked', 'Page Viewed')", lapse_after: 30 days}
  consideration: {enter: "event = 'Product Viewed'", lapse_after: 60 days}
  decision:
    enter: "event in ('Cart Viewed', 'Checkout Started')"
    goal: "event = 'Order Completed'"
    lapse_after: 14 days
  retention:
    enter: "event = 'Order Completed'"
    goal: repeat
    exit: "event = 'Account Closed'"
    lapse_after: 180 days
  advocacy:      {enter: "event in ('Referral Sent', 'Review Posted')", after: decision, lapse_after: 365 days}
voided_by: {event: Order Cancelled, key: order_id}
exit: "event = 'Declined'"
"""

_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?")
_IDENTIFIERS = ("user_id", "email", "phone", "anonymous_id", "device_id", "order_id")


@dataclass(frozen=True, slots=True)
class _Told:
    """One event of a story."""

    source: str
    record: dict[str, object]


def tell(customer: str, lines: Iterable[str]) -> list[_Told]:
    """The events of one customer. A line: `[day N] [HH:MM[:SS]] Event Name [field=value …]`.

    Without a day it is the last line's; without a time of day the event is date-only. Fields: source, by, channel,
    value, an identifier (user_id is the customer's name where no identifier is given), else a property.
    """
    told, day = [], 1
    for line in lines:
        words = line.split()
        if words[0] == "day":
            day, words = int(words[1]), words[2:]
        fields = dict(w.split("=", 1) for w in words if "=" in w)
        time = next((w for w in words if _TIME.fullmatch(w)), None)
        name = " ".join(w for w in words if "=" not in w and w != time)
        on = (FIRST_DAY + timedelta(days=day - 1)).isoformat()
        record: dict[str, object] = {"event": name, "time": f"{on}T{time}Z" if time else on, "by": "customer"}
        record.update(fields)
        if not any(kind in fields for kind in _IDENTIFIERS if kind != "order_id"):
            record["user_id"] = customer
        told.append(_Told(str(record.pop("source", "events")), record))
    return told


class Journeys:
    """A loaded workspace of a story. The folder goes with the object."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace = workspace
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def path(self, customer: str, track: str = "journey") -> list[str]:
        """The visits of the customer with that user_id (or other identifier), as 'stage outcome', in order."""
        told = self.workspace.explain_visits(customer)
        return [f"{visit.stage} {visit.outcome}" for visit in told if visit.track == track]

    def passes(self, customer: str) -> int:
        """How many passes the customer has made."""
        return max(
            visit.pass_no for visit in self.workspace.explain_visits(customer) if visit.track == "journey"
        )

    def because(self, customer: str) -> str:
        """Every sentence of every visit's explanation."""
        return " ".join(s for visit in self.workspace.explain_visits(customer) for s in visit.because)


def journeys_for(
    journey: str = SHOP,
    *,
    until: str | Mapping[str, str] = "day 300",
    **customers: Iterable[str],
) -> Journeys:
    """Load a story. journey: the text of a journey.yaml. until: until when all sources (or each) are complete.

    A source of a story is a JSON lines file; see `tell` for the lines.
    """
    by_source: dict[str, list[dict[str, object]]] = defaultdict(list)
    for customer, lines in customers.items():
        for one in tell(customer, lines):
            by_source[one.source].append(one.record)
    root = Path(tempfile.mkdtemp(prefix="journeys-"))
    (root / JOURNEY).write_text(journey, "utf-8")
    (root / SOURCES).write_text(_sources(by_source, until), "utf-8")
    for source, records in by_source.items():
        text = "".join(json.dumps(record) + "\n" for record in records)
        (root / f"{source}.jsonl").write_text(text, "utf-8")
    workspace = Workspace.open(root, clock=FixedClock(), variables={})
    workspace.load()
    return Journeys(workspace, root)


def _sources(by_source: Mapping[str, list[dict[str, object]]], until: str | Mapping[str, str]) -> str:
    parts = ["sources:"]
    for source, records in by_source.items():
        fields = {name for record in records for name in record}
        end = until if isinstance(until, str) else until[source]
        known = [kind for kind in _IDENTIFIERS if kind in fields]
        properties = sorted(fields - {"event", "time", "by", "channel", "value", "order_id"} - set(known))
        parts += [
            f"  {source}:",
            f"    files: {source}.jsonl",
            "    event: {column: event}",
            "    time: time",
            "    by: {column: by}",
            f"    identifiers: {{{', '.join(f'{kind}: {kind}' for kind in known)}}}",
            f"    complete_until: {FIRST_DAY + timedelta(days=int(end.split()[1]) - 1)}",
        ]
        parts += ["    channel: {column: channel}"] if "channel" in fields else []
        parts += ["    value: value"] if "value" in fields else []
        parts += [f"    properties: [{', '.join(properties)}]"] if properties else []
    return "\n".join(parts) + "\n"
