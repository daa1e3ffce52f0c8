"""A made-up sample shop for the map's tests: answers as the measures give them, no data behind them.

The numbers agree with each other where a reader would check (outcomes add up to entries), and there is one
of everything: a friction beyond chance, too few answers, a promise, words in several languages, a skip.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from desirepath.collect.expression import Rule
from desirepath.core.estimate import Estimate, Measured, NoEstimate, too_few
from desirepath.core.times import DAY, HOUR, SECOND
from desirepath.core.words import By
from desirepath.journey.claim import Claim
from desirepath.journey.definition import Journey, Promise, Stage, Touchpoint, Written
from desirepath.journey_map.document import Headline, SourceNote, Tone
from desirepath.journey_map.inputs import ExampleTrail, MapInputs, MemberList, TrailEvent
from desirepath.measure.answers import (
    Contract,
    Curve,
    EffortAnswer,
    Lift,
    OccupancyAnswer,
    PathRow,
    PathsAnswer,
    PromiseAnswer,
    ScoreAnswer,
    StageAnswer,
    TouchpointAnswer,
    Verbatim,
)
from desirepath.measure.comparison.claims import JudgedClaim, Verdict
from desirepath.measure.friction.movements import Thing
from desirepath.measure.friction.rank import FrictionAnswer, Ranked

AS_OF = 1_795_132_800 * SECOND  # 20 Nov 2026
MINUTE = 60 * SECOND


def rule(text: str = "true") -> Rule:
    return Rule(text, frozenset())


def contract(question: str, denominator: str = "visits seen to enter the stage") -> Contract:
    return Contract(
        question=question,
        denominator=denominator,
        rule="A visit counts once; those younger than the horizon are left out of the rate.",
        as_of=AS_OF,
        definition="3f9c2ab1",
        source="Wilson (1927); Aalen & Johansen (1978)",
    )


def share(hits: float, n: int) -> Measured:
    if n < 20:
        return too_few(n)
    p = hits / n
    half = 1.96 * math.sqrt(p * (1 - p) / n + 1 / n**2)
    return Estimate(p, max(0, p - half), min(1, p + half), n, "wilson", AS_OF)


def around(value: float, half: float, n: int, method: str = "bootstrap") -> Measured:
    return Estimate(value, value - half, value + half, n, method, AS_OF) if n >= 20 else too_few(n)


STAGES: Sequence[tuple[str, str, str, int, int, int, int, int, int, float, int]] = (
    # id, label, about, customers, skipped, advanced, left, lapsed, in flight, days to success, horizon days
    ("awareness", "Awareness", "finds us", 48_210, 1_840, 17_090, 0, 26_880, 2_400, 3.2, 30),
    ("consideration", "Consideration", "compares", 18_930, 560, 6_852, 0, 9_210, 2_308, 9.0, 60),
    ("decision", "Decision", "buys", 7_412, 0, 4_986, 122, 1_891, 413, 0.02, 14),
    ("retention", "Retention", "stays", 4_986, 0, 1_127, 148, 2_392, 1_319, 41.0, 180),
    ("advocacy", "Advocacy", "tells", 1_127, 0, 0, 0, 310, 817, 60.0, 365),
)


def curve(final: float, days: float, horizon: int, lapsing: float) -> Curve:
    t = np.linspace(0, horizon, 90)
    rise = final * (1 - np.exp(-t / max(days, 0.3)))
    fall = lapsing * np.clip((t - horizon * 0.5) / (horizon * 0.5), 0, 1) ** 0.7
    half = 0.01 + 0.02 * t / horizon
    return Curve(
        time=(t * DAY).astype(np.int64),
        succeeded=rise,
        low=np.clip(rise - half, 0, 1),
        high=np.clip(rise + half, 0, 1),
        left=0.02 * t / horizon,
        lapsed=fall,
        at_risk=np.maximum(20, 5000 * (1 - t / horizon)).astype(np.int64),
    )


def stage_answer(row: tuple[str, str, str, int, int, int, int, int, int, float, int]) -> StageAnswer:
    id, label, _, customers, skipped, advanced, left, lapsed, flight, days, horizon = row
    entered = advanced + left + lapsed + flight
    succeeded = advanced or round(entered * 0.21)
    judged = entered - flight
    rate = share(min(succeeded, judged), judged)
    p = rate.value if isinstance(rate, Estimate) else 0.0
    half: Measured = (
        around(days * DAY, days * DAY * 0.06, judged)
        if p >= 0.5
        else NoEstimate("not_reached", judged, 0, "fewer than half")
    )
    # Fewer than half may ever get there: the interval has no upper end.
    open_end = Estimate(days * 2 * DAY, days * 1.8 * DAY, math.inf, judged, "pointwise band", AS_OF)
    quarter: Measured = open_end if p >= 0.25 and judged >= 20 else half
    value = around(8_450, 210, succeeded) if id in ("decision", "retention") else NoEstimate("no_data")
    return StageAnswer(
        stage=id,
        customers=customers,
        entered=entered,
        skipped=skipped,
        succeeded=succeeded,
        advanced=advanced,
        left=left,
        lapsed=lapsed,
        in_flight=flight,
        lost=left + lapsed,
        rate=rate,
        rate_final_at=AS_OF - horizon * DAY,
        eventually=around(p * 1.04, 0.012, entered, "greenwood"),
        curve=curve(p, days, horizon, 1 - p - 0.05),
        time_quartiles=(quarter, half, NoEstimate("not_reached", judged)),
        returns=212 if id == "retention" else 0,
        comebacks=340 if id == "awareness" else 0,
        win_backs=96 if id == "retention" else 0,
        win_back_rate=share(96, 212) if id == "retention" else NoEstimate("no_data"),
        value_per_success=value,
        value_at_stake=value.map(lambda v: v * flight * p),
        value_lost=value.map(lambda v: v * (left + lapsed)),
        cost=around(210, 4, entered) if id == "awareness" else NoEstimate("not_declared"),
        repeat=None,
        contract=contract(f"How many who enter {label.lower()} succeed within {horizon} days?"),
        rated=judged,
        rated_succeeded=min(succeeded, judged),
        too_young=flight,
        time_of_succeeded=tuple(
            around(days * f * DAY, days * f * 0.05 * DAY, succeeded) for f in (0.5, 1.0, 1.6)
        ),  # type: ignore[arg-type]
    )


# id, label, channel, stage, reach, lift points or None, beyond chance, repeats, wait hours, ease, last seen
TOUCHPOINTS: Sequence[tuple[str, str, str, str, int, float | None, bool, float, float, float, int]] = (
    ("search_ad", "Search ad", "ads", "awareness", 31_044, 1.2, False, 1.1, 0.2, 0.6, 14_200),
    ("story", "Instagram story", "social", "awareness", 12_380, -6.1, True, 1.3, 31.0, 0.1, 8_900),
    ("friend", "Friend's link", "social", "awareness", 3_871, 11.4, True, 1.0, 0.1, 0.9, 620),
    ("blog", "How-to article", "web", "awareness", 2_210, 2.0, False, 1.7, 3.0, 0.5, 990),
    ("product", "Product page", "web", "consideration", 17_552, 0.4, False, 4.2, 5.0, 0.3, 5_120),
    ("reviews", "Reviews", "web", "consideration", 8_204, 12.3, True, 1.6, 2.0, 0.5, 1_204),
    ("faq", "FAQ", "web", "consideration", 3_318, -1.1, False, 1.2, 49.0, -0.2, 1_010),
    ("size_chart", "Size chart", "web", "consideration", 2_904, -3.4, False, 2.8, 8.0, -0.7, 880),
    ("newsletter", "Newsletter", "email", "consideration", 1_990, 0.9, False, 1.1, 70.0, 0.2, 310),
    ("cart", "Cart", "web", "decision", 7_412, None, False, 1.9, 0.1, 0.1, 490),
    ("payment", "Payment, mobile", "web", "decision", 3_960, -23.1, True, 2.4, 0.05, -1.2, 1_105),
    ("chat", "Chat", "chat", "decision", 904, 8.0, True, 1.0, 0.02, 0.2, 51),
    ("parcel", "Parcel", "mail", "retention", 4_720, -2.0, False, 1.0, 96.0, 0.4, 940),
    ("onboarding", "Onboarding mail", "email", "retention", 4_310, 9.0, True, 1.0, 50.0, 0.7, 510),
    ("support", "Support call", "phone", "retention", 812, -4.5, True, 2.0, 20.0, -0.6, 214),
    ("review", "Review", "web", "advocacy", 706, 1.0, False, 1.0, 200.0, 0.8, 120),
    ("referral", "Referral", "email", "advocacy", 298, 6.0, False, 1.3, 100.0, 0.9, 30),
)


def touchpoint_answer(place: int) -> TouchpointAnswer:
    id, label, channel, stage, reach, points, beyond, repeats, wait, ease, last = TOUCHPOINTS[place]
    entered = next(s[3] for s in STAGES if s[0] == stage)
    same = [t for t in TOUCHPOINTS if t[3] == stage]
    spread = 1.5 + 300 / reach**0.8
    lift = (
        NoEstimate("not_comparable", reach) if points is None else around(points / 100, spread / 100, reach)
    )
    return TouchpointAnswer(
        touchpoint=id,
        channel=channel,
        stage=stage,
        reach=reach,
        visits=round(reach * 1.04),
        share=share(reach * 0.97, entered),
        meetings=round(reach * repeats * 1.04),
        repeats=around(repeats, 0.06, reach),
        wait=around(wait * HOUR, wait * HOUR * 0.1, reach),
        value=0,
        lift=Lift(lift, 0.001 if beyond else 0.4, beyond, reach, entered - reach),
        ease=around(ease, 0.04 + 2 / math.sqrt(reach), reach) if id != "referral" else too_few(11),
        last_seen=last,
        order=(same.index(TOUCHPOINTS[place]) + 0.5) / len(same),
        contract=contract(f"Do those who met {label} go on more often than like customers who had not?"),
    )


def friction_answer(known: Journey) -> FrictionAnswer:
    """The touchpoints beyond chance, and with them a step that costs and a wait that brings."""
    found = [
        (place, answer)
        for place in range(len(TOUCHPOINTS))
        if (answer := touchpoint_answer(place)).lift.beyond_chance
    ]
    things = [
        (Thing("touchpoint", known.index(answer.stage), place), answer.lift.difference, answer.reach)
        for place, answer in found
    ]
    things.append((Thing("step", 2, 9, 10), around(-0.09, 0.03, 1_204), 1_204))
    things.append((Thing("wait", 1, 4, longer_than=5 * DAY), around(-0.14, 0.05, 716), 716))
    ranked = [
        Ranked(
            thing=thing,
            difference=difference,
            q=0.0004,
            beyond_chance=True,
            met=reach,
            compared=3 * reach,
            customers=reach,
            customers_lost=reach // 3,
            successes=difference.map(lambda x, n=reach: x * n),
            value=difference.map(lambda x, n=reach: x * n * 9_000),
        )
        for thing, difference, reach in things
    ]
    ranked.sort(key=lambda one: -abs(getattr(one.value, "value", 0.0)))
    return FrictionAnswer(
        tuple(ranked), (), 40, True, contract("What costs customers, and what carries them?")
    )


def paths_answer(stage: str, total: int) -> PathsAnswer:
    ids = [t[0] for t in TOUCHPOINTS if t[3] == stage]
    steps = [tuple(ids[:2]), (ids[0],), tuple(ids[:3]), (ids[0], ids[1], ids[0]), (ids[-1],)]
    parts = (0.34, 0.21, 0.12, 0.06, 0.04)
    rows = tuple(
        PathRow(
            steps=way,
            visits=round(total * part),
            succeeded=share(round(total * part) * (0.5 - 0.07 * n), round(total * part)),
            time=around((1 + n) * 9 * HOUR, HOUR, round(total * part)),
            value=0,
            members=np.arange(n * 1000, n * 1000 + min(500, round(total * part)), dtype=np.int32),
        )
        for n, (way, part) in enumerate(zip(dict.fromkeys(steps), parts, strict=False))
    )
    other = total - sum(r.visits for r in rows)
    return PathsAnswer(
        stage, rows, other, 417, total, 12, contract("Which exact ways do visits take?", "all visits")
    )


def score_answer(kind: str, stage: str, touchpoint: str | None, mean: float, n: int) -> ScoreAnswer:
    spread = 1.96 / math.sqrt(max(n, 1))
    weights = [math.exp(-abs((mean + 2) / 4 * 10 - k) / 2) for k in range(11)]
    return ScoreAnswer(
        kind=kind,
        stage=stage,
        touchpoint=touchpoint,
        value=around(
            mean * 40 if kind == "nps" else (mean + 2) / 4, spread * (20 if kind == "nps" else 0.2), n
        ),
        emotion=around(mean, spread, n),
        histogram=tuple((k / 10, round(n * w / sum(weights))) for k, w in enumerate(weights)),
        contract=contract(f"How do customers score {touchpoint or stage}?", "answers with a score"),
    )


SCORES = (
    ("csat", "awareness", "friend", 0.4, 212),
    ("csat", "consideration", "reviews", 0.6, 188),
    ("csat", "consideration", "faq", 0.1, 96),
    ("csat", "decision", "cart", -0.3, 301),
    ("ces", "decision", "payment", -1.1, 244),
    ("csat", "decision", "chat", 0.9, 14),
    ("csat", "retention", "parcel", 0.3, 640),
    ("csat", "retention", "support", -0.6, 150),
    ("nps", "retention", None, 0.5, 402),
    ("rating", "advocacy", "review", 1.5, 706),
)

VERBATIMS = (
    ("awareness", "I just wanted a raincoat that lasts.", "survey", 0.75),
    (
        "awareness",
        "Your ad followed me for three weeks, and my mother (mum@example.com) too.",
        "social",
        None,
    ),
    ("consideration", "Which size? The chart says two things.", "survey", 0.25),
    (
        "consideration",
        "Die Bewertungen haben mir geholfen; das Foto hätte größer sein dürfen.",
        "reviews",
        0.75,
    ),
    (
        "decision",
        "It asked for my card three times, then I rang +61 2 9374 4000 and nobody answered.",
        "chat",
        0.0,
    ),
    ("decision", "Payment page kept spinning on my phone.", "survey", 0.0),
    ("retention", "Ordered for Friday, came on Tuesday. Order 20931177.", "reviews", 0.25),
    ("retention", "暖かくて軽い。また買います。", "reviews", 1.0),
    ("advocacy", "Told my whole running club.", "reviews", 1.0),
)

WRITTEN = (
    ("actions", "consideration", ("Asks a friend who has one.",), "Mei"),
    ("ideas", "decision", ("Pay with one tap.",), "Jo"),
    ("motivations", "awareness", ("Stay dry on the way to work.",), "Mei"),
    (
        "motivations",
        "consideration",
        ("Be sure that it fits before paying.", "Not to be the one who bought badly."),
        "Mei",
    ),
    ("motivations", "decision", ("Have it before the trip.",), "Mei"),
    ("thoughts", "consideration", ("“Is this shop real?”",), "workshop, March"),
    ("pain_points", "retention", ("Nobody tells customers that a parcel is late.",), "Tom"),
    ("opportunities", "awareness", ("Move spend from stories to search.",), "Ana"),
    ("opportunities", "consideration", ("One size chart.",), "Ana"),
    ("opportunities", "decision", ("Mend card entry on phones.",), "Ana"),
    ("opportunities", "retention", ("West depot: promise 7 days.",), "Tom"),
    ("opportunities", "advocacy", ("Ask promoters after the second order.",), "Ana"),
    ("owners", "awareness", ("Marketing: Ana",), ""),
    ("owners", "consideration", ("Marketing: Ana",), ""),
    ("owners", "decision", ("Shop: Jo",), ""),
    ("owners", "retention", ("Service: Tom",), ""),
    ("backstage", "retention", ("Courier collects at 16:00; later orders wait a day.",), "Tom"),
)


CLAIMS: dict[str, tuple[str, Claim, Verdict, Measured]] = {
    one[1].text: one
    for one in (
        (
            "Nobody tells customers that a parcel is late.",
            Claim("promise:delivered < 95 %", "promise:delivered", None, "<", 0.95),
            Verdict.HOLDS,
            share(4_290, 4_897),
        ),
        (
            "Mend card entry on phones.",
            Claim(
                "rate:decision of phone = rate:decision of desk", "rate:decision", "phone", "=", None, "desk"
            ),
            Verdict.DRIFT,
            around(-0.1, 0.02, 4_532),
        ),
        (
            "One size chart.",
            Claim("lift:size_guide < 0", "lift:size_guide", None, "<", 0.0),
            Verdict.UNKNOWN,
            around(0.01, 0.03, 3_224),
        ),
    )
}
"""What people claim, the text that says so, the verdict, and the number that it rests on."""


def judged(one: Claim, said: Verdict, found: Measured) -> JudgedClaim:
    if one.other is None:
        return JudgedClaim(one, said, one.measure, found, "everyone", contract("What is it?"))
    sides = share(1_816, 2_436), share(1_769, 2_096)
    asked = contract("What differs between phones and computers?")
    return JudgedClaim(
        one, said, one.measure, sides[0], "On the phone", asked, sides[1], found, "On a computer"
    )


def holds(texts: Sequence[str]) -> tuple[Claim | None, ...]:
    return tuple(next((claim for text, claim, *_ in CLAIMS.values() if text == said), None) for said in texts)


def journey() -> Journey:
    return Journey(
        title="Sample shop",
        time_zone="Australia/Sydney",
        currency="AUD",
        version="3f9c2ab1",
        stages=tuple(
            Stage(
                id=id,
                label=label,
                about=about,
                enter=rule(),
                goal=rule("event = 'Order Completed'")
                if id == "decision"
                else "repeat"
                if id == "retention"
                else None,
                lapse_after=timedelta(days=horizon),
                goal_advances=id == "decision",
            )
            for id, label, about, *_, horizon in STAGES
        ),
        touchpoints=tuple(
            Touchpoint(
                id=t[0],
                label=t[1],
                channel=t[2],
                stage=t[3],
                when=rule(),
                by=By.BUSINESS if t[0] in ("parcel", "onboarding", "newsletter") else None,
                backstage="Depot packs within a day." if t[0] == "parcel" else "",
            )
            for t in TOUCHPOINTS
        ),
        promises=(
            Promise(
                id="reply",
                label="Reply to a question",
                stage="consideration",
                opens=rule(),
                closes=rule(),
                within=timedelta(hours=4),
            ),
            Promise(
                id="delivered",
                label="Delivered",
                stage="retention",
                opens=rule(),
                closes=rule(),
                within=timedelta(days=5),
            ),
        ),
        written=(
            *(
                Written(lane=lane, stage=stage, text=text, holds=holds(text), by=by)
                for lane, stage, text, by in WRITTEN
            ),
            Written(lane="owners", stage=None, text=("The whole journey: Sam.",)),
        ),
        guesses=(
            "lapse_after of awareness is 30 days: 95 % of the gaps in web events are shorter.",
            "The column `client_id` is an anonymous id.",
        ),
    )


def occupancy() -> OccupancyAnswer:
    at = np.array([AS_OF - (52 - w) * 7 * DAY for w in range(53)], dtype=np.int64)
    final = [s[8] for s in STAGES]
    wave = 1 + 0.15 * np.sin(np.arange(53) / 6)
    count = np.array([[f * (0.5 + 0.5 * w / 52) * wave[w] for f in final] for w in range(53)]).astype(
        np.int64
    )
    return OccupancyAnswer(
        at, tuple(s[0] for s in STAGES), count, contract("Who stands where, week by week?", "customers")
    )


def promise_answer(id: str, stage: str, made: int, kept: float, took: float, unit: int) -> PromiseAnswer:
    due = round(made * 0.95)
    return PromiseAnswer(
        promise=id,
        stage=stage,
        made=made,
        due=due,
        kept=share(due * kept, due),
        waiting=made - due,
        overdue=round(due * 0.01),
        took=tuple(around(took * f * unit, took * f * unit * 0.04, due) for f in (0.7, 1.0, 1.4)),  # type: ignore[arg-type]
        late_by=around(took * 0.6 * unit, took * 0.1 * unit, round(due * (1 - kept))),
        by_segment={
            "West": share(due * 0.2 * 0.62, round(due * 0.2)),
            "Elsewhere": share(due * 0.8 * 0.95, round(due * 0.8)),
        },
        contract=contract(f"Is {id} kept?", "promises that fell due"),
    )


def trail(
    stage: str, customer: str, outcome: str, path: tuple[str, ...], *steps: tuple[str, str, float, str]
) -> ExampleTrail:
    at = AS_OF - 40 * DAY
    events = []
    for n, (event, touchpoint, hours, note) in enumerate(steps):
        at += round(hours * HOUR)
        found = next((t for t in TOUCHPOINTS if t[0] == touchpoint), None)
        events.append(
            TrailEvent(
                at=at,
                event=event,
                event_no=120_440 + n * 17,
                channel=found[2] if found else "web",
                touchpoint=touchpoint,
                stage=found[3] if found else stage,
                value=8_990 if event == "Order Completed" else 0,
                text="Where is my parcel? ana@example.com" if "Ticket" in event else "",
                note=note,
            )
        )
    return ExampleTrail(customer, stage, outcome, tuple(events), path, more=3)


TRAILS = (
    trail(
        "decision",
        "c7f3k2m9qx",
        "lapsed",
        ("cart", "payment"),
        ("Ad Clicked", "search_ad", 0, "entered Awareness"),
        ("Product Viewed", "product", 0.1, "entered Consideration"),
        ("Product Viewed", "product", 29.0, ""),
        ("Cart Viewed", "cart", 0.3, "entered Decision"),
        ("Payment Started", "payment", 0.05, ""),
        ("Payment Started", "payment", 0.02, "again"),
        ("Payment Started", "payment", 0.03, "again; fell silent after it"),
    ),
    trail(
        "decision",
        "c1aa8b3zzp",
        "advanced",
        ("cart",),
        ("Cart Viewed", "cart", 0, "entered Decision"),
        ("Order Completed", "", 0.2, "the goal"),
        ("Order Delivered", "parcel", 100.0, "entered Retention"),
        ("Ticket Opened", "support", 8.0, ""),
    ),
)


def inputs() -> MapInputs:
    """The sample shop, complete."""
    seen = {s[0]: s[5] + s[6] + s[7] + s[8] for s in STAGES}
    return MapInputs(
        journey=journey(),
        claims={text: judged(claim, said, found) for text, (_, claim, said, found) in CLAIMS.items()},
        as_of=AS_OF,
        since=AS_OF - 365 * DAY,
        until=AS_OF,
        stages=tuple(stage_answer(row) for row in STAGES),  # type: ignore[arg-type]
        touchpoints=tuple(touchpoint_answer(n) for n in range(len(TOUCHPOINTS))),
        friction=friction_answer(journey()),
        paths=tuple(paths_answer(s[0], seen[s[0]]) for s in STAGES),
        promises=(
            promise_answer("reply", "consideration", 2_140, 0.81, 2.2, HOUR),
            promise_answer("delivered", "retention", 4_986, 0.89, 3.4, DAY),
        ),
        scores=tuple(score_answer(*row) for row in SCORES),
        verbatims=tuple(
            Verbatim(
                text,
                AS_OF - n * DAY,
                stage,
                source,
                source,
                9_000 + n,
                score,
                "csat" if score is not None else None,
            )
            for n, (stage, text, source, score) in enumerate(VERBATIMS)
        ),
        verbatim_counts={
            "awareness": 212,
            "consideration": 388,
            "decision": 241,
            "retention": 902,
            "advocacy": 706,
        },
        efforts=tuple(
            EffortAnswer(
                s[0],
                around(ease, 0.05, seen[s[0]]),
                0.12,
                0.08,
                0.04,
                0.2,
                contract(f"How easy is {s[1].lower()}?", "meetings"),
            )
            for s, ease in zip(STAGES, (0.5, 0.3, -0.5, 0.4, 0.8), strict=True)
        ),
        occupancy=occupancy(),
        headlines=(
            Headline(
                "Most is lost at ",
                "paying on a phone",
                ": those who meet it go on 23 points less often (21–25), about 410 orders a month.",
                Tone.BAD,
                "touchpoints.decision.payment",
            ),
            Headline(
                "",
                "Reviews",
                " lift those who read them by 12 points.",
                Tone.GOOD,
                "touchpoints.consideration.reviews",
            ),
        ),
        trails=TRAILS,
        members={
            (s[0], outcome): MemberList(s[5 + n], tuple(f"c{n}{k}f{k}m9q{k}x" for k in range(12)))
            for s in STAGES
            for n, outcome in enumerate(("succeeded", "left", "lapsed", "in_flight"))
        },
        customer_id=lambda code: f"c{code:09d}",
        sources=(
            SourceNote("web", AS_OF, False, 812_400),
            SourceNote("orders", AS_OF - 2 * DAY, True, 9_412),
        ),
    )


def with_customers(*customers: int) -> MapInputs:
    """A shop of so many stages as numbers are given, only the track being measured."""
    base = inputs()
    ids = [f"s{n}" for n in range(len(customers))]
    stages = tuple(
        Stage(id=id, label=f"Stage {n + 1}", enter=rule(), lapse_after=timedelta(days=30))
        for n, id in enumerate(ids)
    )
    answers = tuple(
        replace(
            stage_answer(
                (id, id, "", c, c // 9, round(c * 0.3), 0, round(c * 0.5), c - round(c * 0.8), 2.0, 30)
            ),
            customers=c,
        )
        for id, c in zip(ids, customers, strict=True)
    )
    plain = Journey(title="Any shop", stages=stages, version="1")
    return MapInputs(journey=plain, as_of=base.as_of, stages=answers)
