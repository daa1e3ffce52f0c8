"""The key numbers of a workspace at one time, as a file that diffs: what `check` compares later numbers with.

In: numbers with their intervals; or the text of a baseline file. Out: a Baseline; or its text. Times are ISO days and
seconds; shares are 0 … 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from desirepath.core.errors import DesirepathError
from desirepath.core.estimate import Estimate, Measured

FORMAT = 1


class BaselineError(DesirepathError):
    """A baseline file cannot be used."""

    code = "baseline"


@dataclass(frozen=True, slots=True)
class Number:
    """A measured number: a share (0 … 1), or a time in seconds. n: how many it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Beat:
    """How busy a source, or one event of it, is. last: the day of its newest event; per_day: over its own days."""

    events: int
    per_day: float
    last: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """Everything that is kept. Numbers that could not be said are missing, never zero.

    rates, medians, reached: by stage; medians in seconds, reached: share of customers. kept: by promise.
    rejects: share of rows set aside, by source. sources: by name; events: by source and name.
    """

    journey: str
    definition: str
    as_of: str
    customers: int
    rates: Mapping[str, Number]
    medians: Mapping[str, Number]
    reached: Mapping[str, Number]
    kept: Mapping[str, Number]
    rejects: Mapping[str, Number]
    sources: Mapping[str, Beat]
    events: Mapping[str, Mapping[str, Beat]]

    def text(self) -> str:
        """The file: keys sorted, a number a line, so that a change of it is a line in Git."""
        return (
            json.dumps({"baseline": FORMAT, **asdict(self)}, indent=1, sort_keys=True, ensure_ascii=False)
            + "\n"
        )


def number(measured: Measured, unit: float = 1.0) -> Number | None:
    """A Number of an estimate, divided by `unit`; None where there is none."""
    if not isinstance(measured, Estimate):
        return None
    ends = (measured.value, measured.low, measured.high)
    value, low, high = (round(one / unit, 6) for one in ends)
    # An open end of an interval is no number in JSON; the value itself says as little.
    return Number(value, max(low, -1e15), min(high, 1e15), measured.n)


def numbers(measured: Mapping[str, Measured], unit: float = 1.0) -> dict[str, Number]:
    """Those of many estimates that are there."""
    found = {name: number(one, unit) for name, one in measured.items()}
    return {name: one for name, one in found.items() if one is not None}


_NUMBERS = ("rates", "medians", "reached", "kept", "rejects")


def read_baseline(text: str, file: str) -> Baseline:
    """A baseline file. Raises BaselineError where it is none, or of another format."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise _no(file, f"it is no JSON ({error})") from None
    if not isinstance(raw, dict) or "baseline" not in raw:
        raise _no(file, "it is no baseline")
    if raw["baseline"] != FORMAT:
        raise _no(file, f"its format is {raw['baseline']}, and {FORMAT} is wanted")
    try:
        return _read(raw)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _no(file, f"something in it is missing or of another kind: {error}") from None


def _read(raw: dict[str, Any]) -> Baseline:
    measured = {name: {str(k): _number(v) for k, v in raw[name].items()} for name in _NUMBERS}
    return Baseline(
        journey=str(raw["journey"]),
        definition=str(raw["definition"]),
        as_of=str(raw["as_of"]),
        customers=int(raw["customers"]),
        sources={str(k): _beat(v) for k, v in raw["sources"].items()},
        events={str(k): {str(e): _beat(b) for e, b in v.items()} for k, v in raw["events"].items()},
        **measured,
    )


def _number(raw: Mapping[str, Any]) -> Number:
    return Number(float(raw["value"]), float(raw["low"]), float(raw["high"]), int(raw["n"]))


def _beat(raw: Mapping[str, Any]) -> Beat:
    return Beat(int(raw["events"]), float(raw["per_day"]), str(raw["last"]))


def _no(file: str, why: str) -> BaselineError:
    return BaselineError(
        f"{file} cannot be used: {why}.", hint="Make one with: desirepath check FOLDER --save FILE"
    )
