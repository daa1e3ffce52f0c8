"""One place of a YAML text changed, the rest of the text left as it is: comments, order, quotes, empty lines.

In: the text, the way to a value (keys), what it is to be, already written as YAML. Out: the text with only that
changed. The places come from PyYAML's nodes. Who calls reads the result again and compares: what this does not
foresee (anchors, say) is refused there and never written wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import yaml

from desirepath.app.yaml_places import as_it_was, end_of, line_end, node_at, pair_of, without_lines, written

_AFTER = re.compile(r"\n+( *)#.*")  # a comment on a line of its own
_WIDE = 100  # characters of an entry that still stands on one line


def inline(fields: Mapping[str, str]) -> str:
    """Fields, already written, as an entry of one line: {label: On the phone, rule: "…"}."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in fields.items()) + "}"


def put(text: str, way: Sequence[str], value: str | Mapping[str, str]) -> str:
    """The text with this value at the end of the way; entries on the way that are not there are made.

    value: written YAML of one line; or fields, which stand below each other where they are too many for one line.
    """
    return as_it_was(text, lambda plain: _put(plain, tuple(way), value))


def drop(text: str, way: Sequence[str]) -> str:
    """The text without the entry at the end of the way, and the comment beside it; as it is where there is none."""
    return as_it_was(text, lambda plain: _drop(plain, tuple(way)))


def rename(text: str, way: Sequence[str], name: str) -> str:
    """The text with another name for the entry at the end of the way."""

    def change(plain: str) -> str:
        found = pair_of(node_at(plain, way[:-1]), way[-1])
        if found is None:
            return plain
        key = found[0]
        return plain[: key.start_mark.index] + written(name) + plain[key.end_mark.index :]

    return as_it_was(text, change)


def entries_of(text: str, section: str) -> dict[str, str]:
    """The entries of a section that stand on lines of their own: name → its lines, as they are, indented by two.

    Comments that follow, indented below it, are an entry's too.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    node = node_at(plain, (section,))
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return {}
    found = {}
    for key, value in node.value:
        begin, column = plain.rfind("\n", 0, key.start_mark.index) + 1, key.start_mark.column
        end = _entry_end(plain, key, value)
        found[key.value] = _indented(plain[begin:end].split("\n"), 2 - column)
    return found


def add_entries(text: str, section: str, entries: Sequence[str]) -> str:
    """The text with these entries (lines, indented by two) at the end of a section; it is made where there is none."""

    def change(plain: str) -> str:
        node = node_at(plain, (section,))
        if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
            key, value = node.value[-1]
            by = node.value[0][0].start_mark.column - 2
            end = _entry_end(plain, key, value)
            more = "".join(f"\n\n{_indented(one.split(chr(10)), by)}" for one in entries)
            return plain[:end] + more + plain[end:]
        pair = pair_of(node_at(plain, ()), section)
        more = "".join(f"\n{one}\n" for one in entries)
        if pair is None:
            return f"{plain.rstrip(chr(10))}\n\n{section}:\n{more}".lstrip("\n")
        if pair[1].start_mark.index != pair[1].end_mark.index:
            return plain  # a list, or braces: whoever calls sees that nothing was added
        end = line_end(plain, pair[0].end_mark.index)
        return f"{plain[:end]}\n{more.rstrip(chr(10))}{plain[end:]}"

    return as_it_was(text, change)


def put_item(text: str, place: int | None, value: str) -> str:
    """A list's text with this item at a place (from 0), or at its end (None). value: written YAML of one line."""

    def change(plain: str) -> str:
        items = _items(plain)
        if place is not None:
            item = items[place]
            return plain[: item.start_mark.index] + value + plain[end_of(plain, item) :]
        before = plain.rstrip("\n")
        return f"{before}{chr(10) if before else ''}- {value}\n"

    return as_it_was(_block_list(text), change)


def drop_item(text: str, place: int) -> str:
    """A list's text without the item at a place (from 0)."""

    def change(plain: str) -> str:
        item = _items(plain)[place]
        return without_lines(plain, item.start_mark.index, end_of(plain, item))

    return as_it_was(_block_list(text), change)


# ── entries ──────────────────────────────────────────────────────────────────────────────────────────────


def _put(text: str, way: tuple[str, ...], value: str | Mapping[str, str]) -> str:
    parent = node_at(text, way[:-1])
    if isinstance(parent, yaml.MappingNode) and parent.value:
        found = pair_of(parent, way[-1])
        return _replaced(text, parent, found, value) if found else _added(text, parent, way[-1], value)
    if isinstance(parent, yaml.MappingNode) and parent.flow_style:  # {}
        inner = f"{way[-1]}: {_one_line(value)}"
        return text[: parent.start_mark.index + 1] + inner + text[parent.end_mark.index - 1 :]
    if len(way) == 1:  # an empty file: what stands there are comments
        before = text.rstrip("\n")
        return f"{before}{chr(10) if before else ''}{way[0]}:{_below(value, 0)}\n"
    if parent is None:
        return _put_section(text, way, value)
    key = pair_of(node_at(text, way[:-2]), way[-2])
    assert key is not None
    column = key[0].start_mark.column + 2
    end = end_of(text, key[1], key[0])
    begin = text.index(":", key[0].end_mark.index) + 1
    if begin == end:  # nothing stands there but perhaps a comment, which stays
        begin = end = line_end(text, end)
    return f"{text[:begin]}\n{' ' * column}{way[-1]}:{_below(value, column)}{text[end:]}"


def _put_section(text: str, way: tuple[str, ...], value: str | Mapping[str, str]) -> str:
    """The entry above is not there either: both are added, the upper one at the end of its own."""
    nested = inline({way[-1]: _one_line(value)})
    if len(way) > 2:
        return _put(text, way[:-1], nested)
    before = text.rstrip("\n")
    return f"{before}\n\n{way[0]}:\n  {way[1]}:{_below(value, 2)}\n"


def _replaced(
    text: str, parent: yaml.MappingNode, found: tuple[yaml.Node, yaml.Node], value: str | Mapping[str, str]
) -> str:
    key, node = found
    told = f" {_one_line(value)}" if parent.flow_style else _below(value, key.start_mark.column)
    return f"{text[: key.end_mark.index]}:{told}{text[end_of(text, node, key) :]}"


def _added(text: str, parent: yaml.MappingNode, name: str, value: str | Mapping[str, str]) -> str:
    last_key, last = parent.value[-1]
    end = end_of(text, last, last_key)
    if parent.flow_style:
        return f"{text[:end]}, {name}: {_one_line(value)}{text[end:]}"
    # After the whole line: a comment beside the last value stays there.
    end, column = line_end(text, end), parent.value[0][0].start_mark.column
    return f"{text[:end]}\n{' ' * column}{name}:{_below(value, column)}{text[end:]}"


def _drop(text: str, way: tuple[str, ...]) -> str:
    parent = node_at(text, way[:-1])
    found = pair_of(parent, way[-1])
    if found is None or not isinstance(parent, yaml.MappingNode):
        return text
    key, node = found
    if not parent.flow_style:
        return without_lines(text, key.start_mark.index, end_of(text, node, key))
    kept = [text[k.start_mark.index : end_of(text, v, k)] for k, v in parent.value if k is not key]
    return text[: parent.start_mark.index] + "{" + ", ".join(kept) + "}" + text[parent.end_mark.index :]


def _one_line(value: str | Mapping[str, str]) -> str:
    return value if isinstance(value, str) else inline(value)


def _below(value: str | Mapping[str, str], column: int) -> str:
    """What follows the colon: the value on the same line, or its fields below it where that would be too wide."""
    told = _one_line(value)
    if isinstance(value, str) or len(told) <= _WIDE:
        return f" {told}"
    return "".join(f"\n{' ' * (column + 2)}{name}: {one}" for name, one in value.items())


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────


def _items(text: str) -> list[yaml.Node]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return list(root.value) if isinstance(root, yaml.SequenceNode) else []


def _block_list(text: str) -> str:
    """A list in brackets as one item a line: there is then a line to change."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.SequenceNode) or not root.flow_style:
        return text
    lines = "".join(f"- {text[one.start_mark.index : one.end_mark.index]}\n" for one in root.value)
    return text[: root.start_mark.index] + lines + text[root.end_mark.index :].lstrip("\n")


def _entry_end(text: str, key: yaml.Node, value: yaml.Node) -> int:
    """Where an entry's last line ends, the comments that follow, indented below it, taken in."""
    end, column = line_end(text, end_of(text, value, key)), key.start_mark.column
    while (after := _AFTER.match(text, end)) and len(after[1]) > column:
        end = after.end()
    return end


def _indented(lines: Sequence[str], by: int) -> str:
    """Lines moved to the right, or (below 0) to the left."""
    return "\n".join(" " * by + one if by > 0 and one else one[-by:] if by < 0 else one for one in lines)
