"""Paths in sentences, tables and lists.

In: a PathsFound, and what its codes are called. Out: what an Answer is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.app.questions.tables import table_of
from desirepath.app.questions.units import in_words
from desirepath.core.estimate import Estimate, Measured, NoEstimate
from desirepath.measure.walks.path_forms import OTHER, Branch, Exits, FlowNode

if TYPE_CHECKING:
    from desirepath.app.questions.answer import Codes
    from desirepath.app.questions.paths import Paths
    from desirepath.app.questions.walking import Steps
    from desirepath.app.results import Table
    from desirepath.measure.walks.path_answer import PathsFound
    from desirepath.measure.walks.path_rows import PathLine

Int64 = NDArray[np.int64]

ARROW = " > "
_OTHER, _NO_STEP = "(other)", "(no step)"
_EXITS = ("went_on", "ended", "lapsed", "left", "advanced", "in_flight", "cut")
_BACKWARD = ("went_on", "began", "cut")  # read backwards, a walk is over where it began


def plural(unit: str) -> str:
    """'passes', 'sessions'."""
    return f"{unit}es" if unit.endswith("s") else f"{unit}s"


def many(count: int, unit: str) -> str:
    """'1 session', '2,431 sessions'."""
    return f"{count:,} {unit if count == 1 else plural(unit)}"


def path_in_words(codes: Sequence[int], words: Sequence[str], *, backward: bool, goes_on: bool) -> str:
    """'home > cart > …': in the order in which it was walked; what was cut off is an ellipsis."""
    names = [words[c] for c in codes]
    if backward:
        names.reverse()
    if goes_on:
        names = ["…", *names] if backward else [*names, "…"]
    return ARROW.join(names)


def in_share(one: Measured) -> str:
    """'39.3 % (38.1–40.5 %; n 1,234)', or why there is none."""
    told = in_words(one, "share", None)
    if not isinstance(one, Estimate):
        return told
    return f"{told} ({one.low * 100:.1f}–{one.high * 100:.1f} %; n {one.n:,})"


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────────


def says(
    question: Paths, found: PathsFound, steps: Steps, in_flight: int, ends: tuple[str | None, str | None]
) -> tuple[str, ...]:
    """The answer in sentences. ends: what the steps from which and to which was asked are called."""
    if not found.walks:
        return (f"There is no {found.unit} to read a path from.", *_kept_apart(in_flight))
    if found.total == found.without_steps:
        return (_nobody(question, found, steps, ends), *_kept_apart(in_flight))
    body = {"exact": _exact, "flow": _flow, "tree": _tree}[found.form](found, steps)
    return (*body, *_closing(question, found, ends), *_kept_apart(in_flight))


def _nobody(question: Paths, found: PathsFound, steps: Steps, ends: tuple[str | None, str | None]) -> str:
    if not steps.kinds and question.by == "touchpoint":
        return "The journey declares no touchpoint: ask by event, or by channel."
    walks = many(found.walks, found.unit)
    if question.way:
        return f"Of {walks}, none went this way."
    if question.starts_at or question.ends_at:
        wanted = " to ".join(step for step in ends if step)
        return f"Of {walks}, none has a path {'from' if question.starts_at else 'to'} {wanted}."
    return f"Of {walks}, none met a {question.by}."


def _exact(found: PathsFound, steps: Steps) -> list[str]:
    assert found.exact is not None
    first = found.exact.lines[0]
    way = path_in_words(first.steps, steps.labels, backward=found.backward, goes_on=first.goes_on)
    share = f", {in_share(first.share)}" if first.share.known else ""
    told = [
        f"{many(found.total, found.unit)} took {many(found.kinds, 'different path')}. The commonest, {way}: "
        f"{many(first.walks, found.unit)}{share}."
    ]
    if first.succeeded.known:
        told.append(f"Of these, {in_share(first.succeeded)} succeeded.")
    if isinstance(first.time, Estimate) and first.time.value > 0:
        told.append(f"Half of them took {_half(first)}.")
    shown = found.total - found.exact.other - found.exact.without_steps
    if found.exact.other:
        told.append(
            f"The {many(len(found.exact.lines), 'path')} shown make {shown:,}; {many(found.exact.other_kinds, 'path')} "
            f"that are not, {found.exact.other:,}."
        )
    return told


def _half(line: PathLine) -> str:
    assert isinstance(line.time, Estimate)
    told = in_words(line.time, "duration", None)
    low, high = (
        in_words(Estimate(end, end, end, line.time.n, "", 0), "duration", None)
        if np.isfinite(end)
        else "open"
        for end in (line.time.low, line.time.high)
    )
    return f"{told} or less ({low} to {high}; n {line.time.n:,})"


def _flow(found: PathsFound, steps: Steps) -> list[str]:
    assert found.flow is not None
    first = max((n for n in found.flow.nodes if n.position == 0), key=lambda one: one.walks)
    drop = max((n for n in found.flow.nodes if n.code != OTHER), key=lambda one: one.exits.ended)
    over = "had begun" if found.backward else "were over"
    told = [
        f"{many(found.total - found.without_steps, found.unit)}; at position {_position(0, found.backward)} most are "
        f"at {_name(first.code, steps.labels)}: {first.walks:,}."
    ]
    if drop.exits.ended:
        place = f"{_name(drop.code, steps.labels)}, position {_position(drop.position, found.backward)}"
        told.append(f"Most {over} at {place}: {drop.exits.ended:,} of {drop.walks:,}.")
    return told


def _tree(found: PathsFound, steps: Steps) -> list[str]:
    assert found.tree is not None
    longest = max(found.tree.branches, key=lambda one: (len(one.steps), one.walks))
    first = max(found.tree.branches, key=lambda one: one.walks)
    ends = "end" if found.backward else "begin"
    told = [
        f"{many(found.total - found.without_steps, found.unit)} as a tree; most {ends} with "
        f"{steps.labels[first.steps[0]]}: {first.walks:,}."
    ]
    if len(longest.steps) > 1:
        way = path_in_words(longest.steps, steps.labels, backward=found.backward, goes_on=False)
        told.append(f"The longest common way shown is {way}: {longest.walks:,}.")
    return told


def _closing(question: Paths, found: PathsFound, ends: tuple[str | None, str | None]) -> list[str]:
    told = []
    if found.without_steps:
        told.append(f"{many(found.without_steps, found.unit)} of the {found.total:,} met no {question.by}.")
    if question.way:
        told.append(f"Of {many(found.walks, found.unit)}, {found.total:,} went this way.")
    elif ends[0] and ends[1]:
        told.append(
            f"Of {many(found.walks, found.unit)}, {found.began:,} came to {ends[0]}, and {found.total:,} "
            f"from there to {ends[1]}."
        )
    elif ends[0] or ends[1]:
        told.append(f"Of {many(found.walks, found.unit)}, {found.total:,} came to {ends[0] or ends[1]}.")
    return told


def _kept_apart(in_flight: int) -> list[str]:
    if not in_flight:
        return []
    verb = "is" if in_flight == 1 else "are"
    return [
        f"{many(in_flight, 'visit')} {verb} in flight: how they end is not known, and they are none of these."
    ]


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────


def tables(found: PathsFound, steps: Steps, currency: str | None) -> dict[str, Table]:
    """Of the form that was asked for; `currency` is that of the values, which stand in its minor units."""
    contract = {"rule": found.contract.rule}
    if found.flow is not None:
        return _flow_tables(found, steps, contract)
    if found.tree is not None:
        return {"branches": _branches(found, steps, contract)}
    assert found.exact is not None
    columns: dict[str, str | type] = {
        "path": str, "walks": int, "customers": int, "share": "share", "succeeded": "share", "time": "duration",
        "value": "=money", "in_flight": int,
    }  # fmt: skip
    none: Measured = NoEstimate("not_asked")
    value = (lambda minor: minor) if currency else (lambda minor: None)
    rows = [
        (
            path_in_words(line.steps, steps.names, backward=found.backward, goes_on=line.goes_on), line.walks,
            line.customers, line.share, line.succeeded, line.time, value(line.value), line.in_flight,
        )
        for line in found.exact.lines
    ]  # fmt: skip
    for name, count in ((_OTHER, found.exact.other), (_NO_STEP, found.exact.without_steps)):
        if count:
            rows.append((name, count, None, none, none, none, None, None))  # type: ignore[arg-type]  # not counted
    return {"paths": table_of("path", columns, rows, contract)}


def _position(position: int, backward: bool) -> int:
    """From 1; read backwards, −1 is the last."""
    return -(position + 1) if backward else position + 1


def _name(code: int, words: Sequence[str]) -> str:
    return _OTHER if code == OTHER else words[code]


def _exit_columns(backward: bool) -> dict[str, str | type]:
    return dict.fromkeys(_BACKWARD if backward else _EXITS, int)


def _exits(exits: Exits, backward: bool) -> tuple[int, ...]:
    if backward:
        return exits.went_on, exits.ended, exits.cut
    return (
        exits.went_on, exits.ended, exits.lapsed, exits.left, exits.advanced, exits.in_flight, exits.cut,
    )  # fmt: skip


def _flow_tables(found: PathsFound, steps: Steps, contract: dict[str, str]) -> dict[str, Table]:
    assert found.flow is not None
    back = found.backward
    nodes = table_of(
        "node",
        {"position": int, "step": str, "walks": int, **_exit_columns(back)},
        [
            (_position(n.position, back), _name(n.code, steps.names), n.walks, *_exits(n.exits, back))
            for n in found.flow.nodes
        ],
        contract,
    )
    links = table_of(
        "link",
        {"position": int, "from": str, "to": str, "walks": int},
        [
            (_position(k.position, back), _name(k.code, steps.names), _name(k.to, steps.names), k.walks)
            for k in found.flow.links
        ],
        contract,
    )
    return {"nodes": nodes, "links": links}


def _branches(found: PathsFound, steps: Steps, contract: dict[str, str]) -> Table:
    assert found.tree is not None
    exits = _exit_columns(found.backward)
    columns: dict[str, str | type] = {"path": str, "steps": int, "walks": int, "other": int, **exits}
    rows: list[tuple[object, ...]] = [
        (_branch(one, found, steps), len(one.steps), one.walks, one.other, *_exits(one.exits, found.backward))
        for one in found.tree.branches
    ]
    if found.tree.other:
        rows.append((_OTHER, 1, found.tree.other, None, *(None for _ in exits)))
    return table_of("branch", columns, rows, contract)


def _branch(one: Branch, found: PathsFound, steps: Steps) -> str:
    return path_in_words(one.steps, steps.names, backward=found.backward, goes_on=False)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────


def put(made: dict[str, Codes], name: str, codes: Codes) -> None:
    """Under its name; names of steps are anybody's, so two lists could have the same: the later one gets a number."""
    free, number = name, 2
    while free in made:
        free, number = f"{name} ({number})", number + 1
    made[free] = codes


def lists(found: PathsFound, steps: Steps) -> dict[str, Codes]:
    """The customers behind each path, node or branch, behind the rest, and behind all."""
    counts = found.counts
    everything = np.arange(len(counts.key))
    made: dict[str, Codes] = {"all": lambda: found.customers(everything)}
    codes = counts.steps()
    empty = np.flatnonzero(codes[:, 0] < 0)
    if len(empty):
        made["no step"] = lambda: found.customers(empty)
    if found.exact is not None:
        shown = np.zeros(len(everything), np.bool_)
        for number, line in enumerate(found.exact.lines, 1):
            shown[line.first : line.last] = True
            made[f"path {number}"] = lambda line=line: found.customers(np.arange(line.first, line.last))  # type: ignore[misc]  # bound now
        rest = np.flatnonzero(~shown & (codes[:, 0] >= 0))
        made["other"] = lambda: found.customers(rest)
    over = "began" if found.backward else "ended"
    for node in found.flow.nodes if found.flow is not None else ():
        if node.code != OTHER:
            name = f"{_position(node.position, found.backward)} {steps.names[node.code]}"
            put(made, name, lambda node=node: found.customers(_at(node, codes)))  # type: ignore[misc]
            put(made, f"{name} {over}", lambda node=node: found.customers(_stopped(node, codes, counts.fate)))  # type: ignore[misc]
    for one in found.tree.branches if found.tree is not None else ():
        put(made, _branch(one, found, steps), lambda one=one: found.customers(np.arange(one.first, one.last)))  # type: ignore[misc]
    return made


def _at(node: FlowNode, codes: NDArray[np.int16]) -> Int64:
    """The rows of the counts that have the node's step at its position."""
    found: Int64 = np.flatnonzero(codes[:, node.position] == node.code)
    return found


def _stopped(node: FlowNode, codes: NDArray[np.int16], fate: NDArray[np.int8]) -> Int64:
    """Those whose walks were over there."""
    from desirepath.measure.walks.walk import Fate

    rows = _at(node, codes)
    last = (
        codes[rows, node.position + 1] < 0 if node.position + 1 < codes.shape[1] else np.ones(len(rows), bool)
    )
    found: Int64 = rows[last & (fate[rows] != Fate.IN_FLIGHT) & (fate[rows] != Fate.CUT)]
    return found
