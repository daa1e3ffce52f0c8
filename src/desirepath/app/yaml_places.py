"""Where things stand in a YAML text, and how a text is written into it: what editing one place of it has in common.

In: a text, and PyYAML's nodes of it. Out: places in the text; a text as YAML; a change that leaves line ends alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from desirepath.core.yaml_lines import read_document

PLAIN = re.compile(r"[^\W\d_][\w .'’?!()/+%€$;–-]*[\w.'’?!)%€$]|[^\W\d_]")
# Beside others in a block list, a comma is plain.
PLAIN_LISTED = re.compile(r"[^\W\d_][\w .,'’?!()/+%€$;–-]*[\w.'’?!)%€$]|[^\W\d_]")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def written(text: str, plain: re.Pattern[str] = PLAIN) -> str:
    """A text as people would write it in YAML: quoted where something else could be read into it.

    plain: what needs no quotes where it stands.
    """
    if plain.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def said(text: str, name: str) -> dict[str, Any]:
    """What the text says, as values; nothing where it is no mapping. name: the file's, for DefinitionError."""
    value = read_document(text.removeprefix("\ufeff"), name).value
    return dict(value) if isinstance(value, dict) else {}


def as_it_was(text: str, change: Callable[[str], str]) -> str:
    """The change, made with plain line ends; the text's own (and its mark at the start) stay what they were."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    line = "\r\n" if "\r\n" in text else "\n"
    changed = change(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    return mark + changed.replace("\n", line)


def node_at(text: str, way: Sequence[str]) -> yaml.Node | None:
    """The value at the end of the way; None where there is none."""
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in way:
        found = pair_of(node, name)
        if found is None:
            return None
        node = found[1]
    return node


def pair_of(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and value of that name; None where there is none."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((key, value) for key, value in node.value if key.value == name), None)


def end_of(text: str, node: yaml.Node, key: yaml.Node | None = None) -> int:
    """Where a value ends. A block's own mark stands at what follows it, behind comments and empty lines."""
    if key is not None and node.start_mark.index == node.end_mark.index:  # nothing stands there
        return text.index(":", key.end_mark.index) + 1
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end_of(text, last[1], last[0]) if isinstance(node, yaml.MappingNode) else end_of(text, last)
    end: int = node.end_mark.index
    return len(text[:end].rstrip()) if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") else end


def without_lines(text: str, start: int, end: int) -> str:
    """Without the lines from `start` to `end`."""
    first, after = text.rfind("\n", 0, start) + 1, line_end(text, end)
    return text[:first] + text[after + 1 :]


def line_end(text: str, place: int) -> int:
    """Where the line of this place ends."""
    end = text.find("\n", place)
    return len(text) if end < 0 else end
