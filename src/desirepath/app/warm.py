"""Compile every kernel once, at install, by walking the whole road with a handful of events.

Compiled kernels are kept beside the code; whoever asks the first question then waits a quarter of a second, not
half a minute.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desirepath.app.questions import question_class
from desirepath.app.workspace import Workspace

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
from desirepath.core.file_names import JOURNEY, SOURCES

_JOURNEY = """
journey: Warm-up
time_zone: Europe/Berlin
currency: EUR
stages:
  awareness: {enter: "event = 'Seen'", lapse_after: 30 days}
  decision:  {enter: "event = 'Cart'", goal: "event = 'Bought'", lapse_after: 14 days}
  retention: {enter: "event = 'Bought'", goal: repeat, lapse_after: 90 days}
touchpoints:
  seen: {stage: awareness, when: "event = 'Seen'"}
  told: {stage: awareness, when: "event = 'Told'"}
  mailed: {stage: awareness, when: "event = 'Mailed'", by: business}
  cart: {stage: decision, when: "event = 'Cart'"}
segments:
  known: "id.email IS NOT NULL"
  keen: "count(event = 'Seen') >= 2"
promises:
  sent: {from: "event = 'Bought'", to: "event = 'Sent'", within: 2 days}
"""
_SOURCES = """
sources:
  events:
    files: events.csv
    event: {column: event}
    time: time
    by: {column: by}
    identifiers: {anonymous_id: device, email: email}
    value: value
    complete_until: 2024-06-30
"""
# What customers do, in turn: those who were told of it are compared with like customers who were not.
_WAYS = (
    ("Seen", "Mailed", "Told", "Cart", "Bought"),
    ("Seen", "Told", "Cart", "Bought"),
    ("Seen", "Mailed", "Cart"),
    ("Seen", "Seen", "Mailed", "Told"),
    ("Seen",),
)
_PEOPLE = 200
# Questions that between them run every kernel: with own activity, and with rules (files of the build).
_QUESTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("retention", {}),
    (
        "retention",
        {"start": "event = 'Seen'", "returning": "event = 'Cart'", "clock": "rolling", "by": "channel"},
    ),
    ("friction", {}),
    ("promises", {}),
    ("attribution", {"by": "touchpoint", "direct": ("seen",), "since": "2024-01-02"}),
    ("attribution", {"by": "touchpoint", "lookback": "pass", "order": 2, "worth": "rate"}),
    ("occupancy", {}),
    ("paths", {}),
    ("paths", {"starts_at": "seen", "per": "pass", "session": "day"}),
    ("transitions", {}),
    ("funnel", {"steps": ("seen", "cart")}),
    ("funnel", {"steps": ("seen", "cart"), "segment": "keen"}),
    ("funnel", {"steps": ("seen", "cart"), "order": "strict"}),
    ("funnel", {"steps": ("seen", "event = 'Bought'"), "within": "1 session"}),
    ("rfm", {}),
    ("rfm", {"purchase": "event = 'Bought'"}),
    ("forecast", {"what": "purchase"}),
    ("forecast", {"what": "purchase", "purchase": "event = 'Bought'"}),
)


def _lines() -> str:
    """Events of a file: every way a few dozen times, some with an address, some with a day and no time."""
    lines = ["event,time,by,device,email,value"]
    for i in range(_PEOPLE):
        day = f"2024-01-{i % 20 + 1:02d}"
        for n, event in enumerate(_WAYS[i % len(_WAYS)]):
            time = day if event == "Bought" else f"{day}T09:{n:02d}:00Z"
            email = f"p{i}@mail.example" if event in ("Cart", "Bought") else ""
            by, value = "business" if event == "Mailed" else "customer", "20" if event == "Bought" else ""
            lines.append(f"{event},{time},{by},d{i},{email},{value}")
    return "\n".join(lines) + "\n"


def warm_up() -> None:
    """Load, place and map a tiny workspace in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="desirepath-warm-") as name:
        folder = Path(name)
        (folder / JOURNEY).write_text(_JOURNEY, "utf-8")
        (folder / SOURCES).write_text(_SOURCES, "utf-8")
        (folder / "events.csv").write_text(_lines(), "utf-8")
        workspace = Workspace.open(folder, clock=_Clock())
        workspace.load()
        workspace.map()
        workspace.map(segment="keen")
        for name, fields in _QUESTIONS:
            workspace.ask(question_class(name)(**fields))
        _models(workspace)


def _models(workspace: Workspace) -> None:
    """What only a shop with many buyers needs, or one with contracts."""
    import numpy as np

    from desirepath.measure.value.contracts import contracts
    from desirepath.stats.bg_nbd import BgNbd
    from desirepath.stats.buying import Histories, expected
    from desirepath.stats.pareto_nbd import ParetoNbd

    one = Histories(np.ones(1), np.ones(1), np.full(1, 2.0), np.ones(1))
    for model in (BgNbd(), ParetoNbd()):
        expected(model, np.ones(4), one, 1.0)
    with workspace.asking() as asking:
        contracts(asking.trails, asking.as_of)
        _many_visits(asking)
        _steps_by_rule(asking)


def _many_visits(asking: Asking) -> None:
    """The loops that count where there are many visits: off files, and off what was made of them."""
    import numpy as np

    from desirepath.measure.stages_known import asked_group, known_visits, tally, times_of
    from desirepath.measure.whole import known_passes
    from desirepath.stats.incidence_kernel import steps, variance

    passes = known_passes(asking.journey, asking.passes)
    for known in (known_visits(asking.journey, asking.visits, asking.as_of, asking.starts), passes):
        one = asked_group(known, None)
        worth = None if known is passes else asking.worth
        for group, groups in ((one, 1), (one, 2), (one.astype(np.int16), 200)):
            times_of(known, group, tally(known, group, groups, worth), 0)
    whole, real, table = np.ones(4, np.int64), np.ones(4), np.ones((2, 4))
    variance(whole, real, real, real, real, real.copy())
    steps(np.arange(3), np.ones(3, np.int8), 2, whole, whole.copy(), table, table.copy(), real)


def _steps_by_rule(asking: Asking) -> None:
    """Funnels over events by name, of everybody and of a segment, with and without days that have no time."""
    from desirepath.measure.funnel import FunnelEvents, FunnelPlan, Window, match

    trails, rule = asking.trails, asking.layers.rule("event = 'Seen'")
    plan = FunnelPlan(("one", "other"), Window("time", 1 << 40))
    keen = asking.layers.segment("keen")
    for entries, evidence in ((None, None), (keen, None), (keen, trails.evidence)):
        match(FunnelEvents(trails.offset, trails.ts, [rule, rule], evidence=evidence, entries=entries), plan)


class _Clock:
    """A fixed instant: what is compiled does not depend on the day."""

    def now(self) -> datetime:
        return datetime(2024, 7, 1, tzinfo=UTC)
