"""Puts the app's built pages into the wheel: they are built by `./run ui`, and no commit has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "src/desirepath/web/built"


class Pages(BuildHookInterface):  # type: ignore[type-arg]  # no settings of its own
    """The hook. An editable install serves the pages from where they are built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the pages as artifacts of the wheel. Raises RuntimeError where they were not built."""
        if version == "editable" or self.target_name != "wheel":
            return
        if not (Path(self.root) / BUILT / "index.html").is_file():
            raise RuntimeError("the app's pages are not built: ./run ui")
        build_data["artifacts"].append(f"/{BUILT}/**")
