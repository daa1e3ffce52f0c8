"""Journeys as an event log: XES (IEEE 1849-2016), which process-mining tools read.

In: cases, one customer at a time. Out: a log with a trace a customer, an event each. Every event says which stage and
pass it happened in; each trace how the customer stands. Times carry the offset of the journey's time zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lxml import etree

from desirepath.app.logs.cases import Case, Moment
from desirepath.core.times import from_us
from desirepath.journey_map.text import clean_text

if TYPE_CHECKING:
    from desirepath.journey.definition import Journey

NAMESPACE = "http://www.xes-standard.org/"
_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)


def write_xes(out: IO[bytes], journey: Journey, cases: Iterable[Case]) -> int:
    """Write the log; the number of traces."""
    zone, count = ZoneInfo(journey.time_zone), 0
    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("log", {"xes.version": "1849-2016"}, nsmap={None: NAMESPACE}):
            for name, prefix, uri in _EXTENSIONS:
                file.write(_made("extension", name=name, prefix=prefix, uri=uri), pretty_print=True)
            file.write(_made("classifier", name="Touchpoint", keys="concept:name"), pretty_print=True)
            file.write(_made("classifier", name="Stage", keys="stage"), pretty_print=True)
            file.write(_attribute("concept:name", journey.title), pretty_print=True)
            file.write(_attribute("definition", journey.version), pretty_print=True)
            for case in cases:
                file.write(_trace(journey, zone, case), pretty_print=True)
                count += 1
    return count


def _trace(journey: Journey, zone: ZoneInfo, case: Case) -> Any:
    trace = _made("trace")
    trace.append(_attribute("concept:name", case.customer))
    if case.stage is not None and case.outcome is not None:
        trace.append(_attribute("stage", journey.stages[case.stage].id))
        trace.append(_attribute("outcome", case.outcome.word))
    trace.append(_attribute("passes", case.passes))
    for moment in case.moments:
        trace.append(_event(journey, zone, moment))
    return trace


def _event(journey: Journey, zone: ZoneInfo, moment: Moment) -> Any:
    event = _made("event")
    touchpoint = None if moment.touchpoint is None else journey.touchpoints[moment.touchpoint]
    told: list[tuple[str, object]] = [
        ("concept:name", touchpoint.label if touchpoint else moment.event),
        ("org:role", moment.by.value),
        ("event", moment.event),
        ("touchpoint", touchpoint.id if touchpoint else None),
        ("channel", moment.channel),
        ("stage", None if moment.stage is None else journey.stages[moment.stage].id),
        ("pass", moment.pass_no),
        ("value", moment.value),
        ("score_share", moment.score),
        ("text", moment.text or None),
        ("date_only", True if moment.date_only else None),
    ]
    event.append(_made("date", key="time:timestamp", value=_time(moment.at, zone)))
    for key, value in told:
        if value is not None:
            event.append(_attribute(key, value))
    return event


def _time(at: int, zone: ZoneInfo) -> str:
    return from_us(at).astimezone(zone).isoformat(timespec="milliseconds")


def _attribute(key: str, value: object) -> Any:
    """An attribute whose element is that of its kind."""
    if isinstance(value, bool):
        return _made("boolean", key=key, value="true" if value else "false")
    if isinstance(value, int):
        return _made("int", key=key, value=str(value))
    if isinstance(value, float):
        return _made("float", key=key, value=repr(value))
    return _made("string", key=key, value=str(value))


def _made(kind: str, /, **attributes: str) -> Any:
    # Without a namespace of its own: it stands in the log, whose default namespace holds for it.
    return etree.Element(kind, {key: clean_text(value) for key, value in attributes.items()})
