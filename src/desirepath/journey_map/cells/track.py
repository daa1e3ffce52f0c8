"""The track: who reaches a stage, who succeeds and how soon, who is lost; and the stage's metrics."""

from __future__ import annotations

from typing import Any

from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.core.times import AT_ONCE
from desirepath.journey.definition import Stage
from desirepath.journey_map import exhibits, say
from desirepath.journey_map.cells.draft import Draft, blank, cell_id, counted, microseconds
from desirepath.journey_map.document import Cell, Chart, Column, Drawing, Exhibit, StageColumn, Unit, Value
from desirepath.measure.answers import StageAnswer

_UNMEASURED = NoEstimate("no_data", detail="not measured")
_OUTCOMES = (
    ("reached", "reached"),
    ("succeeded", "succeeded"),
    ("skipped", "jumped over"),
    ("left", "left, and said so"),
    ("lapsed", "fell silent"),
    ("in_flight", "still here"),
)


def success(stage: Stage, last: bool) -> str:
    """What succeeding in the stage means, as a verb."""
    if stage.goal == "repeat":
        return "come again"
    if stage.goal is not None:
        return "reach the goal"
    return "succeed" if last else "go on"


def how_soon(answer: StageAnswer) -> str:
    """'half of them in 3.2 days', or 'at once': of those that succeed; why there is none the rate says already."""
    median = answer.time_of_succeeded[1]
    if not isinstance(median, Estimate):
        return ""
    return f"half of them {AT_ONCE if say.at_once(median) else f'in {say.duration(median.value)}'}"


def columns(draft: Draft) -> tuple[StageColumn, ...]:
    """The columns of the map. A stage without an answer has zeros and says so in its cells."""
    made = []
    for place, stage in enumerate(draft.stages):
        answer = draft.stage(stage.id)
        last = place == len(draft.stages) - 1
        made.append(
            StageColumn(
                id=stage.id,
                label=stage.label,
                about=stage.about,
                customers=answer.customers if answer else 0,
                skipped=answer.skipped if answer else 0,
                left=answer.left if answer else 0,
                lapsed=answer.lapsed if answer else 0,
                lost=answer.lost if answer else 0,
                in_flight=answer.in_flight if answer else 0,
                rate=answer.rate if answer else _UNMEASURED,
                success=success(stage, last),
                within=microseconds(stage.measured_within),
                time=how_soon(answer) if answer else "",
                reach_cell=cell_id("track", stage.id, "reach"),
                rate_cell=cell_id("track", stage.id, "rate"),
                lost_cell=cell_id("track", stage.id, "lost"),
            )
        )
    return tuple(made)


def track(draft: Draft) -> list[Cell]:
    """Three cells a stage: reached, succeeded, lost."""
    cells: list[Cell] = []
    for place, stage in enumerate(draft.stages):
        answer = draft.stage(stage.id)
        if answer is None:
            reason = "Not measured."
            cells += [blank("track", stage.id, reason, part=part) for part in ("reach", "rate", "lost")]
            continue
        last = place == len(draft.stages) - 1
        cells += [_reach(draft, stage, answer), _rate(stage, answer, last), _lost(draft, stage, answer)]
    return cells


def _observed(stage: Stage, answer: StageAnswer, part: str, **rest: Any) -> Cell:
    return counted("track", stage, part, drawing=Drawing.TRACK, contract=answer.contract, **rest)


def _count(name: str, label: str, amount: int) -> Value:
    return Value(name, label, Unit.COUNT, int(amount))


def _members(draft: Draft, stage: Stage, *wanted: str) -> Exhibit | None:
    lists = draft.inputs.members
    found = [
        (label, lists[stage.id, key])
        for key, label in _OUTCOMES
        if key in wanted and (stage.id, key) in lists
    ]
    return exhibits.members("Who they are", found, draft)


def _reach(draft: Draft, stage: Stage, answer: StageAnswer) -> Cell:
    return _observed(
        stage,
        answer,
        "reach",
        title=f"Customers who reached {stage.label}",
        detail=f"{answer.skipped:,} of the visits jumped over it" if answer.skipped else "",
        values=(
            _count("customers", "customers reached it", answer.customers),
            _count("entered", "visits seen to enter", answer.entered),
            _count("skipped", "visits that jumped over it", answer.skipped),
            _count("returns", "passes of buyers who came back here", answer.returns),
            _count("comebacks", "passes of others who came back here", answer.comebacks),
        ),
        exhibits=exhibits.present(
            exhibits.outcomes(answer),
            _members(draft, stage, "reached", "skipped"),
        ),
    )


def _rate(stage: Stage, answer: StageAnswer, last: bool) -> Cell:
    verb = success(stage, last)
    within = say.duration(microseconds(stage.measured_within))
    quarter, half, three = answer.time_quartiles
    soon, median, late = answer.time_of_succeeded
    values = [
        Value("rate", f"{verb} within {within}", Unit.SHARE, answer.rate),
        Value("eventually", "by then, counting those still on the way", Unit.SHARE, answer.eventually),
        Value("soon", "of those who do, a quarter within", Unit.DURATION, soon),
        Value("median", "of those who do, half within", Unit.DURATION, median),
        Value("late", "of those who do, three quarters within", Unit.DURATION, late),
        Value("quarter", "of everybody, a quarter within", Unit.DURATION, quarter),
        Value("half", "of everybody, half within", Unit.DURATION, half),
        Value("three_quarters", "of everybody, three quarters within", Unit.DURATION, three),
    ]
    if answer.win_backs or isinstance(answer.win_back_rate, Estimate):
        values.append(
            Value("win_back_rate", "of those who came back bought again", Unit.SHARE, answer.win_back_rate)
        )
    return _observed(
        stage,
        answer,
        "rate",
        title=f"How many {verb} from {stage.label}",
        detail=_judged(answer),
        values=tuple(values),
        exhibits=exhibits.present(
            exhibits.curve(answer.curve) if answer.curve else None,
            _repeat(answer.repeat) if answer.repeat else None,
        ),
    )


def _judged(answer: StageAnswer) -> str:
    """Over whom the rate is, and who is not judged yet."""
    if not answer.too_young:
        return "Every visit is old enough to be judged."
    return f"{answer.too_young:,} visits are too young to be judged, and wait outside the rate."


def _repeat(answer: StageAnswer) -> Exhibit:
    rows: tuple[tuple[str, Measured, Unit], ...] = (
        ("succeed within the horizon", answer.rate, Unit.SHARE),
        ("by then, counting those still on the way", answer.eventually, Unit.SHARE),
    )
    return exhibits.whiskers(
        "The same for customers who have bought before",
        "Repeat cycles",
        Unit.SHARE,
        [(label, measured) for label, measured, _ in rows],
        f"{answer.entered:,} visits of {answer.customers:,} customers.",
    )


def _known_until(draft: Draft) -> str:
    return say.day(draft.inputs.as_of, draft.inputs.journey.time_zone)


def _lost(draft: Draft, stage: Stage, answer: StageAnswer) -> Cell:
    last_seen = sorted(draft.touchpoints(stage.id), key=lambda t: -t.last_seen)
    rows = tuple((draft.label(t.touchpoint), t.last_seen) for t in last_seen if t.last_seen)[:12]
    return _observed(
        stage,
        answer,
        "lost",
        title=f"Lost from {stage.label}, or still there",
        detail=f"Still here: their visit had not ended on {_known_until(draft)}, as far as we know.",
        values=(
            _count("lost", "lost without success", answer.lost),
            _count("left", "left, and said so", answer.left),
            _count("lapsed", "fell silent", answer.lapsed),
            _count("in_flight", "still here", answer.in_flight),
        ),
        exhibits=exhibits.present(
            exhibits.outcomes(answer),
            Exhibit(
                "Where the lost were last seen",
                (Column("touchpoint", "Touchpoint"), Column("visits", "Visits", Unit.COUNT)),
                rows,
                Chart.BARS,
            )
            if rows
            else None,
            _members(draft, stage, "left", "lapsed", "in_flight"),
        ),
    )


# name, label, unit, the question of its own
_METRICS = (
    ("eventually", "succeed in the end", Unit.SHARE),
    ("value_per_success", "value of a success", Unit.MONEY),
    ("value_at_stake", "at stake now", Unit.MONEY),
    ("cost", "cost a customer", Unit.MONEY),
    ("win_back_rate", "won back", Unit.SHARE),
)


def metrics(draft: Draft) -> tuple[list[Cell], str]:
    """Rows of numbers a stage. Out: the cells, and what no stage has at all, with the reason."""
    answers = draft.inputs.stages
    wanted = [m for m in _METRICS if any(isinstance(getattr(a, m[0]), Estimate) for a in answers)]
    absent = [
        f"{label}: {say.missing(getattr(answers[0], name))}"
        for name, label, _ in _METRICS
        if answers and (name, label) not in {(w[0], w[1]) for w in wanted}
    ]
    cells: list[Cell] = []
    for stage in draft.stages:
        answer = draft.stage(stage.id)
        if answer is None:
            cells.append(blank("metrics", stage.id, "Not measured."))
            continue
        cells += [_metric(stage, answer, name, label, unit) for name, label, unit in wanted]
        here = _here_now(draft, stage)
        cells += [here] if here else []
    return cells, "; ".join(absent)


def _metric(stage: Stage, answer: StageAnswer, name: str, label: str, unit: Unit) -> Cell:
    measured: Measured = getattr(answer, name)
    extra: tuple[Value, ...] = ()
    if name == "value_at_stake":
        extra = (
            Value("value_lost", "value of those lost here, at most", Unit.MONEY, answer.value_lost),
            _count("in_flight", "still here", answer.in_flight),
        )
    return counted(
        "metrics",
        stage,
        name,
        drawing=Drawing.NUMBERS,
        contract=answer.contract,
        title=label,
        values=(Value(name, label, unit, measured), *extra),
    )


def _here_now(draft: Draft, stage: Stage) -> Cell | None:
    occupancy = draft.inputs.occupancy
    table = exhibits.occupancy(occupancy, stage.id) if occupancy else None
    if occupancy is None or table is None:
        return None
    at, now = table.rows[-1][:2]
    when = say.day(int(at or 0), draft.inputs.journey.time_zone)
    return counted(
        "metrics",
        stage,
        "here",
        drawing=Drawing.NUMBERS,
        contract=occupancy.contract,
        title=f"in the stage on {when}",
        values=(_count("here", f"in the stage on {when}", int(now or 0)),),
        exhibits=(table,),
    )
