"""The results of the part "questions" as a Markdown table: a row a question, a column an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

OURS = "Desirepath"
# What others cannot say at all stands under the table of the others.
ALONE = {"friction, whole": "Friction as the product asks it"}
Results = dict[str, dict[str, Any]]


def lines(results: Results, number: Callable[[float], str]) -> Iterator[str]:
    """The tables, what some engines cannot say, and what was found equal."""
    ours = results.get(OURS, {})
    engines = [name for name, told in results.items() if told.get("seconds")]
    questions = [
        q for q in dict.fromkeys(q for n in engines for q in results[n]["seconds"]) if q not in ALONE
    ]
    memory, reads = (ours.get("notes", {}).get(key, {}) for key in ("own memory", "one read"))
    yield f"| seconds | {' | '.join(engines)} | best other ÷ ours | ours ÷ one read | ours: memory, MB |"
    yield "| --- |" + " ---: |" * (len(engines) + 3)
    for question in questions:
        own, read = ours.get("seconds", {}).get(question), reads.get(question)
        cells = _cells(results, engines, question, "seconds", number)
        cells.append(f"{own / read:.1f}" if own and read else "–")
        cells.append(f"{memory[question] / 1e6:.0f}" if question in memory else "–")
        yield f"| {question} | {' | '.join(cells)} |"
    yield ""
    yield f"| seconds of all cores | {' | '.join(engines)} | best other ÷ ours |"
    yield "| --- |" + " ---: |" * (len(engines) + 1)
    for question in questions:
        yield f"| {question} | {' | '.join(_cells(results, engines, question, 'core_seconds', number))} |"
    yield ""
    for question, title in ALONE.items():
        if question in ours.get("seconds", {}):
            yield f"{title}: {number(ours['seconds'][question])} s, {ours['peaks'][question] / 1e6:,.0f} MB in all."
            yield ""
    for name, told in results.items():
        notes = told.get("notes", {})
        why = {**notes.get("cannot", {}), **notes.get("failed", {})}
        if "failed" in told:
            yield f"{name} failed: {told['failed']['why']}."
            yield ""
        elif why:
            yield f"{name}: " + "; ".join(f"{question}: {text}" for question, text in why.items()) + "."
            yield ""


def _cells(
    results: Results, engines: list[str], question: str, which: str, number: Callable[[float], str]
) -> list[str]:
    """A number an engine, and how many times ours the least of the others is that answers the question itself."""
    took = {name: results[name].get(which, {}).get(question) for name in engines}
    others = [s for name, s in took.items() if s and name != OURS and _is_equal(results, name, question)]
    own = took.get(OURS)
    ratio = f"{min(others) / own:.1f}" if own and others else "–"
    return [*("–" if s is None else number(s) for s in took.values()), ratio]


def _is_equal(results: Results, name: str, question: str) -> bool:
    """Whether an engine answered the question itself, and not something like it."""
    return question in results[name].get("answers", {})
