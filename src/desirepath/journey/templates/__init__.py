"""Journeys to begin from: commented journey.yaml texts, one for each kind of business."""

from __future__ import annotations

from importlib.resources import files

from desirepath.core.errors import NotFound, nearest

TEMPLATES = {
    "online-shop": "sells goods on the web, with or without stores",
    "saas": "sells a subscription to software, with a trial before it",
    "b2b-leads": "sells to firms: leads, meetings, proposals, deals",
    "services": "sells appointments, courses, repairs, care: by enquiry and booking",
}


def template(name: str) -> str:
    """The text of a template's journey.yaml. Raises NotFound, with the nearest name."""
    if name not in TEMPLATES:
        hint = nearest(name, TEMPLATES, "Templates")
        raise NotFound(f'there is no template "{name}"', hint=hint, template=name)
    return files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
