"""What the files of a workspace that people write are called."""

from __future__ import annotations

JOURNEY = "journey.yaml"  # the main journey; a further one stands in NAME.journey.yaml
SOURCES = "sources.yaml"
MAP = "map.yaml"  # what people wrote on the main journey's map; of a further one in NAME.map.yaml
NOTES = "notes.yaml"
