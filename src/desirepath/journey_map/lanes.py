"""Which lanes a map has, in which order, and what each is for. docs/reference/map.md follows this list."""

from __future__ import annotations

from dataclasses import dataclass

from desirepath.journey_map.document import Drawing


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """A lane of the standard map.

    empty: what a lane says where nobody wrote and nothing was measured; blank: the same for one stage.
    """

    id: str
    label: str
    about: str
    drawing: Drawing
    empty: str
    blank: str
    line_above: str = ""


_WRITE = "Nothing written yet: add “{id}:” to map.yaml."


def _lane(
    id: str,
    label: str,
    about: str,
    drawing: Drawing,
    empty: str = _WRITE,
    blank: str = "Nothing written.",
    line: str = "",
) -> LaneSpec:
    return LaneSpec(id, label, about, drawing, empty.format(id=id), blank, line)


LANES: tuple[LaneSpec, ...] = (
    _lane(
        "track",
        "The track",
        "How many customers reach each stage, how many succeed there, how soon, and where the rest go.",
        Drawing.TRACK,
        "No stage has been measured yet.",
    ),
    _lane(
        "emotion",
        "Emotion",
        "Three lines that are never mixed: reported scores, words read by a model, and ease from behaviour.",
        Drawing.LINES,
        "No scores, and too few meetings to tell how easy they were.",
    ),
    _lane(
        "touchpoints",
        "Touchpoints",
        "Where customers meet us, by channel: reach, repeats, waits, and how much further those go who met it.",
        Drawing.CARDS,
        "No event matches a touchpoint: declare them under “touchpoints:” in journey.yaml.",
    ),
    _lane(
        "actions",
        "Actions",
        "What customers do in the stage: the commonest real path through it, and what we suppose they do.",
        Drawing.CHAIN,
        "No path: no event in these stages matches a touchpoint.",
    ),
    _lane(
        "thoughts",
        "Thoughts",
        "What customers say, in their own words, and what we suppose they think.",
        Drawing.QUOTES,
        "No event carries words, and nobody wrote any: add “thoughts:” to map.yaml.",
        "No words here.",
    ),
    _lane("motivations", "Motivations", "What customers want to get done.", Drawing.WORDS),
    _lane(
        "pain_points",
        "Pain points",
        "What costs successes beyond chance, by touchpoint, step and wait; what is hard; and what we suppose.",
        Drawing.WORDS,
        "Nothing stands out beyond chance, and nobody wrote any: add “pain_points:” to map.yaml.",
        "Nothing beyond chance.",
    ),
    _lane(
        "delights",
        "Delights",
        "What brings successes beyond chance, by touchpoint, step and wait.",
        Drawing.WORDS,
        "Nothing stands out beyond chance.",
        "Nothing beyond chance.",
    ),
    _lane(
        "promises",
        "Promises",
        "What customers are led to expect, against what they get.",
        Drawing.BARS,
        "No promise declared: add “promises:” to journey.yaml.",
    ),
    _lane(
        "metrics",
        "Metrics",
        "Rate, time, value and cost of the stage, and how many customers stand in it over time.",
        Drawing.NUMBERS,
        "No stage has been measured yet.",
    ),
    _lane(
        "opportunities",
        "Opportunities",
        "What could be better, and what is at stake.",
        Drawing.WORDS,
    ),
    _lane("ideas", "Ideas", "What could be tried.", Drawing.WORDS),
    _lane("owners", "Owners", "Who looks after the stage.", Drawing.WORDS),
    _lane(
        "frontstage",
        "Frontstage",
        "What the business does in the customer's sight.",
        Drawing.WORDS,
        "No touchpoint is “by: business” in journey.yaml.",
        "Nothing done by the business.",
        "line of interaction",
    ),
    _lane(
        "backstage",
        "Backstage",
        "What the business does out of the customer's sight.",
        Drawing.WORDS,
        "Nothing written yet: add “backstage:” to a touchpoint in journey.yaml, or to map.yaml.",
        "Nothing written.",
        "line of visibility",
    ),
)

LANE_IDS: tuple[str, ...] = tuple(lane.id for lane in LANES)


def lane_spec(id: str) -> LaneSpec:
    """The lane of that id; an unknown id is a lane of the business's own, after all others."""
    for lane in LANES:
        if lane.id == id:
            return lane
    return LaneSpec(
        id,
        id.replace("_", " ").strip().capitalize(),
        "A lane of your own.",
        Drawing.WORDS,
        "",
        "Nothing written.",
    )
