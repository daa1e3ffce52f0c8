"""One place of a YAML text is changed; every other line stays what it was, and the text reads as meant."""

from __future__ import annotations

import pytest

from desirepath.app.yaml_edit import (
    add_entries,
    drop,
    drop_item,
    entries_of,
    inline,
    put,
    put_item,
    rename,
    written,
)
from desirepath.core.yaml_lines import read_document

TEXT = """\
# head
journey: x   # beside

segments:
  # of devices
  mobile: {label: On the phone, rule: "traits.device = 'mobile'"}  # the app is apart
  slow:
    label: Slow ones
    rule: >-
      ever(event = 'A')
      or ever(event = 'B')

personas:   # later
stages: {}
"""


def value(text: str) -> dict[str, dict[str, object]]:
    found = read_document(text).value
    assert isinstance(found, dict)
    return found


def test_a_field_is_replaced_and_its_neighbours_stay() -> None:
    after = put(TEXT, ("segments", "mobile", "label"), written("Phones, all of them"))
    assert after == TEXT.replace("On the phone", '"Phones, all of them"')


def test_a_folded_rule_is_replaced_as_a_whole() -> None:
    after = put(TEXT, ("segments", "slow", "rule"), written("ever(event = 'C')"))
    assert value(after)["segments"]["slow"] == {"label": "Slow ones", "rule": "ever(event = 'C')"}
    assert "# later" in after


@pytest.mark.parametrize("section", ["segments", "personas", "targets"])
def test_an_entry_is_added_where_there_are_some_where_there_are_none_and_without_the_section(
    section: str,
) -> None:
    after = put(TEXT, (section, "new"), {"label": written("New"), "rule": written("a = 'b'")})
    assert value(after)[section]["new"] == {"label": "New", "rule": "a = 'b'"}
    assert [line for line in TEXT.splitlines() if line not in after.splitlines()] == []


def test_an_entry_that_is_too_wide_for_a_line_stands_on_several() -> None:
    after = put(TEXT, ("personas", "new"), {"label": written("New"), "about": written("long " * 30 + "end")})
    assert "\n  new:\n    label: New\n" in after


def test_an_entry_is_dropped_with_all_its_lines() -> None:
    after = drop(TEXT, ("segments", "slow"))
    assert list(value(after)["segments"]) == ["mobile"]
    assert "# later" in after
    assert value(drop(TEXT, ("segments", "mobile", "label")))["segments"]["mobile"] == {
        "rule": "traits.device = 'mobile'"
    }
    assert drop(TEXT, ("segments", "nothing")) == TEXT


def test_an_entry_is_renamed_where_it_stands() -> None:
    assert rename(TEXT, ("segments", "mobile"), "phone") == TEXT.replace("  mobile:", "  phone:")


def test_line_ends_and_a_mark_at_the_start_stay() -> None:
    windows = "\ufeff" + TEXT.replace("\n", "\r\n")
    after = put(windows, ("segments", "mobile", "about"), "words")
    assert after.startswith("\ufeff# head\r\n")
    assert "\n" not in after.replace("\r\n", "")


@pytest.mark.parametrize(
    "text", ["", "# head\n", "- {a: one}\n# mine\n- {a: two}  # beside\n", "[{a: one}]\n"]
)
def test_items_of_a_list_are_added_changed_and_dropped(text: str) -> None:
    before = [] if not text.strip("# head\n") else read_document(text).value
    assert isinstance(before, list)
    after = put_item(text, None, inline({"a": "new"}))
    assert read_document(after).value == [*before, {"a": "new"}]
    changed = put_item(after, len(before), inline({"a": "other"}))
    assert read_document(changed).value == [*before, {"a": "other"}]
    if before:
        assert read_document(drop_item(changed, 0)).value == [*before[1:], {"a": "other"}]
    assert all(line in changed for line in text.splitlines() if line.startswith("#"))


@pytest.mark.parametrize(
    "text", ["no", "null", "a: b", "x # y", "", "-", "[a", "'", "Straße 5", "a\nb", "12", "{}"]
)
def test_a_text_is_written_so_that_it_reads_as_itself(text: str) -> None:
    assert read_document(f"a: {written(text)}").value == {"a": text}
    assert read_document(f"a: {{b: {written(text)}, c: d}}").value == {"a": {"b": text, "c": "d"}}


def test_entries_are_added_at_the_end_of_their_section_and_nothing_else_changes() -> None:
    text = "# head\nsources:\n    a:  # one\n        files: a.csv\n        # of a\n\nmetrics:\n    m: {}\n# end\n"
    more = entries_of(
        "sources:\n  b:\n    files: b.csv\n    # of b\n\n  c: {files: c.csv}\n# no entry\n", "sources"
    )
    assert more == {"b": "  b:\n    files: b.csv\n    # of b", "c": "  c: {files: c.csv}"}
    changed = add_entries(text, "sources", list(more.values()))
    assert changed.index("# of a") < changed.index("    b:")
    said = read_document(changed).value
    assert isinstance(said, dict)
    assert list(said["sources"]) == ["a", "b", "c"]
    assert said["sources"]["b"] == {"files": "b.csv"}
    assert all(line in changed.splitlines() for line in text.splitlines())
    assert add_entries("metrics:\n  m: {files: m.csv}\n", "sources", ["  b: {files: b.csv}"]).endswith(
        "\n\nsources:\n\n  b: {files: b.csv}\n"
    )
    assert add_entries("sources:  # none yet\n", "sources", ["  b: {files: b.csv}"]) == (
        "sources:  # none yet\n\n  b: {files: b.csv}\n"
    )
    assert (
        add_entries("sources: {a: {files: a.csv}}\n", "sources", ["  b: {}"])
        == "sources: {a: {files: a.csv}}\n"
    )
