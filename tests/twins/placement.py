"""The second engine: docs/reference/stages.md done slowly, one sentence of the page after the other.

In: trails and a Plan. Out: one Row a visit, in the order of Visits. It was written from the page alone and shares
no code with the kernel; where the two disagree, the page decides who is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from desirepath.core.times import FOREVER, HOUR, NEVER, to_us
from desirepath.core.words import Outcome, Start, Track
from desirepath.journey import bits
from desirepath.journey.placing.plan import Plan
from desirepath.trail.trails import Trails

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Event:
    """One event as the page's first table has it, and what "In which order" adds to it."""

    position: int
    time: int
    date_only: bool
    enter: set[int]
    goal: set[int]
    exit: set[int]
    by_customer: bool
    wait: int | None
    active_start: bool
    active_end: bool
    day_end: int  # of a date-only event
    rank: int = 0
    effective: int = 0
    clock: int = 0


@dataclass
class Stage:
    """What the page wants to know of a stage."""

    lapse: int
    after: int | None
    has_goal: bool
    repeat: bool
    knowledge: int


@dataclass
class Rules:
    """A journey. advances: the stage whose goal is a purchase; returns_to: where buyers come back."""

    stages: list[Stage]
    advances: int | None
    returns_to: int | None

    @property
    def buyer_journey(self) -> bool:
        return self.advances == len(self.stages) - 1


@dataclass
class Row:
    """One visit, with the columns of Visits."""

    customer: int
    track: int
    pass_no: int
    start: int
    stage: int
    skipped: bool
    entered: int
    entry_event: int
    knowledge: int
    deadline: int
    active: int
    ended: int = NEVER
    end_event: int = -1
    outcome: int = Outcome.IN_FLIGHT
    next_stage: int = -1
    succeeded: int = NEVER
    success_event: int = -1
    pass_ended: int = NEVER
    pass_outcome: int = Outcome.IN_FLIGHT
    won_back: int = NEVER


@dataclass
class Past:
    """What was ever reached: goals, stages' evidence, matches of each enter rule."""

    goals: set[int] = field(default_factory=set)
    evidence: set[int] = field(default_factory=set)
    matches: dict[int, int] = field(default_factory=dict)
    bought: bool = False


# ---- what goes in -----------------------------------------------------------------------------------


def rules_of(plan: Plan) -> Rules:
    """The plan's arrays as objects."""
    stages = [
        Stage(
            lapse=int(plan.lapse[s]),
            after=int(plan.after[s]) if plan.after[s] >= 0 else None,
            has_goal=bool(plan.has_goal[s]),
            repeat=bool(plan.repeat[s]),
            knowledge=int(plan.knowledge[s]),
        )
        for s in range(plan.stages)
    ]
    advances = plan.advances if plan.advances >= 0 else None
    return Rules(stages, advances, plan.returns_to if plan.returns_to >= 0 else None)


def events_of(trails: Trails, customer: int, stages: int, zone: str) -> list[Event]:
    """A customer's events in stored order."""
    events = []
    for position in range(int(trails.offset[customer]), int(trails.offset[customer + 1])):
        evidence, time = int(trails.evidence[position]), int(trails.ts[position])
        wait = int(trails.waits_until[position])
        events.append(
            Event(
                position=position,
                time=time,
                date_only=bool(evidence & bits.DATE_ONLY),
                enter={s for s in range(stages) if evidence >> (bits.ENTER + s) & 1},
                goal={s for s in range(stages) if evidence >> (bits.GOAL + s) & 1},
                exit={s for s in range(stages) if evidence >> (bits.EXIT + s) & 1},
                by_customer=bool(evidence & bits.BY_CUSTOMER),
                wait=None if wait == NEVER else wait,
                active_start=bool(evidence & bits.ACTIVE_START),
                active_end=bool(evidence & bits.ACTIVE_END),
                day_end=day_end(time, zone) if evidence & bits.DATE_ONLY else NEVER,
            )
        )
    return events


@cache
def day_end(start: int, zone: str) -> int:
    """The first instant of a later local date: looked for minute by minute."""
    info, moment = ZoneInfo(zone), EPOCH + timedelta(microseconds=start)
    today = moment.astimezone(info).date()
    moment += timedelta(hours=20)  # no day is shorter
    while moment.astimezone(info).date() <= today:
        moment += timedelta(minutes=1)
    return to_us(moment)


# ---- in which order ---------------------------------------------------------------------------------


def in_order(events: list[Event]) -> list[list[Event]]:
    """The groups, each in the order in which its events act."""
    for event in events:
        ranks = [2 * s + 1 for s in event.enter] + [2 * s + 2 for s in event.goal]
        event.rank = max(ranks, default=0)
    for event in events:
        event.effective = effective_time(event, events)
        event.clock = event.time
        if event.date_only:
            event.clock = max(event.time + 12 * HOUR, event.effective)
    taken = sorted(events, key=lambda e: (e.effective, e.rank, e.position))
    groups: list[list[Event]] = []
    for event in taken:
        if groups and groups[-1][0].effective == event.effective:
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def effective_time(event: Event, events: list[Event]) -> int:
    """When an event takes its turn; a date-only one finds its place within its day."""
    if not event.date_only:
        return event.time
    timed = [e for e in events if not e.date_only and event.time <= e.time < event.day_end]
    shown = [e for e in timed if e.rank > 0]
    if event.rank > 0:
        higher = [e.time for e in shown if e.rank > event.rank]
        lower = [e.time for e in shown if e.rank < event.rank]
        if higher:
            lower = [t for t in lower if t <= min(higher)]
        return max(lower, default=event.time)
    if event.exit:
        return max((e.time for e in shown), default=event.time)
    return event.time


# ---- how a customer moves ---------------------------------------------------------------------------


class Walk:
    """One customer on one track."""

    def __init__(self, rules: Rules, customer: int, track: Track) -> None:
        self.rules, self.customer, self.track, self.past = rules, customer, track, Past()
        self.last_stage = len(rules.stages) - 1
        self.returns_to = rules.returns_to
        if track == Track.REPEAT:
            assert rules.advances is not None
            self.last_stage, self.returns_to = rules.advances, None
        self.purchase_completes = rules.advances == self.last_stage
        self.rows: list[Row] = []
        self.visit: Row | None = None  # the current visit, None outside a pass
        self.passes = 0
        self.start = Start.FIRST  # of the current pass
        self.won_back = NEVER
        self.entry_clock = 0
        self.last_activity = NEVER
        self.last_wait = NEVER
        self.last_active_end = NEVER
        self.active = False

    # -- the clock

    def deadline(self) -> int:
        assert self.visit is not None
        if self.active or self.last_wait == FOREVER:
            return FOREVER
        latest = max(self.entry_clock, self.last_activity, self.last_wait, self.last_active_end)
        return latest + self.rules.stages[self.visit.stage].lapse

    def look_at_clock(self, t: int) -> None:
        if self.visit is None:
            return
        deadline = self.deadline()
        if deadline < t and deadline <= self.rules.stages[self.visit.stage].knowledge:
            self.end_visit(Outcome.LAPSED, deadline, -1, -1)
            self.end_pass(Outcome.LAPSED, deadline)

    # -- rows

    def this_pass(self) -> list[Row]:
        return [row for row in self.rows if row.pass_no == self.passes - 1]

    def new_row(self, stage: int, event: Event, skipped: bool) -> Row:
        row = Row(
            customer=self.customer,
            track=self.track,
            pass_no=self.passes - 1,
            start=self.start,
            stage=stage,
            skipped=skipped,
            entered=event.effective,
            entry_event=event.position,
            knowledge=self.rules.stages[stage].knowledge,
            deadline=event.effective,
            active=event.effective,
            won_back=self.won_back,
        )
        self.rows.append(row)
        return row

    def skip(self, stage: int, reached: int, event: Event) -> None:
        row = self.new_row(stage, event, skipped=True)
        row.ended, row.end_event = event.effective, event.position
        row.outcome, row.next_stage = Outcome.ADVANCED, reached

    def enter(self, stage: int, event: Event) -> None:
        self.visit = self.new_row(stage, event, skipped=False)
        self.entry_clock = event.clock

    def end_visit(self, outcome: Outcome, at: int, by: int, next_stage: int) -> None:
        assert self.visit is not None
        self.visit.deadline = self.deadline()
        self.visit.outcome, self.visit.next_stage = outcome, next_stage
        self.visit.ended, self.visit.end_event = at, by
        if outcome == Outcome.ADVANCED and not self.rules.stages[self.visit.stage].has_goal:
            self.visit.succeeded, self.visit.success_event = at, by

    def begin_pass(self, start: Start) -> None:
        self.start, self.won_back = start, NEVER
        self.passes += 1

    def end_pass(self, outcome: Outcome, at: int) -> None:
        for row in self.this_pass():
            row.pass_ended, row.pass_outcome = at, outcome
        self.visit = None

    # -- one event

    def goals_of(self, event: Event) -> set[int]:
        """Rule 1: the goals that the event reaches."""
        past = self.past
        goals = {s for s in event.goal if not self.rules.stages[s].repeat or past.matches.get(s, 0) > 0}
        past.goals |= goals
        for s in event.enter:
            past.matches[s] = past.matches.get(s, 0) + 1
        past.bought = past.bought or self.rules.advances in goals
        return goals

    def evidence_of(self, event: Event, purchase: bool) -> int | None:
        """Rule 2: the stage that the event is evidence for."""
        stages = [s for s in event.enter if s <= self.last_stage and self.after_holds(s)]
        if purchase and not self.purchase_completes:
            assert self.rules.advances is not None
            stages.append(self.rules.advances + 1)
        if not stages:
            return None
        self.past.evidence.add(max(stages))
        return max(stages)

    def after_holds(self, stage: int) -> bool:
        after = self.rules.stages[stage].after
        if after is None:
            return True
        if self.rules.stages[after].has_goal:
            return after in self.past.goals
        return after in self.past.evidence

    def take(self, event: Event) -> None:
        had_bought = self.past.bought
        goals = self.goals_of(event)
        purchase = self.rules.advances in goals
        evidence = self.evidence_of(event, purchase)
        self.move(event, evidence, had_bought)
        if self.visit is not None and event.by_customer:
            self.visit.active = max(self.visit.active, event.effective)
        self.succeed(event, goals, purchase)
        if purchase and self.purchase_completes:
            self.complete(event)
        self.be_alive(event)

    def move(self, event: Event, evidence: int | None, had_bought: bool) -> None:
        returns_to = self.returns_to
        if self.visit is not None:
            here = self.visit.stage
            if evidence is not None and evidence > here:
                self.end_visit(Outcome.ADVANCED, event.effective, event.position, evidence)
                for s in range(here + 1, evidence):
                    self.skip(s, evidence, event)
                self.enter(evidence, event)
        elif had_bought and returns_to is not None:
            later = evidence is not None and evidence >= returns_to
            if (event.by_customer and not event.exit) or later:
                self.begin_pass(Start.RETURN)
                self.enter(returns_to if evidence is None else max(returns_to, evidence), event)
        elif evidence is not None:
            first = self.passes == 0
            self.begin_pass(Start.FIRST if first else Start.COMEBACK)
            if first and self.track == Track.JOURNEY:
                for s in range(evidence):
                    self.skip(s, evidence, event)
            self.enter(evidence, event)

    def succeed(self, event: Event, goals: set[int], purchase: bool) -> None:
        if self.visit is None:
            return
        for row in self.this_pass():
            if row.skipped or row.stage not in goals or row.succeeded != NEVER:
                continue
            if self.rules.stages[row.stage].repeat and row.entry_event == event.position:
                continue
            row.succeeded, row.success_event = event.effective, event.position
        if self.start == Start.RETURN and purchase and self.won_back == NEVER:
            self.won_back = event.effective
            for row in self.this_pass():
                row.won_back = self.won_back

    def complete(self, event: Event) -> None:
        if self.visit is None:
            if self.track == Track.REPEAT:
                return
            self.begin_pass(Start.FIRST if self.passes == 0 else Start.COMEBACK)
            above = 0
        else:
            above = self.visit.stage + 1
            self.end_visit(Outcome.ADVANCED, event.effective, event.position, -1)
        for s in range(above, self.last_stage + 1):
            self.skip(s, -1, event)
        self.end_pass(Outcome.ADVANCED, event.effective)

    def be_alive(self, event: Event) -> None:
        if event.by_customer:
            self.last_activity = max(self.last_activity, event.clock)
        if event.wait is not None:
            self.last_wait = max(self.last_wait, event.wait)
        if event.active_start:
            self.active = True
        if event.active_end:
            self.active = False
            self.last_active_end = max(self.last_active_end, event.clock)

    # -- groups

    def walk(self, groups: list[list[Event]]) -> list[Row]:
        for group in groups:
            at = group[0].effective
            self.look_at_clock(at)
            for event in group:
                self.take(event)
            if self.visit is not None:
                exits = [e for e in group if self.visit.stage in e.exit]
                if exits:
                    self.end_visit(Outcome.LEFT, at, exits[0].position, -1)
                    self.end_pass(Outcome.LEFT, at)
        self.look_at_clock(FOREVER)
        if self.visit is not None:
            self.visit.deadline = self.deadline()
        return self.rows


# ---- all of it --------------------------------------------------------------------------------------


def place_customer(events: list[Event], rules: Rules, customer: int) -> list[Row]:
    """A customer's visits on both tracks."""
    groups = in_order(events)
    rows = Walk(rules, customer, Track.JOURNEY).walk(groups)
    if rules.advances is not None and not rules.buyer_journey:
        rows = rows + repeat_cycles(groups, rules, customer)
    return rows


def repeat_cycles(groups: list[list[Event]], rules: Rules, customer: int) -> list[Row]:
    """The repeat track: a buyer journey of its own, from the event after the first purchase on."""
    walk = Walk(rules, customer, Track.REPEAT)
    acting: list[list[Event]] = []
    for group in groups:
        after_the_purchase = []
        for event in group:
            if walk.past.bought:
                after_the_purchase.append(event)
            else:  # it moves nobody, but what it reaches stays reached, and a promise open is open
                goals = walk.goals_of(event)
                walk.evidence_of(event, rules.advances in goals)
                walk.be_alive(event)
        if after_the_purchase:
            acting.append(after_the_purchase)
    return walk.walk(acting)


def placed(trails: Trails, plan: Plan) -> list[Row]:
    """All visits of the shard, in the order of Visits."""
    rules = rules_of(plan)
    rows = []
    for customer in range(trails.customers):
        events = events_of(trails, customer, len(rules.stages), plan.zone)
        rows += place_customer(events, rules, customer)
    return sorted(rows, key=lambda r: (r.customer, r.track, r.pass_no, r.entered, r.stage))
