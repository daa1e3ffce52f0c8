"""What somebody has put right in a drafted sources.yaml: other columns, other names, sources left out.

In: the text as it was drafted, and choices by source. Out: the text with these lines in place of the guesses; all else,
its comments too, stays. The text is our own, so that its indentation says where an entry begins and ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from desirepath.collect.guess.words import title
from desirepath.collect.guess.yaml import flow_map, scalar

_NEXT = re.compile(r" {0,2}\S")  # a line that begins another entry, or another section
_AFTER = ("files", "sheet", "delimiter", "header", "header_rows", "query", "format", "encoding")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one source; None: as it was guessed.

    event, channel: a name that holds for every row; of_event, of_channel: the column that says it. value: the column of
    amounts, "" for none. format: of the time. complete_until: the day until which the source has everything, "" for its
    newest event. used: False leaves the source out.
    """

    used: bool = True
    time: str | None = None
    format: str | None = None
    event: str | None = None
    of_event: str | None = None
    names: Mapping[str, str] | None = None  # of events, as the column has them → as they are called
    identifiers: Mapping[str, str] | None = None
    value: str | None = None
    channel: str | None = None
    of_channel: str | None = None
    complete_until: str | None = None

    def renamed(self, names: Mapping[str, str]) -> Choice:
        """The same, with events called as the journey wants them."""
        if self.of_event is not None:
            return replace(self, names={**(self.names or {}), **names})
        return self if self.event is None else replace(self, event=names.get(self.event, self.event))


def corrected(text: str, choices: Mapping[str, Choice]) -> str:
    """The text with what was chosen. A source that is not in it is passed over."""
    lines = text.splitlines()
    for name, choice in choices.items():
        place = _place(lines, name)
        if place is not None:
            start, end = place
            lines[start:end] = _entry(lines[start:end], name, choice) if choice.used else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _place(lines: list[str], name: str) -> tuple[int, int] | None:
    """From the line of a source's name to the one after its last."""
    head = f"  {scalar(name)}:"
    start = next((n for n, line in enumerate(lines) if line == head or line.startswith(f"{head} ")), None)
    if start is None:
        return None
    end = next((n for n in range(start + 1, len(lines)) if _NEXT.match(lines[n])), len(lines))
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return start, end


def _entry(lines: list[str], name: str, choice: Choice) -> list[str]:
    several = any(line.startswith("    events:") for line in lines)
    if several and (choice.time is not None or choice.event is not None or choice.of_event is not None):
        # One row is one event from now on: what each of several said for itself is gone.
        _take_out(lines, "events")
        if choice.event is None and choice.of_event is None:
            choice = replace(choice, event=title(name) or name)
    if choice.complete_until:  # what was proposed for it is said now
        lines = [line for line in lines if not line.startswith("    # complete_until:")]
    for key, value in _said(choice, lines):
        _set(lines, key, value)
    return lines


def _said(choice: Choice, lines: list[str]) -> list[tuple[str, str]]:
    """The keys that were chosen, each with what stands there; "" takes the key away."""
    said: list[tuple[str, str]] = []
    if choice.time is not None:
        column = {"column": choice.time}
        said.append(
            ("time", flow_map({**column, "format": choice.format}) if choice.format else scalar(choice.time))
        )
    if choice.of_event is not None:
        names = {"map": choice.names} if choice.names else {}
        said.append(("event", flow_map({"column": choice.of_event, **names})))
    elif choice.event is not None:
        said.append(("event", scalar(choice.event)))
    if choice.identifiers is not None:
        said.append(("identifiers", flow_map(dict(choice.identifiers))))
    if choice.value is not None:
        said.append(("value", scalar(choice.value) if choice.value else ""))
        if not choice.value and any(line.startswith("    currency:") for line in lines):
            said.append(("currency", ""))
    if choice.of_channel is not None:
        said.append(("channel", flow_map({"column": choice.of_channel})))
    elif choice.channel is not None:
        said.append(("channel", scalar(choice.channel) if choice.channel else ""))
    if choice.complete_until is not None:
        said.append(("complete_until", scalar(choice.complete_until) if choice.complete_until else ""))
    return said


def _take_out(lines: list[str], key: str) -> int | None:
    """Remove a key with all that belongs to it; where it stood."""
    at = next((n for n, line in enumerate(lines) if line.startswith(f"    {key}:")), None)
    if at is None:
        return None
    end = at + 1
    while end < len(lines) and lines[end].startswith("     "):
        end += 1
    del lines[at:end]
    return at


def _set(lines: list[str], key: str, value: str) -> None:
    at = _take_out(lines, key)
    if not value:
        return
    if at is None:
        last = [n for n, line in enumerate(lines) if line.strip().partition(":")[0] in _AFTER]
        at = (last[-1] if last else 0) + 1
        while at < len(lines) and lines[at].startswith("     "):
            at += 1
    lines.insert(at, f"    {key}: {value}")
