"""One cell of a map file's text replaced, the rest of the text left as it is.

In: the text of a map.yaml, a lane, a stage, what the cell is to say. Out: the text with only that changed. The places
come from PyYAML's nodes; the caller reads the result again and compares, so that what this does not foresee (anchors,
say) is refused and never written wrongly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from desirepath.app.yaml_places import (
    PLAIN_LISTED,
    as_it_was,
    end_of,
    line_end,
    pair_of,
    without_lines,
    written,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a cell, who wrote it ('' where nobody says), and its claim ('' where it makes none)."""

    text: str
    by: str = ""
    holds: str = ""


def with_cell(text: str, lane: str, stage: str, entries: Sequence[Entry], shorthand: str) -> str:
    """The text with this cell saying `entries`; with none, without it.

    shorthand: the stage that is meant where a lane holds a text and not stages.
    """
    return as_it_was(text, lambda plain: _changed(plain, lane, stage, entries, shorthand))


def _changed(text: str, lane: str, stage: str, entries: Sequence[Entry], shorthand: str) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        # A file without lanes, or one that is empty: what stands there are comments.
        return _appended(text, lane, stage, entries) if _is_empty(root) else text
    found = pair_of(root, lane)
    if found is None:
        return _appended(text, lane, stage, entries)
    key, value = found
    if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
        return _in_lane(text, value, stage, entries)
    held = {} if _is_empty(value) else _plain(value, shorthand)
    if entries:
        held[stage] = _value(entries, 2)
    else:
        held.pop(stage, None)
    lines = "".join(f"\n  {name}:{told}" for name, told in held.items())
    return text[: key.end_mark.index] + ":" + lines + text[end_of(text, value, key) :]


def _in_lane(text: str, lane: yaml.MappingNode, stage: str, entries: Sequence[Entry]) -> str:
    """The lane has stages, one a line: the one that is meant is replaced, added below the last, or taken out."""
    column = lane.value[0][0].start_mark.column
    found = pair_of(lane, stage)
    if found is None:
        last_key, last = lane.value[-1]
        # After the whole line: a comment beside the last value stays there.
        end = line_end(text, end_of(text, last, last_key))
        return (
            f"{text[:end]}\n{' ' * column}{stage}:{_value(entries, column)}{text[end:]}" if entries else text
        )
    key, value = found
    end = end_of(text, value, key)
    if entries:
        return f"{text[: key.end_mark.index]}:{_value(entries, column)}{text[end:]}"
    return without_lines(text, key.start_mark.index, end)


def _appended(text: str, lane: str, stage: str, entries: Sequence[Entry]) -> str:
    if not entries:
        return text
    before = text.rstrip("\n")
    return f"{before}{chr(10) * 2 if before else ''}{lane}:\n  {stage}:{_value(entries, 2)}\n"


def _plain(value: yaml.Node, shorthand: str) -> dict[str, str]:
    """A lane's cells as they are to be written again, from { } or from a text in place of stages."""
    if not isinstance(value, yaml.MappingNode):
        return {shorthand: _value(_entries(value), 2)}
    return {str(key.value): _value(_entries(one), 2) for key, one in value.value}


def _entries(value: yaml.Node) -> list[Entry]:
    found = []
    for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
        if isinstance(one, yaml.MappingNode):
            parts = {key.value: str(part.value) for key, part in one.value}
            found.append(Entry(*(parts.get(name, "").strip() for name in ("text", "by", "holds"))))
        elif not _is_empty(one):
            found.append(Entry(str(one.value).strip()))
    return found


def _value(entries: Sequence[Entry], column: int) -> str:
    """What follows the colon: a text on the same line, or a list below it."""
    if len(entries) == 1:
        return " " + _entry(entries[0])
    return "".join(f"\n{' ' * (column + 2)}- {_entry(one)}" for one in entries)


def _entry(one: Entry) -> str:
    if one.by or one.holds:
        parts = [("text", one.text), ("by", one.by), ("holds", one.holds)]
        return f"{{{', '.join(f'{name}: {written(said)}' for name, said in parts if said)}}}"
    return written(one.text, PLAIN_LISTED)


def _is_empty(node: yaml.Node | None) -> bool:
    return node is None or (isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null")
