"""journey.yaml from the events themselves: a first draft that places customers, every guess with its reason.

In: a Plan (stages.py), the events, how long silences last, and a few facts of the sources. Out: text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desirepath.collect.expression import quote_text
from desirepath.collect.guess.words import slug, unique
from desirepath.collect.guess.yaml import Page, flow_map, scalar
from desirepath.journey.draft.facts import EventSummary
from desirepath.journey.draft.lapse import Lapse
from desirepath.journey.draft.stages import Plan, PlannedStage

MOST_TOUCHPOINTS = 40
_DOMINANT = 0.9  # the share of an event that one channel must have to be its channel
_SPLIT = 8  # channels of an entry event that get a touchpoint of their own
_GOOD = 0.75  # of a score's scale: who speaks with less is no advocate
HEAD = (
    "How customers walk, from first hearing of you to speaking for you. Drafted by desirepath init from the events. "
    'Whatever ends in "guess: …" is one, with its reason: put it right, or take the comment away. The map '
    "lists the guesses that are left."
)


@dataclass(frozen=True)
class Setting:
    """What the draft needs to know besides the events."""

    title: str
    customer: str = "person"
    zone_why: str = "no file names a zone"
    currency: str = ""
    currency_why: str = ""
    known_kinds: tuple[str, ...] = ()  # identifiers that name people but are not known to
    void_key: str = ""  # the property that pairs an order with its cancellation
    promised: str = ""  # a property with the time that was promised
    joining: tuple[str, ...] = ()  # identifiers of purchases by which several sources know the same one
    promises: tuple[Sequence[str], ...] = ()  # examples: name, label, from, to, within, key


def journey_text(
    plan: Plan, events: Sequence[EventSummary], lapses: Mapping[str, Lapse], setting: Setting
) -> str:
    """The whole file."""
    page = Page()
    page.note(0, HEAD)
    page.blank()
    page.line(0, f"journey: {scalar(setting.title)}")
    page.guess(0, f"kind: {plan.kind}", plan.kind_why)
    if setting.customer == "person":
        page.line(0, "customer: person")
    else:
        page.guess(0, f"customer: {setting.customer}", "the rows name accounts and no people")
    page.guess(0, "time_zone: UTC", setting.zone_why)
    if setting.currency:
        page.guess(0, f"currency: {setting.currency}", setting.currency_why)
    page.blank()
    page.line(0, "stages:")
    by_name = {e.name: e for e in events}
    for stage in plan.stages:
        _stage(page, stage, lapses[stage.id], by_name)
    if plan.exits:
        page.blank()
        page.guess(0, f"exit: {_quoted(_rule(plan.exits))}", "by these, customers say that they leave")
    if plan.voids and plan.goal and setting.void_key:
        page.blank()
        entries = {"event": plan.voids[0], "key": setting.void_key}
        page.guess(0, f"voided_by: {flow_map(entries)}", f'it undoes the "{plan.goal}" of the same order')
    _identity(page, setting)
    _touchpoints(page, plan, events)
    _promises(page, plan, by_name, setting)
    return page.text()


def _stage(page: Page, stage: PlannedStage, lapse: Lapse, events: Mapping[str, EventSummary]) -> None:
    page.line(1, f"{stage.id}:")
    scored = [n for n in stage.enter if events[n].scored and stage.id == "advocacy"]
    plain = [n for n in stage.enter if n not in scored]
    parts = [_rule(plain)] if plain else []
    if scored:
        good = f"{_rule(scored)} and score_share >= {_GOOD}"
        parts.append(f"({good})" if plain else good)
    why = stage.why + (f"; speaking well means {_GOOD} of the scale" if scored else "")
    page.guess(2, f"enter: {_quoted(' or '.join(parts))}", why)
    if stage.goal == ("repeat",):
        page.guess(2, "goal: repeat", stage.goal_why)
    elif stage.goal:
        page.guess(2, f"goal: {_quoted(_rule(stage.goal))}", stage.goal_why)
    elif stage.id == "decision":
        page.note(2, "goal: what shows that somebody bought? Nothing in the events looks like it.")
    if stage.after:
        page.line(2, f"after: {stage.after}")
    page.guess(2, f"lapse_after: {lapse.days} day{'' if lapse.days == 1 else 's'}", lapse.why)


def _rule(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"event = {quote_text(names[0])}"
    return f"event in ({', '.join(quote_text(name) for name in names)})"


def _quoted(rule: str) -> str:
    """A rule in double quotes, as people write rules here, even where YAML would do without."""
    text = scalar(rule)
    return text if text.startswith('"') else f'"{text}"'


def _identity(page: Page, setting: Setting) -> None:
    if not setting.known_kinds and not setting.joining:
        return
    page.blank()
    page.line(0, "identity:")
    page.line(1, "identifiers:")
    for kind in setting.known_kinds:
        page.guess(2, f"{kind}: {{known: true}}", "it names a customer, not a device or an order")
    for kind in setting.joining:
        page.guess(
            2, f"{kind}: {{known: true}}", "several sources name it: it joins what they know of its customer"
        )


# ---- touchpoints -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Touch:
    """A drafted touchpoint. stage '': of any. channel '': of several."""

    name: str
    stage: str
    rule: str
    channel: str
    event: EventSummary


def touch_of(event: EventSummary, stage: str) -> Touch:
    """The touchpoint that all events of a name are."""
    channels = _named_channels(event)
    only = channels[0][0] if channels and channels[0][1] >= _DOMINANT * event.count else ""
    return Touch(event.name, stage, _rule([event.name]), only, event)


def touch_fields(touch: Touch, role: str, name: str) -> dict[str, str]:
    """Its fields, written as YAML. name: the id that its name makes; role: what its event's name says (role_of)."""
    fields = {} if _speaks(touch.name, name) else {"label": scalar(touch.name)}
    fields |= {"stage": touch.stage} if touch.stage else {}
    fields |= {"channel": scalar(touch.channel)} if touch.channel else {}
    fields["when"] = _quoted(touch.rule)
    if touch.event.by != "customer":
        fields["by"] = touch.event.by
    elif role == "support":
        fields["support"] = "true"
    return fields


def _named_channels(event: EventSummary) -> list[tuple[str, int]]:
    return [(channel, count) for channel, count in event.channels if channel and channel.strip()]


def _touchpoints(page: Page, plan: Plan, events: Sequence[EventSummary]) -> None:
    order = {stage.id: place for place, stage in enumerate(plan.stages)}
    first = plan.stages[0]
    touches: list[Touch] = []
    for event in events:
        stage = plan.touches[event.name]
        whole, channels = touch_of(event, stage), _named_channels(event)
        split = event.name in first.enter and len(channels) > 1 and not whole.channel
        if split and len(first.enter) <= 3:
            for channel, _ in channels[:_SPLIT]:
                rule = f"{whole.rule} and channel = {quote_text(channel)}"
                touches.append(Touch(f"{event.name} {channel}", stage, rule, channel, event))
        touches.append(whole)
    shown = sorted(touches[:MOST_TOUCHPOINTS], key=lambda t: order[t.stage])
    page.blank()
    page.line(
        0,
        "touchpoints:",
        "one for each event" + (f", the {MOST_TOUCHPOINTS} commonest" if len(touches) > len(shown) else ""),
    )
    taken: set[str] = set()
    for touch in shown:
        base = slug(touch.name, "event")
        name = unique(base, taken)
        fields = touch_fields(touch, plan.roles[touch.event.name], base)
        page.line(1, f"{name}: {{{', '.join(f'{key}: {value}' for key, value in fields.items())}}}")
    if len(touches) > len(shown):
        rarer = sum(t.event.count for t in touches[MOST_TOUCHPOINTS:])
        page.note(
            1,
            f"{len(touches) - len(shown)} rarer ones ({rarer:,} events) are left out here; they keep customers alive.",
        )


def _speaks(label: str, name: str) -> bool:
    """Whether the id says as much as the event's name: not where letters were lost."""
    return sum(sign.isalnum() for sign in label) == sum(sign.isalnum() for sign in name)


# ---- promises --------------------------------------------------------------------------------------

_PAIRS = (
    ("delivered_in_time", "Completed", "Delivered", "5 days"),
    ("delivered_in_time", "Created", "Delivered", "5 days"),
    ("answered_in_time", "Opened", "Answered", "1 day"),
    ("resolved_in_time", "Opened", "Resolved", "3 days"),
    ("resolved_in_time", "Opened", "Closed", "3 days"),
)


def _promises(page: Page, plan: Plan, events: Mapping[str, EventSummary], setting: Setting) -> None:
    """Nobody can guess what was promised: an example, as a comment, where two events could be its ends."""
    fitting = [one for one in setting.promises if one[2] in events and one[3] in events]
    if fitting:
        page.blank()
        page.note(
            0, "What do you promise? Such a business often promises the following; put it right, and take"
        )
        page.note(0, "the # away:")
        page.line(0, "# promises:")
        for name, label, start, end, within, key in fitting:
            page.line(0, f"#   {name}:")
            page.line(0, f"#     label: {scalar(label)}")
            page.line(0, f"#     from: {_quoted(_rule([start]))}")
            page.line(0, f"#     to: {_quoted(_rule([end]))}")
            page.line(0, f"#     within: {within}")
            page.line(0, f"#     key: {key}")
        return
    for promise, start, end, within in _PAIRS:
        for name in events:
            subject, _, verb = name.rpartition(" ")
            other = f"{subject} {end}"
            if verb != start or other not in events:
                continue
            page.blank()
            page.note(0, "What do you promise? If it is a time between two events, say it here:")
            page.line(0, "# promises:")
            page.line(0, f"#   {promise}:")
            page.line(0, f"#     from: {_quoted(_rule([name]))}")
            page.line(0, f"#     to: {_quoted(_rule([other]))}")
            page.line(0, f"#     within: {within}")
            if setting.promised:
                page.line(0, f"#     or_by: {scalar('properties.' + setting.promised)}")
            return
