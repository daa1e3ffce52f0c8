"""The tables of an answer for people: shares as percent, times in days, money in its currency, ends in brackets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desirepath.app.results import Table
from desirepath.cli.output import print_table, say
from desirepath.core.money import exponent
from desirepath.core.times import AT_ONCE, say_duration

_SHOWN = 40  # rows of a table on a terminal: more is a file's business


def print_answer_table(table: Table, currency: str | None) -> None:
    """A table of an answer. What stands in four columns of a file is one here: '39.3 % (38.9–39.7), n 1,234'."""
    estimates = [name for name in table.columns if f"{name}_low" in table.columns]
    hidden = {f"{name}{part}" for name in estimates for part in ("_low", "_high", "_n")}
    names = [name for name in table.columns if name not in hidden]
    rows = [
        [_cell(dict(zip(table.columns, row, strict=True)), name, table, currency) for name in names]
        for row in table.rows[:_SHOWN]
    ]
    numbers = [name for name in names if table.kinds.get(name) in (int, float) or name in table.units]
    print_table(
        [name.replace("_", " ") for name in names], rows, right=[n.replace("_", " ") for n in numbers]
    )
    if len(table.rows) > _SHOWN:
        say(f"… and {len(table.rows) - _SHOWN:,} more rows: write them with --output FILE.", "dim")


def _cell(row: dict[str, Any], name: str, table: Table, currency: str | None) -> str:
    value, unit = row[name], _unit_of(row, name, table)
    if f"{name}_low" not in row:
        return _plain(value) if not unit or value is None else in_unit(value, unit, currency)
    n = row.get(f"{name}_n")
    of = f", n {n:,}" if n is not None else ""
    if value is None:
        return f"– (n {n:,})" if n is not None else "–"
    low, high = (row[f"{name}_{end}"] for end in ("low", "high"))
    time = unit == "duration" and not table.units.get(name, "").endswith(" apart")
    told = AT_ONCE if time and value == 0 else in_unit(value, unit, currency)
    if low is None and high is None:
        return f"{told}{of}"
    ends = f"{_end(low, unit, currency)}–{_end(high, unit, currency)}"
    return f"{told} ({ends}){of}"


def _unit_of(row: dict[str, Any], name: str, table: Table) -> str:
    """The unit of a column; "@unit": the one that the row's own column `unit` says; "@unit apart": its differences'."""
    told = table.units.get(name, "")
    if not told.startswith("@"):
        return told
    column, _, apart = told[1:].partition(" ")
    unit = str(row[column])
    return "points" if apart and unit == "share" else unit


def _end(value: float | None, unit: str, currency: str | None) -> str:
    """An end of an interval, without the unit that stands beside it already; '…' where it is open."""
    if value is None:
        return "…"
    if unit in ("share", "points"):
        return f"{value * 100:.1f}"
    return in_unit(value, unit, None if unit == "money" and currency is None else currency)


def in_unit(value: float, unit: str, currency: str | None) -> str:
    """A number in the words of its unit."""
    if unit == "share":
        return f"{value * 100:.1f} %"
    if unit == "points":
        return f"{value * 100:+.1f} points"
    if unit == "duration":
        return say_duration(round(value))
    if unit == "money":
        amount = f"{value / 10 ** exponent(currency):,.2f}"
        return f"{amount} {currency}" if currency else amount
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if (value.hour, value.minute) != (0, 0) else f"{value:%Y-%m-%d}"
    return str(value)
