"""Journeys in CJML 2.0, the Customer Journey Modeling Language (SINTEF): as planned, and as they were walked.

In: the definition, and cases, one customer at a time. Out: one planned journey (stages are its phases, declared
touchpoints its communication points) and an actual journey for each customer. CJML keeps the two apart: what a
customer experienced belongs to actual journeys only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lxml import etree

from desirepath.app.logs.cases import Case, Moment
from desirepath.core.times import from_us
from desirepath.core.words import By
from desirepath.journey_map.text import clean_text

if TYPE_CHECKING:
    from desirepath.journey.definition import Journey

PLANNED, CUSTOMER, BUSINESS = "PJ1", "customer", "business"


def write_cjml(out: IO[bytes], journey: Journey, cases: Iterable[Case]) -> int:
    """Write the file; the number of actual journeys."""
    zone, count = ZoneInfo(journey.time_zone), 0
    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("CJML", {"version": "2.0"}):
            file.write(_planned(journey), pretty_print=True)
            for count, case in enumerate(cases, 1):
                file.write(_actual(journey, zone, case, count), pretty_print=True)
    return count


def _planned(journey: Journey) -> Any:
    planned = _made("plannedJourney")
    _text(planned, "journeyID", PLANNED)
    _text(planned, "journeyTitle", journey.title)
    _phases(planned, journey)
    _actors(planned, CUSTOMER, journey)
    points = _child(planned, "touchpoints")
    for number, touchpoint in enumerate(journey.touchpoints, 1):
        point = _child(points, "plannedCommunicationPoint")
        _text(point, "touchpointID", f"T{number}")
        if touchpoint.stage is not None:
            _child(point, "belongsTo", phaseIDref=touchpoint.stage)
        _ends(point, touchpoint.by or By.CUSTOMER, CUSTOMER, touchpoint.label)
        _text(_child(point, "channel"), "channelName", touchpoint.channel or "")
        if touchpoint.about:
            _text(point, "comment", touchpoint.about)
    return planned


def _actual(journey: Journey, zone: ZoneInfo, case: Case, number: int) -> Any:
    actual = _made("actualJourney")
    _text(actual, "journeyID", f"AJ{number}")
    _text(actual, "journeyTitle", case.customer)
    _text(actual, "plannedReference", PLANNED)
    _phases(actual, journey)
    if case.stage is not None and case.outcome is not None:
        summary = f"{journey.stages[case.stage].label}: {case.outcome.word.replace('_', ' ')}"
        _text(actual, "journeyShortSummary", summary)
    _actors(actual, case.customer, journey)
    points = _child(actual, "touchpoints")
    for place, moment in enumerate(case.moments, 1):
        _point(points, journey, zone, case.customer, place, moment)
    return actual


def _point(points: Any, journey: Journey, zone: ZoneInfo, customer: str, place: int, moment: Moment) -> None:
    """A communication through its channel; what has none is an action of one actor."""
    through = moment.channel is not None
    touchpoint = None if moment.touchpoint is None else journey.touchpoints[moment.touchpoint]
    point = _child(points, "actualCommunicationPoint" if through else "actualAction")
    _text(point, "touchpointID", f"T{place}")
    if moment.stage is not None:
        _child(point, "belongsTo", phaseIDref=journey.stages[moment.stage].id)
    label = touchpoint.label if touchpoint else moment.event
    at = from_us(moment.at).astimezone(zone).isoformat(timespec="seconds")
    _ends(point, moment.by, customer, label, both=through)
    if through:
        _text(_child(point, "channel"), "channelName", moment.channel or "")
        times = _child(point, "timestamps")
        _text(times, "timeOriginated", at)
    else:
        _text(point, "timeStarted", at)
    if moment.score is not None or moment.text:
        felt = _child(point, "touchpointExperience")
        if moment.text:
            _text(felt, "experienceDescription", moment.text)
        if moment.score is not None:
            # The scale of the map's emotion line: −2 … +2.
            _text(felt, "experienceRating", f"{moment.score * 4 - 2:+.3g}")


def _phases(parent: Any, journey: Journey) -> None:
    phases = _child(parent, "journeyPhases")
    for stage in journey.stages:
        phase = _child(phases, "journeyPhase", phaseID=stage.id)
        _text(phase, "phaseName", stage.label)
        if stage.about:
            _text(phase, "phaseDescription", stage.about)


def _actors(parent: Any, customer: str, journey: Journey) -> None:
    actors = _child(parent, "actors")
    _text(_child(actors, "endUser", actorID=customer), "actorName", customer)
    _text(_child(actors, "serviceProvider", actorID=BUSINESS), "companyName", journey.title)


def _ends(point: Any, by: By, customer: str, label: str, both: bool = True) -> None:
    """Who begins, and to whom."""
    first, other = (customer, BUSINESS) if by is By.CUSTOMER else (BUSINESS, customer)
    initiator = _child(point, "initiator")
    _child(initiator, "refersTo", actorIDref=first)
    _text(initiator, "initiatorLabel", label)
    if both:
        receiver = _child(point, "receiver")
        _child(receiver, "refersTo", actorIDref=other)
        _text(receiver, "receiverLabel", label)


def _made(name: str, /, **attributes: str) -> Any:
    return etree.Element(name, {key: clean_text(value) for key, value in attributes.items()})


def _child(parent: Any, name: str, /, **attributes: str) -> Any:
    child = _made(name, **attributes)
    parent.append(child)
    return child


def _text(parent: Any, name: str, text: str) -> None:
    _child(parent, name).text = clean_text(text)
