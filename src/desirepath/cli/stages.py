"""The stages as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desirepath.cli.output import print_table, say, say_share, say_time

if TYPE_CHECKING:
    from desirepath.app.asking import Stages

_COLUMNS = (
    "stage", "customers", "entered", "skipped", "succeeded", "left", "lapsed", "in flight", "rate", "median time",
)  # fmt: skip


def print_stages(answers: Stages) -> None:
    """Each stage in a row; then what its rate means."""
    found = list(answers)
    rows: list[tuple[object, ...]] = [
        (
            a.stage, a.customers, a.entered, a.skipped, a.succeeded, a.left, a.lapsed, a.in_flight,
            say_share(a.rate), say_time(a.time_quartiles[1]),
        )
        for a in found
    ]  # fmt: skip
    way = answers.whole
    rows.append(
        (
            "whole journey", way.customers, way.entered, "", way.succeeded, way.left, way.lapsed, way.in_flight,
            say_share(way.rate), say_time(way.time_quartiles[1]),
        )
    )  # fmt: skip
    print_table(_COLUMNS, rows, right=_COLUMNS[1:])
    print()
    for a in found:
        say(f"{a.stage}: {a.contract.question} Rate over {a.contract.denominator}.", "dim")
    say(f"whole journey: {way.contract.question} Rate over {way.contract.denominator}.", "dim")
    if answers.asked.other_currencies:
        other = f"{answers.asked.other_currencies:,} events have a value in another currency than"
        say(f"{other} {answers.asked.currency}: their value is left out of all sums.", "yellow")
    left_out = [str(one) for one in answers.asked.excluded if one.customers]
    if left_out:
        say(f"Excluded: {'; '.join(left_out)}.", "dim")
    as_of = answers.asked.as_of
    known = (
        f"As of {as_of:%Y-%m-%d %H:%M} ({answers.asked.time_zone})" if as_of else "No event has been placed"
    )
    say(f"{known}; definition {answers.asked.definition}.", "dim")
