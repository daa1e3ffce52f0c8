"""Sources: where they begin and end, what was set aside, what is empty, what nobody reads, what nobody confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from desirepath.app.doctor.effects import Again, effect, moved, stage_numbers
from desirepath.app.doctor.looking import Looking, SourceSeen, be, listed, many, share, was
from desirepath.app.doctor.rule_list import all_columns
from desirepath.app.guesses import readable
from desirepath.app.knowledge import SourceEnd, stage_knowledge
from desirepath.app.read_events import Seen, seen_in
from desirepath.collect.expression import quote_name, quote_text
from desirepath.collect.sources import Metrics, Source
from desirepath.collect.validity import REASONS
from desirepath.core.times import DAY, FOREVER
from desirepath.core.words import Outcome
from desirepath.doctor.finding import Effect, Example, Finding, Fix, Severity, graded
from desirepath.journey.bits import ENTER

_TOLD_ELSEWHERE = ("no_identifier", "time_in_future", "score_off_scale", "score_unreadable")
_COLUMNS = 200  # that are counted
_LATE = 30 * DAY


def _seen(looking: Looking) -> list[Seen]:
    """What each source's events can be, as the build saw it."""
    return seen_in(looking.store, looking.asking.trails)


# ── where they end and begin ─────────────────────────────────────────────────────────────────────────────


def sources_end(looking: Looking, again: Again) -> Iterator[Finding]:
    """An old source holds back what is known of visits that it alone could end."""
    ends = looking.asking.source_ends
    if len(ends) < 2:
        return
    latest = max(end.until for end in ends)
    seen = _seen(looking)
    now = looking.asking.knowledge
    for end in sorted(ends, key=lambda one: one.until):
        raised = [e if e.source != end.source else SourceEnd(e.source, latest, True) for e in ends]
        known = stage_knowledge(looking.journey, seen, raised)
        gained = {
            stage: at - now[stage] for stage, at in known.items() if at != FOREVER and at - now[stage] >= DAY
        }
        if gained:
            found = _held_back(looking, again, end, known, gained)
            if found is not None:
                yield found


def _held_back(
    looking: Looking, again: Again, end: SourceEnd, known: Mapping[str, int], gained: Mapping[str, int]
) -> Finding | None:
    numbers = again.known_until(known)
    v = looking.asking.visits
    stages = [s.id for s in looking.journey.stages]
    new = (
        np.array([known.get(s, FOREVER) for s in stages], np.int64)[v.stage]
        if len(v)
        else np.empty(0, np.int64)
    )
    open_ = (v.outcome == Outcome.IN_FLIGHT) & ~v.skipped
    held = int((open_ & (v.deadline <= new)).sum())
    if not held and not numbers:
        return None
    days = max(gained.values()) / DAY
    how = "declared" if end.declared else "assumed: its newest event"
    until = max(known[stage] for stage in gained)
    return Finding(
        "sources_end",
        Severity.WARNING if held >= 0.05 * max(1, len(v)) or not end.declared else Severity.NOTE,
        end.source,
        f'"{end.source}" is known until {looking.day(end.until)} only ({how}), and holds back '
        f"{listed(list(gained))} by "
        f"up to {days:,.0f} days.",
        effect(
            f"{many(held, 'visit')} of {int(open_.sum()):,} in flight {be(held)} so because nobody can "
            f"know what {end.source} would have said; the newest are in no rate.",
            held,
            int((~v.skipped).sum()),
            "visits",
            numbers,
        ),
        looking.source_line(
            f"complete_until: {looking.day(until)}",
            end.source,
            "complete_until",
            about=f"if it is complete until then; else export it again, until {looking.day(until)}",
        ),
        {
            "visits_held": held,
            "days": round(days, 1),
            "until": looking.day(end.until),
            "declared": str(end.declared),
        },
    )


def sources_begin(looking: Looking, again: Again) -> Iterator[Finding]:
    """A stage whose only sources begin long after the others: before that, nobody can be seen to come so far."""
    seen = looking.seen
    if len(seen) < 2:
        return
    first = min(_begin(one) for one in seen.values())
    last = max(one.last for one in seen.values())
    bits = {one.source: one.bits for one in _seen(looking)}
    told: set[str] = set()
    for place, stage in enumerate(looking.journey.stages):
        supply = [name for name, have in bits.items() if have >> (ENTER + place) & 1]
        if not supply or place == 0:
            continue
        who = min(supply, key=lambda name: _begin(seen[name]))
        begin = _begin(seen[who])
        if (
            begin - first < max(_LATE, 0.1 * (last - first))
            or who in told
            or not _ought(looking, who, begin, first)
        ):
            continue
        told.add(who)
        v = looking.asking.visits
        earlier = (v.stage < place) & ~v.skipped
        early = int((earlier & (v.entered < begin)).sum())
        if not early:
            continue
        since = stage_numbers(looking, v, v.entered >= begin)
        numbers = tuple(
            one
            for one in moved(again.now, since)
            if one.number == "rate" and stage_before(looking, one.stage, place)
        )
        yield Finding(
            "sources_begin",
            Severity.WARNING,
            who,
            f'"{who}" begins on {looking.day(begin)}, {(begin - first) / DAY:,.0f} days after the first source: before '
            f'that, nothing can show that anybody reaches "{stage.id}".',
            effect(
                f"{many(early, 'visit')} of {int(earlier.sum()):,} to earlier stages began before and can "
                "hardly succeed; "
                "the rates without them stand beside.",
                early,
                int(earlier.sum()),
                "visits",
                numbers,
            ),
            looking.source_line(
                "files: …",
                who,
                "files",
                about=f"export it from {looking.day(first)} on, or ask only since then: --since {looking.day(begin)}",
            ),
            {"days": round((begin - first) / DAY, 1), "begins": looking.day(begin), "visits_before": early},
            looking.examples(f"l.source = {quote_text(who)}", "l.time", 1),
        )


def stage_before(looking: Looking, stage: str, place: int) -> bool:
    """Whether a stage comes before the one at a place."""
    return looking.journey.index(stage) < place


def _begin(seen: SourceSeen) -> int:
    """A source's first event; a lonely one long before the others is no beginning."""
    return seen.first if seen.early - seen.first < 2 * _LATE else seen.early


def _ought(looking: Looking, name: str, begin: int, first: int) -> bool:
    """Whether the source, as busy as in its first two months, would have had events in the time before."""
    months = looking.store.value(
        f"SELECT count(*) FROM looked WHERE source = {quote_text(name)}"
        f" AND epoch_us(time) BETWEEN {begin} AND {begin + 2 * _LATE}"
    )
    return int(months or 0) * (begin - first) / (2 * _LATE) >= 50


# ── what they hold ───────────────────────────────────────────────────────────────────────────────────────


def rejects(looking: Looking, again: Again) -> Iterator[Finding]:
    """Records set aside, by source and reason. Those that another check tells of are left out here."""
    without = ", ".join(quote_text(one) for one in _TOLD_ELSEWHERE)
    read = dict(
        looking.rows(
            "SELECT s.name, sum(p.rows) FROM parts p JOIN sources s USING (source) WHERE p.replaced_by IS NULL"
            " GROUP BY s.name"
        )
    )
    found: dict[str, list[tuple[str, int, int, Example]]] = {}
    for name, reason, count, whole, part, line, record, detail in looking.rows(
        "SELECT source, reason, count(*), count(*) FILTER (WHERE lost = 'event'), min(part), min(line), min(row),"
        f" min(detail) FROM rejects WHERE reason NOT IN ({without}) GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    ):
        said = REASONS.get(str(reason), str(reason)) + (
            f': "{looking.said(str(detail))[:60]}"' if detail else ""
        )
        example = Example(str(name), str(part), line, record, what=said)
        found.setdefault(str(name), []).append((str(reason), int(count), int(whole), example))
    for name, reasons in sorted(found.items()):
        count, rows = sum(n for _, n, _, _ in reasons), int(read.get(name) or 0)
        lost = sum(n for _, _, n, _ in reasons)
        if count < 0.01 * rows:
            continue
        common = listed([f"{REASONS.get(r, r)} ({n:,})" for r, n, _, _ in reasons], 3)
        yield Finding(
            "rejects",
            graded(count / max(1, rows), 0.2, 0.05),
            name,
            f'{many(count, "record")} of {rows:,} of "{name}" ({share(count, rows)}) {was(count)} set '
            f"aside: {common}.",
            Effect(
                f"{many(lost, 'event')} {be(lost)} in no count"
                + (f"; of {count - lost:,} others a field is missing." if count > lost else "."),
                count,
                rows,
                "records",
            ),
            looking.source_line("…", name, about=f"see them with: desirepath rejects FOLDER --source {name}"),
            {"records": count, "rows": rows, **{reason: n for reason, n, _, _ in reasons}},
            tuple(example for *_, example in reasons[:3]),
        )


def empty_source(looking: Looking, again: Again) -> Iterator[Finding]:
    """Declared, loaded, and nothing in it."""
    held = {
        str(name): (int(rows), str(part))
        for name, rows, part in looking.rows(
            "SELECT s.name, coalesce(sum(p.rows), 0), min(p.name) FROM parts p JOIN sources s USING (source)"
            " WHERE p.replaced_by IS NULL GROUP BY s.name"
        )
    }
    spent = {str(name) for (name,) in looking.rows("SELECT DISTINCT source FROM metrics")}
    every: list[Source | Metrics] = [*looking.sources.sources, *looking.sources.metrics]
    for one in every:
        if one.id in looking.seen or one.id in spent or one.id not in held:
            continue
        rows, part = held[one.id]
        why = f"none of its {rows:,} rows became one" if rows else f"{part} is empty"
        yield Finding(
            "empty_source",
            Severity.WARNING,
            one.id,
            f'Source "{one.id}" is declared and holds no event: {why}.',
            Effect("Whatever only it could tell is in no number.", 0, looking.events, "events"),
            looking.source_line(
                "files: …", one.id, "files", about="or when: and where:, if its rows are left out"
            ),
            {"rows": rows},
            (Example(one.id, part),),
        )


def not_loaded(looking: Looking, again: Again) -> Iterator[Finding]:
    """Sources that sources.yaml reads otherwise than when they were loaded."""
    names = looking.asking.unread
    if not names:
        return
    yield Finding(
        "not_loaded",
        Severity.WARNING,
        ", ".join(names),
        f"{many(len(names), 'source')} {be(len(names))} new, read otherwise or gone in sources.yaml since "
        "the last load: "
        f"{listed(names)}.",
        Effect("The numbers are still of what was loaded.", 0, looking.events, "events"),
        looking.source_line("…", names[0], about="load: desirepath load FOLDER"),
        {"sources": len(names)},
    )


def unused_columns(looking: Looking, again: Again) -> Iterator[Finding]:
    """Properties and traits that are filled and that no rule asks for: a hint, no fault."""
    used = {str(column).lower() for column in all_columns(looking)}
    bare = {name.partition(".")[2] for name in used}
    spare = [
        name
        for name in looking.asking.columns
        if name.startswith(("properties.", "traits."))
        and name.lower() not in used
        and name.lower().partition(".")[2] not in bare
    ][:_COLUMNS]
    if not spare or not looking.events:
        return
    counts = looking.rows(f"SELECT {', '.join(f'count({quote_name(name)})' for name in spare)} FROM events")[
        0
    ]
    filled = sorted(((int(n), name) for n, name in zip(counts, spare, strict=True) if n), reverse=True)
    if not filled:
        return
    names = [f"{name} ({share(n, looking.events)})" for n, name in filled]
    yield Finding(
        "unused_columns",
        Severity.NOTE,
        filled[0][1],
        f"{many(len(filled), 'column')} {be(len(filled))} filled and no rule asks for "
        f"{'it' if len(filled) == 1 else 'them'}: {listed(names, 6)}.",
        Effect("No number rests on them; a segment or a touchpoint could.", 0, looking.events, "events"),
        looking.journey_line("segments: {…}", "segments", about="if one of them tells customers apart"),
        {name: n for n, name in filled},
    )


def guesses(looking: Looking, again: Again) -> Iterator[Finding]:
    """What `init` guessed and nobody confirmed."""
    every = (*looking.sources.guesses, *looking.journey.guesses)
    said = readable(every)
    if not said:
        return
    at = re.match(r"(.*?):(\d+): ", every[0])
    yield Finding(
        "guesses",
        Severity.NOTE,
        "definitions",
        f"{many(len(said), 'guess', 'guesses')} of init {be(len(said))} not confirmed by anybody.",
        Effect("Numbers rest on them: each can be right or wrong.", len(said), len(said), "guesses"),
        Fix(Path(at[1]).name, int(at[2]), "take the comment “# guess” away", "or put the line right")
        if at
        else None,
        {"guesses": len(said)},
        tuple(Example(what=one) for one in said[:5]),
    )


MAKERS = {
    "sources_end": sources_end,
    "sources_begin": sources_begin,
    "rejects": rejects,
    "empty_source": empty_source,
    "not_loaded": not_loaded,
    "unused_columns": unused_columns,
    "guesses": guesses,
}
