"""What is said of files that are wrong. The files and the answers stand in tests/golden/definition_errors.

DESIREPATH_GOLDEN=write writes the answers anew; read them before you commit them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desirepath.collect.read_sources import read_sources
from desirepath.core.errors import DefinitionError
from desirepath.core.yaml_lines import MAX_BYTES, read_document
from desirepath.journey.read import read_journey

GOLDEN = Path(__file__).parent.parent / "golden" / "definition_errors"


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_mistake_is_told_with_its_line_and_a_fix(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    with pytest.raises(DefinitionError) as caught:
        if file.stem.endswith(".sources"):
            read_sources(Path(file.name), {})
        else:
            read_journey(Path(file.name))
    answer = file.with_suffix(".txt")
    if os.environ.get("DESIREPATH_GOLDEN") == "write":
        answer.write_text(f"{caught.value}\n")
    assert f"{caught.value}\n" == answer.read_text()
    assert all(problem.line >= 1 and problem.message for problem in caught.value.problems)


def mistakes(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        read_journey(text)
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


STAGES = "stages: {decision: {enter: \"event = 'a'\", lapse_after: 30 days}}\n"


def test_the_mistakes_of_the_map_are_told_with_those_of_the_journey(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("motivations:\n  decison: Wants it soon\n")
    (tmp_path / "journey.yaml").write_text(f"{STAGES}currency: AUX\n")
    with pytest.raises(DefinitionError) as caught:
        read_journey(tmp_path / "journey.yaml", tmp_path / "map.yaml")
    assert [(Path(p.file).name, p.line) for p in caught.value.problems] == [
        ("journey.yaml", 2),
        ("map.yaml", 2),
    ]


def test_a_map_that_cannot_be_read_hides_no_mistake_of_the_journey(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("motivations: [\n")
    (tmp_path / "journey.yaml").write_text(f"{STAGES}currency: AUX\n")
    with pytest.raises(DefinitionError) as caught:
        read_journey(tmp_path / "journey.yaml", tmp_path / "map.yaml")
    assert {Path(p.file).name for p in caught.value.problems} == {"journey.yaml", "map.yaml"}


def test_the_facts_of_a_mistake_are_fields(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_journey(f"{STAGES}touchpoints: {{page: {{stage: considration, channel: web}}}}")
    problem = caught.value.problems[0]
    assert (problem.code, problem.line, problem.facts) == ("unknown_stage", 2, {"name": "considration"})
    assert caught.value.as_dict()["problems"][0]["hint"].startswith("Stages: decision")  # type: ignore[index]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="there is no such file"):
        read_journey(tmp_path / "journey.yaml")
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_journey(tmp_path)


def test_a_file_in_another_encoding_says_in_which_line(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_bytes(b"journey: X\nabout: caf\xe9\n")
    with pytest.raises(DefinitionError, match=r"journey\.yaml:2: is not written in UTF-8"):
        read_journey(tmp_path / "journey.yaml")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_bytes(b"\xef\xbb\xbf" + STAGES.encode())
    assert read_journey(tmp_path / "journey.yaml").stages[0].id == "decision"


def test_an_enormous_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "journey.yaml").write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(DefinitionError, match="larger than 4 MB"):
        read_journey(tmp_path / "journey.yaml")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "a: " * 5_000, "{a: " * 60 + "b" + "}" * 60, "- " * 3_000 + "x"]
)
def test_endless_nesting_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        read_document(text)


def test_an_alias_of_itself_is_refused() -> None:
    assert '1: "*a" stands for nothing' in mistakes("stages: &a [*a]\n")


def test_a_control_character_is_refused() -> None:
    with pytest.raises(DefinitionError, match=":2: contains a character"):
        read_document("a: b\nc: \x07\n")


def test_a_misspelt_key_is_told_once() -> None:
    assert mistakes("stages: {decision: {entr: \"event = 'a'\", lapse_after: 30 days}}") == [
        '1: unknown key "entr" in stages.decision'
    ]


def told(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        read_sources(text, {})
    return [f"{problem.line}: {problem.message} {problem.hint}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "right"),
    [("tme: at", "time"), ("evnt: Order Completed", "event"), ("identifers: {email: mail}", "identifiers")],
)
def test_a_required_key_that_is_misspelt_is_one_mistake(key: str, right: str) -> None:
    lines = ["time: at", "event: Order Completed", "identifiers: {email: mail}"]
    kept = [line for line in lines if not line.startswith(right)]
    (one,) = told("sources:\n  orders:\n    files: a.csv\n" + "".join(f"    {x}\n" for x in [*kept, key]))
    assert one.startswith(f'6: unknown key "{key.split(":")[0]}"')
    assert f'Did you mean "{right}"?' in one


def test_a_required_key_that_is_misspelt_in_a_list_of_events_is_one_mistake() -> None:
    (one,) = told(
        "sources:\n  orders:\n    files: a.csv\n    identifiers: {email: mail}\n    events:\n"
        "      - {event: Order Completed, tmie: at}\n"
    )
    assert one.startswith('6: unknown key "tmie"')
    # A list of events is no misspelt event.
    (one,) = told(
        "sources:\n  orders:\n    files: a.csv\n    identifiers: {email: mail}\n    events:\n      - {time: at}\n"
    )
    assert '"event" is missing' in one


def test_a_folder_in_place_of_files_is_told_how_to_name_its_files() -> None:
    (one,) = told(
        "sources:\n  orders: {files: exports/, time: at, event: Order Completed, identifiers: {email: mail}}\n"
    )
    assert "For the files of a folder write exports/*.csv." in one
