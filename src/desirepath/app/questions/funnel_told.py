"""The funnel's answer in sentences, tables and lists.

In: a FunnelAnswer, those of its groups, a trend, a recount. Out: what an Answer is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from desirepath.app.questions.tables import table_of
from desirepath.core.times import AT_ONCE, from_us

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Codes
    from desirepath.app.results import Table
    from desirepath.measure.funnel import FunnelPlan
    from desirepath.measure.funnel.answers import FunnelAnswer, StepAnswer, Trend
    from desirepath.measure.funnel.others import Recount
    from desirepath.measure.funnel.rows import FunnelRows

_REASONS_TOLD = 3
Parts = Sequence[tuple[str, "FunnelAnswer"]]


def names_of(texts: Sequence[str]) -> tuple[str, ...]:
    """A name a step, as it was written; a step that comes again has its number behind it."""
    seen: dict[str, int] = {}
    names = []
    for place, text in enumerate(step.strip() for step in texts):
        names.append(text if text not in seen else f"{text} ({place + 1})")
        seen[text] = place
    return tuple(names)


def _label(answer: FunnelAnswer, step: StepAnswer) -> str:
    return f"{step.step} (optional)" if step.optional else step.step


def _required(answer: FunnelAnswer) -> list[StepAnswer]:
    return [step for step in answer.steps if not step.optional]


# ---- sentences ----------------------------------------------------------------------------------------


def says(answer: FunnelAnswer, names: Sequence[str], source: str, asking: Asking) -> tuple[str, ...]:
    """The answer in sentences."""
    from desirepath.app.questions.retention_told import in_share
    from desirepath.app.questions.units import in_words

    steps = _required(answer)
    one = answer.entries == 1
    unit = (
        ("entry" if one else "entries")
        if answer.unit == "entry"
        else f"customer{'' if one else 's'} who entered"
    )
    if not answer.entries:
        first = "any of the steps" if answer.plan.order == "any" else steps[0].step
        having = f" with {answer.plan.held} told, which all steps must share" if answer.plan.held else ""
        return (f"Nobody entered: of those asked about, nobody did {first}{having}.",)
    if len(steps) == 1:
        who = f"{unit.split()[0]} {'of' if answer.unit == 'entry' else 'did'}"
        return (f"{answer.entries:,} {who} {steps[0].step}; a funnel of one step asks no more.",)
    at = "" if answer.plan.order == "any" else f" at {steps[0].step}"
    window = answer.plan.window.words
    whole = f"{in_share(answer.rate)} came through to {steps[-1].step} within {window}"
    if answer.plan.order == "any":
        whole = f"{in_share(answer.rate)} did all {len(steps)} steps within {window}"
    if not answer.rate.known:
        whole = f"how many came through within {window} cannot be said: {in_share(answer.rate)}"
    found = [f"Of {answer.entries:,} {unit}{at}, {whole}."]
    lost = max(steps[:-1], key=lambda one: one.failed, default=None)
    if lost is not None and lost.failed:
        broken = f", {lost.broken:,} of them because the attempt was broken" if lost.broken else ""
        found.append(
            f"Most stop after {lost.step}: {lost.failed:,} of the {lost.reached:,} who did it{broken}."
        )
    if answer.time_of_converted[1].known:
        middle = in_words(answer.time_of_converted[1], "duration", None)
        took = f"did so {AT_ONCE}" if middle == AT_ONCE else f"took {middle} or less"
        found.append(f"Half of those who came through {took}.")
    if answer.in_flight:
        until = f"{from_us(answer.known, asking.journey.time_zone):%Y-%m-%d %H:%M}"
        by = f' (source "{source}")' if source else ""
        are = "are" if answer.in_flight > 1 else "is"
        found.append(
            f"{answer.in_flight:,} {are} still on the way: steps are known until {until}{by}, the window is still open."
        )
    return tuple(found)


def group_says(parts: Parts, overlap: bool, by: str) -> tuple[str, ...]:
    """Which group comes through most and least, and whether groups overlap."""
    from desirepath.app.questions.retention_told import in_share
    from desirepath.core.estimate import Estimate

    known = [(label, one.rate) for label, one in parts if isinstance(one.rate, Estimate)]
    found = []
    if len(known) > 1:
        known.sort(key=lambda item: -item[1].value)
        (high, most), (low, least) = known[0], known[-1]
        found.append(
            f"By {by}: most come through of {high}, {in_share(most)}; fewest of {low}, {in_share(least)}."
        )
    if overlap:
        found.append("Groups overlap: a customer can be in several.")
    return tuple(found)


def recount_says(other: Recount) -> tuple[str, ...]:
    """What the other tool finds, who differs, and the commonest reasons."""
    from desirepath.measure.funnel.others import NAMES

    name, many = NAMES[other.tool], len(other.customer)
    differ = "1 customer differs" if many == 1 else f"{many:,} customers differ"
    found = [
        f"As {name} counts, {int(other.theirs[0]):,} entered and {int(other.theirs[-1]):,} came through; by our rules "
        f"{int(other.ours[0]):,} and {int(other.ours[-1]):,}. {differ}."
    ]
    for why, of in list(other.reasons.items())[:_REASONS_TOLD]:
        found.append(f"{of:,} differ{'s' if of == 1 else ''} since {why}.")
    return tuple(found)


# ---- tables -------------------------------------------------------------------------------------------


_STEPS: dict[str, str | type] = {
    "step": str, "reached": int, "dropped": int, "broken": int, "in_flight": int, "rate": "share", "step_rate": "share",
}  # fmt: skip


def _step_row(answer: FunnelAnswer, step: StepAnswer) -> tuple[Any, ...]:
    return (
        _label(answer, step), step.reached, step.failed, step.broken, step.in_flight, step.rate, step.step_rate,
    )  # fmt: skip


def tables(answer: FunnelAnswer) -> dict[str, Table]:
    """The steps; how probable each is in the end and how soon it comes; how long the whole takes."""
    contract = {"rule": answer.contract.rule, "definition": answer.contract.definition}
    steps = table_of("step", _STEPS, [_step_row(answer, step) for step in answer.steps], contract)
    later = [step for step in answer.steps if step.place and not step.optional]
    waits = table_of(
        "step",
        {"step": str, "eventually": "share", "wait": "duration", "since_entry": "duration"},
        [(step.step, step.eventually, step.wait[1], step.time_quartiles[1]) for step in later],
        contract,
    )
    quarters = ("a quarter", "half", "three quarters")
    times = table_of(
        "share of entries",
        {"share": str, "of_all": "duration", "of_those_through": "duration"},
        list(zip(quarters, answer.time_quartiles, answer.time_of_converted, strict=True)) if later else [],
        contract,
    )
    return {"steps": steps, "waits": waits, "times": times}


def group_tables(parts: Parts) -> dict[str, Table]:
    """A row a group, and every step of every group."""
    columns: dict[str, str | type] = {
        "group": str, "entries": int, "converted": int, "dropped": int, "in_flight": int, "rate": "share",
        "eventually": "share", "time": "duration",
    }  # fmt: skip
    rows = [
        (label, a.entries, a.converted, a.failed, a.in_flight, a.rate, a.eventually, a.time_of_converted[1])
        for label, a in parts
    ]
    every = [(label, *_step_row(a, step)) for label, a in parts for step in a.steps]
    return {
        "groups": table_of("group", columns, rows),
        "group_steps": table_of("group and step", {"group": str, **_STEPS}, every),
    }


def trend_table(trend: Trend, zone: str) -> Table:
    """A row a day, week or month of entry."""
    columns: dict[str, str | type] = {
        trend.step: str, "entries": int, "converted": int, "in_flight": int, "rate": "share",
    }  # fmt: skip
    rows = [
        (
            f"{from_us(int(at), zone):%Y-%m}" if trend.step == "month" else f"{from_us(int(at), zone):%Y-%m-%d}",
            int(trend.entries[i]), int(trend.converted[i]), int(trend.in_flight[i]), trend.rate[i],
        )
        for i, at in enumerate(trend.at)
    ]  # fmt: skip
    return table_of(trend.step, columns, rows)


def recount_tables(other: Recount, answer: FunnelAnswer, asking: Asking) -> dict[str, Table]:
    """Both counts, a row a step; the reasons; every customer who differs, with why."""
    steps = _required(answer)
    contract = {"they": "; ".join(other.told)}
    both = table_of(
        "step",
        {"step": str, "ours": int, "theirs": int},
        [(s.step, int(other.ours[i]), int(other.theirs[i])) for i, s in enumerate(steps)],
        contract,
    )
    reasons = table_of("reason", {"because": str, "customers": int}, list(other.reasons.items()), contract)
    words = {-1: "taken out", 0: "not entered"} | {i + 1: s.step for i, s in enumerate(steps)}
    ids = asking.ids_of(other.customer).to_pylist()
    differing = [
        (who, words[int(ours)], words[int(theirs)], why)
        for who, ours, theirs, why in zip(ids, other.our_level, other.their_level, other.why, strict=True)
    ]
    columns: dict[str, str | type] = {"customer": str, "ours": str, "theirs": str, "because": str}
    return {
        "as_counted_by": both,
        "reasons": reasons,
        "counted_otherwise": table_of("customer", columns, differing, contract),
    }


# ---- lists --------------------------------------------------------------------------------------------


def lists(rows: FunnelRows, plan: FunnelPlan, names: Sequence[str]) -> dict[str, Codes]:
    """Who came through, and who reached, dropped and is in flight at every step. A list is as long as the count."""
    from desirepath.measure.funnel.rows import members

    found: dict[str, Codes] = {
        "converted": lambda: members(rows, "converted"),
        "dropped": lambda: members(rows, "failed"),
        "in flight": lambda: members(rows, "in_flight"),
    }
    for level, place in enumerate(plan.required):
        name = f"any {level + 1}" if plan.order == "any" else names[place]
        found[f"reached {name}"] = lambda level=level: members(rows, "reached", level)  # type: ignore[misc]
        if level < len(plan.required) - 1:
            found[f"dropped at {name}"] = lambda level=level: members(rows, "failed", level)  # type: ignore[misc]
            found[f"in flight at {name}"] = lambda level=level: members(rows, "in_flight", level)  # type: ignore[misc]
    return found
