"""The commonest real paths through a stage, the micro map made of them, and masked example trails."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from desirepath.core.words import Rests
from desirepath.journey.definition import Stage
from desirepath.journey_map import exhibits, say
from desirepath.journey_map.cells.draft import Draft, blank, cell_id
from desirepath.journey_map.cells.touchpoints import tone_of
from desirepath.journey_map.document import (
    Cell,
    Column,
    Drawing,
    Exhibit,
    Flow,
    StageMap,
    Step,
    Trail,
    TrailLine,
    Unit,
    Value,
)
from desirepath.journey_map.inputs import ExampleTrail, MemberList
from desirepath.measure.answers import PathRow, PathsAnswer

MOST_PATHS = 8  # with a cell of their own; all that are given draw the way between the steps
MOST_STEPS = 12
MOST_EVENTS = 60
START, END = -1, -2


def paths(draft: Draft) -> list[Cell]:
    """One cell a path; the commonest is shown on the macro map, the others open with the stage."""
    cells: list[Cell] = []
    for stage in draft.stages:
        answer = _answer(draft, stage.id)
        if answer is None or not answer.rows:
            cells.append(blank("actions", stage.id, "No path: no visit here met a touchpoint."))
            continue
        cells += [
            _path(draft, stage, answer, row, place) for place, row in enumerate(answer.rows[:MOST_PATHS])
        ]
    return cells


def _answer(draft: Draft, stage: str) -> PathsAnswer | None:
    """None where no visit met a touchpoint: that all took the path without a step says nothing."""
    found = next((p for p in draft.inputs.paths if p.stage == stage), None)
    return found if found and (found.other or any(row.steps for row in found.rows)) else None


def path_id(stage: str, place: int) -> str:
    """The cell of the path at that place, the commonest being 0."""
    return cell_id("actions", stage, f"path-{place + 1}")


def _path(draft: Draft, stage: Stage, answer: PathsAnswer, row: PathRow, place: int) -> Cell:
    share = f"{row.visits / answer.total * 100:.0f}{say.NBSP}% of visits" if answer.total else ""
    return Cell(
        id=path_id(stage.id, place),
        lane="actions",
        stage=stage.id,
        drawing=Drawing.CHAIN,
        rests=Rests.OBSERVED,
        title="The commonest path" if place == 0 else f"Path {place + 1}",
        detail=share,
        values=(
            Value("visits", "visits took exactly this path", Unit.COUNT, int(row.visits)),
            Value("succeeded", "of them succeeded", Unit.SHARE, row.succeeded),
            Value("time", "in the stage (median)", Unit.DURATION, row.time),
            *((Value("value", "value", Unit.MONEY, int(row.value)),) if row.value else ()),
        ),
        as_of=answer.contract.as_of,
        contract=answer.contract,
        exhibits=exhibits.present(_members(draft, row), _all_paths(draft, answer) if place == 0 else None),
        chain=tuple(draft.label(step) for step in row.steps),
        fill=row.visits / answer.total if answer.total else 0.0,
        shown=place == 0,
    )


def _members(draft: Draft, row: PathRow) -> Exhibit | None:
    names = draft.inputs.customer_id
    sample = tuple(names(int(code)) for code in row.members[: exhibits.MOST_MEMBERS]) if names else ()
    members = MemberList(len(set(row.members.tolist())), sample)
    return exhibits.members("Who they are", [("took this path", members)], draft)


def _all_paths(draft: Draft, answer: PathsAnswer) -> Exhibit:
    rows: list[tuple[str | int | float | None, ...]] = [
        (
            " → ".join(draft.label(step) for step in row.steps) or "no touchpoint",
            row.visits,
            row.visits / answer.total if answer.total else None,
            exhibits.ends(row.succeeded)[0],
            exhibits.ends(row.time)[0],
        )
        for row in answer.rows[:MOST_PATHS]
    ]
    hidden = answer.rows[MOST_PATHS:]
    other = answer.other + sum(row.visits for row in hidden)
    share = other / answer.total if answer.total else None
    rows.append((f"{answer.other_kinds + len(hidden):,} other paths", other, share, None, None))
    note = f"All {answer.total:,} visits."
    if answer.truncated:
        note += f" {answer.truncated:,} are longer and stand under their first steps."
    return exhibits.table(
        "The commonest paths through the stage, and all others",
        (
            Column("path", "Path"),
            Column("visits", "Visits", Unit.COUNT),
            Column("share", "Share", Unit.SHARE),
            Column("succeeded", "Succeeded", Unit.SHARE),
            Column("time", "Median time", Unit.DURATION),
        ),
        rows,
        note,
    )


def micro(draft: Draft, trails: tuple[Trail, ...]) -> tuple[StageMap, ...]:
    """The micro map of every stage."""
    return tuple(_stage_map(draft, stage, trails) for stage in draft.stages)


def _stage_map(draft: Draft, stage: Stage, trails: tuple[Trail, ...]) -> StageMap:
    answer = _answer(draft, stage.id)
    reached = draft.touchpoints(stage.id)
    shown = sorted(reached[:MOST_STEPS], key=lambda t: t.order)
    steps = tuple(
        Step(
            touchpoint=t.touchpoint,
            label=draft.label(t.touchpoint),
            channel=t.channel,
            reach=int(t.reach),
            share=t.share,
            wait=t.wait,
            ease=t.ease,
            last_seen=int(t.last_seen),
            cell=cell_id("touchpoints", stage.id, t.touchpoint),
            tone=tone_of(t),
        )
        for t in shown
    )
    rows = answer.rows if answer else ()
    covered = sum(row.visits for row in rows)
    note = ""
    if answer and steps:
        note = (
            f"The way between steps is drawn from the {covered:,} of {answer.total:,} visits "
            "that took the commonest paths."
        )
        if len(reached) > len(steps):
            note += f" {len(reached) - len(steps)} touchpoints of small reach are left out."
    return StageMap(
        stage=stage.id,
        steps=steps,
        flows=_flows([t.touchpoint for t in shown], rows),
        flow_note=note,
        paths=tuple(path_id(stage.id, place) for place in range(min(len(rows), MOST_PATHS))),
        trails=tuple(t.id for t in trails if t.stage == stage.id),
        blank="" if steps else "No event in this stage matches a touchpoint.",
    )


def _flows(steps: list[str], rows: tuple[PathRow, ...]) -> tuple[Flow, ...]:
    """Direct ways between the steps shown. Across a step that is not shown nothing is claimed."""
    place = {id: n for n, id in enumerate(steps)}
    counts: Counter[tuple[int, int]] = Counter()
    for row in rows:
        stops = [START, *(place.get(s, -9) for s in row.steps), END]
        for one, other in pairwise(stops):
            # A visit that met no touchpoint at all goes past every step.
            if -9 not in (one, other) and one != other and (one, other) != (START, END):
                counts[one, other] += row.visits
    return tuple(Flow(one, other, visits) for (one, other), visits in sorted(counts.items()))


def trails(draft: Draft) -> tuple[Trail, ...]:
    """The examples, masked, each tied to the path that it walks where that path is listed."""
    made = []
    for number, example in enumerate(draft.inputs.trails):
        answer = _answer(draft, example.stage)
        steps = [row.steps for row in answer.rows[:MOST_PATHS]] if answer else []
        path = path_id(example.stage, steps.index(example.path)) if example.path in steps else ""
        made.append(
            Trail(
                id=cell_id("trail", example.stage, str(number + 1)),
                customer=draft.customer(example.customer),
                stage=example.stage,
                path=path,
                outcome=example.outcome,
                lines=_lines(draft, example),
                more=example.more + max(0, len(example.events) - MOST_EVENTS),
            )
        )
    return tuple(made)


def _lines(draft: Draft, example: ExampleTrail) -> tuple[TrailLine, ...]:
    lines = []
    before = None
    for event in example.events[:MOST_EVENTS]:
        lines.append(
            TrailLine(
                at=event.at,
                gap=0 if before is None else event.at - before,
                event=draft.words(event.event),
                touchpoint=draft.label(event.touchpoint) if event.touchpoint else "",
                channel=event.channel,
                stage=event.stage,
                by=event.by,
                value=event.value,
                text=draft.words(event.text),
                number=event.event_no,
                note=draft.words(event.note),
            )
        )
        before = event.at
    return tuple(lines)
