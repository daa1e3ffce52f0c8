"""Results as Markdown tables: what was measured, where, when, and how much quicker or slower than whom."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import question_tables
from worker import same

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
QUESTIONS = {
    "build": "Build: Parquet in no order → trails, in a fresh process",
    "build again": "Build again, in memory that the process has had before",
    "stages": "Stages of one pass, with quantiles",
    "passes": "Stages of passes that lapse, with quantiles",
    "place": "Placing by the whole contract",
    "rules": "Rules: evidence bits and touchpoints of all events",
}
OURS = ("Desirepath", "Desirepath, in files")
Part = dict[str, Any]


def machine() -> str:
    """What the numbers were measured on."""
    model = ""
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)
        model = f" ({found.group(1).strip()})" if found else ""
    memory = ""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        total = int(meminfo.read_text().split(maxsplit=2)[1])
        memory = f", {total / 2**20:.0f} GiB of memory"
    return f"{platform.machine()}{model}, {os.cpu_count()} processors{memory}, {platform.system()}"


def number(seconds: float) -> str:
    """Three figures at most."""
    if seconds >= 100:
        return f"{seconds:.0f}"
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}" if seconds >= 0.1 else f"{seconds:.3f}"


def tables(events: int, parts: dict[str, Part]) -> Iterator[str]:
    """All tables of one size."""
    yield f"### {events:,} events"
    yield ""
    for name, part in parts.items():
        kind = {"build": _beside, "rules": _beside, "questions": _questions}.get(name, _alone)
        yield from kind(events, name, part)
    versions: dict[str, str] = {}
    for part in parts.values():
        for told in part["results"].values():
            versions |= told.get("versions", {})
    yield "Versions: " + ", ".join(f"{k} {v}" for k, v in sorted(versions.items())) + "."
    yield ""


def _header(events: int, name: str, part: Part) -> str:
    size = f"{events // 10**6}m" if events % 10**6 == 0 else str(events)
    return (
        f"Medians of {part['runs']} processes each, in turn; {part['date']}, other load on the machine at the end "
        f"{part['load']:.1f}. Again: `./run bench --events {size} --only {name}`"
    )


def _beside(events: int, name: str, part: Part) -> Iterator[str]:
    """Tables of engines side by side."""
    yield _header(events, name, part)
    yield ""
    results = part["results"]
    for question, title in QUESTIONS.items():
        rows = {engine: told for engine, told in results.items() if question in told.get("seconds", {})}
        failed = {engine: told["failed"]["why"] for engine, told in results.items() if "failed" in told}
        if not rows:
            continue
        others = [told["seconds"][question] for engine, told in rows.items() if engine not in OURS]
        yield f"| {title} | seconds | of all cores | peak memory, MB | bytes an event | × the best other |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: |"
        for engine, told in sorted(rows.items(), key=lambda item: item[1]["seconds"][question]):
            seconds, peak = told["seconds"][question], told["peaks"][question]
            core = told["core_seconds"].get(question)
            ratio = f"{seconds / min(others):.2f}" if others else "–"
            yield (
                f"| {engine} | {number(seconds)} | {number(core) if core is not None else '–'} | {peak / 1e6:,.0f} | "
                f"{peak / events:,.0f} | {ratio} |"
            )
        for engine, why in failed.items():
            yield f"| {engine} | failed: {why.replace('|', ' ')} | – | – | – | – |"
        yield ""
    equal = _equal(results)
    if equal:
        yield equal
        yield ""


def _equal(results: dict[str, Any]) -> str:
    """What was checked."""
    questions: dict[str, list[object]] = {}
    for told in results.values():
        for question, answer in told.get("answers", {}).items():
            questions.setdefault(question, []).append(answer)
    said = [
        f"{question} ({len(answers)} engines)"
        if all(same(a, answers[0]) for a in answers)
        else f"{question}: NOT EQUAL"
        for question, answers in questions.items()
    ]
    text = f"Answers compared and equal: {', '.join(said)}." if said else ""
    notes = results.get("Desirepath", {}).get("notes", {})
    if "twin_agrees_on_visits" in notes:
        text += (
            f" Placing made {notes['visits']:,} visits of {notes['customers']:,} customers; its slow twin made "
            f"the same {notes['twin_agrees_on_visits']:,} visits of the first customers."
        )
    return text


def _questions(events: int, name: str, part: Part) -> Iterator[str]:
    """Tables of questions, a column an engine."""
    yield _header(events, name, part)
    yield ""
    yield from question_tables.lines(part["results"], number)
    equal = _equal(part["results"])
    if equal:
        yield equal
        yield ""


def _alone(events: int, name: str, part: Part) -> Iterator[str]:
    """Tables of what has no like elsewhere."""
    yield _header(events, name, part)
    yield ""
    told = part["results"]["Desirepath"]
    if "failed" in told:
        yield f"Failed: {told['failed']['why']}"
        yield ""
        return
    yield f"| {name} | seconds |"
    yield "| --- | ---: |"
    for step, seconds in told["seconds"].items():
        yield f"| {step} | {number(seconds)} |"
    yield ""
    notes = {k: v for k, v in told.get("notes", {}).items() if isinstance(v, int)}
    if notes:
        yield ", ".join(f"{v:,} {k.replace('_', ' ')}" for k, v in notes.items()) + "."
        yield ""


def page(text: str, every: dict[int, dict[str, Part]]) -> str:
    """The page with new tables between its marks. Raises ValueError where it has none."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"the page needs the marks {BEGIN} and {END}")
    lines = [f"Machine: {machine()}.", ""]
    for events in sorted(every):
        lines += tables(events, every[events])
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    return before + BEGIN + "\n" + "\n".join(lines).rstrip() + "\n\n" + after
