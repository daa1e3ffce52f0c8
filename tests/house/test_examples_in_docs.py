"""Examples in pages and docstrings run; code in pages at least reads as Python."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
SRC = REPO / "src"
PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")])
BLOCKS = [
    pytest.param(block, id=f"{page.relative_to(REPO).as_posix()}:{number}")
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE), start=1
    )
]
WITH_EXAMPLES = sorted(path for path in SRC.rglob("*.py") if ">>> " in path.read_text("utf-8"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("block", BLOCKS)
def test_code_in_a_page_reads_as_python_and_its_examples_run(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    if ">>> " not in block:
        ast.parse(block)
        return
    example = doctest.DocTestParser().get_doctest(block, {}, "page", None, 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append)
    assert not result.failed, "".join(said)


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=module_name)
def test_examples_in_docstrings_run(path: Path):
    result = doctest.testmod(importlib.import_module(module_name(path)), optionflags=doctest.ELLIPSIS)
    assert result.attempted
    assert not result.failed
