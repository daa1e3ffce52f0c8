"""The browser that the other tests trust: it opens files, and reaches no network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

pytestmark = pytest.mark.browser


def test_it_opens_a_file_and_runs_its_script(page: Page, tmp_path: Path):
    file = tmp_path / "hello there.html"
    file.write_text("<p id=p>still</p><script>p.textContent = 'walked'</script>", "utf-8")
    page.goto(file.as_uri())
    assert page.inner_text("p") == "walked"


def test_it_reaches_no_network(page: Page):
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.com/")
