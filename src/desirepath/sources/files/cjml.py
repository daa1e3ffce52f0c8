"""CJML 2.0, the Customer Journey Modeling Language (SINTEF): one row per touchpoint of a journey that was walked.

In: the bytes of a file. Out: the columns below. What is planned is no event: planned journeys are counted and left
out. Read leniently, as the language's own examples need: a reference is followed to an actor's id, else to its name,
else kept as it is; elements may stand in any order, and those that nobody knows are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from desirepath.sources.files.xml_rows import RowFiles, XmlKind, XmlTable, elements, kind_of, let_go

_CJML = XmlKind("CJML", "CJML", ("actualJourney", "plannedJourney"))
_TIMES = ("timeOriginated", "timeStarted", "timeReceived", "timeConsumed", "timeCompleted")
COLUMNS = (
    "journey", "title", "planned_reference", "status", "customer", "touchpoint", "kind", "label", "by", "initiator",
    "receiver", "receiver_label", "channel", "message", "phase", "phase_name", "time", "completed", "compliance",
    "category", "experience_rating", "experience_description", "comment",
)  # fmt: skip

Row = dict[str, str | None]


def read_cjml(chunks: Iterable[bytes], folder: Path, stem: str, name: str) -> XmlTable:
    """Write the touchpoints to Parquet files in `folder`. Raises SourceError where it is no readable CJML."""
    table, planned, empty = RowFiles(folder, stem, name), 0, 0
    for ended, journey in elements(chunks, _CJML, name):
        if not ended:
            continue
        if kind_of(journey) == "plannedJourney":
            planned += 1
        else:
            before = table.rows
            for row, line in _rows(journey):
                table.know(COLUMNS, line)
                table.add(line, {column: said for column, said in row.items() if said is not None})
            empty += table.rows == before
        let_go(journey)
    notes = [f"{planned:,} planned journeys are no events, and are left out."] if planned else []
    notes += [f"{empty:,} journeys have no touchpoints, and so no rows."] if empty else []
    return table.table(notes)


def _rows(journey: Any) -> Iterator[tuple[Row, int]]:
    """The touchpoints of one journey, in their order."""
    names, customers = _actors(journey)
    phases = {
        one.get("phaseID", "").strip(): _said(one, "phaseName") for one in _all(journey, "journeyPhase")
    }
    whole: Row = {
        "journey": _said(journey, "journeyID"),
        "title": _said(journey, "journeyTitle"),
        "planned_reference": _said(journey, "plannedReference"),
        "status": _said(journey, "journeyStatus"),
        "customer": next(iter(customers), None) or _said(journey, "journeyID"),
    }
    for point in _all(journey, "actualCommunicationPoint", "actualAction"):
        initiator, receiver = _actor(point, "initiator", names), _actor(point, "receiver", names)
        phase = next((one.get("phaseIDref", "").strip() for one in _all(point, "belongsTo")), None)
        times = [_said(point, one) for one in _TIMES]
        yield (
            {
                **whole,
                "touchpoint": _said(point, "touchpointID"),
                "kind": "action" if kind_of(point) == "actualAction" else "communication",
                "label": _said(point, "initiatorLabel") or _said(point, "receiverLabel"),
                "by": "customer" if initiator is None or initiator in customers else "business",
                "initiator": initiator,
                "receiver": receiver,
                "receiver_label": _said(point, "receiverLabel"),
                "channel": _said(point, "channelName"),
                "message": _said(point, "message"),
                "phase": phase or None,
                "phase_name": phases.get(phase or "") or phase or None,
                "time": next((time for time in times if time), None),
                "completed": times[-1],
                "compliance": _said(point, "compliance"),
                "category": _said(point, "category"),
                "experience_rating": _said(point, "experienceRating"),
                "experience_description": _said(point, "experienceDescription"),
                "comment": _said(point, "comment"),
            },
            point.sourceline or 0,
        )


def _actors(journey: Any) -> tuple[dict[str, str], list[str]]:
    """(what an actor may be called → its id, the ids of customers)."""
    names: dict[str, str] = {}
    customers: list[str] = []
    for one in _all(journey, "endUser", "serviceProvider"):
        own = (one.get("actorID") or one.get("actorIDref") or "").strip()
        if not own:
            continue
        if kind_of(one) == "endUser":
            customers.append(own)
        for said in (own, _said(one, "actorName"), _said(one, "companyName")):
            if said:
                names.setdefault(said, own)
    return names, customers


def _actor(point: Any, end: str, names: dict[str, str]) -> str | None:
    for one in _all(point, end):
        for reference in _all(one, "refersTo"):
            said = (reference.get("actorIDref") or "").strip()
            return names.get(said, said) or None
    return None


def _all(element: Any, *kinds: str) -> Iterator[Any]:
    """Elements below, by their names without namespaces, in the order of the file."""
    return (one for one in element.iter(*(f"{{*}}{kind}" for kind in kinds)))


def _said(element: Any, kind: str) -> str | None:
    """The text of the first element of that name; None where it is empty or not there."""
    for one in _all(element, kind):
        return (one.text or "").strip() or None
    return None
