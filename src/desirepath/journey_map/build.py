"""From the answers of the measures and the words of people to the map as a document.

In: MapInputs. Out: a MapDocument, masked unless the inputs say otherwise. Nothing is measured here and
nothing is decided but what goes where: a number that no measure gave is never made up, and a lane or cell
that has nothing says why.
"""

from __future__ import annotations

from dataclasses import replace

from desirepath.journey_map.cells import answers, claims, feelings, paths, touchpoints, track, words
from desirepath.journey_map.cells.draft import Draft, blank
from desirepath.journey_map.document import Cell, Headline, Lane, MapDocument
from desirepath.journey_map.inputs import MapInputs
from desirepath.journey_map.lanes import LANE_IDS, lane_spec
from desirepath.journey_map.text import cleaned

MOST_HEADLINES = 3


def build_map(inputs: MapInputs) -> MapDocument:
    """The whole map: columns, lanes, micro maps, trails and notes."""
    draft = Draft.of(inputs)
    journey = inputs.journey
    trails = paths.trails(draft)
    drawn = _lanes(draft)
    have = {cell.id for lane in drawn for cell in lane.cells}
    lanes = tuple(replace(lane, cells=tuple(_seen(cell, have) for cell in lane.cells)) for lane in drawn)
    document = MapDocument(
        title=journey.title,
        kind=journey.kind,
        who=inputs.who,
        since=inputs.since,
        until=inputs.until,
        as_of=inputs.as_of,
        time_zone=journey.time_zone,
        currency=journey.currency,
        definition=journey.version,
        headlines=tuple(_headline(h, have) for h in inputs.headlines[:MOST_HEADLINES]),
        stages=track.columns(draft),
        lanes=lanes,
        micro=paths.micro(draft, trails),
        trails=trails,
        guesses=journey.guesses,
        sources=inputs.sources,
        masked=not inputs.reveal,
        excluded=inputs.excluded,
        cautions=inputs.cautions,
    )
    return cleaned(document)


def _headline(one: Headline, cells: set[str]) -> Headline:
    """The headline; a link to a cell that the map does not have is dropped."""
    if not one.cell or one.cell in cells:
        return one
    return Headline(one.before, one.strong, one.after, one.tone)


def _seen(cell: Cell, cells: set[str]) -> Cell:
    """The same for what the data say of a written text."""
    if cell.check is None or not cell.check.see or cell.check.see in cells:
        return cell
    return replace(cell, check=replace(cell.check, see=""))


def _lanes(draft: Draft) -> tuple[Lane, ...]:
    numbers, no_numbers = track.metrics(draft)
    measured: dict[str, list[Cell]] = {
        "track": track.track(draft),
        "touchpoints": touchpoints.cards(draft),
        "emotion": feelings.emotion(draft),
        "actions": paths.paths(draft),
        "thoughts": feelings.thoughts(draft),
        "pain_points": claims.pains(draft),
        "delights": claims.delights(draft),
        "promises": words.promises(draft),
        "metrics": [*numbers, *answers.credit(draft), *answers.comebacks(draft)],
        "opportunities": words.stakes(draft),
        "frontstage": touchpoints.frontstage(draft),
    }
    notes = {"metrics": no_numbers, "emotion": f"Inferred: {feelings.NO_MODEL.lower()}"}
    own = [entry.lane for entry in draft.inputs.journey.written if entry.lane not in LANE_IDS]
    return tuple(
        _lane(draft, id, measured.get(id, []), notes.get(id, "")) for id in [*LANE_IDS, *dict.fromkeys(own)]
    )


def _lane(draft: Draft, id: str, measured: list[Cell], note: str) -> Lane:
    spec = lane_spec(id)
    cells = [*words.written(draft, id), *measured]
    nothing = spec.empty if all(cell.blank for cell in cells) else ""
    filled = {cell.stage for cell in cells}
    cells += [blank(id, stage.id, spec.blank) for stage in draft.stages if stage.id not in filled]
    return Lane(
        id=id,
        label=spec.label,
        about=spec.about,
        drawing=spec.drawing,
        cells=tuple(cells),
        nothing=nothing,
        note=note,
        line_above=spec.line_above,
    )
