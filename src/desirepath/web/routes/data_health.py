"""How well it is known who is who, what people decide about it, and what doctor finds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from desirepath.app.customers.masking import Masking
from desirepath.app.doctor.examine import Report, examine
from desirepath.app.identify import explain_decisions
from desirepath.app.identity_health import Health, health
from desirepath.app.journeys import journey_file
from desirepath.core.errors import NotFound
from desirepath.core.file_names import SOURCES
from desirepath.core.words import MAIN_JOURNEY
from desirepath.doctor.checks import BY_CODE
from desirepath.doctor.finding import Finding
from desirepath.journey_map.text import mask_text
from desirepath.web.context import Here, JourneyName, Reveal
from desirepath.web.jobs import Job
from desirepath.web.routes.jobs import JobOut, job_out, result_of

router = APIRouter(tags=["data"])


class KindOut(BaseModel):
    """Identifiers of one kind. known: it names people. shared, blocked: values that link nobody."""

    kind: str
    known: bool
    identifiers: int
    used: int
    shared: int
    blocked: int


class LinkOut(BaseModel):
    """Two identifiers that were seen together and make no customer together, with the reason."""

    one: str
    other: str
    because: str


class RefusalOut(BaseModel):
    """Links that were refused for one reason, and the first of them."""

    why: str
    links: int
    first: list[LinkOut]


class CustomerChangeOut(BaseModel):
    """What became of a customer between two refreshes. from_id: as it is asked for; shown: as it may be shown."""

    known_at: datetime
    change: str
    from_id: str
    shown_from: str
    shown_into: str
    identifiers: int
    because: str


class DecisionOut(BaseModel):
    """Somebody decided that these are never one customer's."""

    number: int
    known_at: datetime
    one: list[str]
    other: list[str]


class IdentityOut(BaseModel):
    """Who is who. nobody: events that name no customer, by source."""

    customers: int
    known: int
    identifiers: int
    events: int
    nobody: dict[str, int]
    joined: int
    refused: int
    kinds: list[KindOut]
    refusals: list[RefusalOut]
    changes: list[CustomerChangeOut]
    changes_in_all: int
    decisions: list[DecisionOut]


class ApartIn(BaseModel):
    """Two identifiers, each as kind:value."""

    one: str
    other: str


class MergeIn(BaseModel):
    """A customer who went into another: the earlier id."""

    customer: str


class EffectOut(BaseModel):
    """What a fault does to the numbers."""

    text: str
    affected: int
    of: int
    unit: str
    moved: list[str]


class FixOut(BaseModel):
    """The line to change, and what to write there. line 0: the whole file."""

    file: str
    line: int
    write: str
    about: str


class FindingOut(BaseModel):
    """One thing that is wrong."""

    code: str
    title: str
    asks: str
    severity: Literal["error", "warning", "note"]
    subject: str
    message: str
    effect: EffectOut
    fix: FixOut | None
    examples: list[str]


class DoctorOut(BaseModel):
    """What doctor found, worst first, and in a sentence over what it looked."""

    sentence: str
    checks: int
    errors: int
    warnings: int
    notes: int
    findings: list[FindingOut]


@router.get("/identity")
def identity(here: Here, journey: JourneyName = None, reveal: Reveal = False) -> IdentityOut:
    """Who is who: counts, what was refused and why, merges, decisions. Answers 409 where nothing was loaded yet."""
    with here.serving.asking(journey) as asking:
        masking = Masking(reveal, str(asking.store.meta("store")), asking.journey.time_zone)
        return _identity(health(asking.store), masking)


def _identity(found: Health, masking: Masking) -> IdentityOut:
    reveal, customer = masking.reveal, masking.customer

    def named(text: str) -> str:
        return text if reveal else masking.identifier(text)

    def words(text: str, *names: str) -> str:
        for name in () if reveal else names:
            text = text.replace(name, named(name))
        return text if reveal else mask_text(text)

    return IdentityOut(
        customers=found.customers, known=found.known, identifiers=found.identifiers, events=found.events,
        nobody=dict(found.nobody), joined=found.joined, refused=found.refused, changes_in_all=found.changes_in_all,
        kinds=[
            KindOut(
                kind=k.kind, known=k.known, identifiers=k.identifiers, used=k.used, shared=k.shared, blocked=k.blocked
            )
            for k in found.kinds
        ],
        refusals=[
            RefusalOut(
                why=r.why, links=r.links,
                first=[LinkOut(one=named(a), other=named(b), because=words(why, a, b)) for a, b, why in r.first],
            )
            for r in found.refusals
        ],
        changes=[
            CustomerChangeOut(
                known_at=c.known_at, change=c.change, from_id=c.from_id, shown_from=customer(c.from_id),
                shown_into=customer(c.into_id), identifiers=c.identifiers,
                because=c.because if reveal else "" if ":" in c.because else mask_text(c.because),
            )
            for c in found.changes
        ],
        decisions=[
            DecisionOut(
                number=d.number, known_at=d.known_at,
                one=[named(x) for x in d.one], other=[named(x) for x in d.other],
            )
            for d in found.decisions
        ],
    )  # fmt: skip


@router.post("/identity/apart")
def keep_apart(here: Here, said: ApartIn, journey: JourneyName = None) -> JobOut:
    """Decide that two identifiers are never one customer's, and place the customers again: a job."""

    def work(job: Job) -> None:
        job.say("deciding", 0.0)
        with here.serving.writing(journey, waiting=job.wait) as found:
            found.keep_apart(said.one, said.other)

    return job_out(here.jobs.start("identity", work))


@router.delete("/identity/apart/{number}")
def withdraw(here: Here, number: int, journey: JourneyName = None) -> JobOut:
    """Take such a decision back, by its number, and place the customers again: a job."""

    def work(job: Job) -> None:
        job.say("deciding", 0.0)
        with here.serving.writing(journey, waiting=job.wait) as found:
            with found.derived.store(write=False) as store:
                standing = {one.number: one for one in explain_decisions(store)}
            if number not in standing:
                raise NotFound(f"there is no decision {number} that stands")
            one = standing[number]
            found.keep_apart(one.one[0], one.other[0], withdraw=True)

    return job_out(here.jobs.start("identity", work))


@router.post("/identity/undo")
def undo_merge(here: Here, said: MergeIn, journey: JourneyName = None) -> JobOut:
    """Bring back a customer who went into another, for good, and place the customers again: a job."""

    def work(job: Job) -> None:
        job.say("deciding", 0.0)
        with here.serving.writing(journey, waiting=job.wait) as found:
            found.undo_merge(said.customer)

    return job_out(here.jobs.start("identity", work))


@router.post("/doctor")
def doctor(
    here: Here, journey: JourneyName = None, source: str | None = None, reveal: Reveal = False
) -> JobOut:
    """Look for what is wrong with data and definitions: a job, whose result /doctor/{id} tells."""

    def work(job: Job) -> Report:
        name = journey or MAIN_JOURNEY
        files = (journey_file(here.serving.folder, name).path, here.serving.folder / SOURCES)
        with here.serving.asking(journey) as asking:
            return examine(asking, files, reveal=reveal, source=source, say=job.say)

    return job_out(here.jobs.start("doctor", work, masked=True))


@router.get("/doctor/{id}")
def doctor_report(here: Here, id: str) -> DoctorOut:
    """What doctor found, worst first."""
    report: Report = result_of(here, id, "doctor")
    counts = [
        sum(one.severity.value == name for one in report.findings) for name in ("error", "warning", "note")
    ]
    return DoctorOut(
        sentence=report.sentence,
        checks=report.checks,
        errors=counts[0],
        warnings=counts[1],
        notes=counts[2],
        findings=[_finding(one) for one in report.findings],
    )


def _finding(one: Finding) -> FindingOut:
    effect, fix = one.effect, one.fix
    return FindingOut(
        code=one.code, title=BY_CODE[one.code].title, asks=BY_CODE[one.code].asks, severity=one.severity.value,
        subject=one.subject, message=one.message,
        effect=EffectOut(
            text=effect.text, affected=effect.affected, of=effect.of, unit=effect.unit,
            moved=[str(moved) for moved in effect.moved],
        ),
        fix=FixOut(file=fix.file, line=fix.line, write=fix.write, about=fix.about) if fix else None,
        examples=[str(example) for example in one.examples],
    )  # fmt: skip
