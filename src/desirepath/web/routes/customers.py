"""Customers: searched for, listed, and one of them whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desirepath.app.customers.events import EventPage, events
from desirepath.app.customers.find import CustomersFound, search
from desirepath.app.customers.identity import identity
from desirepath.app.customers.lists import CustomersListed, CustomersNotable, Order, behind, notable
from desirepath.app.customers.outlook import CustomerOutlook, OverdueList, outlook, overdue_list
from desirepath.app.customers.whole import Customer, customer
from desirepath.app.explain import VisitExplained
from desirepath.app.plain import as_plain
from desirepath.identity.explain import CustomerExplained
from desirepath.web.context import Here, JourneyName, Reveal
from desirepath.web.jobs import Job
from desirepath.web.routes.jobs import JobOut, job_out
from desirepath.web.routes.questions import Fields, read_question

router = APIRouter(tags=["customers"])
InOrder = Annotated[Order, Query(description="What the list is put in order by, the greatest first.")]
Start = Annotated[int, Query(ge=0)]
Most = Annotated[int, Query(ge=1, le=200)]
Id = Annotated[str, Path(description="A customer's id, an earlier id, or any identifier.", max_length=500)]


class SearchIn(BaseModel):
    """What is searched for: in the body, so that no e-mail address stands in a log of addresses."""

    text: str = Field(max_length=500)
    most: int = Field(default=50, ge=1, le=200)


@router.post("/customers/search", response_model=CustomersFound)
def search_customers(
    here: Here, what: SearchIn, journey: JourneyName = None, reveal: Reveal = False
) -> JSONResponse:
    """The customers whom a text may mean: an id, any identifier or a part of it, a trait (`region: WA`)."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(search(asking, what.text, most=what.most, reveal=reveal)))


@router.get("/customers/notable", response_model=CustomersNotable)
def notable_customers(
    here: Here,
    journey: JourneyName = None,
    reveal: Reveal = False,
    most: Annotated[int, Query(ge=1, le=100)] = 8,
) -> JSONResponse:
    """The newest, the latest active, the most valuable, and those who wait for us longer than we promised."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(notable(asking, most=most, reveal=reveal)))


@router.get("/customers/overdue", response_model=OverdueList)
def overdue_customers(
    here: Here,
    journey: JourneyName = None,
    reveal: Reveal = False,
    most: Annotated[int, Query(ge=1, le=100)] = 8,
) -> JSONResponse:
    """Whose silence became unusual lately, the most at stake first; `ready: false` until outlooks are worked out."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(overdue_list(asking, here.outlooks, most=most, reveal=reveal)))


@router.post("/ask/{name}/customers", response_model=CustomersListed)
def customers_behind(
    name: str,
    here: Here,
    fields: Fields,
    count: Annotated[str, Query(description="One of the answer's lists.")],
    journey: JourneyName = None,
    reveal: Reveal = False,
    order: InOrder = "id",
    start: Start = 0,
    most: Most = 100,
) -> JSONResponse:
    """The customers behind a count of an answer: a page of them, with where they are and what they brought."""
    question = read_question(name, fields)
    with here.serving.asking(journey) as asking:
        found = behind(asking, question, count, start=start, most=most, order=order, reveal=reveal)
        return JSONResponse(as_plain(found))


@router.post("/customers/outlooks")
def work_out_outlooks(here: Here, journey: JourneyName = None) -> JobOut:
    """Work out what may come of everybody, as a job; the job that is at it already, where there is one."""
    outlooks = here.outlooks
    with here.serving.asking(journey) as asking:
        build = asking.build.name

    def work(job: Job) -> None:
        with here.serving.asking(journey) as asking:
            if outlooks.get(asking.build.name) is None:
                outlooks.work_out(asking, job.say)

    with outlooks.joining:  # two who ask at once share one job
        known = outlooks.jobs.get(build)
        if known is None or known.state != "running":
            known = outlooks.jobs[build] = here.jobs.start("outlooks", work)
    return job_out(known)


@router.get("/customers/{id}", response_model=Customer)
def one_customer(id: Id, here: Here, journey: JourneyName = None, reveal: Reveal = False) -> JSONResponse:
    """A customer at a glance: where they are, what they brought, every visit and event to be drawn, promises."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(customer(asking, id, reveal=reveal)))


@router.get("/customers/{id}/events", response_model=EventPage)
def customer_events(
    id: Id,
    here: Here,
    journey: JourneyName = None,
    reveal: Reveal = False,
    channel: Annotated[str | None, Query(description="Only those of this channel.")] = None,
    start: Annotated[int | None, Query(ge=0, description="Number of the latest event wanted.")] = None,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JSONResponse:
    """A page of a customer's events, the latest first, each with what it did."""
    with here.serving.asking(journey) as asking:
        page = events(asking, id, channel=channel, start=start, most=most, reveal=reveal)
        return JSONResponse(as_plain(page))


@router.get("/customers/{id}/visits", response_model=list[VisitExplained])
def customer_visits(id: Id, here: Here, journey: JourneyName = None) -> JSONResponse:
    """Why the customer was placed as they were: each visit with its rule, its events and its clock."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(asking.explain_visits(id)))


@router.get("/customers/{id}/identity", response_model=CustomerExplained)
def customer_identity(
    id: Id, here: Here, journey: JourneyName = None, reveal: Reveal = False
) -> JSONResponse:
    """Why this is one customer: identifiers, links that joined and that were refused, merges."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(identity(asking, id, reveal=reveal)))


@router.get("/customers/{id}/outlook", response_model=CustomerOutlook)
def customer_outlook(id: Id, here: Here, journey: JourneyName = None) -> JSONResponse:
    """Rhythm, lifetime value and forecasts; `ready: false` until they are worked out for everybody of the build."""
    with here.serving.asking(journey) as asking:
        return JSONResponse(as_plain(outlook(asking, id, here.outlooks)))
