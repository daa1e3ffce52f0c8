"""The map of a workspace: every measure asked once, and what they answered laid out as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from desirepath.app.claims import judged_claims, shown_numbers
from desirepath.app.examples import example_trails
from desirepath.app.guesses import readable
from desirepath.app.questions.attribution import Attribution
from desirepath.app.questions.promises import Promises, deliveries_known
from desirepath.app.questions.question import Question, QuestionError
from desirepath.app.questions.retention import Retention
from desirepath.app.refresh import Say, quiet
from desirepath.core.times import FOREVER, NEVER
from desirepath.journey_map.build import build_map
from desirepath.journey_map.cells.draft import cell_id
from desirepath.journey_map.document import Headline, MapDocument, SourceNote, Tone
from desirepath.journey_map.inputs import MapInputs, MemberList
from desirepath.measure.cohort import cohort
from desirepath.measure.effort import effort
from desirepath.measure.friction.rank import friction, lifts_of
from desirepath.measure.headline import headline
from desirepath.measure.meetings import visit_of_events
from desirepath.measure.occupancy.counts import occupancy
from desirepath.measure.paths import paths
from desirepath.measure.promises.kept import promises
from desirepath.measure.scores import scores
from desirepath.measure.touchpoints import touchpoints
from desirepath.measure.verbatims import verbatims

if TYPE_CHECKING:
    from desirepath.app.asking import Asking, Mask
    from desirepath.core.times import TimeRange
    from desirepath.measure.answers import Finding, PromiseAnswer
    from desirepath.measure.retention.ask import RetentionAnswer

A = TypeVar("A")
_SAMPLE = (
    12  # members named behind a count: enough to look at, no list of everybody in a file that is sent around
)
_COUNTS = ("reached", "skipped", "succeeded", "left", "lapsed", "in_flight")
_PATHS = 200  # the map names a few; the ways between steps are drawn from all of them


def draw_map(
    asking: Asking,
    *,
    segment: str | None = None,
    since: str | None = None,
    until: str | None = None,
    reveal: bool = False,
    say: Say = quiet,
) -> MapDocument:
    """The map of everybody, or of a segment's visits entered within a period."""
    say("stages", 0.0)
    where, period = asking.membership(segment), asking.period(since, until)
    journey, visits, trails, as_of = asking.journey, asking.visits, asking.trails, asking.as_of
    answers = asking.stages(segment=segment, since=since, until=until).answers
    say("touchpoints", 0.15)
    owner = visit_of_events(visits, trails)
    of_visits = {"as_of": as_of, "where": where, "period": period, "owner": owner}
    # Pains, delights and cards speak of one asking: what is beyond chance there is beyond chance here.
    costs = friction(journey, visits, trails, **of_visits)  # type: ignore[arg-type]
    lifted = lifts_of(costs)
    met = touchpoints(journey, visits, trails, channels=asking.channels, lifted=lifted, **of_visits)  # type: ignore[arg-type]
    say("paths", 0.5)
    walked = paths(journey, visits, trails, top=_PATHS, **of_visits)  # type: ignore[arg-type]
    efforts = effort(journey, visits, trails, **of_visits)  # type: ignore[arg-type]
    say("promises", 0.65)
    promised = promises_made(asking, segment, period)
    kept = _answer(Promises(segment=segment, since=since, until=until), asking) if promised else None
    say("scores", 0.75)
    asked = asking.asked(where, period)
    scored = scores(journey, visits, trails, asking.scores, as_of=as_of, where=asked, owner=owner)
    said = verbatims(
        journey,
        visits,
        trails,
        asking.texts,
        as_of=as_of,
        scores=asking.scores,
        channels=asking.channels,
        where=asked,
        owner=owner,
    )
    say("claims", 0.82)
    shown = shown_numbers(answers, promised)
    judged = judged_claims(asking, segment=segment, since=since, until=until, shown=shown)
    say("map", 0.85)
    return build_map(
        MapInputs(
            # Both files hold guesses, and the map lists every one.
            journey=journey.model_copy(
                update={"guesses": readable((*asking.sources.guesses, *journey.guesses))}
            ),
            as_of=as_of,
            stages=tuple(answers.values()),
            touchpoints=met,
            friction=costs,
            paths=walked,
            promises=promised,
            promise_effects=kept.effects if kept else {},
            promise_times={one.promise: (one.within, one.sayable) for one in kept.told} if kept else {},
            attribution=_answer(Attribution(segment=segment, since=since, until=until), asking),
            retention=_again(asking, segment, since, until),
            scores=scored,
            verbatims=said.chosen,
            verbatim_counts=said.counts,
            verbatims_contract=said.contract,
            efforts=efforts,
            occupancy=occupancy(journey, visits, as_of=as_of, where=where),
            headlines=tuple(_headline(f) for f in headline(journey, answers, met, promised)),
            trails=example_trails(asking, walked, owner),
            members=_members(asking, where, period),
            customer_id=lambda code: asking.customer_ids[code],
            sources=_sources(asking),
            cautions=_cautions(asking),
            claims=judged,
            excluded=tuple(one for one in asking.excluded if one.customers),
            who=_who(asking, segment),
            since=None if period.start == NEVER else period.start,
            until=None if period.end == FOREVER else period.end,
            reveal=reveal,
        )
    )


def promises_made(asking: Asking, segment: str | None, period: TimeRange) -> tuple[PromiseAnswer, ...]:
    """Promises made to the segment within the period; each segment and persona apart beside them."""
    rows = asking.promises
    chosen = (rows.opened >= period.start) & (rows.opened < period.end)
    if segment is not None:
        chosen &= asking.members_at(segment, rows.customer, rows.opened)
    rows = rows.where(chosen)
    names = [s.id for s in asking.journey.segments] + [p.id for p in asking.journey.personas]
    by_segment = {name: asking.members_at(name, rows.customer, rows.opened) for name in names if len(rows)}
    known = deliveries_known(asking, rows)
    return promises(asking.journey, rows, as_of=asking.as_of, known=known, segments=by_segment)


def _answer(question: Question[A], asking: Asking) -> A | None:
    """What a question is answered; None where the journey has nothing to ask it of."""
    try:
        return question.answer(asking).result
    except QuestionError:
        return None


def _again(
    asking: Asking, segment: str | None, since: str | None, until: str | None
) -> RetentionAnswer | None:
    """Buyers who buy again, by month after their first purchase; None where no stage's goal is a purchase."""
    bought = next((s.id for s in asking.journey.stages if s.goal_advances), None)
    if bought is None:
        return None
    goal = f"goal:{bought}"
    question = Retention(
        start=goal, returning=goal, every="month", clock="rolling", segment=segment, since=since, until=until
    )
    return _answer(question, asking)


def _members(asking: Asking, where: Mask | None, period: TimeRange) -> dict[tuple[str, str], MemberList]:
    """How many are behind each count of the track, and a few of them."""
    found = {}
    for place, stage in enumerate(asking.journey.stages):
        one = cohort(asking.journey, asking.visits, place, as_of=asking.as_of, where=where, period=period)
        for what in _COUNTS:
            who = one.visits.customer[one.masks[what]]
            sample = tuple(asking.customer_ids[code] for code in who[:_SAMPLE].tolist())
            found[stage.id, what] = MemberList(len(who), sample)
    return found


def _headline(finding: Finding) -> Headline:
    lane, part = {
        "touchpoint": ("touchpoints", finding.subject),
        "promise": ("promises", finding.subject),
    }.get(finding.kind, ("track", "lost"))
    return Headline(
        finding.before, finding.strong, finding.after, Tone.BAD, cell_id(lane, finding.stage, part)
    )


def _sources(asking: Asking) -> tuple[SourceNote, ...]:
    ends = asking.source_ends
    return tuple(
        SourceNote(
            name=end.source,
            complete_until=None if end.until == FOREVER else end.until,
            assumed=not end.declared,
            events=asking.events_by_source.get(end.source, 0),
        )
        for end in ends
    )


def _cautions(asking: Asking) -> tuple[str, ...]:
    count = int(str(asking.facts["foreign_currency_events"]))
    if not count:
        return ()
    other = f"{count:,} event{' has' if count == 1 else 's have'} a value in another currency than"
    return (f"{other} {asking.journey.currency}: it is left out of all sums.",)


def _who(asking: Asking, segment: str | None) -> str:
    labels = {s.id: s.label for s in asking.journey.segments} | {
        p.id: p.label for p in asking.journey.personas
    }
    return "Everyone" if segment is None else labels[segment]
