"""From a stranger's files to a workspace: profile them, guess, write sources.yaml and journey.yaml.

In: a folder, files, perhaps a template or a preset. What is the export of a known tool is written by its preset,
the rest is guessed. Out: both definitions, read back before they are written, and a Draft
that says what was guessed and what was left out. Nothing that exists is ever overwritten without `force`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from desirepath.app.guesses import readable
from desirepath.core.errors import SourceError, WorkspaceError

if TYPE_CHECKING:
    from desirepath.app.draft_presets import Ready
    from desirepath.collect.guess.source import Guessed, GuessedSource, LeftOut
    from desirepath.collect.sources import Source
    from desirepath.journey.draft.facts import EventSummary
    from desirepath.journey.draft.journey import Setting
    from desirepath.journey.draft.stages import Plan
    from desirepath.store.profile import Profiler

JOURNEY, SOURCES = "journey.yaml", "sources.yaml"
DEFAULT_TEMPLATE = "online-shop"


@dataclass(frozen=True)
class Draft:
    """What `init` made. guesses: file, line and reason of each; notes: what the reader should know."""

    folder: Path
    sources_path: Path
    journey_path: Path
    guesses: tuple[str, ...]
    notes: tuple[str, ...] = ()
    sources_text: str = field(default="", repr=False)
    journey_text: str = field(default="", repr=False)

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return {
            "folder": str(self.folder),
            "sources": str(self.sources_path),
            "journey": str(self.journey_path),
            "guesses": list(self.guesses),
            "notes": list(self.notes),
        }


def draft(
    folder: str | PathLike[str],
    files: Sequence[str | PathLike[str]] = (),
    template: str | None = None,
    *,
    preset: str | None = None,
    force: bool = False,
) -> Draft:
    """Write a first journey.yaml and sources.yaml into `folder`, which is made where it is missing.

    preset: what the files are; unless said, exports of known tools are recognised by their columns.
    Raises WorkspaceError where one of them exists (unless `force`), SourceError where the files hold no events.
    """
    target = Path(folder)
    _refuse_to_overwrite(target, force)
    if preset is not None and not files:
        raise WorkspaceError(
            "A preset is for files, and none is named.", hint="Name the export: desirepath init FOLDER FILES"
        )
    if files:
        sources_text, journey_text, notes = _from_files(target, [Path(f) for f in files], template, preset)
    else:
        sources_text, journey_text, notes = _from_template(template)
    guesses = _checked(sources_text, journey_text, has_sources=bool(files))
    target.mkdir(parents=True, exist_ok=True)
    made = Draft(
        target, target / SOURCES, target / JOURNEY, guesses, tuple(notes), sources_text, journey_text
    )
    made.sources_path.write_text(sources_text, "utf-8")
    made.journey_path.write_text(journey_text, "utf-8")
    return made


def _refuse_to_overwrite(target: Path, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise WorkspaceError(
            f"{target} is a file.", hint="Name a folder for the workspace.", folder=str(target)
        )
    there = [name for name in (JOURNEY, SOURCES) if (target / name).exists()]
    if there and not force:
        raise WorkspaceError(
            f"{target} has {' and '.join(there)} already.",
            hint="Nothing was changed. Name another folder, or replace both with --force.",
            folder=str(target),
        )


def _checked(sources_text: str, journey_text: str, *, has_sources: bool) -> tuple[str, ...]:
    """The guesses, as the readers list them: what we write must read without a problem."""
    from desirepath.collect.read_sources import read_sources
    from desirepath.journey.read import read_journey

    guesses = read_journey(journey_text).guesses
    if has_sources:
        guesses = read_sources(sources_text, os.environ).guesses + guesses
    return readable(guesses, {SOURCES: sources_text, JOURNEY: journey_text})


def _from_template(name: str | None) -> tuple[str, str, list[str]]:
    from desirepath.collect.guess.text import skeleton
    from desirepath.journey.templates import template

    notes = [] if name else [f"No files and no template were named: this is the template {DEFAULT_TEMPLATE}."]
    return skeleton(), template(name or DEFAULT_TEMPLATE), notes


# ---- from files ------------------------------------------------------------------------------------


def _from_files(
    target: Path, files: Sequence[Path], template: str | None, preset: str | None
) -> tuple[str, str, list[str]]:
    """The two texts, and notes."""
    from desirepath.app.draft_files import take_files
    from desirepath.app.draft_presets import take_presets
    from desirepath.collect.guess.ids import pairs_to_compare
    from desirepath.collect.guess.lines import LineItems, record_of_lines
    from desirepath.collect.guess.source import guess, ids_of
    from desirepath.collect.guess.text import sources_text
    from desirepath.collect.presets.catalogue import preset as named
    from desirepath.collect.read_sources import read_sources
    from desirepath.store.profile import Profiler

    forced = named(preset) if preset is not None else None
    with TemporaryDirectory(prefix="desirepath-") as temporary, Profiler(Path(temporary)) as profiler:
        every_profile = take_files(profiler, target, files, Path(temporary), forced)
        ready, profiles = take_presets(every_profile, forced)
        ids = ids_of(profiles)
        overlaps = {pair: profiler.overlap(*pair) for pair in pairs_to_compare(profiles, ids)}
        records = {p.name: record_of_lines(p, of) for p, of in zip(profiles, ids, strict=True)}
        items = {name: LineItems(r, profiler.steady(name, r)) for name, r in records.items() if r}
        guessed = guess(profiles, overlaps, items)
        if not guessed.sources and not ready.entries:
            raise _nothing_to_place(guessed)
        first = read_sources(sources_text(guessed, ready=ready.texts()), os.environ)
        files_of = {one.id: one.file.name for one in guessed.sources}
        files_of |= {one.name: file.name for one, file in zip(ready.entries, ready.profiles, strict=True)}
        every = profiler.events([(source, files_of[source.id]) for source in first.sources])
        events = _sayable(every)
        if not events:
            raise _nothing_to_place(guessed, ready)
        currency = _preset_currency(profiler, ready, first.sources, files_of)
        drafting = _Drafting(target, profiler, guessed, ready, currency)
        journey, renamed, notes = _journey(drafting, events, template)
        notes = [*ready.notes, *notes]
        notes += [_left_out(one) for one in guessed.left_out]
        if len(every) > len(events):
            notes.append(
                f"{len(every) - len(events)} of {len(every)} event names contain control characters, which no "
                "rule can name: those events keep customers alive, and touch no stage."
            )
        notes += [
            f"{', '.join(p.files)}: only the first {p.rows:,} rows were looked at."
            for p in every_profile
            if not p.exact
        ]
        return sources_text(guessed, renamed, ready.texts(renamed)), journey, notes


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


def _nothing_to_place(guessed: Guessed, ready: Ready | None = None) -> SourceError:
    """No file tells of events: say of each what was looked for, and how to say it by hand."""
    lines = [f"{', '.join(left.file.files)}: {left.why}." for left in guessed.left_out]
    lines += [
        f"{', '.join(m.file.files)}: it counts {', '.join(m.metrics)} by day, and names no customer."
        for m in guessed.metrics
    ]
    if ready is not None:
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
