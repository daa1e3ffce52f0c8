"""Is this workspace fit to be relied on? Its definitions, what doctor says, and what moved since a baseline.

In: a workspace. Out: Checked: every reason to fail, each as a sentence. A definition that cannot be read never comes so
far: opening the workspace raises. Without data only the definitions are checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from desirepath.app.claims import claims_of, judged_claims, shown_numbers
from desirepath.app.doctor.examine import Report
from desirepath.app.mapping import promises_made
from desirepath.app.whole_files import write_file
from desirepath.core.errors import WorkspaceError
from desirepath.core.estimate import Measured
from desirepath.core.times import DAY, SECOND, from_us
from desirepath.doctor.baseline import Baseline, BaselineError, Beat, numbers, read_baseline
from desirepath.doctor.drift import Drift, Limits, drifts
from desirepath.doctor.finding import Finding, Severity
from desirepath.journey_map.cells.checks import said_of
from desirepath.measure.comparison.claims import Verdict
from desirepath.measure.promises.kept import promises
from desirepath.stats.intervals import proportion

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.refresh import Say
    from desirepath.app.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Contradicted:
    """Something written on the map of which the data say otherwise. said: that, in words, with the number."""

    written: str
    by: str
    claim: str
    said: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, and what failed. loaded: whether there was data to look at.

    journeys: whose definitions were read; examined: the one whose data and numbers were looked at.
    """

    journeys: tuple[str, ...]
    examined: str
    loaded: bool
    report: Report | None
    failing: tuple[Finding, ...]  # of doctor's findings
    drift: tuple[Drift, ...]
    contradicted: tuple[Contradicted, ...]  # they fail where strict
    strict: bool
    against: str | None
    definition_changed: bool
    saved: str | None

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.failing and not self.drift and not (self.strict and self.contradicted)

    def as_dict(self) -> dict[str, object]:
        """Plain data."""
        report = self.report
        return {
            "passed": self.passed,
            "journeys": self.journeys,
            "examined": self.examined,
            "loaded": self.loaded,
            "findings": self.failing,
            "errors": report.count(Severity.ERROR) if report else 0,
            "warnings": report.count(Severity.WARNING) if report else 0,
            "drift": self.drift,
            "contradicted": self.contradicted,
            "strict": self.strict,
            "against": self.against,
            "definition_changed": self.definition_changed,
            "saved": self.saved,
        }


class CheckOptions(TypedDict, total=False):
    """How to check.

    strict: doctor's warnings and contradicted claims fail, too. against: a baseline file to compare with. save: write
    the numbers there, if nothing failed. drift: points of a hundred that a share may move beyond its uncertainty (5).
    unknown: how many per cent of new events may have names that are new (1). say: is told of the progress.
    """

    strict: bool
    against: Path | None
    save: Path | None
    drift: float
    unknown: float
    say: Say


def check(workspace: Workspace, **options: Unpack[CheckOptions]) -> Checked:
    """Check it.

    Raises DefinitionError for a mistake in any journey's file, BaselineError where `against` is no baseline,
    WorkspaceError where numbers are wanted and nothing is loaded.
    """
    against, save = options.get("against"), options.get("save")
    usual = Limits()
    limits = Limits(options.get("drift", usual.points), options.get("unknown", usual.unknown))
    journeys = tuple(workspace.journeys)
    before = read_baseline(_text(against), str(against)) if against is not None else None
    if not (workspace.hidden / "events.duckdb").exists():
        if before is not None or save is not None:
            raise WorkspaceError(
                f"Nothing is loaded into {workspace.folder}: there are no numbers to compare or to save.",
                hint=f"Load its sources first: desirepath load {workspace.folder}",
            )
        return Checked(journeys, workspace.name, False, None, (), (), (), False, None, False, None)
    report = workspace.doctor(say=options.get("say"))
    worst = (Severity.ERROR, Severity.WARNING) if options.get("strict") else (Severity.ERROR,)
    failing = tuple(one for one in report.findings if one.severity in worst)
    found: tuple[Drift, ...] = ()
    changed, saved = False, None
    contradicted: tuple[Contradicted, ...] = ()
    if claims_of(workspace.journey):
        with workspace.asking() as asking:
            contradicted = contradictions(asking)
    if before is not None or save is not None:
        with workspace.asking() as asking:
            now = baseline_of(asking)
        if before is not None:
            found, changed = drifts(before, now, limits), before.definition != now.definition
        if save is not None and not (failing or found or (options.get("strict") and contradicted)):
            write_file(save, now.text().encode("utf-8"))
            saved = str(save)
    compared = str(against) if against else None
    return Checked(
        journeys, workspace.name, True, report, failing, found, contradicted, bool(options.get("strict")), compared,
        changed, saved,
    )  # fmt: skip


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""  # no JSON: told as such
    except OSError as error:
        raise BaselineError(
            f"{path} cannot be read: {error.strerror}.",
            hint=f"Make it with: desirepath check FOLDER --save {path}",
        ) from error


def contradictions(asking: Asking) -> tuple[Contradicted, ...]:
    """What is written on the map of everybody, and does not hold; with the map's own numbers."""
    stages = asking.stages().answers
    shown = shown_numbers(stages, promises_made(asking, None, asking.period(None, None)))
    judged = judged_claims(asking, shown=shown)
    return tuple(
        Contradicted(
            text, one.by, claim.text, said_of(judged[claim.text], asking.currency).replace("\xa0", " ")
        )
        for one in asking.journey.written
        for text, claim in zip(one.text, one.holds, strict=False)
        if claim is not None and judged[claim.text].verdict is Verdict.DRIFT
    )


# ── the numbers ──────────────────────────────────────────────────────────────────────────────────────────


def baseline_of(asking: Asking) -> Baseline:
    """The key numbers as they are."""
    answers = asking.stages().answers
    everybody = asking.customers_with_events
    kept = promises(asking.journey, asking.promises, as_of=asking.as_of)
    sources, events = _beats(asking)
    return Baseline(
        journey=asking.journey.title,
        definition=asking.journey.version,
        as_of=_day(asking.as_of),
        customers=everybody,
        rates=numbers({name: a.rate for name, a in answers.items()}),
        medians=numbers({name: a.time_quartiles[1] for name, a in answers.items()}, SECOND),
        reached=numbers({name: proportion(a.customers, everybody, as_of=0) for name, a in answers.items()}),
        kept=numbers({one.promise: one.kept for one in kept}),
        rejects=numbers(_rejects(asking)),
        sources=sources,
        events=events,
    )


def _rejects(asking: Asking) -> dict[str, Measured]:
    rows = asking.store.rows(
        "SELECT s.name, sum(p.rows), coalesce(any_value(r.bad), 0) FROM parts p JOIN sources s USING (source)"
        " LEFT JOIN (SELECT source AS name, count(*) AS bad FROM rejects GROUP BY source) r ON r.name = s.name"
        " WHERE p.replaced_by IS NULL GROUP BY s.name ORDER BY s.name"
    )
    return {str(name): proportion(min(int(bad), int(read)), int(read), as_of=0) for name, read, bad in rows}


def _beats(asking: Asking) -> tuple[dict[str, Beat], dict[str, dict[str, Beat]]]:
    rows = asking.store.rows(
        "SELECT source, event, count(*), epoch_us(min(time)), epoch_us(max(time)) FROM events"
        " GROUP BY GROUPING SETS ((source), (source, event)) ORDER BY source, event"
    )
    sources: dict[str, Beat] = {}
    events: dict[str, dict[str, Beat]] = {}
    for source, event, count, first, last in rows:
        days = max(1.0, (last - first) / DAY)
        beat = Beat(int(count), round(count / days, 3), _day(last))
        if event is None:
            sources[str(source)] = beat
        else:
            events.setdefault(str(source), {})[str(event)] = beat
    return sources, events


def _day(instant: int) -> str:
    return f"{from_us(instant):%Y-%m-%d}"
