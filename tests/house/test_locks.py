"""The locks pin everything by hash, and name packages only: no registry, no machine."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)((?: ; .*?)?) \\$", re.MULTILINE)


def read(name: str) -> str:
    return (REPO / name).read_text("utf-8")


def pins(lock: str) -> set[tuple[str, str, str]]:
    return set(PINNED.findall(read(lock)))


def normal(requirement: str) -> str:
    """The package's name out of 'Name[extra]>=1,<2'."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[; ]", requirement)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_only_names_versions_markers_and_hashes(lock: str):
    hashed = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
    odd = [line for line in read(lock).splitlines() if not (PINNED.match(line) or hashed.match(line))]
    assert not odd, f"{lock} names more than packages: a host, a path, an option?"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_a_hash(lock: str):
    blocks = re.split(r"^(?=\S)", read(lock), flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_tests_run_on_what_is_shipped():
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_locks_cover_pyproject():
    config = tomllib.loads(read("pyproject.toml"))
    wanted = config["project"]["dependencies"] + config["dependency-groups"]["build"]
    extras = [r for group in config["project"]["optional-dependencies"].values() for r in group]
    shipped = {name for name, _, _ in pins("requirements.lock")}
    tested = {name for name, _, _ in pins("requirements-dev.lock")}
    assert {normal(r) for r in wanted} <= shipped
    assert {normal(r) for r in extras + config["dependency-groups"]["dev"]} <= tested


def test_what_only_tests_need_is_not_shipped():
    config = tomllib.loads(read("pyproject.toml"))
    shipped = {name for name, _, _ in pins("requirements.lock")}
    assert not shipped & {normal(r) for r in config["dependency-groups"]["dev"]}


def licence_of(name: str) -> str:
    """The licence as the package states it; nothing for what this machine does not need."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    stated = [about.get("License-Expression") or "", (about.get("License") or "")[:100]]
    return " ".join([*stated, *(c for c in about.get_all("Classifier") or [] if c.startswith("License"))])


def test_nothing_shipped_is_under_a_licence_that_binds_its_users():
    bound = {name: licence_of(name) for name, _, _ in pins("requirements.lock")}
    assert not {name: said for name, said in bound.items() if re.search(r"\b[AL]?GPL|General Public", said)}
