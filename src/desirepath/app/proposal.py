"""From files that nobody has described to the texts of a workspace: what is proposed, and what can be shown of it.

In: a folder, files, perhaps a template or a preset, perhaps what somebody has corrected of an earlier proposal. Out: a
Proposal: sources.yaml and journey.yaml as texts, and, as long as it is held, the files as they were looked at, so that
rows and the events that they make can be shown. What is the export of a known tool is written by its preset, the rest
is guessed. Nothing is written into the folder.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from desirepath.collect.guess.correct import Choice, corrected
from desirepath.core.errors import SourceError

if TYPE_CHECKING:
    from desirepath.app.draft_presets import Ready
    from desirepath.app.refresh import Say
    from desirepath.collect.guess.shapes import FileProfile
    from desirepath.collect.guess.source import Guessed, GuessedSource, LeftOut
    from desirepath.collect.sources import Source, Sources
    from desirepath.journey.draft.facts import EventSummary
    from desirepath.journey.draft.journey import Setting
    from desirepath.journey.draft.stages import Plan
    from desirepath.store.profile import Profiler


@dataclass(frozen=True)
class Proposal:
    """What is proposed. journey_text is empty where no file tells of events that customers could be placed by.

    sources: sources.yaml as it is read, None where it names none. files: a source's name -> the profile's name that it
    reads. events: how many of each name, the commonest first.
    """

    profiler: Profiler
    profiles: tuple[FileProfile, ...]
    guessed: Guessed
    ready: Ready
    sources: Sources | None
    files: Mapping[str, str]
    sources_text: str
    journey_text: str
    notes: tuple[str, ...] = ()
    events: tuple[EventSummary, ...] = ()


@contextmanager
def propose(
    target: Path,
    files: Sequence[Path],
    template: str | None = None,
    preset: str | None = None,
    *,
    choices: Mapping[str, Choice] | None = None,
    say: Say | None = None,
    taken: Collection[str] = (),
) -> Iterator[Proposal]:
    """What these files are guessed to be. choices: by the name of a source or of a file that was left out.

    taken: names of the sources that the workspace has already, which no new one gets.

    Raises SourceError where a file cannot be read, NotFound for a preset that there is not, DefinitionError where what
    was chosen cannot be meant.
    """
    from desirepath.app.refresh import quiet
    from desirepath.store.profile import Profiler

    with TemporaryDirectory(prefix="desirepath-") as temporary, Profiler(Path(temporary)) as profiler:
        yield _proposal(
            profiler, Path(temporary), target, files, template, preset, choices or {}, say or quiet, taken
        )


def _proposal(
    profiler: Profiler,
    temporary: Path,
    target: Path,
    files: Sequence[Path],
    template: str | None,
    preset: str | None,
    choices: Mapping[str, Choice],
    say: Say,
    taken: Collection[str],
) -> Proposal:
    from desirepath.app.draft_files import take_files
    from desirepath.app.draft_presets import take_presets
    from desirepath.collect.presets.catalogue import preset as named

    forced = named(preset) if preset is not None else None
    every_profile = take_files(
        profiler, target, files, temporary, forced, lambda step, share: say(step, share * 0.6), taken
    )
    ready, profiles = take_presets(every_profile, forced, taken)
    say("guessing", 0.6)
    unused = {name for name, choice in choices.items() if not choice.used}
    guessed = _guess(profiler, [one for one in profiles if one.name not in unused])
    text = _sources_text(guessed, ready, choices, {})
    found = Proposal(
        profiler, tuple(every_profile), guessed, ready, None, _files_of(guessed, ready, choices), text, ""
    )
    if not _names_sources(text):
        return found
    return _with_journey(found, target, template, choices, say)


def _guess(profiler: Profiler, profiles: list[FileProfile]) -> Guessed:
    from desirepath.collect.guess.ids import pairs_to_compare
    from desirepath.collect.guess.lines import LineItems, record_of_lines
    from desirepath.collect.guess.source import guess, ids_of

    ids = ids_of(profiles)
    overlaps = {pair: profiler.overlap(*pair) for pair in pairs_to_compare(profiles, ids)}
    records = {p.name: record_of_lines(p, of) for p, of in zip(profiles, ids, strict=True)}
    items = {name: LineItems(r, profiler.steady(name, r)) for name, r in records.items() if r}
    return guess(profiles, overlaps, items)


def _files_of(guessed: Guessed, ready: Ready, choices: Mapping[str, Choice]) -> dict[str, str]:
    """Which profile each source reads."""
    found = {one.id: one.file.name for one in guessed.sources}
    found |= {one.name: file.name for one, file in zip(ready.entries, ready.profiles, strict=True)}
    return found | {one.file.name: one.file.name for one in guessed.left_out if _said(one, choices)}


def _said(left: LeftOut, choices: Mapping[str, Choice]) -> bool:
    """Has somebody said enough of a file of which nothing was guessed?"""
    choice = choices.get(left.file.name)
    return choice is not None and choice.used and bool(choice.time and choice.identifiers)


def _sources_text(
    guessed: Guessed, ready: Ready, choices: Mapping[str, Choice], renamed: Mapping[str, str]
) -> str:
    """sources.yaml, with what was chosen in it."""
    from desirepath.collect.guess.text import entry_of_left_out, sources_text

    said = [one for one in guessed.left_out if _said(one, choices)]
    kept = replace(guessed, left_out=tuple(one for one in guessed.left_out if one not in said))
    entries = [entry_of_left_out(one.file) for one in said]
    text = sources_text(kept, renamed, [*ready.texts(renamed), *entries])
    return corrected(text, {name: choice.renamed(renamed) for name, choice in choices.items()})


def _names_sources(text: str) -> bool:
    """Is there any source of events in it?"""
    lines = text.splitlines()
    at = lines.index("sources:")
    until = next((n for n in range(at + 1, len(lines)) if lines[n] and lines[n][0] not in " #"), len(lines))
    return any(line.startswith("  ") and not line.strip().startswith("#") for line in lines[at + 1 : until])


def _with_journey(
    found: Proposal, target: Path, template: str | None, choices: Mapping[str, Choice], say: Say
) -> Proposal:
    """The journey that the events make, where there are any."""
    from desirepath.collect.read_sources import read_sources

    profiler, guessed, ready = found.profiler, found.guessed, found.ready
    first = read_sources(found.sources_text, os.environ)
    say("counting events", 0.7)
    every = profiler.events([(source, found.files[source.id]) for source in first.sources])
    events = _sayable(every)
    if not events:
        return replace(found, sources=first)
    currency = _preset_currency(profiler, ready, first.sources, found.files)
    say("drafting the journey", 0.85)
    journey, renamed, notes = _journey(
        _Drafting(target, profiler, guessed, ready, currency), events, template
    )
    text = _sources_text(guessed, ready, choices, renamed) if renamed else found.sources_text
    notes = [*ready.notes, *notes]
    notes += [_left_out(one) for one in guessed.left_out if not _said(one, choices)]
    if len(every) > len(events):
        notes.append(
            f"{len(every) - len(events)} of {len(every)} event names contain control characters, which no "
            "rule can name: those events keep customers alive, and touch no stage."
        )
    notes += [
        f"{', '.join(p.files)}: only the first {p.rows:,} rows were looked at."
        for p in found.profiles
        if not p.exact
    ]
    sources = read_sources(text, os.environ) if renamed else first
    return replace(
        found,
        sources=sources,
        sources_text=text,
        journey_text=journey,
        notes=tuple(notes),
        events=tuple(events),
    )


@dataclass(frozen=True)
class _Drafting:
    """What the drafting of a journey goes by. currency: of the presets' purchases, with the reason."""

    target: Path
    profiler: Profiler
    guessed: Guessed
    ready: Ready
    currency: tuple[str, str]


def _preset_currency(
    profiler: Profiler, ready: Ready, sources: Sequence[Source], files_of: Mapping[str, str]
) -> tuple[str, str]:
    """The commonest currency of the export that tells best of purchases, and why."""
    ranked = sorted(zip(ready.entries, ready.presets, strict=True), key=lambda one: -one[1].sells)
    by_id = {source.id: source for source in sources}
    for entry, _ in ranked:
        codes = profiler.currencies(by_id[entry.name], files_of[entry.name])
        if codes:
            many = f", the commonest of {len(codes)}" if len(codes) > 1 else ""
            return codes[0], f"from the amounts of {entry.name}{many}"
    return "", ""


def _sayable(events: Sequence[EventSummary]) -> list[EventSummary]:
    """The events, and of each the channels, that rules can name: not those with control characters."""
    from desirepath.collect.rules.text import is_sayable

    return [
        replace(event, channels=tuple(one for one in event.channels if is_sayable(one[0])))
        for event in events
        if is_sayable(event.name)
    ]


def _journey(
    drafting: _Drafting, events: Sequence[EventSummary], template: str | None
) -> tuple[str, dict[str, str], list[str]]:
    """journey.yaml, how events are renamed for it, and notes."""
    from desirepath.journey.draft.journey import journey_text
    from desirepath.journey.draft.lapse import Lapse, propose
    from desirepath.journey.draft.stages import plan

    profiler = drafting.profiler
    planned = plan(events, profiler.before, profiler.repeats, drafting.ready.roles)
    if template is not None:
        return _on_template(template, planned, events)
    span = profiler.span()
    lapses: dict[str, Lapse] = {}
    for stage in planned.stages:
        touched = [e.name for e in events if e.by == "customer" and planned.touches[e.name] == stage.id]
        touched = [name for name in touched if planned.roles[name] not in ("exit", "void")]
        ends = [n for later in planned.stages for n in (*later.enter, *later.goal)]
        gaps = profiler.gaps(sorted({*stage.enter, *touched}), ends)
        lapses[stage.id] = propose(stage, gaps, span)
    return journey_text(planned, events, lapses, _setting(drafting, planned)), {}, []


def _on_template(
    name: str, planned: Plan, events: Sequence[EventSummary]
) -> tuple[str, dict[str, str], list[str]]:
    """A template's text as it is; the files' events get the names that it uses."""
    from desirepath.journey.draft.template import fit
    from desirepath.journey.read import read_journey
    from desirepath.journey.templates import template

    text = template(name)
    fitting = fit(read_journey(text), planned, [e.name for e in events])
    notes = []
    if not fitting.found:
        notes.append(
            f"None of the events that the template {name} asks for is in the files: its map will be empty. "
            "Without --template the journey is drafted from the events themselves."
        )
    elif fitting.missing:
        notes.append(f"The template also asks for events that no file has: {_listed(fitting.missing)}.")
    if fitting.unknown:
        notes.append(f"Events that the template does not know: {_listed(fitting.unknown)}.")
    return text, fitting.renamed, notes


def _setting(drafting: _Drafting, planned: Plan) -> Setting:
    from desirepath.collect.guess.words import title
    from desirepath.identity.rules import default_kind
    from desirepath.journey.draft.journey import Setting

    guessed, ready = drafting.guessed, drafting.ready
    currency, why = drafting.currency if drafting.currency[0] else _currency(guessed)
    people = dict.fromkeys(one.kind for source in guessed.sources for one in source.identifiers if one.people)
    known = [kind for kind in people if not default_kind(kind, guessed.customer).known]
    known += [kind for kind in ready.known if kind not in known]
    pairs = [
        f"identifiers.{one.kind}"
        for source in guessed.sources
        if any(event.name in planned.voids for event in source.times.events)
        for one in source.identifiers
        if source.key and one.column == source.key.column
    ]
    zoned = [
        times.writing.zone
        for s in guessed.sources
        for e in s.times.events
        if (times := s.file.column(e.time).times)
    ]
    zoned += [times.writing.zone for entry in ready.entries for times in entry.times]
    zone_why = (
        "the times say their own zone; calendars use this one" if all(zoned) else "no file names a zone"
    )
    promised = next((one for source in guessed.sources if (one := _promised(source))), "")
    name = title(drafting.target.resolve().name) or "Customer journey"
    return Setting(
        name,
        guessed.customer,
        zone_why,
        currency,
        why,
        tuple(known),
        ready.voids or (pairs[0] if pairs else ""),
        promised,
        ready.joins,
        tuple((p.name, p.label, p.opens, p.closes, p.within, p.key) for p in ready.promises),
    )


def _promised(source: GuessedSource) -> str:
    """A property with the promised time, where it is written so that it becomes a time."""
    name = source.times.promised
    times = source.file.column(name).times if name else None
    return name if times is not None and times.writing.format is None else ""


def _currency(guessed: Guessed) -> tuple[str, str]:
    """The journey's currency: the one that most sources have."""
    for source in guessed.sources:
        if source.currency is None:
            continue
        if source.currency.literal:
            return source.currency.literal, source.currency.why
        common = source.file.column(source.currency.column).common
        if common:
            many = f", the commonest of {len(common)}" if len(common) > 1 else ""
            return common[0][0].upper(), f"from {source.currency.column} of {source.id}{many}"
    return "", ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _left_out(one: LeftOut) -> str:
    return f"{', '.join(one.file.files)} was left out: {one.why}."


def nothing_to_place(found: Proposal) -> SourceError:
    """No file tells of events: say of each what was looked for, and how to say it by hand."""
    guessed, ready = found.guessed, found.ready
    lines = [f"{', '.join(left.file.files)}: {left.why}." for left in guessed.left_out]
    lines += [
        f"{', '.join(m.file.files)}: it counts {', '.join(m.metrics)} by day, and names no customer."
        for m in guessed.metrics
    ]
    lines += [
        f"{', '.join(file.files)}: no row is an event by the preset {preset.name}."
        for preset, file in zip(ready.presets, ready.profiles, strict=True)
    ]
    return SourceError(
        "These files hold no events that customers could be placed by.\n" + "\n".join(lines),
        hint=(
            "An event needs a column that says when, and one that says who. If a file has them and they were not "
            "recognised, begin with a template (desirepath init DIR --template online-shop) and write in "
            "sources.yaml, for example:\n"
            "  time: {column: NAME, format: '%d/%m/%Y %H:%M'}\n"
            "  identifiers: {customer_id: NAME}"
        ),
        files=[left.file.name for left in guessed.left_out],
    )
