"""Every page's picture, as the docs show it, on the sample shop: drawn, whole, in both themes.

`DESIREPATH_PICTURES=1 ./run test tests/browser/test_app_pictures.py` (after `./run ui`) writes them into
docs/app/pictures; every other run makes them elsewhere and looks at them. They hang on the fonts of the machine, so
nothing compares them byte by byte.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.app import app_url, sample_shop
from tests.browser.everywhere import VIEWS, WIDE, drawn, in_theme, somebody, still

__all__ = ["app_url", "sample_shop", "somebody"]
pytestmark = pytest.mark.browser
DOCS = Path(__file__).resolve().parents[2] / "docs" / "app"
WRITTEN = os.environ.get("DESIREPATH_PICTURES") == "1"
# The file's name, and which view it shows.
PICTURES = {
    "map": "map",
    "today": "today",
    "stages": "stages",
    "paths": "paths",
    "ask": "ask_friction",
    "customers": "customers_one",
    "segments": "segments",
    "data": "data",
}
HEIGHTS = {"map": 1120}  # down to the emotion; 1000 where nothing is said
MOST = 200_000  # bytes


def compressed(picture: bytes) -> Image.Image:
    """The picture in the 256 colours that it needs most: a third of the bytes, and no eye sees it."""
    return Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE)


@pytest.mark.parametrize("name", PICTURES)
def test_a_page_has_its_picture(page: Page, app_url: str, somebody: str, tmp_path: Path, name: str) -> None:
    height = HEIGHTS.get(name, 1000)
    folder = DOCS / "pictures" if WRITTEN else tmp_path
    page.set_viewport_size({"width": WIDE, "height": height})
    drawn(page, app_url, VIEWS[PICTURES[name]], somebody)
    page.evaluate("document.fonts.ready")
    for theme in ("light", "dark"):
        in_theme(page, theme)
        still(page)
        made = compressed(page.screenshot())
        assert made.size == (WIDE, height)
        is_drawn(made, theme)
        file = folder / f"{name}-{theme}.png"
        made.save(file, optimize=True)
        assert file.stat().st_size < MOST


def is_drawn(picture: Image.Image, theme: str) -> None:
    """Something is all over it: text in many places, no half of it blank, and in its own theme."""
    width, height = picture.size
    grey = picture.convert("L")
    paper = grey.getpixel((width - 3, height - 3))
    assert isinstance(paper, int)
    assert (paper > 128) == (theme == "light")
    for half in ((0, 0, width, height // 2), (0, height // 2, width, height)):
        inked = sum(n for shade, n in enumerate(grey.crop(half).histogram()) if abs(shade - paper) > 40)
        assert inked > 0.005 * width * height / 2


@pytest.mark.parametrize("name", PICTURES)
def test_the_docs_show_it_in_both_themes(name: str) -> None:
    said = (DOCS / f"{name}.md").read_text("utf-8")
    for theme in ("light", "dark"):
        assert f"pictures/{name}-{theme}.png" in said
        assert (DOCS / "pictures" / f"{name}-{theme}.png").is_file()
